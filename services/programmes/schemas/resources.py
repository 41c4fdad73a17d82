"""Resources, as the API answers them."""

from marshmallow import fields

from services.programmes.schemas.bodies import Period, Seat
from shared.web.fields import Day, Flag, Id, Many, Moment, Money, Out, Part, Text, Whole


class ProgrammeOut(Out):
    id = Id()
    name = Text()
    support_area = Text()
    seat = Part(Seat)
    period = Part(Period)
    status = Text()
    cost = Part(Money)
    grant = Part(Money, allow_none=True)
    own_contribution = Part(Money, allow_none=True)
    reach = Text()
    activity_types = Many(Text())
    target_groups = Many(Text())
    funding_sources = Many(Text())
    partners = Many(Text())
    description = Text()
    published_at = Moment(allow_none=True)
    closed_at = Moment(allow_none=True)
    created_at = Moment()
    actions = Many(Text())
    version = Whole()


class SessionOut(Out):
    id = Id()
    starts_at = Moment()
    ends_at = Moment()
    place = Text(allow_none=True)
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
    places = Whole(allow_none=True)
    taken = Whole()
    free = Whole(allow_none=True)
    waiting = Whole()
    waiting_list = Flag()
    languages = Many(Text())
    childcare = Flag()
    sessions = Many(Part(SessionOut))
    created_at = Moment()
    actions = Many(Text())
    version = Whole()


class ClashOut(Out):
    activity_id = Id()
    session_id = Id()
    starts_at = Moment()


class EnrolmentOut(Out):
    id = Id()
    activity_id = Id()
    participant_id = Text()
    status = Text()
    position = Whole(allow_none=True)
    path_id = Id(allow_none=True)
    reason = Text(allow_none=True)
    certificate = Flag()
    made_at = Moment()
    ended_on = Day(allow_none=True)
    clashes = Many(Part(ClashOut))
    actions = Many(Text())
    version = Whole()


class AttendanceOut(Out):
    id = Id()
    session_id = Id()
    activity_id = Id()
    present = Many(Text())
    head_count = Whole()
    recorded_at = Moment()
    version = Whole()


class StepOut(Out):
    id = Id()
    kind = Text()
    subject_id = Id(allow_none=True)
    need = Text(allow_none=True)
    text = Text(allow_none=True)
    due_on = Day(allow_none=True)
    status = Text()
    added_at = Moment()
    closed_at = Moment(allow_none=True)


class WayOut(Out):
    way = Text()
    chosen_at = Moment()


class PathOut(Out):
    id = Id()
    participant_id = Text()
    institution_id = Id()
    adviser_id = Id(allow_none=True)
    status = Text()
    way = Text(allow_none=True)
    ways = Many(Part(WayOut))
    goals = Text(allow_none=True)
    mentor_wanted = Flag(allow_none=True)
    wishes = Many(Text())
    slots = Many(Text())
    languages = Many(Text())
    teryt = Text(allow_none=True)
    urgent = Flag()
    resumes_on = Day(allow_none=True)
    outcome = Text(allow_none=True)
    steps = Many(Part(StepOut))
    opened_at = Moment()
    ended_at = Moment(allow_none=True)
    actions = Many(Text())
    version = Whole()


class ReachOut(Out):
    """Totals are exact; in `by_kind` (women by kind of activity) null hides a cell under five."""

    distinct_women = Whole()
    academy = Whole()
    club_members = Whole()
    head_count = Whole()
    by_kind = fields.Dict(keys=Text(), values=Whole(allow_none=True))
