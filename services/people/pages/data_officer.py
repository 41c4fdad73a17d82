"""The data-protection officer's pages: who saw what, whether the log is whole, export, erasure and who confirmed it."""

from collections.abc import Iterable
from typing import Any

from flask import Response, request

from services.people import commands
from services.people.domain import typed_code
from services.people.pages import words
from services.people.pages.doors import pages
from services.people.pages.own import as_download
from services.people.pages.participants import LIST, known
from services.people.queries import access, participants
from services.people.schemas import EraseIn
from shared import contracts
from shared.i18n import format_instant, term
from shared.i18n import gettext as _
from shared.web import forms
from shared.web.pages import FormPage, PageCall, Redirect

LOG, ERASURES = "/people/access-log", "/people/erasures"
PAGE_SIZE = 100


@pages.get("/access-log", action="access-log.review")
def access_log(call: PageCall) -> str:
    code, person, cursor = (request.args.get(name, "")[:64] for name in ("code", "person", "cursor"))
    if code:
        person = participants.id_of_code(call.tx, typed_code(code)) or "nobody"
    page = access.entries(call.tx, participant_id=person or None, limit=PAGE_SIZE, cursor=cursor or None)
    here = f"{LOG}?person={person}&" if person else f"{LOG}?"
    field = forms.FormField(name="code", kind="text", label=_("Her code"), value=code, width=10)
    return call.render(
        "people/access_log.html",
        heading=_("Access log"),
        lede=_("Every time someone was shown personal data: who, whose, which, and why."),
        action={"label": _("Erasures"), "href": ERASURES, "kind": "secondary"},
        filter={"action": LOG, "fields": [field], "clear_href": LOG if person else None},
        caption=_("Reads of personal data, the newest first"),
        head=[_("Code"), _("When"), _("Who"), _("What"), _("Why")],
        rows=[[_code(one), *words.entry(one)] for one in page.items],
        empty={"text": _("Nobody was shown anything.")},
        next_href=f"{here}cursor={page.next}" if page.next else None,
        first_href=here.rstrip("?&") if cursor else None,
    )


def _code(entry: Any) -> dict[str, str]:
    return {"text": entry["code"], "href": f"{LIST}/{entry['participant_id']}"}


@pages.post("/access-log/check", action="access-log.review")
def check(call: PageCall) -> Redirect:
    fault = access.verify_chain(call.tx)
    return Redirect(LOG, fault or _("The log is whole: nothing was changed or taken out."))


@pages.get("/participants/<id:participant_id>/export", action="participants.export", subject=known, writes=True)
def export(call: PageCall, *, participant_id: str) -> Response:
    return as_download(call, participant_id)


def _erase_form(call: PageCall, *, participant_id: str) -> FormPage:
    row = participants.row_of(call.tx, participant_id)
    return FormPage(
        schema=EraseIn(),
        heading=_("Erase the data of %(code)s", code=row["code"]),
        lede=_("Her key is destroyed here and in every service. This cannot be undone."),
        submit=_("Erase for good"),
        values={"ground": "own-request"},
        version=row["version"],
        cancel_href=f"{LIST}/{participant_id}",
        warning=True,
    )


@pages.form("/participants/<id:participant_id>/erase", action="participants.erase", subject=known, form=_erase_form)
def erase(call: PageCall, *, participant_id: str) -> Redirect:
    done = commands.erase(call.tx, participant_id=participant_id, ground=call.body["ground"], seen=call.seen)
    return Redirect(ERASURES, _("The data of %(code)s are erased. Each service confirms it.", code=done["code"]))


@pages.get("/erasures", action="access-log.review")
def erasures(call: PageCall) -> str:
    cursor = request.args.get("cursor")
    page = participants.erased(call.tx, limit=PAGE_SIZE, cursor=cursor)
    return call.render(
        "page/list.html",
        heading=_("Erasures"),
        lede=_("Every service confirms that it holds nothing of her any more."),
        caption=_("Erasures, the newest first"),
        head=[_("Code"), _("When"), _("Why"), _("Confirmed by"), _("Still to come")],
        rows=[_erasure(one) for one in page.items],
        empty={"text": _("Nobody's data have been erased."), "href": LIST, "label": _("People")},
        next_href=f"{ERASURES}?cursor={page.next}" if page.next else None,
        first_href=ERASURES if cursor else None,
    )


def _erasure(row: Any) -> list[Any]:
    ground = row["ground"]
    missing = [name for name in contracts.services() if name not in row["confirmed"]]
    return [
        row["code"],
        format_instant(row["at"]),
        term("erasure-ground", ground),
        _services(row["confirmed"]),
        {"text": _services(missing), "tag": bool(missing), "kind": "late"},
    ]


def _services(names: Iterable[str]) -> str:
    return ", ".join(term("service", name) for name in names) or "–"
