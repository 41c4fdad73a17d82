"""Referrals: drafts, actions, and what of them the caller may see."""

from typing import Any

from marshmallow import fields

from services.referrals.domain.referrals import REASONS
from shared.contracts import codes
from shared.i18n import lazy
from shared.web.api import ListQuery
from shared.web.fields import Body, Code, Day, Flag, Id, Language, Many, Moment, Out, Part, Text

Field = fields.Field[Any]
Asked = dict[str, Any]


def strings() -> Field:
    """Made apart, because a class that has a field `fields` cannot name the module after it."""
    return fields.List(fields.String())


class LegalBasisIn(Body):
    code: Field = Code(
        codes("legal-bases"), required=True,
        metadata={"label": lazy("Why the data may be processed"), "term": "legal-basis"},
    )  # fmt: skip
    special: Field = Code(
        codes("legal-bases-special"), load_default=None, allow_none=True,
        metadata={
            "label": lazy("Why special categories may be shared"),
            "hint": lazy("Only where you share data on health, violence or origin."),
            "term": "legal-basis", "kind": "select",
        },
    )  # fmt: skip
    reference: Field = Text(
        load_default=None, longest=300, metadata={"label": lazy("Provision of the law"), "kind": "text"}
    )


class SharingIn(Body):
    fields: Field = Many(  # type: ignore[assignment]  # a schema has an attribute of this name, too
        Code(codes("sharing-fields")), required=True,
        metadata={"label": lazy("What she agreed to share"), "term": "sharing-field"},
    )  # fmt: skip
    agreed: Field = Code(
        codes("sharing-forms"), required=True, metadata={"label": lazy("How she agreed"), "term": "sharing-form"}
    )
    language: Field = Language(
        load_default=None, metadata={"label": lazy("Language in which you asked her"), "kind": "select"}
    )
    expires_on: Field = Day(
        required=True,
        metadata={"label": lazy("Until when"), "hint": lazy("The last day on which the recipient may see it.")},
    )


class DraftIn(Body):
    """What a draft says; whatever is missing can be said later, and is asked for when it is sent."""

    service_id: Field = Id(load_default=None, allow_none=True, metadata={"label": lazy("Service"), "kind": "radios"})
    priority: Field = Code(
        codes("priorities"), load_default="routine",
        metadata={"label": lazy("How fast an answer is needed"), "term": "priority"},
    )  # fmt: skip
    needs: Field = Many(
        Code(codes("needs")), load_default=list, metadata={"label": lazy("What she needs"), "term": "need"}
    )
    barriers: Field = Many(
        Code(codes("barriers")), load_default=list,
        metadata={"label": lazy("What stands in her way"), "term": "barrier"},
    )  # fmt: skip
    languages: Field = Many(
        Language(), load_default=list, metadata={"label": lazy("Languages in which one can talk with her")}
    )
    childcare: Field = Flag(load_default=False, metadata={"label": lazy("Dependants must be looked after meanwhile")})
    mentor_wished: Field = Flag(load_default=None, allow_none=True, metadata={"label": lazy("She wishes for a mentor")})
    teryt: Field = Code(codes("counties"), load_default=None, allow_none=True, metadata={"kind": "absent"})
    narrative: Field = Text(
        load_default=None, allow_none=True, longest=5000,
        metadata={
            "label": lazy("What the recipient should know"),
            "hint": lazy("Kept encrypted, shown only to the two institutions. Write what they need, no more."),
        },
    )  # fmt: skip
    legal_basis: Field = Part(LegalBasisIn, load_default=None, allow_none=True)
    sharing: Field = Part(SharingIn, load_default=None, allow_none=True)


class ServiceStep(Body):
    """A draft's questions as the pages ask them: the same fields, and no way on without an answer."""

    service_id: Field = Id(required=True, metadata={"label": lazy("Service"), "kind": "radios"})


class NeedStep(Body):
    needs: Field = Many(
        Code(codes("needs")), required=True, least=1, metadata={"label": lazy("What she needs"), "term": "need"}
    )
    barriers: Field = Many(
        Code(codes("barriers")), load_default=list,
        metadata={"label": lazy("What stands in her way"), "term": "barrier"},
    )  # fmt: skip
    priority: Field = Code(
        codes("priorities"), required=True,
        metadata={"label": lazy("How fast an answer is needed"), "term": "priority"},
    )  # fmt: skip


class SituationStep(DraftIn):
    languages: Field = Many(
        Language(), required=True, least=1, metadata={"label": lazy("Languages in which one can talk with her")}
    )


class SharingStep(Body):
    legal_basis: Field = Part(LegalBasisIn, required=True)
    sharing: Field = Part(SharingIn, required=True)


class ReferralIn(DraftIn):
    participant_id: Field = Id(required=True)
    institution_id: Field = Id(load_default=None)
    submit: Field = Flag(load_default=False)


class PersonIn(Body):
    participant_id: Field = Id(required=True, metadata={"label": lazy("Participant"), "kind": "select"})
    service_id: Field = Id(load_default=None, metadata={"kind": "hidden"})
    institution_id: Field = Id(load_default=None, metadata={"label": lazy("Institution"), "kind": "select"})


def _reason(action: str) -> Code:
    asked: Asked = {"label": lazy("Reason"), "term": "referral-reason", "kind": "radios"}
    return Code(REASONS[action], required=True, metadata=asked)


class Nothing(Body):
    """An action that asks nothing."""


class RejectIn(Body):
    reason: Field = _reason("reject")
    note: Field = Text(
        longest=2000, load_default=None,
        metadata={"label": lazy("What the sender should know"), "hint": lazy("Seen by the two institutions only.")},
    )  # fmt: skip


class CancelIn(Body):
    reason: Field = _reason("cancel")


class FailIn(Body):
    reason: Field = _reason("fail")
    note: Field = Text(
        longest=2000, load_default=None,
        metadata={"label": lazy("What the sender should know"), "hint": lazy("Seen by the two institutions only.")},
    )  # fmt: skip


class CompleteIn(Body):
    outcome: Field = Code(
        codes("referral-outcomes"), required=True,
        metadata={"label": lazy("What it led to"), "term": "referral-outcome", "kind": "radios"},
    )  # fmt: skip


class RedirectIn(Body):
    service_id: Field = Id(required=True, metadata={"label": lazy("Service that fits better"), "kind": "radios"})
    note: Field = Text(longest=2000, load_default=None, metadata={"label": lazy("What the sender should know")})


class AskIn(Body):
    question: Field = Text(required=True, longest=2000, metadata={"label": lazy("Your question")})


class AnswerIn(Body):
    text: Field = Text(required=True, longest=2000, metadata={"label": lazy("Your answer")})


class MistakenIn(Body):
    comment: Field = Text(required=True, longest=2000, metadata={"label": lazy("What was wrong")})


ACTION_BODIES: dict[str, type[Body]] = {
    "submit": Nothing,
    "receive": Nothing,
    "accept": Nothing,
    "reject": RejectIn,
    "ask": AskIn,
    "answer": AnswerIn,
    "waitlist": Nothing,
    "redirect": RedirectIn,
    "start": Nothing,
    "hold": Nothing,
    "resume": Nothing,
    "complete": CompleteIn,
    "fail": FailIn,
    "cancel": CancelIn,
    "reopen": Nothing,
    "mark-entered-in-error": MistakenIn,
}


class LegalBasisOut(Out):
    code = fields.String(allow_none=True)
    special = fields.String(allow_none=True)
    reference = fields.String(allow_none=True)


class SharingOut(Out):
    agreed = fields.String(allow_none=True)
    language = fields.String(allow_none=True)
    expires_on = fields.String(allow_none=True)
    fields = strings()  # type: ignore[assignment]  # a schema has an attribute of this name, too


class ReferralOut(Out):
    """A referral as the caller may see it: what she may not see is absent."""

    id = fields.String()
    code = fields.String()
    status = fields.String()
    business_status = fields.String(allow_none=True)
    participant_id = fields.String()
    sender_id = fields.String(allow_none=True)
    receiver_id = fields.String(allow_none=True)
    service_id = fields.String(allow_none=True)
    service_category = fields.String(allow_none=True)
    vacancy_id = fields.String(allow_none=True)
    priority = fields.String()
    needs = fields.List(fields.String())
    barriers = fields.List(fields.String())
    languages = fields.List(fields.String())
    childcare = fields.Boolean()
    mentor_wished = fields.Boolean(allow_none=True)
    teryt = fields.String(allow_none=True)
    narrative = fields.String(allow_none=True)
    legal_basis = fields.Nested(LegalBasisOut, allow_none=True)
    sharing = fields.Nested(SharingOut, allow_none=True)
    reason = fields.String(allow_none=True)
    outcome = fields.String(allow_none=True)
    position = fields.Integer(allow_none=True)
    replaces = fields.String(allow_none=True)
    replaced_by = fields.String(allow_none=True)
    created_at = Moment()
    requested_at = Moment(allow_none=True)
    received_at = Moment(allow_none=True)
    accepted_at = Moment(allow_none=True)
    look_by = Moment(allow_none=True)
    decide_by = Moment(allow_none=True)
    contact_by = Moment(allow_none=True)
    due_at = Moment(allow_none=True)
    overdue = fields.Boolean()
    actions = fields.List(fields.String())
    version = fields.Integer()


class HistoryOut(Out):
    version = fields.Integer()
    action = fields.String()
    party = fields.String()
    institution_id = fields.String(allow_none=True)
    status = fields.String()
    business_status = fields.String(allow_none=True)
    reason = fields.String(allow_none=True)
    outcome = fields.String(allow_none=True)
    text = fields.String()
    at = Moment()


class ReferralQuery(ListQuery):
    side: Field = Code(
        ("sent", "received"), load_default=None, metadata={"label": lazy("Direction"), "term": "referral-side"}
    )
    status: Field = Code(
        codes("referral-statuses"), load_default=None, metadata={"label": lazy("Status"), "term": "referral-status"}
    )
    open: Field = Flag(load_default=None, allow_none=True, metadata={"label": lazy("Open ones only")})
    overdue: Field = Flag(load_default=None, allow_none=True, metadata={"label": lazy("Overdue only")})
    q: Field = Text(load_default=None, longest=20, metadata={"label": lazy("Code"), "width": 10})
    participant_id: Field = Id(load_default=None, metadata={"kind": "absent"})
    service_id: Field = Id(load_default=None, metadata={"kind": "absent"})
