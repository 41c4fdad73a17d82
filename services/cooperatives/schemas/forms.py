"""What the pages' forms ask where it is less, or asked otherwise, than in the API's bodies."""

from services.cooperatives.domain import people, states
from services.cooperatives.schemas import bodies
from services.cooperatives.schemas.kinds import Field, krs_field, nip_field, regon_field
from shared.contracts import codes
from shared.i18n import lazy
from shared.web.fields import Body, Code, Day, Id, Language, Many, Text

SINCE = lazy("Since when it holds")
IN_DOCUMENT = lazy("The day in the document.")


class OpenForm(bodies.Named):
    languages: Field = Many(Language(), load_default=list, metadata={"label": lazy("Languages spoken in the group")})


class OpenForOneForm(OpenForm):
    institution_id: Field = Id(required=True, metadata={"label": lazy("Institution"), "kind": "radios"})


class EarlyForm(Body):
    effective_date: Field = Day(required=True, metadata={"label": SINCE, "hint": IN_DOCUMENT})


class ProvedForm(EarlyForm):
    legal_basis: Field = Text(
        required=True,
        metadata={"label": lazy("Legal basis"), "hint": lazy("The provision, or the decision of the court.")},
    )
    evidence: Field = Text(required=True, metadata={"label": lazy("Document"), "hint": bodies.NO_PERSON})


class RegistrationForm(ProvedForm):
    krs: Field = krs_field(
        load_default=None, metadata={"label": lazy("KRS number"), "width": 10, "hint": lazy("10 digits")}
    )
    nip: Field = nip_field(load_default=None, metadata={"label": lazy("NIP"), "width": 10, "hint": lazy("10 digits")})
    regon: Field = regon_field(
        load_default=None, metadata={"label": lazy("REGON"), "width": 20, "hint": lazy("9 or 14 digits")}
    )


class SocialForm(ProvedForm):
    to: Field = Code(
        tuple(str(one) for one in states.Social),
        required=True,
        metadata={"label": lazy("New status"), "kind": "radios"},
    )


class CorrectionForm(bodies.CorrectionIn):
    """The same as the body."""


class DetailsForm(bodies.DetailsIn):
    pkd: Field = Text(
        load_default=None,
        metadata={
            "label": lazy("Activities (PKD)"),
            "hint": lazy("Codes of PKD 2025 such as 13.92.Z, separated by commas."),
        },
    )


class AccountsForm(Body):
    representative_account_ids: Field = Many(
        Id(), load_default=list, metadata={"label": lazy("Representatives"), "kind": "checkboxes"}
    )


class PersonForm(bodies.WithGround):
    """Who and as what come first."""

    class Meta(Body.Meta):
        fields = ("who", "role", "joined_on", "shares", "ground", "ground_seen_on")

    who: Field = Text(required=True, metadata={"label": lazy("Who"), "kind": "radios"})
    role: Field = Code(
        codes("cooperative-roles"),
        required=True,
        metadata={"label": lazy("As what"), "term": "cooperative-role", "kind": "radios"},
    )


class LeaveForm(Body):
    left_on: Field = Day(load_default=None, metadata={"label": lazy("Last day"), "hint": lazy("Empty: today.")})


class FoundForm(bodies.Named):
    """A new group, with her as its first founder."""


class JoinForm(Body):
    cooperative_id: Field = Id(required=True, metadata={"label": lazy("Group"), "kind": "radios"})


KINDS = (people.PERSON, people.LEGAL_PERSON)
"""Founders and members who are not women of the programme: each gets an id of its own."""
