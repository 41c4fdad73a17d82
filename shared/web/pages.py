"""The pages' door: the same commands and queries as the API, for people. The order of checks is the API's.

@pages.get("/referrals/<id:referral_id>", action="referrals.read", subject=queries.visible)
def referral(call: PageCall, *, referral_id: str) -> str: ...

@pages.form("/referrals/<id:referral_id>/<code:action>", action="referrals.act", form=action_form)
def act(call: PageCall, *, referral_id: str, action: str) -> Redirect: ...
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, Response, render_template, request
from marshmallow import Schema, ValidationError
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Request

from shared import idempotency
from shared.actor import ANONYMOUS, Actor
from shared.errors import Conflict, Invalid, NotFound, Stale, Unauthenticated
from shared.i18n import gettext as _
from shared.policy import Scope, permit
from shared.service import Runtime
from shared.web import drafts, forms
from shared.web.api import Call, Handler, Subject
from shared.web.bodies import load
from shared.web.problems import schema_errors
from shared.web.sessions import Sessions, safe_return


@dataclass(frozen=True)
class Redirect:
    """Where to go after a change, and what to say there."""

    href: str
    message: str = ""


@dataclass(frozen=True)
class FormPage:
    """A page that asks. What varies with the path or the caller is given by functions of (call, **path)."""

    schema: Schema
    heading: str
    submit: str
    lede: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)
    """What is known before anything is typed, nested as in the body."""
    choices: forms.Choices = field(default_factory=dict)
    version: int | None = None
    """Of what is changed; sent back as the version she decided on."""
    cancel_href: str = ""
    warning: bool = False
    template: str = "page/form.html"
    context: Mapping[str, Any] = field(default_factory=dict)


MakeForm = Callable[..., FormPage]


@dataclass(frozen=True)
class PageRoute:
    path: str
    view: Handler
    action: str | None
    subject: Subject | None = None
    form: MakeForm | None = None
    methods: tuple[str, ...] = ("GET",)
    writes: bool = False
    at_root: bool = False
    """The path is not under the service's own prefix."""


@dataclass(frozen=True)
class PageCall(Call):
    """A call from a browser."""

    def render(self, template: str, **context: Any) -> str:
        return render_template(template, call=self, **context)


@dataclass
class Pages:
    service: str
    routes: list[PageRoute] = field(default_factory=list)

    def get(self, path: str, **options: Any) -> Callable[[Handler], Handler]:
        return self._route(path, methods=("GET",), **options)

    def post(self, path: str, **options: Any) -> Callable[[Handler], Handler]:
        """A button: a POST with nothing to ask."""
        return self._route(path, methods=("POST",), **options)

    def form(self, path: str, *, form: MakeForm, **options: Any) -> Callable[[Handler], Handler]:
        """GET asks, POST does; the view is called with the checked body only."""
        return self._route(path, methods=("GET", "POST"), form=form, **options)

    def _route(self, path: str, *, action: str | None, **options: Any) -> Callable[[Handler], Handler]:
        def register(view: Handler) -> Handler:
            self.routes.append(PageRoute(path=path, view=view, action=action, **options))
            return view

        return register

    def blueprint(self, runtime: Runtime) -> Blueprint:
        made = Blueprint("pages", __name__)
        for route in self.routes:
            made.add_url_rule(
                route.path if route.at_root else f"/{self.service}{route.path}",
                endpoint=f"{'+'.join(route.methods)} {route.path}".replace(".", "-"),
                view_func=Door(route, runtime, Sessions(runtime)),
                methods=list(route.methods),
            )
        return made


@dataclass(frozen=True)
class Door:
    route: PageRoute
    runtime: Runtime
    sessions: Sessions

    @property
    def __name__(self) -> str:
        return self.route.view.__name__

    def __call__(self, **path: str) -> Response:
        try:
            actor = self.sessions.actor(request)
        except Unauthenticated:
            return self._renew()
        if self.route.action and actor is ANONYMOUS:
            return _see(self.sessions.sign_in_address(_here()))
        if request.method == "POST":
            self.sessions.check_csrf(request)
        if self.route.subject:
            with self.runtime.database.reading(actor) as tx:
                self.route.subject(tx, actor, **path)
        scope = permit(self.runtime.service.policy, self.route.action, actor) if self.route.action else Scope.ANY
        return self._finish(self._serve(actor, scope, path))

    def _renew(self) -> Response:
        """Through `people` and back; what was typed waits here. A button is pressed again where it stands."""
        if request.method != "POST":
            return _see(self.sessions.renew_address(_here()))
        if self.route.form is None:
            return _see(self.sessions.renew_address(_came_from(request)))
        account_id = str(self.runtime.gate.verifier.even_expired(self.sessions.token(request))["sub"])
        self.sessions.check_csrf(request)
        typed = {name: request.form.getlist(name) for name in request.form if name != "csrf_token"}
        with self.runtime.database.transaction(Actor(id=account_id)) as tx:
            draft_id = drafts.keep(tx, account_id=account_id, path=request.path, form=typed)
        return _see(self.sessions.renew_address(f"{request.path}?draft={draft_id}"))

    def _serve(self, actor: Actor, scope: Scope, path: Mapping[str, str]) -> Any:
        reads = request.method != "POST" and not self.route.writes
        opened = self.runtime.database.reading if reads else self.runtime.database.transaction
        with opened(actor) as tx:
            call = PageCall(tx=tx, runtime=self.runtime, actor=actor, scope=scope, token=self._api_token(actor))
            if self.route.form is None or request.method == "POST":
                return self._act(call, path) if request.method == "POST" else self.route.view(call, **path)
            return self._show(call, self.route.form(call, **path), self._draft(call), forms.Errors())

    def _act(self, call: PageCall, path: Mapping[str, str]) -> Any:
        call = replace(call, seen=_version(request.form.get("version")))
        if self.route.form is None:
            return self.route.view(call, **path)
        form = self._form(call, path)
        try:
            body = load(form.schema, forms.as_body(form.schema, request.form))
            with call.tx.connection.begin_nested():
                return self._once(replace(call, body=body), path)
        except (Invalid, ValidationError, Stale, Conflict) as refusal:
            return Response(self._again(call, path, refusal), status=_status(refusal))

    def _form(self, call: PageCall, path: Mapping[str, str]) -> FormPage:
        if self.route.form is None:
            raise NotFound
        return self.route.form(call, **path)

    def _once(self, call: PageCall, path: Mapping[str, str]) -> Any:
        """A form sent twice has one effect: it carries a key of its own."""
        key = _plain(request.form.get("idempotency_key"))

        def work() -> idempotency.Answer:
            done: Redirect = self.route.view(call, **path)
            return idempotency.Answer(status=303, body={"href": done.href, "message": done.message}, headers={})

        if not key:
            return self.route.view(call, **path)
        sent = "&".join(f"{name}={value}" for name, value in sorted(request.form.items(multi=True)))
        kept = idempotency.once(call.tx, path=request.path, key=key, body=sent.encode(), work=work)
        return Redirect(str(kept.body["href"]), str(kept.body["message"]))

    def _again(self, call: PageCall, path: Mapping[str, str], refusal: Exception) -> str:
        """The form once more with what was typed, and what is wrong with it."""
        form = self._form(call, path)
        by_field, summary = forms.errors_by_field(form.schema, _pairs(refusal))
        return self._show(call, form, request.form, forms.Errors(by_field, summary), refusal)

    def _show(
        self, call: PageCall, form: FormPage, typed: Any, errors: forms.Errors, refusal: Exception | None = None
    ) -> str:
        known = forms.flatten(form.values)
        values = {**known, **forms.typed(form.schema, typed)} if typed else known
        fields = forms.form_fields(form.schema, values=values, errors=errors.by_field, choices=form.choices)
        shown = forms.Form(
            action=request.path,
            submit_label=str(form.submit),
            fields=[*fields, *self._hidden(call, form, typed, refusal)],
            csrf=self.sessions.csrf_token(request),
            errors=errors.summary,
            cancel_href=form.cancel_href,
        )
        return call.render(
            form.template,
            form=shown,
            heading=str(form.heading),
            lede=str(form.lede),
            warning=form.warning,
            conflict=_both_sides(fields, known) if isinstance(refusal, Stale) else None,
            **form.context,
        )

    def _hidden(self, call: PageCall, form: FormPage, typed: Any, refusal: Exception | None) -> list[forms.FormField]:
        """The form's own key, a new one where that was used up; the version she saw, a newer one once it is shown."""
        sent = typed or {}
        key = "" if isinstance(refusal, idempotency.KeyUsed) else _plain(sent.get("idempotency_key"))
        hidden = [forms.FormField(name="idempotency_key", kind="hidden", value=key or call.tx.new_id())]
        if form.version is not None:
            seen = None if isinstance(refusal, Stale) else _version(sent.get("version"))
            version = form.version if seen is None else seen
            hidden.append(forms.FormField(name="version", kind="hidden", value=version))
        return hidden

    def _draft(self, call: PageCall) -> Any:
        draft_id = _plain(request.args.get("draft"))
        return MultiDict(drafts.recall(call.tx, draft_id=draft_id, path=request.path)) if draft_id else None

    def _api_token(self, actor: Actor) -> str:
        """The browser's token speaks for its user to `people`, too."""
        return self.sessions.token(request) if actor is not ANONYMOUS else ""

    def _finish(self, result: Any) -> Response:
        if isinstance(result, Redirect):
            response = _see(result.href)
            if result.message:
                self.sessions.flash(response, result.message)
            return response
        response = result if isinstance(result, Response) else Response(result, content_type="text/html; charset=utf-8")
        if self.sessions.flashed(request):
            self.sessions.clear_flash(response)
        return _unless_unchanged(response)


def _unless_unchanged(response: Response) -> Response:
    """A page that polls itself gets 304 while nothing has changed."""
    if response.status_code == 200 and not response.is_streamed:
        etag = sha256(response.get_data()).hexdigest()[:32]
        response.set_etag(etag)
        if request.if_none_match.contains(etag):
            return Response(status=304, headers={"ETag": f'"{etag}"'})
    return response


def _pairs(refusal: Exception) -> list[tuple[str, str]]:
    if isinstance(refusal, idempotency.KeyUsed):
        return [("", _("This form was sent before with other answers. Check it, and send it again."))]
    if isinstance(refusal, Invalid):
        return [(error.pointer, error.detail) for error in refusal.errors]
    if isinstance(refusal, ValidationError):
        return schema_errors(refusal)
    if isinstance(refusal, Stale):
        return [("", _("Someone else has changed this in between. Compare, and send it again."))]
    return [("", str(refusal))]


def _status(refusal: Exception) -> int:
    return {Stale: 412, Conflict: 409}.get(type(refusal), 422)


def _both_sides(fields: list[forms.FormField], known: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What was typed beside what is saved, where they differ."""
    return [
        {"label": one.label, "yours": one.value, "theirs": known.get(one.name, "")}
        for one in fields
        if one.kind not in ("hidden", "password") and one.value != known.get(one.name, "")
    ]


def _plain(text: str | None) -> str:
    """An id of ours that came back; "" for anything else."""
    return text if text and len(text) <= 64 and text.isascii() and text.isprintable() else ""


def _came_from(request: Request) -> str:
    """The page with the button, as the browser says, or the one above it."""
    parts = urlsplit(request.headers.get("Referer", ""))
    above = request.path.rsplit("/", 1)[0] or "/"
    return safe_return(f"{parts.path}?{parts.query}".rstrip("?"), above) if parts.netloc == request.host else above


def _version(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else None


def _here() -> str:
    return request.full_path.rstrip("?")


def _see(href: str) -> Response:
    return Response(status=303, headers={"Location": href})
