"""What someone wants of her e-mail."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from services.notifications.domain.sending import Preferences
from services.notifications.tables import preferences
from shared.database import Transaction, check_version


def wanted(body: Mapping[str, Any]) -> Preferences:
    """Her wishes as the API and the form send them."""
    hours = body["quiet_hours"]
    return Preferences(email=body["email"], quiet_from=hours["from"], quiet_to=hours["to"])


def change(tx: Transaction, *, wishes: Preferences, seen: int | None = None) -> dict[str, Any]:
    """Her wishes from now on; what is urgent comes anyway."""
    values = {"email": wishes.email, "quiet_from": wishes.quiet_from, "quiet_to": wishes.quiet_to}
    row = tx.first(select(preferences).where(preferences.c.account_id == tx.actor.id))
    check_version(row or {"version": 0}, seen)
    version = row["version"] + 1 if row else 1
    entering = tx.insert(preferences).values(account_id=tx.actor.id, version=version, **values)
    new = {**values, "version": preferences.c.version + 1}
    tx.execute(entering.on_conflict_do_update(index_elements=["account_id"], set_=new))
    return {**values, "version": version}
