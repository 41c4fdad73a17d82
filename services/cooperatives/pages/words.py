"""What pages call things, and small shapes that several of them show."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Any
from urllib.parse import urlencode

from flask import request

from services.cooperatives.domain import states
from services.cooperatives.pages.routes import LIST
from shared import contracts
from shared.i18n import format_date, term
from shared.i18n import gettext as _
from shared.paging import Page
from shared.web.forms import FormField
from shared.web.pages import PageCall

LATE = (*states.ENDING, states.Status.ABANDONED)
Pairs = Sequence[tuple[str, str]]


def word(kind: str, code: str) -> str:
    """What a code is called; every kind is declared in schemas.TERMS."""
    return term(kind, code)


def day(text: str | None) -> str | None:
    return format_date(date.fromisoformat(text)) if text else None


def status_tag(status: str) -> dict[str, str]:
    kind = "ok" if status == states.Status.ACTIVE else "muted" if status in LATE else ""
    return {"text": term("cooperative-status", status), "tag": "yes", "kind": kind}


def languages(codes: Iterable[str]) -> str | None:
    return ", ".join(term("language", code) for code in codes) or None


def language_choices(known: Iterable[str] = ()) -> Pairs:
    """The languages of the site, and those that are there already."""
    codes = dict.fromkeys([*contracts.codes("languages"), *known])
    return [(code, term("language", code)) for code in codes]


def county_choices() -> Pairs:
    return [(code, contracts.county_name(code)) for code in contracts.codes("counties")]


def asked(name: str, codes: Collection[str]) -> str | None:
    """What the address asks for, where it is one of the codes."""
    given = request.args.get(name)
    return given if given in codes else None


def select(name: str, label: str, options: Pairs, chosen: str | None) -> FormField:
    shown = [{"value": "", "text": _("All")}, *({"value": code, "text": text} for code, text in options)]
    return FormField(name=name, kind="select", label=label, value=chosen or "", options=shown)


def filters(action: str, chosen: Mapping[str, str | None]) -> dict[str, Any]:
    """Search by name or number, county and state."""
    places, stands = county_choices(), [(str(one), term("cooperative-status", one)) for one in states.Status]
    return {
        "action": action,
        "fields": [
            FormField(name="q", kind="text", label=_("Name or number"), value=chosen["q"] or ""),
            select("teryt", _("County"), places, chosen["teryt"]),
            select("status", _("Status"), stands, chosen["status"]),
        ],
        "clear_href": action if any(chosen.values()) else None,
    }


def wanted() -> dict[str, str | None]:
    q = "".join(one for one in request.args.get("q", "")[:100] if one.isprintable()).strip()
    return {
        "q": q or None,
        "teryt": asked("teryt", contracts.codes("counties")),
        "status": asked("status", contracts.codes("cooperative-statuses")),
    }


def next_href(address: str, page: Page, chosen: Mapping[str, str | None]) -> str | None:
    kept = {name: value for name, value in chosen.items() if value}
    return f"{address}?{urlencode({**kept, 'cursor': page.next})}" if page.next else None


def tabs(cooperative_id: str, current: str) -> list[dict[str, Any]]:
    here = f"{LIST}/{cooperative_id}"
    items = (
        ("", _("Where we are")),
        ("/people", _("Founders and members")),
        ("/obligations", _("Duties")),
        ("/vacancies", _("Vacancies")),
    )
    return [{"label": label, "href": here + part, "current": part == current} for part, label in items]


def header(row: Mapping[Any, Any]) -> dict[str, Any]:
    number = f"KRS {row['krs']}" if row["krs"] else _("no KRS number yet")
    return {
        "code": number,
        "title": row["name"],
        "lang": "pl",
        "status": status_tag(row["status"]),
        "lede": contracts.county_name(row["teryt"]),
    }


def back(call: PageCall) -> dict[str, str] | None:
    """Those who keep several have a list to go back to."""
    if {"intake", "coordinator"} & call.actor.all_roles:
        return {"href": LIST, "label": _("Cooperatives")}
    return None


def actor_word(account_id: str, row: Mapping[Any, Any], *, me: str) -> str:
    """Who recorded it: never a name."""
    if account_id == me:
        return _("you")
    if account_id == row["adviser_id"]:
        return _("the adviser")
    if account_id in row["representative_account_ids"]:
        return _("the representative")
    return _("the coordinator")
