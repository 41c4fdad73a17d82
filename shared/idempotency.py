"""One key, one effect: the answer of a creating POST is kept 24 hours and given again, in the command's transaction.

In parallel the second waits at the row the first has inserted: PostgreSQL blocks on the key, SQLite on the transaction.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Column, Index, Integer, RowMapping, Table, Text, delete, select, update

from shared.database import Instant, Transaction, kernel
from shared.errors import Invalid
from shared.i18n import gettext as _

KEPT = timedelta(hours=24)

idempotency = Table(
    "idempotency",
    kernel,
    Column("caller", Text, primary_key=True),
    Column("path", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("body_hash", Text, nullable=False),
    Column("status", Integer),
    Column("answer", Text),
    Column("at", Instant, nullable=False),
)
Index("idempotency_at", idempotency.c.at)


class KeyUsed(Invalid):
    """The key came before with another body."""


@dataclass(frozen=True)
class Answer:
    status: int
    body: dict[str, object]
    headers: dict[str, str]


def once(tx: Transaction, *, path: str, key: str, body: bytes, work: Callable[[], Answer]) -> Answer:
    """The answer of `work`, or the one kept from the first time. Invalid when the key came with another body."""
    caller, body_hash = tx.actor.id, tx.sealer.keyed_hash(body, purpose="idempotency")
    entering = tx.insert(idempotency).on_conflict_do_nothing().returning(idempotency.c.key)
    entry = {"caller": caller, "path": path, "key": key, "body_hash": body_hash, "at": tx.now}
    entered = tx.execute(entering, entry).first()
    mine = (idempotency.c.caller == caller, idempotency.c.path == path, idempotency.c.key == key)
    if entered is None:
        its_time_is_over = update(idempotency).where(*mine, idempotency.c.at < tx.now - KEPT)
        if not tx.execute(its_time_is_over.values(body_hash=body_hash, at=tx.now)).rowcount:
            return _again(tx, tx.one(select(idempotency).where(*mine)), body_hash)
    answer = work()
    sealed = tx.sealer.seal_for_service(
        json.dumps({"body": answer.body, "headers": answer.headers}), purpose="idempotency"
    )
    tx.execute(update(idempotency).where(*mine).values(status=answer.status, answer=sealed))
    return answer


def _again(tx: Transaction, row: RowMapping, body_hash: str) -> Answer:
    if row["body_hash"] != body_hash:
        raise KeyUsed.at("", _("This Idempotency-Key was used with another body: use a new key."))
    kept = json.loads(tx.sealer.open_for_service(row["answer"], purpose="idempotency"))
    return Answer(status=row["status"], body=kept["body"], headers=kept["headers"])


def forget_old(tx: Transaction) -> int:
    return tx.execute(delete(idempotency).where(idempotency.c.at < tx.now - KEPT)).rowcount
