"""Writing the access log: appended to by every read of personal data, tied together by hashes a second later."""

from collections.abc import Collection, Mapping
from datetime import timedelta

from sqlalchemy import delete, insert, select

from services.people.queries import access
from services.people.tables import access_chain, access_log, access_unchained
from shared.database import Transaction

SAME_READ = timedelta(minutes=10)
"""Pages refresh themselves: within this time the same reader, woman and purpose are one read."""

Shown = Mapping[str, Collection[str]]
"""Codes of the fields that were shown, by participant."""


def note_read(tx: Transaction, shown: Shown, *, purpose: str) -> None:
    """Log that the actor has been shown these fields, where that is not logged already."""
    fresh = unnoted(tx, shown, purpose=purpose)
    if not fresh:
        return
    institutions, now = sorted(tx.actor.memberships), tx.now
    rows = [
        {
            "id": tx.new_id(),
            "at": now,
            "reader_id": tx.actor.id,
            "institutions": institutions,
            "participant_id": participant_id,
            "fields": sorted(fields),
            "purpose": purpose,
        }
        for participant_id, fields in fresh.items()
    ]
    tx.execute(insert(access_log), rows)
    tx.execute(insert(access_unchained), [{"entry_id": row["id"]} for row in rows])


def unnoted(tx: Transaction, shown: Shown, *, purpose: str) -> dict[str, Collection[str]]:
    """What of it a recent entry does not cover yet."""
    named = {participant_id: fields for participant_id, fields in shown.items() if fields}
    if not named:
        return {}
    recent = tx.all(
        select(access_log.c.participant_id, access_log.c.fields).where(
            access_log.c.reader_id == tx.actor.id,
            access_log.c.participant_id.in_(list(named)),
            access_log.c.purpose == purpose,
            access_log.c.at > tx.now - SAME_READ,
        )
    )
    covered: dict[str, set[str]] = {}
    for row in recent:
        covered.setdefault(row["participant_id"], set()).update(row["fields"])
    return {key: fields for key, fields in named.items() if not set(fields) <= covered.get(key, set())}


def chain(tx: Transaction, *, limit: int = 500) -> int:
    """Tie the entries that are not yet in the chain to it, in one order; answers how many."""
    waiting = access.unchained(tx, limit=limit)
    if not waiting:
        return 0
    position, previous = access.last_link(tx)
    links = []
    for position, entry in enumerate(waiting, start=position + 1):  # noqa: B020 - the count goes on from the last link
        previous = access.link_hash(previous, entry)
        links.append({"position": position, "entry_id": entry["id"], "hash": previous})
    tx.execute(insert(access_chain), links)
    tx.execute(delete(access_unchained).where(access_unchained.c.entry_id.in_([entry["id"] for entry in waiting])))
    return len(links)
