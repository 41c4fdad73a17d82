"""Load the demo region and play the story, once for a data folder; print the logins every time."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
from rich.console import Console

from deploy.demo import region as demo_region
from deploy.demo.client import DemoFailed
from deploy.demo.story import Story
from deploy.operations import make_account
from shared.settings import Settings

MARK = "demo.json"
LOGINS = (
    "labour-office", "receiver", "institution-admin", "mentor", "participant", "cooperative", "coordinator",
    "data-officer", "operator",
)  # fmt: skip


def main() -> int:
    settings = Settings.from_environment()
    console = Console(highlight=False)
    mark = settings.data / MARK
    if not mark.exists():
        try:
            _load(settings, mark, lambda line: console.print(f"  {line}", soft_wrap=True))
        except (DemoFailed, httpx.HTTPError) as error:
            print(f"The demo region could not be loaded: {error}", file=sys.stderr)
            return 1
    console.print(f"Demo logins, password {demo_region.PASSWORD}:\n  {', '.join(LOGINS)}", soft_wrap=True)
    return 0


def _load(settings: Settings, mark: Path, say: Callable[[str], None]) -> None:
    say("Loading the demo region (made-up people, the figures of the source documents)")

    def account(**details: Any) -> Any:
        return make_account(settings, **details)

    base = f"http://{settings.host}:{settings.port}"
    with httpx.Client(base_url=base, timeout=60, limits=httpx.Limits(max_connections=8)) as http:
        region = demo_region.load(http, make_account=account, say=say)
        say("The story:")
        story = Story(region, account, say)
        story.play()
        report = region.user("coordinator").get("/programmes/api/v1/reports/reach", programme=region.moc_kobiet)
        say("Moc kobiet: {distinct_women} women, {academy} in the Academy, {club_members} in the Club".format(**report))
    kept = {"times": story.times, "report": report, "woman": story.woman}
    mark.write_text(json.dumps(kept, indent=2), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
