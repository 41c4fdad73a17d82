"""How referrals, services and deadlines are said to people."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from babel import Locale

from services.referrals.domain import Row
from shared import contracts
from shared.dates import working_days_between
from shared.i18n import current_language, format_date, ngettext, term
from shared.i18n import gettext as _

Pairs = Sequence[tuple[str, str]]

SPOKEN = ("pl", "uk", "ru", "be", "en", "ka", "hy", "ar", "fr", "es", "vi")
"""Languages offered in forms; the API takes any."""

KINDS = {
    "rejected": "refused",
    "failed": "refused",
    "cancelled": "muted",
    "entered-in-error": "muted",
    "draft": "muted",
    "completed": "ok",
}


def counties() -> Pairs:
    return [(code, contracts.county_name(code)) for code in contracts.codes("counties")]


def language(tag: str) -> str:
    """The language's name in the reader's language."""
    spoken = current_language()
    names = Locale.parse(spoken if spoken in ("pl", "uk", "ru", "be", "en") else "pl").languages
    return str(names.get(tag.partition("-")[0], tag))


def languages(tags: Iterable[str]) -> str:
    return ", ".join(language(tag) for tag in tags)


def language_choices() -> Pairs:
    return [(tag, language(tag)) for tag in SPOKEN]


def word(kind: str, code: str) -> str:
    """What a code is called."""
    return term(kind, code)


def needs(codes: Iterable[str]) -> str:
    return ", ".join(word("need", code) for code in codes)


def places(row: Row) -> str:
    """How many places a service has free, in words."""
    if row["available"] == 0:
        return _("No places free; there is a waiting list") if row["waiting_list"] else _("No places free")
    if row["maximum"] is None:
        return ngettext("%(n)s place free", "%(n)s places free", row["available"])
    return ngettext(
        "%(n)s place free of %(maximum)s", "%(n)s places free of %(maximum)s", row["available"], maximum=row["maximum"]
    )


def service_option(row: Row) -> tuple[str, str]:
    return row["id"], f"{row['name']} · {row['institution_name']} · {places(row)}"


def status(row: Row) -> dict[str, str]:
    said = {"text": word("referral-status", row["business_status"] or row["status"])}
    kind = KINDS.get(row["status"])
    return {**said, "kind": kind} if kind else said


def day(text: str | None) -> str:
    """An ISO date as people write it; empty without one."""
    return format_date(date.fromisoformat(text)) if text else ""


def yes_or_no(value: bool | None) -> str:
    return {True: _("yes"), False: _("no"), None: _("not asked")}[value]


def due(row: Row, *, now: datetime) -> str:
    """By when the receiver should act, or how late it is; empty when no clock runs."""
    if row["due_at"] is None:
        return ""
    if row["due_at"] >= now:
        return _("by %(day)s", day=format_date(row["due_at"]))
    late = working_days_between(row["due_at"], now)
    if late == 0:
        return _("overdue since %(day)s", day=format_date(row["due_at"]))
    return ngettext("%(n)s working day overdue", "%(n)s working days overdue", late)
