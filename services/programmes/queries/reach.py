"""What a programme reached, in one statement, from the sheets as they were last corrected."""

from typing import Any

from sqlalchemy import distinct, func, literal, select, union_all

from services.programmes.domain.activities import ACADEMY, CLUB, TAKES_A_PLACE
from services.programmes.domain.reach import Reach, suppressed
from services.programmes.tables import activities, attendance_sheets, enrolments, presences, sessions
from shared.database import Transaction

WOMEN, IN_ACADEMY, MEMBERS, HEADS, OF_KIND = "women", "academy", "members", "heads", "kind:"


def reach(tx: Transaction, programme_id: str) -> Reach:
    counts = {str(row["what"]): int(row["count"]) for row in tx.all(_statement(programme_id))}
    kinds = {what.removeprefix(OF_KIND): count for what, count in sorted(counts.items()) if what.startswith(OF_KIND)}
    return Reach(
        distinct_women=counts[WOMEN],
        academy=counts[IN_ACADEMY],
        club_members=counts[MEMBERS],
        head_count=counts[HEADS],
        by_kind=suppressed(kinds),
    )


def _statement(programme_id: str) -> Any:
    present = _present(programme_id).cte("present")
    women = func.count(distinct(present.c.participant_id))
    return union_all(
        select(literal(WOMEN).label("what"), women.label("count")),
        select(literal(IN_ACADEMY), women).where(present.c.form == ACADEMY),
        select(literal(OF_KIND) + present.c.kind, women).group_by(present.c.kind),
        _members(programme_id),
        _heads(programme_id),
    )


def _present(programme_id: str) -> Any:
    return (
        select(presences.c.participant_id, activities.c.kind, activities.c.form)
        .join(sessions, sessions.c.sheet_id == presences.c.sheet_id)
        .join(activities, activities.c.id == sessions.c.activity_id)
        .where(activities.c.programme_id == programme_id)
    )


def _members(programme_id: str) -> Any:
    return (
        select(literal(MEMBERS), func.count(distinct(enrolments.c.participant_id)))
        .join(activities, activities.c.id == enrolments.c.activity_id)
        .where(
            activities.c.programme_id == programme_id,
            activities.c.form == CLUB,
            enrolments.c.status.in_([str(one) for one in TAKES_A_PLACE]),
        )
    )


def _heads(programme_id: str) -> Any:
    return (
        select(literal(HEADS), func.coalesce(func.sum(attendance_sheets.c.head_count), 0))
        .join(sessions, sessions.c.sheet_id == attendance_sheets.c.id)
        .join(activities, activities.c.id == sessions.c.activity_id)
        .where(activities.c.programme_id == programme_id)
    )
