"""Tokens: who signs them, how every service checks them by itself, and whom they stand for (RFC 9068, Ed25519 only)."""

import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from threading import Lock
from typing import Any, Final

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, OKPKey
from sqlalchemy import Column, Engine, Table, Text, delete, select

from shared.actor import Actor, service_actor
from shared.database import Instant, Transaction, kernel, new_id, reading
from shared.envelope import Fact
from shared.errors import Unauthenticated, Unavailable
from shared.i18n import gettext as _

ALGORITHM: Final = "Ed25519"
API, BROWSER = "splot-api", "splot-browser"
"""Audiences: a cookie's token is no bearer token, and the other way round."""

API_SECONDS, BROWSER_SECONDS, SERVICE_SECONDS = 15 * 60, 5 * 60, 60
REVOCATIONS_READ_EVERY = 5.0
ASK_AGAIN_SECONDS = 1.0

revoked_sessions = Table(
    "revoked_sessions",
    kernel,
    Column("session_id", Text, primary_key=True),
    Column("at", Instant, nullable=False),
)
REVOCATIONS_KEPT = timedelta(days=1)
"""Far longer than any token of the session lives; `people` gives no new ones."""


def session_revoked(tx: Transaction, fact: Fact) -> None:
    """Every service takes in `people.session.revoked`."""
    entry = tx.insert(revoked_sessions).values(session_id=fact.key, at=fact.time)
    tx.execute(entry.on_conflict_do_nothing())


def forget_old(tx: Transaction) -> int:
    return tx.execute(delete(revoked_sessions).where(revoked_sessions.c.at < tx.now - REVOCATIONS_KEPT)).rowcount


def signing_key(folder: Path, name: str, *, public: Path) -> OKPKey:
    """The named private key, made at first use; its public half lies in the folder `public` as `<name>.pub.pem`."""
    file = folder / f"{name}.pem"
    if not file.exists():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        fresh = file.with_suffix(f".{new_id()}")
        fresh.touch(mode=0o600)
        fresh.write_bytes(OKPKey.generate_key(ALGORITHM).as_pem(private=True))
        with suppress(FileExistsError):  # another process was faster: its key is the one
            file.hardlink_to(fresh)
        fresh.unlink()
    key = _named(file.read_bytes())
    published = public / f"{name}.pub.pem"
    if not published.exists():
        fresh = published.with_suffix(f".{new_id()}")
        fresh.write_bytes(key.as_pem(private=False))
        fresh.rename(published)  # nobody reads half of it
    return key


def public_key(folder: Path, name: str) -> OKPKey:
    return _named((folder / f"{name}.pub.pem").read_bytes())


def _named(pem: bytes) -> OKPKey:
    key = OKPKey.import_key(pem)
    return OKPKey.import_key(pem, {"kid": key.thumbprint()})


@dataclass(frozen=True)
class Signer:
    key: OKPKey
    issuer: str

    def sign(self, claims: Mapping[str, Any], *, audience: str, seconds: int) -> str:
        now = int(time.time())
        header = {"alg": ALGORITHM, "typ": "at+jwt", "kid": self.key.kid}
        full = {"iss": self.issuer, "aud": audience, "iat": now, "exp": now + seconds, "jti": new_id(), **claims}
        return jwt.encode(header, full, self.key, algorithms=[ALGORITHM])


@dataclass
class Verifier:
    """Checks tokens of one issuer. `keys` fetches the issuer's public keys; it is asked again for an unknown key."""

    issuer: str
    keys: Callable[[], KeySet]
    """Raises Unavailable when they cannot be had now."""
    _known: KeySet | None = field(default=None, init=False)
    _asked_at: float = field(default=float("-inf"), init=False)
    _asking: Lock = field(default_factory=Lock, init=False)

    def claims(self, token: str, *, audience: str) -> dict[str, Any]:
        """Raises Unauthenticated; Unavailable while the keys were never to be had."""
        try:
            checked = _decode(token, self._current())
        except Unauthenticated:
            checked = _decode(token, self._fresh())
        self._check(checked, audience)
        return checked.claims

    def even_expired(self, token: str) -> dict[str, Any]:
        """Claims of a token that may have run out, to tell whose it was; nothing may be allowed on them."""
        return _decode(token, self._current()).claims

    def _current(self) -> KeySet:
        if self._known is None:
            self._ask(again_after=ASK_AGAIN_SECONDS)
        if self._known is None:
            raise Unavailable(_("Sign-in cannot be checked at the moment."))
        return self._known

    def _fresh(self) -> KeySet:
        """The keys of now, for a token that those known do not fit; of forged ones few lead to a question."""
        with suppress(Unavailable):  # then those known are the word
            self._ask(again_after=REVOCATIONS_READ_EVERY)
        return self._current()

    def _ask(self, *, again_after: float) -> None:
        """One asks; who comes meanwhile waits for the answer."""
        with self._asking:
            if time.monotonic() - self._asked_at >= again_after:
                self._asked_at = time.monotonic()
                self._known = self.keys()

    def _check(self, checked: Any, audience: str) -> None:
        rules = jwt.JWTClaimsRegistry(
            iss={"essential": True, "value": self.issuer},
            aud={"essential": True, "value": audience},
            exp={"essential": True},
            sub={"essential": True},
        )
        # A clock that is a little behind, or was set back, must not make a fresh token "issued in the future".
        claims = {name: value for name, value in checked.claims.items() if name != "iat"}
        try:
            rules.validate(claims)
        except (JoseError, ValueError, TypeError):
            raise Unauthenticated("claims") from None
        if checked.header.get("typ") != "at+jwt":
            raise Unauthenticated("type")


def _decode(token: str, keys: KeySet) -> jwt.Token:
    try:
        return jwt.decode(token, keys, algorithms=[ALGORITHM])
    except Exception:  # noqa: BLE001 - a stranger's text meets a library: whatever it raises, the token is not valid
        raise Unauthenticated("signature") from None


def claims_of(actor: Actor) -> dict[str, Any]:
    """What a token says of an account."""
    return {
        "sub": actor.id,
        "username": actor.username,
        "roles": sorted(actor.roles),
        "institutions": [
            {"id": i, "name": actor.institution_names.get(i, ""), "roles": sorted(roles)}
            for i, roles in sorted(actor.memberships.items())
        ],
        "participant_id": actor.participant_id,
        "language": actor.language,
        "sid": actor.session_id,
    }


def actor_from(claims: Mapping[str, Any]) -> Actor:
    return Actor(
        id=claims["sub"],
        username=claims.get("username", ""),
        roles=frozenset(claims.get("roles", ())),
        memberships={held["id"]: frozenset(held["roles"]) for held in claims.get("institutions", ())},
        institution_names={held["id"]: held.get("name", "") for held in claims.get("institutions", ())},
        participant_id=claims.get("participant_id"),
        language=claims.get("language") or "pl",
        session_id=claims.get("sid"),
    )


def issuer_of(service: str) -> str:
    return f"urn:splot:{service}"


@dataclass
class Gate:
    """Turns a token into an actor: signature, audience, time, and that its session was not revoked."""

    verifier: Verifier
    engine: Engine
    services: Mapping[str, Verifier] = field(default_factory=dict)
    """Verifiers of the other services' own tokens; only `people` has them, so only `people` accepts such tokens."""
    _revoked: frozenset[str] = field(default=frozenset(), init=False)
    _read_at: float = field(default=float("-inf"), init=False)

    def actor(self, token: str, *, audience: str = API) -> Actor:
        """Raises Unauthenticated; Unavailable while nothing can be checked."""
        try:
            claims = self.verifier.claims(token, audience=audience)
        except Unauthenticated:
            return self._service(token)
        actor = actor_from(claims)
        if actor.session_id in self._revocations():
            raise Unauthenticated("revoked")
        return actor

    def _service(self, token: str) -> Actor:
        for name, verifier in self.services.items():
            with suppress(Unauthenticated):
                verifier.claims(token, audience=API)
                return service_actor(name)
        raise Unauthenticated("signature")

    def _revocations(self) -> frozenset[str]:
        if time.monotonic() - self._read_at > REVOCATIONS_READ_EVERY:
            with reading(self.engine) as connection:
                self._revoked = frozenset(connection.execute(select(revoked_sessions.c.session_id)).scalars())
            self._read_at = time.monotonic()
        return self._revoked
