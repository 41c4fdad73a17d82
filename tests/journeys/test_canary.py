"""A woman whose every field is a marker goes through the story; then she is looked for everywhere but in `people`."""

import base64
import re
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from deploy.demo.region import load_partnership
from deploy.demo.story import Story
from deploy.operations import events, make_account
from deploy.parts.ports import free_ports
from shared.settings import Settings
from tests.journeys.running import Started, embedded, running

MARKERS = {
    "given_name": "Kanarigiven",
    "family_name": "Kanarifamily",
    "sms": "+48500777333",
    "email": "kanarimail@example.org",
    "narrative": "Kanarinarrative przez cały czas",
}
OPEN_TO = {"people.db", "people-keys.db"}
"""Only `people` may hold her; even there she is sealed, which its own tests show."""


@dataclass
class Canary:
    partnership: Started
    settings: Settings
    story: Story

    def places(self) -> Iterator[tuple[str, bytes]]:
        """Everything that was written or said, with where."""
        for file in sorted(self.partnership.folder.rglob("*")):
            if file.is_file() and file.name.removesuffix("-wal").removesuffix("-shm") not in OPEN_TO:
                yield str(file.relative_to(self.partnership.folder)), file.read_bytes()
        for line in events(self.settings, follow=False, as_json=True):
            yield "event log", line.encode()
        for number in (0, 1):
            port = int(self.partnership.environment["SPLOT_METRICS_PORT"]) + number
            yield f"metrics {number}", httpx.get(f"http://127.0.0.1:{port}/metrics").content
        yield "output", "\n".join(self.partnership.lines).encode()


@pytest.fixture(scope="module")
def canary(short_folder: Path) -> Iterator[Canary]:
    ports = free_ports(3)
    started = embedded(short_folder / "canary", ports, SPLOT_DEMO="0", SPLOT_METRICS_PORT=str(ports + 1))
    with running(started) as partnership, httpx.Client(base_url=partnership.origin, timeout=30) as http:
        settings = Settings(data=partnership.folder)

        def account(**details: Any) -> str:
            return make_account(settings, **details)

        region = load_partnership(http, make_account=account, say=lambda _line: None)
        story = Story(region, account, lambda _line: None, details=_marked(), narrative=MARKERS["narrative"])
        story.play()
        yield Canary(partnership, settings, story)


def _marked() -> dict[str, Any]:
    return {
        "given_name": MARKERS["given_name"],
        "family_name": MARKERS["family_name"],
        "language": "uk",
        "contacts": [{"channel": channel, "value": MARKERS[channel], "safe": True} for channel in ("sms", "email")],
    }


def disguises(marker: str) -> list[re.Pattern[bytes]]:
    """The marker as it is, in any case, percent-encoded, and in base64 at each of the three possible offsets."""
    plain = [marker, quote(marker), quote(marker, safe="")]
    encoded = [base64.b64encode(b"x" * shift + marker.encode())[4 * (shift > 0) : -4] for shift in range(3)]
    patterns = [re.compile(re.escape(text.encode()), re.IGNORECASE) for text in plain]
    return patterns + [re.compile(re.escape(text)) for text in encoded if len(text) > 8]


def finds(canary: Canary) -> list[str]:
    patterns = {name: disguises(marker) for name, marker in MARKERS.items()}
    return [
        f"{name} in {place}"
        for place, content in canary.places()
        for name, disguised in patterns.items()
        if any(pattern.search(content) for pattern in disguised) and not _is_her_outgoing_address(place, name)
    ]


def _is_her_outgoing_address(place: str, name: str) -> bool:
    """A message that is sent carries the address it goes to, and nothing else of hers."""
    return name in ("sms", "email") and place.startswith(("mail/", "sms/"))


def test_nothing_of_her_is_anywhere_but_in_people(canary: Canary):
    assert finds(canary) == []


def test_her_story_left_traces_by_code_and_id(canary: Canary):
    told = [line for line in events(canary.settings, follow=False, as_json=True) if canary.story.woman in line]
    assert len(told) > 5


@pytest.mark.parametrize(
    "disguise", [str, str.upper, quote, lambda text: base64.b64encode(b"ab" + text.encode()).decode()]
)
def test_the_search_would_find_her(canary: Canary, disguise: Any):
    leak = canary.partnership.folder / "logs" / "leak.log"
    leak.write_text(f"before {disguise(MARKERS['family_name'])} after")
    try:
        assert finds(canary) == ["family_name in logs/leak.log"]
    finally:
        leak.unlink()


def test_a_service_that_kept_her_name_would_be_found(canary: Canary):
    leak = canary.partnership.folder / "leak.db"
    with sqlite3.connect(leak) as database:
        database.execute("CREATE TABLE notes (text TEXT)")
        database.execute("INSERT INTO notes VALUES (?)", (MARKERS["narrative"],))
    try:
        assert finds(canary) == ["narrative in leak.db"]
    finally:
        leak.unlink()
