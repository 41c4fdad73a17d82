"""Local copies of others' facts: who belongs where, what things are called. Dropped and rebuilt at any time."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Table, delete

from services.notifications.tables import (
    account_copies,
    cooperative_copies,
    institution_copies,
    membership_copies,
    mentor_copies,
    participant_copies,
    referral_copies,
    role_copies,
    service_copies,
)
from shared.consumer import Handler
from shared.database import Transaction
from shared.envelope import Fact

INSTITUTION = ("name", "type", "teryt", "status", "confidential_location")
SERVICE = ("institution_id", "name", "category", "teryt", "status", "confidential_location")
COOPERATIVE = ("name", "adviser_id", "adviser_institution_id")


TABLES = (
    account_copies,
    cooperative_copies,
    institution_copies,
    membership_copies,
    mentor_copies,
    participant_copies,
    referral_copies,
    role_copies,
    service_copies,
)
"""What `splot rebuild` empties before it reads the log again."""


def account_activated(tx: Transaction, fact: Fact) -> None:
    _upsert(tx, account_copies, fact.key, active=True, participant_id=fact.data["participant_id"])
    tx.execute(delete(role_copies).where(role_copies.c.account_id == fact.key))
    for role in fact.data["roles"]:
        tx.execute(role_copies.insert().values(account_id=fact.key, role=role))


def account_disabled(tx: Transaction, fact: Fact) -> None:
    _upsert(tx, account_copies, fact.key, insert={"participant_id": None}, active=False)


def membership_granted(tx: Transaction, fact: Fact) -> None:
    belongs = {name: fact.data[name] for name in ("account_id", "institution_id", "role")}
    _upsert(tx, membership_copies, fact.key, **belongs, ended=False)


def membership_ended(tx: Transaction, fact: Fact) -> None:
    belongs = {name: fact.data[name] for name in ("account_id", "institution_id", "role")}
    _upsert(tx, membership_copies, fact.key, **belongs, ended=True)


def institution(tx: Transaction, fact: Fact) -> None:
    _upsert(tx, institution_copies, fact.key, **{name: fact.data[name] for name in INSTITUTION})


def service(tx: Transaction, fact: Fact) -> None:
    capacity = fact.data["capacity"] or {}
    values: dict[str, Any] = {name: fact.data[name] for name in SERVICE}
    values |= {name: capacity.get(name) or 0 for name in ("available", "maximum")}
    _upsert(tx, service_copies, fact.key, **values, told_at=fact.time)


def referral(tx: Transaction, fact: Fact) -> None:
    sent = {"sender_id": fact.data["sender_id"], "sent_at": fact.time}
    _upsert(tx, referral_copies, fact.key, insert=sent, status=fact.data["status"])


def participant(tx: Transaction, fact: Fact) -> None:
    said = {"code": fact.data["code"]} if "code" in fact.data else {}
    new = {"code": None, "erased": False, **said}
    kept = {**said, "safe_channels": fact.data["safe_channels"]}
    entering = tx.insert(participant_copies).values(id=fact.key, **{**new, **kept})
    living = participant_copies.c.erased.is_(False)
    tx.execute(entering.on_conflict_do_update(index_elements=["id"], set_=kept, where=living))


def participant_erased(tx: Transaction, fact: Fact) -> None:
    """Only that there was someone stays, so that what comes late about her is refused."""
    _upsert(tx, participant_copies, fact.key, code=None, safe_channels=[], erased=True)


def cooperative(tx: Transaction, fact: Fact) -> None:
    said = {name: fact.data[name] for name in COOPERATIVE}
    _upsert(tx, cooperative_copies, fact.key, **said, representatives=fact.data["representative_account_ids"])


def match_started(tx: Transaction, fact: Fact) -> None:
    mentee = fact.data["mentee"]
    if mentee["kind"] == "cooperative":
        mentor = {"match_id": fact.key, "account_id": fact.data["mentor_account_id"]}
        entering = tx.insert(mentor_copies).values(cooperative_id=mentee["id"], **mentor)
        tx.execute(entering.on_conflict_do_update(index_elements=["cooperative_id"], set_=mentor))


def match_ended(tx: Transaction, fact: Fact) -> None:
    tx.execute(delete(mentor_copies).where(mentor_copies.c.match_id == fact.key))


def _upsert(tx: Transaction, table: Table, key: str, *, insert: Mapping[str, Any] | None = None, **values: Any) -> None:
    """`insert` holds what only a new row gets."""
    entering = tx.insert(table)
    taken_over = {name: entering.excluded[name] for name in values}
    entering = entering.on_conflict_do_update(index_elements=["id"], set_=taken_over)
    tx.execute(entering, {"id": key, **(insert or {}), **values})


REFERRAL_FACTS = (
    "requested", "received", "accepted", "rejected", "information-asked", "information-given", "waitlisted", "started",
    "held", "resumed", "completed", "failed", "cancelled", "redirected", "corrected",
)  # fmt: skip
COOPERATIVE_FACTS = (
    "opened", "status-changed", "details-changed", "founder-joined", "founder-left", "members-changed",
    "social-enterprise-status-changed",
)  # fmt: skip

PROJECTIONS: dict[str, Handler] = {
    "people.account.activated.v1": account_activated,
    "people.account.disabled.v1": account_disabled,
    "people.membership.granted.v1": membership_granted,
    "people.membership.ended.v1": membership_ended,
    "people.participant.registered.v1": participant,
    "people.participant.safe-contact-changed.v1": participant,
    "people.participant.erased.v1": participant_erased,
    "mentoring.match.started.v1": match_started,
    "mentoring.match.ended.v1": match_ended,
    **{f"referrals.institution.{fact}.v1": institution for fact in ("registered", "changed", "closed")},
    **{f"referrals.service.{fact}.v1": service for fact in ("published", "changed", "withdrawn", "capacity-changed")},
    **{f"referrals.referral.{fact}.v1": referral for fact in REFERRAL_FACTS},
    **{f"cooperatives.cooperative.{fact}.v1": cooperative for fact in COOPERATIVE_FACTS},
}
