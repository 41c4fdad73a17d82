"""Pages as a browser of the region gets them, and what stands in them."""

from dataclasses import dataclass, field
from functools import cache
from html.parser import HTMLParser

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from shared.auth import BROWSER
from tests.service.endpoints.region import Region, Side
from tests.service.endpoints.routes import Case

CSRF = "csrf"
"""What the tokens of a test's world say."""


def open_page(
    case: Case, side: Side, role: str | None, *, path: str = "", language: str = "pl", query: str = ""
) -> TestResponse:
    browser = _browser(case, side, role)
    return browser.get(path or case.path(side, role or ""), query_string=query, headers={"Accept-Language": language})


def press(
    case: Case,
    side: Side,
    role: str | None,
    *,
    path: str = "",
    form: dict[str, str] | None = None,
    headers: dict[str, str] | None = None,
) -> TestResponse:
    """Send the page's form or button, with the token that a page of ours has unless the form says otherwise."""
    sent = {"csrf_token": CSRF} if form is None else form
    return _browser(case, side, role).post(path or case.path(side, role or ""), data=sent, headers=headers)


def _browser(case: Case, side: Side, role: str | None) -> FlaskClient:
    browser = side.world.browser(case.service.name)
    if role:
        browser.set_cookie("splot", side.token(role, BROWSER))
    return browser


@dataclass
class Page(HTMLParser):
    """The elements of a page, its title, and its text."""

    content: str
    elements: list[tuple[str, dict[str, str | None]]] = field(default_factory=list)
    text: list[str] = field(default_factory=list)
    title: str = ""
    inside: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()
        self.feed(self.content)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self.inside.append(tag)

    def handle_endtag(self, tag: str) -> None:
        while tag in self.inside and self.inside.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if "title" in self.inside and "svg" not in self.inside:
            self.title += data
        elif data.strip():
            self.text.append(f"{self.inside[-1] if self.inside else ''}: {data.strip()}")

    def of(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]

    @property
    def inline(self) -> list[str]:
        """Code and style that a strict policy would have to let in."""
        attributes = [
            f"{name} of {tag}"
            for tag, given in self.elements
            for name, value in given.items()
            if name.startswith("on") or name == "style" or (value or "").strip().lower().startswith("javascript:")
        ]
        code = [text for text in self.text if text.startswith(("script: ", "style: "))]
        return [*attributes, *code]


@cache
def page_of(content: str) -> Page:
    """Read once; many tests look at the same page."""
    return Page(content)


_seen: dict[str, dict[str, TestResponse]] = {}


def seen(case: Case, region: Region) -> dict[str, TestResponse]:
    """The page as every role that has it gets it on side one; of everyone, where it is for everyone."""
    if case.name not in _seen:
        roles: list[str | None] = [*case.holders] if case.route.action else [None, "coordinator", "participant"]
        answers = {role or "nobody": open_page(case, region.one, role) for role in roles}
        _seen[case.name] = answers
    return _seen[case.name]
