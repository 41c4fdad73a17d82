"""Signing in and out, and everything else that has to work when a session has run out: outside the pages' door.

A token of the `splot` cookie lives for minutes; the session itself is kept by a secret that the browser sends to
`/people` only.
"""

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote

from flask import Blueprint, Response, jsonify, render_template, request
from joserfc.jwk import KeySet

from services.people import commands
from services.people.adapters import client_address
from services.people.commands.sessions import Session, end_by_secret
from shared import auth
from shared.actor import ANONYMOUS, service_actor
from shared.auth import BROWSER, BROWSER_SECONDS
from shared.errors import Forbidden, SignInRefused, TooMany, Unauthenticated
from shared.i18n import LANGUAGES, lazy
from shared.i18n import gettext as _
from shared.service import Runtime
from shared.web.app import LANGUAGE_COOKIE
from shared.web.forms import Form, FormField
from shared.web.sessions import POLL_HEADER, Sessions, safe_return

SESSION_COOKIE, SESSION_PATH = "splot-session", "/people"
YEAR = 365 * 24 * 3600
FORGET = '"cache", "storage"'
"""Cookies are ended one by one: the chosen language stays."""

DEMO_PASSWORD = "demo-splot-2026"  # noqa: S105 - known to everyone; demo mode works on loopback only
DEMO_LOGINS = (
    ("labour-office", lazy("Labour office: registers a woman and refers her")),
    ("receiver", lazy("Receiving institution: answers referrals, runs activities and paths")),
    ("institution-admin", lazy("Administrator of an institution: services, places, agreements")),
    ("mentor", lazy("Mentor: proposals, mentees, meetings")),
    ("participant", lazy("Participant: what happens next, how to reach her")),
    ("cooperative", lazy("Cooperative: status, members, vacancies")),
    ("coordinator", lazy("Coordinator of the partnership: region, rounds, reports")),
    ("data-officer", lazy("Data-protection officer: who saw what, export, erasure")),
    ("operator", lazy("Operator: how the system runs, and no person")),
)


def signing_in(runtime: Runtime) -> Blueprint:
    made = Blueprint("signing-in", __name__)
    door = Door(runtime, Sessions(runtime))
    routes: tuple[tuple[str, str, Callable[[], Response]], ...] = (
        ("GET", "/people/sign-in", door.ask),
        ("POST", "/people/sign-in", door.sign_in),
        ("POST", "/people/sign-out", door.sign_out),
        ("GET", "/people/renew", door.renew),
        ("GET", "/people/exit", door.about_exit),
        ("POST", "/people/exit", door.leave),
        ("GET", "/people/language", door.choose_language),
        ("GET", "/people/.well-known/jwks.json", door.keys),
    )
    for method, path, view in routes:
        name = f"{method} {path}".replace(".", "-")
        made.add_url_rule(path, endpoint=name, view_func=view, methods=[method])
    return made


@dataclass(frozen=True)
class Door:
    runtime: Runtime
    sessions: Sessions

    # -- in --------------------------------------------------------------------------------------------------------

    def ask(self) -> Response:
        if self._signed_in():
            return _see(_return())
        return self._form()

    def sign_in(self) -> Response:
        if not self._is_ours():
            return self._form(error=_("The page was open for too long. Send it again."), status=403)
        username = request.form.get("username", "")[:200]
        try:
            session = commands.sign_in(
                self.runtime.database,
                username=username,
                password=request.form.get("password", "")[:1000],
                address=client_address(request),
            )
        except SignInRefused:
            wrong = _("The username or the password is not right. Check both and try again.")
            return self._form(username=username, error=wrong, status=422)
        except TooMany as refusal:
            wait = _("There were too many attempts. Wait %(n)s seconds and try again.", n=refusal.retry_after)
            return self._form(username=username, error=wait, status=429, retry_after=refusal.retry_after)
        self._end_old(reason="credentials-changed")
        return self._began(session)

    def _began(self, session: Session) -> Response:
        response = _see(_return())
        self._give_token(response, session)
        self._set_secret(response, session.secret)
        if request.cookies.get(LANGUAGE_COOKIE) not in LANGUAGES:
            _set_language(response, session.actor.language)
        return response

    def _form(
        self, *, username: str = "", error: str = "", status: int = 200, retry_after: int | None = None
    ) -> Response:
        page = render_template(
            "people/sign_in.html",
            heading=_("Sign in"),
            form=self._asked(username, error),
            demo_logins=DEMO_LOGINS if self.runtime.settings.demo else (),
            demo_password=DEMO_PASSWORD,
        )
        response = Response(page, status=status, content_type="text/html; charset=utf-8")
        if retry_after is not None:
            response.headers["Retry-After"] = str(retry_after)
        return response

    def _asked(self, username: str, error: str) -> Form:
        goes_to = _return()
        return Form(
            action="/people/sign-in" + ("" if goes_to == "/" else f"?return={quote(goes_to, safe='')}"),
            submit_label=_("Sign in"),
            fields=[
                FormField("username", "text", _("Username"), value=username, autocomplete="username", required=True),
                FormField("password", "password", _("Password"), autocomplete="current-password", required=True),
            ],
            csrf=self.sessions.csrf_token(request),
            errors=[{"href": "#username", "text": error}] if error else (),
        )

    # -- on --------------------------------------------------------------------------------------------------------

    def renew(self) -> Response:
        """Another token while the session lasts, then back; to the sign-in page when it is over."""
        is_poll = POLL_HEADER in request.headers
        session = None
        if secret := self._secret():
            with self.runtime.database.transaction(ANONYMOUS) as tx:
                session = commands.renew(tx, secret=secret, is_activity=not is_poll)
        if session is None:
            response = _see(self.sessions.sign_in_address(_return()))
            self._forget(response)
            return response
        response = _see(_return())
        self._give_token(response, session)
        self.sessions.mark_poll(response, is_poll=is_poll)
        return response

    # -- out -------------------------------------------------------------------------------------------------------

    def sign_out(self) -> Response:
        if not self._is_ours():
            raise Forbidden("csrf")
        self._end_old(reason="signed-out")
        response = _see("/")
        self._forget(response)
        self.sessions.flash(response, _("You are signed out."))
        response.headers["Clear-Site-Data"] = FORGET
        return response

    def leave(self) -> Response:
        """Exit this page: whatever the state of her session or of the form, she gets away from here."""
        self._end_old(reason="left-page")
        response = _see(self.runtime.settings.exit_url)
        self._forget(response)
        response.headers["Clear-Site-Data"] = FORGET
        return response

    def about_exit(self) -> Response:
        page = render_template("people/exit.html", heading=_("Exit this page"))
        return Response(page, content_type="text/html; charset=utf-8")

    # -- beside ----------------------------------------------------------------------------------------------------

    def choose_language(self) -> Response:
        response = _see(_return())
        if request.args.get("to") in LANGUAGES:
            _set_language(response, request.args["to"])
        return response

    def keys(self) -> Response:
        """The public keys that tokens are checked with."""
        response = jsonify(KeySet([self.runtime.signer.key]).as_dict(private=False))
        response.headers["Cache-Control"] = "public, max-age=300"
        return response

    # -- cookies ---------------------------------------------------------------------------------------------------

    def _signed_in(self) -> bool:
        try:
            return self.sessions.actor(request) is not ANONYMOUS
        except Unauthenticated:
            return False

    def _is_ours(self) -> bool:
        try:
            self.sessions.check_csrf(request)
        except Forbidden:
            return False
        return True

    def _give_token(self, response: Response, session: Session) -> None:
        csrf = self.runtime.sealer.keyed_hash(session.id.encode(), purpose="csrf")
        claims = {**auth.claims_of(session.actor), "csrf": csrf}
        token = self.runtime.signer.sign(claims, audience=BROWSER, seconds=BROWSER_SECONDS)
        self.sessions.start(response, token)

    def _end_old(self, *, reason: str) -> None:
        if secret := self._secret():
            with self.runtime.database.transaction(service_actor("people")) as tx:
                end_by_secret(tx, secret=secret, reason=reason)

    @property
    def _cookie(self) -> str:
        return f"__Secure-{SESSION_COOKIE}" if self.sessions.secure else SESSION_COOKIE

    def _secret(self) -> str:
        return request.cookies.get(self._cookie, "")[:200]

    def _set_secret(self, response: Response, secret: str) -> None:
        response.set_cookie(
            self._cookie, secret, path=SESSION_PATH, secure=self.sessions.secure, httponly=True, samesite="Lax"
        )

    def _forget(self, response: Response) -> None:
        self.sessions.end(response)
        response.delete_cookie(
            self._cookie, path=SESSION_PATH, secure=self.sessions.secure, httponly=True, samesite="Lax"
        )


def _return() -> str:
    return safe_return(request.values.get("return"))


def _set_language(response: Response, language: str) -> None:
    response.set_cookie(LANGUAGE_COOKIE, language, max_age=YEAR, path="/", httponly=True, samesite="Lax")


def _see(href: str) -> Response:
    return Response(status=303, headers={"Location": href})
