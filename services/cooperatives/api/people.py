"""Founders and members, and women who wait to become one."""

from typing import Any

from services.cooperatives.api.routes import ONE, View, api, page
from services.cooperatives.commands import founding, people
from services.cooperatives.queries import registry as kept
from services.cooperatives.queries import women
from services.cooperatives.schemas import bodies, resources
from services.cooperatives.tables import founders, members, path_copies
from shared import paging
from shared.errors import Invalid
from shared.i18n import gettext as _
from shared.web.api import Call, ListQuery

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
    return page(call, kept.people_of("founders", cooperative_id), founders.c.id)


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
    return people.founder_leaves(call.tx, cooperative_id=cooperative_id, person=person_id, seen=call.seen, **call.body)


@api.get(
    f"{ONE}/members",
    action="members.read",
    query=ListQuery,
    returns=resources.PersonOut,
    subject=kept.cooperative,
)
def list_members(call: Call, *, cooperative_id: str) -> paging.Page:
    """Ids, roles and dates; names are in people"""
    return page(call, kept.people_of("members", cooperative_id), members.c.id)


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
    return people.member_leaves(call.tx, cooperative_id=cooperative_id, person=person_id, seen=call.seen, **call.body)


# -- founding ----------------------------------------------------------------------------------------------------------


@api.get("/founding", action="founding.list", query=ListQuery, returns=resources.TaskOut)
def list_tasks(call: Call) -> paging.Page:
    """Women who chose a cooperative and belong to none yet; the id is their path's"""
    return page(call, women.tasks(call.actor), path_copies.c.id)


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
