"""The women an institution works with: list, search, registering, her record, how she may be reached."""

from collections.abc import Mapping
from typing import Any

from flask import request
from marshmallow import Schema

from services.people import commands
from services.people.domain import EVERYTHING
from services.people.pages import ways, words
from services.people.pages.doors import pages
from services.people.policy import POLICY
from services.people.queries import export, participants, visibility
from services.people.schemas import forms as asked
from shared.actor import Actor
from shared.database import Transaction
from shared.errors import Forbidden
from shared.i18n import format_date, term
from shared.i18n import gettext as _
from shared.policy import may
from shared.web import forms
from shared.web.bodies import load
from shared.web.pages import FormPage, PageCall, Redirect

LIST = "/people/participants"
PAGE_SIZE = 50
Shown = Mapping[str, Any]


def known(tx: Transaction, actor: Actor, *, participant_id: str) -> None:
    visibility.known(tx, actor, participant_id=participant_id)


# -- list and search -----------------------------------------------------------------------------------------------


@pages.get("/participants", action="participants.list", writes=True)
def list_participants(call: PageCall) -> str:
    cursor = request.args.get("cursor")
    page = participants.listed(call.tx, limit=PAGE_SIZE, cursor=cursor)
    commands.note_read(call.tx, {one["id"]: one["fields"] for one in page.items}, purpose="list")
    following = f"{LIST}?cursor={page.next}" if page.next else None
    empty = {"text": _("You work with nobody yet. Register the first woman, or accept a referral.")}
    return _list(call, page.items, {}, empty, next_href=following, first_href=LIST if cursor else None)


@pages.post("/participants/search", action="participants.search")
def search(call: PageCall) -> str:
    schema = asked.SearchForm()
    wanted = load(schema, forms.as_body(schema, request.form))
    given = {name: wanted.get(name) for name in ("code", "name", "phone")}
    found = participants.search(call.tx, **given) if any(given.values()) else []
    commands.note_read(call.tx, {one["id"]: one["fields"] for one in found}, purpose="search")
    empty = {"text": _("Nobody you work with was found."), "href": LIST, "label": _("Show everyone")}
    return _list(call, found, forms.typed(schema, request.form), empty)


def _list(call: PageCall, found: Any, typed: Mapping[str, Any], empty: Shown, **more: Any) -> str:
    registers = may(POLICY, "participants.create", call.actor)
    fields = [
        forms.FormField(
            name=one.name, kind=one.kind, label=one.label, value=one.value, autocomplete="off", width=one.width
        )
        for one in forms.form_fields(asked.SearchForm(), values=typed)
    ]
    return call.render(
        "people/participants.html",
        heading=_called(call),
        action={"label": _("Register a woman"), "href": f"{LIST}/new"} if registers else None,
        search={"action": f"{LIST}/search", "fields": fields},
        caption=_called(call),
        head=[_("Code"), _("Name"), _("Language"), _("Registered on"), _("Status")],
        rows=[_row(one) for one in found],
        empty=empty,
        **more,
    )


def _called(call: PageCall) -> str:
    """Who oversees the data works with nobody of them."""
    return _("People we work with") if call.actor.memberships else _("Participants")


def _row(one: Shown) -> list[Any]:
    status = one["status"]
    return [
        {"text": one["code"], "href": f"{LIST}/{one['id']}"},
        participants.name_of(one) or _("not shared"),
        words.language(one["language"]) if "language" in one else _("not shared"),
        format_date(one["registered_at"]),
        term("participant-status", status),
    ]


# -- registering ---------------------------------------------------------------------------------------------------


def _register_form(call: PageCall) -> FormPage:
    places = call.actor.institutions_as("caseworker")
    several = len(places) > 1
    schema: Schema = asked.RegisterForOneForm() if several else asked.RegisterForm()
    named = [(i, call.actor.institution_names.get(i) or i) for i in places]
    return FormPage(
        schema=schema,
        heading=_("Register a woman"),
        lede=_("Ask her how she may be reached safely. What she does not allow is never used."),
        submit=_("Register"),
        choices={"institution_id": named} if several else {},
        cancel_href=LIST,
        template="people/contact_form.html",
    )


@pages.form("/participants/new", action="participants.create", form=_register_form)
def register(call: PageCall) -> Redirect:
    contacts = ways.as_contacts(call.body)
    about = {name: value for name, value in call.body.items() if name not in ("sms", "phone", "email", "letter")}
    with ways.told_at_the_form(contacts):
        made = commands.register(call.tx, contacts=contacts, **about)
    said = _("She is registered under the code %(code)s.", code=made["code"])
    if made["possible_duplicate"]:
        said += " " + _("There may already be an open record of her: ask her, and your coordinator.")
    return Redirect(f"{LIST}/{made['id']}", said)


# -- record --------------------------------------------------------------------------------------------------------


@pages.get("/participants/<id:participant_id>", action="participants.read", subject=known, writes=True)
def record(call: PageCall, *, participant_id: str) -> str:
    shown = participants.one(call.tx, participant_id)
    commands.note_read(call.tx, {participant_id: shown["fields"]}, purpose="record")
    changes = _may_change(call, participant_id)
    standing, blocked = shown["status"], shown.get("do_not_contact")
    status = {"text": _("Do not contact"), "kind": "late"} if blocked else term("participant-status", standing)
    return call.render(
        "page/record.html",
        record={
            "code": shown["code"],
            "status": status,
            "lede": _lede(shown),
            "back": {"href": LIST, "label": _called(call)},
        },
        summary=words.person(shown, change_href=f"{LIST}/{participant_id}/safe-contact" if changes else ""),
        actions=_actions(call, shown, changes=changes),
        panels=_sharing(call, participant_id) if set(shown["fields"]) == EVERYTHING else [],
    )


def _lede(shown: Shown) -> str:
    said = _("Registered on %(day)s", day=format_date(shown["registered_at"]))
    return said if shown["fields"] else said + ". " + _("Her data are shown only to those who work with her.")


def _may_change(call: PageCall, participant_id: str) -> bool:
    return visibility.registered_by_own(call.actor, participants.row_of(call.tx, participant_id))


def _actions(call: PageCall, shown: Shown, *, changes: bool) -> list[dict[str, Any]]:
    offered = []
    here = f"{LIST}/{shown['id']}"
    if "caseworker" in call.actor.all_roles and visibility.may_be_referred(call.tx, call.actor, shown["id"]):
        offered.append({"label": _("New referral"), "href": f"/referrals/new?participant_id={shown['id']}"})
    if changes:
        offered.append({"label": _("Change how she may be reached"), "href": f"{here}/safe-contact"})
    if may(POLICY, "access-log.review", call.actor):
        offered.append({"label": _("Who saw her data"), "href": f"/people/access-log?person={shown['id']}"})
    if "erase" in shown["actions"]:
        offered.append({"label": _("Download everything (JSON)"), "href": f"{here}/export"})
        offered.append({"label": _("Erase her data"), "href": f"{here}/erase", "kind": "warning"})
    return offered


def _sharing(call: PageCall, participant_id: str) -> list[dict[str, Any]]:
    shared = export.sharing(call.tx, participant_id)
    if not shared:
        return []
    lines = [
        _(
            "%(who)s: %(what)s, until %(day)s",
            who=one["institution"],
            what=words.fields(_ours(one)),
            day=words.day(one["expires_on"]),
        )
        for one in shared
    ]
    return [{"title": _("Who else may see her data"), "text": "; ".join(lines)}]


def _ours(grant: Shown) -> list[str]:
    return [code for code in grant["fields"] if code in EVERYTHING]


# -- safe contact --------------------------------------------------------------------------------------------------


def _safe_contact_form(call: PageCall, *, participant_id: str) -> FormPage:
    if not _may_change(call, participant_id):
        raise Forbidden
    shown = participants.one(call.tx, participant_id)
    commands.note_read(call.tx, {participant_id: shown["fields"]}, purpose="safe-contact")
    return FormPage(
        schema=asked.SafeContactForm(),
        heading=_("How she may be reached"),
        lede=_("Ask her. Without an answer nothing is sent."),
        submit=_("Save"),
        values=ways.as_values(shown),
        version=shown["version"],
        cancel_href=f"{LIST}/{participant_id}",
        template="people/contact_form.html",
    )


@pages.form(
    "/participants/<id:participant_id>/safe-contact",
    action="participants.safe-contact",
    subject=known,
    form=_safe_contact_form,
    writes=True,
)
def change_safe_contact(call: PageCall, *, participant_id: str) -> Redirect:
    save_contact(call, participant_id)
    return Redirect(f"{LIST}/{participant_id}", _("What she said is saved and holds from now on."))


def save_contact(call: PageCall, participant_id: str) -> None:
    """What the form says, as the command wants it."""
    shown = participants.one(call.tx, participant_id)
    contacts = ways.as_contacts(call.body, shown["contacts"])
    with ways.told_at_the_form(contacts):
        commands.change_safe_contact(
            call.tx,
            participant_id=participant_id,
            contacts=contacts,
            do_not_contact=call.body.get("do_not_contact", False),
            language=call.body["language"],
            seen=call.seen,
        )
