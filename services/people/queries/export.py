"""Everything that people holds of one woman, for herself and for the data-protection officer."""

from typing import Any

from sqlalchemy import select

from services.people.domain import EVERYTHING, Status
from services.people.queries import access, accounts, participants
from services.people.tables import accounts as accounts_table
from shared.database import Transaction

ENTRIES_AT_MOST = 10_000


def export(tx: Transaction, participant_id: str) -> dict[str, Any]:
    """Raises NotFound. Of an erased woman only her code is left."""
    row = participants.row_of(tx, participant_id)
    account = tx.first(select(accounts_table).where(accounts_table.c.participant_id == participant_id))
    seen = {participant_id: EVERYTHING} if row["status"] == Status.ACTIVE else {}
    entries = access.entries(tx, participant_id=participant_id, limit=ENTRIES_AT_MOST, cursor=None)
    return {
        "participant": participants.resources(tx, [row], seen)[0],
        "account": accounts.resources(tx, [account])[0] if account else None,
        "shared_with": sharing(tx, participant_id),
        "seen_by": entries.items,
        "exported_at": tx.now,
    }


def sharing(tx: Transaction, participant_id: str) -> list[dict[str, Any]]:
    """Which institutions may see what of her today, and until when."""
    rows = participants.shared_with(tx, participant_id)
    names = participants.institution_names(tx, {row["institution_id"] for row in rows})
    return [{**row, "institution": names.get(row["institution_id"], "")} for row in rows]
