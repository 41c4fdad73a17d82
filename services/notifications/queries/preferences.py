"""What someone wants of her e-mail, as it is shown."""

from typing import Any

from sqlalchemy import select

from services.notifications.domain.sending import Preferences
from services.notifications.tables import preferences
from shared.database import Transaction


def of(tx: Transaction, account_id: str) -> dict[str, Any]:
    """Hers, or what holds for everyone who said nothing (version 0)."""
    row = tx.first(select(preferences).where(preferences.c.account_id == account_id))
    usual = Preferences()
    values = row or {"email": usual.email, "quiet_from": usual.quiet_from, "quiet_to": usual.quiet_to, "version": 0}
    return resource(values)


def resource(values: Any) -> dict[str, Any]:
    hours = {"from": values["quiet_from"], "to": values["quiet_to"]}
    return {"version": values["version"], "email": values["email"], "quiet_hours": hours}
