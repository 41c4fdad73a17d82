"""What time makes happen in people: the access log is chained, sessions and failed attempts are forgotten."""

from services.people import commands
from services.people.queries import access
from shared.actor import ANONYMOUS
from shared.jobs import Job
from shared.service import Runtime


def chain_access_log(runtime: Runtime) -> int:
    with runtime.database.reading(ANONYMOUS) as tx:
        if not access.anything_unchained(tx):
            return 0
    with runtime.transaction_as_service() as tx:
        return commands.chain(tx)


def forget_old(runtime: Runtime) -> int:
    with runtime.transaction_as_service() as tx:
        return commands.forget_old(tx)


JOBS = (Job("chain-access-log", 1.0, chain_access_log), Job("forget-sessions", 600.0, forget_old))
