"""A button or a page for every action on a referral, from the same table of bodies as the API's routes."""

from collections.abc import Callable, Mapping
from typing import Any

from services.referrals.commands import referrals as commands
from services.referrals.domain import Row
from services.referrals.pages import words
from services.referrals.pages.doors import pages
from services.referrals.pages.referrals import KINDS, LABELS, LIST, TOLD
from services.referrals.queries import directory
from services.referrals.queries import referrals as queries
from services.referrals.schemas.referrals import ACTION_BODIES
from services.referrals.tables import services
from shared.i18n import gettext as _
from shared.i18n import lazy
from shared.web.forms import Choices
from shared.web.pages import FormPage, PageCall, Redirect

MOST_CHOICES = 40

LEDES: Mapping[str, lazy] = {
    "reject": lazy("The sender is told at once. She looks for something else for the woman."),
    "ask": lazy("Your deadline stands still until the sender has answered."),
    "answer": lazy("The recipient's deadline begins anew with your answer."),
    "redirect": lazy("The sender gets a draft for this service and asks the woman before sending it."),
    "cancel": lazy("The recipient no longer sees anything of her."),
    "fail": lazy("The sender is told; before anything has begun, the coordinator too."),
    "mark-entered-in-error": lazy("Nobody acts on it any more. This cannot be undone."),
}


def _form_of(action: str) -> Callable[..., FormPage]:
    def form(call: PageCall, *, referral_id: str) -> FormPage:
        row = queries.referral(call.tx, call.actor, referral_id)
        return FormPage(
            schema=ACTION_BODIES[action](),
            heading=str(LABELS[action]),
            submit=str(LABELS[action]),
            lede=_lede(call, row, action),
            choices=_choices(call, row) if action == "redirect" else {},
            version=row["version"],
            cancel_href=f"{LIST}/{referral_id}",
            warning=action in KINDS,
            context={"title": f"{LABELS[action]} · {row['code']}"},
        )

    return form


def _choices(call: PageCall, row: Row) -> Choices:
    """Services that the original sender may refer to, other than this one."""
    covered = directory.covered_for(row["sender_id"], today=queries.today(call.tx))
    found = directory.search(call.actor).where(covered, services.c.id != row["service_id"])
    return {"service_id": [words.service_option(one) for one in call.tx.all(found.limit(MOST_CHOICES))]}


def _lede(call: PageCall, row: Row, action: str) -> str:
    """What follows from the action. Who answers should not have to remember what was asked."""
    said = str(LEDES.get(action, ""))
    if action != "answer":
        return said
    asked = [one.get("text", "") for one in queries.told(call.tx, call.actor, row) if one["action"] == "ask"]
    return " ".join([_("The question: %(question)s", question=asked[-1]), said]) if asked else said


def _perform(action: str) -> Callable[..., Redirect]:
    def act(call: PageCall, *, referral_id: str) -> Redirect:
        row = commands.act(call.tx, referral_id, action=action, details=call.body, seen=call.seen)
        goes_on = action == "reopen" and row["replaced_by"]
        return Redirect(f"{LIST}/{row['replaced_by'] if goes_on else referral_id}", str(TOLD[action]))

    act.__name__ = action.replace("-", "_")
    return act


def _every_action() -> None:
    for action, body in ACTION_BODIES.items():
        path = f"/referrals/<id:referral_id>/actions/{action}"
        options: dict[str, Any] = {"action": "referrals.act", "subject": queries.visible}
        if body().fields:
            pages.form(path, form=_form_of(action), **options)(_perform(action))
        else:
            pages.post(path, **options)(_perform(action))


_every_action()
