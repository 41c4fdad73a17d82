"""A mentor's proposals: who, why, until when; yes in one click, no in two."""

from typing import Any

from services.mentoring.commands import matches as commands
from services.mentoring.pages import words
from services.mentoring.pages.routes import pages
from services.mentoring.queries import matches as queries
from services.mentoring.queries import people
from services.mentoring.queries.matches import Pairing
from services.mentoring.schemas.matches import DeclineIn
from shared.i18n import gettext as _
from shared.i18n import ngettext
from shared.web.pages import FormPage, PageCall, Redirect

PROPOSALS = "/mentoring/proposals"


@pages.get("/proposals", action="proposals.read")
def proposals(call: PageCall) -> str:
    found = queries.pairings(call.tx, queries.proposals(call.tx, call.actor))
    called = people.public_labels(call.tx, [one.mentee for one in found])
    mentor = people.own_mentor(call.tx, call.actor)
    return call.render(
        "mentoring/proposals.html",
        heading=_("Proposals"),
        lede=_("Who could use your help. If you say yes, she is asked next; nobody sees why you say no."),
        proposals=[_proposal(call, one, called[one.mentee["id"]]) for one in found],
        profile=_profile(mentor),
    )


def _profile(mentor: Any) -> dict[str, Any] | None:
    if mentor is None:
        return None
    free = mentor["capacity"] - mentor["taken"]
    return {
        "status": words.said("mentor-status", mentor["status"]),
        "places": ngettext("%(n)s free place", "%(n)s free places", free),
    }


def _proposal(call: PageCall, found: Pairing, name: str) -> dict[str, Any]:
    match, mentor, mentee = found
    shared = [code for code in mentee["languages"] if code in mentor["languages"]]
    return {
        "id": match["id"],
        "name": name,
        "kind": words.said("mentee-kind", mentee["kind"]),
        "urgent": mentee["urgent"],
        "deadline": _("Answer by %(when)s", when=words.deadline(match["expires_at"])),
        "rows": [
            {"label": _("Languages you share"), "value": words.languages(shared) or _("not stated")},
            {"label": _("County"), "value": words.counties([mentee["teryt"]]) if mentee["teryt"] else _("not stated")},
            {"label": _("Goals"), "value": words.terms("mentoring-goal", mentee["wishes"]) or _("not stated")},
            {"label": _("Waits"), "value": words.waited(mentee["waiting_since"], call.tx.now)},
        ],
        "score": match["score"],
        "parts": words.score_parts(match["parts"]),
        "rank": _("Place %(rank)s of %(n)s who would do", rank=match["rank"], n=match["feasible"]),
        "accept": {
            "label": _("Say yes"),
            "action": f"{PROPOSALS}/{match['id']}/accept",
            "fields": {"version": match["version"]},
            "hint": name,
        },
        "decline": {"label": _("Say no"), "href": f"{PROPOSALS}/{match['id']}/decline", "hint": name},
    }


@pages.post("/proposals/<id:match_id>/accept", action="matches.act", subject=queries.one)
def accept(call: PageCall, *, match_id: str) -> Redirect:
    commands.act(call.tx, match_id=match_id, action="accept", details={}, seen=call.seen)
    return Redirect(PROPOSALS, _("Thank you. Now she is asked whether she agrees."))


def _decline_form(call: PageCall, *, match_id: str) -> FormPage:
    row = queries.one(call.tx, call.actor, match_id=match_id)
    return FormPage(
        schema=DeclineIn(),
        heading=_("Why does it not suit?"),
        submit=_("Say no"),
        lede=_("She is not told. Her place in the queue stays, and you two are not proposed to each other again."),
        version=row["version"],
        cancel_href=PROPOSALS,
    )


@pages.form("/proposals/<id:match_id>/decline", action="matches.act", subject=queries.one, form=_decline_form)
def decline(call: PageCall, *, match_id: str) -> Redirect:
    commands.act(call.tx, match_id=match_id, action="decline", details=call.body, seen=call.seen)
    if call.body["reason"] == "no-time":
        return Redirect("/mentoring/profile/pause", _("Noted. Would you like to pause, or to take fewer at a time?"))
    return Redirect(PROPOSALS, _("Noted. Somebody else will be found."))
