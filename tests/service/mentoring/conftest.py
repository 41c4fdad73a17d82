"""A region with mentors and women who wait, made through the doors that people use."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from shared.actor import Actor
from shared.database import new_id
from tests.world import World

API = "/mentoring/api/v1"
OFFER = {"languages": ["pl", "uk"], "teryt": ["2061"], "capacity": 2, "mentors": ["women", "cooperatives"]}


@dataclass
class Region:
    """Short words for what tests do again and again."""

    world: World
    institution: str = field(default_factory=new_id)

    def __post_init__(self) -> None:
        self.coordinator = self.world.actor("coordinator")
        self.adviser = self.world.actor("intake", institution=self.institution)

    def post(self, actor: Actor, path: str, body: dict[str, Any] | None = None, status: int = 200, **more: Any) -> Any:
        answer = self.world.api(actor).post(API + path, json=body or {}, **more)
        assert answer.status_code == status, answer.get_data(as_text=True)
        return answer.get_json()

    def get(self, actor: Actor, path: str, status: int = 200) -> Any:
        answer = self.world.api(actor).get(API + path)
        assert answer.status_code == status, answer.get_data(as_text=True)
        return answer.get_json()

    def a_mentor(self, **offer: Any) -> tuple[Actor, dict[str, Any]]:
        """An active mentor with her account."""
        account = self.world.actor("mentor")
        mentor = self.post(self.coordinator, "/mentors", {**OFFER, "account_id": account.id, **offer}, 201)
        for action, body in (
            ("invite-to-interview", {}),
            ("admit", {}),
            ("complete-module", {"module": "safeguarding"}),
            ("complete-module", {"module": "law-of-cooperatives"}),
            ("activate", {}),
        ):
            mentor = self.act(self.coordinator, "mentors", mentor["id"], action, **body)
        self.world.settle()
        return account, mentor

    def act(self, actor: Actor, what: str, id_: str, action: str, status: int = 200, **body: Any) -> Any:
        return self.post(actor, f"/{what}/{id_}/actions/{action}", body, status)

    def a_woman(self, *, registered: bool = True, **path: Any) -> str:
        """A participant who is on a path at the institution; her id."""
        woman = new_id()
        if registered:
            self.register(woman)
        self.on_path(woman, **path)
        self.world.settle()
        return woman

    def register(self, woman: str) -> None:
        said = {"do_not_contact": False, "safe_channels": [], "languages": ["uk"], "registered_by": None}
        data = {"code": "7F3K-92", "language": "uk", **said}
        self.world.tell("people.participant.registered.v1", key=woman, data=data)

    def path(self, woman: str, **more: Any) -> dict[str, Any]:
        return {
            "participant_id": woman,
            "institution_id": self.institution,
            "adviser_id": self.adviser.id,
            "status": "opened",
            "way": None,
            "mentor_wanted": True,
            "wishes": ["find-work", "learn-polish"],
            "slots": [],
            "languages": ["uk"],
            "teryt": "2061",
            "urgent": False,
            **more,
        }

    def on_path(self, woman: str, *, path_id: str | None = None, **more: Any) -> str:
        path_id = path_id or new_id()
        data = {**self.path(woman), "referral_id": None, **more}
        self.world.tell("programmes.path.opened.v1", key=path_id, data=data)
        return path_id

    def herself(self, woman: str) -> Actor:
        return self.world.actor("participant", participant_id=woman)

    def a_round(self, **body: Any) -> Any:
        """A round, solved."""
        started = self.post(self.coordinator, "/rounds", body, 201)
        assert started["status"] == "solving"
        self.later(seconds=1)
        return self.get(self.coordinator, f"/rounds/{started['id']}")

    def later(self, **by: float) -> None:
        """Let time pass; what the clock starts may start more."""
        self.world.later(**by)
        self.world.later(seconds=1)

    def mentee_of(self, woman: str) -> Any:
        found = self.get(self.coordinator, f"/mentees?participant_id={woman}")["items"]
        return found[-1] if found else None

    def match_of(self, woman: str) -> Any:
        mentee = self.mentee_of(woman)
        return self.get(self.coordinator, f"/matches?mentee_id={mentee['id']}")["items"][-1]

    def proposed(self, **offer: Any) -> tuple[Actor, str, Any]:
        """A mentor, a woman, and the proposal that joins them."""
        mentor, _profile = self.a_mentor(**offer)
        woman = self.a_woman()
        self.a_round()
        return mentor, woman, self.match_of(woman)

    def active(self) -> tuple[Actor, str, Any]:
        """A mentor, a woman, and their match that both agreed to."""
        mentor, woman, match = self.proposed()
        self.act(mentor, "matches", match["id"], "accept")
        self.act(self.herself(woman), "matches", match["id"], "confirm", agreed="own-page")
        self.world.settle()
        return mentor, woman, self.match_of(woman)


@pytest.fixture
def region(make_world: Callable[..., World]) -> Region:
    return Region(make_world("mentoring"))


@pytest.fixture
def embedded_region(make_embedded_world: Callable[..., World]) -> Region:
    """Where no database can change the answer."""
    return Region(make_embedded_world("mentoring"))
