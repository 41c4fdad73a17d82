"""A real Chromium in front of the partnership; every page visited is kept as a picture in var/screenshots."""

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, ViewportSize, sync_playwright

from deploy.parts import binaries
from tests.browser.visitor import Visitor
from tests.journeys.conftest import partnership, short_folder
from tests.journeys.running import Started
from tests.parts import need

__all__ = ["partnership", "short_folder"]

DESKTOP: ViewportSize = {"width": 1280, "height": 800}
PHONE: ViewportSize = {"width": 390, "height": 844}
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]  # fmt: skip

ROLES = (
    "anonymous", "labour-office", "receiver", "institution-admin", "mentor", "participant", "cooperative",
    "coordinator", "data-officer", "operator",
)  # fmt: skip

Visit = Callable[..., Visitor]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    need(binaries.chromium)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(binaries.chromium()), args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def visit(chromium: Browser, partnership: Started, request: pytest.FixtureRequest) -> Iterator[Visit]:
    """`visit(phone=False, script=True, name="")`: a new browser with nothing remembered."""
    contexts: list[BrowserContext] = []

    def new(*, phone: bool = False, script: bool = True, name: str = "", language: str = "pl") -> Visitor:
        context = chromium.new_context(
            viewport=PHONE if phone else DESKTOP, locale=language, java_script_enabled=script, reduced_motion="reduce"
        )
        context.set_default_timeout(15_000)
        contexts.append(context)
        called = f"{request.node.name} {name}"
        return Visitor(partnership, context, re.sub(r"\W+", "-", called).strip("-")[:80])

    yield new
    for context in contexts:
        context.close()
