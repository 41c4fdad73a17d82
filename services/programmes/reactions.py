"""What another service's fact makes this one do (contract, Choreography). Never run in a replay."""

from sqlalchemy import select, update

from services.programmes.commands import erasure
from services.programmes.commands import paths as walking
from services.programmes.domain.paths import Result, Step, opens_a_path, wants_mentor
from services.programmes.queries.people import is_erased
from services.programmes.tables import path_steps, paths
from shared.consumer import Handler
from shared.database import Transaction
from shared.envelope import Fact


def referral_accepted(tx: Transaction, fact: Fact) -> None:
    """Her open path gets a step for it; without one a path opens at the receiver, if a need asks for a plan."""
    data, participant_id = fact.data, fact.data["participant_id"]
    if is_erased(tx, participant_id) or _has_step(tx, fact.key):
        return
    needs = data["needs"] or [data["service_category"]]
    wish = wants_mentor(data["mentor_wished"], needs)
    path = walking.open_path_of(tx, participant_id)
    if path is None:
        if not opens_a_path(needs):
            return
        path = walking.open_path(
            tx,
            participant_id=participant_id,
            institution_id=data["receiver_id"],
            adviser_id=data["handled_by"],
            details={
                "mentor_wanted": wish,
                "languages": data["languages"],
                "teryt": data["teryt"],
                "urgent": data["priority"] == "urgent",
            },
            referral_id=fact.key,
        )
    elif wish and not walking.open_steps(tx, path["id"], kind=Step.MENTOR) and not path["mentor_wanted"]:
        path, _step = walking.add_step(tx, path, kind=Step.MENTOR)
    walking.add_step(tx, path, kind=Step.REFERRAL, subject_id=fact.key, need=data["service_category"])


def referral_completed(tx: Transaction, fact: Fact) -> None:
    _close_referral(tx, fact, Result.DONE)


def referral_not_done(tx: Transaction, fact: Fact) -> None:
    _close_referral(tx, fact, Result.NOT_DONE)


def referral_cancelled(tx: Transaction, fact: Fact) -> None:
    withdrawn = fact.data["reason"] == "consent-withdrawn"
    _close_referral(tx, fact, Result.WITHDRAWN if withdrawn else Result.NOT_DONE)


def match_started(tx: Transaction, fact: Fact) -> None:
    """Her wish for a mentor has come true."""
    mentee = fact.data["mentee"]
    path = walking.open_path_of(tx, mentee["id"]) if mentee["kind"] == "participant" else None
    if path is None:
        return
    for step in walking.open_steps(tx, path["id"], kind=Step.MENTOR):
        tx.execute(update(path_steps).where(path_steps.c.id == step["id"]).values(subject_id=fact.key))
    walking.close_open_steps(tx, path_id=path["id"], kind=Step.MENTOR, subject_id=fact.key, result=Result.DONE)


def founder_joined(tx: Transaction, fact: Fact) -> None:
    """The cooperative step of her path now says which cooperative."""
    if not fact.data["participant_id"]:
        return
    path = walking.open_path_of(tx, fact.data["participant_id"])
    if path:
        tx.execute(
            update(path_steps)
            .where(
                path_steps.c.path_id == path["id"],
                path_steps.c.kind == Step.COOPERATIVE,
                path_steps.c.result.is_(None),
            )
            .values(subject_id=fact.key)
        )


def founder_left(tx: Transaction, fact: Fact) -> None:
    if not fact.data["participant_id"]:
        return
    hers = select(paths.c.id).where(paths.c.participant_id == fact.data["participant_id"])
    tx.execute(
        update(path_steps)
        .where(
            path_steps.c.subject_id == fact.key,
            path_steps.c.kind == Step.COOPERATIVE,
            path_steps.c.path_id.in_(hers),
            path_steps.c.result.is_(None),
        )
        .values(subject_id=None)
    )


def cooperative_status_changed(tx: Transaction, fact: Fact) -> None:
    """A cooperative that works completes the step of everyone who founded it."""
    if fact.data["after"] == "active":
        walking.close_steps(tx, kind=Step.COOPERATIVE, subject_id=fact.key, participant_id=None, result=Result.DONE)


def participant_erased(tx: Transaction, fact: Fact) -> None:
    erasure.purge(tx, participant_id=fact.key, erasure_event_id=fact.id)


def _has_step(tx: Transaction, referral_id: str) -> bool:
    return tx.first(select(path_steps.c.id).where(path_steps.c.subject_id == referral_id)) is not None


def _close_referral(tx: Transaction, fact: Fact, result: Result) -> None:
    walking.close_steps(tx, kind=Step.REFERRAL, subject_id=fact.key, participant_id=None, result=result)


EVENT_HANDLERS: dict[str, Handler] = {
    "referrals.referral.accepted.v1": referral_accepted,
    "referrals.referral.completed.v1": referral_completed,
    "referrals.referral.failed.v1": referral_not_done,
    "referrals.referral.corrected.v1": referral_not_done,
    "referrals.referral.cancelled.v1": referral_cancelled,
    "mentoring.match.started.v1": match_started,
    "cooperatives.cooperative.founder-joined.v1": founder_joined,
    "cooperatives.cooperative.founder-left.v1": founder_left,
    "cooperatives.cooperative.status-changed.v1": cooperative_status_changed,
    "people.participant.erased.v1": participant_erased,
}
