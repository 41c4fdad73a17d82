"""Who waits."""

from typing import Any

from marshmallow import fields

from services.mentoring.schemas.places import County
from shared.contracts import codes
from shared.i18n import lazy
from shared.web.api import ListQuery
from shared.web.fields import Body, Code, Flag, Id, Language, Many, Moment, Out

Field = fields.Field[Any]


class Wishes(Body):
    languages: Field = Many(Language(), load_default=None, allow_none=True, metadata={"label": lazy("Languages")})
    teryt: Field = County(load_default=None, allow_none=True, metadata={"label": lazy("County")})
    wishes: Field = Many(
        Code(codes("mentoring-goals")),
        load_default=None,
        allow_none=True,
        metadata={"label": lazy("What a mentor should help with"), "term": "mentoring-goal"},
    )
    slots: Field = Many(
        Code(codes("slots")),
        load_default=None,
        allow_none=True,
        metadata={"label": lazy("When there is time"), "hint": lazy("None chosen: any time."), "term": "slot"},
    )
    gender: Field = Code(
        codes("genders"),
        load_default=None,
        allow_none=True,
        metadata={
            "label": lazy("Gender of the mentor"),
            "hint": lazy("Only when she wishes for one."),
            "term": "gender",
        },
    )
    urgent: Field = Flag(load_default=False, metadata={"label": lazy("Urgent: she should not wait for her turn")})


class MenteeIn(Wishes):
    participant_id: Field = Id(load_default=None, metadata={"label": lazy("Participant")})
    cooperative_id: Field = Id(load_default=None, metadata={"label": lazy("Cooperative")})
    institution_id: Field = Id(load_default=None, metadata={"kind": "absent"})


class MenteeActionIn(Body):
    reason: Field = Code(
        ("own-wish", "path-ended", "cooperative-closed", "other"),
        load_default=None,
        metadata={"label": lazy("Why"), "term": "mentee-leave-reason", "kind": "radios"},
    )


class WhoOut(Out):
    kind = fields.String()
    id = fields.String(allow_none=True)


class MenteeOut(Out):
    id = fields.String()
    version = fields.Integer()
    status = fields.String()
    actions = fields.List(fields.String())
    kind = fields.String()
    participant_id = fields.String(allow_none=True)
    cooperative_id = fields.String(allow_none=True)
    languages = fields.List(fields.String())
    teryt = fields.String(allow_none=True)
    wishes = fields.List(fields.String())
    slots = fields.List(fields.String())
    gender = fields.String(allow_none=True)
    urgent = fields.Boolean()
    waiting_since = Moment()
    institution_id = fields.String(allow_none=True)
    path_id = fields.String(allow_none=True)
    reason = fields.String(allow_none=True)
    unmatched_reason = fields.String(allow_none=True)


class MenteeQuery(ListQuery):
    status = Code(("queued", "proposed", "mentored", "finished", "left"), load_default=None)
    kind = Code(codes("mentee-kinds"), load_default=None)
    participant_id = Id(load_default=None)
    cooperative_id = Id(load_default=None)
