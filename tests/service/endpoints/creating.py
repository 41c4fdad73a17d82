"""The body that makes each thing on side one. What is not said here is made from the schema alone."""

from collections.abc import Callable
from itertools import count
from typing import Any

from services.cooperatives.domain.duties import BY_HAND
from shared.contracts import codes
from shared.database import new_id
from tests.service.endpoints.asking import caller, speaking_as
from tests.service.endpoints.bodies import valid
from tests.service.endpoints.region import LATER, PASSWORD, PROOF, TODAY, Region, Side
from tests.service.endpoints.routes import Case

Body = dict[str, Any]
_numbers = count(1)


def body_for(case: Case, region: Region) -> Body:
    """What the route takes: said below, or what is there already (a PUT), or every field that its schema has."""
    side = region.one
    if case.name in BODIES:
        return BODIES[case.name](side)
    if case.route.body is None:
        return {}
    if case.method == "PUT":
        return _as_it_is(case, region)
    return valid(case.route.body, every_field=not case.route.creates)


def _as_it_is(case: Case, region: Region) -> Body:
    """What GET shows can be sent back."""
    role = caller(case, region)
    shown = speaking_as(region.one, role).get(case.path(region.one, role or "")).get_json() or {}
    known = {name: shown[name] for name in case.route.body.fields if shown.get(name) is not None}
    return {**valid(case.route.body), **known}


def _woman(side: Side) -> str:
    body = {"given_name": "Nowa", "family_name": "Osoba", "language": "uk", "contacts": []}
    made = side.post("caseworker", "/people/api/v1/participants", body)["id"]
    side.world.settle()
    return str(made)


def _agreement(side: Side) -> Body:
    terms = {"fields": ["name"], "purposes": ["housing"], "valid_from": "2026-01-01"}
    return {"parties": [side.ids["office_id"], side.ids["institution_id"]], **terms}


def _referral(side: Side) -> Body:
    sharing = {"fields": ["name"], "agreed": "spoken", "language": "uk", "expires_on": LATER}
    return {
        "participant_id": _woman(side), "service_id": side.ids["service_id"], "priority": "routine",
        "needs": ["language-course"], "languages": ["uk"], "sharing": sharing, "submit": True,
        "legal_basis": {"code": "gdpr-6-1-e", "reference": "art. 33"},
    }  # fmt: skip


def _account(_side: Side) -> Body:
    return {"username": f"mentor-{next(_numbers)}", "password": PASSWORD, "roles": ["mentor"]}


def _activity(side: Side) -> Body:
    session = {"starts_at": "2026-03-03T09:00:00Z", "ends_at": "2026-03-03T11:00:00Z"}
    body = {"programme_id": side.ids["programme_id"], "kind": "language-course", "form": "course", "name": "Kurs"}
    return {**body, "sessions": [session], "places": 12}


def _sheet(side: Side) -> Body:
    return {"session_id": side.ids["session_id"], "present": [side.ids["participant_id"]], "head_count": 0}


def _mentor(side: Side) -> Body:
    return {"languages": ["pl"], "teryt": [side.teryt], "capacity": 1, "mentors": ["women"]}


def _goal(_side: Side) -> Body:
    goals = codes("mentoring-goals")
    return {"goal": goals[next(_numbers) % len(goals)]}


def _duty(_side: Side) -> Body:
    return {"kind": next(iter(BY_HAND)), "due_on": f"2027-01-{next(_numbers) % 28 + 1:02}"}


def _person(_side: Side) -> Body:
    return {"person_id": new_id()}


BODIES: dict[str, Callable[[Side], Body]] = {
    "people POST /participants": lambda _side: {"given_name": "Nowa", "family_name": "Osoba", "language": "uk"},
    "people POST /accounts": _account,
    "referrals POST /institutions": lambda side: {"type": "ngo", "name": "Nowa fundacja", "teryt": side.teryt},
    "referrals POST /agreements/<id:agreement_id>/actions/sign": lambda side: {
        "institution_id": side.ids["institution_id"]
    },
    "referrals POST /agreements": _agreement,
    "referrals POST /referrals": _referral,
    "programmes POST /activities": _activity,
    "programmes POST /activities/<id:activity_id>/enrolments": lambda side: {"participant_id": _woman(side)},
    "programmes POST /activities/<id:activity_id>/attendance": _sheet,
    "programmes POST /paths": lambda side: {"participant_id": _woman(side)},
    "mentoring POST /mentors": _mentor,
    "mentoring POST /mentees": lambda side: {"participant_id": _woman(side)},
    "mentoring POST /matches/<id:match_id>/meetings": lambda _side: {
        "held_on": TODAY, "minutes": 30, "channel": "phone",
    },
    "mentoring POST /matches/<id:match_id>/goals": _goal,
    "cooperatives POST /cooperatives/<id:cooperative_id>/obligations": _duty,
    "cooperatives POST /cooperatives": lambda side: {"name": "Nić Spółdzielnia Socjalna", "teryt": side.teryt},
    "cooperatives POST /cooperatives/<id:cooperative_id>/founders": _person,
    "cooperatives POST /cooperatives/<id:cooperative_id>/members": _person,
    "cooperatives POST /cooperatives/<id:cooperative_id>/transitions": lambda _side: {
        "to": "in_liquidation", "effective_date": TODAY, **PROOF,
    },
}  # fmt: skip
"""What a schema cannot know: ids of what is there, and what else a rule asks for."""
