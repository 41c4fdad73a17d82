"""Duties with their dates, and the work that a cooperative offers."""

from typing import Any

from services.cooperatives.commands import obligations, vacancies
from services.cooperatives.domain import states
from services.cooperatives.pages import words
from services.cooperatives.pages.routes import LIST, ONE, pages
from services.cooperatives.queries import register, registry
from services.cooperatives.schemas import bodies
from services.cooperatives.tables import obligations as duties_table
from services.cooperatives.tables import vacancies as vacancies_table
from shared import contracts
from shared.i18n import gettext as _
from shared.i18n import ngettext
from shared.web.pages import FormPage, PageCall, Redirect

SHOWN = 200
KINDS = {"overdue": "late", "met": "ok", "filled": "ok", "lapsed": "muted", "closed": "muted"}


def _tag(kind: str, code: str) -> dict[str, str]:
    return {"text": words.word(kind, code), "tag": "yes", "kind": KINDS.get(code, "")}


# -- duties ------------------------------------------------------------------------------------------------------------


@pages.get(f"{ONE}/obligations", action="obligations.read", subject=registry.cooperative)
def duties_of(call: PageCall, *, cooperative_id: str) -> str:
    row = registry.cooperative(call.tx, call.actor, cooperative_id=cooperative_id)
    on = registry.today(call.tx)
    found = registry.duties_of(cooperative_id).order_by(duties_table.c.due_on).limit(SHOWN)
    owed = [registry.duty_view(one, on=on) for one in call.tx.all(found)]
    here = f"{LIST}/{cooperative_id}/obligations"
    return call.render(
        "cooperatives/tables.html",
        title=row["name"],
        record={**words.header(row), "back": words.back(call)},
        tabs=words.tabs(cooperative_id, "/obligations"),
        tables=[
            {
                "caption": _("Duties"),
                "head": [_("What"), _("By when"), _("State"), _("By what right"), _("Document"), _("Change")],
                "rows": [_duty(one, here) for one in owed],
                "empty": _("Duties begin with registration; their dates are counted from it."),
            }
        ],
        actions=[{"label": _("Add a duty"), "href": f"{here}/new"}] if row["status"] in states.IN_BUSINESS else [],
        next={"text": _("You are reminded 60, 30 and 7 days before a duty is due, and once when it is late.")},
    )


def _duty(one: Any, here: str) -> list[Any]:
    return [
        words.word("obligation", one["kind"]),
        words.day(one["due_on"]),
        _tag("obligation-status", one["status"]),
        {"text": one["source"], "lang": "pl"} if one["source"] else None,
        " · ".join(filter(None, (words.day(one["met_on"]), one["evidence"]))) or None,
        {"text": _("Record as met"), "href": f"{here}/{one['id']}/met"} if one["actions"] else None,
    ]


def _duty_form(_call: PageCall, *, cooperative_id: str) -> FormPage:
    return FormPage(
        schema=bodies.ObligationIn(),
        heading=_("Add a duty"),
        lede=_("A duty whose date stands in a contract or a decision. Those of the law are here already."),
        submit=_("Add"),
        cancel_href=f"{LIST}/{cooperative_id}/obligations",
    )


@pages.form(f"{ONE}/obligations/new", action="obligations.write", form=_duty_form, subject=registry.cooperative)
def add_duty(call: PageCall, *, cooperative_id: str) -> Redirect:
    obligations.add(call.tx, cooperative_id=cooperative_id, **call.body)
    return Redirect(f"{LIST}/{cooperative_id}/obligations", _("The duty is added."))


def _met_form(call: PageCall, *, cooperative_id: str, obligation_id: str) -> FormPage:
    duty = registry.duty(call.tx, cooperative_id=cooperative_id, obligation_id=obligation_id)
    return FormPage(
        schema=bodies.MetIn(),
        heading=_("Record a duty as met"),
        lede=f"{words.word('obligation', duty['kind'])} · {words.day(duty['due_on'])}",
        submit=_("Record as met"),
        version=duty["version"],
        cancel_href=f"{LIST}/{cooperative_id}/obligations",
    )


@pages.form(
    f"{ONE}/obligations/<id:obligation_id>/met",
    action="obligations.write",
    form=_met_form,
    subject=registry.visible_duty,
)
def meet_duty(call: PageCall, *, cooperative_id: str, obligation_id: str) -> Redirect:
    obligations.meet(call.tx, cooperative_id=cooperative_id, obligation_id=obligation_id, seen=call.seen, **call.body)
    return Redirect(f"{LIST}/{cooperative_id}/obligations", _("The duty is met."))


# -- vacancies ---------------------------------------------------------------------------------------------------------


@pages.get(f"{ONE}/vacancies", action="vacancies.read", subject=registry.cooperative)
def vacancies_of(call: PageCall, *, cooperative_id: str) -> str:
    row = registry.cooperative(call.tx, call.actor, cooperative_id=cooperative_id)
    found = registry.vacancies_of(cooperative_id).order_by(vacancies_table.c.id.desc()).limit(SHOWN)
    here = f"{LIST}/{cooperative_id}/vacancies"
    return call.render(
        "cooperatives/tables.html",
        title=row["name"],
        record={**words.header(row), "back": words.back(call)},
        tabs=words.tabs(cooperative_id, "/vacancies"),
        tables=[
            {
                "caption": _("Vacancies"),
                "head": [_("What"), _("Hours a week"), _("Languages"), _("Last day"), _("State")],
                "rows": [_vacancy(one, here) for one in call.tx.all(found)],
                "empty": _("No work is offered now."),
            }
        ],
        actions=[{"label": _("Offer work"), "href": f"{here}/new"}] if row["status"] in states.HIRING else [],
        next={"text": _("Labour offices of the county are told at once and can refer women to it.")},
    )


def _vacancy(one: Any, here: str) -> list[Any]:
    return [
        {"text": one["title"], "href": f"{here}/{one['id']}"},
        str(one["hours"]),
        words.languages(one["languages"]),
        words.day(one["closes_on"]),
        _tag("vacancy-status", one["status"]),
    ]


def _vacancy_form(call: PageCall, *, cooperative_id: str) -> FormPage:
    row = registry.cooperative(call.tx, call.actor, cooperative_id=cooperative_id)
    return FormPage(
        schema=bodies.VacancyIn(),
        heading=_("Offer work"),
        submit=_("Offer"),
        values={"teryt": row["teryt"], "positions": 1},
        choices={"teryt": words.county_choices(), "languages": words.language_choices()},
        cancel_href=f"{LIST}/{cooperative_id}/vacancies",
    )


@pages.form(f"{ONE}/vacancies/new", action="vacancies.write", form=_vacancy_form, subject=registry.cooperative)
def offer_work(call: PageCall, *, cooperative_id: str) -> Redirect:
    vacancies.open_vacancy(call.tx, cooperative_id=cooperative_id, details=call.body)
    return Redirect(f"{LIST}/{cooperative_id}/vacancies", _("The work is offered. Labour offices are told."))


@pages.get(f"{ONE}/vacancies/<id:vacancy_id>", action="vacancies.read", subject=registry.visible_vacancy)
def vacancy(call: PageCall, *, cooperative_id: str, vacancy_id: str) -> str:
    row = registry.cooperative(call.tx, call.actor, cooperative_id=cooperative_id)
    one = registry.vacancy_view(registry.vacancy(call.tx, cooperative_id=cooperative_id, vacancy_id=vacancy_id))
    here = f"{LIST}/{cooperative_id}/vacancies"
    words_of = {"fill": _("Somebody was found"), "close": _("Offer it no longer")}
    return call.render(
        "page/record.html",
        record={
            "code": one["title"],
            "status": _tag("vacancy-status", one["status"]),
            "lede": row["name"],
            "back": {"href": here, "label": _("Vacancies")},
        },
        summary=_vacancy_summary(one),
        actions=[
            {
                "label": words_of[action],
                "action": f"{here}/{vacancy_id}/{action}",
                "fields": {"version": one["version"]},
            }
            for action in one["actions"]
        ],
    )


def _vacancy_summary(one: Any) -> list[dict[str, Any]]:
    return [
        {"label": _("Hours a week"), "value": str(one["hours"])},
        {"label": _("Hours or place can be agreed"), "value": _("yes") if one["flexible"] else _("no")},
        {"label": _("How many people"), "value": ngettext("%(n)s person", "%(n)s people", one["positions"])},
        {"label": _("Languages needed"), "value": words.languages(one["languages"]) or _("any")},
        {"label": _("County of the work"), "value": contracts.county_name(one["teryt"])},
        {"label": _("Last day"), "value": words.day(one["closes_on"]) or _("until filled")},
        *([{"label": _("Why"), "value": words.word("vacancy-close-reason", one["reason"])}] if one["reason"] else []),
    ]


@pages.get("/vacancies/<id:vacancy_id>", action=None)
def open_vacancy(call: PageCall, *, vacancy_id: str) -> str:
    """As everyone sees it; who refers women finds the way to it in the directory."""
    one, row = register.vacancy(call.tx, vacancy_id=vacancy_id)
    refers = one["status"] == "open" and row["adviser_institution_id"] and "caseworker" in call.actor.all_roles
    refer = {"label": _("Refer a woman to it"), "href": f"/referrals/services/{vacancy_id}"}
    public = {"href": f"/cooperatives/register/{row['id']}", "label": row["name"]}
    return call.render(
        "cooperatives/vacancy.html",
        record={
            "code": one["title"],
            "lang": "pl",
            "status": _tag("vacancy-status", one["status"]),
            "lede": contracts.county_name(one["teryt"]),
        },
        summary=_vacancy_summary(one),
        actions=[refer] if refers else [],
        panels=[{"title": _("Who offers it"), "links": [public]}],
    )


@pages.post(
    f"{ONE}/vacancies/<id:vacancy_id>/<code:action>", action="vacancies.write", subject=registry.visible_vacancy
)
def act_on_vacancy(call: PageCall, *, cooperative_id: str, vacancy_id: str, action: str) -> Redirect:
    vacancies.act(
        call.tx, cooperative_id=cooperative_id, vacancy_id=vacancy_id, action=action, seen=call.seen, details={}
    )
    said = {"fill": _("Good news: somebody was found."), "close": _("The work is no longer offered.")}
    return Redirect(f"{LIST}/{cooperative_id}/vacancies", said[action])
