"""Which fact reaches whom, as what kind of item, how urgently, by when. Every row of the choreography that names us."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any

from services.notifications.domain.kinds import KINDS, Data, holds, pick
from shared.dates import END_OF_DAY, WARSAW, parse_instant


class Audience(StrEnum):
    """Who an item is for, in the words of the fact; commands/audience.py finds them."""

    RECEIVER_INTAKE = "receiver-intake"
    RECEIVER_ADMIN = "receiver-admin"
    HANDLER = "handler"
    SENDER = "sender"
    OWNER_ADMIN = "owner-admin"
    PARTY_ADMINS = "party-admins"
    COORDINATOR = "coordinator"
    ADVISER = "adviser"
    MENTOR = "mentor"
    MENTEE = "mentee"
    REPRESENTATIVES = "representatives"
    COOPERATIVE_MENTOR = "cooperative-mentor"
    COOPERATIVE_ADVISER = "cooperative-adviser"
    LABOUR_OFFICES = "labour-offices"


class Urgency(StrEnum):
    NORMAL = "normal"
    URGENT = "urgent"
    AS_REFERRED = "as-referred"
    """As the referral's priority says."""


@dataclass(frozen=True)
class Rule:
    kind: str
    to: tuple[Audience, ...]
    urgency: Urgency = Urgency.NORMAL
    due: str = ""
    """The field that says by when."""
    keep: tuple[str, ...] = ()
    """Fields of the fact that the title and the line below it need: codes, ids, public names."""
    subject: str = ""
    """The field with the subject's id; else it is the fact's key."""
    about: str = ""
    """The field with whom it is about, so that another fact can finish it, and an erasure find it."""
    when: tuple[str, Any] | None = None
    by_mail: bool = True
    """Whether it is also announced by e-mail or SMS."""


A = Audience
REFERRAL = ("code", "service_category", "sender_id", "receiver_id", "priority")
MATCH = ("institution_id", "mentee.kind", "mentee.id")
COOPERATIVE = ("name",)


def _referral(kind: str, *to: Audience, keep: tuple[str, ...] = (), **more: Any) -> Rule:
    more = {"urgency": Urgency.AS_REFERRED, "about": "participant_id", **more}
    return Rule(kind, to, keep=(*REFERRAL, *keep), **more)


def _match(kind: str, *to: Audience, keep: tuple[str, ...] = (), **more: Any) -> Rule:
    return Rule(kind, to, keep=(*MATCH, *keep), about="mentee.id", **more)


def _obligation(kind: str, *to: Audience, **more: Any) -> Rule:
    return Rule(kind, to, due="due_on", keep=("kind",), subject="cooperative_id", about="@key", **more)


RULES: Mapping[str, tuple[Rule, ...]] = {
    "referrals.referral.requested.v1": (
        _referral("referral-requested", A.RECEIVER_INTAKE, urgency=Urgency.URGENT, due="decide_by"),
    ),
    "referrals.referral.received.v1": (_referral("referral-received", A.SENDER, by_mail=False),),
    "referrals.referral.accepted.v1": (_referral("referral-accepted", A.SENDER),),
    "referrals.referral.rejected.v1": (
        _referral("referral-rejected", A.SENDER, urgency=Urgency.URGENT, keep=("reason", "service_id")),
    ),
    "referrals.referral.information-asked.v1": (
        _referral("referral-question", A.SENDER, urgency=Urgency.URGENT, due="decide_by"),
    ),
    "referrals.referral.information-given.v1": (
        _referral("referral-answered", A.RECEIVER_INTAKE, urgency=Urgency.URGENT, due="decide_by"),
    ),
    "referrals.referral.waitlisted.v1": (_referral("referral-waitlisted", A.SENDER),),
    "referrals.referral.completed.v1": (_referral("referral-completed", A.SENDER, keep=("outcome",)),),
    "referrals.referral.failed.v1": (
        _referral("referral-failed", A.SENDER, keep=("reason", "service_id")),
        _referral("referral-failed", A.COORDINATOR, keep=("reason",), when=("before_start", True), by_mail=False),
    ),
    "referrals.referral.redirected.v1": (_referral("referral-redirected", A.SENDER, keep=("reason", "replaced_by")),),
    "referrals.referral.cancelled.v1": (_referral("referral-withdrawn", A.HANDLER),),
    "referrals.referral.overdue.v1": (
        _referral("referral-overdue", A.RECEIVER_ADMIN, A.SENDER, due="due_at", keep=("deadline",)),
        _referral("referral-overdue", A.COORDINATOR, due="due_at", keep=("deadline",), by_mail=False),
    ),
    "referrals.service.capacity-changed.v1": (
        Rule("service-full", (A.OWNER_ADMIN, A.COORDINATOR), keep=("name", "category", "institution_id"),
             when=("capacity.available", 0), by_mail=False),
    ),
    "referrals.agreement.ending.v1": (
        Rule("agreement-ending", (A.PARTY_ADMINS, A.COORDINATOR), due="valid_to", keep=("parties", "valid_to")),
    ),
    "programmes.path.way-chosen.v1": (
        Rule("cooperative-chosen", (A.ADVISER,), keep=("participant_id", "institution_id"), about="participant_id",
             when=("way", "social-cooperative")),
    ),
    "mentoring.match.proposed.v1": (_match("match-proposed", A.MENTOR, due="expires_at"),),
    "mentoring.match.accepted.v1": (
        _match("match-accepted", A.ADVISER, due="expires_at"),
        _match("match-found", A.MENTEE),
    ),
    "mentoring.match.started.v1": (_match("match-started", A.MENTOR, A.MENTEE),),
    "mentoring.match.declined.v1": (_match("match-declined", A.COORDINATOR, keep=("declined_by",)),),
    "mentoring.match.expired.v1": (_match("match-expired", A.COORDINATOR, keep=("silent",)),),
    "cooperatives.cooperative.status-changed.v1": (
        Rule("cooperative-status", (A.REPRESENTATIVES, A.COOPERATIVE_MENTOR, A.COOPERATIVE_ADVISER),
             keep=(*COOPERATIVE, "before", "after")),
        Rule("cooperative-status", (A.COORDINATOR,), keep=(*COOPERATIVE, "before", "after"), by_mail=False),
    ),
    "cooperatives.vacancy.opened.v1": (
        Rule("vacancy-opened", (A.LABOUR_OFFICES,), due="closes_on", about="cooperative_id",
             keep=("title", "cooperative_name", "hours", "teryt", "positions")),
    ),
    "cooperatives.obligation.due.v1": (
        _obligation("obligation-due", A.REPRESENTATIVES),
        _obligation("obligation-due", A.COORDINATOR, by_mail=False),
    ),
    "cooperatives.obligation.overdue.v1": (_obligation("obligation-overdue", A.REPRESENTATIVES, A.COORDINATOR),),
}  # fmt: skip


@dataclass(frozen=True)
class Draft:
    """An item as a rule and a fact make it, before it is known who reads it."""

    kind: str
    to: tuple[Audience, ...]
    subject_type: str
    subject_id: str
    about_id: str | None
    params: dict[str, Any]
    urgent: bool
    due_at: datetime | None
    by_mail: bool


def drafts(event_type: str, *, key: str, data: Data) -> list[Draft]:
    """What a fact calls for."""
    return [_draft(rule, key, data) for rule in RULES.get(event_type, ()) if holds(data, rule.when)]


def _draft(rule: Rule, key: str, data: Data) -> Draft:
    return Draft(
        kind=rule.kind,
        to=rule.to,
        subject_type=KINDS[rule.kind].subject,
        subject_id=str(value_at(rule.subject, key=key, data=data) or key),
        about_id=value_at(rule.about, key=key, data=data),
        params={path: value for path in rule.keep if (value := pick(data, path)) is not None},
        urgent=_is_urgent(rule.urgency, data),
        due_at=_due(pick(data, rule.due)) if rule.due else None,
        by_mail=rule.by_mail,
    )


def value_at(path: str, *, key: str, data: Data) -> Any:
    """The field of a fact; `@key` is the fact's own key."""
    return key if path == "@key" else pick(data, path) if path else None


def _is_urgent(urgency: Urgency, data: Data) -> bool:
    return urgency == Urgency.URGENT or (urgency == Urgency.AS_REFERRED and data.get("priority") == "urgent")


def _due(value: Any) -> datetime | None:
    """A deadline; one that is a day ends with it, in Warsaw."""
    if not isinstance(value, str):
        return None
    if len(value) > len("2026-03-31"):
        return parse_instant(value)
    return datetime.combine(date.fromisoformat(value), END_OF_DAY, WARSAW).astimezone(UTC)
