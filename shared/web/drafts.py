"""What was typed into a form while the sign-in ran out: sealed, kept an hour, shown again after the return."""

import json
from datetime import timedelta

from sqlalchemy import Column, Index, Table, Text, delete, insert, select

from shared.database import Instant, Transaction, kernel

KEPT = timedelta(hours=1)

drafts = Table(
    "drafts",
    kernel,
    Column("id", Text, primary_key=True),
    Column("account_id", Text, nullable=False),
    Column("path", Text, nullable=False),
    Column("sealed", Text, nullable=False),
    Column("at", Instant, nullable=False),
)
Index("drafts_at", drafts.c.at)


def keep(tx: Transaction, *, account_id: str, path: str, form: dict[str, list[str]]) -> str:
    draft_id = tx.new_id()
    sealed = tx.sealer.seal_for_service(json.dumps(form), purpose="draft")
    tx.execute(insert(drafts).values(id=draft_id, account_id=account_id, path=path, sealed=sealed, at=tx.now))
    return draft_id


def recall(tx: Transaction, *, draft_id: str, path: str) -> dict[str, list[str]]:
    """What the account typed on this page; empty when there is no such draft of hers."""
    row = tx.first(
        select(drafts).where(
            drafts.c.id == draft_id,
            drafts.c.account_id == tx.actor.id,
            drafts.c.path == path,
            drafts.c.at > tx.now - KEPT,
        )
    )
    if row is None:
        return {}
    form: dict[str, list[str]] = json.loads(tx.sealer.open_for_service(row["sealed"], purpose="draft"))
    return form


def forget_old(tx: Transaction) -> int:
    return tx.execute(delete(drafts).where(drafts.c.at < tx.now - KEPT)).rowcount
