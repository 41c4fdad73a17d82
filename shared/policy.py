"""Policies are data: per action, which role may do it to what is its own, and which to anything.

POLICY = {"referrals.read": {"caseworker": OWN, "coordinator": ANY}}
"""

from collections.abc import Mapping
from enum import StrEnum

from shared.actor import Actor
from shared.errors import Forbidden


class Scope(StrEnum):
    OWN = "own"
    ANY = "any"


OWN, ANY = Scope.OWN, Scope.ANY
Policy = Mapping[str, Mapping[str, Scope]]
SERVICE = "service"
"""The role of a service that asks by itself, with its own token."""


def permit(policy: Policy, action: str, actor: Actor) -> Scope:
    """How far the actor's roles reach for the action. Forbidden when none of them ever has it."""
    roles = {SERVICE} if actor.is_service else actor.all_roles - {SERVICE}
    granted = {scope for role, scope in policy[action].items() if role in roles}
    if not granted:
        raise Forbidden(action)
    return ANY if ANY in granted else OWN


def may(policy: Policy, action: str, actor: Actor) -> bool:
    try:
        permit(policy, action, actor)
    except Forbidden:
        return False
    return True


def roles_for(policy: Policy, action: str) -> frozenset[str]:
    return frozenset(policy[action])
