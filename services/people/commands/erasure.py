"""Erasing a woman's data: her key first of all; codes and dates that the law needs stay, without her."""

from typing import Any

from sqlalchemy import delete, insert, select

from services.people import events
from services.people.commands.accounts import close_account
from services.people.domain import Status
from services.people.queries import participants as queries
from services.people.tables import accounts, contacts, erasures, grants, identifiers, participants, purges, withdrawals
from shared.database import Transaction, check_version
from shared.errors import Conflict
from shared.i18n import gettext as _
from shared.metrics import ERASURES

SERVICE = "people"


def erase(
    tx: Transaction, *, participant_id: str, ground: str = "own-request", seen: int | None = None
) -> dict[str, Any]:
    """Destroy her key and everything that leads to her. Raises NotFound, Stale, Conflict when it is done already.

    The key store is apart from the database: should the commit fail after the key is gone, erasing again completes it.
    """
    row = queries.row_of(tx, participant_id)
    check_version(row, seen)
    if row["status"] != Status.ACTIVE:
        raise Conflict(_("Her data have been erased already."))
    records = 1 + _delete_rows(tx, participant_id)
    account = tx.first(select(accounts).where(accounts.c.participant_id == participant_id))
    if account is not None:
        close_account(tx, account, reason="erased")
        records += 1
    row = tx.save(participants, row, status=Status.ERASED.value, languages=[], do_not_contact=True, **_emptied())
    kept = {"participant_id": participant_id, "code": row["code"], "ground": ground, "records": records}
    tx.execute(insert(erasures).values(**kept, erased_by=tx.actor.id, at=tx.now))
    tx.publish(events.participant_erased(participant_id, ground=ground))
    tx.sealer.keys.destroy(participant_id)
    ERASURES.labels(SERVICE).inc()
    return queries.resources(tx, [row], {})[0]


def _emptied() -> dict[str, None]:
    return dict.fromkeys(("given_name_sealed", "family_name_sealed", "birth_date_sealed", "notes_sealed"))


def _delete_rows(tx: Transaction, participant_id: str) -> int:
    tables = (contacts, identifiers, grants, withdrawals)
    return sum(tx.execute(delete(t).where(t.c.participant_id == participant_id)).rowcount for t in tables)


def confirm_own_purge(tx: Transaction, *, participant_id: str, erasure_event_id: str) -> None:
    """Say that this service holds nothing of her any more, as every other service does."""
    tx.sealer.keys.destroy(participant_id)
    records = tx.scalar(select(erasures.c.records).where(erasures.c.participant_id == participant_id)) or 0
    tx.publish(events.participant_data_purged(participant_id, erasure_event_id=erasure_event_id, records=int(records)))


def note_purge(tx: Transaction, *, participant_id: str, service: str, records: int) -> None:
    """A service has confirmed that it holds nothing of her any more."""
    entry = tx.insert(purges).values(participant_id=participant_id, service=service, records=records, at=tx.now)
    tx.execute(entry.on_conflict_do_nothing())
