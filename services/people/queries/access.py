"""The access log: who saw what of whom and why, and whether anyone has tampered with it."""

import json
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from typing import Any

from sqlalchemy import func, select

from services.people.queries import accounts, participants
from services.people.tables import access_chain, access_log, access_unchained
from shared.database import Transaction
from shared.dates import isoformat_z
from shared.metrics import OLDEST_UNFINISHED_AGE, Reading
from shared.paging import Page, page

Row = Mapping[Any, Any]
START = "0" * 64
BATCH = 1000


def entries(tx: Transaction, *, participant_id: str | None, limit: int, cursor: str | None) -> Page:
    """Entries, the newest first, of one woman or of all, with the readers' usernames and institutions in words."""
    statement = select(access_log)
    if participant_id:
        statement = statement.where(access_log.c.participant_id == participant_id)
    found = page(tx, statement, by=access_log.c.id, limit=limit, cursor=cursor, newest_first=True)
    readers = accounts.usernames(tx, {row["reader_id"] for row in found.items})
    places = {institution for row in found.items for institution in row["institutions"]}
    names = participants.institution_names(tx, places)
    codes = participants.codes_of(tx, {row["participant_id"] for row in found.items})

    def told(row: Row) -> dict[str, Any]:
        return {
            **row,
            "reader": readers.get(row["reader_id"], row["reader_id"].removeprefix("service:")),
            "institution_names": [names[i] for i in row["institutions"] if i in names],
            "code": codes.get(row["participant_id"], ""),
        }

    return found.map(told)


def unchained(tx: Transaction, *, limit: int) -> Sequence[Row]:
    waiting = select(access_unchained.c.entry_id).order_by(access_unchained.c.entry_id).limit(limit)
    return tx.all(select(access_log).where(access_log.c.id.in_(waiting.scalar_subquery())).order_by(access_log.c.id))


def anything_unchained(tx: Transaction) -> bool:
    return tx.first(select(access_unchained.c.entry_id).limit(1)) is not None


def gauges(tx: Transaction) -> Iterator[Reading]:
    """How old the oldest entry is that is not chained yet."""
    waiting = select(func.min(access_unchained.c.entry_id)).scalar_subquery()
    oldest = tx.scalar(select(access_log.c.at).where(access_log.c.id == waiting))
    age = (tx.now - oldest).total_seconds() if oldest else 0.0
    yield Reading(OLDEST_UNFINISHED_AGE, ("people", "chain-access-log"), age)


def last_link(tx: Transaction) -> tuple[int, str]:
    row = tx.first(select(access_chain).order_by(access_chain.c.position.desc()).limit(1))
    return (row["position"], row["hash"]) if row else (0, START)


def link_hash(previous: str, entry: Row) -> str:
    """What ties an entry to everything before it."""
    told = [
        previous,
        entry["id"],
        isoformat_z(entry["at"]),
        entry["reader_id"],
        list(entry["institutions"]),
        entry["participant_id"],
        list(entry["fields"]),
        entry["purpose"],
    ]
    return sha256(json.dumps(told, separators=(",", ":")).encode()).hexdigest()


def verify_chain(tx: Transaction) -> str | None:
    """None when every chained entry is as it was written; else a sentence naming the first that is not."""
    previous, expected = START, 1
    for row in _chained(tx):
        if row["chain_position"] != expected:
            return f"link {expected} of the access log is missing"
        if row["id"] is None:
            return f"the entry of link {expected} of the access log is missing"
        previous = link_hash(previous, row)
        if previous != row["chain_hash"]:
            return f"entry {row['id']} of the access log was changed"
        expected += 1
    return _lost(tx)


def _chained(tx: Transaction) -> Iterator[Row]:
    after = 0
    links = access_chain.outerjoin(access_log, access_log.c.id == access_chain.c.entry_id)
    chosen = select(
        access_chain.c.position.label("chain_position"), access_chain.c.hash.label("chain_hash"), *access_log.c
    ).select_from(links)
    while rows := tx.all(chosen.where(access_chain.c.position > after).order_by(access_chain.c.position).limit(BATCH)):
        yield from rows
        after = rows[-1]["chain_position"]


def _lost(tx: Transaction) -> str | None:
    """Every entry is either chained or waits to be: fewer links than entries means that links were cut off."""
    entries_there, links, waiting = (
        int(tx.scalar(select(func.count()).select_from(table)) or 0)
        for table in (access_log, access_chain, access_unchained)
    )
    return None if entries_there == links + waiting else "entries and links of the access log do not add up"
