"""A fact on its way: CloudEvents 1.0, binary content mode (attributes in `ce_…` headers, JSON data in the value)."""

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from shared import contracts
from shared.dates import isoformat_z, parse_instant
from shared.eventlog import Record


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
    """Raises MalformedEnvelope, never anything else, whatever the bytes are."""
    try:
        headers = {name: value.decode() for name, value in record.headers}
        data = json.loads(record.value)
        if not isinstance(data, dict):
            raise MalformedEnvelope("data is not an object")
        return Fact(
            id=headers["ce_id"],
            type=headers["ce_type"],
            key=record.key,
            sequence=int(headers["ce_sequence"]),
            epoch=int(headers.get("ce_epoch", "1")),
            time=parse_instant(headers["ce_time"]),
            data=data,
            traceparent=headers.get("ce_traceparent", ""),
            source=headers.get("ce_source", ""),
            place=(record.topic, record.partition, record.offset),
        )
    except (KeyError, ValueError, RecursionError) as error:
        raise MalformedEnvelope(type(error).__name__) from error
