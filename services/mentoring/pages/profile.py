"""A mentor's own profile: what she offers, her modules, pause."""

from collections.abc import Mapping
from typing import Any

from services.mentoring.commands import mentors as commands
from services.mentoring.pages import words
from services.mentoring.pages.routes import pages
from services.mentoring.queries import people
from services.mentoring.schemas.mentors import PauseIn, ProfileIn
from services.mentoring.tables import Row
from shared.actor import Actor
from shared.database import Transaction
from shared.errors import NotFound
from shared.i18n import gettext as _
from shared.i18n import ngettext
from shared.web.pages import FormPage, PageCall, Redirect

PROFILE = "/mentoring/profile"


def linked(tx: Transaction, actor: Actor) -> Row:
    """The profile of her who asks, or NotFound."""
    row = people.own_mentor(tx, actor)
    if row is None:
        raise NotFound
    return row


def offer_rows(mentor: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What a mentor offers, for reading."""
    return [
        {"label": _("Languages"), "value": words.languages(mentor["languages"])},
        {"label": _("Counties"), "value": words.counties(mentor["teryt"])},
        {"label": _("Also by phone or video"), "value": _("yes") if mentor["remote"] else _("no")},
        {"label": _("Mentor of"), "value": words.terms("mentored", mentor["mentors"])},
        {"label": _("What she can help with"), "value": words.terms("mentoring-goal", mentor["skills"]) or None},
        {"label": _("When there is time"), "value": words.terms("slot", mentor["slots"]) or _("any time")},
        {"label": _("Places"), "value": places(mentor)},
    ]


def places(mentor: Mapping[str, Any]) -> str:
    return _("%(free)s of %(all)s free", free=mentor["capacity"] - mentor["taken"], all=mentor["capacity"])


def modules(mentor: Mapping[str, Any]) -> list[list[Any]]:
    """The academy as rows of a table."""
    return [
        [
            words.said("academy-module", one["module"]),
            words.day(one["completed_on"]) or (_("needed") if one["needed"] else _("not yet")),
            words.day(one["valid_until"]),
        ]
        for one in mentor["modules"]
    ]


@pages.get("/profile", action="profile.read", subject=linked)
def profile(call: PageCall) -> str:
    mentor = people.mentor_view(call.tx, linked(call.tx, call.actor))
    return call.render(
        "mentoring/mentor.html",
        title=_("My profile"),
        record={
            "code": people.short_code(mentor["id"]),
            "title": _("My profile"),
            "status": words.status("mentor-status", mentor["status"]),
            "lede": ngettext("%(n)s free place", "%(n)s free places", mentor["free"]),
            "back": {"href": "/mentoring/proposals", "label": _("Proposals")},
        },
        actions=_actions(mentor),
        next=_next(mentor),
        summary=offer_rows(mentor),
        modules=modules(mentor),
        facts=words.facts(people.told(call.tx, mentor["id"])),
    )


def _actions(mentor: Mapping[str, Any]) -> list[dict[str, Any]]:
    version = {"version": mentor["version"]}
    known: dict[str, dict[str, Any]] = {
        "pause": {"label": _("Pause"), "href": f"{PROFILE}/pause"},
        "resume": {"label": _("Take mentees again"), "action": f"{PROFILE}/resume", "fields": version},
    }
    possible = [known[action] for action in mentor["actions"] if action in known]
    return [*possible, {"label": _("Change what I offer"), "href": f"{PROFILE}/change"}]


def _next(mentor: Mapping[str, Any]) -> dict[str, Any] | None:
    if mentor["status"] == "paused":
        by = _("until %(when)s", when=words.day(mentor["paused_until"])) if mentor["paused_until"] else None
        return {"text": _("You are not proposed to anybody new. Those you mentor stay with you."), "by": by}
    if mentor["status"] == "active":
        return {"text": _("You are told when somebody could use your help.")}
    return None


def _change_form(call: PageCall) -> FormPage:
    row = linked(call.tx, call.actor)
    return FormPage(
        schema=ProfileIn(),
        heading=_("Change what I offer"),
        submit=_("Save"),
        values=dict(row),
        choices={
            "languages": words.language_choices(row["languages"]),
            "teryt": words.county_choices(row["teryt"]),
        },
        version=row["version"],
        cancel_href=PROFILE,
    )


@pages.form("/profile/change", action="mentors.change", subject=linked, form=_change_form)
def change(call: PageCall) -> Redirect:
    mentor_id = linked(call.tx, call.actor)["id"]
    commands.change(call.tx, mentor_id=mentor_id, seen=call.seen, **call.body)
    return Redirect(PROFILE, _("Your profile is saved."))


def _pause_form(call: PageCall) -> FormPage:
    row = linked(call.tx, call.actor)
    return FormPage(
        schema=PauseIn(),
        heading=_("Pause for a while"),
        submit=_("Pause"),
        lede=_("You are not proposed to anybody new. Those you mentor stay with you."),
        version=row["version"],
        cancel_href=PROFILE,
    )


@pages.form("/profile/pause", action="mentors.act", subject=linked, form=_pause_form)
def pause(call: PageCall) -> Redirect:
    return _act(call, "pause", _("You pause now."))


@pages.post("/profile/resume", action="mentors.act", subject=linked)
def resume(call: PageCall) -> Redirect:
    return _act(call, "resume", _("Good to have you back."))


def _act(call: PageCall, action: str, message: str) -> Redirect:
    mentor_id = linked(call.tx, call.actor)["id"]
    commands.act(call.tx, mentor_id=mentor_id, action=action, details=call.body, seen=call.seen)
    return Redirect(PROFILE, message)
