"""My account and its sessions; the accounts that an administrator is responsible for."""

from collections.abc import Mapping
from typing import Any

from flask import request

from services.people import commands
from services.people.pages.doors import pages
from services.people.queries import accounts, participants
from services.people.schemas import DisableIn
from services.people.schemas import forms as asked
from shared.actor import Actor
from shared.database import Transaction
from shared.errors import Invalid
from shared.i18n import format_instant, term
from shared.i18n import gettext as _
from shared.policy import ANY
from shared.web.pages import FormPage, PageCall, Redirect

OWN, LIST = "/people/account", "/people/accounts"
PAGE_SIZE = 50
Shown = Mapping[str, Any]


# -- mine ----------------------------------------------------------------------------------------------------------


@pages.get("/account", action="account.own")
def own(call: PageCall) -> str:
    shown = accounts.resources(call.tx, [accounts.by_id(call.tx, call.actor.id)])[0]
    sessions = accounts.open_sessions(call.tx, call.actor.id)
    return call.render(
        "people/account.html",
        heading=_("My account"),
        summary=_about(call.tx, shown),
        head=[_("Signed in"), _("Last active"), _("Which")],
        sessions=[
            [
                format_instant(one["started_at"]),
                format_instant(one["active_at"]),
                _("this browser") if one["id"] == call.actor.session_id else _("another browser"),
            ]
            for one in sessions
        ],
        elsewhere=[one for one in sessions if one["id"] != call.actor.session_id],
    )


def _about(tx: Transaction, shown: Shown) -> list[dict[str, Any]]:
    names = participants.institution_names(tx, [one["id"] for one in shown["institutions"]])
    held = [
        f"{', '.join(term('role', role) for role in one['roles'])} – {names.get(one['id'], one['id'])}"
        for one in shown["institutions"]
    ]
    language = shown["language"]
    rows = [
        {"label": _("Username"), "value": shown["username"]},
        {"label": _("Roles"), "value": [*(term("role", role) for role in shown["roles"]), *held]},
        {"label": _("Language"), "value": term("language", language)},
        {"label": _("Number of the account"), "value": shown["id"]},
    ]
    optional = ((_("Name shown to colleagues"), shown["display_name"]), (_("E-mail for notices"), shown["email"]))
    return rows + [{"label": label, "value": value} for label, value in optional if value]


@pages.post("/account/sign-out-elsewhere", action="account.own")
def sign_out_elsewhere(call: PageCall) -> Redirect:
    commands.end_sessions(call.tx, account_id=call.actor.id, reason="revoked", but=call.actor.session_id)
    return Redirect(OWN, _("You are signed out everywhere else."))


# -- those I am responsible for ------------------------------------------------------------------------------------


def _managed(tx: Transaction, actor: Actor, *, account_id: str) -> None:
    accounts.may_manage(tx, actor, account_id=account_id)


@pages.get("/accounts", action="accounts.manage")
def list_accounts(call: PageCall) -> str:
    cursor = request.args.get("cursor")
    page = accounts.listed(call.tx, administrator=call.scope is ANY, limit=PAGE_SIZE, cursor=cursor)
    places = {one["id"] for account in page.items for one in account["institutions"]}
    names = participants.institution_names(call.tx, places)
    return call.render(
        "page/list.html",
        heading=_("Accounts"),
        action={"label": _("New account"), "href": f"{LIST}/new"},
        head=[_("Username"), _("Roles"), _("Status")],
        rows=[_row(account, names) for account in page.items],
        empty={"text": _("There is no account yet.")},
        next_href=f"{LIST}?cursor={page.next}" if page.next else None,
        first_href=LIST if cursor else None,
    )


def _row(account: Shown, names: Mapping[str, str]) -> list[Any]:
    status = account["status"]
    held = [
        f"{', '.join(term('role', role) for role in one['roles'])} ({names.get(one['id'], one['id'])})"
        for one in account["institutions"]
    ]
    return [
        {"text": account["username"], "href": f"{LIST}/{account['id']}"},
        ", ".join([*(term("role", role) for role in account["roles"]), *held]) or "–",
        term("account-status", status),
    ]


@pages.get("/accounts/<id:account_id>", action="accounts.manage", subject=_managed)
def account(call: PageCall, *, account_id: str) -> str:
    shown = accounts.resources(call.tx, [accounts.by_id(call.tx, account_id)])[0]
    status = shown["status"]
    disable = {"label": _("Disable this account"), "href": f"{LIST}/{account_id}/disable", "kind": "warning"}
    return call.render(
        "page/record.html",
        title=_("Account"),
        record={
            "code": shown["username"],
            "status": term("account-status", status),
            "back": {"href": LIST, "label": _("Accounts")},
        },
        summary=_about(call.tx, shown),
        actions=[disable] if "disable" in shown["actions"] else [],
    )


def _new_form(call: PageCall) -> FormPage:
    if call.scope is ANY:
        named = [(one["id"], one["name"]) for one in accounts.institutions(call.tx)]
        schema: Any = asked.AnyAccountForm()
    else:
        places = call.actor.institutions_as("institution-admin")
        named = [(i, call.actor.institution_names.get(i) or i) for i in places]
        schema = asked.StaffForm()
    return FormPage(
        schema=schema,
        heading=_("New account"),
        submit=_("Make the account"),
        values={"language": "pl", **({"institution_id": named[0][0]} if len(named) == 1 else {})},
        choices={"institution_id": named},
        cancel_href=LIST,
    )


@pages.form("/accounts/new", action="accounts.manage", form=_new_form)
def new(call: PageCall) -> Redirect:
    body = dict(call.body)
    place, roles = body.pop("institution_id", None), body.pop("roles", [])
    if roles and not place:
        raise Invalid.at("/institution_id", _("Say in which institution the roles are held."))
    made = commands.create_account(
        call.tx, memberships={place: roles} if place and roles else {}, roles=body.pop("personal_roles", []), **body
    )
    return Redirect(f"{LIST}/{made['id']}", _("%(username)s can sign in now.", username=made["username"]))


def _disable_form(call: PageCall, *, account_id: str) -> FormPage:
    row = accounts.by_id(call.tx, account_id)
    return FormPage(
        schema=DisableIn(),
        heading=_("Disable this account"),
        lede=_("Its sessions end at once, and its roles with them. This cannot be undone."),
        submit=_("Disable this account"),
        values={"reason": "left"},
        version=row["version"],
        cancel_href=f"{LIST}/{account_id}",
        warning=True,
    )


@pages.form("/accounts/<id:account_id>/disable", action="accounts.manage", subject=_managed, form=_disable_form)
def disable(call: PageCall, *, account_id: str) -> Redirect:
    commands.disable_account(call.tx, account_id=account_id, reason=call.body["reason"], seen=call.seen)
    return Redirect(f"{LIST}/{account_id}", _("The account is disabled."))
