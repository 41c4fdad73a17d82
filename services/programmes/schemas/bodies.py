"""Bodies and queries of the API; some are asked as forms, too."""

from typing import Any

from services.programmes.domain import cards
from shared.contracts import code_names, codes
from shared.i18n import lazy
from shared.web.api import ListQuery
from shared.web.fields import Amount, Body, Code, Day, Flag, Id, Language, Many, Moment, Money, Part, Text, Whole

CURRENCIES = ("PLN", "EUR")


def said(label: lazy, hint: lazy | None = None, **more: str) -> dict[str, Any]:
    return {"label": label, **({"hint": hint} if hint else {}), **more}


class Seat(Body):
    place = Text(required=True, metadata=said(lazy("Seat")))
    voivodeship = Text(required=True, metadata=said(lazy("Voivodeship")))


Period = Body.from_dict(
    {
        "from": Day(required=True, metadata=said(lazy("First day"))),
        "to": Day(load_default=None, allow_none=True, metadata=said(lazy("Last day"))),
    },
    name="Period",
)


class Cost(Money):
    amount = Amount(required=True, metadata=said(lazy("Cost")))
    currency = Code(CURRENCIES, required=True, metadata=said(lazy("Currency of the cost"), term="currency"))


class Grant(Money):
    amount = Amount(required=True, metadata=said(lazy("Grant")))
    currency = Code(CURRENCIES, required=True, metadata=said(lazy("Currency of the grant"), term="currency"))


class ProgrammeIn(Body):
    """The card of S1. Words outside the dictionaries are kept as they are."""

    name = Text(required=True, metadata=said(lazy("Name")))
    support_area = Text(required=True, metadata=said(lazy("Support area"), kind="select"))
    seat = Part(Seat, required=True)
    period = Part(Period, required=True)
    status = Code(tuple(cards.Status), required=True, metadata=said(lazy("Status"), term="programme-status"))
    cost = Part(Cost, required=True)
    grant = Part(Grant, load_default=None, allow_none=True)
    reach = Code(codes("programme-reaches"), required=True, metadata=said(lazy("Reach"), term="programme-reach"))
    activity_types = Many(Text(longest=100), required=True, least=1, metadata=said(lazy("Types of activities")))
    target_groups = Many(Text(longest=100), required=True, least=1, metadata=said(lazy("For whom")))
    funding_sources = Many(Text(longest=100), load_default=list, metadata=said(lazy("Sources of funding")))
    partners = Many(Text(longest=300), load_default=list, metadata={"kind": "absent"})
    description = Text(longest=5000, blank=True, load_default="", metadata=said(lazy("Description")))
    publish = Flag(load_default=True, metadata={"kind": "absent"})


class ProgrammeQuery(ListQuery):
    status = Code(tuple(cards.Status), load_default=None)


class SessionIn(Body):
    starts_at = Moment(required=True, metadata=said(lazy("Starts")))
    ends_at = Moment(required=True, metadata=said(lazy("Ends")))
    place = Text(load_default=None, allow_none=True, metadata=said(lazy("Place")))
    place_confidential = Flag(
        load_default=False, metadata=said(lazy("The place is confidential: only those who take part see it"))
    )


class ActivityIn(Body):
    """`kind` is the need it answers, `form` how it is held; without `places` there is no limit."""

    institution_id = Id(load_default=None)
    programme_id = Id(required=True)
    kind = Code(codes("needs"), required=True)
    form = Code(codes("activity-forms"), load_default=None, allow_none=True)
    name = Text(required=True, longest=300)
    sessions = Many(Part(SessionIn), required=True, least=1, most=200)
    places = Whole(least=1, most=10_000, load_default=None, allow_none=True)
    waiting_list = Flag(load_default=True)
    open = Flag()
    languages = Many(Language(), load_default=list)
    childcare = Flag(load_default=False)


class ActivityChange(Body):
    name = Text(longest=300, metadata=said(lazy("Name")))
    places = Whole(
        least=1, most=10_000, allow_none=True, metadata=said(lazy("Places"), lazy("Leave empty for no limit."))
    )
    languages = Many(Language(), metadata=said(lazy("Languages"), kind="checkboxes"))
    childcare = Flag(metadata=said(lazy("Children and dependants are looked after")))


class ActivityQuery(ListQuery):
    programme_id = Id(load_default=None)
    kind = Code(codes("needs"), load_default=None)
    form = Code(codes("activity-forms"), load_default=None)
    status = Code(codes("activity-statuses"), load_default=None)


class CancelActivity(Body):
    reason = Code(
        codes("activity-cancel-reasons"), required=True, metadata=said(lazy("Why"), term="activity-cancel-reason")
    )


class EnrolmentIn(Body):
    participant_id = Id(required=True, metadata=said(lazy("Who"), kind="select"))


class EnrolmentAction(Body):
    reason = Code(codes("enrolment-reasons"), load_default=None)
    certificate = Flag(load_default=False)


class EnrolmentQuery(ListQuery):
    status = Code(codes("enrolment-statuses"), load_default=None)


class AttendanceIn(Body):
    session_id = Id(required=True)
    present = Many(Id(), required=True, most=2000)
    head_count = Whole(most=100_000, load_default=0)


class PathIn(Body):
    """`mentor_wanted` left out means that nobody asked her, which excludes nobody."""

    institution_id = Id(load_default=None)
    participant_id = Id(required=True)
    mentor_wanted = Flag()
    wishes = Many(Code(codes("mentoring-goals")), load_default=list)
    slots = Many(Code(codes("slots")), load_default=list)
    languages = Many(Language(), load_default=list)
    teryt = Code(tuple(code_names("counties")))
    urgent = Flag(load_default=False)
    goals = Text(longest=5000)


class GoalsIn(Body):
    goals = Text(
        required=True,
        longest=5000,
        metadata=said(
            lazy("What she wants to reach, in her words"), lazy("Kept encrypted, shown only here and to her.")
        ),
    )


class PathAction(Body):
    """What an action needs, it says at its own pointer; the rest is left out."""

    way = Code(codes("ways"))
    step_id = Id()
    result = Code(codes("path-step-results"))
    resumes_on = Day()
    outcome = Code(codes("path-outcomes"))
    kind = Code(codes("path-step-kinds"))
    subject_id = Id()
    need = Code(codes("needs"))
    text = Text(longest=1000)
    due_on = Day()
    wishes = Many(Code(codes("mentoring-goals")))
    slots = Many(Code(codes("slots")))


class PathQuery(ListQuery):
    participant_id = Id(load_default=None)
    status = Code(codes("path-statuses"), load_default=None)
    way = Code(codes("ways"), load_default=None)


class ReachQuery(Body):
    programme = Id(required=True)
