"""What a woman sees of herself, in her language and on her phone; and the calendar for everyone."""

from typing import Any

from flask import request

from services.programmes.pages.routes import pages
from services.programmes.pages.words import when, word
from services.programmes.queries import activities, me, paths, people
from shared.errors import NotFound
from shared.i18n import gettext as _
from shared.i18n import term
from shared.web.pages import PageCall

MENTORING = "/mentoring/mine"


@pages.get("/me", action="me.read")
def what_happens_next(call: PageCall) -> str:
    participant_id = call.actor.participant_id
    if participant_id is None:
        raise NotFound
    path = paths.open_path_of(call.tx, participant_id)
    booked = me.booked(call.tx, participant_id)
    match = paths.match_of(call.tx, participant_id)
    return call.render(
        "programmes/me.html",
        heading=_("What happens next"),
        live_url=request.path,
        next=_next(path, booked),
        booked=[_booking(one) for one in booked],
        mentor=_mentor(match, path),
        way=word("way", path["way"]) if path else "",
        steps=_steps(call, path) if path else [],
        adviser=_adviser(call, path),
        goals=path["goals"] if path else None,
    )


def _next(path: Any, booked: list[dict[str, Any]]) -> dict[str, str]:
    """The nearest date; without one, what her path waits for."""
    soonest = next((one for one in booked if one["dates"] and one["status"] != "waiting"), None)
    if soonest:
        date = soonest["dates"][0]
        place = date["place"] or ""
        return {"text": soonest["name"], "when": when(date["starts_at"], date["ends_at"]), "place": place}
    if path:
        return {"text": word("own-next", path["status"])}
    return {"text": _("Nothing is planned yet. The institution that supports you will tell you.")}


def _booking(one: dict[str, Any]) -> dict[str, Any]:
    waits = one["position"]
    return {
        "name": one["name"],
        "kind": word("need", one["kind"]),
        "dates": [
            {"when": when(date["starts_at"], date["ends_at"]), "place": date["place"] or ""} for date in one["dates"]
        ],
        "note": _("You are on the waiting list, position %(n)s.", n=waits) if waits else "",
        "childcare": one["childcare"],
    }


def _mentor(match: Any, path: Any) -> dict[str, Any] | None:
    """Nothing is said while only the mentor has been asked."""
    if match and match["status"] == "active":
        return {"text": _("You have a mentor."), "href": MENTORING, "label": _("My mentor")}
    if match and match["status"] == "accepted":
        return {
            "text": _("A mentor would like to accompany you. It begins only if you say yes."),
            "href": MENTORING,
            "label": _("See and answer"),
        }
    if path and path["mentor_wanted"]:
        return {"text": _("We are looking for a mentor for you.")}
    return None


def _steps(call: PageCall, path: Any) -> list[dict[str, str]]:
    named = paths.subjects(call.tx, [step for step in path["steps"] if step["kind"] != "referral"])
    return [
        {
            "text": step["text"] or named.get(step["subject_id"] or "") or word("need", step["need"]) or "",
            "kind": word("own-step", step["kind"]),
            "status": word("step-status", step["status"]),
            "state": "done" if step["status"] == "done" else "todo",
        }
        for step in path["steps"]
        if step["status"] in ("open", "done")
    ]


def _adviser(call: PageCall, path: Any) -> str:
    if path is None:
        return ""
    return people.institution_names(call.tx, [path["institution_id"]]).get(path["institution_id"], "")


@pages.get("/events", action=None)
def calendar(call: PageCall) -> str:
    return call.render(
        "page/list.html",
        heading=_("Open events"),
        lede=_("Everyone may come, without enrolment."),
        head=[_("What"), _("When"), _("Where"), _("Languages")],
        rows=[
            [
                one["name"],
                when(one["starts_at"], one["ends_at"]),
                one["place"] or _("Ask the institution"),
                ", ".join(term("language", code) for code in one["languages"]),
            ]
            for one in activities.upcoming_events(call.tx)
        ],
        empty={"text": _("No open event is planned at the moment.")},
    )
