"""Nothing serious for axe on any page, nothing to scroll sideways on a small screen, everything by keyboard."""

import pytest
from playwright.sync_api import Locator, ViewportSize, expect

from deploy.demo.region import PASSWORD
from tests.browser.conftest import DESKTOP, PHONE, ROLES, Visit
from tests.browser.preparing import referral_sent
from tests.browser.visitor import Visitor
from tests.browser.walking import kind_of, walk
from tests.journeys.running import Started

NARROW: ViewportSize = {"width": 320, "height": 640}
MOST_TABS = 80
looked_at: set[str] = set()
"""Kinds of pages that another role has shown already; the header is looked at on the first page of each role."""


@pytest.mark.parametrize("role", ROLES)
def test_every_page_is_accessible_and_fits(visit: Visit, role: str) -> None:
    visitor = visit(name=role)
    if role == "anonymous":
        visitor.open("/")
    else:
        visitor.sign_in(role)
    seen = [one.path for one in walk(visitor.context, visitor.partnership.origin, visitor.path) if one.status == 200]
    found = []
    for number, path in enumerate(seen):
        if number == 0 or kind_of(path) not in looked_at:
            found += problems_of(visitor, path)
            looked_at.add(kind_of(path))
    assert found + visitor.problems == []


def problems_of(visitor: Visitor, path: str) -> list[str]:
    visitor.page.goto(visitor.partnership.origin + path)
    found = visitor.axe()
    visitor.page.set_viewport_size(PHONE)
    visitor.keep()
    found += visitor.axe(contrast=False)
    visitor.page.set_viewport_size(NARROW)
    width = visitor.page.evaluate("document.documentElement.scrollWidth")
    visitor.page.set_viewport_size(DESKTOP)
    return found + ([f"{path}: {width} pixels wide"] if width > NARROW["width"] else [])


def test_sign_in_and_accept_a_referral_by_keyboard(visit: Visit, partnership: Started) -> None:
    code = referral_sent(partnership)
    visitor = visit()
    visitor.open("/people/sign-in")
    tab_to(visitor, visitor.page.locator("#username"))
    visitor.page.keyboard.type("receiver")
    tab_to(visitor, visitor.page.locator("#password"))
    visitor.page.keyboard.type(PASSWORD)
    visitor.page.keyboard.press("Enter")
    expect(visitor.card(code)).to_be_visible()
    by_keyboard(visitor, visitor.card(code).get_by_role("button", name="Odpowiedz"))
    by_keyboard(visitor, visitor.page.get_by_role("button", name="Otwórz skierowanie"))
    by_keyboard(visitor, visitor.page.get_by_role("button", name="Przyjmij"))
    visitor.sees("Przyjęto")


def by_keyboard(visitor: Visitor, what: Locator) -> None:
    tab_to(visitor, what)
    visitor.keep()
    visitor.page.keyboard.press("Enter")
    visitor.page.wait_for_load_state()
    expect(what).not_to_be_attached()


def tab_to(visitor: Visitor, what: Locator) -> None:
    """By Tab alone, and the ring of focus is seen when one is there."""
    what.wait_for()
    for _press in range(MOST_TABS):
        visitor.page.keyboard.press("Tab")
        if what.evaluate("element => element === document.activeElement"):
            assert what.evaluate("element => getComputedStyle(element).outlineStyle") != "none"
            return
    raise AssertionError(f"{what} is not reached by {MOST_TABS} tabs")


def test_a_form_with_mistakes_puts_the_focus_on_what_is_wrong(visit: Visit) -> None:
    visitor = visit().sign_in("labour-office")
    visitor.go("Uczestniczki")
    visitor.press("Zarejestruj uczestniczkę")
    visitor.send()
    summary = visitor.page.locator(".govuk-error-summary")
    expect(summary).to_be_focused()
    assert visitor.page.title().startswith("Błąd: ")
    summary.get_by_role("link").first.click()
    expect(visitor.page.locator("#given_name")).to_be_focused()
    assert visitor.axe() == []


def test_the_first_tab_skips_to_the_content(visit: Visit) -> None:
    visitor = visit().sign_in("receiver")
    visitor.page.keyboard.press("Tab")
    visitor.page.keyboard.press("Enter")
    expect(visitor.page.locator("#main")).to_be_focused()
