"""Cooperatives and their states."""

from typing import Any

from services.cooperatives.api.routes import ONE, View, api, page
from services.cooperatives.commands import checklist, registry, transitions
from services.cooperatives.queries import registry as kept
from services.cooperatives.schemas import bodies, resources
from services.cooperatives.tables import cooperatives
from shared import paging
from shared.web.api import Call

# -- cooperatives ------------------------------------------------------------------------------------------------------


@api.get("/cooperatives", action="cooperatives.list", query=bodies.CooperativeQuery, returns=resources.CooperativeOut)
def list_cooperatives(call: Call) -> paging.Page:
    """Those that the caller accompanies or represents; all of them for coordinators"""
    wanted = {name: call.query[name] for name in ("status", "teryt", "q")}
    found = page(call, kept.listed(call.actor, **wanted), cooperatives.c.id)
    return paging.Page(kept.views(call.tx, found.items), found.next)


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
    marked = checklist.mark(call.tx, cooperative_id=cooperative_id, item=item, seen=call.seen, **call.body)
    return kept.view(call.tx, marked)


@api.delete(
    f"{ONE}/checklist/<code:item>",
    action="checklist.write",
    returns=resources.CooperativeOut,
    subject=kept.cooperative,
)
def mark_undone(call: Call, *, cooperative_id: str, item: str) -> View:
    """An item is not done after all"""
    return kept.view(call.tx, checklist.unmark(call.tx, cooperative_id=cooperative_id, item=item, seen=call.seen))
