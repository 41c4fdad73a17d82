"""How the pages say what is kept."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from services.people.domain import DAYS, parse_hours
from services.people.schemas import PURPOSES
from shared.i18n import LANGUAGES, format_date, format_instant, term
from shared.i18n import gettext as _

EVERY_DAY = 7


def hours(text: str | None) -> str:
    """Hours as a person would write them, the days in her language; a form that shows them understands them, too."""
    if not text:
        return ""
    kept = parse_hours(text)
    clock = f"{kept.start:%H:%M}-{kept.end:%H:%M}"
    return clock if len(kept.days) == EVERY_DAY else f"{_days(kept.days)} {clock}"


def _days(days: Sequence[int]) -> str:
    named = [term("day", DAYS[day]) for day in days]
    in_a_row = len(days) > 2 and days[-1] - days[0] == len(days) - 1
    return f"{named[0]}-{named[-1]}" if in_a_row else ",".join(named)


def typed_hours(text: str) -> str:
    """What someone typed with days in her language, as it is kept with the days in English."""
    codes = {term("day", day).casefold(): day for day in DAYS}

    def english(found: re.Match[str]) -> str:
        word = found[0].casefold()
        return next((day for name, day in codes.items() if len(word) >= 2 and name.startswith(word)), word)

    return re.sub(r"[^\W\d_]+", english, text)


def purpose(code: str) -> str:
    return term("access-purpose", code if code in PURPOSES else "other")


def fields(codes: Iterable[str]) -> str:
    return ", ".join(term("person-field", code) for code in codes)


def day(text: str | None) -> str:
    return format_date(date.fromisoformat(text)) if text else ""


def contact(way: Mapping[str, Any]) -> list[str]:
    """One way of contact, line by line; whether it is safe in words."""
    safe = _("Safe") if way["safe"] else _("Not safe: do not use")
    lines = [way["value"], f"{safe} · {hours(way['hours'])}" if way["safe"] and way["hours"] else safe]
    if way["voicemail"]:
        lines.append(_("A voice message may be left"))
    if way["ask_again_on"]:
        lines.append(_("Ask again on %(day)s", day=day(way["ask_again_on"])))
    return [*lines, way["note"]] if way["note"] else lines


def person(shown: Mapping[str, Any], *, change_href: str = "") -> list[dict[str, Any]]:
    """The rows of a summary of what may be seen of her; what may not be seen has no row."""
    change = {"href": change_href} if change_href else None
    rows: list[dict[str, Any]] = []
    if "given_name" in shown:
        rows.append({"label": _("Name"), "value": f"{shown['given_name']} {shown['family_name']}"})
    if "birth_date" in shown:
        rows.append({"label": _("Date of birth"), "value": day(shown["birth_date"])})
    if "languages" in shown:
        spoken = ", ".join(language(code) for code in shown["languages"])
        rows.append({"label": _("Language of messages"), "value": language(shown["language"])})
        rows.append({"label": _("Languages in which one can talk with her"), "value": spoken})
    if "contacts" in shown:
        rows += [
            {"label": term("contact-channel", channel), "value": contact(way), "change": change}
            for channel, way in ((way["channel"], way) for way in shown["contacts"])
        ]
    if "notes" in shown:
        rows.append({"label": _("Notes"), "value": shown["notes"]})
    return rows


def language(code: str) -> str:
    return term("language", code) if code in LANGUAGES else code


def entry(row: Mapping[str, Any]) -> list[Any]:
    """A row of the access log: when, who, which fields, why."""
    who = ", ".join([row["reader"], *row["institution_names"]])
    return [format_instant(row["at"]), who, fields(row["fields"]), purpose(row["purpose"])]
