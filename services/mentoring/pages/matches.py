"""Matches: a mentor's mentees, an adviser's, a cooperative's, the coordinator's; and the record of one."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from flask import request
from marshmallow import Schema

from services.mentoring.commands import goals as goal_commands
from services.mentoring.commands import matches as commands
from services.mentoring.commands import meetings as meeting_commands
from services.mentoring.domain import matches as rules
from services.mentoring.pages import words
from services.mentoring.pages.routes import pages
from services.mentoring.queries import matches as queries
from services.mentoring.queries import people
from services.mentoring.queries.matches import Pairing
from services.mentoring.schemas.matches import Empty, EndIn, GoalIn, MeetingIn, ProgressIn, WithdrawIn
from services.mentoring.tables import matches as table
from shared import paging
from shared.errors import NotFound
from shared.i18n import format_date, lazy, ngettext
from shared.i18n import gettext as _
from shared.web.pages import FormPage, PageCall, Redirect

MATCHES = "/mentoring/matches"
LABELS: Mapping[str, lazy] = {
    "accept": lazy("Say yes"),
    "decline": lazy("Say no"),
    "confirm": lazy("She agrees"),
    "withdraw": lazy("Withdraw the proposal"),
    "end": lazy("End mentoring"),
}
FORMS: Mapping[str, Callable[[], Schema]] = {
    "confirm": Empty,
    "decline": Empty,
    "withdraw": WithdrawIn,
    "end": EndIn,
}
"""Who asks for the mentee says no without a reason; a mentor's no is among her proposals."""
NEXT: Mapping[str, lazy] = {
    "proposed": lazy("The mentor says whether she can."),
    "accepted": lazy("The mentee is asked whether she agrees."),
    "active": lazy("The two meet; the mentor records meetings and goals."),
}


@pages.get("/matches", action="matches.list")
def listed(call: PageCall) -> Any:
    if call.actor.all_roles == {"participant"}:
        return Redirect("/mentoring/mine")
    page = paging.page(
        call.tx,
        queries.listed(call.tx, call.actor),
        by=table.c.id,
        newest_first=True,
        cursor=request.args.get("cursor"),
    )
    found = queries.pairings(call.tx, page.items)
    called = words.names(call, found)
    mentors = "mentor" in call.actor.all_roles
    return call.render(
        "page/list.html",
        heading=_("My mentees") if mentors else _("Matches"),
        action={"label": _("My profile"), "href": "/mentoring/profile", "kind": "secondary"} if mentors else None,
        head=[_("Who"), _("Mentor"), _("Status"), _("Since"), _("Answer awaited")],
        rows=[_row(one, called[one.mentee["id"]]) for one in found],
        next_href=f"{MATCHES}?cursor={page.next}" if page.next else None,
        empty=_empty(mentors=mentors),
    )


def _empty(*, mentors: bool) -> dict[str, str]:
    if mentors:
        text = _("Nobody yet. When you are proposed to someone, it is here and among your proposals.")
        return {"text": text, "href": "/mentoring/proposals", "label": _("Proposals")}
    return {"text": _("No matches yet.")}


def _row(found: Pairing, name: str) -> list[Any]:
    match = found.match
    return [
        {"text": name, "href": f"{MATCHES}/{match['id']}"},
        words.mentor_label(found.mentor),
        {**words.status("match-status", match["status"]), "tag": True},
        format_date(match["started_at"] or match["proposed_at"]),
        words.until(match["expires_at"]) or None,
    ]


@pages.get("/matches/<id:match_id>", action="matches.read", subject=queries.one)
def record(call: PageCall, *, match_id: str) -> Any:
    found = queries.pairing(call.tx, queries.one(call.tx, call.actor, match_id=match_id))
    held = queries.parties(call.tx, call.actor, found)
    if held == [rules.MENTEE]:
        return Redirect("/mentoring/mine")
    match = queries.view(call.tx, found.match)
    code = people.public_labels(call.tx, [found.mentee])[found.mentee["id"]]
    return call.render(
        "mentoring/match.html",
        title=_("Match %(code)s", code=people.short_code(match_id)),
        record={
            "code": code,
            "title": words.names(call, [found])[found.mentee["id"]],
            "status": words.status("match-status", match["status"]),
            "lede": words.mentor_label(found.mentor),
            "back": {"href": MATCHES, "label": _("My mentees") if rules.MENTOR in held else _("Matches")},
        },
        steps=_steps(match),
        actions=_actions(match, held),
        next=_next(match),
        summary=_summary(match, found),
        score=match["score"],
        score_parts=words.score_parts(match["parts"]),
        meetings=_meetings(call, found, held),
        goals=_goals(call, match, held),
        facts=words.facts(people.told(call.tx, match_id)),
    )


def _actions(match: Mapping[str, Any], held: list[str]) -> list[dict[str, Any]]:
    here = f"{MATCHES}/{match['id']}"
    logs: list[dict[str, Any]] = []
    if match["status"] == "active" and rules.MENTOR in held:
        logs = [
            {"label": _("Record a meeting"), "href": f"{here}/meetings/new"},
            {"label": _("Add a goal"), "href": f"{here}/goals/new"},
        ]
    accept = {"label": str(LABELS["accept"]), "action": f"{here}/accept", "fields": {"version": match["version"]}}
    decline = f"/mentoring/proposals/{match['id']}/decline" if rules.MENTOR in held else f"{here}/decline"
    known: dict[str, dict[str, Any]] = {
        **{name: {"label": str(LABELS[name]), "href": f"{here}/{name}"} for name in FORMS},
        "accept": accept,
        "decline": {"label": str(LABELS["decline"]), "href": decline},
    }
    return [*logs, *(known[action] for action in match["actions"])]


STEPS = ("proposed", "accepted", "active", "ended")


def _steps(match: Mapping[str, Any]) -> list[dict[str, Any]] | None:
    """How far the two have come; nothing where it came to nothing."""
    if match["status"] not in STEPS:
        return None
    now = STEPS.index(match["status"])
    last = len(STEPS) - 1
    dates = ("proposed_at", "accepted_at", "started_at", "closed_at")
    return [
        {
            "text": words.said("match-status", step),
            "state": "done" if place < now or place == now == last else "current" if place == now else "todo",
            "date": format_date(match[moment]) if match[moment] else None,
        }
        for place, (step, moment) in enumerate(zip(STEPS, dates, strict=True))
    ]


def _next(match: Mapping[str, Any]) -> dict[str, Any] | None:
    if match["status"] not in NEXT:
        return None
    return {"text": str(NEXT[match["status"]]), "by": words.until(match["expires_at"]) or None}


def _summary(match: Mapping[str, Any], found: Pairing) -> list[dict[str, Any]]:
    reasons = {"declined": "match-decline-reason", "withdrawn": "match-withdraw-reason", "ended": "match-end-reason"}
    kind = reasons.get(match["status"])
    rows: list[dict[str, Any]] = [
        {"label": _("Who"), "value": words.said("mentee-kind", found.mentee["kind"])},
        {"label": _("Languages"), "value": words.languages(match["languages"]) or None},
        {"label": _("County"), "value": words.counties([found.mentee["teryt"]]) if found.mentee["teryt"] else None},
        {"label": _("Goals"), "value": words.terms("mentoring-goal", match["wishes"]) or None},
    ]
    if kind and match["reason"]:
        rows.append({"label": _("Reason"), "value": words.said(kind, match["reason"])})
    return rows


def _meetings(call: PageCall, found: Pairing, held: list[str]) -> list[dict[str, Any]] | None:
    """None for an adviser: that the two meet is theirs, what they say even more so."""
    if not {rules.MENTOR, rules.COORDINATOR, rules.MENTEE} & set(held):
        return None
    return [
        {
            "when": format_date(date.fromisoformat(one["held_on"])),
            "how": words.said("meeting-channel", one["channel"]),
            "long": ngettext("%(n)s minute", "%(n)s minutes", one["minutes"]),
            "notes": one["notes"],
            "next_step": one["next_step"],
        }
        for one in queries.meetings_of(call.tx, call.actor, found)
    ]


def _goals(call: PageCall, match: Mapping[str, Any], held: list[str]) -> list[list[Any]]:
    may_change = match["status"] == "active" and rules.MENTOR in held
    return [
        [
            {
                "text": words.said("mentoring-goal", one["goal"]),
                "href": f"{MATCHES}/{match['id']}/goals/{one['id']}" if may_change else None,
            },
            f"{one['progress']} %",
        ]
        for one in queries.goals_of(call.tx, match["id"])
    ]


@pages.post("/matches/<id:match_id>/accept", action="matches.act", subject=queries.one)
def accept(call: PageCall, *, match_id: str) -> Redirect:
    commands.act(call.tx, match_id=match_id, action="accept", details={}, seen=call.seen)
    return Redirect(f"{MATCHES}/{match_id}", _("Thank you. Now she is asked whether she agrees."))


def _meeting_form(call: PageCall, *, match_id: str) -> FormPage:
    return FormPage(
        schema=MeetingIn(),
        heading=_("Record a meeting"),
        submit=_("Save the meeting"),
        values={"held_on": people.today(call.tx).isoformat(), "minutes": 60, "channel": "in-person"},
        cancel_href=f"{MATCHES}/{match_id}",
    )


@pages.form("/matches/<id:match_id>/meetings/new", action="meetings.record", subject=queries.one, form=_meeting_form)
def record_meeting(call: PageCall, *, match_id: str) -> Redirect:
    meeting_commands.record(call.tx, match_id=match_id, **call.body)
    return Redirect(f"{MATCHES}/{match_id}", _("The meeting is recorded."))


def _goal_form(_call: PageCall, *, match_id: str) -> FormPage:
    return FormPage(
        schema=GoalIn(), heading=_("Add a goal"), submit=_("Add the goal"), cancel_href=f"{MATCHES}/{match_id}"
    )


@pages.form("/matches/<id:match_id>/goals/new", action="goals.set", subject=queries.one, form=_goal_form)
def add_goal(call: PageCall, *, match_id: str) -> Redirect:
    goal_commands.add(call.tx, match_id=match_id, **call.body)
    return Redirect(f"{MATCHES}/{match_id}", _("The goal is added."))


def _progress_form(call: PageCall, *, match_id: str, goal_id: str) -> FormPage:
    row = queries.goal(call.tx, match_id=match_id, goal_id=goal_id)
    return FormPage(
        schema=ProgressIn(),
        heading=words.said("mentoring-goal", row["goal"]),
        submit=_("Save"),
        values={"progress": row["progress"]},
        version=row["version"],
        cancel_href=f"{MATCHES}/{match_id}",
    )


@pages.form(
    "/matches/<id:match_id>/goals/<id:goal_id>", action="goals.set", subject=queries.visible_goal, form=_progress_form
)
def change_goal(call: PageCall, *, match_id: str, goal_id: str) -> Redirect:
    goal_commands.change(call.tx, match_id=match_id, goal_id=goal_id, seen=call.seen, **call.body)
    return Redirect(f"{MATCHES}/{match_id}", _("Saved."))


def _action_form(call: PageCall, *, match_id: str, action: str) -> FormPage:
    row = queries.one(call.tx, call.actor, match_id=match_id)
    if action not in FORMS:
        raise NotFound
    return FormPage(
        schema=FORMS[action](),
        heading=str(LABELS[action]),
        submit=str(LABELS[action]),
        lede=_("She said so to you herself. It is recorded as spoken.") if action == "confirm" else "",
        version=row["version"],
        cancel_href=f"{MATCHES}/{match_id}",
        warning=action in ("withdraw", "end"),
    )


@pages.form("/matches/<id:match_id>/<code:action>", action="matches.act", subject=queries.to_act_on, form=_action_form)
def act(call: PageCall, *, match_id: str, action: str) -> Redirect:
    agreed = {"agreed": "spoken"} if action == "confirm" else {}
    commands.act(call.tx, match_id=match_id, action=action, details={**call.body, **agreed}, seen=call.seen)
    return Redirect(MATCHES, _("Saved."))
