"""A fact on its way: CloudEvents 1.0, binary content mode (attributes in `ce_…` headers, JSON data in the value)."""

import json
from dataclasses import dataclass, field
from datetime import datetime
from math import isfinite
from typing import Any, NoReturn

from shared import contracts
from shared.dates import isoformat_z, parse_instant
from shared.eventlog import Record

LONGEST_NAME = 200
"""Of an id, a type, a key: what an index takes in every database."""
LARGEST_NUMBER = 2**31 - 1
DEEPEST = 32


class MalformedEnvelope(Exception):
    """A record that is not a fact in our envelope."""


@dataclass(frozen=True)
class Event:
    """A fact as a command states it; the outbox adds id, sequence, time and trace.

    `type` is `<service>.<aggregate>.<fact>.v1`, `key` the aggregate's id.
    """

    type: str
    key: str
    data: dict[str, Any]


@dataclass(frozen=True)
class Fact:
    """A fact as it travels. `sequence` counts the facts of one aggregate in one topic, from 1, without gaps."""

    id: str
    type: str
    key: str
    sequence: int
    epoch: int
    time: datetime
    data: dict[str, Any]
    traceparent: str = ""
    source: str = ""
    place: tuple[str, int, int] = field(default=("", -1, -1), compare=False)
    """Topic, partition and offset it was read from."""


def to_record(fact: Fact) -> Record:
    attributes = {
        "ce_specversion": "1.0",
        "ce_id": fact.id,
        "ce_source": fact.source or f"urn:splot:{fact.type.partition('.')[0]}",
        "ce_type": fact.type,
        "ce_time": isoformat_z(fact.time),
        "ce_subject": fact.key,
        "ce_dataschema": f"urn:splot:contract:{fact.type}",
        "ce_partitionkey": fact.key,
        "ce_epoch": str(fact.epoch),
        "ce_sequence": str(fact.sequence),
        "ce_traceparent": fact.traceparent,
        "content-type": "application/json",
    }
    return Record(
        topic=contracts.topic_of(fact.type),
        key=fact.key,
        value=json.dumps(fact.data, ensure_ascii=False, separators=(",", ":")).encode(),
        headers=tuple((name, value.encode()) for name, value in attributes.items() if value),
    )


def from_record(record: Record) -> Fact:
    """Raises MalformedEnvelope, never anything else, whatever the bytes are.

    Strict: what comes out of here can be kept in every database, so that a fact which fails can always be parked.
    """
    try:
        headers = {name: value.decode() for name, value in record.headers}
        return Fact(
            id=_name(headers["ce_id"]),
            type=_name(headers["ce_type"]),
            key=_name(record.key),
            sequence=_number(headers["ce_sequence"]),
            epoch=_number(headers.get("ce_epoch", "1")),
            time=parse_instant(headers["ce_time"]),
            data=_data(record.value),
            traceparent=_optional(headers, "ce_traceparent"),
            source=_optional(headers, "ce_source"),
            place=(record.topic, record.partition, record.offset),
        )
    except (KeyError, ValueError, RecursionError) as error:
        raise MalformedEnvelope(type(error).__name__) from error


def _name(text: str) -> str:
    if not text or len(text) > LONGEST_NAME or not text.isprintable():
        raise ValueError("a name has 1 to 200 printable characters")
    return text


def _optional(headers: dict[str, str], name: str) -> str:
    return _name(headers[name]) if headers.get(name) else ""


def _number(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= LARGEST_NUMBER:
        raise ValueError("expected a whole number from 1")
    return int(text)


def _data(value: bytes) -> dict[str, Any]:
    data = JSON.decode(value.decode())
    if not isinstance(data, dict):
        raise ValueError("expected an object")
    if value.count(b"{") + value.count(b"[") > DEEPEST and _deeper_than(data, DEEPEST):
        raise ValueError("nested too deeply")
    if b"\\u" in value:  # half characters come only as escapes, are read without complaint, and no database keeps them
        json.dumps(data, ensure_ascii=False).encode()
    return data


def _finite(text: str) -> float:
    number = float(text)
    return number if isfinite(number) else _refuse(text)


def _refuse(text: str) -> NoReturn:
    raise ValueError(f"{text} is not a number that can be kept")


def _deeper_than(value: Any, levels: int) -> bool:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return bool(inner) and (levels == 0 or any(_deeper_than(item, levels - 1) for item in inner))


JSON = json.JSONDecoder(parse_constant=_refuse, parse_float=_finite)
