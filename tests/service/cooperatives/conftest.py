"""Cooperatives with those who keep them, made through the doors that people use."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from shared.actor import Actor
from shared.database import new_id
from tests.world import World

API = "/cooperatives/api/v1"
NAME = "Nitka Spółdzielnia Socjalna"
PROOF = {"legal_basis": "Court's decision", "evidence": "KRS extract 12/2026"}
WAY = ("founding_meeting_held", "krs_application_filed", "registered", "active")
TODAY = "2026-03-02"


@dataclass
class Region:
    """Short words for what tests do again and again."""

    world: World
    institution: str = field(default_factory=new_id)

    def __post_init__(self) -> None:
        self.coordinator = self.world.actor("coordinator")
        self.adviser = self.world.actor("intake", institution=self.institution)
        self.representative = self.world.actor("cooperative")

    def get(self, actor: Actor | None, path: str, status: int = 200) -> Any:
        answer = self.world.api(actor).get(API + path)
        assert answer.status_code == status, answer.get_data(as_text=True)
        return answer.get_json()

    def post(self, actor: Actor, path: str, body: Any = None, status: int = 200, **more: Any) -> Any:
        answer = self.world.api(actor).post(API + path, json={} if body is None else body, **more)
        assert answer.status_code == status, answer.get_data(as_text=True)
        return answer.get_json()

    def put(self, actor: Actor, path: str, body: Any, status: int = 200, **more: Any) -> Any:
        answer = self.world.api(actor).put(API + path, json=body, **more)
        assert answer.status_code == status, answer.get_data(as_text=True)
        return answer.get_json()

    def a_cooperative(self, *, status: str = "initiative_group", founders: int = 5, **body: Any) -> Any:
        """One with people in it, brought to the state by the usual way."""
        asked = {
            "name": NAME,
            "teryt": "2061",
            "languages": ["pl", "uk"],
            "representative_account_ids": [self.representative.id],
            **body,
        }
        made = self.post(self.adviser, "/cooperatives", asked, 201)
        for _n in range(founders):
            self.post(self.adviser, f"/cooperatives/{made['id']}/founders", {"person_id": new_id()}, 201)
        for to in WAY[: WAY.index(status) + 1] if status in WAY else ():
            made = self.move(self.representative, made["id"], to)
        return self.get(self.adviser, f"/cooperatives/{made['id']}")

    def move(self, actor: Actor, id_: str, to: str, status: int = 200, **more: Any) -> Any:
        body = {"to": to, "effective_date": TODAY, **PROOF, **more}
        return self.post(actor, f"/cooperatives/{id_}/transitions", body, status)

    def chooses(self, woman: str, *, path_id: str | None = None, institution: str | None = None, **more: Any) -> str:
        """Programmes tells that she chose the cooperative way; the id of her path."""
        path_id = path_id or new_id()
        data = {
            "participant_id": woman,
            "institution_id": institution or self.institution,
            "adviser_id": self.adviser.id,
            "status": "way-chosen",
            "way": "social-cooperative",
            "mentor_wanted": True,
            "wishes": [],
            "slots": [],
            "languages": ["uk"],
            "teryt": "2061",
            "urgent": False,
            "previous_way": None,
            **more,
        }
        self.world.tell("programmes.path.way-chosen.v1", key=path_id, data=data)
        self.world.settle()
        return path_id

    def registers(self, woman: str, code: str = "7F3K-92") -> None:
        said = {"do_not_contact": False, "safe_channels": [], "languages": ["uk"], "registered_by": None}
        data = {"code": code, "language": "uk", **said}
        self.world.tell("people.participant.registered.v1", key=woman, data=data)
        self.world.settle()

    def told(self, key: str) -> list[str]:
        """The facts of one key in their order, by their short names."""
        self.world.settle()
        return [fact.type.split(".")[2] for fact in self.world.facts() if fact.key == key]

    def facts(self, short: str) -> list[dict[str, Any]]:
        self.world.settle()
        return [fact.data for fact in self.world.facts(f"cooperatives.{short}.v1")]


@pytest.fixture
def region(make_world: Callable[..., World]) -> Region:
    return Region(make_world("cooperatives"))


@pytest.fixture
def embedded_region(make_embedded_world: Callable[..., World]) -> Region:
    """Where no database can change the answer."""
    return Region(make_embedded_world("cooperatives"))
