"""An operator's page of each service: is it moving, what waits, what is parked and what to do about it. No person."""

from typing import Any

from marshmallow import fields

from shared import contracts, gauges, leases, parking
from shared.actor import Actor
from shared.database import Transaction
from shared.i18n import gettext as _
from shared.i18n import lazy, term
from shared.policy import ANY, Policy
from shared.service import PARTS, Service
from shared.web.fields import Body, Text
from shared.web.pages import FormPage, PageCall, Pages, Redirect

READ, DECIDE = "system.read", "system.decide"
POLICY: Policy = {READ: {"operator": ANY}, DECIDE: {"operator": ANY}}
"""Part of every service's policy."""


class DiscardIn(Body):
    reason: fields.Field[Any] = Text(
        required=True, longest=500, metadata={"label": lazy("Why it can be done without"), "kind": "textarea"}
    )


TERMS = {
    "part": PARTS, "part-state": ("ok", "event-log-away"), "parked-state": ("waiting", "behind", "dead", "discarded"),
}  # fmt: skip


def pages(service: Service) -> Pages:
    made = Pages(service.name)

    @made.get("/system", action=READ)
    def system(call: PageCall) -> str:
        return call.render("page/system.html", **state(call, service))

    @made.get("/system/parked/<id:parked_id>", action=READ, subject=_parked)
    def parked_event(call: PageCall, *, parked_id: str) -> str:
        return call.render("page/parked.html", event=parking.one(call.tx, parked_id), service=service.name)

    @made.post("/system/parked/<id:parked_id>/retry", action=DECIDE, subject=_parked)
    def retry(call: PageCall, *, parked_id: str) -> Redirect:
        parking.retry(call.tx, parked_id)
        return Redirect(f"/{service.name}/system", _("The event is tried again."))

    @made.form("/system/parked/<id:parked_id>/discard", action=DECIDE, subject=_parked, form=_discard_form)
    def discard(call: PageCall, *, parked_id: str) -> Redirect:
        consumer = f"splot.{service.name}"
        parking.discard(call.tx, parked_id, reason=call.body["reason"], consumer=consumer)
        return Redirect(f"/{service.name}/system", _("The event is discarded; the reason is kept."))

    return made


def _parked(tx: Transaction, _actor: Actor, *, parked_id: str) -> None:
    parking.one(tx, parked_id)


def _discard_form(call: PageCall, *, parked_id: str) -> FormPage:
    parking.one(call.tx, parked_id)
    return FormPage(
        schema=DiscardIn(),
        heading=_("Discard this event"),
        submit=_("Discard"),
        lede=_("The service goes on as if it had not happened. This cannot be undone."),
        cancel_href=f"/{call.runtime.service.name}/system",
        warning=True,
    )


def state(call: PageCall, service: Service) -> dict[str, Any]:
    """Ages in seconds; counts of what waits and is parked."""
    pending, oldest = gauges.outbox_state(call.tx)
    counts, _since = gauges.parked_state(call.tx)
    beats = leases.last_beats(call.runtime.engine)
    return {
        "service": service.name,
        "pending": pending,
        "outbox_age": (call.tx.now - oldest).total_seconds() if oldest else 0,
        "parts": [
            {"name": term("part", part), "age": (call.tx.now - at).total_seconds(), "state": term("part-state", word)}
            for part, (at, word) in sorted(beats.items())
        ],
        "lag": leases.lag(call.runtime.engine),
        "counts": {state: counts.get(state, 0) for state in gauges.STATES},
        "parked": parking.listed(call.tx),
        "services": contracts.services(),
    }
