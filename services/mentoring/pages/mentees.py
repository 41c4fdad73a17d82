"""Who waits for a mentor: for the coordinator all, for an adviser those of her institution."""

from typing import Any

from services.mentoring.commands import mentees as commands
from services.mentoring.pages import words
from services.mentoring.pages.routes import pages
from services.mentoring.queries import people
from services.mentoring.schemas.mentees import MenteeActionIn, MenteeIn
from shared.contracts import county_name
from shared.i18n import gettext as _
from shared.i18n import ngettext
from shared.policy import may
from shared.web.pages import FormPage, PageCall, Redirect

MENTEES = "/mentoring/mentees"
SHOWN = 200


@pages.get("/mentees", action="mentees.list")
def listed(call: PageCall) -> str:
    rows = people.waiting(call.tx, call.actor, limit=SHOWN)
    called = people.public_labels(call.tx, rows)
    waits = people.count_waiting(call.tx, call.actor)
    may_add = may(call.runtime.service.policy, "mentees.create", call.actor)
    return call.render(
        "page/list.html",
        heading=_("Who waits for a mentor"),
        lede=ngettext("%(n)s waits without a proposal.", "%(n)s wait without a proposal.", waits),
        action={"label": _("Add to the queue"), "href": f"{MENTEES}/new"} if may_add else None,
        head=[_("Who"), _("Waits"), _("Status"), _("Languages"), _("County"), _("Last round")],
        rows=[_row(call, row, called[row["id"]]) for row in rows],
        empty={"text": _("Nobody waits for a mentor.")},
    )


def _row(call: PageCall, row: Any, label: str) -> list[Any]:
    status = {"text": words.said("mentee-status", row["status"]), "tag": True}
    if row["urgent"] and row["status"] == "queued":
        status = {"text": _("urgent"), "tag": True, "kind": "urgent"}
    return [
        {"text": label, "href": f"{MENTEES}/{row['id']}"},
        words.waited(row["waiting_since"], call.tx.now),
        status,
        words.languages(row["languages"]) or None,
        county_name(row["teryt"]) if row["teryt"] else None,
        words.said("unmatched-reason", row["unmatched_reason"]) if row["unmatched_reason"] else None,
    ]


@pages.get("/mentees/<id:mentee_id>", action="mentees.read", subject=people.mentee)
def record(call: PageCall, *, mentee_id: str) -> str:
    row = people.mentee(call.tx, call.actor, mentee_id=mentee_id)
    mentee = people.mentee_view(call.actor, row)
    code = people.public_labels(call.tx, [row])[mentee_id]
    leave = {"label": _("She wants no mentor any more"), "href": f"{MENTEES}/{mentee_id}/leave"}
    return call.render(
        "page/record.html",
        title=people.short_code(mentee_id),
        record={
            "code": code,
            "status": words.status("mentee-status", mentee["status"]),
            "lede": words.said("mentee-kind", mentee["kind"]),
            "back": {"href": MENTEES, "label": _("Who waits for a mentor")},
        },
        actions=[leave] if mentee["actions"] else [],
        next=_next(mentee),
        summary=_summary(call, mentee),
        facts=words.facts(people.told(call.tx, mentee_id)),
    )


def _next(mentee: dict[str, Any]) -> dict[str, Any] | None:
    texts = {
        "queued": _("The next matching round looks for a mentor."),
        "proposed": _("A mentor, or she herself, is asked."),
    }
    return {"text": texts[mentee["status"]]} if mentee["status"] in texts else None


def _summary(call: PageCall, mentee: dict[str, Any]) -> list[dict[str, Any]]:
    reason = mentee["unmatched_reason"]
    return [
        {"label": _("Waits"), "value": words.waited(mentee["waiting_since"], call.tx.now)},
        {"label": _("Languages"), "value": words.languages(mentee["languages"]) or None},
        {"label": _("County"), "value": county_name(mentee["teryt"]) if mentee["teryt"] else None},
        {"label": _("Goals"), "value": words.terms("mentoring-goal", mentee["wishes"]) or None},
        {"label": _("When there is time"), "value": words.terms("slot", mentee["slots"]) or _("any time")},
        {"label": _("Last round"), "value": words.said("unmatched-reason", reason) if reason else None},
    ]


def _leave_form(call: PageCall, *, mentee_id: str) -> FormPage:
    row = people.mentee(call.tx, call.actor, mentee_id=mentee_id)
    return FormPage(
        schema=MenteeActionIn(),
        heading=_("Why is no mentor needed any more?"),
        submit=_("Take out of the queue"),
        values={"reason": "own-wish"},
        version=row["version"],
        cancel_href=f"{MENTEES}/{mentee_id}",
        warning=True,
    )


@pages.form("/mentees/<id:mentee_id>/leave", action="mentees.act", subject=people.mentee, form=_leave_form)
def leave(call: PageCall, *, mentee_id: str) -> Redirect:
    commands.act(call.tx, mentee_id=mentee_id, action="leave", details=call.body, seen=call.seen)
    return Redirect(MENTEES, _("She is not in the queue any more."))


def _new_form(_call: PageCall) -> FormPage:
    return FormPage(
        schema=MenteeIn(),
        heading=_("Add to the queue"),
        submit=_("Add to the queue"),
        lede=_("A woman or a cooperative, by id. What you leave empty comes from her path, or from the registry."),
        choices={"languages": words.language_choices(), "teryt": words.county_choices()},
        cancel_href=MENTEES,
    )


@pages.form("/mentees/new", action="mentees.create", form=_new_form)
def new(call: PageCall) -> Redirect:
    def ask(woman: str) -> bool:
        return call.runtime.identity.knows(woman, token=call.token)

    people.existing(call.tx, call.actor, call.body["participant_id"], ask=ask)
    commands.queue_by_hand(call.tx, **call.body)
    return Redirect(MENTEES, _("She waits for a mentor now."))
