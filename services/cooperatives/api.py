"""JSON routes: parse, one command or query, dump."""

from collections.abc import Mapping
from typing import Any

from services.cooperatives.commands import checklist, founding, obligations, people, registry, transitions, vacancies
from services.cooperatives.queries import register, women
from services.cooperatives.queries import registry as kept
from services.cooperatives.schemas import bodies, resources
from services.cooperatives.tables import cooperatives, founders, members, path_copies
from services.cooperatives.tables import obligations as obligations_table
from services.cooperatives.tables import vacancies as vacancies_table
from shared import paging
from shared.errors import Invalid
from shared.i18n import gettext as _
from shared.web.api import Api, Call, ListQuery

api = Api("cooperatives")
View = Mapping[Any, Any]
ONE = "/cooperatives/<id:cooperative_id>"


def _page(call: Call, found: Any, column: Any) -> paging.Page:
    return paging.page(call.tx, found, by=column, limit=call.query["limit"], cursor=call.query["cursor"])


# -- cooperatives ------------------------------------------------------------------------------------------------------


@api.get("/cooperatives", action="cooperatives.list", query=bodies.CooperativeQuery, returns=resources.CooperativeOut)
def list_cooperatives(call: Call) -> paging.Page:
    """Those that the caller accompanies or represents; all of them for coordinators"""
    wanted = {name: call.query[name] for name in ("status", "teryt", "q")}
    page = _page(call, kept.listed(call.actor, **wanted), cooperatives.c.id)
    return paging.Page(kept.views(call.tx, page.items), page.next)


@api.post(
    "/cooperatives",
    action="cooperatives.create",
    body=bodies.CooperativeIn,
    returns=resources.CooperativeOut,
    creates=True,
)
def open_cooperative(call: Call) -> View:
    """A new initiative group"""
    return kept.view(call.tx, registry.open_cooperative(call.tx, **call.body))


@api.get(ONE, action="cooperatives.read", returns=resources.CooperativeOut, subject=kept.cooperative)
def read_cooperative(call: Call, *, cooperative_id: str) -> View:
    """One cooperative with what can be done now"""
    return kept.view(call.tx, kept.cooperative(call.tx, call.actor, cooperative_id=cooperative_id))


@api.put(
    ONE,
    action="cooperatives.change",
    body=bodies.DetailsIn,
    returns=resources.CooperativeOut,
    subject=kept.cooperative,
)
def change_details(call: Call, *, cooperative_id: str) -> View:
    """All details anew: what is left out is empty from now on"""
    saved = registry.change_details(call.tx, cooperative_id=cooperative_id, seen=call.seen, details=call.body)
    return kept.view(call.tx, saved)


@api.put(
    f"{ONE}/accounts",
    action="cooperatives.entrust",
    body=bodies.EntrustIn,
    returns=resources.CooperativeOut,
    subject=kept.cooperative,
)
def entrust(call: Call, *, cooperative_id: str) -> View:
    """Who accompanies it and which accounts act for it"""
    saved = registry.entrust(call.tx, cooperative_id=cooperative_id, seen=call.seen, **call.body)
    return kept.view(call.tx, saved)


@api.post(
    f"{ONE}/actions/remove",
    action="cooperatives.remove",
    body=bodies.RemoveIn,
    returns=None,
    subject=kept.cooperative,
)
def remove(call: Call, *, cooperative_id: str) -> None:
    """Take a mistaken or double record out of the registry"""
    registry.remove(call.tx, cooperative_id=cooperative_id, seen=call.seen, **call.body)


# -- states ------------------------------------------------------------------------------------------------------------


@api.get(
    f"{ONE}/transitions",
    action="cooperatives.read",
    returns=resources.TransitionOut,
    subject=kept.cooperative,
    many=True,
)
def list_transitions(call: Call, *, cooperative_id: str) -> Any:
    """The history on both axes, corrected lines included"""
    return kept.history(call.tx, cooperative_id)


@api.post(
    f"{ONE}/transitions",
    action="cooperatives.move",
    body=bodies.TransitionIn,
    returns=resources.CooperativeOut,
    subject=kept.cooperative,
)
def change_status(call: Call, *, cooperative_id: str) -> View:
    """To another state; the possible ones are the resource's `actions`"""
    details = {name: value for name, value in call.body.items() if name != "to"}
    saved = transitions.change_status(
        call.tx, cooperative_id=cooperative_id, to=call.body["to"], seen=call.seen, details=details
    )
    return kept.view(call.tx, saved)


@api.post(
    f"{ONE}/social-enterprise",
    action="cooperatives.move",
    body=bodies.SocialTransitionIn,
    returns=resources.CooperativeOut,
    subject=kept.cooperative,
)
def change_social_status(call: Call, *, cooperative_id: str) -> View:
    """The second axis; the possible ones are `social_enterprise_actions`"""
    saved = transitions.change_social_status(
        call.tx, cooperative_id=cooperative_id, to=call.body["to"], seen=call.seen, details=call.body
    )
    return kept.view(call.tx, saved)


@api.post(
    f"{ONE}/transitions/<id:transition_id>/corrections",
    action="cooperatives.correct",
    body=bodies.CorrectionIn,
    returns=resources.CooperativeOut,
    subject=kept.visible_transition,
)
def correct(call: Call, *, cooperative_id: str, transition_id: str) -> View:
    """A new version of a line of the history; the old one stays"""
    saved = transitions.correct(
        call.tx, cooperative_id=cooperative_id, transition_id=transition_id, seen=call.seen, details=call.body
    )
    return kept.view(call.tx, saved)


@api.get(
    f"{ONE}/checklist",
    action="cooperatives.read",
    returns=resources.ChecklistOut,
    subject=kept.cooperative,
    many=True,
)
def read_checklist(call: Call, *, cooperative_id: str) -> Any:
    """What should be done in the present state"""
    return kept.checklist_of(call.tx, kept.cooperative(call.tx, call.actor, cooperative_id=cooperative_id))


@api.put(
    f"{ONE}/checklist/<code:item>",
    action="checklist.write",
    body=bodies.ChecklistIn,
    returns=resources.CooperativeOut,
    subject=kept.cooperative,
)
def mark_done(call: Call, *, cooperative_id: str, item: str) -> View:
    """An item is done, on which day and by which document"""
    return kept.view(call.tx, checklist.mark(call.tx, cooperative_id=cooperative_id, item=item, **call.body))


@api.delete(
    f"{ONE}/checklist/<code:item>",
    action="checklist.write",
    returns=resources.CooperativeOut,
    subject=kept.cooperative,
)
def mark_undone(call: Call, *, cooperative_id: str, item: str) -> View:
    """An item is not done after all"""
    return kept.view(call.tx, checklist.unmark(call.tx, cooperative_id=cooperative_id, item=item))


# -- people ------------------------------------------------------------------------------------------------------------


def known(call: Call) -> dict[str, Any]:
    """The body, once it is sure that the woman exists for this caller. Raises Invalid, and Unavailable."""
    woman = call.body["participant_id"]
    here = not woman or women.is_known(call.tx, call.actor, woman)
    if not here and (women.is_erased(call.tx, woman) or not call.runtime.identity.knows(woman, token=call.token)):
        raise Invalid.at("/participant_id", _("There is no such participant."))
    return call.body


@api.get(
    f"{ONE}/founders",
    action="founders.read",
    query=ListQuery,
    returns=resources.PersonOut,
    subject=kept.cooperative,
)
def list_founders(call: Call, *, cooperative_id: str) -> paging.Page:
    """Ids, roles and dates; names are in people"""
    return _page(call, kept.people_of("founders", cooperative_id), founders.c.id)


@api.post(
    f"{ONE}/founders",
    action="founders.write",
    body=bodies.FounderIn,
    returns=resources.PersonOut,
    subject=kept.cooperative,
    creates=True,
)
def add_founder(call: Call, *, cooperative_id: str) -> View:
    """A founder joins, before registration"""
    return people.add_founder(call.tx, cooperative_id=cooperative_id, seen=call.seen, details=known(call))


@api.post(
    f"{ONE}/founders/<id:person_id>/actions/leave",
    action="founders.write",
    body=bodies.LeaveIn,
    returns=resources.PersonOut,
    subject=kept.visible_founder,
)
def founder_leaves(call: Call, *, cooperative_id: str, person_id: str) -> View:
    return people.founder_leaves(call.tx, cooperative_id=cooperative_id, person=person_id, **call.body)


@api.get(
    f"{ONE}/members",
    action="members.read",
    query=ListQuery,
    returns=resources.PersonOut,
    subject=kept.cooperative,
)
def list_members(call: Call, *, cooperative_id: str) -> paging.Page:
    """Ids, roles and dates; names are in people"""
    return _page(call, kept.people_of("members", cooperative_id), members.c.id)


@api.post(
    f"{ONE}/members",
    action="members.write",
    body=bodies.MemberIn,
    returns=resources.PersonOut,
    subject=kept.cooperative,
    creates=True,
)
def add_member(call: Call, *, cooperative_id: str) -> View:
    """A member joins, from registration on"""
    return people.add_member(call.tx, cooperative_id=cooperative_id, seen=call.seen, details=known(call))


@api.post(
    f"{ONE}/members/<id:person_id>/actions/leave",
    action="members.write",
    body=bodies.LeaveIn,
    returns=resources.PersonOut,
    subject=kept.visible_member,
)
def member_leaves(call: Call, *, cooperative_id: str, person_id: str) -> View:
    return people.member_leaves(call.tx, cooperative_id=cooperative_id, person=person_id, **call.body)


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
    page = _page(call, kept.duties_of(cooperative_id), obligations_table.c.id)
    return page.map(lambda row: kept.duty_view(row, on=on))


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
    return _page(call, kept.vacancies_of(cooperative_id), vacancies_table.c.id).map(kept.vacancy_view)


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


# -- founding ----------------------------------------------------------------------------------------------------------


@api.get("/founding", action="founding.list", query=ListQuery, returns=resources.TaskOut)
def list_tasks(call: Call) -> paging.Page:
    """Women who chose a cooperative and belong to none yet; the id is their path's"""
    return _page(call, women.tasks(call.actor), path_copies.c.id)


@api.post(
    "/founding/<id:path_id>/found",
    action="founding.act",
    body=bodies.Named,
    returns=resources.CooperativeOut,
    subject=women.task,
)
def found(call: Call, *, path_id: str) -> View:
    """A new group with her as its first founder"""
    return kept.view(call.tx, founding.found(call.tx, path_id=path_id, details=call.body))


@api.post(
    "/founding/<id:path_id>/join",
    action="founding.act",
    body=bodies.JoinIn,
    returns=resources.PersonOut,
    subject=women.task,
)
def join(call: Call, *, path_id: str) -> View:
    """She joins a group of the same institution"""
    return founding.join(call.tx, path_id=path_id, **call.body)


# -- the open register, for everyone -----------------------------------------------------------------------------------


@api.get("/register", action=None, query=bodies.CooperativeQuery, returns=resources.RegisterOut)
def open_register(call: Call) -> View:
    """Every cooperative, without any person; also as /register.csv and /register.geojson"""
    wanted = {name: call.query[name] for name in ("status", "teryt", "q")}
    page = _page(call, register.entries(**wanted), cooperatives.c.id)
    items = [register.entry(row) for row in page.items]
    return {"items": items, "next": page.next, "licence": register.LICENCE, "generated_at": call.tx.now}


@api.get("/register/<id:key>", action=None, returns=resources.EntryWithHistoryOut)
def register_entry(call: Call, *, key: str) -> View:
    """One by KRS number or id, with its history"""
    return register.one(call.tx, key=key)


@api.get("/changes", action=None, query=bodies.FeedQuery, returns=resources.FeedOut)
def changes(call: Call) -> View:
    """What changed after a sequence, each field before and after; kept for ever"""
    rows, following = register.feed(call.tx, after=call.query["after"], limit=call.query["limit"])
    return {"items": rows, "next": following, "licence": register.LICENCE}
