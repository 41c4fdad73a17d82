"""What an actor may know of: her own by her role, and nothing of anyone from whom she is kept apart."""

from sqlalchemy import ColumnElement, and_, exists, false, or_, select, true

from services.mentoring.policy import POLICY
from services.mentoring.tables import bans, cooperative_representatives, exclusions, matches, mentees, mentors
from shared.actor import Actor
from shared.database import Transaction
from shared.policy import ANY, permit

Condition = ColumnElement[bool]


def token(tx: Transaction, party_id: str) -> str:
    """By what an exclusion knows a person, an account or an institution."""
    return tx.sealer.blind_index(party_id, column="party")


def of_mentors(tx: Transaction, actor: Actor) -> Condition:
    if permit(POLICY, "mentors.read", actor) is ANY:
        return _apart(tx, actor, mentors.c.token)
    return mentors.c.account_id == actor.id


def of_mentees(tx: Transaction, actor: Actor) -> Condition:
    if permit(POLICY, "mentees.read", actor) is ANY:
        return _apart(tx, actor, mentees.c.token)
    return and_(or_(_of_institution(actor), _of_cooperative(actor)), _apart(tx, actor, mentees.c.token))


def of_matches(tx: Transaction, actor: Actor) -> Condition:
    """For a SELECT that joins matches, mentors and mentees."""
    apart = and_(_apart(tx, actor, mentees.c.token), _apart(tx, actor, mentors.c.token))
    if permit(POLICY, "matches.read", actor) is ANY:
        return apart
    told = matches.c.accepted_at.is_not(None)
    hers = and_(mentees.c.kind == "participant", mentees.c.subject_id == (actor.participant_id or ""), told)
    return and_(
        or_(_of_mentor(actor), hers, _of_institution(actor), and_(_of_cooperative(actor), told)),
        apart,
    )


def _of_mentor(actor: Actor) -> Condition:
    """Not what she must not see again: a pair that was found unsuitable is gone for her."""
    if "mentor" not in actor.all_roles:
        return false()
    gone = exists().where(
        bans.c.mentor_id == matches.c.mentor_id,
        bans.c.kind == mentees.c.kind,
        bans.c.subject_id == mentees.c.subject_id,
        bans.c.rule == "not-suitable",
    )
    return and_(mentors.c.account_id == actor.id, ~gone)


def _of_institution(actor: Actor) -> Condition:
    return mentees.c.institution_id.in_(actor.institutions_as("intake"))


def _of_cooperative(actor: Actor) -> Condition:
    if "cooperative" not in actor.all_roles:
        return false()
    represented = select(cooperative_representatives.c.cooperative_id).where(
        cooperative_representatives.c.account_id == actor.id
    )
    return and_(mentees.c.kind == "cooperative", mentees.c.subject_id.in_(represented))


def _apart(tx: Transaction, actor: Actor, whose: ColumnElement[str | None]) -> Condition:
    """Nobody from whom the actor, or an institution of hers, is kept apart."""
    if actor.is_service:
        return true()
    parties = [actor.id, *actor.institutions_as(), *([actor.participant_id] if actor.participant_id else [])]
    tokens = [token(tx, party) for party in parties]
    return ~exists().where(exclusions.c.one.in_(tokens), exclusions.c.other == whose)
