"""Agreements: which there are, a new one, signing, ending."""

from collections.abc import Sequence
from typing import Any

from services.referrals.commands import agreements as commands
from services.referrals.domain import Row
from services.referrals.domain.agreements import DEADLINES
from services.referrals.pages import words
from services.referrals.pages.doors import paged, pages
from services.referrals.policy import POLICY
from services.referrals.queries import agreements as queries
from services.referrals.queries import directory
from services.referrals.schemas.agreements import AgreementIn, DeadlinesIn, EndIn
from services.referrals.tables import agreements
from shared.actor import Actor
from shared.database import Transaction
from shared.errors import NotFound
from shared.i18n import format_date
from shared.i18n import gettext as _
from shared.policy import may
from shared.web.pages import FormPage, PageCall, Redirect

LIST = "/referrals/agreements"
KINDS = {"signed": "ok", "ended": "muted"}


@pages.get("/agreements", action="agreements.read")
def agreements_listed(call: PageCall) -> str:
    page, links = paged(call, queries.listed(call.actor), by=agreements.c.id, newest_first=True)
    bound = queries.parties(call.tx, [row["id"] for row in page.items])
    names = directory.names(call.tx, {party["institution_id"] for some in bound.values() for party in some})
    draws_up = may(POLICY, "agreements.draw-up", call.actor)
    return call.render(
        "page/list.html",
        heading=_("Agreements"),
        caption=_("The newest first"),
        lede=_("What institutions may share with each other, for which needs, and how soon they answer."),
        action={"label": _("New agreement"), "href": f"{LIST}/new"} if draws_up else None,
        head=[_("Institutions"), _("Valid from"), _("Valid until"), _("Status")],
        rows=[_row(row, bound[row["id"]], names) for row in page.items],
        empty={"text": _("There is no agreement yet.")},
        **links,
    )


def _row(row: Row, bound: Sequence[Row], names: dict[str, str]) -> list[Any]:
    return [
        {"text": ", ".join(names[party["institution_id"]] for party in bound), "href": f"{LIST}/{row['id']}"},
        words.day(row["valid_from"]),
        words.day(row["valid_to"]) or _("no end"),
        {**_status(row), "tag": True},
    ]


def _status(row: Row) -> dict[str, str]:
    text = words.word("agreement-status", row["status"])
    return {"text": text, "kind": KINDS[row["status"]]} if row["status"] in KINDS else {"text": text}


@pages.get("/agreements/<id:agreement_id>", action="agreements.read", subject=queries.visible)
def agreement_page(call: PageCall, *, agreement_id: str) -> str:
    row, bound = queries.agreement(call.tx, agreement_id)
    names = directory.names(call.tx, {party["institution_id"] for party in bound})
    return call.render(
        "page/record.html",
        record={
            "code": _("Agreement"),
            "status": _status(row),
            "lede": ", ".join(names[party["institution_id"]] for party in bound),
            "back": {"href": LIST, "label": _("Agreements")},
        },
        actions=_actions(call, row, bound, names),
        summary=_summary(row),
        facts=[
            {"when": format_date(party["signed_at"]), "what": _("Signed"), "who": names[party["institution_id"]]}
            for party in bound
            if party["signed_at"]
        ],
        next=_next(bound, names) if row["status"] == "draft" else None,
    )


def _next(bound: Sequence[Row], names: dict[str, str]) -> dict[str, str]:
    missing = ", ".join(names[party["institution_id"]] for party in bound if not party["signed_at"])
    return {"text": _("It is in force once all have signed. Missing: %(names)s.", names=missing)}


def _summary(row: Row) -> list[dict[str, Any]]:
    days = {**DEADLINES, **row["deadlines"]}
    labels = {name: str(one.metadata["label"]) for name, one in DeadlinesIn().fields.items()}
    return [
        {"label": _("They may share"), "value": ", ".join(words.word("sharing-field", code) for code in row["fields"])},
        {"label": _("For which needs"), "value": words.needs(row["purposes"])},
        {"label": _("Valid from"), "value": words.day(row["valid_from"])},
        {"label": _("Valid until"), "value": words.day(row["ended_on"] or row["valid_to"]) or _("no end")},
        *({"label": label, "value": days[name]} for name, label in labels.items()),
    ]


def _actions(call: PageCall, row: Row, bound: Sequence[Row], names: dict[str, str]) -> list[dict[str, Any]]:
    """A button for each party for which she may sign."""
    if not may(POLICY, "agreements.act", call.actor):
        return []
    at = f"{LIST}/{row['id']}"
    unsigned = [party for party in queries.acts_for(bound, call.actor) if not party["signed_at"]]
    signs = [
        {
            "label": _("Sign for: %(name)s", name=names[party["institution_id"]]),
            "action": f"{at}/sign/{party['institution_id']}",
            "fields": {"version": row["version"]},
        }
        for party in unsigned
        if row["status"] == "draft"
    ]
    ends = "end" in queries.possible(row, bound, call.actor)
    return [*signs, *([{"label": _("End the agreement"), "href": f"{at}/end", "kind": "warning"}] if ends else [])]


def _new_form(call: PageCall) -> FormPage:
    own = [] if "coordinator" in call.actor.all_roles else list(call.actor.institutions_as(queries.SIGNS))
    return FormPage(
        schema=AgreementIn(),
        heading=_("New agreement"),
        submit=_("Draw up"),
        values={"parties": own, "deadlines": dict(DEADLINES)},
        choices={"parties": directory.all_names(call.tx)},
        cancel_href=LIST,
    )


@pages.form("/agreements/new", action="agreements.draw-up", form=_new_form)
def draw_up(call: PageCall) -> Redirect:
    row, _bound = commands.draw_up(call.tx, **call.body)
    return Redirect(f"{LIST}/{row['id']}", _("The agreement is drawn up. Now every party signs."))


def _own_party(tx: Transaction, actor: Actor, *, agreement_id: str, institution_id: str) -> None:
    """NotFound unless she may sign for this party of an agreement that she may know of."""
    queries.visible(tx, actor, agreement_id=agreement_id)
    _row, bound = queries.agreement(tx, agreement_id)
    if institution_id not in {party["institution_id"] for party in queries.acts_for(bound, actor)}:
        raise NotFound


@pages.post(
    "/agreements/<id:agreement_id>/sign/<id:institution_id>", action="agreements.act", subject=_own_party
)  # fmt: skip
def sign(call: PageCall, *, agreement_id: str, institution_id: str) -> Redirect:
    commands.sign(call.tx, agreement_id, institution_id=institution_id, seen=call.seen)
    return Redirect(f"{LIST}/{agreement_id}", _("Signed."))


def _end_form(call: PageCall, *, agreement_id: str) -> FormPage:
    row, bound = queries.agreement(call.tx, agreement_id)
    acts_for = queries.acts_for(bound, call.actor)
    names = directory.names(call.tx, {party["institution_id"] for party in acts_for})
    return FormPage(
        schema=EndIn() if len(acts_for) > 1 else EndIn(exclude=("institution_id",)),
        heading=_("End the agreement"),
        submit=_("End the agreement"),
        lede=_("From today on it covers nothing new. What was sent under it goes on."),
        values={"reason": "ended-by-party"},
        choices={"institution_id": sorted(names.items())},
        version=row["version"],
        cancel_href=f"{LIST}/{agreement_id}",
        warning=True,
    )


@pages.form("/agreements/<id:agreement_id>/end", action="agreements.act", subject=queries.visible, form=_end_form)
def end(call: PageCall, *, agreement_id: str) -> Redirect:
    commands.end(call.tx, agreement_id, seen=call.seen, **call.body)
    return Redirect(f"{LIST}/{agreement_id}", _("The agreement is ended."))
