"""Use cases of mentoring: one function each, one transaction each."""

from typing import Any

from services.mentoring.tables import history
from shared.database import Transaction


def note(tx: Transaction, subject_id: str, what: str, *, party: str) -> None:
    """Keep that something happened to a record, for its time line: codes only."""
    row: dict[str, Any] = {"id": tx.new_id(), "subject_id": subject_id, "what": what, "party": party, "at": tx.now}
    tx.execute(history.insert().values(row))
