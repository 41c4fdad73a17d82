"""Policies are data; these functions only walk them."""

import pytest

from shared.actor import Actor, service_actor
from shared.errors import Forbidden, Invalid
from shared.policy import ANY, OWN, SERVICE, may, permit, roles_for

POLICY = {"read": {"clerk": OWN, "coordinator": ANY}, "ask": {SERVICE: ANY}}


def actor(*roles: str, **institutions: tuple[str, ...]) -> Actor:
    memberships = {name: frozenset(held) for name, held in institutions.items()}
    return Actor(id="a", roles=frozenset(roles), memberships=memberships)


def test_the_farthest_reach_of_all_roles_counts():
    assert permit(POLICY, "read", actor("clerk")) == OWN
    assert permit(POLICY, "read", actor("clerk", "coordinator")) == ANY
    assert permit(POLICY, "read", actor(office=("clerk",))) == OWN


def test_a_role_that_never_has_it_is_refused():
    for nobody in (actor(), actor("cleric"), actor("clerk ")):
        with pytest.raises(Forbidden):
            permit(POLICY, "read", nobody)
        assert not may(POLICY, "read", nobody)


def test_services_and_people_never_stand_for_each_other():
    assert permit(POLICY, "ask", service_actor("x")) == ANY
    assert not may(POLICY, "ask", actor(SERVICE))
    assert not may(POLICY, "read", service_actor("x"))


def test_who_has_it_can_be_listed():
    assert roles_for(POLICY, "read") == {"clerk", "coordinator"}


def test_someone_of_several_institutions_says_for_which_she_acts():
    both = actor(first=("clerk",), second=("clerk", "boss"), third=("boss",))
    assert both.institutions_as("clerk") == ("first", "second")
    assert both.acting_for("first", ["clerk"]) == "first"
    for given in (None, "third", "elsewhere"):
        with pytest.raises(Invalid):
            both.acting_for(given, ["clerk"])
    with pytest.raises(Forbidden):
        both.acting_for("first", ["nobody"])
    assert actor(only=("clerk",)).acting_for(None, ["clerk"]) == "only"
