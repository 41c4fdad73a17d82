"""What time makes happen: deadlines run out, agreements end, what she agreed to expires."""

from services.referrals.commands import agreements, referrals
from services.referrals.domain.referrals import Party
from services.referrals.queries import referrals as queries
from shared.jobs import Job
from shared.service import Runtime


def tell_overdue(runtime: Runtime) -> int:
    with runtime.transaction_as_service() as tx:
        late = queries.overdue(tx)
        for row in late:
            referrals.tell_overdue(tx, row)
    return len(late)


def cancel_expired(runtime: Runtime) -> int:
    with runtime.transaction_as_service() as tx:
        expired = queries.run_out(tx)
        for row in expired:
            referrals.perform(tx, row, party=Party.SYSTEM, action="cancel", details={"reason": "expired"})
    return len(expired)


def tell_ending_agreements(runtime: Runtime) -> int:
    with runtime.transaction_as_service() as tx:
        return agreements.tell_ending(tx)


JOBS = (
    Job("tell-overdue-referrals", 5.0, tell_overdue),
    Job("cancel-expired-referrals", 60.0, cancel_expired),
    Job("tell-ending-agreements", 60.0, tell_ending_agreements),
)
