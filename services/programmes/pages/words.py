"""What the pages call things: codes, dates, and women, whose names are asked of `people` once a page."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from babel.dates import format_date as babel_date
from flask import request

from services.programmes.domain import cards
from services.programmes.domain.reach import is_nobody
from services.programmes.queries import people
from shared.contracts import codes
from shared.dates import local
from shared.i18n import DEFAULT, LANGUAGES, LOCALES, current_language, format_date, term, use_language
from shared.i18n import gettext as _
from shared.web.pages import PageCall

TERMS = {
    "need": codes("needs"),
    "activity-form": codes("activity-forms"),
    "activity-status": codes("activity-statuses"),
    "activity-cancel-reason": codes("activity-cancel-reasons"),
    "enrolment-status": codes("enrolment-statuses"),
    "enrolment-reason": codes("enrolment-reasons"),
    "enrolment-action": ("complete", "drop-out", "cancel"),
    "path-status": codes("path-statuses"),
    "path-outcome": codes("path-outcomes"),
    "path-action": ("consult", "start", "choose", "add-step", "pause", "resume", "end"),
    "path-fact": ("opened", "consult", "start", "choose", "pause", "resume", "end"),
    "path-next": ("opened", "consulting", "way-chosen", "in-progress", "paused", "ended"),
    "own-next": ("opened", "consulting", "way-chosen", "in-progress", "paused", "ended"),
    "own-step": codes("path-step-kinds"),
    "step-kind": codes("path-step-kinds"),
    "step-status": ("open", *codes("path-step-results")),
    "way": codes("ways"),
    "mentoring-goal": codes("mentoring-goals"),
    "slot": codes("slots"),
    "answer": ("yes", "no"),
    "programme-status": codes("programme-statuses"),
    "programme-reach": codes("programme-reaches"),
    "programme-action": tuple(sorted(cards.ACTIONS)),
    "support-area": cards.SUPPORT_AREAS,
    "activity-type": cards.ACTIVITY_TYPES,
    "target-group": cards.TARGET_GROUPS,
    "funding-source": cards.FUNDING_SOURCES,
    "currency": ("PLN", "EUR"),
    "language": codes("languages"),
    "referral-status": codes("referral-statuses"),
    "unmatched-reason": codes("unmatched-reasons"),
}
Called = Callable[[str], str]


def word(kind: str, code: str | None) -> str:
    """A dictionary's word for the code; what is in no dictionary is a word already."""
    code = known_as(kind, code or "")
    return term(kind, code) if code in TERMS[kind] else code


def known_as(kind: str, said: str) -> str:
    """The dictionary's code, where a card says its Polish word instead; else what is said."""
    if not said or said in TERMS[kind]:
        return said
    with use_language(DEFAULT):
        return next((code for code in TERMS[kind] if term(kind, code) == said), said)


def words(kind: str, many: Iterable[str]) -> str:
    return ", ".join(word(kind, code) for code in many)


def tag(kind: str, code: str) -> dict[str, Any]:
    """A status as a tag; colour only repeats what the word says."""
    colours = {
        "cancelled": "muted",
        "dropped-out": "muted",
        "ended": "muted",
        "finished": "muted",
        "not-done": "muted",
        "withdrawn": "muted",
        "paused": "muted",
        "completed": "ok",
        "done": "ok",
        "held": "ok",
        "attending": "ok",
    }
    return {"text": word(kind, code), "kind": colours.get(code), "tag": True}


def day(text: str | None) -> str:
    return format_date(date.fromisoformat(text)) if text else ""


def when(starts_at: datetime, ends_at: datetime | None = None) -> str:
    """`wtorek, 10 marca 2026, 09:00–10:30` on Warsaw's clock."""
    language = current_language()
    begins = local(starts_at)
    said = babel_date(begins.date(), "EEEE, d MMMM y", locale=LOCALES.get(language, language))
    until = f"–{local(ends_at):%H:%M}" if ends_at else ""
    return f"{said}, {begins:%H:%M}{until}"


def who(call: PageCall, ids: Iterable[str], *, purpose: str) -> Called:
    """Names for a page, asked once; where there is none, her code; nothing of one who was erased."""
    wanted = [one for one in dict.fromkeys(ids) if not is_nobody(one)]
    known = call.runtime.identity.cards(wanted, token=call.token, purpose=purpose)
    codes_of = people.codes(call.tx, wanted)

    def called(one: str) -> str:
        if is_nobody(one):
            return _("erased")
        return known.get(one) or codes_of.get(one) or _("a woman whose code has not arrived yet")

    return called


def code_of(call: PageCall, participant_id: str) -> str:
    """Her code for titles, where her name must not be."""
    return people.codes(call.tx, [participant_id]).get(participant_id, _("Path"))


def language_choices() -> list[tuple[str, str]]:
    return [(code, term("language", code)) for code in LANGUAGES]


def asked(name: str, allowed: Iterable[str]) -> str | None:
    """A filter from the address; anything else is no filter."""
    value = request.args.get(name, "")
    return value if value in set(allowed) else None


def select(name: str, label: str, options: Iterable[tuple[str, str]], value: str | None) -> dict[str, Any]:
    """A select of a filter, with "all" first."""
    made = [{"value": "", "text": _("All")}, *({"value": code, "text": text} for code, text in options)]
    return {"name": name, "kind": "select", "label": label, "value": value or "", "options": made}


def code_select(name: str, label: str, kind: str, value: str | None) -> dict[str, Any]:
    return select(name, label, [(code, term(kind, code)) for code in TERMS[kind]], value)


def next_href(page: Any, kept: Mapping[str, str | None]) -> str | None:
    """The address of a list's next page, with its filters."""
    if not page.next:
        return None
    return "?" + urlencode({**{name: value for name, value in kept.items() if value}, "cursor": page.next})
