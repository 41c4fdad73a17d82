"""JSON routes of people: parse, one command or query, dump."""

from collections.abc import Mapping
from typing import Any

from flask import request

from services.people import commands, schemas
from services.people.adapters import client_address
from services.people.domain import EVERYTHING, FIELD_OF_CHANNEL
from services.people.queries import access, accounts, contact, export, participants, visibility
from shared import auth
from shared.actor import Actor
from shared.auth import API, API_SECONDS
from shared.database import Transaction
from shared.errors import FieldError, Invalid, NotFound
from shared.i18n import gettext as _
from shared.paging import Page
from shared.policy import ANY
from shared.web.api import Api, Call, ListQuery

api = Api("people")
Resource = Mapping[str, Any]


def _known(tx: Transaction, actor: Actor, *, participant_id: str) -> None:
    visibility.known(tx, actor, participant_id=participant_id)


def _managed(tx: Transaction, actor: Actor, *, account_id: str) -> None:
    accounts.may_manage(tx, actor, account_id=account_id)


# -- participants --------------------------------------------------------------------------------------------------


@api.post(
    "/participants",
    action="participants.create",
    body=schemas.ParticipantIn,
    returns=schemas.ParticipantOut,
    creates=True,
)
def register(call: Call) -> Resource:
    return commands.register(call.tx, **call.body)


@api.get("/participants", action="participants.list", query=ListQuery, returns=schemas.ParticipantOut, writes=True)
def list_participants(call: Call) -> Page:
    page = participants.listed(call.tx, limit=call.query["limit"], cursor=call.query["cursor"])
    _note(call, page.items, purpose="list")
    return page


@api.get(
    "/participants/<id:participant_id>",
    action="participants.read",
    subject=_known,
    returns=schemas.ParticipantOut,
    writes=True,
)
def read(call: Call, *, participant_id: str) -> Resource:
    shown = participants.one(call.tx, participant_id)
    _note(call, [shown], purpose="record")
    return shown


@api.post(
    "/participants/search",
    action="participants.search",
    body=schemas.SearchIn,
    returns=schemas.ParticipantOut,
    many=True,
)
def search(call: Call) -> list[dict[str, Any]]:
    if not any(call.body.values()):
        raise Invalid.at("/name", _("Give a code, a name or a phone number."))
    found = participants.search(call.tx, **call.body)
    _note(call, found, purpose="search")
    return found


@api.put(
    "/participants/<id:participant_id>/safe-contact",
    action="participants.safe-contact",
    subject=_known,
    body=schemas.SafeContactIn,
    returns=schemas.ParticipantOut,
)
def change_safe_contact(call: Call, *, participant_id: str) -> Resource:
    return commands.change_safe_contact(call.tx, participant_id=participant_id, seen=call.seen, **call.body)


@api.get(
    "/participants/<id:participant_id>/export",
    action="participants.export",
    subject=_known,
    returns=schemas.ExportOut,
    writes=True,
)
def export_participant(call: Call, *, participant_id: str) -> Resource:
    commands.note_read(call.tx, {participant_id: EVERYTHING}, purpose="export")
    return export.export(call.tx, participant_id)


@api.post(
    "/participants/<id:participant_id>/actions/erase",
    action="participants.erase",
    subject=_known,
    body=schemas.EraseIn,
    returns=schemas.ParticipantOut,
)
def erase(call: Call, *, participant_id: str) -> Resource:
    return commands.erase(call.tx, participant_id=participant_id, ground=call.body["ground"], seen=call.seen)


def _note(call: Call, shown: Any, *, purpose: str) -> None:
    commands.note_read(call.tx, {one["id"]: one["fields"] for one in shown}, purpose=purpose)


@api.get("/access-log", action="access-log.read", query=schemas.AccessLogQuery, returns=schemas.AccessEntryOut)
def read_access_log(call: Call) -> Page:
    person = call.query["person"]
    if call.scope is not ANY:
        if person not in (None, call.actor.participant_id):
            raise NotFound
        person = call.actor.participant_id
    return access.entries(call.tx, participant_id=person, limit=call.query["limit"], cursor=call.query["cursor"])


# -- what the other services ask -----------------------------------------------------------------------------------


@api.post(
    "/cards",
    action="cards.ask",
    body=schemas.CardsIn,
    returns=schemas.CardOut,
    many=True,
    reads=True,
    internal=True,
)
def cards(call: Call) -> list[dict[str, Any]]:
    """Names only of those whose name the caller may see; each of them is logged."""
    seen = visibility.visible_fields(call.tx, call.actor, call.body["ids"])
    found = participants.cards(call.tx, seen)
    named = {card["id"]: ["name"] for card in found if "name" in card}
    _note_apart(call, named)
    return found


@api.post(
    "/contact",
    action="contact.ask",
    body=schemas.ContactQuestion,
    returns=schemas.ContactAnswer,
    reads=True,
    internal=True,
)
def may_contact(call: Call) -> Resource:
    channel, person = call.body["channel"], call.body["participant_id"]
    if (person is None) == (call.body["account_id"] is None):
        raise Invalid([FieldError("/participant_id", _("Give either a participant or an account."))])
    if person is not None:
        reply = contact.of_participant(call.tx, person, channel=channel)
    else:
        reply, person = contact.of_account(call.tx, call.body["account_id"], channel=channel)
    if reply.allowed and person is not None:
        _note_apart(call, {person: [FIELD_OF_CHANNEL[channel]]})
    return reply.as_answer()


@api.post(
    "/existence",
    action="existence.ask",
    body=schemas.ExistenceIn,
    returns=schemas.ExistenceOut,
    reads=True,
    internal=True,
)
def existence(call: Call) -> Resource:
    return {"exists": visibility.may_be_referred(call.tx, call.actor, call.body["participant_id"])}


def _note_apart(call: Call, shown: Mapping[str, list[str]]) -> None:
    """Log in a transaction of its own, and only where a page's polling is not logged already."""
    purpose = call.body["purpose"]
    if fresh := commands.unnoted(call.tx, shown, purpose=purpose):
        with call.runtime.database.transaction(call.actor) as tx:
            commands.note_read(tx, fresh, purpose=purpose)


# -- accounts ------------------------------------------------------------------------------------------------------


@api.post("/tokens", action=None, body=schemas.TokenIn, returns=schemas.TokenOut, reads=True)
def tokens(call: Call) -> Resource:
    session = commands.sign_in(
        call.runtime.database,
        username=call.body["username"],
        password=call.body["password"],
        address=client_address(request),
        api=True,
    )
    token = call.runtime.signer.sign(auth.claims_of(session.actor), audience=API, seconds=API_SECONDS)
    return {"access_token": token, "token_type": "Bearer", "expires_in": API_SECONDS}


@api.get("/me", action="account.own", returns=schemas.MeOut)
def me(call: Call) -> Resource:
    return accounts.resources(call.tx, [accounts.by_id(call.tx, call.actor.id)])[0]


@api.post("/accounts", action="accounts.manage", body=schemas.AccountIn, returns=schemas.AccountOut, creates=True)
def create_account(call: Call) -> Resource:
    held = {one["id"]: one["roles"] for one in call.body.pop("institutions")}
    return commands.create_account(call.tx, memberships=held, **call.body)


@api.get("/accounts", action="accounts.manage", query=ListQuery, returns=schemas.AccountOut)
def list_accounts(call: Call) -> Page:
    return accounts.listed(
        call.tx, administrator=call.scope is ANY, limit=call.query["limit"], cursor=call.query["cursor"]
    )


@api.get("/accounts/<id:account_id>", action="accounts.manage", subject=_managed, returns=schemas.AccountOut)
def read_account(call: Call, *, account_id: str) -> Resource:
    return accounts.resources(call.tx, [accounts.by_id(call.tx, account_id)])[0]


@api.post(
    "/accounts/<id:account_id>/actions/disable",
    action="accounts.manage",
    subject=_managed,
    body=schemas.DisableIn,
    returns=schemas.AccountOut,
)
def disable_account(call: Call, *, account_id: str) -> Resource:
    return commands.disable_account(call.tx, account_id=account_id, reason=call.body["reason"], seen=call.seen)
