"""A small partnership: a labour office, a foundation with a course, a signed agreement, a woman."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from shared.actor import Actor
from shared.database import new_id
from tests.world import Client, World

BASE = "/referrals/api/v1"


@dataclass
class Partnership:
    world: World
    office_id: str
    foundation_id: str
    course_id: str
    agreement_id: str
    woman: str
    accounts: dict[str, Actor]

    def api(self, who: str) -> Client:
        return self.world.api(self.accounts[who])

    def post(self, who: str, path: str, body: Any = None, *, expect: int = 200, **headers: str) -> Any:
        answer = self.api(who).post(BASE + path, json=body or {}, headers=headers)
        assert answer.status_code == expect, answer.get_data(as_text=True)
        return answer.get_json()

    def get(self, who: str, path: str, *, expect: int = 200) -> Any:
        answer = self.api(who).get(BASE + path)
        assert answer.status_code == expect, answer.get_data(as_text=True)
        return answer.get_json()

    def body(self, **changed: Any) -> dict[str, Any]:
        return {
            "participant_id": self.woman,
            "service_id": self.course_id,
            "needs": ["language-course"],
            "languages": ["uk"],
            "childcare": True,
            "narrative": "She works nights.",
            "legal_basis": {"code": "gdpr-6-1-e", "reference": "art. 33"},
            "sharing": {"fields": ["name", "phone", "narrative"], "agreed": "spoken", "expires_on": "2027-03-01"},
            "submit": True,
            **changed,
        }

    def refer(self, **changed: Any) -> Any:
        return self.post("caseworker", "/referrals", self.body(**changed), expect=201)

    def act(self, who: str, referral_id: str, action: str, body: Any = None, *, expect: int = 200) -> Any:
        return self.post(who, f"/referrals/{referral_id}/actions/{action}", body, expect=expect)

    def register_woman(self, *, by: str | None = None) -> str:
        woman = new_id()
        data = {
            "code": "7F3K-92", "language": "uk", "do_not_contact": False, "safe_channels": ["sms"], "languages": ["uk"],
            "registered_by": by or self.office_id,
        }  # fmt: skip
        self.world.tell("people.participant.registered.v1", key=woman, data=data)
        self.world.settle()
        return woman

    def service(self, **changed: Any) -> Any:
        body = {
            "institution_id": self.foundation_id, "name": "Kurs polskiego A1", "category": "language-course",
            "teryt": "2061", "languages": ["uk", "pl"], "childcare": True,
            "capacity": {"unit": "place", "available": 3, "maximum": 20}, **changed,
        }  # fmt: skip
        return self.post("admin", "/services", body, expect=201)

    def facts(self, name: str) -> list[Any]:
        self.world.settle()
        return self.world.facts(f"referrals.{name}.v1")


@pytest.fixture
def partnership(make_world: Callable[..., World]) -> Partnership:
    return found(make_world("referrals"))


@pytest.fixture
def embedded(make_embedded_world: Callable[..., World]) -> Partnership:
    """For pages and other things that no database can change."""
    return found(make_embedded_world("referrals"))


def found(world: World) -> Partnership:
    administrator, coordinator = world.actor("administrator"), world.actor("coordinator")

    def institution(kind: str, name: str) -> str:
        answer = world.api(administrator).post(
            f"{BASE}/institutions", json={"type": kind, "name": name, "teryt": "2061"}
        )
        assert answer.status_code == 201, answer.get_data(as_text=True)
        return str(answer.get_json()["id"])

    office, foundation = institution("pup", "Urząd pracy"), institution("ngo", "Fundacja Most")
    accounts = {
        "administrator": administrator,
        "coordinator": coordinator,
        "caseworker": world.actor("caseworker", institution=office),
        "office-admin": world.actor("institution-admin", institution=office),
        "intake": world.actor("intake", institution=foundation),
        "admin": world.actor("institution-admin", institution=foundation),
        "mentor": world.actor("mentor"),
        "operator": world.actor("operator"),
        "stranger": world.actor("caseworker", institution=new_id()),
    }
    made = Partnership(world, office, foundation, "", "", "", accounts)
    made.course_id = made.service()["id"]
    made.agreement_id = _agreement(made)
    made.woman = made.register_woman()
    return made


def _agreement(made: Partnership) -> str:
    body = {
        "parties": [made.office_id, made.foundation_id],
        "fields": ["name", "phone", "narrative"],
        "purposes": ["language-course", "vocational-counselling"],
        "valid_from": "2026-01-01",
    }
    agreement = made.post("coordinator", "/agreements", body, expect=201)["id"]
    for who in ("office-admin", "admin"):
        made.post(who, f"/agreements/{agreement}/actions/sign")
    return str(agreement)
