"""The browser's side of signing in: the cookie with a short token, the CSRF token, one message after a redirect."""

import hmac
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import quote, urlsplit

from flask import Request, Response
from itsdangerous import BadSignature, URLSafeSerializer

from shared.actor import ANONYMOUS, Actor
from shared.auth import BROWSER
from shared.errors import Forbidden, Unauthenticated
from shared.service import Runtime

FLASH_SECONDS = 60
POLL_HEADER = "X-Splot-Poll"
"""A page that refreshes itself says so: that is no sign of life."""


@dataclass(frozen=True)
class Sessions:
    runtime: Runtime

    @cached_property
    def secure(self) -> bool:
        return self.runtime.settings.origin.startswith("https:")

    def cookie_name(self, name: str) -> str:
        return f"__Host-{name}" if self.secure else name

    def actor(self, request: Request) -> Actor:
        """Who is signed in; ANONYMOUS without a cookie. Raises Unauthenticated for one that ran out.

        A token that only polling has renewed is renewed again by the first page that a person opens, so that `people`
        learns that she is there.
        """
        token = request.cookies.get(self.cookie_name("splot"))
        if token and self._polled(request) and request.method == "GET" and POLL_HEADER not in request.headers:
            raise Unauthenticated("activity")
        return self.runtime.gate.actor(token, audience=BROWSER) if token else ANONYMOUS

    def token(self, request: Request) -> str:
        return request.cookies.get(self.cookie_name("splot"), "")

    def start(self, response: Response, token: str) -> None:
        """The cookie outlives its token, so that one which ran out is renewed instead of taken for nobody's."""
        self._set(response, "splot", token, seconds=None)

    def mark_poll(self, response: Response, *, is_poll: bool) -> None:
        """Whether the token just given was asked for by a page that refreshes itself."""
        if is_poll:
            self._set(response, "splot-polled", "1", seconds=None)
        else:
            self._drop(response, "splot-polled")

    def _polled(self, request: Request) -> bool:
        return self.cookie_name("splot-polled") in request.cookies

    def end(self, response: Response) -> None:
        self._drop(response, "splot")
        self._drop(response, "splot-polled")

    def csrf_token(self, request: Request) -> str:
        """The session's own, from its token (one that ran out, too: a form opened before stays valid), so that a form
        of one service may be sent to another; before there is a session, one of this service's.
        """
        token = self.token(request)
        try:
            return str(self.runtime.gate.verifier.even_expired(token)["csrf"]) if token else self._anonymous_csrf
        except (Unauthenticated, KeyError):
            return self._anonymous_csrf

    @cached_property
    def _anonymous_csrf(self) -> str:
        return self.runtime.ring.derived("csrf", "anonymous").hex()

    def check_csrf(self, request: Request) -> None:
        origin = request.headers.get("Origin")
        if origin and origin != self.runtime.settings.origin and not self._same_host(origin, request):
            raise Forbidden("origin")
        given = request.form.get("csrf_token", "")
        if not hmac.compare_digest(given.encode(), self.csrf_token(request).encode()):
            raise Forbidden("csrf")

    def _same_host(self, origin: str, request: Request) -> bool:
        return urlsplit(origin).netloc == request.host

    def flash(self, response: Response, message: str, kind: str = "success") -> None:
        self._set(response, "splot-message", self._serializer.dumps([message, kind]), seconds=FLASH_SECONDS)

    def flashed(self, request: Request) -> list[dict[str, str]]:
        try:
            text, kind = self._serializer.loads(request.cookies.get(self.cookie_name("splot-message"), ""))
        except (BadSignature, ValueError, TypeError):
            return []
        return [{"text": text, "kind": kind}]

    def clear_flash(self, response: Response) -> None:
        self._drop(response, "splot-message")

    def renew_address(self, path: str) -> str:
        return f"/people/renew?return={quote(path, safe='')}"

    def sign_in_address(self, path: str) -> str:
        return f"/people/sign-in?return={quote(path, safe='')}"

    @cached_property
    def _serializer(self) -> URLSafeSerializer:
        return URLSafeSerializer(self.runtime.ring.derived("csrf", "message"))

    def _drop(self, response: Response, name: str) -> None:
        response.delete_cookie(self.cookie_name(name), path="/", secure=self.secure, httponly=True, samesite="Lax")

    def _set(self, response: Response, name: str, value: str, *, seconds: int | None) -> None:
        response.set_cookie(
            self.cookie_name(name), value, max_age=seconds, path="/", secure=self.secure, httponly=True, samesite="Lax"
        )


def safe_return(path: str | None, default: str = "/") -> str:
    """A path of ours to return to; anything that could lead elsewhere becomes the default."""
    ours = (
        path and path.startswith("/") and not path.startswith(("//", "/\\")) and "\\" not in path and path.isprintable()
    )
    return str(path) if ours else default
