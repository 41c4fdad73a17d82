"""The mentee's own page: who would accompany her, yes or no, what comes next. Few words, nothing that tells of her."""

from typing import Any

from services.mentoring.commands import matches as commands
from services.mentoring.pages import words
from services.mentoring.pages.routes import pages
from services.mentoring.queries import matches as queries
from services.mentoring.queries.matches import Pairing
from services.mentoring.schemas.matches import Empty
from shared.i18n import gettext as _
from shared.web.pages import FormPage, PageCall, Redirect

MINE = "/mentoring/mine"


@pages.get("/mine", action="mine.read")
def mine(call: PageCall) -> str:
    found = queries.pairings(call.tx, queries.with_status(call.tx, call.actor, "accepted", "active"))
    hers = [one for one in found if "mentee" in queries.parties(call.tx, call.actor, one)]
    return call.render(
        "mentoring/mine.html",
        title=_("My person of support"),
        heading=_("My person of support"),
        matches=[_shown(call, one) for one in hers],
    )


def _shown(call: PageCall, found: Pairing) -> dict[str, Any]:
    match, mentor = found.match, found.mentor
    here = f"{MINE}/{match['id']}"
    meetings = queries.meetings_of(call.tx, call.actor, found, limit=1)
    return {
        "asked": match["status"] == "accepted",
        "name": words.mentor_label(mentor),
        "languages": words.languages(mentor["languages"]),
        "until": words.until(match["expires_at"]),
        "next_step": meetings[0]["next_step"] if meetings else None,
        "goals": [
            {"label": words.said("mentoring-goal", one["goal"]), "progress": one["progress"]}
            for one in queries.goals_of(call.tx, match["id"])
        ],
        "confirm": {"label": _("Yes, I agree"), "action": f"{here}/confirm", "fields": {"version": match["version"]}},
        "decline": {"label": _("No, thank you"), "action": f"{here}/decline", "fields": {"version": match["version"]}},
        "end": {"label": _("I would like to stop"), "href": f"{here}/end"},
    }


@pages.post("/mine/<id:match_id>/confirm", action="mine.read", subject=queries.one)
def confirm(call: PageCall, *, match_id: str) -> Redirect:
    commands.act(call.tx, match_id=match_id, action="confirm", details={"agreed": "own-page"}, seen=call.seen)
    return Redirect(MINE, _("Thank you. You will hear how to meet."))


@pages.post("/mine/<id:match_id>/decline", action="mine.read", subject=queries.one)
def decline(call: PageCall, *, match_id: str) -> Redirect:
    commands.act(call.tx, match_id=match_id, action="decline", details={}, seen=call.seen)
    return Redirect(MINE, _("That is all right. You keep your place, and you need not say why."))


def _end_form(call: PageCall, *, match_id: str) -> FormPage:
    row = queries.one(call.tx, call.actor, match_id=match_id)
    return FormPage(
        schema=Empty(),
        heading=_("Would you like to stop?"),
        submit=_("Yes, stop"),
        lede=_("You need not say why."),
        version=row["version"],
        cancel_href=MINE,
    )


@pages.form("/mine/<id:match_id>/end", action="mine.read", subject=queries.one, form=_end_form)
def end(call: PageCall, *, match_id: str) -> Redirect:
    commands.act(call.tx, match_id=match_id, action="end", details={}, seen=call.seen)
    return Redirect(MINE, _("It has ended. Your adviser can find somebody else for you."))
