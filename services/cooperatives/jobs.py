"""What time makes happen: duties fall due, vacancies run out."""

from services.cooperatives.commands import obligations, vacancies
from services.cooperatives.queries.gauges import TELLING
from shared.jobs import Job
from shared.service import Runtime

BATCH = 100


def tell_obligations(runtime: Runtime) -> int:
    with runtime.transaction_as_service() as tx:
        return obligations.tell_due(tx, limit=BATCH)


def close_vacancies(runtime: Runtime) -> int:
    with runtime.transaction_as_service() as tx:
        return vacancies.close_expired(tx, limit=BATCH)


JOBS = (
    Job(TELLING, 60.0, tell_obligations),
    Job("close-vacancies", 60.0, close_vacancies),
)
