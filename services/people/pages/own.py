"""A participant's own pages: how to reach her, what is recorded, who saw it."""

from typing import Any

from flask import Response, jsonify, request

from services.people import commands
from services.people.domain import EVERYTHING
from services.people.pages import ways, words
from services.people.pages.doors import pages
from services.people.pages.participants import save_contact
from services.people.queries import access, export, participants, visibility
from services.people.schemas import ExportOut
from services.people.schemas import forms as asked
from shared.actor import Actor
from shared.database import Transaction
from shared.i18n import gettext as _
from shared.web.pages import FormPage, PageCall, Redirect

CONTACT, RECORD = "/people/me/contact", "/people/me/record"
ENTRIES = 50


def _herself(tx: Transaction, actor: Actor, **_path: str) -> None:
    visibility.herself(tx, actor)


def _own_id(call: PageCall) -> str:
    return str(call.actor.participant_id)


def _contact_form(call: PageCall) -> FormPage:
    shown = participants.one(call.tx, _own_id(call))
    commands.note_read(call.tx, {_own_id(call): shown["fields"]}, purpose="own-record")
    return FormPage(
        schema=asked.OwnContactForm(),
        heading=_("How to reach me"),
        lede=_("You decide. What you do not allow is never used, and you can change it at any time."),
        submit=_("Save"),
        values=ways.as_values(shown),
        version=shown["version"],
        template="people/contact_form.html",
        context={"record_href": RECORD},
    )


@pages.form("/me/contact", action="own-record.change", subject=_herself, form=_contact_form, writes=True)
def contact(call: PageCall) -> Redirect:
    save_contact(call, _own_id(call))
    return Redirect(CONTACT, _("Saved. It holds from now on."))


@pages.get("/me/record", action="own-record.read", subject=_herself, writes=True)
def record(call: PageCall) -> str:
    shown = participants.one(call.tx, _own_id(call))
    commands.note_read(call.tx, {_own_id(call): shown["fields"]}, purpose="own-record")
    entries = access.entries(call.tx, participant_id=_own_id(call), limit=ENTRIES, cursor=request.args.get("cursor"))
    return call.render(
        "people/own_record.html",
        heading=_("What is recorded"),
        code=shown["code"],
        summary=words.person(shown, change_href=CONTACT),
        sharing=[_shared(one) for one in export.sharing(call.tx, _own_id(call))],
        head=[_("When"), _("Who"), _("What"), _("Why")],
        entries=[words.entry(one) for one in entries.items if one["reader_id"] != call.actor.id],
        next_href=f"{RECORD}?cursor={entries.next}" if entries.next else None,
    )


def _shared(grant: dict[str, Any]) -> dict[str, Any]:
    fields = [code for code in grant["fields"] if code in EVERYTHING]
    return {
        "who": grant["institution"],
        "what": words.fields(fields),
        "until": words.day(grant["expires_on"]),
        "institution_id": grant["institution_id"],
    }


@pages.post("/me/sharing/<id:institution_id>/withdraw", action="own-record.change", subject=_herself)
def withdraw(call: PageCall, *, institution_id: str) -> Redirect:
    commands.withdraw_sharing(call.tx, participant_id=_own_id(call), institution_id=institution_id)
    return Redirect(RECORD, _("It sees nothing of you any more."))


@pages.get("/me/export", action="own-record.read", subject=_herself, writes=True)
def download(call: PageCall) -> Response:
    return as_download(call, _own_id(call))


def as_download(call: PageCall, participant_id: str) -> Response:
    """Everything that people holds of her, as a file whose name says nothing."""
    commands.note_read(call.tx, {participant_id: EVERYTHING}, purpose="export")
    response = jsonify(ExportOut().dump(export.export(call.tx, participant_id)))
    response.headers["Content-Disposition"] = 'attachment; filename="record.json"'
    return response
