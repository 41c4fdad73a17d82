"""What a woman sees of herself here."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from services.programmes.domain.activities import OPEN
from services.programmes.queries.activities import with_positions
from services.programmes.tables import activities, enrolments, sessions
from shared.database import Transaction

Row = Mapping[Any, Any]
DATES_SHOWN = 3


def booked(tx: Transaction, participant_id: str) -> list[dict[str, Any]]:
    """Her open enrolments, each with its activity's name and its next dates; the place too, she may know it."""
    found = (
        select(enrolments, activities.c.name, activities.c.kind, activities.c.childcare)
        .join(activities, activities.c.id == enrolments.c.activity_id)
        .where(enrolments.c.participant_id == participant_id, enrolments.c.status.in_([str(one) for one in OPEN]))
        .order_by(enrolments.c.id)
    )
    rows = with_positions(tx, tx.all(found))
    dates = _dates(tx, [row["activity_id"] for row in rows])
    told = [{**row, "dates": dates.get(row["activity_id"], [])[:DATES_SHOWN]} for row in rows]
    return sorted(told, key=lambda row: (not row["dates"], row["dates"][0]["starts_at"] if row["dates"] else tx.now))


def _dates(tx: Transaction, activity_ids: list[str]) -> dict[str, list[Row]]:
    found = select(sessions).where(sessions.c.activity_id.in_(activity_ids), sessions.c.ends_at > tx.now)
    dates: dict[str, list[Row]] = {}
    for one in tx.all(found.order_by(sessions.c.starts_at)):
        dates.setdefault(one["activity_id"], []).append(one)
    return dates
