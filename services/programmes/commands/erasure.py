"""A woman is erased: her key is destroyed and nothing here points to her any more; what was reached stays counted."""

from hashlib import sha256

from sqlalchemy import Table, func, literal, select, update

from services.programmes import events
from services.programmes.commands import activities as scheduling
from services.programmes.commands.enrolments import move_up
from services.programmes.domain.activities import OPEN, Enrolment
from services.programmes.domain.paths import Result, Status
from services.programmes.domain.reach import nobody
from services.programmes.tables import enrolments, path_steps, paths, presences
from shared import metrics
from shared.database import Instant, Transaction


def purge(tx: Transaction, *, participant_id: str, erasure_event_id: str) -> None:
    """Repeating it changes nothing but says again that it is done."""
    tx.sealer.keys.destroy(participant_id)
    freed = _leave_activities(tx, participant_id)
    _end_paths(tx, participant_id)
    token = _nobody(tx.new_id())
    records = sum(_replace(tx, table, participant_id, token) for table in (enrolments, presences, paths))
    for activity_id in freed:
        move_up(tx, scheduling.locked(tx, activity_id))
    metrics.ERASURES.labels("programmes").inc()
    tx.publish(events.purged(participant_id, erasure_event_id=erasure_event_id, records=records))


def _nobody(fresh_id: str) -> str:
    """One token for all of hers, so that she still counts once. Hashed: an id would tell when it was made."""
    return nobody(sha256(fresh_id.encode()).hexdigest()[:32])


def _leave_activities(tx: Transaction, participant_id: str) -> list[str]:
    """Her places become free, without a fact about her."""
    hers = (enrolments.c.participant_id == participant_id) & enrolments.c.status.in_([str(one) for one in OPEN])
    left = sorted(tx.execute(select(enrolments.c.activity_id).where(hers)).scalars())
    for activity_id in left:
        scheduling.locked(tx, activity_id)
    tx.execute(update(enrolments).where(hers).values(status=Enrolment.CANCELLED, version=enrolments.c.version + 1))
    return left


def _end_paths(tx: Transaction, participant_id: str) -> None:
    hers = select(paths.c.id).where(paths.c.participant_id == participant_id)
    tx.execute(
        update(path_steps)
        .where(path_steps.c.path_id.in_(hers))
        .values(
            text=None,
            subject_id=None,
            result=func.coalesce(path_steps.c.result, Result.WITHDRAWN.value),
            closed_at=func.coalesce(path_steps.c.closed_at, literal(tx.now, Instant())),
        )
    )
    tx.execute(
        update(paths)
        .where(paths.c.participant_id == participant_id)
        .values(
            goals=None,
            wishes=[],
            slots=[],
            languages=[],
            teryt=None,
            status=Status.ENDED,
            ended_at=func.coalesce(paths.c.ended_at, literal(tx.now, Instant())),
            version=paths.c.version + 1,
        )
    )


def _replace(tx: Transaction, table: Table, participant_id: str, token: str) -> int:
    return tx.execute(
        update(table).where(table.c.participant_id == participant_id).values(participant_id=token)
    ).rowcount
