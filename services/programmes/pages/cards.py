"""Programme cards: list, card, new and changed, published, closed."""

from typing import Any

from flask import request

from services.programmes.commands import cards as carding
from services.programmes.domain import cards as rules
from services.programmes.pages.routes import pages
from services.programmes.pages.words import TERMS, asked, code_select, day, known_as, tag, word, words
from services.programmes.queries import cards, shapes
from services.programmes.schemas import bodies
from services.programmes.tables import programmes
from shared import paging
from shared.errors import NotFound
from shared.i18n import format_money, term
from shared.i18n import gettext as _
from shared.policy import may
from shared.web.fields import Body
from shared.web.pages import FormPage, PageCall, Redirect

LIST = "/programmes/programmes"
DICTIONARIES = {
    "support_area": "support-area",
    "activity_types": "activity-type",
    "target_groups": "target-group",
    "funding_sources": "funding-source",
}


@pages.get("/programmes", action="programmes.read")
def programme_list(call: PageCall) -> str:
    status = asked("status", TERMS["programme-status"])
    found = cards.listed(call.actor, status=status)
    page = paging.page(call.tx, found, by=programmes.c.id, cursor=request.args.get("cursor"))
    writes = may(call.runtime.service.policy, "programmes.write", call.actor)
    return call.render(
        "page/list.html",
        heading=_("Programmes"),
        action={"label": _("New programme"), "href": f"{LIST}/new"} if writes else None,
        filter={
            "action": LIST,
            "fields": [code_select("status", _("Status"), "programme-status", status)],
            "submit_label": _("Show"),
        },
        head=[_("Name"), _("Period"), _("Status"), _("Reach"), {"text": _("Cost"), "number": True}],
        rows=[_row(row) for row in page.items],
        next_href=f"{LIST}?cursor={page.next}" if page.next else None,
        empty={"text": _("There is no programme yet.")},
    )


def _row(row: Any) -> list[Any]:
    return [
        {"text": row["name"], "href": f"{LIST}/{row['id']}"},
        _period(row),
        tag("programme-status", row["status"]),
        word("programme-reach", row["reach"]),
        format_money(row["cost"]["amount"], row["cost"]["currency"]),
    ]


def _period(row: Any) -> str:
    last = day(row["ends_on"]) or _("no end")
    return f"{day(row['starts_on'])} – {last}"


@pages.get("/programmes/<id:programme_id>", action="programmes.read", subject=cards.visible)
def programme(call: PageCall, *, programme_id: str) -> str:
    card = shapes.card(cards.programme(call.tx, programme_id), call.actor)
    reports = may(call.runtime.service.policy, "reports.read", call.actor)
    links = [{"href": f"/programmes/activities?programme_id={programme_id}", "label": _("Its activities")}]
    if reports:
        links.append({"href": f"/programmes/reports/reach?programme={programme_id}", "label": _("What it reached")})
    return call.render(
        "page/record.html",
        title=card["name"],
        record={
            "code": card["name"],
            "status": tag("programme-status", card["status"]),
            "lede": word("support-area", card["support_area"]),
            "back": {"href": LIST, "label": _("Programmes")},
        },
        summary=_summary(card),
        actions=_actions(card),
        panels=[{"title": _("More"), "links": links}],
    )


def _summary(card: Any) -> list[dict[str, Any]]:
    return [
        {"label": _("Support area"), "value": word("support-area", card["support_area"])},
        {"label": _("Seat"), "value": f"{card['seat']['place']}, {card['seat']['voivodeship']}"},
        {"label": _("Period"), "value": _period(card)},
        {"label": _("Cost"), "value": _money(card["cost"])},
        {"label": _("Grant"), "value": _money(card["grant"])},
        {"label": _("Own contribution"), "value": _money(card["own_contribution"])},
        {"label": _("Sources of funding"), "value": words("funding-source", card["funding_sources"])},
        {"label": _("Reach"), "value": word("programme-reach", card["reach"])},
        {"label": _("Types of activities"), "value": words("activity-type", card["activity_types"])},
        {"label": _("For whom"), "value": words("target-group", card["target_groups"])},
        {"label": _("Partners"), "value": card["partners"] or None},
        {"label": _("Description"), "value": card["description"]},
    ]


def _money(part: Any) -> str | None:
    return format_money(part["amount"], part["currency"]) if part else None


def _actions(card: Any) -> list[dict[str, Any]]:
    at = f"{LIST}/{card['id']}"
    made = []
    if "publish" in card["actions"]:
        fields = {"version": card["version"]}
        made.append({"label": term("programme-action", "publish"), "action": f"{at}/publish", "fields": fields})
    if card["actions"]:
        made.append({"label": _("Change the card"), "href": f"{at}/edit"})
    if "close" in card["actions"]:
        made.append({"label": term("programme-action", "close"), "href": f"{at}/close"})
    return made


def _choices(card: Any = None) -> dict[str, list[tuple[str, str]]]:
    """The dictionaries, with the words that this card has beyond them."""
    choices = {}
    for name, kind in DICTIONARIES.items():
        given = card[name] if card else []
        own = {known_as(kind, said): said for said in ([given] if isinstance(given, str) else given)}
        choices[name] = [(own.get(code, code), word(kind, code)) for code in dict.fromkeys([*TERMS[kind], *own])]
    return choices


def _new_form(_call: PageCall) -> FormPage:
    return FormPage(
        schema=bodies.ProgrammeIn(),
        heading=_("New programme"),
        submit=_("Publish"),
        choices=_choices(),
        cancel_href=LIST,
    )


@pages.form("/programmes/new", action="programmes.write", form=_new_form)
def new_programme(call: PageCall) -> Redirect:
    made = carding.create_programme(call.tx, card=call.body)
    return Redirect(f"{LIST}/{made['id']}", _("The programme is published."))


def _edit_form(call: PageCall, *, programme_id: str) -> FormPage:
    card = shapes.card(cards.programme(call.tx, programme_id), call.actor)
    if not card["actions"]:
        raise NotFound
    return FormPage(
        schema=bodies.ProgrammeIn(),
        heading=_("Change the card"),
        submit=_("Save"),
        values=card,
        choices=_choices(card),
        version=card["version"],
        cancel_href=f"{LIST}/{programme_id}",
    )


@pages.form("/programmes/<id:programme_id>/edit", action="programmes.write", form=_edit_form, subject=cards.visible)
def edit_programme(call: PageCall, *, programme_id: str) -> Redirect:
    partners = cards.programme(call.tx, programme_id)["partners"]
    carding.change_programme(
        call.tx, programme_id=programme_id, card={**call.body, "partners": partners}, seen=call.seen
    )
    return Redirect(f"{LIST}/{programme_id}", _("Saved."))


@pages.post("/programmes/<id:programme_id>/publish", action="programmes.write", subject=cards.visible)
def publish_programme(call: PageCall, *, programme_id: str) -> Redirect:
    carding.act(call.tx, programme_id=programme_id, action="publish", seen=call.seen)
    return Redirect(f"{LIST}/{programme_id}", _("The programme is published."))


def _close_form(call: PageCall, *, programme_id: str) -> FormPage:
    card = cards.programme(call.tx, programme_id)
    if "close" not in rules.actions(published=bool(card["published_at"]), closed=bool(card["closed_at"])):
        raise NotFound
    return FormPage(
        schema=Body(),
        heading=_("Close this programme?"),
        lede=_("Nothing new can be recorded in it afterwards: no activity, enrolment or attendance."),
        submit=term("programme-action", "close"),
        version=card["version"],
        cancel_href=f"{LIST}/{programme_id}",
        warning=True,
    )


@pages.form("/programmes/<id:programme_id>/close", action="programmes.write", form=_close_form, subject=cards.visible)
def close_programme(call: PageCall, *, programme_id: str) -> Redirect:
    carding.act(call.tx, programme_id=programme_id, action="close", seen=call.seen)
    return Redirect(f"{LIST}/{programme_id}", _("The programme is closed."))
