"""Founders and members: by name only where people lets the reader see it, otherwise by code."""

from typing import Any

from services.cooperatives.commands import people
from services.cooperatives.domain import people as rules
from services.cooperatives.domain import states
from services.cooperatives.pages import words
from services.cooperatives.pages.routes import LIST, ONE, pages
from services.cooperatives.queries import registry, women
from services.cooperatives.schemas import forms
from shared.errors import Invalid
from shared.i18n import gettext as _
from shared.web.pages import FormPage, PageCall, Redirect

SHOWN = 200


@pages.get(f"{ONE}/people", action="founders.read", subject=registry.cooperative)
def people_of(call: PageCall, *, cooperative_id: str) -> str:
    row = registry.cooperative(call.tx, call.actor, cooperative_id=cooperative_id)
    there = {kind: _people(call, kind, cooperative_id) for kind in ("founders", "members")}
    called = _called(call, [one for group in there.values() for one in group])
    return call.render(
        "cooperatives/tables.html",
        title=row["name"],
        record={**words.header(row), "back": words.back(call)},
        tabs=words.tabs(cooperative_id, "/people"),
        tables=[
            {
                "caption": _("Founders"),
                "head": _head(),
                "rows": [_row(row, "founders", one, called) for one in there["founders"]],
                "empty": _("Nobody founds it yet."),
            },
            {
                "caption": _("Members"),
                "head": _head(),
                "rows": [_row(row, "members", one, called) for one in there["members"]],
                "empty": _("There are members from registration on: the founders become the first ones."),
            },
        ],
        actions=_actions(row),
        panels=[_alarms(call, row)] if registry.alarms_of(call.tx, row) else [],
    )


def _people(call: PageCall, kind: str, cooperative_id: str) -> Any:
    table = registry.PEOPLE[kind]
    return call.tx.all(registry.people_of(kind, cooperative_id).order_by(table.c.id).limit(SHOWN))


def _called(call: PageCall, there: list[Any]) -> dict[str, str]:
    """Names where they may be seen, else codes."""
    ids = list(dict.fromkeys(one["participant_id"] for one in there if one["participant_id"]))
    codes = women.codes(call.tx, ids)
    return {**codes, **call.runtime.identity.cards(ids, token=call.token, purpose="cooperative")}


def _head() -> list[str]:
    return [_("Who"), _("As what"), _("Ground"), _("Since"), _("Until"), _("Change")]


def _row(row: Any, kind: str, one: Any, called: dict[str, str]) -> list[Any]:
    woman = one["participant_id"]
    name = called.get(woman) if woman else None
    stays = _may_leave(row, kind) and not one["left_on"]
    leave = f"{LIST}/{row['id']}/{kind}/{one['id']}/leave"
    return [
        name or words.word("founder-kind", one["kind"]),
        words.word("cooperative-role", one["role"]),
        words.word("ground", one["ground"]) if one["ground"] else None,
        words.day(one["joined_on"]),
        words.day(one["left_on"]),
        {"text": _("Leaves"), "href": leave} if stays else None,
    ]


def _may_leave(row: Any, kind: str) -> bool:
    return row["status"] in (states.FORMING if kind == "founders" else states.IN_BUSINESS)


def _actions(row: Any) -> list[dict[str, str]]:
    here = f"{LIST}/{row['id']}"
    if row["status"] in states.FORMING:
        return [{"label": _("Add a founder"), "href": f"{here}/founders/new"}]
    if row["status"] in states.IN_BUSINESS:
        return [{"label": _("Add a member"), "href": f"{here}/members/new"}]
    return []


def _alarms(call: PageCall, row: Any) -> dict[str, str]:
    said = " ".join(words.word("cooperative-alarm", one) for one in registry.alarms_of(call.tx, row))
    return {"title": _("Close to a limit"), "text": said}


# -- joining -----------------------------------------------------------------------------------------------------------


def _person_form(call: PageCall, cooperative_id: str, *, heading: str, role: str) -> FormPage:
    waiting = call.tx.all(women.tasks(call.actor).limit(100))
    ids = [one["participant_id"] for one in waiting]
    codes = women.codes(call.tx, ids)
    names = call.runtime.identity.cards(ids, token=call.token, purpose="cooperative")
    hers = [(one, " · ".join(filter(None, (names.get(one), codes.get(one)))) or one[-8:]) for one in ids]
    others = [(kind, words.word("founder-kind", kind)) for kind in forms.KINDS]
    return FormPage(
        schema=forms.PersonForm(),
        heading=heading,
        lede=_("Women of the programme are listed when they have chosen the cooperative way."),
        submit=_("Add"),
        values={"role": role},
        choices={"who": [*hers, *others]},
        cancel_href=f"{LIST}/{cooperative_id}/people",
    )


def _details(call: PageCall) -> dict[str, Any]:
    """The form as the API's body; someone outside the programme gets an id that says nothing."""
    body = dict(call.body)
    who = body.pop("who")
    if who in forms.KINDS:
        return {**body, "participant_id": None, "person_id": call.tx.new_id(), "kind": who}
    if not women.is_known(call.tx, call.actor, who):
        raise Invalid.at("/who", _("There is no such participant."))
    return {**body, "participant_id": who, "person_id": None, "kind": rules.PARTICIPANT}


def _founder_form(call: PageCall, *, cooperative_id: str) -> FormPage:
    return _person_form(call, cooperative_id, heading=_("Add a founder"), role="founder")


@pages.form(f"{ONE}/founders/new", action="founders.write", form=_founder_form, subject=registry.cooperative)
def add_founder(call: PageCall, *, cooperative_id: str) -> Redirect:
    people.add_founder(call.tx, cooperative_id=cooperative_id, details=_details(call))
    return Redirect(f"{LIST}/{cooperative_id}/people", _("The founder is added."))


def _member_form(call: PageCall, *, cooperative_id: str) -> FormPage:
    return _person_form(call, cooperative_id, heading=_("Add a member"), role="member")


@pages.form(f"{ONE}/members/new", action="members.write", form=_member_form, subject=registry.cooperative)
def add_member(call: PageCall, *, cooperative_id: str) -> Redirect:
    people.add_member(call.tx, cooperative_id=cooperative_id, details=_details(call))
    return Redirect(f"{LIST}/{cooperative_id}/people", _("The member is added."))


# -- leaving -----------------------------------------------------------------------------------------------------------


def _leave_form(_call: PageCall, *, cooperative_id: str, person_id: str) -> FormPage:
    return FormPage(
        schema=forms.LeaveForm(),
        heading=_("Leaves the cooperative"),
        lede=_("The dates stay in the record; nobody is deleted."),
        submit=_("Record that she leaves"),
        cancel_href=f"{LIST}/{cooperative_id}/people",
        warning=True,
        context={"person_id": person_id},
    )


@pages.form(
    f"{ONE}/founders/<id:person_id>/leave",
    action="founders.write",
    form=_leave_form,
    subject=registry.visible_founder,
)
def founder_leaves(call: PageCall, *, cooperative_id: str, person_id: str) -> Redirect:
    people.founder_leaves(call.tx, cooperative_id=cooperative_id, person=person_id, **call.body)
    return Redirect(f"{LIST}/{cooperative_id}/people", _("Recorded."))


@pages.form(
    f"{ONE}/members/<id:person_id>/leave",
    action="members.write",
    form=_leave_form,
    subject=registry.visible_member,
)
def member_leaves(call: PageCall, *, cooperative_id: str, person_id: str) -> Redirect:
    people.member_leaves(call.tx, cooperative_id=cooperative_id, person=person_id, **call.body)
    return Redirect(f"{LIST}/{cooperative_id}/people", _("Recorded."))
