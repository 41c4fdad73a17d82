"""The JSON door: everyone's own queue and wishes; for operators the messages."""

from collections.abc import Mapping
from typing import Any

from services.notifications.commands import deliveries as delivery_commands
from services.notifications.commands import items as item_commands
from services.notifications.commands import preferences as preference_commands
from services.notifications.domain.sending import Status
from services.notifications.queries import deliveries, inbox
from services.notifications.queries import preferences as wishes
from services.notifications.schemas import (
    DecisionIn,
    DeliveriesQuery,
    DeliveryOut,
    InboxOut,
    InboxQuery,
    ItemOut,
    PreferencesIn,
    PreferencesOut,
)
from shared.actor import Actor
from shared.database import Transaction
from shared.errors import NotFound
from shared.paging import Page
from shared.web.api import Api, Call, ListQuery

api = Api("notifications")
ACTIONS = ("read", "done")


def actionable(tx: Transaction, actor: Actor, *, item_id: str, action: str) -> None:
    if action not in ACTIONS:
        raise NotFound
    inbox.visible(tx, actor, item_id=item_id)


@api.get("/inbox", action="inbox.read", query=InboxQuery, returns=InboxOut)
def read_inbox(call: Call) -> Mapping[str, Any]:
    """What lies in the caller's queue, newest first; `done=false` for what is open."""
    return inbox.listed(call.tx, call.actor, **call.query)


@api.post("/inbox/<id:item_id>/actions/<code:action>", action="inbox.act", subject=actionable, returns=ItemOut)
def act(call: Call, *, item_id: str, action: str) -> Mapping[str, Any]:
    """Mark as read, or as done with by the caller; what a fact has to finish stays open for those who share it."""
    item_commands.mark(call.tx, item_id, action=action)
    return inbox.one(call.tx, call.actor, item_id)


@api.get("/deliveries", action="deliveries.read", query=DeliveriesQuery, returns=DeliveryOut)
def read_deliveries(call: Call) -> Page:
    """Messages by e-mail and SMS, newest first, with what became of each and why."""
    return deliveries.listed(call.tx, **call.query)


@api.get("/deliveries/<id:delivery_id>", action="deliveries.read", subject=deliveries.known, returns=DeliveryOut)
def read_delivery(call: Call, *, delivery_id: str) -> Mapping[str, Any]:
    return deliveries.one(call.tx, delivery_id)


@api.get("/dead-letters", action="deliveries.read", query=ListQuery, returns=DeliveryOut)
def read_dead_letters(call: Call) -> Page:
    """Messages given up, which wait for an operator."""
    return deliveries.listed(call.tx, status=Status.FAILED, **call.query)


@api.post(
    "/dead-letters/<id:delivery_id>/actions/<code:action>",
    action="dead-letters.decide",
    subject=deliveries.known,
    body=DecisionIn,
    returns=DeliveryOut,
)
def decide(call: Call, *, delivery_id: str, action: str) -> Mapping[str, Any]:
    """Try it again, or discard it with a reason."""
    delivery_commands.decide_dead_letter(call.tx, delivery_id, action=action, details=call.body, seen=call.seen)
    return deliveries.one(call.tx, delivery_id)


@api.get("/preferences", action="preferences.read", returns=PreferencesOut)
def read_preferences(call: Call) -> Mapping[str, Any]:
    return wishes.of(call.tx, call.actor.id)


@api.put("/preferences", action="preferences.change", body=PreferencesIn, returns=PreferencesOut)
def change_preferences(call: Call) -> Mapping[str, Any]:
    preference_commands.change(call.tx, wishes=preference_commands.wanted(call.body), seen=call.seen)
    return wishes.of(call.tx, call.actor.id)
