"""May this person be reached now, on this channel, and where: decided at the moment of asking, denied by default."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from services.people.domain import Answer, Status, may_reach
from services.people.queries import accounts, participants
from services.people.tables import accounts as accounts_table
from services.people.tables import participants as participants_table
from shared.database import Transaction


@dataclass(frozen=True)
class Reply:
    """`address` only when allowed; `field` is what of her is told by it."""

    reason: Answer
    address: str | None = None
    language: str = "pl"
    not_before: datetime | None = None

    @property
    def allowed(self) -> bool:
        return self.address is not None

    def as_answer(self) -> dict[str, Any]:
        told = {"allowed": self.allowed, "reason": self.reason.value, "language": self.language}
        return {**told, **{k: v for k, v in (("address", self.address), ("not_before", self.not_before)) if v}}


def of_participant(tx: Transaction, participant_id: str, *, channel: str) -> Reply:
    row = tx.first(select(participants_table).where(participants_table.c.id == participant_id))
    if row is None:
        return Reply(Answer.NOT_RECORDED)
    if row["status"] != Status.ACTIVE:
        return Reply(Answer.ERASED)
    ways = participants.contact_rows(tx, [participant_id]).get(participant_id, [])
    rules = [participants.rule_of(way) for way in ways]
    verdict = may_reach(rules, channel=channel, do_not_contact=row["do_not_contact"], now=tx.now)
    if verdict.rule is None:
        return Reply(verdict.answer, language=row["language"], not_before=verdict.not_before)
    language = rules[verdict.rule].language or row["language"]
    return Reply(verdict.answer, address=participants.address_of(tx, ways[verdict.rule]), language=language)


def of_account(tx: Transaction, account_id: str, *, channel: str) -> tuple[Reply, str | None]:
    """The answer, and whose rules it followed where the account is a participant's own."""
    row = tx.first(select(accounts_table).where(accounts_table.c.id == account_id))
    if row is None:
        return Reply(Answer.NOT_RECORDED), None
    if row["status"] != accounts.ACTIVE:
        return Reply(Answer.DISABLED), None
    if row["participant_id"]:
        return of_participant(tx, row["participant_id"], channel=channel), row["participant_id"]
    address = accounts.email_of(tx, row) if channel == "email" else None
    reason = Answer.SAFE if address else Answer.NOT_RECORDED
    return Reply(reason, address=address, language=row["language"]), None
