"""P1: `POST` of a referral on PostgreSQL with everything on, one gunicorn worker, 8 clients, beside two references."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg

from deploy.parts.ports import free_port
from deploy.parts.postgres import PostgresServer
from deploy.parts.process import Child, accepts
from deploy.services import composition, open_runtime
from shared import auth, process
from shared.actor import Actor
from shared.contracts import codes
from shared.database import new_id
from shared.envelope import Fact
from shared.settings import Settings
from tests.performance.load import Request, per_second
from tests.performance.measuring import Figure, in_turn

ROOT = Path(__file__).parents[2]
BENCH_PYTHON = ROOT / ".venv-bench" / "bin" / "python"
WRITES = 1500
ROUNDS = 6
REFERENCE_TABLES = """
CREATE TABLE bare_referrals (id text PRIMARY KEY, data jsonb NOT NULL);
CREATE TABLE bare_outbox (position bigserial PRIMARY KEY, key text NOT NULL, data jsonb NOT NULL);
CREATE TABLE participants (id text PRIMARY KEY);
CREATE TABLE services (id text PRIMARY KEY, institution_id text NOT NULL);
CREATE TABLE agreements (id text PRIMARY KEY, fields text[] NOT NULL);
CREATE TABLE agreement_parties (agreement_id text, institution_id text, PRIMARY KEY (agreement_id, institution_id));
CREATE TABLE fast_idempotency (caller text, key text, digest text, answer text, PRIMARY KEY (caller, key));
CREATE TABLE fast_referrals (id text PRIMARY KEY, participant_id text, service_id text, sender_id text,
    receiver_id text, status text, data json, sealed text, at timestamptz, due timestamptz, version int);
CREATE INDEX ON fast_referrals (participant_id, service_id);
CREATE INDEX ON fast_referrals (sender_id, id);
CREATE INDEX ON fast_referrals (receiver_id, id);
CREATE INDEX ON fast_referrals (due);
CREATE TABLE fast_history (referral_id text, version int, action text, by_id text, at timestamptz,
    PRIMARY KEY (referral_id, version));
CREATE TABLE fast_sequences (topic text, key text, last int, PRIMARY KEY (topic, key));
CREATE TABLE fast_outbox (position bigserial PRIMARY KEY, event_id text UNIQUE, key text, sequence int, data json,
    at timestamptz);
"""


@dataclass
class Ground:
    """The database with a service under an agreement, and women nobody has referred yet."""

    folder: Path
    server: PostgresServer
    women: list[str] = field(default_factory=list)
    office: str = field(default_factory=new_id)
    foundation: str = field(default_factory=new_id)
    service: str = ""
    token: str = ""

    @property
    def settings(self) -> Settings:
        return Settings(
            data=self.folder,
            database_url=self.server.url("referrals"),
            database_owner_url=self.server.url("referrals", owner=True),
            keys_database_url=self.server.url("referrals") + "?options=-csearch_path%3Dkeys",
            people_url="http://127.0.0.1:9",
            log_format="json",
        )

    def prepare(self) -> None:
        self.server.create_service_databases(["referrals", "reference"])
        runtime = open_runtime("referrals", self.settings)
        process.prepare(runtime)
        admin = Actor(id=new_id(), roles=frozenset({"administrator", "coordinator"}))
        client = composition("referrals").web(_with_people_key(runtime)).test_client()
        self.office = _made(client, runtime, admin, "institutions", {"type": "pup", "name": "Urząd", "teryt": "2061"})
        self.foundation = _made(
            client, runtime, admin, "institutions", {"type": "ngo", "name": "Most", "teryt": "2061"}
        )
        owner = Actor(id=new_id(), memberships={self.foundation: frozenset({"institution-admin"})})
        self.service = _made(client, runtime, owner, "services", {
            "institution_id": self.foundation, "name": "Kurs", "category": "language-course", "teryt": "2061",
            "languages": ["uk", "pl"], "childcare": True, "capacity": {"unit": "place", "available": 3, "maximum": 20},
        })  # fmt: skip
        agreement = _made(client, runtime, admin, "agreements", {
            "parties": [self.office, self.foundation], "fields": ["name", "phone", "narrative"],
            "purposes": list(codes("needs")), "valid_from": "2026-01-01",
        })  # fmt: skip
        for party in (self.office, self.foundation):
            _made(client, runtime, admin, f"agreements/{agreement}/actions/sign", {"institution_id": party})
        self.women = [new_id() for _ in range(WRITES * (ROUNDS + 1))]
        _register(runtime, self.women, self.office)
        self._prepare_reference()
        caseworker = Actor(id=new_id(), memberships={self.office: frozenset({"caseworker"})}, session_id=new_id())
        self.token = _token(runtime, caseworker, seconds=3600)
        runtime.close()

    def _prepare_reference(self) -> None:
        with psycopg.connect(self.server.url("reference", owner=True)) as owner:
            owner.execute(REFERENCE_TABLES)
            owner.execute("INSERT INTO services VALUES (%s, %s)", [self.service, self.foundation])
            owner.execute("INSERT INTO agreements VALUES ('a', %s)", [["name", "phone", "narrative"]])
            for party in (self.office, self.foundation):
                owner.execute("INSERT INTO agreement_parties VALUES ('a', %s)", [party])
            with owner.cursor() as cursor:
                cursor.executemany("INSERT INTO participants VALUES (%s)", [[woman] for woman in self.women])

    def requests(self, path: str, women: list[str]) -> list[Request]:
        return [Request(path, _body(woman, self.service), self._headers(woman)) for woman in women]

    def _headers(self, woman: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}", "Idempotency-Key": woman}


def _body(woman: str, service: str) -> dict[str, Any]:
    return {
        "participant_id": woman, "service_id": service, "priority": "routine", "needs": ["language-course"],
        "languages": ["uk"], "childcare": True, "narrative": "Szuka pracy po przeprowadzce. " * 10,
        "legal_basis": {"code": "gdpr-6-1-e", "reference": "art. 33"},
        "sharing": {"fields": ["name", "phone", "narrative"], "agreed": "spoken", "language": "uk",
                    "expires_on": "2027-12-01"},
        "submit": True,
    }  # fmt: skip


def _with_people_key(runtime: Any) -> Any:
    """Tokens are checked with a key of ours: `people` does not run here."""
    runtime.settings = Settings(**{**vars(runtime.settings), "people_url": ""})
    return runtime


def _token(runtime: Any, actor: Actor, *, seconds: int = 60) -> str:
    signer = auth.Signer(key=runtime.signing_key("people"), issuer=runtime.settings.origin)
    return signer.sign(auth.claims_of(actor), audience=auth.API, seconds=seconds)


def _made(client: Any, runtime: Any, actor: Actor, path: str, body: dict[str, Any]) -> str:
    headers = {"Authorization": f"Bearer {_token(runtime, actor)}"}
    answer = client.post(f"/referrals/api/v1/{path}", json=body, headers=headers)
    if answer.status_code not in (200, 201):
        raise RuntimeError(f"{path}: {answer.status_code} {answer.get_data(as_text=True)[:300]}")
    return str(answer.get_json()["id"])


def _register(runtime: Any, women: list[str], office: str) -> None:
    """The local copy that `people`'s facts would have made."""
    handler = runtime.service.projections["people.participant.registered.v1"]
    data = {
        "code": "7F3K-92",
        "language": "uk",
        "do_not_contact": False,
        "safe_channels": [],
        "languages": ["uk"],
        "registered_by": office,
    }
    with runtime.transaction_as_service() as tx:
        for woman in women:
            handler(tx, Fact(new_id(), "people.participant.registered.v1", woman, 1, 1, datetime.now(UTC), data))


@contextmanager
def serving(
    name: str, command: list[str | Path], environment: dict[str, str], *, port: int, folder: Path
) -> Iterator[None]:
    child = Child(name, command, log=folder / f"{name}.log", env={**os.environ, **environment})
    child.start()
    try:
        child.wait_ready(lambda: accepts(port))
        yield
    finally:
        child.stop()


def measure(folder: Path, server: PostgresServer) -> list[Figure]:
    ground = Ground(folder, server)
    ground.prepare()
    ports = {"ours": free_port(), "flask": free_port(), "fastapi": free_port()}
    with _ours(ground, ports["ours"]), _flask(ground, ports["flask"]), _fastapi(ground, ports["fastapi"]):
        women = iter(ground.women)

        def fresh() -> list[str]:
            return [next(women) for _ in range(WRITES)]

        taken: list[str] = []

        def ours() -> float:
            taken[:] = fresh()
            return per_second(ports["ours"], ground.requests("/referrals/api/v1/referrals", taken))

        found = in_turn(
            {
                "ours": ours,
                "flask": lambda: per_second(ports["flask"], ground.requests("/referrals", taken)),
                "fastapi": lambda: per_second(ports["fastapi"], ground.requests("/referrals", taken)),
            },
            rounds=ROUNDS - 1,
        )
    name = "P1 referrals sent a second"
    return [
        Figure(name, found["ours"], "/s", "≥ 0.5", "bare Flask + psycopg, two rows", found["flask"]),
        Figure(name, found["ours"], "/s", "≥ 1.0", "FastAPI + SQLAlchemy async, same work", found["fastapi"]),
    ]


def _ours(ground: Ground, port: int) -> Any:
    settings = Settings(**{**vars(ground.settings), "port": port, "people_url": "", "origin": ground.settings.origin})
    command = [sys.executable, "-m", "services.referrals", "api"]
    return serving("ours", command, settings.environment(), port=port, folder=ground.folder)


def _flask(ground: Ground, port: int) -> Any:
    options = ["--workers=1", "--worker-class=gthread", "--threads=8", f"--bind=127.0.0.1:{port}", "--keep-alive=5"]
    command = [BENCH_PYTHON, "-m", "gunicorn", *options, "tests.performance.references.bare_flask:app"]
    environment = {"REFERENCE_DATABASE": ground.server.url("reference"), "PYTHONPATH": str(ROOT)}
    return serving("flask", command, environment, port=port, folder=ground.folder)


def _fastapi(ground: Ground, port: int) -> Any:
    options = [f"--port={port}", "--workers=1", "--log-level=warning", "--no-access-log"]
    command = [BENCH_PYTHON, "-m", "uvicorn", *options, "tests.performance.references.fastapi_async:app"]
    environment = {
        "REFERENCE_DATABASE": ground.server.url("reference"),
        "REFERENCE_PUBLIC_KEY": str(ground.folder / "keys" / "people.pub.pem"),
        "PYTHONPATH": str(ROOT),
    }
    return serving("fastapi", command, environment, port=port, folder=ground.folder)
