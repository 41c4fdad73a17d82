"""A PostgreSQL server as a local process, with a database and two roles for each service."""

import hashlib
import hmac
import secrets
import shutil
import signal
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

import psycopg
from psycopg import sql

from deploy.parts import binaries
from deploy.parts.process import Child, as_ordinary_user, give_to_ordinary_user, run

SUPERUSER = "splot_admin"
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "max_connections": "200",
    "password_encryption": "scram-sha-256",
    "timezone": "UTC",
    "log_timezone": "UTC",
}

# The run-time role may use what the owner makes later, in every schema, and change no structure.
PRIVILEGES = """
REVOKE ALL ON DATABASE {database} FROM PUBLIC;
GRANT CONNECT, TEMPORARY ON DATABASE {database} TO {runtime};
REVOKE ALL ON SCHEMA public FROM PUBLIC;
ALTER SCHEMA public OWNER TO {owner};
CREATE SCHEMA IF NOT EXISTS keys AUTHORIZATION {owner};
GRANT USAGE ON SCHEMA public, keys TO {runtime};
ALTER DEFAULT PRIVILEGES FOR ROLE {owner} GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {runtime};
ALTER DEFAULT PRIVILEGES FOR ROLE {owner} GRANT USAGE, SELECT ON SEQUENCES TO {runtime};
"""


def provision(admin_url: str, database_url: str, *, database: str, passwords: Mapping[str, str]) -> None:
    """Makes a database, the role `<database>_owner` for migrations and the role `<database>` for run time.

    Both addresses are the superuser's: of the server, and of the database. What is there already stays.
    """
    owner = f"{database}_owner"
    with psycopg.connect(admin_url, autocommit=True) as admin:
        for role in (owner, database):
            _create_role(admin, role, passwords[role])
        if not admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database]).fetchone():
            create = sql.SQL("CREATE DATABASE {} OWNER {}")
            admin.execute(create.format(sql.Identifier(database), sql.Identifier(owner)))
    with psycopg.connect(database_url, autocommit=True) as admin:
        names = {"database": database, "owner": owner, "runtime": database}
        identifiers = {name: sql.Identifier(value) for name, value in names.items()}
        admin.execute(sql.SQL(PRIVILEGES).format(**identifiers))


def _create_role(admin: psycopg.Connection, role: str, password: str) -> None:
    if not admin.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone():
        create = sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}")
        admin.execute(create.format(sql.Identifier(role), sql.Literal(password)))


class PostgresServer:
    """A server whose data lies in `folder`, listening on 127.0.0.1:`port`; made at the first start.

    Use it as a context manager, or call start() and stop(). `settings` are PostgreSQL's own, such as {"fsync": "off"}.
    Every role signs in with a password; url() gives addresses that carry it.
    """

    def __init__(self, folder: Path, port: int, *, settings: Mapping[str, str] | None = None) -> None:
        self.port = port
        self._folder = folder.resolve()
        self._data = self._folder / "data"
        self._secret = self._folder / "secret"
        self._settings = {**SETTINGS, **(settings or {})}
        self._sockets: Path | None = None
        self._child: Child | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Starts the server and returns when it takes connections."""
        if not (self._data / "PG_VERSION").exists():
            self._initialise()
        if self._sockets is None:
            self._sockets = Path(tempfile.mkdtemp(prefix="splot-pg-"))  # a socket's path may have 107 characters
            give_to_ordinary_user(self._sockets)
        options = {**self._settings, "port": str(self.port), "unix_socket_directories": str(self._sockets)}
        words = [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
        self._child = Child(
            "PostgreSQL",
            [binaries.postgres_bin() / "postgres", "-D", self._data, *words],
            log=self._folder / "postgres.log",
            as_user=as_ordinary_user(),
            stop_signal=signal.SIGINT,  # ends sessions instead of waiting for them
            death_signal=signal.SIGINT,
        )
        self._child.start()
        self._child.wait_ready(self._takes_connections)

    def stop(self) -> None:
        """Stops the server cleanly; open connections are ended."""
        if self._child:
            self._child.stop()
        if self._sockets:
            shutil.rmtree(self._sockets, ignore_errors=True)
            self._sockets = None

    def kill(self) -> None:
        """kill -9 of the server and its sessions; start() recovers it."""
        if self._child:
            self._child.kill()

    def restart(self) -> None:
        """Stops and starts it."""
        self.stop()
        self.start()

    @property
    def running(self) -> bool:
        """Whether the server runs."""
        return self._child is not None and self._child.running

    @property
    def pid(self) -> int | None:
        """The server's process id while it runs."""
        return self._child.pid if self._child and self._child.running else None

    @property
    def admin_url(self) -> str:
        """The address of the database `postgres` for the superuser."""
        return self._url(SUPERUSER, "postgres")

    def url(self, service: str, *, owner: bool = False) -> str:
        """The address of a service's database, for its run-time role or for the owner that migrates."""
        name = f"splot_{service}"
        return self._url(f"{name}_owner" if owner else name, name)

    def create_service_databases(self, services: Iterable[str]) -> None:
        """Makes for each service a database `splot_<s>`, owned by `splot_<s>_owner`, usable by the role `splot_<s>`.

        What is there already stays.
        """
        for service in services:
            self._create_service_database(f"splot_{service}")

    def drop_service_databases(self, services: Iterable[str]) -> None:
        """Removes databases and roles, ending sessions that use them."""
        with psycopg.connect(self.admin_url, autocommit=True) as admin:
            for name in (f"splot_{service}" for service in services):
                admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
                for role in (name, f"{name}_owner"):
                    admin.execute(sql.SQL("DROP ROLE IF EXISTS {}").format(sql.Identifier(role)))

    def _initialise(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        give_to_ordinary_user(self._folder)
        if not self._secret.exists():
            self._secret.touch(mode=0o600)
            self._secret.write_text(secrets.token_urlsafe(32), encoding="ascii")
        shutil.rmtree(self._data, ignore_errors=True)
        with tempfile.NamedTemporaryFile("w", prefix="splot-pg-") as password:
            password.write(self._password(SUPERUSER))
            password.flush()
            Path(password.name).chmod(0o644)  # read by the ordinary user, for half a second
            self._run_initdb(password.name)

    def _run_initdb(self, password_file: str) -> None:
        encoding = ["--encoding=UTF8", "--locale=C.UTF-8"]
        access = [f"--username={SUPERUSER}", f"--pwfile={password_file}", "--auth=scram-sha-256"]
        program = binaries.postgres_bin() / "initdb"
        run([*as_ordinary_user(), program, "-D", self._data, "--no-sync", *encoding, *access])

    def _create_service_database(self, name: str) -> None:
        roles = {role: self._password(role) for role in (f"{name}_owner", name)}
        provision(self.admin_url, self._url(SUPERUSER, name), database=name, passwords=roles)

    def _password(self, role: str) -> str:
        secret = self._secret.read_bytes()
        return hmac.new(secret, role.encode(), hashlib.sha256).hexdigest()

    def _url(self, role: str, database: str) -> str:
        return f"postgresql://{role}:{self._password(role)}@127.0.0.1:{self.port}/{database}"

    def _takes_connections(self) -> bool:
        try:
            with psycopg.connect(self.admin_url, connect_timeout=2):
                return True
        except psycopg.OperationalError:
            return False
