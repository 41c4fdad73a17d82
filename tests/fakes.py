"""Stand-ins with the real contract, for tests of one service alone."""

from dataclasses import dataclass, field
from typing import Any

from flask import Flask, jsonify, request


@dataclass
class FakePeople:
    """Answers the three questions of shared/identity.py as the real `people` would, from what the test says."""

    names: dict[str, str] = field(default_factory=dict)
    known: set[str] = field(default_factory=set)
    contacts: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    """(participant or account id, channel) to the answer of /contact; what is missing is denied."""
    away: bool = False
    asked: list[tuple[str, Any]] = field(default_factory=list)

    @property
    def app(self) -> Flask:
        made = Flask("fake-people")

        @made.before_request
        def note() -> Any:
            self.asked.append((request.path, request.get_json()))
            return ("", 503) if self.away else None

        @made.post("/people/api/v1/cards")
        def cards() -> Any:
            ids = request.get_json()["ids"]
            return jsonify(items=[{"id": i, "name": self.names[i]} for i in ids if i in self.names])

        @made.post("/people/api/v1/contact")
        def contact() -> Any:
            body = request.get_json()
            recipient = body.get("participant_id") or body.get("account_id")
            denied = {"allowed": False, "reason": "no-answer-recorded"}
            return jsonify(self.contacts.get((recipient, body["channel"]), denied))

        @made.post("/people/api/v1/existence")
        def existence() -> Any:
            return jsonify(exists=request.get_json()["participant_id"] in self.known)

        return made
