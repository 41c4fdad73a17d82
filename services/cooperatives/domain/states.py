"""Where a cooperative may stand and what may follow, on both axes.

Act of 27 April 2006 on social cooperatives; Act of 16 September 1982, Cooperative Law; Act of 5 August 2022 on the
social economy. The tables are the rule book; the functions only read them.
"""

from enum import StrEnum

from shared.statemachine import Move, Moves, actions


class Status(StrEnum):
    INITIATIVE_GROUP = "initiative_group"
    FOUNDING_MEETING_HELD = "founding_meeting_held"
    KRS_APPLICATION_FILED = "krs_application_filed"
    REGISTERED = "registered"
    ACTIVE = "active"
    SUSPENDED = "suspended"
    IN_LIQUIDATION = "in_liquidation"
    IN_BANKRUPTCY = "in_bankruptcy"
    STRUCK_OFF = "struck_off"
    ABANDONED = "abandoned"


class Social(StrEnum):
    """The second axis: the status of a social enterprise."""

    NONE = "none"
    APPLIED = "applied"
    GRANTED = "granted"
    WARNED = "warned"
    REVOKED = "revoked"
    RESIGNED = "resigned"


S = Status
KEEPER = "keeper"
"""Whoever keeps the record: adviser, coordinator and representative may do the same."""
FACT = "status-changed"
DATE = ("effective_date",)
PROVED = ("effective_date", "legal_basis", "evidence")


def _early(to: Status) -> Move:
    return Move(to, FACT, needs=DATE)


def _proved(to: Status) -> Move:
    return Move(to, FACT, needs=PROVED)


MOVES: Moves = {
    (S.INITIATIVE_GROUP, KEEPER, S.FOUNDING_MEETING_HELD): _early(S.FOUNDING_MEETING_HELD),
    (S.INITIATIVE_GROUP, KEEPER, S.ABANDONED): _early(S.ABANDONED),
    (S.FOUNDING_MEETING_HELD, KEEPER, S.KRS_APPLICATION_FILED): _early(S.KRS_APPLICATION_FILED),
    (S.FOUNDING_MEETING_HELD, KEEPER, S.ABANDONED): _early(S.ABANDONED),
    (S.KRS_APPLICATION_FILED, KEEPER, S.REGISTERED): _proved(S.REGISTERED),
    (S.KRS_APPLICATION_FILED, KEEPER, S.ABANDONED): _early(S.ABANDONED),
    (S.REGISTERED, KEEPER, S.ACTIVE): _proved(S.ACTIVE),
    (S.REGISTERED, KEEPER, S.STRUCK_OFF): _proved(S.STRUCK_OFF),
    (S.ACTIVE, KEEPER, S.SUSPENDED): _proved(S.SUSPENDED),
    (S.ACTIVE, KEEPER, S.IN_LIQUIDATION): _proved(S.IN_LIQUIDATION),
    (S.ACTIVE, KEEPER, S.IN_BANKRUPTCY): _proved(S.IN_BANKRUPTCY),
    (S.ACTIVE, KEEPER, S.STRUCK_OFF): _proved(S.STRUCK_OFF),
    (S.SUSPENDED, KEEPER, S.ACTIVE): _proved(S.ACTIVE),
    (S.SUSPENDED, KEEPER, S.IN_LIQUIDATION): _proved(S.IN_LIQUIDATION),
    (S.SUSPENDED, KEEPER, S.IN_BANKRUPTCY): _proved(S.IN_BANKRUPTCY),
    (S.IN_LIQUIDATION, KEEPER, S.ACTIVE): _proved(S.ACTIVE),
    (S.IN_LIQUIDATION, KEEPER, S.STRUCK_OFF): _proved(S.STRUCK_OFF),
    (S.IN_BANKRUPTCY, KEEPER, S.STRUCK_OFF): _proved(S.STRUCK_OFF),
}

FORMING = (S.INITIATIVE_GROUP, S.FOUNDING_MEETING_HELD, S.KRS_APPLICATION_FILED)
"""Before registration: founders come and go."""
IN_BUSINESS = (S.REGISTERED, S.ACTIVE, S.SUSPENDED)
"""Duties run, members come and go."""
HIRING = (S.REGISTERED, S.ACTIVE)
ENDING = (S.IN_LIQUIDATION, S.IN_BANKRUPTCY, S.STRUCK_OFF)
"""Vacancies are closed when it comes to this."""
ENDED = (S.STRUCK_OFF, S.ABANDONED)

SOCIAL_FACT = "social-enterprise-status-changed"


def _social(to: Social) -> Move:
    return Move(to, SOCIAL_FACT, needs=PROVED)


SOCIAL_MOVES: Moves = {
    (Social.NONE, KEEPER, Social.APPLIED): _social(Social.APPLIED),
    (Social.APPLIED, KEEPER, Social.GRANTED): _social(Social.GRANTED),
    (Social.APPLIED, KEEPER, Social.NONE): _social(Social.NONE),
    (Social.GRANTED, KEEPER, Social.WARNED): _social(Social.WARNED),
    (Social.GRANTED, KEEPER, Social.REVOKED): _social(Social.REVOKED),
    (Social.GRANTED, KEEPER, Social.RESIGNED): _social(Social.RESIGNED),
    (Social.WARNED, KEEPER, Social.GRANTED): _social(Social.GRANTED),
    (Social.WARNED, KEEPER, Social.REVOKED): _social(Social.REVOKED),
    (Social.WARNED, KEEPER, Social.RESIGNED): _social(Social.RESIGNED),
    (Social.REVOKED, KEEPER, Social.APPLIED): _social(Social.APPLIED),
    (Social.RESIGNED, KEEPER, Social.APPLIED): _social(Social.APPLIED),
}

MAIN_WAY = (*FORMING, S.REGISTERED, S.ACTIVE)
"""The way that the stepper shows; what lies beside it is shown when it happens."""

CHECKLIST: dict[Status, tuple[str, ...]] = {
    S.INITIATIVE_GROUP: ("founders-enough", "statutes", "founders-list"),
    S.FOUNDING_MEETING_HELD: ("minutes", "board-elected", "share-payments"),
    S.KRS_APPLICATION_FILED: ("krs-forms",),
    S.REGISTERED: ("krs-number", "regon-number", "bank-account", "first-general-meeting", "audit-union"),
}
"""What should be done in a state before it is left. It warns, it does not block."""

COMPUTED = ("founders-enough", "krs-number", "regon-number")
"""Items that the record itself answers."""


def next_states(status: str) -> list[str]:
    """The possible `to`s, in the order of the table."""
    return [str(to) for to in actions(MOVES, status=status, party=KEEPER)]


def next_social(social: str, *, status: str) -> list[str]:
    """Only a cooperative in the court register can be a social enterprise."""
    if status not in IN_BUSINESS:
        return []
    return [str(to) for to in actions(SOCIAL_MOVES, status=social, party=KEEPER)]


def is_public_count(status: str) -> bool:
    """How many founders and members there are is public from registration on: before, a group may be two women."""
    return status not in FORMING and status != S.ABANDONED


def open_items(status: str, done: set[str]) -> list[str]:
    """What the checklist of the state still lacks."""
    return [item for item in CHECKLIST.get(Status(status), ()) if item not in done]
