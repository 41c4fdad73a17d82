"""Rows as the resources that both doors show: cards with their parts, activities and enrolments with their actions."""

from collections.abc import Mapping
from typing import Any

from services.programmes.domain import cards
from services.programmes.domain.activities import INSTITUTION, MOVES, activity_actions
from services.programmes.policy import POLICY
from shared.actor import Actor
from shared.policy import may
from shared.statemachine import actions

Row = Mapping[Any, Any]


def card(row: Row, actor: Actor) -> dict[str, Any]:
    cost, grant = row["cost"], row["grant"]
    own = cards.own_contribution(cost["amount"], grant["amount"] if grant else "0.00")
    return {
        **row,
        "period": {"from": row["starts_on"], "to": row["ends_on"]},
        "own_contribution": {"amount": own, "currency": cost["currency"]},
        "actions": cards.actions(published=bool(row["published_at"]), closed=bool(row["closed_at"]))
        if may(POLICY, "programmes.write", actor)
        else [],
    }


def activity(row: Row, actor: Actor) -> dict[str, Any]:
    return {**row, "actions": activity_actions(row["status"]) if may(POLICY, "activities.write", actor) else []}


def enrolment(row: Row, actor: Actor) -> dict[str, Any]:
    possible = actions(MOVES, status=row["status"], party=INSTITUTION)
    return {**row, "actions": possible if may(POLICY, "enrolments.write", actor) else []}
