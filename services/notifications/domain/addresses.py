"""Where an item lies: with one account, with one participant, or in a queue that everyone with a role shares."""

from collections.abc import Mapping
from typing import NamedTuple

from shared.actor import Actor


class Addressee(NamedTuple):
    """`fallback` is the queue that takes an item over when its account leaves."""

    address: str
    fallback: str | None = None


def account(account_id: str) -> str:
    return f"account:{account_id}"


def participant(participant_id: str) -> str:
    return f"participant:{participant_id}"


def queue(institution_id: str, role: str) -> str:
    """What waits for anyone with this role in the institution."""
    return f"{institution_id}/{role}"


def holders(role: str) -> str:
    """What waits for anyone with this role."""
    return f"/{role}"


def of(actor: Actor) -> list[str]:
    """Every address whose items this person reads."""
    queues = [queue(at, role) for at, roles in _sorted(actor.memberships) for role in sorted(roles)]
    own = [account(actor.id)] + ([participant(actor.participant_id)] if actor.participant_id else [])
    return [*own, *queues, *(holders(role) for role in sorted(actor.all_roles))]


def _sorted(memberships: Mapping[str, frozenset[str]]) -> list[tuple[str, frozenset[str]]]:
    return sorted(memberships.items())
