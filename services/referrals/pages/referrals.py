"""My referrals and referrals to us, and the page of one referral."""

from collections.abc import Mapping
from typing import Any

from services.referrals.domain import Row
from services.referrals.domain.referrals import Party
from services.referrals.pages import words
from services.referrals.pages.doors import filter_form, filters, paged, pages
from services.referrals.policy import POLICY
from services.referrals.queries import referrals as queries
from services.referrals.schemas.referrals import ACTION_BODIES, ReferralQuery
from services.referrals.tables import referrals
from shared.dates import isoformat_z
from shared.i18n import format_date, format_instant, lazy
from shared.i18n import gettext as _
from shared.policy import may
from shared.web.pages import PageCall, Redirect

LIST = "/referrals/referrals"

LABELS: Mapping[str, lazy] = {
    "submit": lazy("Send"),
    "receive": lazy("Open the referral"),
    "accept": lazy("Accept"),
    "ask": lazy("Ask the sender"),
    "answer": lazy("Answer"),
    "waitlist": lazy("Put on the waiting list"),
    "reject": lazy("Refuse"),
    "redirect": lazy("Name a service that fits better"),
    "start": lazy("It has begun"),
    "complete": lazy("It is completed"),
    "hold": lazy("Pause"),
    "resume": lazy("Go on"),
    "fail": lazy("Give up"),
    "cancel": lazy("Cancel the referral"),
    "reopen": lazy("Continue in a new referral"),
    "mark-entered-in-error": lazy("Entered in error"),
}
KINDS = {"reject": "warning", "fail": "warning", "cancel": "warning", "mark-entered-in-error": "secondary"}

TOLD: Mapping[str, lazy] = {
    "draft": lazy("Draft begun"),
    "submit": lazy("Sent"),
    "receive": lazy("Opened"),
    "accept": lazy("Accepted"),
    "ask": lazy("A question was asked"),
    "answer": lazy("The question was answered"),
    "waitlist": lazy("Put on the waiting list"),
    "reject": lazy("Refused"),
    "redirect": lazy("Refused; another service was named"),
    "start": lazy("Begun"),
    "complete": lazy("Completed"),
    "hold": lazy("Paused"),
    "resume": lazy("Went on"),
    "fail": lazy("Given up"),
    "cancel": lazy("Cancelled"),
    "reopen": lazy("Continued in a new referral"),
    "mark-entered-in-error": lazy("Marked as entered in error"),
    "overdue": lazy("A deadline passed without an answer"),
}

NEXT: Mapping[tuple[str, str], lazy] = {
    ("requested", "sender"): lazy("The recipient opens the referral."),
    ("requested", "receiver"): lazy("Open the referral, so that the sender knows you have it."),
    ("received", "sender"): lazy("The recipient decides."),
    ("received", "receiver"): lazy("Decide: accept, ask, refuse, or name a service that fits better."),
    ("awaiting-information", "sender"): lazy("Answer the recipient's question; it waits for you."),
    ("awaiting-information", "receiver"): lazy("The sender answers your question."),
    ("waitlisted", "sender"): lazy("She waits for a place; you will be told when the recipient accepts."),
    ("waitlisted", "receiver"): lazy("Accept her as soon as a place comes free."),
    ("accepted", "sender"): lazy("The recipient gets in touch with her."),
    ("accepted", "receiver"): lazy("Get in touch with her, and say when it has begun."),
    ("in-progress", "sender"): lazy("The recipient works with her and says at the end what it led to."),
    ("in-progress", "receiver"): lazy("When it is over, say what it led to."),
    ("paused", "sender"): lazy("It rests for a while."),
    ("paused", "receiver"): lazy("Go on when it is time."),
    ("rejected", "sender"): lazy("Look for another service, or talk with her about what else would help."),
    ("redirected", "sender"): lazy("Ask her whether it may be sent to the service that was named."),
    ("failed", "sender"): lazy("Look for another service, or talk with her about what else would help."),
}

ALONG = ("requested", "received", "accepted", "in-progress", "completed")
"""The statuses of the way that most referrals go."""


# -- lists ---------------------------------------------------------------------------------------------------------


@pages.get("/referrals", action="referrals.read")
def referrals_listed(call: PageCall) -> str:
    query = ReferralQuery()
    found = queries.listed(call.actor, now=call.tx.now, **filters(query))
    page, links = paged(call, found, by=referrals.c.id, newest_first=True)
    sends = may(POLICY, "referrals.create", call.actor)
    return call.render(
        "page/list.html",
        heading=_("Referrals"),
        caption=_("The newest first"),
        action={"label": _("New referral"), "href": "/referrals/new"} if sends else None,
        filter=filter_form(query, action=LIST, choices={}),
        head=[_("Code"), _("Service"), _("From"), _("To"), _("Status"), _("Deadline")],
        rows=[_row(call, row) for row in page.items],
        empty=_empty(sends=sends),
        **links,
    )


def _empty(*, sends: bool) -> dict[str, str]:
    text = _("There is no referral here yet.")
    return {"text": text, "href": "/referrals/new", "label": _("New referral")} if sends else {"text": text}


def _row(call: PageCall, row: Row) -> list[Any]:
    shown = queries.view(call.tx, call.actor, row)
    due = words.due(row, now=call.tx.now)
    return [
        {"text": row["code"], "href": f"{LIST}/{row['id']}"},
        row["service_name"] or _("not chosen yet"),
        shown["sender_name"] or _("a partner institution"),
        row["receiver_name"],
        {**words.status(row), "tag": True},
        {"text": due, "tag": True, "kind": "late"} if shown["overdue"] else due,
    ]


# -- one referral --------------------------------------------------------------------------------------------------


@pages.get("/referrals/<id:referral_id>", action="referrals.read", subject=queries.visible)
def referral_page(call: PageCall, *, referral_id: str) -> str | Redirect:
    row = queries.referral(call.tx, call.actor, referral_id)
    if row["status"] == "draft":
        return Redirect(f"{LIST}/{referral_id}/{'sharing' if row['replaces'] else 'check'}")
    shown = queries.detailed(call.tx, call.actor, row)
    told = queries.told(call.tx, call.actor, row)
    return call.render(
        "page/record.html",
        record={
            "code": _("Referral %(code)s", code=row["code"]),
            "status": words.status(row),
            "lede": " · ".join(filter(None, (row["service_name"], row["receiver_name"]))),
            "back": {"href": LIST, "label": _("Referrals")},
        },
        steps=_steps(row, late=shown["overdue"]),
        facts=[_fact(call, row, one) for one in reversed(told)],
        actions=actions_of(row["id"], row["version"], shown["actions"]),
        next=_next(call, row, shown),
        summary=summary(call, shown),
        panels=_linked(call, row),
        live_url=f"{LIST}/{referral_id}",
    )


def actions_of(referral_id: str, version: int, possible: list[str]) -> list[dict[str, Any]]:
    """An action that asks nothing is a button; one that asks has a page."""
    found: list[dict[str, Any]] = []
    for action in possible:
        address = f"{LIST}/{referral_id}/actions/{action}"
        asks = bool(ACTION_BODIES[action]().fields)
        more = {"href": address} if asks else {"action": address, "fields": {"version": version}}
        found.append({"label": str(LABELS[action]), **more, "kind": KINDS.get(action)})
    return found


def _steps(row: Row, *, late: bool) -> list[dict[str, Any]]:
    """Where it stands on the way, or how the way ended before its end."""
    dates = (row["requested_at"], row["received_at"], row["accepted_at"], None, None)
    here = {"on-hold": "in-progress" if row["business_status"] == "paused" else "received"}
    at = here.get(row["status"], row["status"])
    ended = at not in ALONG
    reached = max((place for place, date in enumerate(dates) if date), default=0) if ended else ALONG.index(at)
    steps = [
        {
            "text": words.word("referral-status", status),
            "state": _step_state(place, reached, ended=ended or at == "completed", late=late),
            "date": format_date(date) if date else "",
        }
        for place, (status, date) in enumerate(zip(ALONG, dates, strict=True))
    ]
    return [*steps[: reached + 1], {"text": words.status(row)["text"], "state": "current"}] if ended else steps


def _step_state(place: int, reached: int, *, ended: bool, late: bool) -> str:
    if place < reached or (place == reached and ended):
        return "done"
    if place > reached:
        return "todo"
    return "late" if late else "current"


def _fact(call: PageCall, row: Row, one: dict[str, Any]) -> dict[str, Any]:
    names = {row["sender_id"]: row["sender_name"], row["receiver_id"]: row["receiver_name"]}
    hides = queries.view(call.tx, call.actor, row)["sender_id"] is None and one["institution_id"] == row["sender_id"]
    who = _("a partner institution") if hides else names.get(one["institution_id"], "")
    reason = words.word("referral-reason", one["reason"]) if _gives_reason(one) else ""
    outcome = words.word("referral-outcome", one["outcome"]) if one["action"] == "complete" and one["outcome"] else ""
    return {
        "when": format_instant(one["at"]),
        "iso": isoformat_z(one["at"]),
        "what": ": ".join(filter(None, (str(TOLD[one["action"]]), reason or outcome))),
        "who": who or _("Splot"),
        "note": one.get("text", ""),
        **({"kind": "late"} if one["action"] == "overdue" else {}),
    }


def _gives_reason(one: dict[str, Any]) -> bool:
    return bool(one["reason"]) and one["action"] in ("reject", "fail", "cancel")


def _next(call: PageCall, row: Row, shown: dict[str, Any]) -> dict[str, str] | None:
    whose = queries.parties(row, call.actor)
    side = Party.RECEIVER if Party.RECEIVER in whose else Party.SENDER
    text = NEXT.get((row["business_status"] or row["status"], side))
    if text is None:
        return None
    said = {"text": str(text), "by": words.due(row, now=call.tx.now)}
    if shown.get("position"):
        said["by"] = _("Place %(n)s on the waiting list", n=shown["position"])
    return said


def summary(call: PageCall, shown: dict[str, Any]) -> list[dict[str, Any]]:
    """What the referral says, as far as the reader may see it."""
    sender = {"label": _("From"), "value": shown["sender_name"] or _("a partner institution")}
    ended = [
        {"label": label, "value": words.word(kind, shown[name])}
        for name, kind, label in (
            ("reason", "referral-reason", _("Reason")),
            ("outcome", "referral-outcome", _("Outcome")),
        )
        if shown[name]
    ]
    whole = "participant_id" in shown
    whom = [person(call, shown["participant_id"])] if whole else []
    return [*whom, sender, *ended, *needed(shown), *situation(shown), *(agreed(shown) if whole else [])]


def person(call: PageCall, participant_id: str) -> dict[str, Any]:
    """Her name where `people` gives it, else the code that stands for her."""
    names = call.runtime.identity.cards([participant_id], token=call.token, purpose="referral")
    known = queries.participant(call.tx, participant_id)
    name = names.get(participant_id) or (known["code"] if known else "") or _("not known yet")
    more = {"href": f"/people/participants/{participant_id}", "text": _("Open")}
    return {"label": _("Participant"), "value": name, "change": more}


def needed(shown: dict[str, Any]) -> list[dict[str, Any]]:
    rows = [
        {"label": _("What she needs"), "value": words.needs(shown["needs"])},
        {"label": _("Priority"), "value": words.word("priority", shown["priority"])},
    ]
    if "barriers" in shown:
        barriers = ", ".join(words.word("barrier", code) for code in shown["barriers"])
        rows.insert(1, {"label": _("Barriers"), "value": barriers})
    return rows


def situation(shown: dict[str, Any]) -> list[dict[str, Any]]:
    rows = [
        {"label": _("Languages"), "value": words.languages(shown["languages"])},
        {"label": _("Childcare needed"), "value": words.yes_or_no(shown["childcare"])},
    ]
    if "mentor_wished" in shown:
        rows.append({"label": _("Wishes for a mentor"), "value": words.yes_or_no(shown["mentor_wished"])})
    if "narrative" in shown:
        rows.append({"label": _("What the recipient should know"), "value": shown["narrative"]})
    return rows


def agreed(shown: dict[str, Any]) -> list[dict[str, Any]]:
    sharing = shown["sharing"]
    fields = ", ".join(words.word("sharing-field", field) for field in sharing["fields"])
    return [
        {"label": _("She agreed to share"), "value": fields},
        {"label": _("Until"), "value": words.day(sharing["expires_on"])},
        {"label": _("Legal basis"), "value": _basis(shown["legal_basis"])},
    ]


def _basis(basis: dict[str, Any]) -> list[str]:
    codes = [words.word("legal-basis", basis[name]) for name in ("code", "special") if basis.get(name)]
    return [*codes, *filter(None, [basis.get("reference")])]


def _linked(call: PageCall, row: Row) -> list[dict[str, Any]]:
    """The referral that it continues, and the one that continues it, where the reader may know of them."""
    wanted = ((row["replaces"], _("The referral before it")), (row["replaced_by"], _("The referral after it")))
    links = [
        {"href": f"{LIST}/{other}", "label": label}
        for other, label in wanted
        if other and call.tx.first(queries.listed(call.actor, now=call.tx.now).where(referrals.c.id == other))
    ]
    return [{"title": _("Linked referrals"), "links": links}] if links else []
