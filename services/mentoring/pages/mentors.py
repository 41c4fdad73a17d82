"""The coordinator's mentors: recruitment, academy, who is free."""

from collections.abc import Callable, Mapping
from typing import Any

from flask import request
from marshmallow import Schema

from services.mentoring.commands import mentors as commands
from services.mentoring.pages import words
from services.mentoring.pages.profile import modules, offer_rows, places
from services.mentoring.pages.routes import pages
from services.mentoring.queries import people
from services.mentoring.schemas.mentors import MentorIn, MentorLeaveIn, MentorRejectIn, ModuleIn, PauseIn
from services.mentoring.tables import mentors as table
from shared import paging
from shared.contracts import codes
from shared.errors import NotFound
from shared.i18n import gettext as _
from shared.i18n import lazy
from shared.web.forms import FormField
from shared.web.pages import FormPage, PageCall, Redirect

MENTORS = "/mentoring/mentors"
LABELS: Mapping[str, lazy] = {
    "invite-to-interview": lazy("Invite to an interview"),
    "admit": lazy("Admit to the academy"),
    "reject": lazy("Do not admit"),
    "complete-module": lazy("Record a module"),
    "activate": lazy("Make her active"),
    "pause": lazy("Pause"),
    "resume": lazy("End the pause"),
    "leave": lazy("She leaves"),
}
FORMS: Mapping[str, Callable[[], Schema]] = {
    "reject": MentorRejectIn,
    "complete-module": ModuleIn,
    "pause": PauseIn,
    "leave": MentorLeaveIn,
}
"""Actions that ask something; the others are buttons."""


@pages.get("/mentors", action="mentors.create")
def listed(call: PageCall) -> str:
    status = request.args.get("status") if request.args.get("status") in codes("mentor-statuses") else None
    found = people.listed_mentors(call.tx, call.actor, status=status)
    page = paging.page(call.tx, found, by=table.c.id, newest_first=True, cursor=request.args.get("cursor"))
    chosen = f"status={status}&" if status else ""
    return call.render(
        "page/list.html",
        heading=_("Mentors"),
        action={"label": _("New mentor"), "href": f"{MENTORS}/new"},
        filter=_filter(status),
        head=[_("Mentor"), _("Status"), _("Languages"), _("Counties"), _("Mentor of"), _("Places")],
        rows=[_row(row) for row in page.items],
        next_href=f"{MENTORS}?{chosen}cursor={page.next}" if page.next else None,
        empty={"text": _("No mentors here yet."), "href": f"{MENTORS}/new", "label": _("New mentor")},
    )


def _filter(status: str | None) -> dict[str, Any]:
    options = [{"value": code, "text": words.said("mentor-status", code)} for code in codes("mentor-statuses")]
    every = {"value": "", "text": _("All")}
    field = FormField(
        name="status", kind="select", label=_("Status"), value=status or "", options=[every, *options], required=True
    )
    return {"action": MENTORS, "fields": [field], "submit_label": _("Show"), "clear_href": MENTORS if status else None}


def _row(row: Any) -> list[Any]:
    return [
        {"text": words.mentor_label(row), "href": f"{MENTORS}/{row['id']}"},
        {**words.status("mentor-status", row["status"]), "tag": True},
        words.languages(row["languages"]),
        words.counties(row["teryt"]),
        words.terms("mentored", row["mentors"]),
        places(row),
    ]


def _new_form(_call: PageCall) -> FormPage:
    return FormPage(
        schema=MentorIn(),
        heading=_("New mentor"),
        submit=_("Save"),
        values={"capacity": 2, "mentors": ["women"]},
        choices={"languages": words.language_choices(), "teryt": words.county_choices()},
        cancel_href=MENTORS,
    )


@pages.form("/mentors/new", action="mentors.create", form=_new_form)
def new(call: PageCall) -> Redirect:
    made = commands.apply(call.tx, **call.body)
    return Redirect(f"{MENTORS}/{made['id']}", _("She is entered. Next comes the interview."))


@pages.get("/mentors/<id:mentor_id>", action="mentors.create", subject=people.mentor)
def record(call: PageCall, *, mentor_id: str) -> str:
    mentor = people.mentor_view(call.tx, people.mentor(call.tx, call.actor, mentor_id=mentor_id))
    return call.render(
        "mentoring/mentor.html",
        title=_("Mentor %(code)s", code=people.short_code(mentor_id)),
        record={
            "code": people.short_code(mentor_id),
            "title": words.mentor_label(mentor),
            "status": words.status("mentor-status", mentor["status"]),
            "lede": words.said("mentor-leave-reason", mentor["reason"]) if mentor["reason"] else places(mentor),
            "back": {"href": MENTORS, "label": _("Mentors")},
        },
        actions=_actions(mentor),
        next=_next(mentor),
        summary=offer_rows(mentor),
        modules=modules(mentor),
        facts=words.facts(people.told(call.tx, mentor_id)),
    )


def _actions(mentor: Mapping[str, Any]) -> list[dict[str, Any]]:
    here = f"{MENTORS}/{mentor['id']}"
    buttons: list[dict[str, Any]] = []
    for action in mentor["actions"]:
        if action in FORMS:
            buttons.append({"label": str(LABELS[action]), "href": f"{here}/{action}"})
        else:
            fields = {"version": mentor["version"]}
            buttons.append({"label": str(LABELS[action]), "action": f"{here}/do/{action}", "fields": fields})
    return [*buttons, {"label": _("Change the profile"), "href": f"{here}/change"}]


NEXT: Mapping[str, lazy] = {
    "applied": lazy("She is invited to an interview, or told why not."),
    "interview": lazy("After the interview she is admitted to the academy, or told why not."),
    "admitted": lazy("She goes through the academy; the first module is recorded."),
    "in-academy": lazy("When the needed modules are completed, she becomes active."),
    "active": lazy("The next round may propose her."),
    "paused": lazy("She is not proposed until the pause ends."),
}


def _next(mentor: Mapping[str, Any]) -> dict[str, Any] | None:
    if mentor["status"] == "active" and not mentor["free"]:
        return {"text": _("All her places are taken; she is proposed when one is free.")}
    return {"text": str(NEXT[mentor["status"]])} if mentor["status"] in NEXT else None


@pages.post("/mentors/<id:mentor_id>/do/<code:action>", action="mentors.create", subject=people.mentor_to_act_on)
def do(call: PageCall, *, mentor_id: str, action: str) -> Redirect:
    commands.act(call.tx, mentor_id=mentor_id, action=action, details={}, seen=call.seen)
    return Redirect(f"{MENTORS}/{mentor_id}", _("Saved."))


def _action_form(call: PageCall, *, mentor_id: str, action: str) -> FormPage:
    row = people.mentor(call.tx, call.actor, mentor_id=mentor_id)
    if action not in FORMS:
        raise NotFound
    return FormPage(
        schema=FORMS[action](),
        heading=str(LABELS[action]),
        submit=_("Save"),
        version=row["version"],
        cancel_href=f"{MENTORS}/{mentor_id}",
        warning=action in ("reject", "leave"),
    )


@pages.form(
    "/mentors/<id:mentor_id>/<code:action>",
    action="mentors.create",
    subject=people.mentor_to_act_on,
    form=_action_form,
)
def act(call: PageCall, *, mentor_id: str, action: str) -> Redirect:
    commands.act(call.tx, mentor_id=mentor_id, action=action, details=call.body, seen=call.seen)
    return Redirect(f"{MENTORS}/{mentor_id}", _("Saved."))


def _change_form(call: PageCall, *, mentor_id: str) -> FormPage:
    row = people.mentor(call.tx, call.actor, mentor_id=mentor_id)
    return FormPage(
        schema=MentorIn(),
        heading=_("Change the profile"),
        submit=_("Save"),
        values=dict(row),
        choices={
            "languages": words.language_choices(row["languages"]),
            "teryt": words.county_choices(row["teryt"]),
        },
        version=row["version"],
        cancel_href=f"{MENTORS}/{mentor_id}",
    )


@pages.form("/mentors/<id:mentor_id>/change", action="mentors.create", subject=people.mentor, form=_change_form)
def change(call: PageCall, *, mentor_id: str) -> Redirect:
    commands.change(call.tx, mentor_id=mentor_id, seen=call.seen, **call.body)
    return Redirect(f"{MENTORS}/{mentor_id}", _("Saved."))
