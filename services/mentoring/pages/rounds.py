"""Matching rounds: start one, look at what it found, publish it; who was not matched and why."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import request
from sqlalchemy import select

from services.mentoring.commands import results
from services.mentoring.commands import rounds as commands
from services.mentoring.pages import words
from services.mentoring.pages.routes import pages
from services.mentoring.queries import matching, people
from services.mentoring.schemas.matches import RoundIn
from services.mentoring.tables import Row, mentees, mentors
from services.mentoring.tables import rounds as table
from shared import paging
from shared.database import Transaction
from shared.i18n import format_instant, lazy
from shared.i18n import gettext as _
from shared.web.pages import FormPage, PageCall, Redirect

ROUNDS = "/mentoring/rounds"
MENTORS, MENTEES, MATCHES = "/mentoring/mentors", "/mentoring/mentees", "/mentoring/matches"
NEXT: Mapping[str, lazy] = {
    "solving": lazy("The best assignment is being worked out; this page refreshes by itself."),
    "draft": lazy("Look at the proposals. When you publish them, the mentors are asked."),
    "published": lazy("The mentors have five working days to answer; then the mentees are asked."),
    "failed": lazy("Start another round. If it fails again, tell the operator."),
}
KINDS = {"published": "ok", "failed": "late", "discarded": "muted"}


@pages.get("/rounds", action="rounds.list")
def listed(call: PageCall) -> str:
    page = paging.page(call.tx, select(table), by=table.c.id, newest_first=True, cursor=request.args.get("cursor"))
    waits = people.count_waiting(call.tx, call.actor)
    return call.render(
        "page/list.html",
        heading=_("Matching rounds"),
        lede=_("Every morning, and at once for who is urgent, the best assignment of all who wait is worked out."),
        action={"label": _("New round"), "href": f"{ROUNDS}/new"},
        head=[
            _("Started"),
            _("Status"),
            _("Cause"),
            {"text": _("Proposed"), "number": True},
            {"text": _("Not matched"), "number": True},
        ],
        rows=[_row(row) for row in matching.views(call.tx, page.items)],
        next_href=f"{ROUNDS}?cursor={page.next}" if page.next else None,
        empty={"text": _("No round yet."), "href": f"{ROUNDS}/new", "label": _("New round")},
        panels=[
            {
                "title": _("Who waits for a mentor"),
                "text": _("%(n)s without a proposal.", n=waits),
                "links": [
                    {"href": MENTEES, "label": _("Who waits for a mentor")},
                    {"href": MATCHES, "label": _("All matches")},
                ],
            }
        ],
    )


def _row(row: Mapping[str, Any]) -> list[Any]:
    return [
        {"text": format_instant(row["created_at"]), "href": f"{ROUNDS}/{row['id']}"},
        {**_status(row), "tag": True},
        words.said("round-cause", row["cause"]),
        row["counts"]["proposed"],
        row["counts"]["unmatched"],
    ]


def _status(row: Mapping[str, Any]) -> dict[str, str]:
    return {"text": words.said("round-status", row["status"]), "kind": KINDS.get(row["status"], "")}


def _new_form(_call: PageCall) -> FormPage:
    return FormPage(
        schema=RoundIn(),
        heading=_("New round"),
        submit=_("Start the round"),
        lede=_("Everyone who waits and every mentor with a free place take part."),
        cancel_href=ROUNDS,
    )


@pages.form("/rounds/new", action="rounds.create", form=_new_form)
def new(call: PageCall) -> Redirect:
    made = commands.start(call.tx, publish=call.body["publish"])
    return Redirect(f"{ROUNDS}/{made['id']}", _("The round has started."))


@pages.get("/rounds/<id:round_id>", action="rounds.read", subject=matching.one)
def record(call: PageCall, *, round_id: str) -> str:
    round_ = matching.view(call.tx, matching.one(call.tx, call.actor, round_id=round_id))
    called = _labels(call.tx, [*round_["proposed"], *round_["unmatched"]])
    return call.render(
        "mentoring/round.html",
        title=_("Round %(code)s", code=people.short_code(round_id)),
        record={
            "code": people.short_code(round_id),
            "title": _("Round of %(when)s", when=format_instant(round_["created_at"])),
            "status": _status(round_),
            "lede": words.said("round-cause", round_["cause"]),
            "back": {"href": ROUNDS, "label": _("Matching rounds")},
        },
        actions=_actions(round_),
        next={"text": str(NEXT[round_["status"]])} if round_["status"] in NEXT else None,
        live_url=f"{ROUNDS}/{round_id}" if round_["status"] == "solving" else "",
        done=round_["status"] not in ("solving", "failed"),
        proposed=[_proposed(one, called) for one in round_["proposed"]],
        unmatched=[_unmatched(one, called) for one in round_["unmatched"]],
        panels=_panels(round_),
        facts=words.facts(people.told(call.tx, round_id)),
    )


def _labels(tx: Transaction, rows: Sequence[Row]) -> dict[str, str]:
    """By mentee and mentor id: codes and public names only."""
    women = tx.all(select(mentees).where(mentees.c.id.in_({row["mentee_id"] for row in rows})))
    leaders = tx.all(select(mentors).where(mentors.c.id.in_({row.get("mentor_id") for row in rows} - {None})))
    return people.public_labels(tx, women) | {row["id"]: words.mentor_label(row) for row in leaders}


def _actions(round_: Mapping[str, Any]) -> list[dict[str, Any]]:
    labels = {"publish": _("Publish: ask the mentors"), "discard": _("Discard")}
    here, fields = f"{ROUNDS}/{round_['id']}", {"version": round_["version"]}
    return [
        {"label": labels[action], "action": f"{here}/do/{action}", "fields": fields} for action in round_["actions"]
    ]


def _proposed(one: Row, called: Mapping[str, str]) -> list[Any]:
    match = f"{MATCHES}/{one['match_id']}" if one["match_id"] else None
    return [
        {"text": called[one["mentee_id"]], "href": match or f"{MENTEES}/{one['mentee_id']}"},
        {"text": called[one["mentor_id"]], "href": f"{MENTORS}/{one['mentor_id']}"},
        one["score"],
        _("%(rank)s of %(n)s", rank=one["rank"], n=one["feasible"]),
        "; ".join(part["text"] for part in words.score_parts(one["parts"])),
    ]


def _unmatched(one: Row, called: Mapping[str, str]) -> list[Any]:
    return [
        {"text": called[one["mentee_id"]], "href": f"{MENTEES}/{one['mentee_id']}"},
        words.said("unmatched-reason", one["reason"]),
    ]


def _panels(round_: Mapping[str, Any]) -> list[dict[str, Any]]:
    solver = round_["solver"]
    if not solver:
        return []
    text = _("Solver %(solver)s, weights %(weights)s, input %(hash)s.", **_described(solver))
    return [{"title": _("How it was worked out"), "text": text}]


def _described(solver: Mapping[str, Any]) -> dict[str, str]:
    return {
        "solver": solver["solver_version"],
        "weights": solver["weights_version"],
        "hash": solver["input_hash"][:12],
    }


@pages.post("/rounds/<id:round_id>/do/<code:action>", action="rounds.act", subject=matching.to_act_on)
def do(call: PageCall, *, round_id: str, action: str) -> Redirect:
    results.act(call.tx, round_id=round_id, action=action, seen=call.seen)
    said = {"publish": _("The mentors are asked."), "discard": _("The draft is discarded.")}
    return Redirect(f"{ROUNDS}/{round_id}", said[action])
