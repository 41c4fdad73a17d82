"""The directory of services, for anyone, and a service's own page."""

from typing import Any

from services.referrals.commands import directory as commands
from services.referrals.domain import Row
from services.referrals.pages import words
from services.referrals.pages.doors import filter_form, filters, paged, pages
from services.referrals.policy import POLICY
from services.referrals.queries import directory
from services.referrals.schemas.directory import CapacityIn, ServiceFields, ServiceIn, ServiceQuery
from services.referrals.tables import services
from shared import contracts
from shared.i18n import format_date
from shared.i18n import gettext as _
from shared.policy import may
from shared.web.pages import FormPage, PageCall, Redirect

LIST = "/referrals/services"


def choices() -> dict[str, words.Pairs]:
    return {"teryt": words.counties(), "language": words.language_choices(), "languages": words.language_choices()}


@pages.get("/services", action=None)
def services_listed(call: PageCall) -> str:
    query = ServiceQuery()
    found = directory.search(call.actor, **filters(query))
    page, links = paged(call, found, by=services.c.id)
    return call.render(
        "page/list.html",
        heading=_("Directory of services"),
        caption=_("On offer"),
        lede=_("What the institutions of the partnership offer, and where places are free."),
        filter=filter_form(query, action=LIST, choices=choices()),
        head=[_("Service"), _("Need"), _("Institution"), _("County"), _("Languages"), _("Places")],
        rows=[_row(row) for row in page.items],
        empty={"text": _("No service fits. Try fewer conditions."), "href": LIST, "label": _("Show all")},
        **links,
    )


def _row(row: Row) -> list[Any]:
    full = row["available"] == 0
    return [
        {"text": row["name"], "href": f"{LIST}/{row['id']}"},
        words.word("need", row["category"]),
        row["institution_name"],
        contracts.county_name(row["teryt"]),
        words.languages(row["languages"]),
        {"text": words.places(row), "tag": True, "kind": "refused" if full else "ok"},
    ]


@pages.get("/services/<id:service_id>", action=None, subject=directory.service_visible)
def service_page(call: PageCall, *, service_id: str) -> str:
    row = directory.service(call.tx, call.actor, service_id)
    offered = row["status"] == "active"
    return call.render(
        "page/record.html",
        record={
            "code": row["name"],
            "status": {"text": words.word("service-status", row["status"]), "kind": "ok" if offered else "muted"},
            "lede": f"{words.word('need', row['category'])} · {row['institution_name']}",
            "back": {"href": LIST, "label": _("Directory of services")},
        },
        actions=_actions(call, row),
        summary=_summary(row),
        panels=_capacity(row),
    )


def _summary(row: Row) -> list[dict[str, Any]]:
    return [
        {"label": _("What it is"), "value": row["description"]},
        {"label": _("County"), "value": contracts.county_name(row["teryt"])},
        {"label": _("Languages"), "value": words.languages(row["languages"])},
        {"label": _("Childcare"), "value": words.yes_or_no(row["childcare"])},
        {"label": _("Waiting list"), "value": words.yes_or_no(row["waiting_list"])},
        {"label": _("Places"), "value": words.places(row)},
        {"label": _("Places last confirmed"), "value": format_date(row["capacity_at"])},
    ]


def _capacity(row: Row) -> list[dict[str, Any]]:
    if row["maximum"] is None:
        return []
    bar = {"name": words.word("capacity-unit", row["unit"]), "available": row["available"], "maximum": row["maximum"]}
    return [{"title": _("Free places"), "capacity": [bar]}]


def _actions(call: PageCall, row: Row) -> list[dict[str, Any]]:
    at = f"{LIST}/{row['id']}"
    actions: list[dict[str, Any]] = []
    if may(POLICY, "referrals.create", call.actor) and row["status"] == "active":
        actions.append({"label": _("Refer a woman here"), "href": f"/referrals/new?service_id={row['id']}"})
    possible = directory.service_view(row, call.actor)["actions"]
    if possible:
        actions.append({"label": _("Change the places"), "href": f"{at}/capacity"})
        actions.append({"label": _("Change the description"), "href": f"{at}/change"})
    if "withdraw" in possible:
        actions.append({"label": _("Withdraw from the directory"), "action": f"{at}/withdraw", "kind": "warning"})
    if "publish" in possible:
        actions.append({"label": _("Publish again"), "action": f"{at}/publish"})
    return actions


# -- what an institution's administrator does with her services ---------------------------------------------------


def _new_form(call: PageCall) -> FormPage:
    own = call.actor.institutions_as(directory.ADMIN)
    named = directory.names(call.tx, set(own))
    schema = ServiceIn(exclude=("institution_id",)) if len(own) == 1 else ServiceIn()
    return FormPage(
        schema=schema,
        heading=_("New service"),
        submit=_("Publish in the directory"),
        choices={**choices(), "institution_id": sorted(named.items())},
        cancel_href="/referrals/institution",
    )


@pages.form("/services/new", action="services.publish", form=_new_form)
def new_service(call: PageCall) -> Redirect:
    body = {"institution_id": None, **call.body}
    row = commands.publish_service(call.tx, **body)
    return Redirect(f"{LIST}/{row['id']}", _("The service is in the directory."))


def _change_form(call: PageCall, *, service_id: str) -> FormPage:
    row = directory.service(call.tx, call.actor, service_id)
    return FormPage(
        schema=ServiceFields(),
        heading=_("Change the description"),
        submit=_("Save"),
        values={name: row[name] for name in ServiceFields().fields},
        choices=choices(),
        version=row["version"],
        cancel_href=f"{LIST}/{service_id}",
    )


@pages.form(
    "/services/<id:service_id>/change", action="services.change", subject=directory.own_service, form=_change_form
)
def change_service(call: PageCall, *, service_id: str) -> Redirect:
    commands.change_service(call.tx, service_id, seen=call.seen, **call.body)
    return Redirect(f"{LIST}/{service_id}", _("The service is changed."))


def _capacity_form(call: PageCall, *, service_id: str) -> FormPage:
    row = directory.service(call.tx, call.actor, service_id)
    return FormPage(
        schema=CapacityIn(),
        heading=_("How many places are free?"),
        submit=_("Save"),
        lede=row["name"],
        values={name: row[name] for name in CapacityIn().fields},
        version=row["version"],
        cancel_href=f"{LIST}/{service_id}",
    )


@pages.form(
    "/services/<id:service_id>/capacity", action="services.change", subject=directory.own_service, form=_capacity_form
)
def change_capacity(call: PageCall, *, service_id: str) -> Redirect:
    commands.change_capacity(call.tx, service_id, seen=call.seen, **call.body)
    return Redirect(f"{LIST}/{service_id}", _("The places are changed."))


@pages.post("/services/<id:service_id>/places/more", action="services.change", subject=directory.own_service)
def one_place_more(call: PageCall, *, service_id: str) -> Redirect:
    commands.one_place(call.tx, service_id, more=True)
    return Redirect("/referrals/institution", _("One place more is free."))


@pages.post("/services/<id:service_id>/places/fewer", action="services.change", subject=directory.own_service)
def one_place_fewer(call: PageCall, *, service_id: str) -> Redirect:
    commands.one_place(call.tx, service_id, more=False)
    return Redirect("/referrals/institution", _("One place fewer is free."))


@pages.post("/services/<id:service_id>/withdraw", action="services.change", subject=directory.own_service)
def withdraw_service(call: PageCall, *, service_id: str) -> Redirect:
    commands.act_on_service(call.tx, service_id, action="withdraw")
    return Redirect(f"{LIST}/{service_id}", _("The service is no longer in the directory."))


@pages.post("/services/<id:service_id>/publish", action="services.change", subject=directory.own_service)
def publish_again(call: PageCall, *, service_id: str) -> Redirect:
    commands.act_on_service(call.tx, service_id, action="publish")
    return Redirect(f"{LIST}/{service_id}", _("The service is in the directory."))
