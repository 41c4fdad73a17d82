"""What comes in."""

from typing import Any

from marshmallow import ValidationError, validates_schema

from services.cooperatives.domain import duties, people, states
from services.cooperatives.schemas.kinds import County, Field, Pkd, Website, krs_field, nip_field, regon_field
from shared.contracts import codes
from shared.i18n import gettext as _
from shared.i18n import lazy
from shared.paging import LARGEST, USUAL
from shared.web.api import ListQuery
from shared.web.fields import Body, Code, Day, Flag, Id, Language, Many, Part, Text, Whole

NO_PERSON = lazy("A reference to the document, such as “minutes 3/2026”. Never a person's name.")
STATUSES = tuple(str(one) for one in states.Status)
SOCIAL = tuple(str(one) for one in states.Social)


class CooperativeQuery(ListQuery):
    q = Text(load_default=None, longest=100)
    status = Code(STATUSES, load_default=None)
    teryt = County(load_default=None)


class FeedQuery(Body):
    after = Whole(load_default=0, most=999_999_999)
    limit = Whole(least=1, most=LARGEST, load_default=USUAL)


class OpenQuery(Body):
    """The whole register in one file."""

    q = Text(load_default=None, longest=100)
    status = Code(STATUSES, load_default=None)
    teryt = County(load_default=None)


class Named(Body):
    """What every new group has."""

    name: Field = Text(
        required=True,
        longest=200,
        metadata={"label": lazy("Name"), "hint": lazy("With the words “Spółdzielnia Socjalna” in it.")},
    )
    teryt: Field = County(required=True, metadata={"label": lazy("County of the seat")})


class CooperativeIn(Named):
    languages: Field = Many(Language(), load_default=list, metadata={"label": lazy("Languages spoken in the group")})
    adviser_id: Field = Id(load_default=None, allow_none=True)
    institution_id: Field = Id(load_default=None, allow_none=True)
    representative_account_ids: Field = Many(Id(), load_default=list)


class JoinIn(Body):
    cooperative_id: Field = Id(required=True, metadata={"label": lazy("Group")})


class PkdIn(Body):
    code: Field = Pkd(required=True)
    version: Field = Code(("2007", "2025"), required=True)


class DetailsIn(Named):
    krs: Field = krs_field(
        load_default=None,
        allow_none=True,
        metadata={"label": lazy("KRS number"), "width": 10, "hint": lazy("10 digits")},
    )
    nip: Field = nip_field(
        load_default=None, allow_none=True, metadata={"label": lazy("NIP"), "width": 10, "hint": lazy("10 digits")}
    )
    regon: Field = regon_field(
        load_default=None,
        allow_none=True,
        metadata={"label": lazy("REGON"), "width": 20, "hint": lazy("9 or 14 digits")},
    )
    languages: Field = Many(
        Language(), load_default=list, metadata={"label": lazy("Languages in which its people work")}
    )
    services: Field = Many(
        Code(codes("needs")),
        load_default=list,
        metadata={"label": lazy("What it offers to women"), "term": "need", "hint": lazy("None chosen: nothing yet.")},
    )
    website: Field = Website(load_default=None, allow_none=True, metadata={"label": lazy("Website")})
    pkd: Field = Many(Part(PkdIn()), most=10, load_default=list)


class EntrustIn(Body):
    adviser_id: Field = Id(load_default=None, allow_none=True)
    institution_id: Field = Id(load_default=None, allow_none=True)
    representative_account_ids: Field = Many(Id(), load_default=list)


class Proof(Body):
    """When, by what right and on what evidence; the last two are needed from registration on."""

    effective_date: Field = Day(
        required=True, metadata={"label": lazy("Since when it holds"), "hint": lazy("The day in the document.")}
    )
    legal_basis: Field = Text(
        load_default=None,
        allow_none=True,
        metadata={"label": lazy("Legal basis"), "hint": lazy("The provision, or the decision of the court.")},
    )
    evidence: Field = Text(load_default=None, allow_none=True, metadata={"label": lazy("Document"), "hint": NO_PERSON})


class TransitionIn(Proof):
    to: Field = Code(STATUSES, required=True)
    krs: Field = krs_field(load_default=None, allow_none=True)
    nip: Field = nip_field(load_default=None, allow_none=True)
    regon: Field = regon_field(load_default=None, allow_none=True)


class SocialTransitionIn(Proof):
    to: Field = Code(SOCIAL, required=True)


class CorrectionIn(Proof):
    reason: Field = Text(
        required=True, metadata={"label": lazy("What was wrong"), "hint": lazy("Never a person's name.")}
    )


class RemoveIn(Body):
    reason: Field = Code(
        codes("cooperative-removal-reasons"),
        required=True,
        metadata={"label": lazy("Why"), "term": "cooperative-removal-reason"},
    )
    replaced_by: Field = Id(
        load_default=None, allow_none=True, metadata={"label": lazy("Id of the record that stays, for a duplicate")}
    )


class WithGround(Body):
    """As what, since when, and on what ground she counts as at risk of exclusion."""

    ground: Field = Code(
        people.GROUNDS,
        load_default=None,
        allow_none=True,
        metadata={
            "label": lazy("Ground, where there is one"),
            "term": "ground",
            "hint": lazy("Only the ground, never its story: the document is looked at and given back."),
        },
    )
    ground_seen_on: Field = Day(
        load_default=None, allow_none=True, metadata={"label": lazy("Day on which the document was seen")}
    )
    shares: Field = Whole(load_default=None, allow_none=True, most=100_000, metadata={"label": lazy("Shares")})
    joined_on: Field = Day(
        load_default=None, allow_none=True, metadata={"label": lazy("Since when"), "hint": lazy("Empty: today.")}
    )

    @validates_schema
    def document_was_seen(self, data: dict[str, Any], **_kwargs: Any) -> None:
        if data.get("ground") and not data.get("ground_seen_on"):
            raise ValidationError(_("Say when the document was seen."), "ground_seen_on")


class PersonIn(WithGround):
    """Exactly one of the two ids."""

    participant_id: Field = Id(load_default=None, allow_none=True)
    person_id: Field = Id(load_default=None, allow_none=True)
    kind: Field = Code((people.PERSON, people.LEGAL_PERSON), load_default=people.PERSON)

    @validates_schema
    def one_person(self, data: dict[str, Any], **_kwargs: Any) -> None:
        if bool(data.get("participant_id")) == bool(data.get("person_id")):
            raise ValidationError(_("Give either a participant or another person."), "participant_id")


class FounderIn(PersonIn):
    role: Field = Code(codes("cooperative-roles"), load_default="founder")


class MemberIn(PersonIn):
    role: Field = Code(codes("cooperative-roles"), load_default="member")


class LeaveIn(Body):
    left_on: Field = Day(load_default=None, allow_none=True)


class ChecklistIn(Body):
    done_on: Field = Day(
        load_default=None, allow_none=True, metadata={"label": lazy("Done on"), "hint": lazy("Empty: today.")}
    )
    evidence: Field = Text(load_default=None, allow_none=True, metadata={"label": lazy("Document"), "hint": NO_PERSON})


class ObligationIn(Body):
    kind: Field = Code(duties.BY_HAND, required=True, metadata={"label": lazy("Duty"), "term": "obligation"})
    due_on: Field = Day(required=True, metadata={"label": lazy("By when")})


class MetIn(Body):
    met_on: Field = Day(
        load_default=None, allow_none=True, metadata={"label": lazy("Met on"), "hint": lazy("Empty: today.")}
    )
    evidence: Field = Text(required=True, metadata={"label": lazy("Document"), "hint": NO_PERSON})


class VacancyIn(Body):
    title: Field = Text(
        required=True,
        longest=120,
        metadata={"label": lazy("What the work is called"), "hint": lazy("Everyone will see it.")},
    )
    hours: Field = Whole(required=True, least=1, most=48, metadata={"label": lazy("Hours a week"), "width": 3})
    flexible: Field = Flag(load_default=False, metadata={"label": lazy("Hours or place can be agreed")})
    positions: Field = Whole(load_default=1, least=1, most=50, metadata={"label": lazy("How many people"), "width": 3})
    languages: Field = Many(
        Language(), load_default=list, metadata={"label": lazy("Languages needed"), "hint": lazy("None chosen: any.")}
    )
    teryt: Field = County(
        load_default=None,
        allow_none=True,
        metadata={"label": lazy("County of the work"), "hint": lazy("Empty: of the seat.")},
    )
    closes_on: Field = Day(
        load_default=None, allow_none=True, metadata={"label": lazy("Last day"), "hint": lazy("Empty: until filled.")}
    )


class VacancyActionIn(Body):
    referral_id: Field = Id(load_default=None, allow_none=True)
    reason: Field = Code(
        ("withdrawn", "expired"), load_default=None, allow_none=True, metadata={"term": "vacancy-close-reason"}
    )
