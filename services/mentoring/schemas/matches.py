"""Rounds, matches, meetings, goals."""

from typing import Any

from marshmallow import fields

from services.mentoring.schemas.mentees import WhoOut
from shared.contracts import codes
from shared.i18n import lazy
from shared.web.api import ListQuery
from shared.web.fields import Body, Code, Day, Flag, Id, Moment, Out, Text, Whole

NOTES = 2000
Field = fields.Field[Any]


class RoundIn(Body):
    publish: Field = Flag(
        load_default=True,
        metadata={
            "label": lazy("Ask the mentors at once"),
            "hint": lazy("Otherwise the result is a draft that you look at first."),
        },
    )


class Empty(Body):
    """An action that asks nothing."""


class PartOut(Out):
    part = fields.String(attribute="code")
    points = fields.Integer()
    most = fields.Integer()


class ProposedOut(Out):
    mentee_id = fields.String()
    mentor_id = fields.String()
    match_id = fields.String(allow_none=True)
    score = fields.Integer()
    parts = fields.List(fields.Nested(PartOut))
    rank = fields.Integer()
    feasible = fields.Integer()


class UnmatchedOut(Out):
    mentee_id = fields.String()
    reason = fields.String()


class RoundBriefOut(Out):
    id = fields.String()
    version = fields.Integer()
    status = fields.String()
    actions = fields.List(fields.String())
    cause = fields.String()
    publish = fields.Boolean()
    created_at = Moment()
    solved_at = Moment(allow_none=True)
    published_at = Moment(allow_none=True)
    solver = fields.Dict()
    counts = fields.Dict(keys=fields.String(), values=fields.Integer())


class RoundOut(RoundBriefOut):
    proposed = fields.List(fields.Nested(ProposedOut))
    unmatched = fields.List(fields.Nested(UnmatchedOut))


class MatchOut(Out):
    id = fields.String()
    version = fields.Integer()
    status = fields.String()
    actions = fields.List(fields.String())
    mentor_id = fields.String()
    mentee_id = fields.String()
    mentee = fields.Nested(WhoOut)
    round_id = fields.String(allow_none=True)
    score = fields.Integer()
    parts = fields.List(fields.Nested(PartOut))
    weights_version = fields.String()
    rank = fields.Integer()
    feasible = fields.Integer()
    languages = fields.List(fields.String())
    wishes = fields.List(fields.String())
    urgent = fields.Boolean()
    proposed_at = Moment()
    expires_at = Moment(allow_none=True)
    accepted_at = Moment(allow_none=True)
    started_at = Moment(allow_none=True)
    closed_at = Moment(allow_none=True)
    agreed = fields.String(allow_none=True)
    declined_by = fields.String(allow_none=True)
    reason = fields.String(allow_none=True)


class MatchQuery(ListQuery):
    status = Code(codes("match-statuses"), load_default=None)
    mentee_id = Id(load_default=None)
    mentor_id = Id(load_default=None)


WITHDRAW_REASONS = ("not-suitable", "mentor-unavailable", "coordinator-decision")
"""What a coordinator may say; the other codes are said by the system itself."""
REASONS_BY_ACTION = {
    "decline": codes("match-decline-reasons"),
    "withdraw": WITHDRAW_REASONS,
    "end": codes("match-end-reasons"),
}


class MatchActionIn(Body):
    reason: Field = Code(
        tuple(dict.fromkeys(code for reasons in REASONS_BY_ACTION.values() for code in reasons)), load_default=None
    )
    agreed: Field = Code(codes("match-agreed"), load_default=None)


class DeclineIn(Body):
    reason: Field = Code(
        codes("match-decline-reasons"),
        required=True,
        metadata={
            "label": lazy("Why not"),
            "hint": lazy("A conflict or a worry about safety is never told to anyone."),
            "term": "match-decline-reason",
            "kind": "radios",
        },
    )


class WithdrawIn(Body):
    reason: Field = Code(
        WITHDRAW_REASONS,
        required=True,
        metadata={"label": lazy("Why"), "term": "match-withdraw-reason"},
    )


class EndIn(Body):
    reason: Field = Code(
        codes("match-end-reasons"),
        required=True,
        metadata={"label": lazy("Why it ends"), "term": "match-end-reason", "kind": "radios"},
    )


class MeetingIn(Body):
    held_on: Field = Day(required=True, metadata={"label": lazy("Day")})
    minutes: Field = Whole(least=1, most=720, required=True, metadata={"label": lazy("How long, in minutes")})
    channel: Field = Code(
        codes("meeting-channels"), required=True, metadata={"label": lazy("How"), "term": "meeting-channel"}
    )
    notes: Field = Text(
        longest=NOTES,
        load_default=None,
        allow_none=True,
        metadata={"label": lazy("Private notes"), "hint": lazy("Kept encrypted; only you can read them.")},
    )
    next_step: Field = Text(
        longest=300,
        load_default=None,
        allow_none=True,
        metadata={"label": lazy("Next step"), "hint": lazy("What the two of you agreed; your mentee sees it.")},
    )


class MeetingOut(Out):
    id = fields.String()
    version = fields.Integer()
    match_id = fields.String()
    held_on = fields.String()
    minutes = fields.Integer()
    channel = fields.String()
    notes = fields.String(allow_none=True)
    next_step = fields.String(allow_none=True)
    recorded_at = Moment()


class GoalIn(Body):
    goal: Field = Code(
        codes("mentoring-goals"), required=True, metadata={"label": lazy("Goal"), "term": "mentoring-goal"}
    )
    progress: Field = Whole(
        most=100, load_default=0, metadata={"label": lazy("Reached so far"), "hint": lazy("In percent, 0 to 100.")}
    )


class ProgressIn(Body):
    progress: Field = Whole(
        most=100, required=True, metadata={"label": lazy("Reached so far"), "hint": lazy("In percent, 0 to 100.")}
    )


class GoalOut(Out):
    id = fields.String()
    version = fields.Integer()
    match_id = fields.String()
    goal = fields.String()
    progress = fields.Integer()
    changed_at = Moment()
