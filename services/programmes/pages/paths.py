"""Individual paths for the institution that walks them with her: list, record, and a form for each action."""

from collections.abc import Iterator
from typing import Any

from flask import request

from services.programmes.commands import paths as walking
from services.programmes.domain.paths import STAGES, Status, stage_of
from services.programmes.pages.activities import institutions
from services.programmes.pages.routes import pages
from services.programmes.pages.words import (
    TERMS,
    asked,
    code_of,
    code_select,
    day,
    next_href,
    tag,
    when,
    who,
    word,
    words,
)
from services.programmes.queries import paths, people
from services.programmes.schemas import bodies, forms
from services.programmes.tables import paths as table
from shared import paging
from shared.contracts import code_names, county_name
from shared.dates import isoformat_z
from shared.errors import NotFound
from shared.i18n import format_date, ngettext, term
from shared.i18n import gettext as _
from shared.web.fields import Body
from shared.web.pages import FormPage, PageCall, Redirect

LIST = "/programmes/paths"
WHERE = {
    "referral": "/referrals/referrals/",
    "activity": "/programmes/activities/",
    "mentor": "/mentoring/matches/",
    "cooperative": "/cooperatives/cooperatives/",
}
ASKED: dict[str, type[Body]] = {
    "choose": forms.ChooseForm,
    "add-step": forms.StepForm,
    "pause": forms.PauseForm,
    "end": forms.EndForm,
}
AT_ONCE = ("consult", "start", "resume")
BY_HAND = ("task", "document")
"""Steps that nothing else completes; the page offers no button for what completes itself."""


@pages.get("/paths", action="paths.write")
def path_list(call: PageCall) -> str:
    chosen = {"status": asked("status", TERMS["path-status"]), "way": asked("way", TERMS["way"])}
    found = paths.listed(call.actor, scope=call.scope, **chosen)
    page = paging.page(call.tx, found, by=table.c.id, cursor=request.args.get("cursor"), newest_first=True)
    called = who(call, [row["participant_id"] for row in page.items], purpose="path-list")
    return call.render(
        "page/list.html",
        heading=_("Paths"),
        action={"label": _("Open a path"), "href": f"{LIST}/new"},
        filter={
            "action": LIST,
            "submit_label": _("Show"),
            "fields": [
                code_select("status", _("Status"), "path-status", chosen["status"]),
                code_select("way", _("Way"), "way", chosen["way"]),
            ],
        },
        head=[_("Who"), _("Status"), _("Way"), _("Since")],
        rows=[
            [
                {"text": called(row["participant_id"]), "href": f"{LIST}/{row['id']}"},
                tag("path-status", row["status"]),
                word("way", row["way"]) or _("not chosen yet"),
                format_date(row["opened_at"]),
            ]
            for row in page.items
        ],
        next_href=next_href(page, chosen),
        first_href=LIST if request.args.get("cursor") else None,
        empty={"text": _("There is no path here. One opens by itself when you accept a referral.")},
    )


@pages.get("/paths/<id:path_id>", action="paths.write", subject=paths.visible)
def path(call: PageCall, *, path_id: str) -> str:
    row = paths.path(call.tx, path_id)
    called = who(call, [row["participant_id"]], purpose="path")
    code = code_of(call, row["participant_id"])
    name = called(row["participant_id"])
    return call.render(
        "programmes/path.html",
        title=code,
        record={
            "code": code,
            "title": name if name != code else None,
            "status": tag("path-status", row["status"]),
            "lede": word("way", row["way"]) or _("The way is not chosen yet."),
            "back": {"href": LIST, "label": _("Paths")},
        },
        live_url=request.path,
        steps=_stages(row),
        path_steps=_steps(call, row),
        summary=_summary(row),
        facts=_facts(call, row),
        actions=_actions(row),
        next=_next(row),
    )


def _stages(row: Any) -> list[dict[str, str]]:
    at, over = stage_of(row["status"]), row["status"] == Status.ENDED
    return [
        {
            "text": word("path-status", stage),
            "state": "done" if n < at or over else "current" if n == at else "todo",
        }
        for n, stage in enumerate(STAGES)
    ]


def _steps(call: PageCall, row: Any) -> list[dict[str, Any]]:
    named = paths.subjects(call.tx, row["steps"])
    closing = "complete-step" in row["actions"]
    return [
        {
            "kind": word("step-kind", one["kind"]),
            "text": one["text"] or named.get(one["subject_id"] or "") or word("need", one["need"]),
            "href": _href(one),
            "due": day(one["due_on"]),
            "status": tag("step-status", one["status"]),
            "actions": _closing(row, one) if closing and one["status"] == "open" and one["kind"] in BY_HAND else [],
        }
        for one in row["steps"]
    ]


def _href(step: Any) -> str | None:
    if step["kind"] == "cooperative" and not step["subject_id"]:
        return "/cooperatives/founding"
    known = step["subject_id"] and step["kind"] in WHERE
    return WHERE[step["kind"]] + step["subject_id"] if known else None


def _closing(row: Any, step: Any) -> list[dict[str, Any]]:
    at = f"{LIST}/{row['id']}/steps/{step['id']}"
    fields = {"version": row["version"]}
    return [
        {"label": word("step-status", result), "action": f"{at}/{result}", "fields": fields, "kind": "secondary"}
        for result in ("done", "not-done")
    ]


def _summary(row: Any) -> list[dict[str, Any]]:
    change = {"href": f"{LIST}/{row['id']}/goals"} if row["status"] != Status.ENDED else None
    wanted = {True: _("Yes"), False: _("No"), None: _("nobody has asked her yet")}[row["mentor_wanted"]]
    return [
        {"label": _("What she wants to reach, in her words"), "value": row["goals"], "change": change},
        {"label": _("Wishes for a mentor"), "value": wanted},
        {"label": _("What a mentor should help with"), "value": words("mentoring-goal", row["wishes"])},
        {"label": _("Languages in which one can talk with her"), "value": words("language", row["languages"])},
        {"label": _("County"), "value": county_name(row["teryt"]) if row["teryt"] else None},
        {"label": _("Her turn"), "value": _("urgent") if row["urgent"] else _("in order")},
    ]


def _facts(call: PageCall, row: Any) -> list[dict[str, Any]]:
    """What has happened, newest first: turns of the path, and its steps."""
    named = paths.subjects(call.tx, row["steps"])
    told = [*_turns(call, row), *_step_facts(row, named)]
    return [fact for _at, fact in sorted(told, key=lambda pair: pair[0], reverse=True)]


def _turns(call: PageCall, row: Any) -> Iterator[tuple[Any, dict[str, Any]]]:
    for one in row["history"]:
        what = word("path-fact", one["what"])
        if one["code"]:
            what += ": " + word("way" if one["what"] == "choose" else "path-outcome", one["code"])
        yield one["at"], {"what": what, "who": _by(call, one["by"]), **_moment(one["at"])}


def _step_facts(row: Any, named: dict[str, str]) -> Iterator[tuple[Any, dict[str, Any]]]:
    for one in row["steps"]:
        about = named.get(one["subject_id"] or "") or word("need", one["need"])
        what = word("step-kind", one["kind"]) + (f": {about}" if about else "")
        yield one["added_at"], {"what": _("New step"), "note": what, **_moment(one["added_at"])}
        if one["closed_at"]:
            closed = word("step-status", one["status"])
            kind = "ok" if one["status"] == "done" else None
            yield one["closed_at"], {"what": closed, "note": what, "kind": kind, **_moment(one["closed_at"])}


def _moment(at: Any) -> dict[str, str]:
    return {"when": when(at), "iso": isoformat_z(at)}


def _by(call: PageCall, account: str) -> str:
    if account == call.actor.id:
        return _("you")
    return _("by itself") if account.startswith("service:") else _("her institution")


def _next(row: Any) -> dict[str, str]:
    text = word("path-next", row["status"])
    open_ones = sum(step["status"] == "open" for step in row["steps"])
    if row["status"] == Status.PAUSED and row["resumes_on"]:
        return {"text": text, "by": _("on %(day)s", day=day(row["resumes_on"]))}
    if row["status"] == Status.ENDED:
        return {"text": f"{text} {word('path-outcome', row['outcome'])}"}
    return {"text": text, "by": ngettext("%(n)s open step", "%(n)s open steps", open_ones)}


def _actions(row: Any) -> list[dict[str, Any]]:
    at = f"{LIST}/{row['id']}"
    made: list[dict[str, Any]] = []
    for action in row["actions"]:
        label = term("path-action", action) if action in TERMS["path-action"] else ""
        if action == "add-step":
            made.append({"label": _("Enrol her in an activity"), "href": f"{at}/enrol"})
        if action in AT_ONCE:
            made.append({"label": label, "action": f"{at}/{action}", "fields": {"version": row["version"]}})
        elif action in ASKED:
            made.append({"label": label, "href": f"{at}/actions/{action}"})
    return made


# -- doing -----------------------------------------------------------------------------------------------------------


def _new_form(call: PageCall) -> FormPage:
    absent, own = institutions(call)
    known = people.candidates(call.tx, call.actor.institutions_as("intake"), without_path=True)
    called = who(call, known, purpose="path")
    return FormPage(
        schema=forms.PathForm(exclude=absent),
        heading=_("Open a path"),
        lede=_("One opens by itself when you accept a referral; here you open it for a woman you already work with."),
        submit=_("Open the path"),
        choices={
            "participant_id": sorted(((one, called(one)) for one in known), key=lambda pair: pair[1]),
            "teryt": list(code_names("counties").items()),
            "institution_id": own,
        },
        cancel_href=LIST,
    )


@pages.form("/paths/new", action="paths.write", form=_new_form)
def new_path(call: PageCall) -> Redirect:
    body = dict(call.body)
    participant_id, mentor = body.pop("participant_id"), body.pop("mentor", None)
    people.refuse_unknown(
        call.tx,
        [participant_id],
        pointer="/participant_id",
        ask=lambda one: call.runtime.identity.knows(one, token=call.token),
    )
    made = walking.open_path(
        call.tx,
        participant_id=participant_id,
        institution_id=call.actor.acting_for(body.pop("institution_id", None), {"intake"}),
        adviser_id=call.actor.id,
        details={**body, "mentor_wanted": None if mentor is None else mentor == "yes"},
    )
    return Redirect(f"{LIST}/{made['id']}", _("The path is open."))


def _goals_form(call: PageCall, *, path_id: str) -> FormPage:
    row = paths.path(call.tx, path_id)
    return FormPage(
        schema=bodies.GoalsIn(),
        heading=_("Her goals"),
        submit=_("Save"),
        values={"goals": row["goals"] or ""},
        version=row["version"],
        cancel_href=f"{LIST}/{path_id}",
    )


@pages.form("/paths/<id:path_id>/goals", action="paths.write", form=_goals_form, subject=paths.visible)
def set_goals(call: PageCall, *, path_id: str) -> Redirect:
    walking.set_goals(call.tx, path_id=path_id, goals=call.body["goals"], seen=call.seen)
    return Redirect(f"{LIST}/{path_id}", _("Saved."))


def _action_form(call: PageCall, *, path_id: str, action: str) -> FormPage:
    row = paths.path(call.tx, path_id)
    if action not in ASKED:
        raise NotFound
    return FormPage(
        schema=ASKED[action](),
        heading=term("path-action", action),
        submit=term("path-action", action),
        values={"way": row["way"]} if action == "choose" else {},
        version=row["version"],
        cancel_href=f"{LIST}/{path_id}",
        warning=action == "end",
    )


@pages.form("/paths/<id:path_id>/actions/<code:action>", action="paths.write", form=_action_form, subject=paths.visible)
def act(call: PageCall, *, path_id: str, action: str) -> Redirect:
    walking.act(call.tx, path_id=path_id, action=action, details=call.body, seen=call.seen)
    return Redirect(f"{LIST}/{path_id}", _("Saved."))


@pages.post("/paths/<id:path_id>/<code:action>", action="paths.write", subject=paths.visible)
def act_at_once(call: PageCall, *, path_id: str, action: str) -> Redirect:
    if action not in AT_ONCE:
        raise NotFound
    walking.act(call.tx, path_id=path_id, action=action, details={}, seen=call.seen)
    return Redirect(f"{LIST}/{path_id}", _("Saved."))


@pages.post("/paths/<id:path_id>/steps/<id:step_id>/<code:result>", action="paths.write", subject=paths.visible_step)
def close_step(call: PageCall, *, path_id: str, step_id: str, result: str) -> Redirect:
    if result not in ("done", "not-done"):
        raise NotFound
    details = {"step_id": step_id, "result": result}
    walking.act(call.tx, path_id=path_id, action="complete-step", details=details, seen=call.seen)
    return Redirect(f"{LIST}/{path_id}", _("The step is closed."))
