"""Somebody at a browser, who looks at pages and presses what she sees."""

import os
import re
from dataclasses import dataclass, field
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, ConsoleMessage, Locator, Page, expect

from deploy.demo.region import PASSWORD
from tests.journeys.running import Started, eventually

PICTURES = Path(os.environ.get("SCREENSHOTS", "var/screenshots"))
SERIOUS = ("serious", "critical")
BROKEN = re.compile(r"(Error|Błąd) [45]\d\d")
Words = str | re.Pattern[str]


@dataclass
class Visitor:
    partnership: Started
    context: BrowserContext
    name: str
    page: Page = field(init=False)
    pictures: int = field(default=0, init=False)
    problems: list[str] = field(default_factory=list, init=False)
    """What the browser complained about: scripts, policies, addresses that do not answer."""

    def __post_init__(self) -> None:
        self.page = self.context.new_page()
        self.page.on("console", self._note_error)
        self.page.on("pageerror", lambda error: self.problems.append(f"{self.page.url}: {error}"))

    def _note_error(self, said: ConsoleMessage) -> None:
        if said.type == "error":
            self.problems.append(f"{self.page.url}: {said.text}")

    # -- looking -----------------------------------------------------------------------------------------------------

    @property
    def main(self) -> Locator:
        return self.page.locator("main")

    @property
    def path(self) -> str:
        return self.page.url.removeprefix(self.partnership.origin)

    def text(self) -> str:
        return self.page.locator("body").inner_text()

    def heading(self) -> str:
        return self.page.locator("h1").first.inner_text()

    def code(self) -> str:
        """The first code of a woman or a referral on this page, such as `7F3K-92`."""
        found = re.search(r"\b[0-9A-Z]{4}-[0-9A-Z]{2}\b", self.main.inner_text())
        assert found, self.page.url
        return found[0]

    def sees(self, words: Words) -> None:
        expect(self.main).to_contain_text(words)

    def card(self, words: Words) -> Locator:
        """The item of a queue that says so."""
        return self.page.locator("li.splot-card, article.splot-card").filter(has_text=words).first

    def keep(self) -> None:
        """A picture, and a look for what is broken."""
        self.pictures += 1
        PICTURES.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=PICTURES / f"{self.name}-{self.pictures:02d}.png", full_page=True)
        assert not BROKEN.search(self.text()), f"{self.page.url}: {self.text()}"

    def axe(self, *, contrast: bool = True) -> list[str]:
        """Serious findings about accessibility on this page; colours need no second look at another width."""
        options = {"resultTypes": ["violations"], "rules": {"color-contrast": {"enabled": contrast}}}
        found = Axe().run(self.page, options=options).response["violations"]
        return [f"{self.page.url}: {one['id']} ({one['help']})" for one in found if one["impact"] in SERIOUS]

    # -- going -------------------------------------------------------------------------------------------------------

    def open(self, path: str) -> None:
        self.page.goto(self.partnership.origin + path)
        self.keep()

    def sign_in(self, username: str) -> "Visitor":
        self.open("/people/sign-in")
        self.page.locator("#username").fill(username)
        self.page.locator("#password").fill(PASSWORD)
        self.send()
        return self

    def go(self, label: Words) -> None:
        """Along the header."""
        self._click(self.page.locator("header nav").get_by_role("link", name=label, exact=True))

    def press(self, label: Words, *, within: Locator | None = None) -> None:
        """A link or a button with these words; the first one where there are several."""
        place = within or self.page.locator("main, aside")
        self._click(place.get_by_role("link", name=label).or_(place.get_by_role("button", name=label)).first)

    def send(self) -> None:
        """The form's own button."""
        self._click(self.main.locator("form:not([role=search]) button[type=submit]").first)

    def _click(self, what: Locator) -> None:
        what.click()
        self.page.wait_for_load_state()
        self.keep()

    def await_text(self, words: Words, *, seconds: float = 30) -> None:
        """Until the page says so, loading it again and again."""
        matches = re.compile(re.escape(words)).search if isinstance(words, str) else words.search

        def holds() -> bool:
            self.page.reload()
            return matches(self.main.inner_text()) is not None

        if not matches(self.main.inner_text()):
            eventually(holds, what=f"{words!r} on {self.path}", seconds=seconds)
        self.keep()

    # -- writing -----------------------------------------------------------------------------------------------------

    def fill(self, **answers: str) -> None:
        """Fields by the name that they have in the form, `__` for its dots."""
        for name, answer in answers.items():
            self.page.locator(f"[name='{name.replace('__', '.')}']").fill(answer)

    def choose(self, name: str, *values: str) -> None:
        """Radio buttons, check boxes or options of a select, by value or by the words beside them."""
        for value in values:
            box = self.page.locator(f"[name='{name}'][value='{value}']")
            if self.page.locator(f"select[name='{name}']").count():
                self._option(name, value)
            elif box.count():
                box.check()
            else:
                self._labelled(name, value).check()

    def _option(self, name: str, value: str) -> None:
        option = self.page.locator(f"select[name='{name}'] option").filter(has_text=value)
        known = self.page.locator(f"select[name='{name}'] option[value='{value}']")
        chosen = (known if known.count() else option).first.get_attribute("value")
        self.page.locator(f"select[name='{name}']").select_option(chosen)

    def _labelled(self, name: str, words: str) -> Locator:
        item = self.page.locator(".govuk-radios__item, .govuk-checkboxes__item").filter(has_text=words)
        return item.locator(f"[name='{name}']").first
