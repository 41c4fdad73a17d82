"""Duties and vacancies."""

from services.cooperatives.api.routes import ONE, View, api, page
from services.cooperatives.commands import obligations, vacancies
from services.cooperatives.queries import registry as kept
from services.cooperatives.schemas import bodies, resources
from services.cooperatives.tables import obligations as obligations_table
from services.cooperatives.tables import vacancies as vacancies_table
from shared import paging
from shared.web.api import Call, ListQuery

# -- obligations -------------------------------------------------------------------------------------------------------


@api.get(
    f"{ONE}/obligations",
    action="obligations.read",
    query=ListQuery,
    returns=resources.ObligationOut,
    subject=kept.cooperative,
)
def list_obligations(call: Call, *, cooperative_id: str) -> paging.Page:
    """What is due by when, and what was met"""
    on = kept.today(call.tx)
    found = page(call, kept.duties_of(cooperative_id), obligations_table.c.id)
    return found.map(lambda row: kept.duty_view(row, on=on))


@api.post(
    f"{ONE}/obligations",
    action="obligations.write",
    body=bodies.ObligationIn,
    returns=resources.ObligationOut,
    subject=kept.cooperative,
    creates=True,
)
def add_obligation(call: Call, *, cooperative_id: str) -> View:
    """A duty whose date stands in a contract or a decision"""
    added = obligations.add(call.tx, cooperative_id=cooperative_id, **call.body)
    return kept.duty_view(added, on=kept.today(call.tx))


@api.post(
    f"{ONE}/obligations/<id:obligation_id>/actions/met",
    action="obligations.write",
    body=bodies.MetIn,
    returns=resources.ObligationOut,
    subject=kept.visible_duty,
)
def meet_obligation(call: Call, *, cooperative_id: str, obligation_id: str) -> View:
    """It was met, with evidence"""
    met = obligations.meet(
        call.tx, cooperative_id=cooperative_id, obligation_id=obligation_id, seen=call.seen, **call.body
    )
    return kept.duty_view(met, on=kept.today(call.tx))


# -- vacancies ---------------------------------------------------------------------------------------------------------


@api.get(
    f"{ONE}/vacancies",
    action="vacancies.read",
    query=ListQuery,
    returns=resources.VacancyOut,
    subject=kept.cooperative,
)
def list_vacancies(call: Call, *, cooperative_id: str) -> paging.Page:
    """Open ones and those that ended"""
    return page(call, kept.vacancies_of(cooperative_id), vacancies_table.c.id).map(kept.vacancy_view)


@api.post(
    f"{ONE}/vacancies",
    action="vacancies.write",
    body=bodies.VacancyIn,
    returns=resources.VacancyOut,
    subject=kept.cooperative,
    creates=True,
)
def open_vacancy(call: Call, *, cooperative_id: str) -> View:
    """Work for somebody; labour offices are told"""
    return kept.vacancy_view(vacancies.open_vacancy(call.tx, cooperative_id=cooperative_id, details=call.body))


@api.post(
    f"{ONE}/vacancies/<id:vacancy_id>/actions/<code:action>",
    action="vacancies.write",
    body=bodies.VacancyActionIn,
    returns=resources.VacancyOut,
    subject=kept.visible_vacancy,
)
def act_on_vacancy(call: Call, *, cooperative_id: str, vacancy_id: str, action: str) -> View:
    """fill or close"""
    ended = vacancies.act(
        call.tx,
        cooperative_id=cooperative_id,
        vacancy_id=vacancy_id,
        action=action,
        seen=call.seen,
        details=call.body,
    )
    return kept.vacancy_view(ended)
