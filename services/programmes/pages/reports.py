"""What a programme reached, as a page and as CSV; and the coordinator's overview of the region."""

import csv
from io import StringIO
from typing import Any

from flask import Response, request

from services.programmes.domain.reach import Reach
from services.programmes.pages.routes import pages
from services.programmes.pages.words import day, select, tag, word
from services.programmes.queries import cards, reach, region
from shared.dates import local
from shared.errors import NotFound
from shared.i18n import gettext as _
from shared.i18n import ngettext
from shared.web.pages import PageCall

REACH = "/programmes/reports/reach"


@pages.get("/reports/reach", action="reports.read")
def reach_report(call: PageCall) -> str:
    programmes = cards.names(call.tx)
    chosen = _chosen(programmes)
    if chosen is None:
        return call.render("page/text.html", heading=_("Reach"), paragraphs=[_("There is no programme yet.")])
    report = reach.reach(call.tx, chosen)
    card = cards.programme(call.tx, chosen)
    return call.render(
        "programmes/reach.html",
        heading=_("Reach"),
        lede=f"{card['name']} · {day(card['starts_on'])} – {day(card['ends_on'])}",
        filter={
            "action": REACH,
            "submit_label": _("Show"),
            "fields": [{**select("programme", _("Programme"), programmes, chosen), "options": _options(programmes)}],
        },
        bars=_bars(report),
        caption=_("Women by kind of activity"),
        head=[_("Kind of activity"), {"text": _("Women"), "number": True}],
        rows=[[word("need", kind), _cell(count)] for kind, count in report.by_kind.items()],
        csv_href=f"{REACH}.csv?programme={chosen}",
        empty={"text": _("No attendance has been recorded in this programme yet.")},
        hidden=None in report.by_kind.values(),
    )


@pages.get("/reports/reach.csv", action="reports.read")
def reach_csv(call: PageCall) -> Response:
    chosen = _chosen(cards.names(call.tx))
    if chosen is None:
        raise NotFound
    report, written = reach.reach(call.tx, chosen), StringIO()
    lines = csv.writer(written, delimiter=";")
    lines.writerow([_("What"), _("How many")])
    lines.writerows((label, count) for label, count in _figures(report))
    lines.writerows((word("need", kind), "" if count is None else count) for kind, count in report.by_kind.items())
    # The mark tells spreadsheets that it is UTF-8.
    return Response(
        "\ufeff" + written.getvalue(),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": "attachment; filename=reach.csv"},
    )


def _chosen(programmes: list[tuple[str, str]]) -> str | None:
    ids = [one for one, _name in programmes]
    given = request.args.get("programme")
    return given if given in ids else next(iter(ids), None)


def _options(programmes: list[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"value": one, "text": name} for one, name in programmes]


def _figures(report: Reach) -> list[tuple[str, int]]:
    return [
        (_("Women who took part at least once"), report.distinct_women),
        (_("Women in the Leaders' Academy"), report.academy),
        (_("Members of the Club"), report.club_members),
        (_("People without a name at open events"), report.head_count),
    ]


def _bars(report: Reach) -> dict[str, Any]:
    rows = [_bar(label, count) for label, count in _figures(report)]
    rows[-1]["kind"] = "soft"
    return {"caption": _("What the programme reached"), "rows": rows}


def _bar(label: str, count: int, kind: str | None = None) -> dict[str, Any]:
    return {"label": label, "value": count, "text": f"{count} · {label}", "kind": kind}


def _cell(count: int | None) -> str:
    return _("not shown") if count is None else str(count)


# -- the region ------------------------------------------------------------------------------------------------------


@pages.get("/region", action="region.read")
def region_overview(call: PageCall) -> str:
    late = region.late_answers(call.tx)
    return call.render(
        "programmes/region.html",
        heading=_("Region"),
        lede=_("What is late, who waits, where there is room."),
        caption=_("Late answers"),
        head=[_("Referral"), _("Receiving institution"), _("What for"), _("Status"), _("Answer was due")],
        rows=[_late_row(row) for row in late],
        empty={"text": _("No answer is late.")},
        panels=[_waiting(call), _unmatched(call), _capacity(call), _stages(call)],
    )


def _late_row(row: Any) -> list[Any]:
    return [
        {"text": row["code"], "href": f"/referrals/referrals/{row['id']}"},
        row["receiver"],
        word("need", row["service_category"]),
        tag("referral-status", row["status"]),
        day(local(row["decide_by"]).date().isoformat()),
    ]


def _waiting(call: PageCall) -> dict[str, Any]:
    counts = region.waiting_women(call.tx)
    rows = [
        _bar(_("Waiting now"), counts["all"]),
        _bar(_("Over 30 days"), counts["over_30_days"], "soft"),
        _bar(_("Over 120 days"), counts["over_120_days"], "accent"),
        _bar(_("Urgent"), counts["urgent"], "accent"),
    ]
    links = [{"href": "/mentoring/rounds", "label": _("Matching rounds")}]
    return {"title": _("Women who wait for a mentor"), "bars": {"caption": "", "rows": rows}, "links": links}


def _unmatched(call: PageCall) -> dict[str, Any]:
    latest = region.latest_round(call.tx)
    title = _("Unmatched, and why")
    if latest is None:
        return {"title": title, "text": _("No round has been completed yet.")}
    rows = [
        _bar(word("unmatched-reason", reason), count, "accent")
        for reason, count in sorted(latest["reasons"].items(), key=lambda pair: -pair[1])
    ]
    if not rows:
        return {"title": title, "text": _("The last round found a mentor for everyone.")}
    caption = ngettext("%(n)s woman or cooperative", "%(n)s women or cooperatives", latest["unmatched"])
    return {"title": title, "bars": {"caption": caption, "rows": rows}}


def _capacity(call: PageCall) -> dict[str, Any]:
    services = region.capacity(call.tx)
    if not services:
        return {"title": _("Capacity"), "text": _("No service has said how many places it has.")}
    return {
        "title": _("Capacity"),
        "capacity": [
            {"name": row["name"], "available": row["available"] or 0, "maximum": row["maximum"]} for row in services
        ],
        "links": [{"href": "/referrals/services", "label": _("Directory of services")}],
    }


def _stages(call: PageCall) -> dict[str, Any]:
    counts = region.stages(call.tx)
    rows = [_bar(word("path-status", stage), count) for stage, count in counts.items()]
    return {"title": _("Individual paths"), "bars": {"caption": "", "rows": rows}}
