"""The adviser's task after a woman has chosen the cooperative way: found a group with her, or let her join one."""

from typing import Any

from services.cooperatives.commands import founding
from services.cooperatives.pages import words
from services.cooperatives.pages.routes import LIST, pages
from services.cooperatives.queries import registry, women
from services.cooperatives.schemas import forms
from services.cooperatives.tables import path_copies
from shared import contracts
from shared.i18n import format_date
from shared.i18n import gettext as _
from shared.web.pages import FormPage, PageCall, Redirect

TASKS = "/cooperatives/founding"


@pages.get("/founding", action="founding.list")
def tasks(call: PageCall) -> str:
    """A queue: who waits, since when, and the two ways on."""
    waiting = call.tx.all(women.tasks(call.actor).order_by(path_copies.c.since).limit(100))
    called = _called(call, waiting)
    joinable = bool(registry.joinable(call.tx, call.actor))
    return call.render(
        "cooperatives/founding.html",
        title=_("Found or join"),
        back={"href": LIST, "label": _("Cooperatives")},
        heading=_("Found or join"),
        lede=_(
            "These women have chosen the social cooperative. A group is founded by several women, not one for each."
        ),
        groups=[{"title": _("Waiting for a group"), "items": [_item(one, called, joinable) for one in waiting]}],
        empty={
            "text": _("Nobody waits for a group. Who chooses the cooperative way appears here by herself."),
            "action": {"label": _("Cooperatives"), "href": LIST},
        },
    )


def _called(call: PageCall, waiting: Any) -> dict[str, str]:
    ids = [one["participant_id"] for one in waiting]
    names = call.runtime.identity.cards(ids, token=call.token, purpose="cooperative")
    codes = women.codes(call.tx, ids)
    return {one: " · ".join(filter(None, (names.get(one), codes.get(one)))) or one[-8:] for one in ids}


def _item(one: Any, called: dict[str, str], joinable: bool) -> dict[str, Any]:
    here = f"{TASKS}/{one['id']}"
    place = contracts.county_name(one["teryt"]) if one["teryt"] else None
    join = {"label": _("Add her to a group"), "href": f"{here}/join"}
    return {
        "title": called[one["participant_id"]],
        "href": f"/programmes/paths/{one['id']}",
        "tags": [words.word("language", language) for language in one["languages"]] + ([place] if place else []),
        "since": _("since %(day)s", day=format_date(one["since"])),
        "actions": [*([join] if joinable else []), {"label": _("Found a new group"), "href": f"{here}/found"}],
    }


def _found_form(call: PageCall, *, path_id: str) -> FormPage:
    task = women.task(call.tx, call.actor, path_id=path_id)
    return FormPage(
        schema=forms.FoundForm(),
        heading=_("Found a new group"),
        lede=_("She becomes its first founder."),
        submit=_("Open the group"),
        values={"teryt": task["teryt"] or ""},
        choices={"teryt": words.county_choices()},
        cancel_href=TASKS,
    )


@pages.form("/founding/<id:path_id>/found", action="founding.act", form=_found_form, subject=women.task)
def found(call: PageCall, *, path_id: str) -> Redirect:
    made = founding.found(call.tx, path_id=path_id, details=call.body)
    return Redirect(f"{LIST}/{made['id']}", _("The group is open and she is its first founder."))


def _join_form(call: PageCall, *, path_id: str) -> FormPage:
    women.task(call.tx, call.actor, path_id=path_id)
    groups = registry.joinable(call.tx, call.actor)
    return FormPage(
        schema=forms.JoinForm(),
        heading=_("Add her to a group"),
        lede=_("Groups that your institution accompanies and that are not registered yet."),
        submit=_("Add"),
        choices={"cooperative_id": [(one["id"], _group(one)) for one in groups]},
        cancel_href=TASKS,
    )


def _group(one: Any) -> str:
    stands = words.word("cooperative-status", one["status"])
    return f"{one['name']} · {contracts.county_name(one['teryt'])} · {stands}"


@pages.form("/founding/<id:path_id>/join", action="founding.act", form=_join_form, subject=women.task)
def join(call: PageCall, *, path_id: str) -> Redirect:
    founding.join(call.tx, path_id=path_id, cooperative_id=call.body["cooperative_id"])
    return Redirect(f"{LIST}/{call.body['cooperative_id']}/people", _("She is a founder of this group now."))
