"""What may happen to a referral, by whom, and what it takes. MOVES is the rule book, the functions read it."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any, NamedTuple

from services.referrals.domain import Row
from shared.contracts import codes
from shared.dates import add_working_days
from shared.statemachine import Move

Changes = dict[str, Any]


class State(StrEnum):
    """A status (FHIR Task) with, after a space, the business status that tells its kinds apart."""

    DRAFT = "draft"
    REQUESTED = "requested"
    RECEIVED = "received"
    ASKED = "on-hold awaiting-information"
    WAITLISTED = "on-hold waitlisted"
    ACCEPTED = "accepted"
    IN_PROGRESS = "in-progress"
    PAUSED = "on-hold paused"
    COMPLETED = "completed"
    FAILED = "failed"
    REJECTED = "rejected"
    REDIRECTED = "rejected redirected"
    CANCELLED = "cancelled"
    MISTAKEN = "entered-in-error"


class Party(StrEnum):
    """Whose move it is. The role belongs to the referral, not to the institution."""

    SENDER = "sender"
    RECEIVER = "receiver"
    COORDINATOR = "coordinator"
    SYSTEM = "system"
    """A fact or the clock: she withdrew, her data were erased, what she agreed to ran out."""


S, R, C, X = Party
UNDECIDED = (State.REQUESTED, State.RECEIVED, State.ASKED, State.WAITLISTED)
OPEN = (*UNDECIDED, State.ACCEPTED, State.IN_PROGRESS, State.PAUSED)
ENDED = (State.COMPLETED, State.FAILED, State.REJECTED, State.REDIRECTED, State.CANCELLED)

MOVES: Mapping[tuple[str, str, str], Move] = MappingProxyType({
    (State.DRAFT, S, "submit"): Move(State.REQUESTED, "requested"),
    (State.DRAFT, S, "cancel"): Move(State.CANCELLED, None, needs=("reason",)),
    (State.DRAFT, X, "cancel"): Move(State.CANCELLED, None, needs=("reason",)),
    (State.DRAFT, S, "mark-entered-in-error"): Move(State.MISTAKEN, None, needs=("comment",)),

    (State.REQUESTED, R, "receive"): Move(State.RECEIVED, "received"),
    (State.ASKED, S, "answer"): Move(State.RECEIVED, "information-given", needs=("text",)),

    **{(at, R, "accept"): Move(State.ACCEPTED, "accepted") for at in UNDECIDED},
    (State.RECEIVED, R, "ask"): Move(State.ASKED, "information-asked", needs=("question",)),
    **{(at, R, "waitlist"): Move(State.WAITLISTED, "waitlisted") for at in (State.REQUESTED, State.RECEIVED)},
    **{(at, R, "reject"): Move(State.REJECTED, "rejected", needs=("reason",)) for at in UNDECIDED},
    **{(at, R, "redirect"): Move(State.REDIRECTED, "redirected", needs=("service_id",)) for at in UNDECIDED},

    (State.ACCEPTED, R, "start"): Move(State.IN_PROGRESS, "started"),
    (State.ACCEPTED, R, "waitlist"): Move(State.WAITLISTED, "waitlisted"),
    (State.IN_PROGRESS, R, "complete"): Move(State.COMPLETED, "completed", needs=("outcome",)),
    (State.IN_PROGRESS, R, "hold"): Move(State.PAUSED, "held"),
    (State.PAUSED, R, "resume"): Move(State.IN_PROGRESS, "resumed"),
    (State.ACCEPTED, R, "fail"): Move(State.FAILED, "failed", needs=("reason",)),
    (State.IN_PROGRESS, R, "fail"): Move(State.FAILED, "failed", needs=("reason",)),
    (State.PAUSED, R, "fail"): Move(State.FAILED, "failed", needs=("reason",)),

    **{(at, S, "cancel"): Move(State.CANCELLED, "cancelled", needs=("reason",)) for at in OPEN},
    **{(at, X, "cancel"): Move(State.CANCELLED, "cancelled", needs=("reason",)) for at in OPEN},

    # A reopened referral stays as it ended; a new draft continues it.
    **{(at, S, "reopen"): Move(at, None) for at in ENDED if at != State.REDIRECTED},

    **{(at, who, "mark-entered-in-error"): Move(State.MISTAKEN, "corrected", needs=("comment",))
       for at in (*OPEN, *ENDED) for who in (S, C)},
})  # fmt: skip

ACTIONS = tuple(dict.fromkeys(action for _at, _who, action in MOVES))

REASONS: Mapping[str, tuple[str, ...]] = {
    "reject": codes("referral-reject-reasons"),
    "cancel": codes("referral-cancel-reasons"),
    "fail": codes("referral-fail-reasons"),
}
"""Which reasons may be given with which action."""

ERASED: Mapping[str, str] = {
    "own-request": "consent-withdrawn",
    "retention": "no-longer-needed",
    "mistaken-record": "other",
}
"""Why a referral ends when her data were erased on this ground."""


class Clock(StrEnum):
    """A promise of the receiver's, counted in working days."""

    LOOK = "look"
    DECIDE = "decide"
    CONTACT = "contact"


CLOCKS: Mapping[str, Clock] = {
    State.REQUESTED: Clock.LOOK,
    State.RECEIVED: Clock.DECIDE,
    State.ACCEPTED: Clock.CONTACT,
}
"""Which clock runs in which state; in all others the receiver owes nothing by a date."""

STARTS: Mapping[str, tuple[Clock, ...]] = {
    "submit": (Clock.LOOK, Clock.DECIDE),
    "answer": (Clock.DECIDE,),
    "accept": (Clock.CONTACT,),
}
"""Which clocks an action sets. An answer starts the decision anew: the receiver could not decide without it."""


class Stand(NamedTuple):
    status: str
    business_status: str | None


def stand(state: str) -> Stand:
    status, _space, business = state.partition(" ")
    return Stand(status, business or None)


def state_of(row: Row) -> State:
    return State(" ".join(filter(None, (row["status"], row["business_status"]))))


OPEN_STATUSES = tuple(dict.fromkeys(stand(state).status for state in OPEN))


def parties_of(row: Row, *, sends_for: frozenset[str], receives_for: frozenset[str], coordinates: bool) -> list[Party]:
    """What someone is in this referral: both sides where an institution refers to itself."""
    roles = (
        (Party.SENDER, row["sender_id"] in sends_for),
        (Party.RECEIVER, row["requested_at"] is not None and row["receiver_id"] in receives_for),
        (Party.COORDINATOR, row["requested_at"] is not None and coordinates),
    )
    return [party for party, is_it in roles if is_it]


def possible(row: Row, parties: list[Party]) -> list[str]:
    """What these parties may do now, the most likely first."""
    if row["purged"]:
        return []
    at = state_of(row)
    found = [action for (state, who, action) in MOVES if state == at and who in parties]
    return [action for action in dict.fromkeys(found) if action != "reopen" or row["replaced_by"] is None]


def changes(row: Row, step: Move, *, action: str, now: datetime) -> Changes:
    """What changes in the row beside what the caller said: state, clocks, and when the receiver first looked."""
    status, business = stand(step.to)
    changed: Changes = {"status": status, "business_status": business}
    for clock in STARTS.get(action, ()):
        changed[f"{clock}_by"] = add_working_days(now, row["deadlines"][clock])
    if action == "submit":
        changed["requested_at"] = now
    if status != "draft" and row["received_at"] is None and _by_receiver(action):
        changed["received_at"] = now
    for noted, at in (("accept", "accepted_at"), ("waitlist", "waitlisted_at")):
        if action == noted:
            changed[at] = now
    return {**changed, **running(step.to, {**row, **changed})}


def running(state: str, row: Row) -> Changes:
    """The clock that runs in this state, until when, and that nobody was told of its end yet."""
    clock = CLOCKS.get(state)
    return {"clock": clock, "due_at": row[f"{clock}_by"] if clock else None, "overdue_told": False}


def _by_receiver(action: str) -> bool:
    return any(who == Party.RECEIVER and action == named for _at, who, named in MOVES)


def sees_person(row: Row, party: Party, *, today: str) -> bool:
    """Whether the party may see more than the minimum.

    The sender does; the receiver from its acceptance on, until she takes it back or what she agreed to has run out.
    """
    if party == Party.SENDER:
        return True
    kept = row["status"] not in ("rejected", "cancelled", "entered-in-error")
    return party == Party.RECEIVER and row["accepted_at"] is not None and kept and row["sharing_expires_on"] >= today


ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def code_of(referral_id: str) -> str:
    """The short code that people read and say, made from the random end of the id; letters that look alike are out."""
    bits = int(referral_id.replace("-", "")[-8:], 16)
    letters = [ALPHABET[(bits >> 5 * place) & 31] for place in range(6)]
    return f"{''.join(letters[:4])}-{''.join(letters[4:])}"
