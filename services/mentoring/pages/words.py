"""How records of mentoring are said on pages: names and codes, languages, places, time lines."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from babel import Locale

from services.mentoring.queries import people
from services.mentoring.queries.matches import Pairing
from services.mentoring.tables import Row
from shared import contracts
from shared.dates import isoformat_z, local
from shared.i18n import current_language, format_date, format_instant, ngettext, term
from shared.i18n import gettext as _
from shared.web.pages import PageCall

SPOKEN = ("pl", "uk", "ru", "be", "en", "ka", "hy", "az", "ce", "ar", "fa", "tr", "vi", "es", "fr", "de")
KINDS = {"urgent": "urgent", "declined": "refused", "expired": "late", "withdrawn": "muted", "active": "ok"}
PURPOSE = "mentoring"
said = term
"""What a code of a row is called. Who collects texts would take `term("kind", row["code"])` for a literal."""


def language(code: str) -> str:
    """`ukraiński`, in the reader's language; a code that nobody knows stays a code."""
    names = Locale.parse(current_language()).languages
    return str(names.get(code) or names.get(code.partition("-")[0]) or code)


def languages(codes: Iterable[str]) -> str:
    return ", ".join(language(code) for code in codes)


def counties(codes: Iterable[str]) -> str:
    return ", ".join(contracts.county_name(code) for code in codes)


def terms(kind: str, codes: Iterable[str]) -> str:
    return ", ".join(said(kind, code) for code in codes)


def language_choices(also: Iterable[str] = ()) -> list[tuple[str, str]]:
    """What a form offers; with what is chosen already, so that saving loses nothing."""
    return [(code, language(code)) for code in dict.fromkeys((*SPOKEN, *also))]


def county_choices(also: Iterable[str] = ()) -> list[tuple[str, str]]:
    return [(code, contracts.county_name(code)) for code in dict.fromkeys((*contracts.codes("counties"), *also))]


def day(iso: str | None) -> str | None:
    return format_date(date.fromisoformat(iso)) if iso else None


def mentor_label(row: Row) -> str:
    """Her public name, else the end of her record's id."""
    return str(row["public_name"] or _("Mentor %(code)s", code=people.short_code(row["id"])))


def names(call: PageCall, found: Sequence[Pairing]) -> dict[str, str]:
    """What mentees are called on this page, by mentee id: by name once the mentor said yes, where the reader may know
    it; else by code.
    """
    mentees = [one.mentee for one in found]
    called = people.public_labels(call.tx, mentees)
    agreed = [one.mentee for one in found if one.match["accepted_at"]]
    women = [row["subject_id"] for row in agreed if row["kind"] == "participant" and row["subject_id"]]
    known = call.runtime.identity.cards(women, token=call.token, purpose=PURPOSE)
    return called | {row["id"]: known[row["subject_id"]] for row in agreed if row["subject_id"] in known}


def status(kind: str, code: str) -> dict[str, str]:
    tag = {"text": said(kind, code)}
    return {**tag, "kind": KINDS[code]} if code in KINDS else tag


def waited(moment: datetime, now: datetime) -> str:
    days = max(0, (now - moment).days)
    return ngettext("%(n)s day", "%(n)s days", days)


WHAT = {
    "applied": lambda: _("Applied"),
    "changed": lambda: _("Profile changed"),
    "invite-to-interview": lambda: _("Invited to an interview"),
    "admit": lambda: _("Admitted to the academy"),
    "reject": lambda: _("Not admitted"),
    "complete-module": lambda: _("A module of the academy completed"),
    "activate": lambda: _("Active as a mentor"),
    "pause": lambda: _("Paused"),
    "resume": lambda: _("Takes mentees again"),
    "leave": lambda: _("Left"),
    "queued": lambda: _("Waits for a mentor"),
    "left": lambda: _("Left the queue"),
    "proposed": lambda: _("Proposed to the mentor"),
    "accepted": lambda: _("The mentor said yes"),
    "started": lambda: _("Both agreed: mentoring began"),
    "declined": lambda: _("Declined"),
    "expired": lambda: _("No answer in time"),
    "withdrawn": lambda: _("Proposal withdrawn"),
    "ended": lambda: _("Mentoring ended"),
    "meeting": lambda: _("A meeting was recorded"),
    "goal": lambda: _("A goal was added"),
    "created": lambda: _("Round started"),
    "solved": lambda: _("Round solved"),
    "failed": lambda: _("Round failed"),
    "published": lambda: _("Published: the mentors are asked"),
    "discard": lambda: _("Discarded"),
}
"""What stands in a time line."""
WHO = {
    "coordinator": lambda: _("coordinator"),
    "mentor": lambda: _("mentor"),
    "mentee": lambda: _("mentee"),
    "adviser": lambda: _("adviser"),
    "service": lambda: _("by itself"),
}


def facts(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """The time line of a record."""
    return [
        {
            "when": format_instant(row["at"]),
            "iso": isoformat_z(row["at"]),
            "what": WHAT[row["what"]](),
            "who": WHO[row["party"]](),
        }
        for row in rows
    ]


def score_parts(parts: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [
        {
            "label": said("score-part", part["code"]),
            "value": part["points"],
            "text": _(
                "%(part)s: %(points)s of %(most)s",
                part=said("score-part", part["code"]),
                points=part["points"],
                most=part["most"],
            ),
        }
        for part in parts
    ]


def until(moment: datetime | None) -> str:
    return _("until %(when)s", when=deadline(moment)) if moment else ""


def deadline(moment: datetime) -> str:
    """A deadline that ends with its day is told as a day, not as 23:59."""
    here = local(moment)
    return format_date(moment) if (here.hour, here.minute) == (23, 59) else format_instant(moment)
