import pytest

from tests.service.programmes.builders import Programmes


@pytest.fixture
def partnership(make_world) -> Programmes:
    return Programmes(make_world("programmes"))
