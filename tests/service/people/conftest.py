"""A world of people alone, with two institutions and small builders."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from services.people import commands
from services.people.queries import access
from shared import auth
from shared.actor import Actor
from shared.database import new_id
from tests.world import Client, World

API = "/people/api/v1"
OKSANA = {
    "given_name": "Oksana",
    "family_name": "Żółć-Przykładna",
    "language": "uk",
    "contacts": [
        {"channel": "sms", "value": "500 000 001", "safe": True},
        {"channel": "email", "value": "oksana@example.org", "safe": False},
    ],
}
PASSWORD = "demo-splot-2026"


@dataclass
class Town:
    """An office that registers women and a foundation that works with them."""

    world: World
    office: str
    foundation: str

    @property
    def caseworker(self) -> Actor:
        return self.world.actor("caseworker", institution=self.office, institution_names={self.office: "Urząd pracy"})

    @property
    def intake(self) -> Actor:
        return self.world.actor("intake", institution=self.foundation)

    @property
    def officer(self) -> Actor:
        return self.world.actor("data-officer")

    def register(self, actor: Actor | None = None, **changes: Any) -> dict[str, Any]:
        answer = self.world.api(actor or self.caseworker).post(f"{API}/participants", json={**OKSANA, **changes})
        assert answer.status_code == 201, answer.json
        return dict(answer.json)

    def account(self, username: str, **details: Any) -> dict[str, Any]:
        with self.world.transaction("people") as tx:
            return commands.create_account(tx, username=username, password=PASSWORD, **details)

    def herself(self, woman: dict[str, Any]) -> Actor:
        return self.world.actor("participant", participant_id=woman["id"])

    def may_contact(self, *, channel: str, **who: str) -> dict[str, Any]:
        """What people answers to notifications, which asks with its own token."""
        keys = Path(self.world.settings.address("keys"))
        signer = auth.Signer(
            key=auth.signing_key(keys, "notifications", public=keys), issuer=auth.issuer_of("notifications")
        )
        token = signer.sign({"sub": "service:notifications"}, audience=auth.API, seconds=60)
        body = {**who, "channel": channel, "urgent": True, "purpose": "notification"}
        client = Client(self.world, {"Authorization": f"Bearer {token}"})
        answer = client.post(f"{API}/contact", json=body)
        assert answer.status_code == 200, answer.json
        return dict(answer.json)

    def chain_fault(self) -> str | None:
        with self.world.transaction("people") as tx:
            return access.verify_chain(tx)

    def accepted(
        self, woman: dict[str, Any], *, fields: tuple[str, ...] = ("name", "phone"), until: str = "2027-03-01"
    ) -> str:
        """A referral of hers to the foundation, accepted there; answers its id."""
        referral = new_id()
        data = {**self._referral(woman, "accepted"), "sharing": {"fields": list(fields), "expires_on": until}}
        data |= {"languages": ["uk"], "childcare": False, "teryt": "2061", "mentor_wished": None}
        self.world.tell("referrals.referral.accepted.v1", key=referral, data=data)
        self.world.settle()
        return referral

    def cancelled(self, referral: str, woman: dict[str, Any], *, reason: str) -> None:
        data = {**self._referral(woman, "cancelled"), "reason": reason}
        self.world.tell("referrals.referral.cancelled.v1", key=referral, data=data)
        self.world.settle()

    def _referral(self, woman: dict[str, Any], status: str) -> dict[str, Any]:
        return {
            "code": "Q4TN-07",
            "participant_id": woman["id"],
            "service_id": new_id(),
            "service_category": "language-course",
            "vacancy_id": None,
            "sender_id": self.office,
            "receiver_id": self.foundation,
            "sent_by": new_id(),
            "handled_by": None,
            "priority": "routine",
            "needs": ["language-course"],
            "status": status,
            "business_status": None,
            "look_by": "2026-03-04T14:00:00Z",
            "decide_by": "2026-03-09T14:00:00Z",
            "contact_by": None,
        }


@pytest.fixture
def town(make_world: Callable[..., World]) -> Town:
    return _town(make_world("people"))


@pytest.fixture
def small_town(make_embedded_world: Callable[..., World]) -> Town:
    """On SQLite only, for pages."""
    return _town(make_embedded_world("people"))


def _town(world: World) -> Town:
    made = Town(world, new_id(), new_id())
    for institution, name in ((made.office, "Urząd pracy"), (made.foundation, "Fundacja Most")):
        data = {"name": name, "type": "ngo", "teryt": "2061", "status": "active", "confidential_location": False}
        world.tell("referrals.institution.registered.v1", key=institution, data=data)
    world.settle()
    return made
