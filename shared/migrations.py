"""Migrations of a service's database: alembic, with the revisions directly in `services/<service>/migrations/`.

Expand and contract only: each revision works with the code before it.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

from alembic.autogenerate import compare_metadata, produce_migrations, render_python_code
from alembic.config import Config
from alembic.operations.ops import UpgradeOps
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, make_url, text

from shared.database import Instant, kernel, open_engine, reading
from shared.sealing import keys_metadata
from shared.service import Runtime

LOCK = 0x5B107
TEMPLATE = '''"""{message}"""

import sqlalchemy as sa
from alembic import op
{imports}
revision = "{revision}"
down_revision = {down}


def upgrade() -> None:
    {upgrade}
'''
_current: set[str] = set()


def migrate(runtime: Runtime) -> None:
    """Bring the database and the key store to the newest revision; does nothing when they are there."""
    engine = owner_engine(runtime)
    with engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text(f"SELECT pg_advisory_xact_lock({LOCK})"))
        script = _script(runtime)
        _run(connection, runtime, lambda revision, _context: script._upgrade_revs("head", revision))  # noqa: SLF001 - what alembic's own `upgrade` calls
    engine.dispose()
    keys = owner_engine(runtime, of="keys_database_url")
    _create_keys(keys)
    keys.dispose()


def is_current(runtime: Runtime) -> bool:
    """Whether the database is at the newest revision; remembered once it was."""
    address = str(runtime.engine.url)
    if address not in _current:
        with reading(runtime.engine) as connection:
            heads = MigrationContext.configure(connection).get_current_heads()
        if set(heads) != set(_script(runtime).get_heads()):
            return False
        _current.add(address)
    return True


def owner_engine(runtime: Runtime, *, of: str = "database_url") -> Engine:
    """An engine whose role may change tables; the run-time roles may not."""
    name = runtime.service.name
    address = runtime.settings.address(of, service=name)
    owner = runtime.settings.address("database_owner_url", service=name)
    if owner and make_url(address).get_backend_name() == "postgresql":
        wanted = make_url(address)
        address = (
            make_url(owner).set(database=wanted.database, query=wanted.query).render_as_string(hide_password=False)
        )
    return open_engine(address, password_file=runtime.settings.address("database_password_file", service=name), pool=1)


def _create_keys(engine: Engine) -> None:
    with engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("CREATE SCHEMA IF NOT EXISTS keys"))
        keys_metadata.create_all(connection)


def differences(runtime: Runtime) -> list[Any]:
    """What the tables have that the migrations lack, or the other way round."""
    with runtime.engine.begin() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": _compare_type})
        return list(compare_metadata(context, [kernel, runtime.service.tables]))  # type: ignore[arg-type]


def draft(runtime: Runtime, *, message: str) -> Path:
    """Write the next revision from what differs, for a person to read and correct."""
    script, folder = _script(runtime), runtime.service.folder / "migrations"
    heads = script.get_heads()
    with runtime.engine.begin() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": _compare_type})
        found = produce_migrations(context, [kernel, runtime.service.tables])  # type: ignore[arg-type]
    steps = found.upgrade_ops or UpgradeOps([])
    code = render_python_code(steps, render_item=_render_item)
    revision = f"{len(list(folder.glob('[0-9]*.py'))) + 1:04d}"
    file = folder / f"{revision}_{message.lower().replace(' ', '_')}.py"
    imports = "\n".join(
        line
        for used, line in (
            ("Instant()", "from shared.database import Instant\n"),
            ("postgresql.", "from sqlalchemy.dialects import postgresql\n"),
        )
        if used in code
    )
    down = f'"{heads[0]}"' if heads else "None"
    file.write_text(
        TEMPLATE.format(message=message, imports=imports, revision=revision, down=down, upgrade=code.strip())
    )
    return file


def _compare_type(_context: Any, _inspected: Any, column: Any, *_types: Any) -> bool | None:
    """Our instants are text in SQLite, on purpose; of the rest alembic decides."""
    return False if isinstance(column.type, Instant) else None


def _render_item(kind: str, item: Any, _context: Any) -> str | Literal[False]:
    return "Instant()" if kind == "type" and isinstance(item, Instant) else False


def _script(runtime: Runtime) -> ScriptDirectory:
    folder = runtime.service.folder / "migrations"
    return ScriptDirectory(folder, version_locations=[str(folder)])


def _run(connection: Connection, runtime: Runtime, steps: Callable[[Any, Any], Any]) -> None:
    with EnvironmentContext(Config(), _script(runtime)) as environment:
        environment.configure(connection=connection, target_metadata=kernel, fn=steps)
        environment.run_migrations()
