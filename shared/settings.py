"""Every setting is one environment variable `SPLOT_…`, declared here once with its default and its meaning."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

PREFIX = "SPLOT_"


class SettingsError(Exception):
    """A setting is unknown or has a value that cannot work; the sentence says which and what would be right."""


def _port(text: str) -> int:
    port = int(text)
    if not 0 <= port <= 65535:
        raise ValueError("a port is a number from 0 to 65535")
    return port


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise ValueError("expected a whole number from 1")
    return number


def _switch(text: str) -> bool:
    if text not in ("0", "1"):
        raise ValueError("expected 0 or 1")
    return text == "1"


def _origin(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path not in ("", "/"):
        raise ValueError("expected an origin such as https://splot.example.org")
    return f"{parts.scheme}://{parts.netloc}"


def _address(*schemes: str) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if text.partition(":")[0] not in schemes:
            raise ValueError(f"expected an address that begins with one of: {', '.join(schemes)}")
        return text

    return parse


def _choice(*values: str) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if text not in values:
            raise ValueError(f"expected one of: {', '.join(values)}")
        return text

    return parse


def _setting(default: str, meaning: str, parse: Callable[[str], Any] = str) -> Any:
    value = parse(default) if default else default
    return field(default=value, metadata={"meaning": meaning, "parse": parse, "default": default})


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Parsed settings. `{service}` and `{data}` in an address stand for the service's name and the data folder."""

    data: Path = _setting("var", "folder of everything that must be kept: databases, log, keys, mail", Path)
    keys: str = _setting("{data}/keys", "folder of the secrets: key-encryption keys, signing keys")
    public_keys: str = _setting("{data}/keys", "folder of the services' public keys, which `people` reads")
    database_url: str = _setting(
        "sqlite:///{data}/{service}.db", "database of a service at run time", _address("sqlite", "postgresql")
    )
    database_owner_url: str = _setting(
        "", "database of a service for migrations, with a role that may change tables; empty: SPLOT_DATABASE_URL"
    )
    keys_database_url: str = _setting(
        "sqlite:///{data}/{service}-keys.db",
        "store of the participants' data keys, apart from the database and its dumps",
        _address("sqlite", "postgresql"),
    )
    database_password_file: str = _setting("", "file with the password for the database addresses; empty: none")
    database_pool: int = _setting("10", "connections a process keeps to a PostgreSQL database", _positive)
    event_log: str = _setting(
        "sqlite:///{data}/events.db", "event log: sqlite:///file or kafka://host:port,…", _address("sqlite", "kafka")
    )
    origin: str = _setting("", "address that people type, without a path; empty: of host and port", _origin)
    people_url: str = _setting("", "where `people` answers other services; empty: in this process")
    host: str = _setting("127.0.0.1", "address the web process listens on")
    port: int = _setting("8000", "port the web process listens on", _port)
    metrics_host: str = _setting("127.0.0.1", "address the metrics are served on; never a public one")
    metrics_port: int = _setting("0", "port the metrics are served on; 0: a free one, printed at start", _port)
    instance: str = _setting("1", "number of this process among its like: a stable member name in consumer groups")
    mail: str = _setting(
        "maildir:///{data}/mail",
        "e-mail: smtp://host:port, smtps://… or maildir:///folder",
        _address("smtp", "smtps", "maildir"),
    )
    mail_from: str = _setting("no-reply@mail.example.org", "neutral sender of e-mail")
    sms: str = _setting(
        "maildir:///{data}/sms",
        "SMS: https://host/… in SMSAPI's shape, or maildir:///folder",
        _address("https", "http", "maildir"),
    )
    sms_token_file: str = _setting("", "file with the token of the SMS provider")
    exit_url: str = _setting("https://www.wikipedia.org/", "neutral page that `Exit this page` leads to")
    link_host: str = _setting("", "neutral origin in messages; empty: SPLOT_ORIGIN")
    demo: bool = _setting("0", "1: the demo region and its logins; loopback only", _switch)
    log_format: str = _setting(
        "auto", "json, console, or auto: console on a terminal", _choice("auto", "json", "console")
    )
    threads: int = _setting("8", "threads of a web process", _positive)
    attempts: int = _setting("8", "attempts at an event before an operator has to look", _positive)
    parked_share: int = _setting(
        "50", "percent of recent events that may be parked before the consumer halts", _positive
    )

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> "Settings":
        known = {PREFIX + f.name.upper(): f for f in fields(cls)}
        unknown = sorted(name for name in environment if name.startswith(PREFIX) and name not in known)
        if unknown:
            raise SettingsError(f"unknown setting {unknown[0]}: `splot settings` lists those there are")
        values: dict[str, Any] = {}
        for name, declared in known.items():
            text = environment.get(name, declared.metadata["default"])
            try:
                values[declared.name] = (
                    declared.metadata["parse"](text) if text or declared.metadata["default"] else text
                )
            except ValueError as error:
                raise SettingsError(f"{name}={text!r} cannot work: {error}") from None
        return cls(**values)

    def __post_init__(self) -> None:
        if not self.origin:
            object.__setattr__(self, "origin", f"http://{self.host}:{self.port}")
        if self.demo and self.host not in ("127.0.0.1", "::1", "localhost"):
            raise SettingsError(f"SPLOT_DEMO=1 serves known passwords: SPLOT_HOST must be 127.0.0.1, not {self.host}")

    def address(self, setting: str, *, service: str = "") -> str:
        """The setting with its placeholders filled in."""
        text: str = getattr(self, setting)
        return text.replace("{data}", str(self.data.absolute())).replace("{service}", service)

    def environment(self) -> dict[str, str]:
        """The variables that give a child process these settings."""
        as_text = {f.name: getattr(self, f.name) for f in fields(self)}
        return {PREFIX + k.upper(): str(int(v)) if isinstance(v, bool) else str(v) for k, v in as_text.items()}


def described() -> list[tuple[str, str, str]]:
    """(variable, default, meaning) of every setting."""
    return [(PREFIX + f.name.upper(), f.metadata["default"], f.metadata["meaning"]) for f in fields(Settings)]
