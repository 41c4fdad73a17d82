"""What time makes happen: rounds are solved, unanswered proposals expire, pauses end, the daily round begins."""

import structlog

from services.mentoring.commands import matches as match_commands
from services.mentoring.commands import mentors as mentor_commands
from services.mentoring.commands import results, rounds
from services.mentoring.domain import flow
from services.mentoring.queries import matches as match_queries
from services.mentoring.queries import matching
from shared.actor import service_actor
from shared.jobs import Job
from shared.service import Runtime

BATCH = 50
log = structlog.get_logger()


def solve(runtime: Runtime) -> int:
    """One round: read, solve outside any transaction, keep."""
    with runtime.database.reading(service_actor(runtime.service.name)) as tx:
        waiting = matching.to_solve(tx)
        if waiting is None:
            return 0
        given = matching.matching_input(tx, cause=waiting["cause"])
    solver = {"solver_version": flow.solver_version(), "input_hash": flow.input_hash(*given)}
    try:
        result = flow.solve(*given)
    except (flow.TooLarge, flow.Unsolved) as fault:
        with runtime.transaction_as_service() as tx:
            results.failed(tx, round_id=waiting["id"], solver=solver, error=type(fault).__name__)
        log.error("round.failed", round_id=waiting["id"], error=type(fault).__name__)
        return 1
    with runtime.transaction_as_service() as tx:
        results.solved(tx, round_id=waiting["id"], result=result, solver=solver)
    log.info("round.solved", round_id=waiting["id"], count=len(result.proposals))
    return 1


def expire(runtime: Runtime) -> int:
    with runtime.transaction_as_service() as tx:
        return sum(match_commands.expire(tx, row) for row in match_queries.overdue(tx, limit=BATCH))


def resume(runtime: Runtime) -> int:
    with runtime.transaction_as_service() as tx:
        return mentor_commands.resume_due(tx)


def daily(runtime: Runtime) -> int:
    with runtime.transaction_as_service() as tx:
        return rounds.start_daily(tx)


JOBS = (
    Job("solve-rounds", 0.2, solve),
    Job("expire-proposals", 5.0, expire),
    Job("resume-mentors", 60.0, resume),
    Job("daily-round", 60.0, daily),
)
