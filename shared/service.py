"""What a service declares (Service) and the parts it runs on (Runtime), put together from settings once per process."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, OKPKey
from sqlalchemy import Engine, MetaData

from shared import auth, contracts, idempotency, inbox, outbox
from shared.actor import service_actor
from shared.consumer import Handler, Handlers
from shared.database import Database, NewId, Transaction, new_id, open_engine
from shared.dates import Clock, utc_now
from shared.errors import Unavailable
from shared.eventlog import EventLog, open_event_log
from shared.i18n import Catalogue
from shared.i18n import gettext as _
from shared.identity import Identity
from shared.jobs import Job
from shared.metrics import Reading
from shared.policy import Policy
from shared.sealing import KeyRing, Keys, Sealer
from shared.settings import Settings, SettingsError
from shared.web import drafts

if TYPE_CHECKING:
    from shared.web.api import Api
    from shared.web.pages import Pages

SESSION_REVOKED = "people.session.revoked.v1"
PEOPLE = "people"
PARTS = ("relay", "consume", "work")
"""What works in a service without being asked."""


@dataclass(frozen=True)
class Service:
    """One service, as its app.py puts it together from its files."""

    name: str
    folder: Path
    tables: MetaData
    policy: Policy
    api: "Api"
    pages: "Pages"
    projections: Mapping[str, Handler] = field(default_factory=dict)
    reactions: Mapping[str, Handler] = field(default_factory=dict)
    jobs: Sequence[Job] = ()
    adapters: Callable[["Runtime"], Any] | None = None
    """Opens the service's outside world (mail, SMS, …); the result is `runtime.outside`."""
    gauges: Callable[[Transaction], Iterable[Reading]] | None = None
    """Domain figures for the metrics, read when scraped, by the worker only."""

    @property
    def handlers(self) -> Handlers:
        return Handlers({SESSION_REVOKED: auth.session_revoked, **self.projections}, self.reactions)

    @property
    def topics(self) -> list[str]:
        """The topics it consumes."""
        return sorted({contracts.topic_of(event_type) for event_type in self.handlers.types})

    @property
    def produces(self) -> list[str]:
        return sorted({contracts.topic_of(t) for t in contracts.types() if t.startswith(f"{self.name}.")})


@dataclass
class Runtime:
    """A service with its opened parts. `clock` and `new_id` are arguments so that a test can hold them still."""

    service: Service
    settings: Settings
    clock: Clock = utc_now
    new_id: NewId = new_id
    people_app: Callable[[], Any] | None = None
    """The WSGI application of `people` where it runs in this process."""

    @cached_property
    def engine(self) -> Engine:
        return self._engine("database_url")

    @cached_property
    def keys(self) -> Keys:
        return Keys(self._engine("keys_database_url"), self.ring, service=self.service.name, clock=self.clock)

    @cached_property
    def ring(self) -> KeyRing:
        return KeyRing.open(self.keys_folder, create=True)

    @cached_property
    def keys_folder(self) -> Path:
        return Path(self.settings.address("keys"))

    @cached_property
    def public_keys_folder(self) -> Path:
        return Path(self.settings.address("public_keys"))

    def signing_key(self, name: str) -> OKPKey:
        return auth.signing_key(self.keys_folder, name, public=self.public_keys_folder)

    @cached_property
    def sealer(self) -> Sealer:
        return Sealer(self.keys, self.ring, service=self.service.name)

    @cached_property
    def database(self) -> Database:
        return Database(
            engine=self.engine, sealer=self.sealer, publisher=outbox.publish, clock=self.clock, new_id=self.new_id
        )

    @cached_property
    def event_log(self) -> EventLog:
        return open_event_log(self.settings.address("event_log"), client=f"splot-{self.service.name}")

    @cached_property
    def catalogue(self) -> Catalogue:
        return Catalogue(self.service.name)

    @cached_property
    def outside(self) -> Any:
        return self.service.adapters(self) if self.service.adapters else None

    @cached_property
    def gate(self) -> auth.Gate:
        verifier = auth.Verifier(issuer=self.settings.origin, keys=self._people_keys)
        askers = [name for name in contracts.services() if name != PEOPLE] if self.service.name == PEOPLE else []
        services = {name: auth.Verifier(issuer=auth.issuer_of(name), keys=self._public_keys(name)) for name in askers}
        return auth.Gate(verifier=verifier, engine=self.engine, services=services)

    @cached_property
    def signer(self) -> auth.Signer:
        """Signs users' tokens in `people`, and this service's own token elsewhere."""
        name = self.service.name
        issuer = self.settings.origin if name == PEOPLE else auth.issuer_of(name)
        return auth.Signer(key=self.signing_key(name), issuer=issuer)

    @cached_property
    def identity(self) -> Identity:
        return Identity(client=self._people_client(), own_token=self._own_token)

    def transaction_as_service(self) -> Any:
        return self.database.transaction(service_actor(self.service.name))

    def tidy(self) -> int:
        """The kernel's own job in every service: forget what has served its time."""
        with self.transaction_as_service() as tx:
            return sum(part.forget_old(tx) for part in (auth, drafts, idempotency, inbox, outbox))

    def close(self) -> None:
        for part, end in (("event_log", "close"), ("engine", "dispose"), ("keys", "close")):
            opened = self.__dict__.pop(part, None)
            if opened is not None:
                getattr(opened, end)()

    def _engine(self, setting: str) -> Engine:
        return open_engine(
            self.settings.address(setting, service=self.service.name),
            password_file=self.settings.address("database_password_file", service=self.service.name),
            pool=self.settings.database_pool,
        )

    def _own_token(self) -> str:
        return self.signer.sign(
            {"sub": f"service:{self.service.name}"}, audience=auth.API, seconds=auth.SERVICE_SECONDS
        )

    def _public_keys(self, name: str) -> Callable[[], KeySet]:
        """None while the service has never run; the verifier asks again."""

        def read() -> KeySet:
            with suppress(FileNotFoundError):
                return KeySet([auth.public_key(self.public_keys_folder, name)])
            return KeySet([])

        return read

    def _people_keys(self) -> KeySet:
        if self.service.name == PEOPLE or not self.settings.people_url:
            self.signing_key(PEOPLE)
            return KeySet([auth.public_key(self.public_keys_folder, PEOPLE)])
        try:
            answer = self.identity.client.get("/people/.well-known/jwks.json", timeout=5.0)
            return KeySet.import_key_set(answer.raise_for_status().json())
        except (httpx.HTTPError, JoseError, ValueError):
            raise Unavailable(_("Sign-in cannot be checked at the moment.")) from None

    def _people_client(self) -> httpx.Client:
        if self.settings.people_url:
            return httpx.Client(base_url=self.settings.people_url)
        if self.people_app is None:
            raise SettingsError("SPLOT_PEOPLE_URL is empty and `people` does not run in this process: set it")
        return httpx.Client(transport=httpx.WSGITransport(app=self.people_app()), base_url="http://people.internal")
