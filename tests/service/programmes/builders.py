"""A small world for the tests of programmes: who acts, and the usual first steps."""

from dataclasses import dataclass, field
from typing import Any

from shared.contracts import schema
from shared.database import new_id
from tests.world import World

API = "/programmes/api/v1"
CARD = {
    "name": "Moc kobiet",
    "support_area": "social-exclusion",
    "seat": {"place": "Białystok", "voivodeship": "podlaskie"},
    "period": {"from": "2021-01-16", "to": "2023-01-15"},
    "status": "finished",
    "cost": {"amount": "69419.00", "currency": "EUR"},
    "grant": {"amount": "69419.00", "currency": "EUR"},
    "reach": "local",
    "activity_types": ["counselling", "self-advocacy", "self-organisation"],
    "target_groups": ["women", "migrants"],
}


@dataclass
class Programmes:
    """A coordinator, a foundation with an intake worker, and women whom both know."""

    world: World
    foundation: str = field(default_factory=new_id)
    office: str = field(default_factory=new_id)

    def __post_init__(self) -> None:
        self.coordinator = self.world.actor("coordinator")
        self.intake = self.world.actor("intake", institution=self.foundation)
        self.stranger = self.world.actor("intake", institution=new_id())

    def post(self, path: str, body: Any = None, *, by: Any = None, status: int = 0, **headers: str) -> Any:
        answer = self.world.api(by or self.intake).post(f"{API}{path}", json=body or {}, headers=headers)
        assert answer.status_code == status or (not status and answer.status_code < 300), answer.text
        return answer.get_json()

    def get(self, path: str, *, by: Any = None, status: int = 200) -> Any:
        answer = self.world.api(by or self.intake).get(f"{API}{path}")
        assert answer.status_code == status, answer.text
        return answer.get_json()

    def programme(self, **changes: Any) -> str:
        return str(self.post("/programmes", {**CARD, **changes}, by=self.coordinator)["id"])

    def activity(self, programme: str, **changes: Any) -> Any:
        body = {
            "programme_id": programme,
            "kind": "language-course",
            "name": "Język polski A1",
            "sessions": [session(10), session(17)],
            "places": 12,
        }
        return self.post("/activities", {**body, **changes})

    def woman(self, n: int = 0) -> str:
        """A registered woman whom this service has heard of."""
        participant_id = new_id()
        letters = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
        code = f"{letters[n // 32 % 32]}{letters[n % 32]}3K-92"
        data = {
            "code": code,
            "language": "uk",
            "do_not_contact": False,
            "safe_channels": ["sms"],
            "languages": ["uk"],
            "registered_by": self.office,
        }
        self.world.tell("people.participant.registered.v1", key=participant_id, data=data)
        return participant_id

    def women(self, count: int) -> list[str]:
        made = [self.woman(n) for n in range(count)]
        self.world.settle()
        return made

    def participant(self, participant_id: str) -> Any:
        return self.world.actor("participant", participant_id=participant_id)

    def enrol(self, activity: str, woman: str, **more: Any) -> Any:
        return self.post(f"/activities/{activity}/enrolments", {"participant_id": woman}, **more)

    def refer(self, woman: str, *, referral: str = "", fact: str = "accepted", **changes: Any) -> str:
        referral = referral or new_id()
        type_ = f"referrals.referral.{fact}.v1"
        data = {
            **schema(type_)["examples"][0],
            "participant_id": woman,
            "receiver_id": self.foundation,
            "sender_id": self.office,
            "handled_by": self.intake.id,
            **changes,
        }
        self.world.tell(type_, key=referral, data=data)
        self.world.settle()
        return referral

    def path(self, woman: str) -> Any:
        found = self.get(f"/paths?participant_id={woman}")["items"]
        return found[-1] if found else None


def session(day: int, hour: int = 8, *, month: int = 3, **more: Any) -> dict[str, Any]:
    return {
        "starts_at": f"2026-{month:02}-{day:02}T{hour:02}:00:00Z",
        "ends_at": f"2026-{month:02}-{day:02}T{hour + 1:02}:30:00Z",
        **more,
    }
