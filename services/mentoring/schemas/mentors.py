"""Mentors and their academy."""

from typing import Any

from marshmallow import fields

from services.mentoring.domain import recruitment
from services.mentoring.schemas.places import County
from shared.contracts import codes
from shared.i18n import lazy
from shared.web.api import ListQuery
from shared.web.fields import Body, Code, Day, Flag, Id, Language, Many, Moment, Out, Text, Whole

Field = fields.Field[Any]


class MentorIn(Body):
    languages: Field = Many(
        Language(), least=1, required=True, metadata={"label": lazy("Languages you can work in"), "kind": "checkboxes"}
    )
    teryt: Field = Many(
        County(), least=1, required=True, metadata={"label": lazy("Counties"), "hint": lazy("Where to meet in person.")}
    )
    remote: Field = Flag(load_default=False, metadata={"label": lazy("Also by phone or video")})
    mentors: Field = Many(
        Code(codes("mentored")),
        least=1,
        required=True,
        metadata={"label": lazy("Mentor of"), "term": "mentored"},
    )
    capacity: Field = Whole(
        least=0, most=20, required=True, metadata={"label": lazy("How many at a time"), "hint": lazy("From 0 to 20.")}
    )
    skills: Field = Many(
        Code(codes("mentoring-goals")),
        load_default=list,
        metadata={"label": lazy("What she can help with"), "term": "mentoring-goal"},
    )
    slots: Field = Many(
        Code(codes("slots")),
        load_default=list,
        metadata={"label": lazy("When there is time"), "hint": lazy("None chosen: any time."), "term": "slot"},
    )
    gender: Field = Code(
        codes("genders"), load_default=None, allow_none=True, metadata={"label": lazy("Gender"), "term": "gender"}
    )
    public_name: Field = Text(
        longest=60,
        load_default=None,
        allow_none=True,
        metadata={
            "label": lazy("Name that mentees see"),
            "hint": lazy("A first name or a few public words, not the full name."),
        },
    )
    account_id: Field = Id(
        load_default=None,
        allow_none=True,
        metadata={"label": lazy("Account"), "hint": lazy("Id of her account, when she has one.")},
    )


class ProfileIn(MentorIn):
    """What a mentor says of herself: everything but whose account it is."""

    account_id: Field = Id(load_default=None, allow_none=True, metadata={"kind": "absent"})


class MentorActionIn(Body):
    module: Field = Code(tuple(recruitment.MODULES), load_default=None)
    completed_on: Field = Day(load_default=None)
    valid_until: Field = Day(load_default=None)
    until: Field = Day(load_default=None)
    reason: Field = Code(codes("mentor-leave-reasons"), load_default=None)


class MentorRejectIn(Body):
    reason: Field = Code(
        recruitment.REJECT_REASONS,
        required=True,
        metadata={"label": lazy("Why not"), "term": "mentor-leave-reason", "kind": "radios"},
    )


class MentorLeaveIn(Body):
    reason: Field = Code(
        recruitment.LEAVE_REASONS, required=True, metadata={"label": lazy("Why"), "term": "mentor-leave-reason"}
    )


class ModuleIn(Body):
    module: Field = Code(
        tuple(recruitment.MODULES), required=True, metadata={"label": lazy("Module"), "term": "academy-module"}
    )
    completed_on: Field = Day(load_default=None, metadata={"label": lazy("Completed on")})
    valid_until: Field = Day(
        load_default=None,
        metadata={"label": lazy("Valid until"), "hint": lazy("Leave empty for the usual time.")},
    )


class PauseIn(Body):
    until: Field = Day(load_default=None, metadata={"label": lazy("Until"), "hint": lazy("Leave empty when unknown.")})


class ModuleOut(Out):
    module = fields.String()
    completed_on = fields.String(allow_none=True)
    valid_until = fields.String(allow_none=True)
    needed = fields.Boolean()


class MentorOut(Out):
    id = fields.String()
    version = fields.Integer()
    status = fields.String()
    actions = fields.List(fields.String())
    account_id = fields.String(allow_none=True)
    public_name = fields.String(allow_none=True)
    languages = fields.List(fields.String())
    teryt = fields.List(fields.String())
    remote = fields.Boolean()
    mentors = fields.List(fields.String())
    skills = fields.List(fields.String())
    slots = fields.List(fields.String())
    gender = fields.String(allow_none=True)
    capacity = fields.Integer()
    free = fields.Integer()
    paused_until = fields.String(allow_none=True)
    reason = fields.String(allow_none=True)
    modules = fields.List(fields.Nested(ModuleOut))
    applied_at = Moment()


class MentorQuery(ListQuery):
    status = Code(codes("mentor-statuses"), load_default=None)
