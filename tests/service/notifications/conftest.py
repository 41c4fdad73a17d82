"""A partnership as notifications knows it: told by facts, read through its doors; real servers for mail and SMS."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from email import message_from_bytes
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
from aiosmtpd.controller import Controller

from services.notifications.adapters import Outside
from services.notifications.adapters.mail import SmtpSender
from services.notifications.adapters.sms import HttpSender
from shared import contracts
from shared.actor import Actor
from shared.database import new_id
from shared.envelope import Fact
from tests.world import World

API = "/notifications/api/v1"


@dataclass
class Partnership:
    """Short words for what tests do again and again."""

    world: World
    office: str = field(default_factory=new_id)
    ngo: str = field(default_factory=new_id)
    woman: str = field(default_factory=new_id)

    def __post_init__(self) -> None:
        for institution, name, kind in ((self.office, "Urząd pracy", "pup"), (self.ngo, "Fundacja Most", "ngo")):
            self.institution(institution, name=name, type=kind)
        self.caseworker = self.staff("caseworker", self.office)
        self.intake = self.staff("intake", self.ngo)
        self.admin = self.staff("institution-admin", self.ngo)
        self.coordinator = self.account("coordinator")
        self.mentor = self.account("mentor")
        self.operator = self.account("operator")
        self.register(self.woman)
        self.world.settle()

    # -- who there is ----------------------------------------------------------------------------------------------

    def institution(self, key: str, **said: Any) -> None:
        self.tell("referrals.institution.registered.v1", key, teryt="2061", status="active",
                  confidential_location=False, **said)  # fmt: skip

    def staff(self, role: str, institution: str) -> Actor:
        actor = self.world.actor(role, institution=institution)
        self.activate(actor, [])
        self.member(actor, institution, role)
        return actor

    def account(self, role: str, **more: Any) -> Actor:
        actor = self.world.actor(role, **more)
        self.activate(actor, [role])
        return actor

    def activate(self, actor: Actor, roles: list[str]) -> None:
        self.tell("people.account.activated.v1", actor.id, roles=roles, participant_id=actor.participant_id)
        self.mailbox(actor.id, "email", f"{actor.username}-{actor.id}@example.org")

    def member(self, actor: Actor, institution: str, role: str) -> str:
        key = new_id()
        belongs = {"account_id": actor.id, "institution_id": institution, "role": role}
        self.tell("people.membership.granted.v1", key, **belongs)
        return key

    def leave(self, actor: Actor, membership: str, institution: str, role: str) -> None:
        belongs = {"account_id": actor.id, "institution_id": institution, "role": role}
        self.world.tell("people.membership.ended.v1", key=membership, data=belongs)

    def register(self, woman: str, **said: Any) -> None:
        self.tell("people.participant.registered.v1", woman, **said)

    def mailbox(self, recipient: str, channel: str, at: str, **answer: Any) -> None:
        """What `people` answers when it is asked for the recipient on the channel."""
        said = {"allowed": True, "reason": "safe", "address": at, "language": "pl"}
        self.world.people.contacts[recipient, channel] = {**said, **answer}

    # -- what happens ----------------------------------------------------------------------------------------------

    def tell(self, event_type: str, key: str, **changes: Any) -> Fact:
        data = {**contracts.schema(event_type)["examples"][0], **changes}
        return self.world.tell(event_type, key=key, data=data)

    def referral(self, fact: str, key: str, **changes: Any) -> Fact:
        between = {"sender_id": self.office, "receiver_id": self.ngo, "sent_by": self.caseworker.id}
        said = {**between, "participant_id": self.woman, "code": "7F3K-92", "handled_by": None, **changes}
        return self.tell(f"referrals.referral.{fact}.v1", key, **said)

    def match(self, fact: str, key: str, **changes: Any) -> Fact:
        with_her = {"mentee": {"kind": "participant", "id": self.woman}, "institution_id": self.ngo}
        said = {**with_her, "mentor_account_id": self.mentor.id, "adviser_id": self.intake.id, **changes}
        return self.tell(f"mentoring.match.{fact}.v1", key, **said)

    def cooperative(self, fact: str, key: str, **changes: Any) -> Fact:
        said = {"adviser_id": self.intake.id, "adviser_institution_id": self.ngo, **changes}
        return self.tell(f"cooperatives.cooperative.{fact}.v1", key, **said)

    def send(self) -> None:
        """Let a second pass, so that what is due goes."""
        self.world.settle()
        self.world.later(seconds=1)

    # -- what is seen ----------------------------------------------------------------------------------------------

    def inbox(self, actor: Actor, **query: Any) -> list[dict[str, Any]]:
        return list(self.get(actor, "/inbox", **query)["items"])

    def open_kinds(self, actor: Actor) -> list[str]:
        return sorted(item["kind"] for item in self.inbox(actor, done="false"))

    def get(self, actor: Actor, path: str, status: int = 200, **query: Any) -> Any:
        answer = self.world.api(actor).get(API + path, query_string=query)
        assert answer.status_code == status, answer.get_data(as_text=True)
        return answer.get_json()

    def post(self, actor: Actor, path: str, body: Any = None, status: int = 200) -> Any:
        answer = self.world.api(actor).post(API + path, json=body or {})
        assert answer.status_code == status, answer.get_data(as_text=True)
        return answer.get_json()

    def deliveries(self, **wanted: Any) -> list[dict[str, Any]]:
        found = self.get(self.operator, "/deliveries", limit=200)["items"]
        return [one for one in found if wanted.items() <= one.items()]

    def outcomes(self, result: str) -> list[dict[str, Any]]:
        return [fact.data for fact in self.world.facts(f"notifications.delivery.{result}.v1")]

    def letters(self, channel: str = "mail") -> list[Message]:
        """What lies in the maildir."""
        folder = Path(self.world.settings.address(channel)[len("maildir://") :]) / "new"
        return [message_from_bytes(file.read_bytes()) for file in sorted(folder.glob("*"))]


@pytest.fixture
def partnership(make_world: Callable[..., World]) -> Partnership:
    return Partnership(make_world("notifications"))


@dataclass
class Post:
    """A real SMTP server that remembers; `refuse` is what it answers to the next messages."""

    port: int
    taken: list[Message] = field(default_factory=list)
    refuse: list[str] = field(default_factory=list)
    peers: set[Any] = field(default_factory=set)

    async def handle_DATA(self, _server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd calls it so
        self.peers.add(session.peer)
        if self.refuse:
            return self.refuse.pop(0)
        self.taken.append(message_from_bytes(envelope.content))
        return "250 OK"

    @property
    def ids(self) -> list[str]:
        return [str(message["Message-ID"]) for message in self.taken]


@pytest.fixture
def post(partnership: Partnership, worker_port: int) -> Iterator[Post]:
    """Mail goes to it from now on."""
    made = Post(worker_port)
    controller = Controller(made, hostname="127.0.0.1", port=made.port)
    controller.start()
    use(partnership, "email", SmtpSender(f"smtp://127.0.0.1:{made.port}"))
    yield made
    controller.stop()


@pytest.fixture
def worker_port() -> int:
    import socket

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@dataclass
class SmsStub:
    """An HTTP server in SMSAPI's shape: each `idx` once; `answers` are given before it works."""

    url: str = ""
    taken: dict[str, dict[str, str]] = field(default_factory=dict)
    asked: list[dict[str, str]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    answers: list[tuple[int, bytes]] = field(default_factory=list)

    def answer(self, form: dict[str, str]) -> tuple[int, bytes]:
        self.asked.append(form)
        if self.answers:
            return self.answers.pop(0)
        if form["idx"] in self.taken:
            return 200, b'{"error":53,"message":"Not unique idx"}'
        self.taken[form["idx"]] = form
        return 200, b'{"count":1,"list":[{"id":"sms-1","status":"QUEUE","error":null}]}'


@pytest.fixture
def sms(partnership: Partnership) -> Iterator[SmsStub]:
    """SMS go to it from now on."""
    stub = SmsStub()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            stub.headers.append(dict(self.headers))
            status, content = stub.answer({name: values[0] for name, values in parse_qs(body).items()})
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the parent's signature
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    stub.url = f"http://127.0.0.1:{server.server_port}"
    use(partnership, "sms", HttpSender(stub.url, ""))
    yield stub
    server.shutdown()
    server.server_close()


def use(partnership: Partnership, channel: str, sender: Any) -> None:
    runtime = partnership.world.runtimes["notifications"]
    outside: Outside = runtime.outside
    runtime.__dict__["outside"] = replace(outside, senders={**outside.senders, channel: sender})
