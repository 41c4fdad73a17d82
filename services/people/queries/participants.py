"""What is held of participants, opened only as far as the reader may see."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import select

from services.people.domain import (
    FIELD_OF_CHANNEL,
    Hours,
    Rule,
    Status,
    name_words,
    parse_hours,
    phone_number,
    typed_code,
)
from services.people.queries import visibility
from services.people.tables import contacts, erasures, grants, identifiers, institution_copies, participants, purges
from shared.actor import Actor
from shared.database import Transaction
from shared.paging import Page, page

Row = Mapping[Any, Any]
FOUND_AT_MOST = 50


def row_of(tx: Transaction, participant_id: str) -> Row:
    """Raises NotFound."""
    return tx.one(select(participants).where(participants.c.id == participant_id))


def contact_rows(tx: Transaction, ids: Collection[str]) -> dict[str, list[Row]]:
    """Her ways of contact by participant, in the order she gave them."""
    found: dict[str, list[Row]] = {}
    for row in tx.all(select(contacts).where(contacts.c.participant_id.in_(ids)).order_by(contacts.c.id)):
        found.setdefault(row["participant_id"], []).append(row)
    return found


def rule_of(row: Row) -> Rule:
    hours: Hours | None = parse_hours(row["hours"]) if row["hours"] else None
    return Rule(row["channel"], row["safe"], hours, row["ask_again_on"], row["language"])


def address_of(tx: Transaction, row: Row) -> str:
    return tx.sealer.open(
        row["value_sealed"], subject=row["participant_id"], table="contacts", column="value", row=row["id"]
    )


def resources(tx: Transaction, rows: Sequence[Row], seen: Mapping[str, frozenset[str]]) -> list[dict[str, Any]]:
    """The rows as the reader sees them; what she may not see is absent."""
    living = [row["id"] for row in rows if seen.get(row["id"])]
    tx.sealer.keys.load(living)
    reached = contact_rows(tx, living) if living else {}
    return [_resource(tx, row, seen.get(row["id"], frozenset()), reached.get(row["id"], [])) for row in rows]


def _resource(tx: Transaction, row: Row, fields: frozenset[str], reached: Sequence[Row]) -> dict[str, Any]:
    whole: dict[str, Any] = {
        "id": row["id"],
        "code": row["code"],
        "status": row["status"],
        "registered_at": row["registered_at"],
        "version": row["version"],
        "fields": sorted(fields),
        "actions": actions(tx.actor, row),
    }
    if "name" in fields:
        whole |= {"given_name": _open(tx, row, "given_name"), "family_name": _open(tx, row, "family_name")}
    if "birth-date" in fields:
        whole["birth_date"] = _open(tx, row, "birth_date")
    if "languages" in fields:
        whole |= {"language": row["language"], "languages": list(row["languages"])}
    if "notes" in fields:
        whole |= {"notes": _open(tx, row, "notes"), "registered_by": row["registered_by"]}
    if fields & set(FIELD_OF_CHANNEL.values()):
        shown = [contact for contact in reached if FIELD_OF_CHANNEL[contact["channel"]] in fields]
        whole |= {"contacts": [_contact(tx, contact) for contact in shown], "do_not_contact": row["do_not_contact"]}
    return whole


def _open(tx: Transaction, row: Row, column: str) -> str | None:
    token = row[f"{column}_sealed"]
    if token is None:
        return None
    return tx.sealer.open(token, subject=row["id"], table="participants", column=column, row=row["id"])


def _contact(tx: Transaction, row: Row) -> dict[str, Any]:
    plain = {name: row[name] for name in ("channel", "safe", "hours", "voicemail", "language", "ask_again_on")}
    note = row["note_sealed"]
    if note is not None:
        note = tx.sealer.open(note, subject=row["participant_id"], table="contacts", column="note", row=row["id"])
    return {**plain, "value": address_of(tx, row), "note": note}


def actions(actor: Actor, row: Row) -> list[str]:
    """What the actor may do with the record now."""
    return ["erase"] if row["status"] == Status.ACTIVE and visibility.OFFICER in actor.all_roles else []


def name_of(shown: Mapping[str, Any]) -> str | None:
    """Her full name, where the reader may see it."""
    return f"{shown['given_name']} {shown['family_name']}" if "given_name" in shown else None


def cards(tx: Transaction, seen: Mapping[str, frozenset[str]]) -> list[dict[str, Any]]:
    """Code and, where it may be seen, name of each."""
    named = [participant_id for participant_id, fields in seen.items() if "name" in fields]
    tx.sealer.keys.load(named)
    found = []
    for row in tx.all(select(participants).where(participants.c.id.in_(list(seen)))):
        card = {"id": row["id"], "code": row["code"]}
        if row["id"] in named:
            card["name"] = f"{_open(tx, row, 'given_name')} {_open(tx, row, 'family_name')}"
        found.append(card)
    return found


def one(tx: Transaction, participant_id: str) -> dict[str, Any]:
    """What the actor may see of her. Raises NotFound."""
    visibility.known(tx, tx.actor, participant_id=participant_id)
    row = row_of(tx, participant_id)
    return resources(tx, [row], visibility.visible_fields(tx, tx.actor, [participant_id]))[0]


def listed(tx: Transaction, *, limit: int, cursor: str | None) -> Page:
    """The newest first, as far as the actor may see."""
    statement = visibility.listed(tx, tx.actor)
    found = page(tx, statement, by=participants.c.id, limit=limit, cursor=cursor, newest_first=True)
    seen = visibility.visible_fields(tx, tx.actor, [row["id"] for row in found.items])
    return Page(resources(tx, found.items, seen), found.next)


def search(tx: Transaction, *, code: str | None, name: str | None, phone: str | None) -> list[dict[str, Any]]:
    """Who matches everything that was given, among those the actor may know of.

    Nobody is found by a field that the actor may not see.
    """
    statement = visibility.listed(tx, tx.actor).order_by(participants.c.id.desc()).limit(FOUND_AT_MOST)
    needed = set()
    if code is not None:
        statement = statement.where(participants.c.code == typed_code(code))
    for field, hashes in _wanted(tx, name, phone):
        needed.add(field)
        for kind, hashed in hashes:
            matching = select(identifiers.c.participant_id).where(
                identifiers.c.hash == hashed, identifiers.c.kind == kind
            )
            statement = statement.where(participants.c.id.in_(matching))
    rows = tx.all(statement)
    seen = visibility.visible_fields(tx, tx.actor, [row["id"] for row in rows])
    allowed = [row for row in rows if visibility.OFFICER in tx.actor.all_roles or needed <= seen.get(row["id"], set())]
    return resources(tx, allowed, seen)


def _wanted(tx: Transaction, name: str | None, phone: str | None) -> Iterable[tuple[str, list[tuple[str, str]]]]:
    if name is not None:
        yield "name", [("word", blind(tx, "word", word)) for word in name_words(name)] or [("word", "")]
    if phone is not None:
        yield "phone", [("phone", blind(tx, "phone", phone_number(phone) or ""))]


def blind(tx: Transaction, kind: str, value: str) -> str:
    return tx.sealer.blind_index(value, column=kind)


def matching_kinds(tx: Transaction, wanted: Collection[tuple[str, str]], *, but: str) -> dict[str, set[str]]:
    """Kinds of identifiers that other women share with these, by participant."""
    rows = tx.all(
        select(identifiers).where(
            identifiers.c.hash.in_([hashed for _kind, hashed in wanted]), identifiers.c.participant_id != but
        )
    )
    found: dict[str, set[str]] = {}
    for row in rows:
        if row["kind"] != "word":
            found.setdefault(row["participant_id"], set()).add(row["kind"])
    return found


def institution_names(tx: Transaction, ids: Collection[str]) -> dict[str, str]:
    rows = tx.all(select(institution_copies).where(institution_copies.c.id.in_(ids)))
    return {row["id"]: row["name"] for row in rows}


def codes_of(tx: Transaction, ids: Collection[str]) -> dict[str, str]:
    rows = tx.execute(select(participants.c.id, participants.c.code).where(participants.c.id.in_(ids)))
    return {row.id: row.code for row in rows}


def id_of_code(tx: Transaction, code: str) -> str | None:
    found: str | None = tx.scalar(select(participants.c.id).where(participants.c.code == code))
    return found


def shared_with(tx: Transaction, participant_id: str) -> Sequence[Row]:
    """Who may see what of her today."""
    return tx.all(visibility.live_grants(tx).where(grants.c.participant_id == participant_id))


def erased(tx: Transaction, *, limit: int, cursor: str | None) -> Page:
    """Erasures, the newest first, each with the services that have confirmed it."""
    found = page(tx, select(erasures), by=erasures.c.participant_id, limit=limit, cursor=cursor, newest_first=True)
    ids = [row["participant_id"] for row in found.items]
    confirmed: dict[str, list[str]] = {}
    for row in tx.all(select(purges).where(purges.c.participant_id.in_(ids)).order_by(purges.c.service)):
        confirmed.setdefault(row["participant_id"], []).append(row["service"])
    return found.map(lambda row: {**row, "confirmed": confirmed.get(row["participant_id"], [])})
