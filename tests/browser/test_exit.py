"""Exit this page: away at once, to a neutral place, and nobody comes back by the browser's button."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visit
from tests.browser.visitor import Visitor

NEUTRAL = "https://www.wikipedia.org/"
HERS = ("/programmes/me", "/people/me/contact", "/people/me/record", "/mentoring/mine")


def at_her_page(visit: Visit, **options: bool) -> Visitor:
    visitor = visit(**options)
    visitor.context.route(f"{NEUTRAL}**", lambda route: route.fulfill(body="<title>Neutral</title>", status=200))
    visitor.sign_in("participant")
    visitor.sees("Co będzie dalej")
    return visitor


def assert_gone(visitor: Visitor) -> None:
    """Back leads to nothing of hers, and her session is over."""
    page = visitor.page
    page.go_back()
    page.wait_for_load_state()
    assert "Co będzie dalej" not in page.locator("body").inner_text()
    for path in HERS:
        page.goto(visitor.partnership.origin + path)
        assert "/people/sign-in" in page.url


def press_button(page: Page) -> None:
    page.get_by_role("button", name="Opuść tę stronę").click()


def press_shift(page: Page) -> None:
    for _press in range(3):
        page.keyboard.press("Shift")


@pytest.mark.parametrize("leave", [press_button, press_shift])
@pytest.mark.parametrize("phone", [False, True])
def test_she_leaves_and_back_does_not_return(visit: Visit, leave: object, phone: bool) -> None:
    visitor = at_her_page(visit, phone=phone)
    assert callable(leave)
    leave(visitor.page)
    visitor.page.wait_for_url(NEUTRAL)
    assert_gone(visitor)


@pytest.mark.parametrize("path", HERS)
def test_each_of_her_pages_has_it_at_the_top(visit: Visit, path: str) -> None:
    visitor = at_her_page(visit)
    visitor.open(path)
    button = visitor.page.get_by_role("button", name="Opuść tę stronę")
    expect(button).to_be_in_viewport()
    assert visitor.page.title().endswith("– Splot")
    press_button(visitor.page)
    visitor.page.wait_for_url(NEUTRAL)


def test_a_capital_letter_is_no_signal(visit: Visit) -> None:
    visitor = at_her_page(visit)
    visitor.open("/people/me/contact")
    field = visitor.page.locator("[name='email.value']")
    field.clear()
    for letter in "ABCD":
        visitor.page.keyboard.press(f"Shift+{letter}")
    expect(field).to_have_value("ABCD")


def test_without_javascript_the_button_leaves_too(visit: Visit) -> None:
    visitor = at_her_page(visit, script=False)
    with visitor.page.expect_request(NEUTRAL):
        press_button(visitor.page)
    visitor.page.wait_for_url(re.compile("chrome-error|wikipedia"))  # where there is no network, none is shown
    visitor.page.goto(f"{visitor.partnership.origin}/programmes/me")
    assert "/people/sign-in" in visitor.page.url
