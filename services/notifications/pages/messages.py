"""For operators: messages and what became of them, without anyone they are for."""

from typing import Any
from urllib.parse import urlencode

from flask import request

from services.notifications.commands import deliveries as commands
from services.notifications.domain.sending import Channel, Status
from services.notifications.queries import deliveries
from services.notifications.schemas import DeliveriesQuery, DiscardIn
from shared.i18n import format_instant, lazy, term
from shared.i18n import gettext as _
from shared.web.bodies import load
from shared.web.forms import FormField
from shared.web.pages import FormPage, PageCall, Pages, Redirect

pages = Pages("notifications")
LIST = "/notifications/deliveries"
COLOURS = {Status.FAILED: "late", Status.SUPPRESSED: "muted", Status.EXPIRED: "refused", Status.SENT: "ok"}
BUTTONS = {"retry": lazy("Try again"), "discard": lazy("Discard")}


@pages.get("/deliveries", action="deliveries.read")
def listed(call: PageCall) -> str:
    asked = load(DeliveriesQuery(), {name: value for name, value in request.args.items() if value})
    page = deliveries.listed(call.tx, **asked)
    chosen = {name: asked[name] for name in ("status", "channel") if asked[name]}
    return call.render(
        "page/list.html",
        heading=_("Messages"),
        lede=_("What became of each message by e-mail and SMS, and why. Whom it is for is not shown."),
        filter={"action": LIST, "fields": _filters(asked), "submit_label": _("Show"), "clear_href": LIST},
        head=[_("About"), _("Channel"), _("Since"), _("State"), _("Why"), {"text": _("Attempts"), "number": True}],
        rows=[_row(one) for one in page.items],
        next_href=f"{LIST}?{urlencode({**chosen, 'cursor': page.next})}" if page.next else None,
        first_href=f"{LIST}?{urlencode(chosen)}" if asked["cursor"] else None,
        empty={"text": _("No message has been made yet.")},
    )


def _filters(asked: dict[str, Any]) -> list[FormField]:
    def options(kind: str, codes: Any) -> list[dict[str, str]]:
        return [{"value": "", "text": _("all")}, *({"value": c.value, "text": term(kind, c.value)} for c in codes)]

    status, channel = options("delivery-status", Status), options("delivery-channel", Channel)
    return [
        FormField("status", "select", label=_("State"), value=asked["status"] or "", options=status),
        FormField("channel", "select", label=_("Channel"), value=asked["channel"] or "", options=channel),
    ]


def _word(kind: str, one: dict[str, Any], name: str) -> str:
    """The dictionary word for one of its codes."""
    return term(kind, one[name])


def _row(one: dict[str, Any]) -> list[Any]:
    return [
        {"text": _word("item-kind", one, "kind"), "href": f"{LIST}/{one['id']}"},
        _word("delivery-channel", one, "channel"),
        format_instant(one["created_at"]),
        {"text": _word("delivery-status", one, "status"), "tag": True, "kind": COLOURS.get(one["status"], "")},
        _word("delivery-reason", one, "reason") if one["reason"] else None,
        str(one["attempts"]),
    ]


@pages.get("/deliveries/<id:delivery_id>", action="deliveries.read", subject=deliveries.known)
def record(call: PageCall, *, delivery_id: str) -> str:
    one = deliveries.one(call.tx, delivery_id)
    return call.render(
        "page/record.html",
        title=_("Message"),
        record={
            "code": _headline(_word("item-kind", one, "kind")),
            "status": {"text": _word("delivery-status", one, "status"), "kind": COLOURS.get(one["status"], "")},
            "back": {"href": LIST, "label": _("Messages")},
        },
        summary=_summary(one),
        actions=[_button(one["id"], action) for action in one["actions"]],
    )


def _headline(words: str) -> str:
    return words[:1].upper() + words[1:]


def _summary(one: dict[str, Any]) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = [
        {"label": _("Channel"), "value": _word("delivery-channel", one, "channel")},
        {"label": _("For"), "value": _word("recipient-kind", one, "recipient")},
        {"label": _("Urgency"), "value": _word("urgency", one, "urgency")},
        {"label": _("Since"), "value": format_instant(one["created_at"])},
        {"label": _("Attempts"), "value": str(one["attempts"])},
    ]
    if one["reason"]:
        rows.append({"label": _("Why"), "value": _word("delivery-reason", one, "reason")})
    if one["status"] == Status.PENDING:
        rows.append({"label": _("Tried next"), "value": format_instant(one["next_attempt_at"])})
    if one["finished_at"]:
        rows.append({"label": _("Finished"), "value": format_instant(one["finished_at"])})
    told = (
        ("error", _("Error")),
        ("provider_reference", _("Provider's number")),
        ("decision_reason", _("Discarded because")),
    )
    return rows + [{"label": label, "value": one[name]} for name, label in told if one[name]]


def _button(delivery_id: str, action: str) -> dict[str, str]:
    label, place = str(BUTTONS[action]), f"{LIST}/{delivery_id}/{action}"
    return (
        {"label": label, "href": place, "kind": "warning"} if action == "discard" else {"label": label, "action": place}
    )


@pages.post("/deliveries/<id:delivery_id>/retry", action="dead-letters.decide", subject=deliveries.known)
def retry(call: PageCall, *, delivery_id: str) -> Redirect:
    commands.decide_dead_letter(call.tx, delivery_id, action="retry", details={}, seen=call.seen)
    return Redirect(f"{LIST}/{delivery_id}", _("The message is tried again."))


def discard_form(_call: PageCall, *, delivery_id: str) -> FormPage:
    return FormPage(
        schema=DiscardIn(),
        heading=_("Discard this message"),
        lede=_("It is not tried any more. The item stays in its reader's list."),
        submit=_("Discard"),
        cancel_href=f"{LIST}/{delivery_id}",
        warning=True,
    )


@pages.form(
    "/deliveries/<id:delivery_id>/discard", action="dead-letters.decide", subject=deliveries.known, form=discard_form
)
def discard(call: PageCall, *, delivery_id: str) -> Redirect:
    commands.decide_dead_letter(call.tx, delivery_id, action="discard", details=call.body)
    return Redirect(LIST, _("The message is discarded; the reason is kept."))
