"""A region that has two of everything, made once through the API: what is one side's is foreign to the other."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from services.cooperatives.domain.duties import BY_HAND
from services.mentoring.domain.recruitment import MODULES
from shared import parking
from shared.actor import Actor
from shared.auth import API
from shared.database import new_id
from shared.eventlog import Record
from tests.world import Client, World

COMMON = ("administrator", "coordinator", "data-officer", "operator")
PASSWORD = "a-password-of-tests"
TODAY, LATER = "2026-03-02", "2026-09-02"
NASTY = """<script>x('y')</script>"&'<b onclick="x">"""
"""Goes into every name that a page may show."""
PROOF = {"legal_basis": "art. 6", "evidence": "KRS 1/2026"}
PLACES = {"unit": "place", "available": 3, "maximum": 20}


@dataclass
class Side:
    """One half of the region: who acts there, by role, and the ids of what is there, by the name of a parameter."""

    world: World
    name: str
    teryt: str
    actors: dict[str, Actor] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)
    _tokens: dict[tuple[str, str], str] = field(default_factory=dict, init=False)

    def token(self, role: str, audience: str = API) -> str:
        """Signed once; the tests ask thousands of times."""
        if (role, audience) not in self._tokens:
            self._tokens[role, audience] = self.world.token(self.actors[role], audience=audience)
        return self._tokens[role, audience]

    def speaking(self, role: str | None) -> Client:
        return Client(self.world, {"Authorization": f"Bearer {self.token(role)}"} if role else {})

    def get(self, role: str, path: str) -> Any:
        return self._call("GET", role, path, None, 200)

    def post(self, role: str, path: str, body: Mapping[str, Any] | None = None, status: int = 201) -> Any:
        return self._call("POST", role, path, body or {}, status)

    def put(self, role: str, path: str, body: Mapping[str, Any]) -> Any:
        return self._call("PUT", role, path, body, 200)

    def act(self, role: str, path: str, action: str, body: Mapping[str, Any] | None = None) -> Any:
        return self.post(role, f"{path}/actions/{action}", body, 200)

    def make(self, parameter: str, role: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """Create it, and remember its id under the name of the parameter."""
        made = self.post(role, path, body)
        self.ids[parameter] = made["id"]
        return made

    def account(self, role: str, *, institution: str | None = None, **more: Any) -> Actor:
        held = {"institutions": [{"id": institution, "roles": [role]}]} if institution else {"roles": [role]}
        body = {"username": f"{role}-{self.name}", "password": PASSWORD, "email": f"{role}@example.org", **held, **more}
        made = self.post("administrator", "/people/api/v1/accounts", body)
        self.actors[role] = Actor(
            id=made["id"],
            username=made["username"],
            roles=frozenset(made["roles"]),
            memberships={one["id"]: frozenset(one["roles"]) for one in made["institutions"]},
            participant_id=more.get("participant_id"),
            session_id=new_id(),
        )
        return self.actors[role]

    def _call(self, method: str, role: str, path: str, body: Any, status: int) -> Any:
        answer = self.speaking(role)._send(method, path, json=body)
        assert answer.status_code == status, f"{method} {path} as {role}: {answer.get_data(as_text=True)}"
        return answer.get_json()


@dataclass
class Region:
    world: World
    one: Side
    two: Side


def build(world: World) -> Region:
    one, two = Side(world, "one", "2061"), Side(world, "two", "2062")
    one.actors["administrator"] = world.actor("administrator")
    for role in COMMON:
        one.account(role)
    one._tokens.clear()  # the first administrator was nobody's account
    two.actors.update(one.actors)
    _programme(one, two)
    for side in (one, two):
        _institutions(side)
        _women(side)
        _referrals(side)
        _activity(side)
        _mentoring(side)
        _cooperative(side)
    _messages(one, two)
    _parked(one, two)
    return Region(world, one, two)


# -- who there is ------------------------------------------------------------------------------------------------------


def _programme(one: Side, two: Side) -> None:
    money = {"amount": "10.00", "currency": "EUR"}
    card = {
        "name": NASTY, "support_area": "wykluczenie", "seat": {"place": "Białystok", "voivodeship": "podlaskie"},
        "period": {"from": "2026-01-01", "to": None}, "status": "in-progress", "cost": money, "grant": money,
        "reach": "local", "activity_types": ["poradnictwo"], "target_groups": ["kobiety"],
    }  # fmt: skip
    one.make("programme_id", "coordinator", "/programmes/api/v1/programmes", card)
    two.ids.update(one.ids)


def _institutions(side: Side) -> None:
    at = "/referrals/api/v1"
    named = {"name": f"{NASTY} {side.name}", "teryt": side.teryt}
    office = side.make("office_id", "administrator", f"{at}/institutions", {"type": "pup", **named})["id"]
    foundation = side.make("institution_id", "administrator", f"{at}/institutions", {"type": "ngo", **named})["id"]
    side.world.settle()
    side.account("caseworker", institution=office)
    for role in ("intake", "institution-admin"):
        side.account(role, institution=foundation)
    side.account("mentor")
    side.account("cooperative")
    side.ids["account_id"] = side.actors["intake"].id
    terms = {"fields": ["name", "phone", "narrative"], "purposes": ["language-course"], "valid_from": "2026-01-01"}
    agreement = side.make("agreement_id", "coordinator", f"{at}/agreements", {"parties": [office, foundation], **terms})
    for party in (office, foundation):
        side.act("coordinator", f"{at}/agreements/{agreement['id']}", "sign", {"institution_id": party})
    offer = {"category": "language-course", "languages": ["pl", "uk"], "childcare": True, "capacity": PLACES}
    side.make("service_id", "institution-admin", f"{at}/services", {**named, **offer})
    side.world.settle()


def _women(side: Side) -> None:
    for which in ("participant_id", "second_woman", "third_woman"):
        body = {
            "given_name": f"Imię{side.name}", "family_name": NASTY, "language": "uk",
            "contacts": [{"channel": "email", "value": f"{which}-{side.name}@example.org", "safe": True}],
        }  # fmt: skip
        side.make(which, "caseworker", "/people/api/v1/participants", body)
    side.world.settle()
    side.account("participant", participant_id=side.ids["participant_id"])
    side.world.settle()


def _referrals(side: Side) -> None:
    for woman, parameter, wished in (
        ("participant_id", "referral_id", True),
        ("second_woman", "second_referral", False),
    ):
        sent = refer(side, woman, parameter, mentor_wished=wished)
        for action in ("receive", "accept", "start"):
            side.act("intake", f"/referrals/api/v1/referrals/{sent}", action)
            side.world.settle()
    refer(side, "third_woman", "third_referral")
    refer(side, "third_woman", "draft_id", submit=False)
    side.world.settle()


def refer(side: Side, woman: str, parameter: str, **more: Any) -> str:
    sharing = {"fields": ["name"], "agreed": "spoken", "language": "uk", "expires_on": LATER}
    body = {
        "participant_id": side.ids[woman], "service_id": side.ids["service_id"], "priority": "routine",
        "needs": ["language-course"], "languages": ["uk"], "narrative": NASTY, "sharing": sharing,
        "legal_basis": {"code": "gdpr-6-1-e", "reference": "art. 33"}, "submit": True, **more,
    }  # fmt: skip
    return str(side.make(parameter, "caseworker", "/referrals/api/v1/referrals", body)["id"])


# -- what they do ------------------------------------------------------------------------------------------------------


def _activity(side: Side) -> None:
    session = {"starts_at": "2026-03-01T09:00:00Z", "ends_at": "2026-03-01T11:00:00Z"}
    body = {
        "programme_id": side.ids["programme_id"], "kind": "language-course", "form": "course", "name": NASTY,
        "sessions": [session], "places": 12,
    }  # fmt: skip
    made = side.make("activity_id", "intake", "/programmes/api/v1/activities", body)
    at, woman = f"/programmes/api/v1/activities/{made['id']}", side.ids["participant_id"]
    side.ids["session_id"] = made["sessions"][0]["id"]
    side.make("enrolment_id", "intake", f"{at}/enrolments", {"participant_id": woman})
    side.post("intake", f"{at}/attendance", {"session_id": side.ids["session_id"], "present": [woman], "head_count": 0})
    for woman, parameter in (("participant_id", "path_id"), ("second_woman", "founding/path_id")):
        path = side.get("intake", f"/programmes/api/v1/paths?participant_id={side.ids[woman]}")["items"][0]
        side.ids[parameter] = path["id"]
        side.ids.setdefault("step_id", path["steps"][0]["id"])
    side.act(
        "intake",
        f"/programmes/api/v1/paths/{side.ids['founding/path_id']}",
        "choose",
        {"way": "social-cooperative"},
    )
    side.world.settle()


def _mentoring(side: Side) -> None:
    at = "/mentoring/api/v1"
    profile = {
        "languages": ["pl", "uk"], "teryt": [side.teryt], "capacity": 2, "mentors": ["women", "cooperatives"],
        "public_name": NASTY, "account_id": side.actors["mentor"].id,
    }  # fmt: skip
    mentor = side.make("mentor_id", "coordinator", f"{at}/mentors", profile)["id"]
    for action in ("invite-to-interview", "admit"):
        side.act("coordinator", f"{at}/mentors/{mentor}", action)
    for module in MODULES:
        side.act("coordinator", f"{at}/mentors/{mentor}", "complete-module", {"module": module})
    side.act("coordinator", f"{at}/mentors/{mentor}", "activate")
    side.world.settle()
    match = _matched(side, "participant_id", side.ids["participant_id"])
    side.ids["match_id"] = match["id"]
    side.ids["mentee_id"] = match["mentee_id"]
    side.act("mentor", f"{at}/matches/{match['id']}", "accept")
    side.act("participant", f"{at}/matches/{match['id']}", "confirm", {"agreed": "own-page"})
    side.make("goal_id", "mentor", f"{at}/matches/{match['id']}/goals", {"goal": "find-work"})
    meeting = {"held_on": TODAY, "minutes": 45, "channel": "in-person", "notes": NASTY}
    side.make("meeting_id", "mentor", f"{at}/matches/{match['id']}/meetings", meeting)
    side.world.settle()


def _matched(side: Side, parameter: str, id_: str) -> Any:
    """A round is solved; the proposal for this mentee."""
    side.make("round_id", "coordinator", "/mentoring/api/v1/rounds")
    for _second in range(2):
        side.world.later(seconds=1)
    mentee = side.get("coordinator", f"/mentoring/api/v1/mentees?{parameter}={id_}")["items"][-1]
    return side.get("coordinator", f"/mentoring/api/v1/matches?mentee_id={mentee['id']}")["items"][-1]


def _cooperative(side: Side) -> None:
    at = "/cooperatives/api/v1/cooperatives"
    body = {
        "name": f"{NASTY} Spółdzielnia Socjalna", "teryt": side.teryt,
        "representative_account_ids": [side.actors["cooperative"].id],
    }  # fmt: skip
    one = f"{at}/{side.make('cooperative_id', 'intake', at, body)['id']}"
    side.ids["key"] = side.ids["cooperative_id"]
    side.make("founders/person_id", "intake", f"{one}/founders", {"participant_id": side.ids["participant_id"]})
    for _other in range(4):
        side.post("intake", f"{one}/founders", {"person_id": new_id()})
    for to in ("founding_meeting_held", "krs_application_filed", "registered", "active"):
        side.post("cooperative", f"{one}/transitions", {"to": to, "effective_date": TODAY, **PROOF}, 200)
    side.ids["transition_id"] = side.get("cooperative", f"{one}/transitions")["items"][-1]["id"]
    side.make("members/person_id", "cooperative", f"{one}/members", {"person_id": new_id()})
    side.make(
        "obligation_id", "cooperative", f"{one}/obligations", {"kind": next(iter(BY_HAND)), "due_on": "2026-03-05"}
    )
    side.make("vacancy_id", "cooperative", f"{one}/vacancies", {"title": NASTY, "hours": 20, "languages": ["pl"]})
    young = {"name": f"{NASTY} Spółdzielnia Socjalna", "teryt": side.teryt}
    side.make("young_id", "intake", at, young)
    side.world.settle()
    side.ids["proposal_id"] = _matched(side, "cooperative_id", side.ids["cooperative_id"])["id"]


def _messages(one: Side, two: Side) -> None:
    """Time passes, so that mail goes; every role has something in its queue or nothing."""
    one.world.later(minutes=20)
    one.ids["delivery_id"] = two.ids["delivery_id"] = one.get("operator", "/notifications/api/v1/deliveries")["items"][
        0
    ]["id"]
    for side in (one, two):
        for role, actor in side.actors.items():
            items = side.get(role, "/notifications/api/v1/inbox")["items"]
            if items and (actor.memberships or role in ("mentor", "participant", "cooperative")):
                side.ids[f"{role}:item_id"] = items[0]["id"]
        side.ids["item_id"] = side.ids["intake:item_id"]


def _parked(one: Side, two: Side) -> None:
    """Something that is no fact lies in the log; every service has put it aside."""
    one.world.log.append([Record(topic="splot.people.session.v1", key="nobody", value=b"no fact")])
    one.world.settle()
    for service in one.world.services:
        with one.world.transaction(service) as tx:
            one.ids[f"{service}:parked_id"] = two.ids[f"{service}:parked_id"] = parking.listed(tx)[0]["id"]
