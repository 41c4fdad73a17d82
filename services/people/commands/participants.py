"""Registering a woman, and how she may be reached."""

import secrets
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import delete, insert, select

from services.people import events
from services.people.commands.access import note_read
from services.people.domain import (
    EVERYTHING,
    FIELD_OF_CHANNEL,
    Rule,
    Status,
    email_address,
    name_words,
    parse_hours,
    phone_number,
    possibly_the_same,
    public_code,
    safe_channels,
)
from services.people.queries import participants as queries
from services.people.queries import visibility
from services.people.tables import contacts, identifiers, participants, withdrawals
from shared.database import Transaction, check_version
from shared.errors import FieldError, Forbidden, Invalid, NotFound
from shared.i18n import gettext as _

Contact = Mapping[str, Any]
Row = Mapping[Any, Any]
DOUBLE = "possible-double"


def register(  # noqa: PLR0913 - one argument for each field of a record
    tx: Transaction,
    *,
    given_name: str,
    family_name: str,
    language: str,
    contacts: Sequence[Contact] = (),
    languages: Sequence[str] = (),
    birth_date: str | None = None,
    notes: str | None = None,
    do_not_contact: bool = False,
    institution_id: str | None = None,
) -> dict[str, Any]:
    """Register a woman; answers her record with `possible_duplicate`. Raises Invalid.

    A contact is {channel, value, safe, hours?, voicemail?, language?, ask_again_on?, note?}. A service names the
    institution itself; a caseworker of several has to say for which she acts.
    """
    asked = tx.actor.is_service
    registered_by = institution_id if asked else tx.actor.acting_for(institution_id, ("caseworker",))
    ways = _checked(contacts)
    participant_id = tx.new_id()
    names = {"given_name": given_name, "family_name": family_name, "birth_date": birth_date, "notes": notes}
    row = {
        "id": participant_id,
        "code": _unused_code(tx),
        "status": Status.ACTIVE.value,
        "registered_by": registered_by,
        "registered_at": tx.now,
        "language": language,
        "languages": list(languages),
        "do_not_contact": do_not_contact,
        "version": 1,
        **{f"{name}_sealed": _seal(tx, participant_id, name, text) for name, text in names.items()},
    }
    tx.execute(insert(participants).values(row))
    _save_contacts(tx, participant_id, ways)
    kinds = [*_name_identifiers(given_name, family_name, birth_date), *_contact_identifiers(ways)]
    duplicate = _save_identifiers(tx, participant_id, kinds)
    tx.publish(events.participant_registered(row, safe_channels=safe_channels(_rules(ways))))
    shown = queries.resources(tx, [row], {participant_id: EVERYTHING})[0]
    return {**shown, "possible_duplicate": duplicate}


def change_safe_contact(
    tx: Transaction,
    *,
    participant_id: str,
    contacts: Sequence[Contact],
    do_not_contact: bool = False,
    language: str | None = None,
    seen: int | None = None,
) -> dict[str, Any]:
    """Replace how she may be reached. Only she herself and the institution that registered her may.

    Raises NotFound, Forbidden, Stale, Invalid.
    """
    row = _living(tx, participant_id)
    if not (tx.actor.is_service or participant_id == tx.actor.participant_id):
        visibility.known(tx, tx.actor, participant_id=participant_id)
        if not visibility.registered_by_own(tx.actor, row):
            raise Forbidden
    check_version(row, seen)
    ways = _checked(contacts)
    row = tx.save(participants, row, do_not_contact=do_not_contact, language=language or row["language"])
    _replace_contacts(tx, participant_id, ways)
    ask_again_on = min((way["ask_again_on"] for way in ways if way.get("ask_again_on")), default=None)
    channels = safe_channels(_rules(ways))
    tx.publish(events.safe_contact_changed(row, safe_channels=channels, ask_again_on=ask_again_on))
    return queries.resources(tx, [row], {participant_id: EVERYTHING})[0]


def withdraw_sharing(tx: Transaction, *, participant_id: str, institution_id: str) -> None:
    """She takes back that an institution sees her data: from now on it sees nothing. Raises NotFound."""
    if participant_id != tx.actor.participant_id:
        raise NotFound
    ended = [row for row in queries.shared_with(tx, participant_id) if row["institution_id"] == institution_id]
    if not ended:
        raise NotFound
    referral_ids = [row["referral_id"] for row in ended]
    tx.execute(
        insert(withdrawals), [{"referral_id": i, "participant_id": participant_id, "at": tx.now} for i in referral_ids]
    )
    tx.publish(events.sharing_withdrawn(participant_id, institution_ids=[institution_id], referral_ids=referral_ids))


def _living(tx: Transaction, participant_id: str) -> Row:
    row = queries.row_of(tx, participant_id)
    if row["status"] != Status.ACTIVE:
        raise NotFound
    return row


def _unused_code(tx: Transaction) -> str:
    while True:
        code = public_code(secrets.choice)
        if tx.first(select(participants.c.id).where(participants.c.code == code)) is None:
            return code


def _seal(tx: Transaction, participant_id: str, column: str, text: str | None) -> str | None:
    if text is None:
        return None
    return tx.sealer.seal(text, subject=participant_id, table="participants", column=column, row=participant_id)


def _checked(given: Sequence[Contact]) -> list[dict[str, Any]]:
    """The contacts in the form in which they are kept. Raises Invalid at `/contacts/n/…`."""
    ways, errors = [], []
    for n, contact in enumerate(given):
        value = _as_kept(contact["channel"], contact["value"])
        if value is None:
            errors.append(FieldError(f"/contacts/{n}/value", _advice(contact["channel"])))
        ways.append({**contact, "value": value, "hours": _hours(contact.get("hours"), n, errors)})
    if errors:
        raise Invalid(errors)
    return ways


def _as_kept(channel: str, value: str) -> str | None:
    if FIELD_OF_CHANNEL[channel] == "phone":
        return phone_number(value)
    return email_address(value) if channel == "email" else value.strip() or None


def _advice(channel: str) -> str:
    if FIELD_OF_CHANNEL[channel] == "phone":
        return _("Type a phone number such as 600 100 200 or +380 44 123 45 67.")
    return _("Type an e-mail address such as name@example.org.")


def _hours(text: str | None, n: int, errors: list[FieldError]) -> str | None:
    if not text:
        return None
    try:
        return str(parse_hours(text))
    except ValueError:
        errors.append(FieldError(f"/contacts/{n}/hours", _("Type hours such as 09:00-15:00.")))
        return None


def _rules(ways: Iterable[Contact]) -> list[Rule]:
    return [Rule(way["channel"], way["safe"]) for way in ways]


def _save_contacts(tx: Transaction, participant_id: str, ways: Sequence[Contact]) -> None:
    for way in ways:
        contact_id = tx.new_id()
        place = {"subject": participant_id, "table": "contacts", "row": contact_id}
        note = way.get("note")
        tx.execute(
            insert(contacts).values(
                id=contact_id,
                participant_id=participant_id,
                channel=way["channel"],
                value_sealed=tx.sealer.seal(way["value"], column="value", **place),
                note_sealed=tx.sealer.seal(note, column="note", **place) if note else None,
                safe=way["safe"],
                hours=way["hours"],
                voicemail=way.get("voicemail"),
                language=way.get("language"),
                ask_again_on=way.get("ask_again_on"),
            )
        )


def _replace_contacts(tx: Transaction, participant_id: str, ways: Sequence[Contact]) -> None:
    tx.execute(delete(contacts).where(contacts.c.participant_id == participant_id))
    tx.execute(
        delete(identifiers).where(
            identifiers.c.participant_id == participant_id, identifiers.c.kind.in_(("phone", "email"))
        )
    )
    _save_contacts(tx, participant_id, ways)
    _index(tx, participant_id, [(kind, queries.blind(tx, kind, value)) for kind, value in _contact_identifiers(ways)])


def _name_identifiers(given_name: str, family_name: str, birth_date: str | None) -> list[tuple[str, str]]:
    words = name_words(given_name, family_name)
    whole = [("name", " ".join(words)), *(("word", word) for word in words)]
    return [*whole, ("birth-date", birth_date)] if birth_date else whole


def _contact_identifiers(ways: Iterable[Contact]) -> list[tuple[str, str]]:
    kinds = [(FIELD_OF_CHANNEL[way["channel"]], way["value"]) for way in ways]
    return [(kind, value.casefold()) for kind, value in kinds if kind in ("phone", "email")]


def _save_identifiers(tx: Transaction, participant_id: str, kinds: Sequence[tuple[str, str]]) -> bool:
    """Index her identifiers; True when two of different kinds are another woman's too, which is logged there."""
    hashed = [(kind, queries.blind(tx, kind, value)) for kind, value in dict.fromkeys(kinds)]
    _index(tx, participant_id, hashed)
    matching = queries.matching_kinds(tx, hashed, but=participant_id)
    doubles = {other: sorted(shared) for other, shared in matching.items() if possibly_the_same(shared)}
    note_read(tx, doubles, purpose=DOUBLE)
    return bool(doubles)


def _index(tx: Transaction, participant_id: str, hashed: Iterable[tuple[str, str]]) -> None:
    rows = [{"participant_id": participant_id, "kind": kind, "hash": value} for kind, value in dict.fromkeys(hashed)]
    if rows:
        tx.execute(insert(identifiers), rows)
