"""The public register: what everyone may know, and nothing of any person."""

import csv
from collections.abc import Iterator, Mapping
from io import StringIO
from typing import Any

from sqlalchemy import Select, func, select

from services.cooperatives.domain import states
from services.cooperatives.queries.law import centroids
from services.cooperatives.queries.registry import filtered
from services.cooperatives.tables import Row, changes, cooperatives, transitions, vacancies
from shared import contracts
from shared.database import Transaction
from shared.dates import isoformat_z
from shared.errors import NotFound

LICENCE = "https://creativecommons.org/publicdomain/zero/1.0/"
COLUMNS = (
    "id",
    "name",
    "krs",
    "nip",
    "regon",
    "teryt",
    "county",
    "status",
    "status_since",
    "registered_on",
    "social_enterprise_status",
    "languages",
    "founders",
    "members",
    "website",
)
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet would take for a formula."""
Entry = dict[str, Any]


def entries(*, status: str | None = None, teryt: str | None = None, q: str | None = None) -> Select[Any]:
    found = select(cooperatives).where(cooperatives.c.removed_at.is_(None))
    return filtered(found, status=status, teryt=teryt, q=q)


def entry(row: Row) -> Entry:
    """Counts only from registration on; who the people are, never."""
    counted = states.is_public_count(row["status"])
    kept = {name: row[name] for name in COLUMNS if name in row}
    return {
        **kept,
        "county": contracts.county_name(row["teryt"]),
        "social_enterprise_status": row["social"],
        "languages": list(row["languages"]),
        "services": list(row["services"]),
        "pkd": list(row["pkd"]),
        "founders": row["founders"] if counted else None,
        "members": row["members"] if counted else None,
    }


def one(tx: Transaction, *, key: str) -> Entry:
    """By KRS number or id, with its history. Raises NotFound."""
    column = cooperatives.c.krs if key.isdigit() else cooperatives.c.id
    row = tx.first(entries().where(column == key))
    if row is None:
        raise NotFound
    return {**entry(row), "history": history(tx, row["id"])}


def history(tx: Transaction, cooperative_id: str) -> list[Row]:
    """States and dates as they hold now: a corrected date replaces the wrong one."""
    held = (transitions.c.cooperative_id == cooperative_id) & transitions.c.superseded.is_(False)
    columns = [transitions.c[name] for name in ("axis", "before", "after", "effective_date", "recorded_at")]
    return list(
        tx.all(
            select(*columns)
            .where(held)
            .order_by(transitions.c.effective_date, transitions.c.axis, transitions.c.position)
        )
    )


def vacancy(tx: Transaction, *, vacancy_id: str) -> tuple[Row, Row]:
    """Work that is or was offered, with its cooperative: public both. Raises NotFound."""
    one = tx.one(select(vacancies).where(vacancies.c.id == vacancy_id))
    return one, tx.one(entries().where(cooperatives.c.id == one["cooperative_id"]))


def feed(tx: Transaction, *, after: int, limit: int) -> tuple[list[Row], str | None]:
    """Changes in order and, where there are more, the sequence to go on from."""
    rows = tx.all(select(changes).where(changes.c.sequence > after).order_by(changes.c.sequence).limit(limit + 1))
    following = str(rows[limit - 1]["sequence"]) if len(rows) > limit else None
    return list(rows[:limit]), following


def as_csv(tx: Transaction, found: Select[Any]) -> Iterator[str]:
    yield _csv_line(COLUMNS)
    for row in tx.execute(found.order_by(cooperatives.c.id)).mappings():
        yield _csv_line([_cell(entry(row)[name]) for name in COLUMNS])


def _csv_line(cells: Any) -> str:
    line = StringIO()
    csv.writer(line).writerow(cells)
    return line.getvalue()


def _cell(value: Any) -> str:
    text = " ".join(value) if isinstance(value, list) else "" if value is None else str(value)
    return f"'{text}" if text.startswith(FORMULA) else text


def as_geojson(tx: Transaction, found: Select[Any]) -> Entry:
    """Points at the middle of the county: no address is kept here."""
    middle = centroids()
    rows = tx.all(found.order_by(cooperatives.c.id))
    return {
        "type": "FeatureCollection",
        "licence": LICENCE,
        "generated_at": isoformat_z(tx.now),
        "features": [_feature(entry(row), middle) for row in rows],
    }


def _feature(shown: Entry, middle: Mapping[str, tuple[float, float]]) -> Entry:
    place = middle.get(shown["teryt"])
    geometry = {"type": "Point", "coordinates": list(place)} if place else None
    return {"type": "Feature", "id": shown["id"], "geometry": geometry, "properties": shown}


def by_county(tx: Transaction) -> dict[str, int]:
    count = func.count().label("count")
    counted = select(cooperatives.c.teryt, count).where(cooperatives.c.removed_at.is_(None))
    return {row["teryt"]: row["count"] for row in tx.all(counted.group_by(cooperatives.c.teryt))}
