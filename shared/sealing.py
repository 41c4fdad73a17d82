"""Field encryption: one key per person and service, so that destroying a key erases her everywhere at once.

Three layers. A `KeyRing` is a folder of secret files and belongs to the operator. `Keys` are the data keys, wrapped by
the ring, in a store of their own that is in no database dump. A `Sealer` is what commands and queries use.
"""

import base64
import binascii
import hmac
import json
import os
import re
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from contextlib import closing
from hashlib import sha256
from pathlib import Path
from threading import Lock
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import Column, Connection, Engine, Integer, LargeBinary, MetaData, Table, Text, event, select, update
from sqlalchemy.dialects import postgresql, sqlite

from shared.dates import Clock, isoformat_z, utc_now

KEY_BYTES = 32
NONCE_BYTES = 12
OTHERS = 0o007
KEK_FILE = re.compile(r"kek-([1-9][0-9]*)\.key")
SECRET_NAME = re.compile(r"[a-z][a-z0-9-]*")

# Other processes keep a destroyed key at most this long.
CACHE_SECONDS = 30.0
CACHE_KEYS = 4096
REWRAP_BATCH = 500

keys_metadata = MetaData()

data_keys = Table(
    "data_keys",
    keys_metadata,
    Column("subject", Text, primary_key=True),
    Column("wrapped", LargeBinary),
    Column("kek_version", Integer, nullable=False),
    Column("created_at", Text, nullable=False),
    Column("destroyed_at", Text),
)


class KeyMissing(Exception):
    """A key file is not there, is not a key, or can be read by others: nothing may start."""


class SubjectUnknown(Exception):
    """There is no key for this subject: nothing was ever sealed for her here."""


class SubjectErased(Exception):
    """Her key was destroyed: nothing of hers can be sealed or opened, ever again."""


class SealBroken(Exception):
    """The token was changed, or was sealed for another place, or with another key."""


class KeyRing:
    """Key-encryption keys `kek-<version>.key` and named secrets `secret-<name>.key`, base64 of 32 random bytes each.

    The newest version wraps, every version present unwraps. Rotation: add the next file, restart, `Keys.rewrap()`, and
    only then take the old file away.
    """

    def __init__(self, folder: Path, *, create: bool = False) -> None:
        self._folder = folder
        self._create = create
        self._secrets: dict[str, bytes] = {}
        self._versions = {int(found[1]): _read_key(file) for file, found in _kek_files(folder)}
        if not self._versions:
            raise KeyMissing(f"{folder} holds no kek-1.key")

    @classmethod
    def open(cls, folder: Path, *, create: bool = False) -> "KeyRing":
        """Raises KeyMissing. With `create` the first key and missing secrets are made, safely in parallel."""
        if create:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if not any(_kek_files(folder)):
                _make_key(folder / "kek-1.key")
        return cls(folder, create=create)

    @property
    def newest(self) -> int:
        return max(self._versions)

    def kek(self, version: int) -> bytes:
        if version not in self._versions:
            raise KeyMissing(f"kek-{version}.key is needed and not there")
        return self._versions[version]

    def secret(self, name: str) -> bytes:
        """A named secret that stays the same for as long as the folder does."""
        if not SECRET_NAME.fullmatch(name):
            raise ValueError("a secret's name is a file name: lower case, digits, hyphens")
        if name not in self._secrets:
            file = self._folder / f"secret-{name}.key"
            if self._create and not file.exists():
                _make_key(file)
            self._secrets[name] = _read_key(file)
        return self._secrets[name]

    def derived(self, name: str, *purpose: str) -> bytes:
        """32 bytes from the named secret for one purpose only."""
        return _derive(self.secret(name), *purpose)


class Keys:
    """Data keys by subject. Each is committed in its own store before anything is sealed with it."""

    def __init__(
        self,
        engine: Engine,
        ring: KeyRing,
        *,
        service: str,
        clock: Clock = utc_now,
        timer: Callable[[], float] = time.monotonic,
    ) -> None:
        self._engine = engine
        self._ring = ring
        self._service = service
        self._clock = clock
        self._cache = _Cache(timer)
        if engine.dialect.name == "sqlite":
            event.listen(engine, "connect", _overwrite_what_is_deleted)

    def create(self, subject: str) -> bytes:
        """Her key, made and committed if she has none. Raises SubjectErased."""
        if cached := self._cache.get(subject):
            return cached
        wrapped, version = self._wrap(subject, os.urandom(KEY_BYTES))
        row = {"subject": subject, "wrapped": wrapped, "kek_version": version, "created_at": isoformat_z(self._clock())}
        with self._engine.begin() as connection:
            making = _insert(connection).values(row).on_conflict_do_nothing(index_elements=["subject"])
            made = connection.execute(making.returning(data_keys.c.subject)).first()
        if made:
            self._cache.put(subject, self._unwrap(subject, wrapped, version))
        return self.get(subject)

    def get(self, subject: str) -> bytes:
        """Her key. Raises SubjectUnknown or SubjectErased."""
        if cached := self._cache.get(subject):
            return cached
        self.load([subject])
        if cached := self._cache.get(subject):
            return cached
        with self._reading() as connection:
            known = connection.execute(select(data_keys.c.subject).where(data_keys.c.subject == subject)).first()
        raise SubjectErased(subject) if known else SubjectUnknown(subject)

    def load(self, subjects: Iterable[str]) -> None:
        """Fetches many keys in one query, so that a page of many people opens quickly."""
        wanted = [subject for subject in set(subjects) if not self._cache.get(subject)]
        living = data_keys.c.subject.in_(wanted) & data_keys.c.wrapped.is_not(None)
        if not wanted:
            return
        with self._reading() as connection:
            rows = connection.execute(select(data_keys).where(living)).all()
        for row in rows:
            self._cache.put(row.subject, self._unwrap(row.subject, row.wrapped, row.kek_version))

    def destroy(self, subject: str) -> None:
        """Overwrites her key and leaves a tombstone, also where she was never known. Repeating it changes nothing.

        Other processes may still hold the key in memory for CACHE_SECONDS.
        """
        now = isoformat_z(self._clock())
        tombstone = {"subject": subject, "wrapped": None, "kek_version": 0, "created_at": now, "destroyed_at": now}
        with self._engine.begin() as connection:
            connection.execute(
                _insert(connection)
                .values(tombstone)
                .on_conflict_do_update(
                    index_elements=["subject"],
                    where=data_keys.c.destroyed_at.is_(None),
                    set_={"wrapped": None, "kek_version": 0, "destroyed_at": now},
                )
            )
        self._cache.drop(subject)
        self._forget_old_pages()

    def close(self) -> None:
        self._engine.dispose()

    def rewrap(self) -> int:
        """Wraps every key that an older kek wraps with the newest one; answers how many."""
        old = data_keys.c.wrapped.is_not(None) & (data_keys.c.kek_version != self._ring.newest)
        done = 0
        while True:
            with self._engine.begin() as connection:
                rows = connection.execute(select(data_keys).where(old).limit(REWRAP_BATCH)).all()
                for row in rows:
                    self._rewrap(connection, row)
            if not rows:
                return done
            done += len(rows)

    def _reading(self) -> Connection:
        # The option keeps SQLite from taking its write lock, see shared.database.
        return self._engine.connect().execution_options(splot_reading=True)

    def _rewrap(self, connection: Connection, row: Any) -> None:
        wrapped, version = self._wrap(row.subject, self._unwrap(row.subject, row.wrapped, row.kek_version))
        # Only what was read: a key destroyed in between must not come back.
        unchanged = (data_keys.c.subject == row.subject) & (data_keys.c.wrapped == row.wrapped)
        connection.execute(update(data_keys).where(unchanged).values(wrapped=wrapped, kek_version=version))

    def _wrap(self, subject: str, key: bytes) -> tuple[bytes, int]:
        version = self._ring.newest
        return _encrypt(self._ring.kek(version), key, _bound("key", self._service, subject, str(version))), version

    def _unwrap(self, subject: str, wrapped: bytes, version: int) -> bytes:
        return _decrypt(self._ring.kek(version), wrapped, _bound("key", self._service, subject, str(version)))

    def _forget_old_pages(self) -> None:
        # SQLite's write-ahead log still holds the page with the key until it is truncated. PostgreSQL's own log and its
        # dead rows are the operator's: this store is not archived, and autovacuum takes the rows.
        if self._engine.dialect.name == "sqlite":
            with closing(self._engine.raw_connection()) as connection:  # a checkpoint works outside transactions only
                connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")


class Sealer:
    """Seals text for one place of one service; whoever moves a token elsewhere cannot open it."""

    def __init__(self, keys: Keys, ring: KeyRing, *, service: str) -> None:
        self.keys = keys
        self._ring = ring
        self._service = service

    def seal(self, plain: str, *, subject: str, table: str, column: str, row: str) -> str:
        """A token for exactly this place. Makes her key if she has none yet; raises SubjectErased."""
        key = self.keys.create(subject)
        return "v1." + _encode(_encrypt(key, plain.encode(), _bound(self._service, table, column, row)))

    def open(self, token: str, *, subject: str, table: str, column: str, row: str) -> str:
        """What was sealed here. Raises SubjectErased, SubjectUnknown or SealBroken."""
        version, _, body = token.partition(".")
        if version != "v1":
            raise SealBroken("not a token of this kind")
        key = self.keys.get(subject)
        return _decrypt(key, _decode(body), _bound(self._service, table, column, row)).decode()

    def seal_for_service(self, plain: str, *, purpose: str) -> str:
        """A token that this service opens for this purpose, bound to nobody: for things that soon expire."""
        version = self._ring.newest
        return f"s{version}." + _encode(_encrypt(self._service_key(version, purpose), plain.encode(), b""))

    def open_for_service(self, token: str, *, purpose: str) -> str:
        """What was sealed for this purpose. Raises SealBroken."""
        found = re.fullmatch(r"s([1-9][0-9]{0,8})\.(.*)", token)
        if not found:
            raise SealBroken("not a token of this kind")
        return _decrypt(self._service_key(int(found[1]), purpose), _decode(found[2]), b"").decode()

    def blind_index(self, value: str, *, column: str) -> str:
        """The same for the same value in this column only, to find a sealed value. The caller normalises."""
        return self._hash(value.encode(), "blind-index", column)

    def keyed_hash(self, data: bytes, *, purpose: str) -> str:
        return self._hash(data, "keyed-hash", purpose)

    def _hash(self, data: bytes, secret: str, purpose: str) -> str:
        return _encode(hmac.digest(self._ring.derived(secret, self._service, purpose), data, sha256))

    def _service_key(self, version: int, purpose: str) -> bytes:
        try:
            return _derive(self._ring.kek(version), "service", self._service, purpose)
        except KeyMissing:
            raise SealBroken("sealed with a key that was taken away") from None


class _Cache:
    """Bounded in number and age."""

    def __init__(self, timer: Callable[[], float]) -> None:
        self._timer = timer
        self._lock = Lock()
        self._entries: OrderedDict[str, tuple[float, bytes]] = OrderedDict()

    def get(self, subject: str) -> bytes | None:
        until, key = self._entries.get(subject, (0.0, b""))
        return key if key and self._timer() < until else None

    def put(self, subject: str, key: bytes) -> None:
        with self._lock:
            self._entries.pop(subject, None)
            self._entries[subject] = (self._timer() + CACHE_SECONDS, key)
            if len(self._entries) > CACHE_KEYS:
                self._entries.popitem(last=False)

    def drop(self, subject: str) -> None:
        with self._lock:
            self._entries.pop(subject, None)


def _kek_files(folder: Path) -> list[tuple[Path, re.Match[str]]]:
    return [(file, found) for file in folder.glob("kek-*.key") if (found := KEK_FILE.fullmatch(file.name))]


def _read_key(file: Path) -> bytes:
    try:
        if file.stat().st_mode & OTHERS:
            raise KeyMissing(f"{file} can be read by others: chmod 600")
        key = base64.b64decode(file.read_text().strip(), validate=True)
    except (OSError, ValueError) as error:
        raise KeyMissing(f"{file} cannot be read as a key") from error
    if len(key) != KEY_BYTES:
        raise KeyMissing(f"{file} does not hold {KEY_BYTES} bytes")
    return key


def _make_key(file: Path) -> None:
    """Whole and on disk before it has its name; where two processes make it at once, the first one's stays."""
    draft = file.with_name(f".{file.name}.{os.getpid()}.{os.urandom(4).hex()}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(base64.b64encode(os.urandom(KEY_BYTES)) + b"\n")
            stream.flush()
            os.fsync(stream.fileno())
        try:
            os.link(draft, file)
        except FileExistsError:
            return
    finally:
        draft.unlink()
    _sync_folder(file.parent)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _insert(connection: Connection) -> Any:
    insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    return insert(data_keys)


def _overwrite_what_is_deleted(connection: Any, _record: Any) -> None:
    connection.execute("PRAGMA secure_delete = ON")


def _derive(secret: bytes, *purpose: str) -> bytes:
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=_bound(*purpose)).derive(secret)


def _bound(*parts: str) -> bytes:
    # JSON, because joined with a separator ("a", "b:c") and ("a:b", "c") would be the same.
    return json.dumps(parts).encode()


def _encrypt(key: bytes, plain: bytes, bound: bytes) -> bytes:
    nonce = os.urandom(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, plain, bound)


def _decrypt(key: bytes, sealed: bytes, bound: bytes) -> bytes:
    try:
        return AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], bound)
    except (InvalidTag, ValueError):
        raise SealBroken("changed, or sealed for another place") from None


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _decode(body: str) -> bytes:
    try:
        data = base64.b64decode(body + "=" * (-len(body) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise SealBroken("not base64") from None
    if _encode(data) != body:  # the last character has spare bits: one token only for one text
        raise SealBroken("not base64 as we write it")
    return data
