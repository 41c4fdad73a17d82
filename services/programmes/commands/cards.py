"""Programme cards: created, changed, published, closed."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import insert, select

from services.programmes import events
from services.programmes.domain.cards import Status, actions, check_card
from services.programmes.tables import programmes
from shared.database import Transaction, check_version
from shared.errors import Conflict, Invalid
from shared.i18n import gettext as _


def create_programme(tx: Transaction, *, card: Mapping[Any, Any]) -> dict[str, Any]:
    """Published at once, unless the card says `publish: false`."""
    check_card(card)
    publish = card.get("publish", True)
    row = {
        "id": tx.new_id(),
        **_columns(card),
        "published_at": tx.now if publish else None,
        "closed_at": None,
        "created_at": tx.now,
        "version": 1,
    }
    tx.execute(insert(programmes).values(row))
    if publish:
        tx.publish(events.programme("published", row))
    return row


def change_programme(
    tx: Transaction, *, programme_id: str, card: Mapping[Any, Any], seen: int | None = None
) -> dict[str, Any]:
    """A published card is published anew, so that everyone has it as it is now."""
    row = _locked(tx, programme_id)
    check_version(row, seen)
    _refuse_closed(row)
    check_card(card)
    saved = tx.save(programmes, row, **_columns(card))
    if saved["published_at"]:
        tx.publish(events.programme("published", saved))
    return saved


def act(tx: Transaction, *, programme_id: str, action: str, seen: int | None = None) -> dict[str, Any]:
    row = _locked(tx, programme_id)
    check_version(row, seen)
    possible = actions(published=bool(row["published_at"]), closed=bool(row["closed_at"]))
    if action not in possible:
        raise Conflict(_("This is not possible now."), actions=possible)
    if action == "publish":
        saved = tx.save(programmes, row, published_at=tx.now)
        tx.publish(events.programme("published", saved))
    else:
        saved = tx.save(programmes, row, status=Status.FINISHED, closed_at=tx.now)
        tx.publish(events.programme("closed", saved))
    return saved


def open_for_records(tx: Transaction, programme_id: str, *, pointer: str = "/programme_id") -> Mapping[Any, Any]:
    """The programme, if something may still be recorded in it.

    A finished one takes what is recorded late, a closed one takes nothing. Raises Invalid or Conflict.
    """
    row = tx.first(select(programmes).where(programmes.c.id == programme_id, programmes.c.published_at.is_not(None)))
    if row is None:
        raise Invalid.at(pointer, _("There is no such programme."))
    _refuse_closed(row)
    return row


def _refuse_closed(row: Mapping[Any, Any]) -> None:
    if row["closed_at"]:
        raise Conflict(_("This programme is closed: nothing new is recorded in it."))


def _locked(tx: Transaction, programme_id: str) -> Mapping[Any, Any]:
    return tx.one(select(programmes).where(programmes.c.id == programme_id).with_for_update())


def _columns(card: Mapping[Any, Any]) -> dict[str, Any]:
    return {
        "name": card["name"],
        "support_area": card["support_area"],
        "seat": card["seat"],
        "starts_on": card["period"]["from"],
        "ends_on": card["period"].get("to"),
        "status": card["status"],
        "cost": card["cost"],
        "grant": card.get("grant"),
        "reach": card["reach"],
        "activity_types": card["activity_types"],
        "target_groups": card["target_groups"],
        "funding_sources": card.get("funding_sources", []),
        "partners": card.get("partners", []),
        "description": card.get("description", ""),
    }
