"""Institutions: one's own with its services, and for the administrator all of them."""

from typing import Any

from services.referrals.commands import directory as commands
from services.referrals.domain import Row
from services.referrals.pages import words
from services.referrals.pages.doors import filter_form, filters, paged, pages
from services.referrals.policy import POLICY
from services.referrals.queries import directory
from services.referrals.schemas.directory import InstitutionIn, InstitutionQuery
from services.referrals.schemas.referrals import Nothing
from services.referrals.tables import institutions
from shared import contracts
from shared.i18n import gettext as _
from shared.policy import may
from shared.web.pages import FormPage, PageCall, Redirect

LIST = "/referrals/institutions"


@pages.get("/institution", action="institutions.own")
def own_institution(call: PageCall) -> str:
    """What we offer, with a click for each place that is taken or comes free."""
    own = directory.names(call.tx, set(call.actor.institutions_as(directory.ADMIN)))
    shown = [
        {
            "id": institution_id,
            "name": name,
            "services": [_offered(row) for row in directory.services_of(call.tx, institution_id)],
        }
        for institution_id, name in own.items()
    ]
    return call.render("referrals/institution.html", heading=_("Our institution"), shown=shown)


def _offered(row: Row) -> dict[str, Any]:
    return {**row, "places": words.places(row), "at": f"/referrals/services/{row['id']}"}


@pages.get("/institutions", action="institutions.read")
def institutions_listed(call: PageCall) -> str:
    query = InstitutionQuery()
    found = directory.institutions_listed(call.actor, **filters(query))
    page, links = paged(call, found, by=institutions.c.id)
    registers = may(POLICY, "institutions.register", call.actor)
    return call.render(
        "page/list.html",
        heading=_("Institutions"),
        caption=_("In the partnership and former ones"),
        action={"label": _("Register an institution"), "href": f"{LIST}/new"} if registers else None,
        filter=filter_form(query, action=LIST, choices={"teryt": words.counties()}),
        head=[_("Name"), _("Kind"), _("County"), _("Status")],
        rows=[_row(row) for row in page.items],
        **links,
    )


def _row(row: Row) -> list[Any]:
    return [
        {"text": row["name"], "href": f"{LIST}/{row['id']}"},
        words.word("institution-type", row["type"]),
        contracts.county_name(row["teryt"]),
        words.word("institution-status", row["status"]),
    ]


@pages.get("/institutions/<id:institution_id>", action="institutions.read", subject=directory.institution_visible)
def institution_page(call: PageCall, *, institution_id: str) -> str:
    row = directory.institution(call.tx, call.actor, institution_id)
    offered = directory.search(call.actor, institution_id=institution_id)
    return call.render(
        "page/record.html",
        record={
            "code": row["name"],
            "status": {"text": words.word("institution-status", row["status"])},
            "lede": f"{words.word('institution-type', row['type'])} · {contracts.county_name(row['teryt'])}",
            "back": {"href": LIST, "label": _("Institutions")},
        },
        actions=_actions(call, row),
        summary=_summary(row),
        panels=_services(call.tx.all(offered.limit(50))),
    )


def _summary(row: Row) -> list[dict[str, Any]]:
    numbers = {"nip": _("NIP"), "regon": _("REGON"), "krs": _("KRS number")}
    rows = [{"label": label, "value": row[name]} for name, label in numbers.items()]
    if row["closed_on"]:
        rows.append({"label": _("Left the partnership on"), "value": words.day(row["closed_on"])})
    return rows


def _services(offered: list[Any]) -> list[dict[str, Any]]:
    if not offered:
        return []
    links = [{"href": f"/referrals/services/{row['id']}", "label": row["name"]} for row in offered]
    return [{"title": _("Services"), "links": links}]


def _actions(call: PageCall, row: Row) -> list[dict[str, Any]]:
    at, actions = f"{LIST}/{row['id']}", []
    administers = "administrator" in call.actor.all_roles or row["id"] in call.actor.institutions_as(directory.ADMIN)
    if row["status"] == "active" and administers:
        actions.append({"label": _("Change"), "href": f"{at}/change"})
    if "close" in directory.institution_view(row, call.actor)["actions"]:
        actions.append({"label": _("Close"), "href": f"{at}/close", "kind": "warning"})
    return actions


def _register_form(_call: PageCall) -> FormPage:
    return FormPage(
        schema=InstitutionIn(),
        heading=_("Register an institution"),
        submit=_("Register"),
        choices={"teryt": words.counties()},
        cancel_href=LIST,
    )


@pages.form("/institutions/new", action="institutions.register", form=_register_form)
def register_institution(call: PageCall) -> Redirect:
    row = commands.register_institution(call.tx, **call.body)
    return Redirect(f"{LIST}/{row['id']}", _("The institution is registered."))


def _change_form(call: PageCall, *, institution_id: str) -> FormPage:
    row = directory.institution(call.tx, call.actor, institution_id)
    return FormPage(
        schema=InstitutionIn(),
        heading=_("Change an institution"),
        submit=_("Save"),
        values={name: row[name] if row[name] is not None else "" for name in InstitutionIn().fields},
        choices={"teryt": words.counties()},
        version=row["version"],
        cancel_href=f"{LIST}/{institution_id}",
    )


@pages.form(
    "/institutions/<id:institution_id>/change", action="institutions.change", subject=directory.own_institution,
    form=_change_form,
)  # fmt: skip
def change_institution(call: PageCall, *, institution_id: str) -> Redirect:
    commands.change_institution(call.tx, institution_id, seen=call.seen, **call.body)
    return Redirect(f"{LIST}/{institution_id}", _("The institution is changed."))


def _close_form(call: PageCall, *, institution_id: str) -> FormPage:
    row = directory.institution(call.tx, call.actor, institution_id)
    return FormPage(
        schema=Nothing(),
        heading=_("Close an institution"),
        submit=_("Close"),
        lede=_("Its services leave the directory and its agreements end. This cannot be undone."),
        version=row["version"],
        cancel_href=f"{LIST}/{institution_id}",
        warning=True,
    )


@pages.form(
    "/institutions/<id:institution_id>/close", action="institutions.close", subject=directory.own_institution,
    form=_close_form,
)  # fmt: skip
def close_institution(call: PageCall, *, institution_id: str) -> Redirect:
    commands.close_institution(call.tx, institution_id, seen=call.seen)
    return Redirect(f"{LIST}/{institution_id}", _("The institution has left the partnership."))
