"""Bodies in and resources out. The labels are what the forms ask; the rules are the same through both doors."""

from typing import Any

from marshmallow import fields

from services.programmes.domain import cards
from shared.contracts import code_names, codes
from shared.i18n import lazy
from shared.web.api import ListQuery
from shared.web.fields import Amount, Body, Code, Day, Flag, Id, Language, Many, Moment, Money, Out, Part, Text, Whole

CURRENCIES = ("PLN", "EUR")


def _said(label: str, hint: str = "", **more: Any) -> dict[str, Any]:
    return {"label": lazy(label), **({"hint": lazy(hint)} if hint else {}), **more}


# -- programmes ------------------------------------------------------------------------------------------------------


class Seat(Body):
    place = Text(required=True, metadata=_said("Seat"))
    voivodeship = Text(required=True, metadata=_said("Voivodeship"))


Period = Body.from_dict(
    {
        "from": Day(required=True, metadata=_said("First day")),
        "to": Day(load_default=None, allow_none=True, metadata=_said("Last day")),
    },
    name="Period",
)


class Cost(Money):
    amount = Amount(required=True, metadata=_said("Cost"))
    currency = Code(CURRENCIES, required=True, metadata=_said("Currency of the cost", term="currency"))


class Grant(Money):
    amount = Amount(required=True, metadata=_said("Grant"))
    currency = Code(CURRENCIES, required=True, metadata=_said("Currency of the grant", term="currency"))


class ProgrammeIn(Body):
    """The card of S1. Words outside the dictionaries are kept as they are."""

    name = Text(required=True, metadata=_said("Name"))
    support_area = Text(required=True, metadata=_said("Support area", kind="select"))
    seat = Part(Seat, required=True)
    period = Part(Period, required=True)
    status = Code(tuple(cards.Status), required=True, metadata=_said("Status", term="programme-status"))
    cost = Part(Cost, required=True)
    grant = Part(Grant, load_default=None, allow_none=True)
    reach = Code(codes("programme-reaches"), required=True, metadata=_said("Reach", term="programme-reach"))
    activity_types = Many(Text(longest=100), required=True, least=1, metadata=_said("Types of activities"))
    target_groups = Many(Text(longest=100), required=True, least=1, metadata=_said("For whom"))
    funding_sources = Many(Text(longest=100), load_default=list, metadata=_said("Sources of funding"))
    partners = Many(Text(longest=300), load_default=list, metadata={"kind": "absent"})
    description = Text(longest=5000, blank=True, load_default="", metadata=_said("Description"))
    publish = Flag(load_default=True, metadata={"kind": "absent"})


class ProgrammeOut(Out):
    id = Id()
    name = Text()
    support_area = Text()
    seat = Part(Seat)
    period = Part(Period)
    status = Text()
    cost = Part(Money)
    grant = Part(Money)
    own_contribution = Part(Money)
    reach = Text()
    activity_types = Many(Text())
    target_groups = Many(Text())
    funding_sources = Many(Text())
    partners = Many(Text())
    description = Text()
    published_at = Moment()
    closed_at = Moment()
    created_at = Moment()
    actions = Many(Text())
    version = Whole()


class ProgrammeQuery(ListQuery):
    status = Code(tuple(cards.Status), load_default=None)


# -- activities ------------------------------------------------------------------------------------------------------


class SessionIn(Body):
    starts_at = Moment(required=True, metadata=_said("Starts"))
    ends_at = Moment(required=True, metadata=_said("Ends"))
    place = Text(load_default=None, allow_none=True, metadata=_said("Place"))
    place_confidential = Flag(
        load_default=False, metadata=_said("The place is confidential: only those who take part see it")
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
    name = Text(longest=300, metadata=_said("Name"))
    places = Whole(least=1, most=10_000, allow_none=True, metadata=_said("Places", "Leave empty for no limit."))
    languages = Many(Language(), metadata=_said("Languages", kind="checkboxes"))
    childcare = Flag(metadata=_said("Children and dependants are looked after"))


class ActivityForm(Body):
    """A new activity as the page asks for it: one date, repeated weekly."""

    programme_id = Id(required=True, metadata=_said("Programme", kind="select"))
    name = Text(required=True, longest=300, metadata=_said("Name", "Everyone sees it: no person's name, please."))
    kind = Code(codes("needs"), required=True, metadata=_said("What it is for", term="need"))
    form = Code(codes("activity-forms"), metadata=_said("How it is held", term="activity-form"))
    starts_at = Moment(required=True, metadata=_said("Starts"))
    ends_at = Moment(required=True, metadata=_said("Ends"))
    weeks = Whole(least=1, most=52, load_default=1, metadata=_said("How many weeks in a row", "1 for a single date."))
    place = Text(load_default=None, metadata=_said("Place"))
    place_confidential = Flag(
        load_default=False, metadata=_said("The place is confidential: only those who take part see it")
    )
    places = Whole(least=1, most=10_000, metadata=_said("Places", "Leave empty for no limit."))
    languages = Many(Code(codes("languages")), load_default=list, metadata=_said("Languages", term="language"))
    childcare = Flag(load_default=False, metadata=_said("Children and dependants are looked after"))
    open = Flag(metadata=_said("Open to everyone, without enrolment: shown in the public calendar"))
    institution_id = Id(load_default=None, metadata=_said("Institution", kind="select"))


class SessionOut(Out):
    id = Id()
    starts_at = Moment()
    ends_at = Moment()
    place = Text()
    place_confidential = Flag()


class ActivityOut(Out):
    id = Id()
    programme_id = Id()
    institution_id = Id()
    kind = Text()
    form = Text()
    name = Text()
    status = Text()
    open = Flag()
    places = Whole()
    taken = Whole()
    free = Whole()
    waiting = Whole()
    waiting_list = Flag()
    languages = Many(Text())
    childcare = Flag()
    sessions = Many(Part(SessionOut))
    created_at = Moment()
    actions = Many(Text())
    version = Whole()


class ActivityQuery(ListQuery):
    programme_id = Id(load_default=None)
    kind = Code(codes("needs"), load_default=None)
    form = Code(codes("activity-forms"), load_default=None)
    status = Code(codes("activity-statuses"), load_default=None)


class CancelActivity(Body):
    reason = Code(codes("activity-cancel-reasons"), required=True, metadata=_said("Why", term="activity-cancel-reason"))


# -- enrolment and attendance ----------------------------------------------------------------------------------------


class EnrolmentIn(Body):
    participant_id = Id(required=True, metadata=_said("Who", kind="select"))


class EnrolmentAction(Body):
    reason = Code(codes("enrolment-reasons"), load_default=None)
    certificate = Flag(load_default=False)


class DropOut(Body):
    reason = Code(codes("enrolment-reasons"), required=True, metadata=_said("Why", term="enrolment-reason"))


class Leave(Body):
    reason = Code(codes("enrolment-reasons"), load_default=None, metadata=_said("Why", term="enrolment-reason"))


class Complete(Body):
    certificate = Flag(load_default=False, metadata=_said("She gets a certificate"))


class ClashOut(Out):
    activity_id = Id()
    session_id = Id()
    starts_at = Moment()


class EnrolmentOut(Out):
    id = Id()
    activity_id = Id()
    participant_id = Text()
    status = Text()
    position = Whole()
    path_id = Id()
    reason = Text()
    certificate = Flag()
    made_at = Moment()
    ended_on = Day()
    clashes = Many(Part(ClashOut))
    actions = Many(Text())
    version = Whole()


class EnrolmentQuery(ListQuery):
    status = Code(codes("enrolment-statuses"), load_default=None)


class AttendanceIn(Body):
    session_id = Id(required=True)
    present = Many(Id(), required=True, most=2000)
    head_count = Whole(most=100_000, load_default=0)


class AttendanceForm(Body):
    present = Many(Id(), most=2000, load_default=list, metadata=_said("Who is here", kind="checkboxes"))
    head_count = Whole(
        most=100_000,
        load_default=0,
        metadata=_said("People not on the list", "A number only: they are not counted as women."),
    )


class AttendanceOut(Out):
    id = Id()
    session_id = Id()
    activity_id = Id()
    present = Many(Text())
    head_count = Whole()
    recorded_at = Moment()
    version = Whole()


# -- paths -----------------------------------------------------------------------------------------------------------


class PathIn(Body):
    institution_id = Id(load_default=None, metadata=_said("Institution", kind="select"))
    participant_id = Id(required=True, metadata=_said("Who", kind="select"))
    mentor_wanted = Flag(metadata=_said("She wishes for a mentor"))
    wishes = Many(
        Code(codes("mentoring-goals")),
        load_default=list,
        metadata=_said("What a mentor should help with", term="mentoring-goal"),
    )
    slots = Many(Code(codes("slots")), load_default=list, metadata=_said("When she has time for a mentor", term="slot"))
    languages = Many(Language(), load_default=list, metadata=_said("Languages", kind="checkboxes"))
    teryt = Code(tuple(code_names("counties")), metadata=_said("County", kind="select"))
    urgent = Flag(load_default=False, metadata=_said("She should not wait for her turn"))
    goals = Text(
        longest=5000,
        metadata=_said("What she wants to reach, in her words", "Kept encrypted, shown only here and to her."),
    )


class GoalsIn(Body):
    goals = Text(
        required=True,
        longest=5000,
        metadata=_said("What she wants to reach, in her words", "Kept encrypted, shown only here and to her."),
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


class ChooseForm(Body):
    way = Code(codes("ways"), required=True, metadata=_said("Which way she takes", term="way"))


class PauseForm(Body):
    resumes_on = Day(metadata=_said("When it is to go on"))


class EndForm(Body):
    outcome = Code(codes("path-outcomes"), required=True, metadata=_said("What it led to", term="path-outcome"))


class StepForm(Body):
    kind = Code(
        ("task", "document", "mentor", "cooperative"), required=True, metadata=_said("Kind of step", term="step-kind")
    )
    text = Text(longest=1000, metadata=_said("What is to be done", "Kept encrypted, shown only here and to her."))
    due_on = Day(metadata=_said("By when"))


class StepOut(Out):
    id = Id()
    kind = Text()
    subject_id = Id()
    need = Text()
    text = Text()
    due_on = Day()
    status = Text()
    added_at = Moment()
    closed_at = Moment()


class WayOut(Out):
    way = Text()
    chosen_at = Moment()


class PathOut(Out):
    id = Id()
    participant_id = Text()
    institution_id = Id()
    adviser_id = Id()
    status = Text()
    way = Text()
    ways = Many(Part(WayOut))
    goals = Text()
    mentor_wanted = Flag()
    wishes = Many(Text())
    slots = Many(Text())
    languages = Many(Text())
    teryt = Text()
    urgent = Flag()
    resumes_on = Day()
    outcome = Text()
    steps = Many(Part(StepOut))
    opened_at = Moment()
    ended_at = Moment()
    actions = Many(Text())
    version = Whole()


class PathQuery(ListQuery):
    participant_id = Id(load_default=None)
    status = Code(codes("path-statuses"), load_default=None)
    way = Code(codes("ways"), load_default=None)


# -- reports ---------------------------------------------------------------------------------------------------------


class ReachQuery(Body):
    programme = Id(required=True)


class ReachOut(Out):
    """Totals are exact; in `by_kind` (women by kind of activity) null hides a cell under five."""

    distinct_women = Whole()
    academy = Whole()
    club_members = Whole()
    head_count = Whole()
    by_kind = fields.Dict(keys=Text(), values=Whole(allow_none=True))
