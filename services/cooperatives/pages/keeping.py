"""The list of cooperatives and the record of one: where it stands, what to do now, what has happened."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import request

from services.cooperatives.domain import states
from services.cooperatives.pages import words
from services.cooperatives.pages.routes import LIST, ONE, pages
from services.cooperatives.policy import POLICY
from services.cooperatives.queries import registry, women
from services.cooperatives.tables import cooperatives, obligations
from shared import contracts, paging
from shared.dates import isoformat_z
from shared.i18n import format_date, format_instant, ngettext
from shared.i18n import gettext as _
from shared.policy import may
from shared.web.pages import PageCall, Redirect

View = Mapping[Any, Any]


@pages.get("/cooperatives", action="cooperatives.list")
def cooperative_list(call: PageCall) -> str | Redirect:
    """A representative of one cooperative goes straight to it."""
    own = [] if words.back(call) else call.tx.all(registry.visible(call.actor).limit(2))
    if len(own) == 1:
        return Redirect(f"{LIST}/{own[0]['id']}")
    chosen = words.wanted()
    cursor = request.args.get("cursor")
    found = registry.listed(call.actor, **chosen)
    page = paging.page(call.tx, found, by=cooperatives.c.id, cursor=cursor, newest_first=True)
    opens = may(POLICY, "cooperatives.create", call.actor)
    return call.render(
        "page/list.html",
        heading=_("Cooperatives"),
        action={"label": _("Open an initiative group"), "href": f"{LIST}/new"} if opens else None,
        filter=words.filters(LIST, chosen),
        head=[_("Name"), _("County"), _("Status"), _("Since"), _("KRS number")],
        rows=[_row(one) for one in page.items],
        next_href=words.next_href(LIST, page, chosen),
        first_href=LIST if cursor else None,
        empty={"text": _("There is no cooperative here yet.")},
        panels=_waiting_panel(call),
    )


def _row(row: View) -> list[Any]:
    return [
        {"text": row["name"], "href": f"{LIST}/{row['id']}", "lang": "pl"},
        contracts.county_name(row["teryt"]),
        words.status_tag(row["status"]),
        words.day(row["status_since"]),
        row["krs"],
    ]


def _waiting_panel(call: PageCall) -> list[dict[str, Any]]:
    """Women who chose a cooperative and wait for their adviser to found or join one."""
    if not may(POLICY, "founding.list", call.actor):
        return []
    waiting = len(call.tx.all(women.tasks(call.actor).limit(100)))
    if not waiting:
        return []
    said = ngettext(
        "%(n)s woman has chosen this way and belongs to no group yet.",
        "%(n)s women have chosen this way and belong to no group yet.",
        waiting,
    )
    link = {"href": "/cooperatives/founding", "label": _("Found or join")}
    return [{"title": _("Waiting for a group"), "text": said, "links": [link]}]


@pages.get(ONE, action="cooperatives.read", subject=registry.cooperative)
def record(call: PageCall, *, cooperative_id: str) -> str:
    row = registry.view(call.tx, registry.cooperative(call.tx, call.actor, cooperative_id=cooperative_id))
    lines = registry.history(call.tx, cooperative_id)
    return call.render(
        "cooperatives/record.html",
        title=row["name"],
        record={**words.header(row), "back": words.back(call)},
        tabs=words.tabs(cooperative_id, ""),
        live_url=request.path,
        steps=_steps(row, lines),
        checklist=_checklist(call, row),
        summary=_summary(call, row),
        actions=_actions(call, row),
        next=_next(call, row),
        panels=_panels(call, row),
        facts=_facts(call, row, lines),
    )


def _steps(row: View, lines: Sequence[View]) -> list[dict[str, Any]]:
    """The usual way; where it has left that way, the state it is in instead of what will not come."""
    reached = {
        one["after"]: one["effective_date"] for one in lines if one["axis"] == "status" and not one["superseded"]
    }
    status = states.Status(row["status"])
    way = (
        list(states.MAIN_WAY) if status in states.MAIN_WAY else [s for s in states.MAIN_WAY if s in reached] + [status]
    )
    here = way.index(status)
    return [
        {
            "text": words.word("cooperative-status", step),
            "state": "done" if n < here else "current" if n == here else "todo",
            "date": words.day(reached.get(step)) if n <= here else None,
        }
        for n, step in enumerate(way)
    ]


def _checklist(call: PageCall, row: View) -> list[list[Any]]:
    here = f"{LIST}/{row['id']}/checklist"
    return [
        [
            words.word("checklist-item", one["item"]),
            {"text": _("done"), "tag": "yes", "kind": "ok"} if one["done"] else {"text": _("still open"), "tag": "yes"},
            " · ".join(filter(None, (words.day(one["done_on"]), one["evidence"]))) or None,
            None if one["computed"] else {"text": _("Record"), "href": f"{here}/{one['item']}"},
        ]
        for one in registry.checklist_of(call.tx, row)
    ]


def _summary(call: PageCall, row: View) -> list[dict[str, Any]]:
    change = {"href": f"{LIST}/{row['id']}/details"}
    rows: list[dict[str, Any]] = [
        {"label": _("Name"), "value": row["name"], "lang": "pl", "change": change},
        {"label": _("County of the seat"), "value": contracts.county_name(row["teryt"])},
        {"label": _("KRS number"), "value": row["krs"]},
        {"label": _("NIP"), "value": row["nip"]},
        {"label": _("REGON"), "value": row["regon"]},
        {"label": _("Activities (PKD)"), "value": [f"{one['code']} ({one['version']})" for one in row["pkd"]] or None},
        {"label": _("Languages"), "value": words.languages(row["languages"])},
        {"label": _("What it offers to women"), "value": [words.word("need", one) for one in row["services"]] or None},
        {"label": _("Website"), "value": row["website"]},
        {"label": _("Founders"), "value": str(row["founders"])},
        {"label": _("Members"), "value": str(row["members"])},
        {"label": _("Social enterprise"), "value": words.word("social-status", row["social"])},
    ]
    if may(POLICY, "cooperatives.entrust", call.actor):
        entrusted = ngettext(
            "%(n)s account acts for it", "%(n)s accounts act for it", len(row["representative_account_ids"])
        )
        accounts = {"href": f"{LIST}/{row['id']}/accounts"}
        rows.append({"label": _("Representatives"), "value": entrusted, "change": accounts})
    return rows


def _actions(call: PageCall, row: View) -> list[dict[str, Any]]:
    """The usual next step first; what ends the cooperative is marked."""
    here = f"{LIST}/{row['id']}"
    offered: list[dict[str, Any]] = [
        {"label": words.word("cooperative-move", to), "href": f"{here}/status/{to.replace('_', '-')}"}
        | ({"kind": "warning"} if to in words.LATE else {})
        for to in row["actions"]
    ]
    if row["status"] in states.FORMING:
        offered.insert(1, {"label": _("Add a founder"), "href": f"{here}/founders/new"})
    if row["status"] in states.HIRING:
        first = 0 if row["status"] == states.Status.ACTIVE else 1
        offered.insert(first, {"label": _("Offer work"), "href": f"{here}/vacancies/new"})
    if row["social_enterprise_actions"]:
        offered.append({"label": _("Social enterprise status"), "href": f"{here}/social-enterprise"})
    if may(POLICY, "cooperatives.remove", call.actor):
        offered.append({"label": _("Take out of the registry"), "href": f"{here}/remove", "kind": "warning"})
    return offered


def _next(call: PageCall, row: View) -> dict[str, Any]:
    open_duties = registry.duties_of(row["id"]).where(obligations.c.status == "open")
    nearest = call.tx.first(open_duties.order_by(obligations.c.due_on).limit(1))
    by = None
    if nearest:
        duty, day = words.word("obligation", nearest["kind"]), words.day(nearest["due_on"])
        by = _("Next duty: %(duty)s, by %(day)s", duty=duty, day=day)
    return {"text": words.word("next-step", row["status"]), "by": by}


def _panels(call: PageCall, row: View) -> list[dict[str, Any]]:
    alarms = [words.word("cooperative-alarm", alarm) for alarm in registry.alarms_of(call.tx, row)]
    public = [{"href": f"/cooperatives/register/{row['id']}", "label": _("What everyone sees")}]
    return [
        *([{"title": _("Close to a limit"), "text": " ".join(alarms)}] if alarms else []),
        _mentor_panel(call, row),
        {"title": _("Public register"), "links": public},
    ]


def _mentor_panel(call: PageCall, row: View) -> dict[str, Any]:
    mentor, links = row["mentor"], []
    if mentor:
        said = _("A mentor has accompanied it since %(day)s.", day=format_date(mentor["since"]))
        if {"coordinator", "cooperative"} & call.actor.all_roles:
            links = [{"href": f"/mentoring/matches/{mentor['match_id']}", "label": _("Meetings and goals")}]
    elif row["status"] == states.Status.INITIATIVE_GROUP:
        said = _("After the founding meeting it waits for a mentor by itself.")
    else:
        said = _("It has no mentor now.")
    return {"title": _("Our mentor"), "text": said, "links": links}


def _facts(call: PageCall, row: View, lines: Sequence[View]) -> list[dict[str, Any]]:
    """Newest first: states on both axes with their proof, and details that changed."""
    told = [(one["recorded_at"], _line(call, row, one)) for one in lines]
    changed = registry.detail_changes(call.tx, row["id"])
    told += [(one["at"], _change(one)) for one in changed if one["fact"] in ("details-changed", "members-changed")]
    return [fact for _at, fact in sorted(told, key=lambda pair: pair[0], reverse=True)]


def _line(call: PageCall, row: View, one: View) -> dict[str, Any]:
    kind = "cooperative-status" if one["axis"] == "status" else "social-status"
    what = _("%(status)s, since %(day)s", status=words.word(kind, one["after"]), day=words.day(one["effective_date"]))
    proof = " · ".join(filter(None, (one["legal_basis"], one["evidence"])))
    if one["superseded"]:
        proof = _("Corrected: no longer holds.") + (f" {proof}" if proof else "")
    elif one["reason"]:
        proof = _("Correction: %(reason)s", reason=one["reason"]) + (f" · {proof}" if proof else "")
    return {
        "when": format_instant(one["recorded_at"]),
        "iso": isoformat_z(one["recorded_at"]),
        "what": what,
        "who": words.actor_word(one["recorded_by"], row, me=call.actor.id),
        "note": proof or None,
        "href": None if one["superseded"] else f"{LIST}/{row['id']}/transitions/{one['id']}/correct",
        "kind": "late" if one["superseded"] else None,
    }


def _change(one: View) -> dict[str, Any]:
    changed = [
        _(
            "%(field)s: %(before)s → %(after)s",
            field=words.word("cooperative-field", c["field"]),
            before=c["before"] or "–",
            after=c["after"] or "–",
        )
        for c in one["changes"]
    ]
    return {
        "when": format_instant(one["at"]),
        "iso": isoformat_z(one["at"]),
        "what": words.word("cooperative-change", one["fact"]),
        "note": "; ".join(changed),
    }
