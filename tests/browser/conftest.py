"""A real Chromium in front of the partnership; every page visited is kept as a picture in var/screenshots."""

import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from deploy.demo.region import PASSWORD
from deploy.parts import binaries
from tests.journeys.conftest import partnership, short_folder
from tests.journeys.running import Started
from tests.parts import need

__all__ = ["partnership", "short_folder"]

PICTURES = Path(os.environ.get("SCREENSHOTS", "var/screenshots"))
DESKTOP, PHONE = {"width": 1280, "height": 800}, {"width": 390, "height": 844}
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]  # fmt: skip
SERIOUS = ("serious", "critical")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    need(binaries.chromium)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(binaries.chromium()), args=FLAGS)
        yield browser
        browser.close()


@dataclass
class Visitor:
    """Somebody at a browser, who looks at pages and presses what she sees."""

    partnership: Started
    context: BrowserContext
    name: str
    page: Page = field(init=False)
    pictures: int = field(default=0, init=False)
    problems: list[str] = field(default_factory=list, init=False)

    def __post_init__(self) -> None:
        self.page = self.context.new_page()
        self.page.on(
            "console", lambda said: said.type == "error" and self.problems.append(f"{self.page.url}: {said.text}")
        )
        self.page.on("pageerror", lambda error: self.problems.append(f"{self.page.url}: {error}"))

    def open(self, path: str) -> None:
        self.page.goto(self.partnership.origin + path)
        self.keep()

    def sign_in(self, username: str) -> None:
        self.open("/people/sign-in")
        self.page.locator("input[name=username]").fill(username)
        self.page.locator("input[name=password]").fill(PASSWORD)
        self.page.locator("form:has(input[name=password]) button[type=submit]").click()
        self.page.wait_for_load_state()
        self.keep()

    def press(self, label: str | re.Pattern[str], *, within: str = "main, aside, header") -> None:
        """A link or a button with these words; the first one where there are several."""
        place = self.page.locator(within)
        place.get_by_role("link", name=label).or_(place.get_by_role("button", name=label)).first.click()
        self.page.wait_for_load_state()
        self.keep()

    def send(self) -> None:
        """The form's own button."""
        self.page.locator("main form:not([role=search]) button[type=submit]").first.click()
        self.page.wait_for_load_state()
        self.keep()

    def text(self) -> str:
        return self.page.locator("body").inner_text()

    def keep(self) -> None:
        """A picture, and a look for what is broken."""
        self.pictures += 1
        PICTURES.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=PICTURES / f"{self.name}-{self.pictures:02d}.png", full_page=True)
        assert not re.search(r"Error 5\d\d|Błąd 5\d\d", self.text()), self.page.url

    def axe(self) -> list[str]:
        """Serious findings about accessibility on this page."""
        found = Axe().run(self.page).response["violations"]
        return [f"{self.page.url}: {one['id']} ({one['help']})" for one in found if one["impact"] in SERIOUS]


Visit = Callable[..., Visitor]


@pytest.fixture
def visit(chromium: Browser, partnership: Started, request: pytest.FixtureRequest) -> Iterator[Visit]:
    """`visit(language="pl", phone=False, script=True)`: a new browser with nothing remembered."""
    contexts: list[BrowserContext] = []

    def new(*, language: str = "pl", phone: bool = False, script: bool = True, name: str = "") -> Visitor:
        context = chromium.new_context(
            viewport=PHONE if phone else DESKTOP, locale=language, java_script_enabled=script, reduced_motion="reduce"
        )
        context.set_default_timeout(10_000)
        contexts.append(context)
        return Visitor(partnership, context, re.sub(r"\W+", "-", name or request.node.name).strip("-")[:80])

    yield new
    for context in contexts:
        context.close()
