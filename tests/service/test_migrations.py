"""The migrations lead to the tables that the code uses, on both databases."""

import pytest

from deploy.services import NAMES
from shared import migrations


@pytest.mark.parametrize("service", NAMES)
def test_a_migrated_database_is_the_one_the_code_describes(make_world, service: str):
    world = make_world(service)
    assert migrations.differences(world.runtimes[service]) == []


@pytest.mark.parametrize("service", NAMES)
def test_migrating_again_changes_nothing(make_world, service: str):
    world = make_world(service)
    migrations.migrate(world.runtimes[service])
    assert migrations.is_current(world.runtimes[service])
