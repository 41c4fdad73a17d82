"""Whoever adds a text gives its Polish; whoever adds a code gives its words."""

import pytest

from shared.i18n import catalogues


@pytest.fixture(scope="module")
def problems() -> list[str]:
    return catalogues.check()


@pytest.mark.parametrize("part", [part.name for part in catalogues.parts()])
def test_no_text_is_missing_and_no_placeholder_lost(part, problems):
    assert [problem for problem in problems if problem.startswith(f"{part}/")] == []
