"""All pages that a role reaches by links from its first page, one of each kind, read without drawing them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

from playwright.sync_api import BrowserContext

ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
NO_PAGE = re.compile(r"/people/language\?|/api/|\.csv|\.json|\.geojson|/export$|[?&]cursor=")
"""Answers with data, pages of a list, and the choice of a language."""
SILENT = ("script", "style")
VOID = ("br", "hr", "img", "input", "link", "meta", "path", "rect", "wbr")


def kind_of(path: str) -> str:
    """The address without what makes it one record's."""
    return ID.sub("…", re.split(r"[?#]", path)[0])


@dataclass
class Read(HTMLParser):
    """What a page says outside of what is marked as another language, and where its links lead."""

    texts: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    _open: list[tuple[str, bool]] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        if tag == "a" and (attributes.get("href") or "").startswith("/"):
            self.links.append(attributes["href"] or "")
        if tag not in VOID:
            self._open.append((tag, tag in SILENT or ("lang" in attributes and tag != "html")))

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if data.strip() and not any(foreign for _tag, foreign in self._open):
            self.texts.append(" ".join(data.split()))


@dataclass
class Seen:
    """One page: where it is, how it answered, what it says."""

    path: str
    status: int
    read: Read


def walk(context: BrowserContext, origin: str, start: str) -> Iterator[Seen]:
    """Breadth first, each kind of page once."""
    waiting, known = [start], {kind_of(start)}
    while waiting:
        path = waiting.pop(0)
        answer = context.request.get(origin + path)
        read = Read()
        read.feed(answer.text())
        yield Seen(answer.url.removeprefix(origin), answer.status, read)
        for link in read.links:
            if not NO_PAGE.search(link) and kind_of(link) not in known:
                known.add(kind_of(link))
                waiting.append(link)
