"""Between the list of contacts and a form that asks for each way on its own."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from services.people.pages import words
from services.people.schemas import CHANNELS
from shared.errors import FieldError, Invalid
from shared.i18n import gettext as _

Contact = Mapping[str, Any]
ASKED = ("value", "hours", "voicemail", "note", "ask_again_on")


def as_values(shown: Mapping[str, Any]) -> dict[str, Any]:
    """What is known, as the form's values: of each channel the first contact."""
    values: dict[str, Any] = {"language": shown["language"], "do_not_contact": shown["do_not_contact"]}
    for way in reversed(shown["contacts"]):
        told = {name: way[name] for name in ASKED if way[name] is not None}
        values[way["channel"]] = {**told, "safe": "yes" if way["safe"] else "no", "hours": words.hours(way["hours"])}
    return values


def as_contacts(body: Mapping[str, Any], known: Sequence[Contact] = ()) -> list[dict[str, Any]]:
    """The contacts that the form asks for, with those of `known` that it has no place for. Raises Invalid."""
    typed = [(channel, body[channel]) for channel in CHANNELS if body.get(channel)]
    problems = [problem for channel, way in typed for problem in _missing(channel, way)]
    if problems:
        raise Invalid(problems)
    first = [_contact(channel, way) for channel, way in typed if way.get("value")]
    return [*first, *_further(known)]


def _missing(channel: str, way: Mapping[str, Any]) -> Iterator[FieldError]:
    if way.get("value") and "safe" not in way:
        yield FieldError(f"/{channel}/safe", _("Say whether this is safe. Without an answer nothing is sent."))
    if not way.get("value") and (way.get("safe") == "yes" or way.get("hours")):
        yield FieldError(f"/{channel}/value", _("Type where this leads, or leave the answer out."))


def _contact(channel: str, way: Mapping[str, Any]) -> dict[str, Any]:
    told = {name: way.get(name) for name in ASKED}
    told["hours"] = words.typed_hours(way["hours"]) if way.get("hours") else None
    return {"channel": channel, "safe": way["safe"] == "yes", **told}


def _further(known: Sequence[Contact]) -> list[dict[str, Any]]:
    seen: set[str] = set()
    further = []
    for way in known:
        if way["channel"] in seen:
            further.append(dict(way))
        seen.add(way["channel"])
    return further


@contextmanager
def told_at_the_form(contacts: Sequence[Contact]) -> Iterator[None]:
    """A command speaks of `/contacts/n/…`; the form of `/sms/…`."""
    try:
        yield
    except Invalid as refusal:
        raise Invalid([FieldError(_pointer(e.pointer, contacts), e.detail) for e in refusal.errors]) from None


def _pointer(pointer: str, contacts: Sequence[Contact]) -> str:
    parts = pointer.split("/")
    if parts[1:2] != ["contacts"]:
        return pointer
    return f"/{contacts[int(parts[2])]['channel']}/{parts[3]}"
