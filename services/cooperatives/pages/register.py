"""The public register: list with map, one page each with history, open data. Nothing of any person."""

from typing import Any

from flask import Response, request

from services.cooperatives.domain import states
from services.cooperatives.pages import shapes, words
from services.cooperatives.pages.routes import pages
from services.cooperatives.queries import register
from services.cooperatives.schemas import bodies
from services.cooperatives.tables import cooperatives
from shared import contracts, paging
from shared.dates import isoformat_z
from shared.i18n import format_instant
from shared.i18n import gettext as _
from shared.web.bodies import load
from shared.web.pages import PageCall

REGISTER = "/cooperatives/register"
API = "/cooperatives/api/v1"
FRESH = "public, max-age=60"


@pages.get("/register", action=None)
def open_register(call: PageCall) -> str:
    chosen = words.wanted()
    cursor = request.args.get("cursor")
    page = paging.page(call.tx, register.entries(**chosen), by=cooperatives.c.id, cursor=cursor)
    return call.render(
        "cooperatives/register.html",
        heading=_("Register of social cooperatives"),
        lede=_("From the first group of founders to the last day, with every change of status."),
        filter=words.filters(REGISTER, chosen),
        caption=_("Social cooperatives"),
        head=[_("Name"), _("County"), _("Status"), _("Since"), _("KRS number")],
        rows=[_row(register.entry(one)) for one in page.items],
        next_href=words.next_href(REGISTER, page, chosen),
        first_href=REGISTER if cursor else None,
        empty={"text": _("No cooperative was found."), "href": REGISTER, "label": _("Show all")},
        map=shapes.county_map(register.by_county(call.tx), chosen=chosen["teryt"], address=REGISTER),
        panels=[_open_data()],
    )


def _row(entry: Any) -> list[Any]:
    return [
        {"text": entry["name"], "href": f"{REGISTER}/{entry['krs'] or entry['id']}", "lang": "pl"},
        entry["county"],
        words.status_tag(entry["status"]),
        words.day(entry["status_since"]),
        entry["krs"],
    ]


def _open_data() -> dict[str, Any]:
    return {
        "title": _("Open data"),
        "text": _("Free for everyone to use, without any condition (CC0). No data about people."),
        "links": [
            {"href": f"{API}/register.csv", "label": _("Table (CSV)")},
            {"href": f"{API}/register.geojson", "label": _("Map (GeoJSON)")},
            {"href": f"{API}/register", "label": "JSON"},
            {"href": f"{API}/changes", "label": _("Feed of changes, before and after")},
            {"href": "/cooperatives/api/docs", "label": _("How to use them")},
        ],
    }


@pages.get("/register/<id:key>", action=None)
def entry(call: PageCall, *, key: str) -> str:
    found = register.one(call.tx, key=key)
    history = [_fact(one) for one in reversed(found["history"])]
    link = {"href": f"{API}/register/{key}", "label": _("This page as JSON")}
    return call.render(
        "cooperatives/entry.html",
        title=found["name"],
        record={**words.header(found), "back": {"href": REGISTER, "label": _("Register of social cooperatives")}},
        summary=_summary(found),
        facts=history,
        panels=[{"title": _("Open data"), "links": [link, *_open_data()["links"][3:]]}],
    )


def _summary(found: Any) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = [
        {"label": _("Status"), "value": words.word("cooperative-status", found["status"])},
        {"label": _("Since"), "value": words.day(found["status_since"])},
        {"label": _("Social enterprise"), "value": words.word("social-status", found["social_enterprise_status"])},
        {"label": _("County of the seat"), "value": contracts.county_name(found["teryt"])},
        {"label": _("KRS number"), "value": found["krs"]},
        {"label": _("NIP"), "value": found["nip"]},
        {"label": _("REGON"), "value": found["regon"]},
        {
            "label": _("Activities (PKD)"),
            "value": [f"{one['code']} ({one['version']})" for one in found["pkd"]] or None,
        },
        {
            "label": _("What it offers to women"),
            "value": [words.word("need", one) for one in found["services"]] or None,
        },
        {"label": _("Languages"), "value": words.languages(found["languages"])},
        {"label": _("Website"), "value": found["website"]},
    ]
    if states.is_public_count(found["status"]):
        rows.append({"label": _("Founders"), "value": str(found["founders"])})
        rows.append({"label": _("Members"), "value": str(found["members"])})
    return rows


def _fact(one: Any) -> dict[str, Any]:
    kind = "cooperative-status" if one["axis"] == "status" else "social-status"
    return {
        "when": words.day(one["effective_date"]),
        "iso": one["effective_date"],
        "what": words.word(kind, one["after"]),
        "note": _("Recorded on %(when)s", when=format_instant(one["recorded_at"])),
    }


# -- the same as files -------------------------------------------------------------------------------------------------


@pages.get("/api/v1/register.csv", action=None)
def as_csv(call: PageCall) -> Response:
    text = "".join(register.as_csv(call.tx, register.entries(**_asked())))
    name = f"cooperatives-{format(call.tx.now, '%Y-%m-%d')}.csv"
    return _file(text, "text/csv; charset=utf-8", {"Content-Disposition": f'attachment; filename="{name}"'}, call)


@pages.get("/api/v1/register.geojson", action=None)
def as_geojson(call: PageCall) -> Response:
    shown = shapes.as_json(register.as_geojson(call.tx, register.entries(**_asked())))
    return _file(shown, "application/geo+json", {}, call)


def _asked() -> dict[str, Any]:
    """Raises what the API's door turns into 422."""
    return load(bodies.OpenQuery(), dict(request.args))


def _file(text: str, kind: str, headers: dict[str, str], call: PageCall) -> Response:
    told = {
        "Link": f'<{register.LICENCE}>; rel="license"',
        "Cache-Control": FRESH,
        "X-Generated-At": isoformat_z(call.tx.now),
        **headers,
    }
    return Response(text, content_type=kind, headers=told)
