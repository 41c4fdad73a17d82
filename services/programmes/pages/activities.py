"""Activities: list, record with enrolments and sheets, new, changed, another date, cancelled."""

from typing import Any

from flask import request

from services.programmes.commands import activities as scheduling
from services.programmes.commands import enrolments as enrolling
from services.programmes.domain.activities import OPEN_EVENT, weekly
from services.programmes.pages.routes import pages
from services.programmes.pages.words import (
    TERMS,
    asked,
    code_select,
    language_choices,
    next_href,
    select,
    tag,
    when,
    who,
    word,
    words,
)
from services.programmes.queries import activities, cards, people, shapes
from services.programmes.schemas import bodies, forms
from services.programmes.tables import activities as table
from services.programmes.tables import enrolments
from shared import paging
from shared.errors import NotFound
from shared.i18n import format_date, ngettext
from shared.i18n import gettext as _
from shared.policy import Scope, may
from shared.web.pages import FormPage, PageCall, Redirect

LIST = "/programmes/activities"
ENROLMENTS_SHOWN = 200


@pages.get("/activities", action="activities.read")
def activity_list(call: PageCall) -> str:
    programmes = cards.names(call.tx)
    chosen = {
        "programme_id": asked("programme_id", [one for one, _name in programmes]),
        "kind": asked("kind", TERMS["need"]),
        "status": asked("status", TERMS["activity-status"]),
    }
    found = activities.listed(call.actor, all_institutions=call.scope is Scope.ANY, **chosen)
    page = paging.page(call.tx, found, by=table.c.id, cursor=request.args.get("cursor"), newest_first=True)
    rows = activities.described(call.tx, page.items)
    holds = may(call.runtime.service.policy, "activities.write", call.actor)
    return call.render(
        "page/list.html",
        heading=_("Activities"),
        action={"label": _("New activity"), "href": f"{LIST}/new"} if holds else None,
        filter={
            "action": LIST,
            "submit_label": _("Show"),
            "fields": [
                select("programme_id", _("Programme"), programmes, chosen["programme_id"]),
                code_select("kind", _("What it is for"), "need", chosen["kind"]),
                code_select("status", _("Status"), "activity-status", chosen["status"]),
            ],
        },
        head=[_("Name"), _("What it is for"), _("Next date"), _("Places"), _("Status")],
        rows=[_row(call, row) for row in rows],
        next_href=next_href(page, chosen),
        first_href=LIST if request.args.get("cursor") else None,
        empty={"text": _("There is no activity here yet.")},
    )


def _row(call: PageCall, row: Any) -> list[Any]:
    coming = [one for one in row["sessions"] if one["ends_at"] > call.tx.now]
    return [
        {"text": row["name"], "href": f"{LIST}/{row['id']}"},
        word("need", row["kind"]),
        when(coming[0]["starts_at"]) if coming else "–",
        _places(row),
        tag("activity-status", row["status"]),
    ]


def _places(row: Any) -> str:
    if row["places"] is None:
        return ngettext("%(n)s enrolled, no limit", "%(n)s enrolled, no limit", row["taken"])
    said = _("%(taken)s of %(places)s taken", taken=row["taken"], places=row["places"])
    return said + (", " + ngettext("%(n)s waits", "%(n)s wait", row["waiting"]) if row["waiting"] else "")


@pages.get("/activities/<id:activity_id>", action="activities.read", subject=activities.visible)
def activity(call: PageCall, *, activity_id: str) -> str:
    row = shapes.activity(activities.activity(call.tx, activity_id), call.actor)
    holds = may(call.runtime.service.policy, "enrolments.read", call.actor)
    panels: list[dict[str, Any]] = []
    if row["places"]:
        place = {"name": _("Free places"), "available": row["free"], "maximum": row["places"]}
        panels.append({"title": _("Places"), "capacity": [place]})
    return call.render(
        "programmes/activity.html",
        title=row["name"],
        record={
            "code": row["name"],
            "status": tag("activity-status", row["status"]),
            "lede": word("need", row["kind"]) + (f" · {word('activity-form', row['form'])}" if row["form"] else ""),
            "back": {"href": LIST, "label": _("Activities")},
        },
        live_url=request.path,
        summary=_summary(call, row),
        actions=_actions(row) if holds else [],
        panels=panels,
        sessions=_sessions(call, row, holds=holds),
        enrolled=_enrolled(call, row) if holds else None,
    )


def _summary(call: PageCall, row: Any) -> list[dict[str, Any]]:
    programme = cards.programme(call.tx, row["programme_id"])
    institution = people.institution_names(call.tx, [row["institution_id"]]).get(row["institution_id"])
    return [
        {"label": _("Programme"), "value": programme["name"]},
        {"label": _("Institution"), "value": institution},
        {"label": _("Places"), "value": _places(row)},
        {"label": _("Languages"), "value": words("language", row["languages"])},
        {"label": _("Children and dependants are looked after"), "value": _("Yes") if row["childcare"] else _("No")},
        {"label": _("Open to everyone"), "value": _("Yes") if row["open"] else _("No")},
    ]


def _actions(row: Any) -> list[dict[str, Any]]:
    at = f"{LIST}/{row['id']}"
    if row["status"] == "cancelled":
        return []
    made = [
        {"label": _("Enrol a woman"), "href": f"{at}/enrol"},
        {"label": _("Add a date"), "href": f"{at}/sessions/new"},
        {"label": _("Change"), "href": f"{at}/edit"},
    ]
    return [*made, {"label": _("Cancel the activity"), "href": f"{at}/cancel"}] if row["actions"] else made


def _sessions(call: PageCall, row: Any, *, holds: bool) -> list[dict[str, Any]]:
    counts = activities.presence_counts(call.tx, row["id"])
    open_for_sheets = holds and row["status"] != "cancelled"
    return [
        {
            "when": when(one["starts_at"], one["ends_at"]),
            "place": _place(one),
            "present": _present(*counts[one["id"]]) if one["id"] in counts else "",
            "href": f"{LIST}/{row['id']}/sessions/{one['id']}/attendance" if open_for_sheets else None,
            "recorded": one["id"] in counts,
        }
        for one in row["sessions"]
    ]


def _place(session: Any) -> str:
    place = session["place"] or ""
    return _("%(place)s (confidential)", place=place) if place and session["place_confidential"] else place


def _present(women: int, others: int) -> str:
    said = ngettext("%(n)s present", "%(n)s present", women)
    return said + (", " + ngettext("%(n)s without a name", "%(n)s without a name", others) if others else "")


def _enrolled(call: PageCall, row: Any) -> dict[str, Any]:
    found = activities.enrolments_of(row["id"])
    page = paging.page(call.tx, found, by=enrolments.c.id, limit=ENROLMENTS_SHOWN, cursor=request.args.get("cursor"))
    rows = activities.with_positions(call.tx, page.items)
    called = who(call, [one["participant_id"] for one in rows], purpose="enrolment-list")
    return {
        "head": [_("Who"), _("Status"), _("On the waiting list"), _("Since")],
        "next_href": next_href(page, {}),
        "rows": [
            [
                {"text": called(one["participant_id"]), "href": f"/programmes/enrolments/{one['id']}"},
                tag("enrolment-status", one["status"]),
                _("position %(n)s", n=one["position"]) if one["position"] else "–",
                format_date(one["made_at"]),
            ]
            for one in rows
        ],
    }


# -- new, changed, cancelled -----------------------------------------------------------------------------------------


def institutions(call: PageCall) -> tuple[list[str], list[tuple[str, str]]]:
    """Fields to leave out of a form, and the choices where she works for several institutions."""
    own = call.actor.institutions_as("intake")
    if len(own) < 2:
        return ["institution_id"], []
    return [], [(one, call.actor.institution_names.get(one, one)) for one in own]


def _new_form(call: PageCall) -> FormPage:
    absent, own = institutions(call)
    return FormPage(
        schema=forms.ActivityForm(exclude=absent),
        heading=_("New activity"),
        submit=_("Announce"),
        choices={"programme_id": cards.names(call.tx, taking_records=True), "institution_id": own},
        cancel_href=LIST,
    )


@pages.form("/activities/new", action="activities.write", form=_new_form)
def new_activity(call: PageCall) -> Redirect:
    body = call.body
    institution_id = call.actor.acting_for(body.get("institution_id"), {"intake"})
    dates = weekly(body["starts_at"], body["ends_at"], times=body["weeks"])
    place = {"place": body["place"], "place_confidential": body["place_confidential"]}
    details = {
        **body,
        "open": body["open"] or body.get("form") == OPEN_EVENT,
        "sessions": [{**one, **place} for one in dates],
    }
    made = scheduling.schedule_activity(call.tx, details=details, institution_id=institution_id)
    return Redirect(f"{LIST}/{made['id']}", _("The activity is announced."))


def _edit_form(call: PageCall, *, activity_id: str) -> FormPage:
    row = _changeable(call, activity_id)
    return FormPage(
        schema=bodies.ActivityChange(),
        heading=_("Change the activity"),
        submit=_("Save"),
        values=row,
        choices={"languages": language_choices()},
        version=row["version"],
        cancel_href=f"{LIST}/{activity_id}",
    )


@pages.form("/activities/<id:activity_id>/edit", action="activities.write", form=_edit_form, subject=activities.visible)
def edit_activity(call: PageCall, *, activity_id: str) -> Redirect:
    changes = {"places": None, "languages": [], **call.body}
    changed = scheduling.change_activity(call.tx, activity_id=activity_id, changes=changes, seen=call.seen)
    enrolling.move_up(call.tx, changed)
    return Redirect(f"{LIST}/{activity_id}", _("Saved."))


def _session_form(call: PageCall, *, activity_id: str) -> FormPage:
    row = _changeable(call, activity_id)
    last = row["sessions"][-1] if row["sessions"] else None
    known = {"place": last["place"], "place_confidential": last["place_confidential"]} if last else {}
    return FormPage(
        schema=bodies.SessionIn(),
        heading=_("Add a date"),
        submit=_("Add"),
        values=known,
        cancel_href=f"{LIST}/{activity_id}",
    )


@pages.form(
    "/activities/<id:activity_id>/sessions/new",
    action="activities.write",
    form=_session_form,
    subject=activities.visible,
)
def new_session(call: PageCall, *, activity_id: str) -> Redirect:
    scheduling.add_session(call.tx, activity_id=activity_id, session=call.body)
    return Redirect(f"{LIST}/{activity_id}", _("The date is added."))


def _cancel_form(call: PageCall, *, activity_id: str) -> FormPage:
    row = _changeable(call, activity_id)
    return FormPage(
        schema=bodies.CancelActivity(),
        heading=_("Cancel this activity?"),
        lede=_("Everyone who is enrolled or waits will be told, and their enrolments end."),
        submit=_("Cancel the activity"),
        version=row["version"],
        cancel_href=f"{LIST}/{activity_id}",
        warning=True,
    )


@pages.form(
    "/activities/<id:activity_id>/cancel", action="activities.write", form=_cancel_form, subject=activities.visible
)
def cancel_activity(call: PageCall, *, activity_id: str) -> Redirect:
    cancelled, ending = scheduling.cancel_activity(
        call.tx, activity_id=activity_id, reason=call.body["reason"], seen=call.seen
    )
    enrolling.cancel_all(call.tx, cancelled, ending)
    return Redirect(f"{LIST}/{activity_id}", _("The activity is cancelled."))


def _changeable(call: PageCall, activity_id: str) -> dict[str, Any]:
    row = activities.activity(call.tx, activity_id)
    if row["status"] == "cancelled":
        raise NotFound
    return row
