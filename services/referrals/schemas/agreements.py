"""Agreements between institutions."""

from typing import Any

from marshmallow import fields

from services.referrals.domain.agreements import DEADLINES
from shared.contracts import codes
from shared.i18n import lazy
from shared.web.api import ListQuery
from shared.web.fields import Body, Code, Day, Id, Many, Out, Part, Whole

Field = fields.Field[Any]


def strings() -> Field:
    """Made apart, because a class that has a field `fields` cannot name the module after it."""
    return fields.List(fields.String())


class DeadlinesIn(Body):
    look: Field = Whole(least=1, most=60, metadata={"label": lazy("First look: working days")})
    decide: Field = Whole(least=1, most=60, metadata={"label": lazy("Decision: working days")})
    contact: Field = Whole(least=1, most=60, metadata={"label": lazy("First contact after acceptance: working days")})
    urgent_look: Field = Whole(least=1, most=60, metadata={"label": lazy("Urgent, first look: working days")})
    urgent_decide: Field = Whole(least=1, most=60, metadata={"label": lazy("Urgent, decision: working days")})
    urgent_contact: Field = Whole(least=1, most=60, metadata={"label": lazy("Urgent, first contact: working days")})


class AgreementIn(Body):
    parties: Field = Many(Id(), required=True, least=2, most=30, metadata={"label": lazy("Institutions bound by it")})
    fields: Field = Many(  # type: ignore[assignment]  # a schema has an attribute of this name, too
        Code(codes("sharing-fields")), required=True, least=1,
        metadata={"label": lazy("What they may share of a woman, when she agrees"), "term": "sharing-field"},
    )  # fmt: skip
    purposes: Field = Many(
        Code(codes("needs")), required=True, least=1, metadata={"label": lazy("For which needs"), "term": "need"}
    )
    valid_from: Field = Day(required=True, metadata={"label": lazy("First day")})
    valid_to: Field = Day(
        load_default=None, allow_none=True,
        metadata={"label": lazy("Last day"), "hint": lazy("Leave it empty where it has no end.")},
    )  # fmt: skip
    deadlines: Field = Part(DeadlinesIn, load_default=dict)


class SignIn(Body):
    institution_id: Field = Id(load_default=None)


class EndIn(Body):
    institution_id: Field = Id(load_default=None, metadata={"label": lazy("Institution"), "kind": "select"})
    reason: Field = Code(
        ("ended-by-party", "replaced"), load_default="ended-by-party",
        metadata={"label": lazy("Why it ends"), "term": "agreement-end-reason"},
    )  # fmt: skip


class DeadlinesOut(Out):
    look = fields.Integer(dump_default=DEADLINES["look"])
    decide = fields.Integer(dump_default=DEADLINES["decide"])
    contact = fields.Integer(dump_default=DEADLINES["contact"])
    urgent_look = fields.Integer(dump_default=DEADLINES["urgent_look"])
    urgent_decide = fields.Integer(dump_default=DEADLINES["urgent_decide"])
    urgent_contact = fields.Integer(dump_default=DEADLINES["urgent_contact"])


class AgreementOut(Out):
    id = fields.String()
    parties = fields.List(fields.String())
    signed_by = fields.List(fields.String())
    purposes = fields.List(fields.String())
    deadlines = fields.Nested(DeadlinesOut)
    valid_from = fields.String()
    valid_to = fields.String(allow_none=True)
    status = fields.String()
    ended_on = fields.String(allow_none=True)
    reason = fields.String(allow_none=True)
    actions = fields.List(fields.String())
    version = fields.Integer()
    fields = strings()  # type: ignore[assignment]  # a schema has an attribute of this name, too


class AgreementQuery(ListQuery):
    status: Field = Code(codes("agreement-statuses"), load_default=None)
