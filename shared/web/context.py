"""What every page's template knows: who is signed in, where she can go, in which language."""

from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import quote

from flask import request

from shared import contracts
from shared.actor import ANONYMOUS, Actor
from shared.i18n import LANGUAGES, current_language, gettext
from shared.i18n import gettext as _
from shared.web.pages import PageCall
from shared.web.sessions import Sessions

STATIC = Path(__file__).parent / "static"
IDLE_SECONDS = {"participant": 5 * 60, "staff": 15 * 60}


def context(sessions: Sessions, call: PageCall | None) -> dict[str, Any]:
    actor = call.actor if call else _actor(sessions)
    participant = "participant" in actor.roles
    return {
        "navigation": _links(contracts.navigation(tuple(sorted(actor.all_roles)))),
        "account": _account(actor),
        "language": current_language(),
        "languages": _languages(),
        "csrf_token": lambda: sessions.csrf_token(request),
        "asset": asset,
        "participant_page": participant,
        "exit_url": sessions.runtime.settings.exit_url,
        "footer_links": _links(contracts.footer()),
        "messages": sessions.flashed(request),
        "banner": _("A demonstration with made-up people.") if sessions.runtime.settings.demo else None,
        "idle_seconds": IDLE_SECONDS["participant" if participant else "staff"] if actor is not ANONYMOUS else None,
        "request_path": request.full_path.rstrip("?"),
    }


def _actor(sessions: Sessions) -> Actor:
    """On an error page a token that ran out is simply nobody's."""
    try:
        return sessions.actor(request)
    except Exception:  # noqa: BLE001 - an error page must not fail for the reason it reports
        return ANONYMOUS


def _links(links: tuple[contracts.Link, ...]) -> list[dict[str, Any]]:
    here = max((link.href for link in links if _is_under(link.href)), key=len, default="")
    return [{"href": link.href, "label": gettext(link.label), "current": link.href == here} for link in links]


def _is_under(href: str) -> bool:
    return request.path == href or request.path.startswith(href.rstrip("/") + "/")


def _account(actor: Actor) -> dict[str, Any] | None:
    if actor is ANONYMOUS:
        return None
    names = ", ".join(actor.institution_names.values())
    return {"name": actor.username, "institution": names, "href": "/people/account", "roles": sorted(actor.all_roles)}


def _languages() -> list[dict[str, Any]]:
    here = quote(request.full_path.rstrip("?"), safe="")
    return [
        {
            "code": code,
            "name": name[:1].upper() + name[1:],
            "current": code == current_language(),
            "href": f"/people/language?to={code}&return={here}",
        }
        for code, name in LANGUAGES.items()
    ]


def asset(name: str) -> str:
    return f"/static/{name}?v={_version(name)}"


@cache
def _version(name: str) -> str:
    file = STATIC / name
    return sha256(file.read_bytes()).hexdigest()[:12] if file.is_file() else "missing"
