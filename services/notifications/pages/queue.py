"""The work queue: what waits for me, the most pressing first, and the one thing to do about each."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from services.notifications.commands import items as commands
from services.notifications.domain import addresses
from services.notifications.domain.kinds import KINDS, Group, group_of, href, is_full_day
from services.notifications.queries import deliveries, inbox, panels, wording
from services.notifications.queries.wording import Names
from services.notifications.tables import Row
from shared.actor import Actor
from shared.dates import local, working_days_between
from shared.i18n import format_date, format_instant, lazy, ngettext
from shared.i18n import gettext as _
from shared.web.pages import PageCall, Pages, Redirect

pages = Pages("notifications")
QUEUE = "/notifications/"

LABELS: Mapping[str, lazy] = {
    "referral-requested": lazy("Answer"),
    "referral-answered": lazy("Decide"),
    "referral-rejected": lazy("Choose another"),
    "referral-failed": lazy("Choose another"),
    "referral-question": lazy("Answer"),
    "referral-redirected": lazy("Look and send"),
    "referral-overdue": lazy("Open"),
    "service-full": lazy("Change places"),
    "agreement-ending": lazy("Open"),
    "cooperative-chosen": lazy("Found or join"),
    "match-proposed": lazy("Answer"),
    "match-accepted": lazy("Record her answer"),
    "match-found": lazy("Answer"),
    "obligation-due": lazy("Open"),
    "obligation-overdue": lazy("Open"),
    "vacancy-opened": lazy("View"),
}
"""What there is to do; kinds that are not here only tell, and a click finishes them."""
WAYS: Mapping[str, str] = {"cooperative-chosen": "/cooperatives/founding"}
"""Where it is done, where that is not on the record itself."""
SEND_ELSEWHERE = lazy("Send elsewhere")
QUIET = ("vacancy-opened", "agreement-ending", "service-full")
"""Kinds with something to look at rather than to do."""

EMPTY: Mapping[str, tuple[lazy, lazy, str]] = {
    "caseworker": (
        lazy("Look for a service with free places and send a referral."), lazy("Find a service"), "/referrals/services",
    ),
    "intake": (lazy("Look after what is planned."), lazy("Activities"), "/programmes/activities"),
    "institution-admin": (
        lazy("Keep the numbers of free places up to date."), lazy("Our institution"), "/referrals/institution",
    ),
    "mentor": (lazy("Write down your latest meeting."), lazy("My mentees"), "/mentoring/matches"),
    "cooperative": (
        lazy("Keep your members, vacancies and documents up to date."), lazy("Our cooperative"),
        "/cooperatives/cooperatives",
    ),
    "coordinator": (lazy("See how the region is doing."), lazy("Region"), "/programmes/region"),
    "participant": (lazy("Your own page shows what happens next."), lazy("What happens next"), "/programmes/me"),
    "administrator": (lazy("Look after the institutions."), lazy("Services"), "/referrals/services"),
    "data-officer": (lazy("See who looked at what."), lazy("Access log"), "/people/access-log"),
    "operator": (lazy("See whether every part is moving."), lazy("System"), "/people/system"),
}  # fmt: skip
"""What to do when nothing waits, by role."""


@pages.get("/", action="inbox.read")
def queue(call: PageCall) -> str:
    rows = inbox.waiting(call.tx, call.actor)
    names = wording.names_for(call.tx, rows)
    return call.render(
        "page/queue.html",
        groups=groups(rows, names, actor=call.actor, now=call.tx.now),
        lede=_lede(rows),
        empty=_empty(call.actor.all_roles),
        panels=_panels(call),
    )


@pages.post("/items/<id:item_id>/done", action="inbox.act", subject=inbox.visible)
def done(call: PageCall, *, item_id: str) -> Redirect:
    commands.mark(call.tx, item_id, action="done")
    return Redirect(QUEUE, _("The item is off your list."))


@pages.get("/go/<id:item_id>", action="inbox.read", subject=inbox.visible)
def go(call: PageCall, *, item_id: str) -> Redirect:
    """Where the link of a message leads: to the record that the item is about."""
    return Redirect(inbox.place(call.tx, call.actor, item_id))


def groups(rows: Sequence[Row], names: Names, *, actor: Actor, now: datetime) -> list[dict[str, Any]]:
    """The rows as cards, in the parts of the queue; urgent ones first in each."""
    placed: dict[Group, list[Row]] = {group: [] for group in Group}
    for row in rows:
        placed[group_of(row["kind"], due_at=row["due_at"], now=now)].append(row)
    return [
        {"key": group.value, "items": [card(row, names, actor=actor, now=now) for row in sorted(held, key=_is_normal)]}
        for group, held in placed.items()
    ]


def _is_normal(row: Row) -> bool:
    return bool(row["params"].get("priority", row["urgency"]) != "urgent")


def card(row: Row, names: Names, *, actor: Actor, now: datetime) -> dict[str, Any]:
    """One item as templates/macros/queue.html shows it."""
    place = href(row["subject_type"], row["subject_id"], roles=actor.all_roles)
    finish = _finish_button(row) if KINDS[row["kind"]].told else None
    label = _label(row)
    way = {"label": str(label), "href": WAYS.get(row["kind"], place), "kind": _weight(row["kind"])}
    action = way if label else finish
    title = wording.title(row, names)
    return {
        "title": title,
        "href": place,
        "tags": wording.tags(row),
        "due": due(row["due_at"], now=now),
        "late": row["due_at"] is not None and row["due_at"] <= now,
        "kind": "" if label else "muted",
        "waits": wording.waits(row, names),
        "since": since(row["created_at"], now=now),
        "action": {**action, "hint": title} if action else None,
        "also": {**finish, "hint": title} if label and finish else None,
    }


def _label(row: Row) -> lazy | None:
    """What there is to do; who sent a referral that nobody answers can send it elsewhere."""
    if row["kind"] == "referral-overdue":
        sender = addresses.queue(row["params"]["sender_id"], "caseworker")
        return SEND_ELSEWHERE if sender in (row["address"], row["fallback"]) else LABELS["referral-overdue"]
    return LABELS.get(row["kind"])


def _weight(kind: str) -> str:
    return "secondary" if kind in QUIET else "primary"


def _finish_button(row: Row) -> dict[str, str]:
    return {"label": _("Done"), "action": f"/notifications/items/{row['id']}/done", "kind": "secondary"}


def due(due_at: datetime | None, *, now: datetime) -> str:
    """The deadline in words: how long past it, or by when."""
    if due_at is None:
        return ""
    if due_at <= now:
        days = working_days_between(due_at, now)
        if days == 0:
            return _("past its deadline today") if local(due_at).date() == local(now).date() else _("past its deadline")
        return ngettext("%(n)s working day overdue", "%(n)s working days overdue", days)
    if local(due_at).date() == local(now).date():
        return _("today") if is_full_day(due_at) else _("by %(time)s", time=f"{local(due_at):%H:%M}")
    if local(due_at).date() == (local(now) + timedelta(days=1)).date():
        return _("by tomorrow")
    return _("by %(day)s", day=format_date(due_at))


def since(created_at: datetime, *, now: datetime) -> str:
    """The day since which it waits; nothing where that is today."""
    if local(created_at).date() == local(now).date():
        return ""
    return _("since %(day)s", day=format_date(created_at))


def _lede(rows: Sequence[Row]) -> str:
    if not rows:
        return ""
    newest = max(row["created_at"] for row in rows)
    waiting = ngettext("%(n)s item waits for you.", "%(n)s items wait for you.", len(rows))
    latest = _("The latest came on %(moment)s.", moment=format_instant(newest))
    return f"{waiting} {latest}"


def _empty(roles: frozenset[str]) -> dict[str, Any] | None:
    for role, (text, label, place) in EMPTY.items():
        if role in roles:
            return {"text": str(text), "action": {"label": str(label), "href": place}}
    return None


def _panels(call: PageCall) -> list[dict[str, Any]]:
    found = [_places(call), _sent(call), _links(call)]
    return [panel for panel in found if panel]


def _places(call: PageCall) -> dict[str, Any] | None:
    services = panels.places(call.tx, call.actor)
    shown = [{name: row[name] for name in ("name", "available", "maximum")} for row in services]
    return {"title": _("Free places"), "capacity": shown} if shown else None


def _sent(call: PageCall) -> dict[str, Any] | None:
    counts = panels.sent_this_month(call.tx, call.actor)
    if not any(counts.values()):
        return None
    rows = [
        {"label": _("accepted"), "value": counts["accepted"]},
        {"label": _("waiting"), "value": counts["waiting"], "kind": "soft"},
        {"label": _("refused"), "value": counts["refused"], "kind": "accent"},
    ]
    return {"bars": {"caption": _("Sent this month"), "rows": rows}}


def _links(call: PageCall) -> dict[str, Any]:
    links = [{"href": "/notifications/preferences", "label": _("When I am told by e-mail")}]
    if "operator" not in call.actor.all_roles:
        return {"title": _("Messages"), "links": links}
    dead = deliveries.dead_letters(call.tx)
    text = ngettext("%(n)s message was given up.", "%(n)s messages were given up.", dead) if dead else ""
    links.insert(0, {"href": "/notifications/deliveries", "label": _("Messages and what became of them")})
    return {"title": _("Messages"), "text": text, "links": links}
