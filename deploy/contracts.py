"""Everything that is derived: topics, pages about the events, AsyncAPI, OpenAPI, the table of who may what.

`python -m deploy.contracts` writes it, `--check` fails with the names of the files that differ.
"""

import argparse
import json
import sys
from collections.abc import Callable, Iterator, Mapping
from itertools import groupby
from pathlib import Path
from typing import Any

import yaml

from deploy import doors
from shared import contracts

ROOT = Path(__file__).resolve().parent.parent
EVENTS = Path("docs/events")
PARTITIONS, REGION_PARTITIONS = 3, 12
KEEP_EVERYTHING = {"retention.ms": "-1", "cleanup.policy": "delete"}

Files = dict[Path, str]
"""Text by path from the root of the project."""

Json = dict[str, Any]


def main(arguments: list[str] | None = None) -> int:
    """Write or check all derived files; 1 when a check finds a difference."""
    parser = argparse.ArgumentParser(prog="python -m deploy.contracts", description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing, fail when a file differs")
    check: bool = parser.parse_args(arguments).check
    files = generated()
    stale = [*different(files, ROOT), *left_over(files, ROOT)]
    if not check:
        write(files, ROOT)
        print(f"{len(files)} files derived from {len(contracts.types())} contracts, {len(stale)} changed")
        return 0
    for path in stale:
        print(f"{path} is not what the contracts say: run make contracts", file=sys.stderr)
    return 1 if stale else 0


def generated() -> Files:
    """Every derived file, by everyone in GENERATORS."""
    return {path: text for generator in GENERATORS for path, text in generator().items()}


def different(files: Mapping[Path, str], root: Path) -> list[Path]:
    """Which of the files are missing under `root` or say something else."""
    return [path for path, text in files.items() if _text_of(root / path) != text]


def left_over(files: Mapping[Path, str], root: Path) -> list[Path]:
    """Files about events and APIs under `root` that nothing derives any more."""
    present = sorted([*(root / EVENTS).glob("*"), *(root / doors.API).glob("*")])
    return [path.relative_to(root) for path in present if path.relative_to(root) not in files]


def write(files: Mapping[Path, str], root: Path) -> None:
    """Make what lies under `root` what is derived."""
    for path in left_over(files, root):
        (root / path).unlink()
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")


def topics() -> Files:
    """deploy/topics.yaml: what has to exist on the broker before anyone starts."""
    described = [
        {
            "name": name,
            "partitions": PARTITIONS,
            "region_partitions": REGION_PARTITIONS,
            "config": dict(KEEP_EVERYTHING),
        }
        for name in contracts.topics()
    ]
    body = yaml.safe_dump({"topics": described}, sort_keys=False)
    return {Path("deploy/topics.yaml"): f"{TOPICS_HEADER}{body}"}


def event_pages() -> Files:
    """One page for each service, one for the codes, and a table of contents."""
    pages = {f"{service}.md": _service_page(service, types) for service, types in _by_service()}
    return {
        EVENTS / name: text for name, text in {"README.md": _contents(), "codes.md": _codes_page(), **pages}.items()
    }


def asyncapi() -> Files:
    """docs/events/asyncapi.json, AsyncAPI 3.0: complete in itself."""
    document = {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Splot: facts",
            "version": "1",
            "description": "What the services of Splot tell each other. CloudEvents 1.0, binary mode, over Kafka.",
        },
        "defaultContentType": "application/json",
        "channels": {topic: _channel(topic) for topic in contracts.topics()},
        "operations": {f"publish-{topic}": _operation(topic) for topic in contracts.topics()},
        "components": {
            "messages": {type_: _message(type_) for type_ in contracts.types()},
            "schemas": {"headers": _headers_schema(), **_shared_schemas()},
        },
    }
    return {EVENTS / "asyncapi.json": json.dumps(document, ensure_ascii=False, indent=2) + "\n"}


GENERATORS: tuple[Callable[[], Files], ...] = (topics, event_pages, asyncapi, doors.descriptions, doors.policies)

TOPICS_HEADER = """\
# Derived from shared/contracts by `make contracts`; not edited by hand.
# partitions: fixed from the start, since a changed count would move keys; region_partitions is the region overlay's.
# A topic keeps everything: the volume is small, and projections are rebuilt from it.
"""

HEADERS = {
    "ce_id": "id of the event, UUIDv7; the same when it is delivered again",
    "ce_source": "service that published it, as `urn:splot:<service>`",
    "ce_type": "`<service>.<aggregate>.<fact>.v1`",
    "ce_time": "when it happened, RFC 3339 in UTC",
    "ce_subject": "id of the aggregate, the same as the key of the record",
    "ce_specversion": "`1.0`",
    "ce_dataschema": "`$id` of its contract",
    "ce_partitionkey": "the key once more",
    "ce_epoch": "counts how often the publisher's database was restored from a backup; starts at 1",
    "ce_sequence": "number of the fact among those of its aggregate in the epoch, from 1, without gaps",
    "ce_traceparent": "W3C trace context, where there is one",
}

CONTENTS = """\
# Events

Derived from `shared/contracts` by `make contracts`; not edited by hand.

A fact is something that has happened: its type is `<service>.<aggregate>.<fact>.v1`, its topic
`splot.<service>.<aggregate>.v1`, its key the id of the aggregate, so that the facts of one aggregate stay in order. The
data are ids, codes, dates and names that everyone may know; never a person's name, where to reach her, or what someone
typed about her. The key is not repeated in the data.

A publisher is held to its contract, unknown fields are refused. A consumer tolerates fields, codes and types it does
not know: within `.v1` only additions are made, and a changed meaning becomes `.v2`, published beside it.

Delivery is at least once. What has been seen is recognised by `ce_id`, what is missing by a gap in `ce_sequence`.
"""


def _by_service() -> Iterator[tuple[str, list[str]]]:
    for service, types in groupby(contracts.types(), lambda type_: type_.split(".")[0]):
        yield service, list(types)


def _contents() -> str:
    rows = [f"| `{name}` | {meaning} |" for name, meaning in HEADERS.items()]
    parts = [CONTENTS, "## Headers\n", "| header | what it holds |\n|---|---|", *rows, "\n## Facts\n"]
    parts.append("The same for machines: [asyncapi.json](asyncapi.json). The codes: [codes.md](codes.md).")
    for service, types in _by_service():
        parts.append(f"\n### [{service}]({service}.md)\n\n| fact | what happened |\n|---|---|")
        parts += [f"| [{_short(t)}]({service}.md#{_anchor(t)}) | {contracts.schema(t)['description']} |" for t in types]
    return "\n".join(parts) + "\n"


def _service_page(service: str, types: list[str]) -> str:
    head = f"# Facts of {service}\n\nDerived from `shared/contracts/{service}`; [all services](README.md).\n"
    return "\n".join([head, *map(_fact_section, types)])


def _fact_section(type_: str) -> str:
    fact = contracts.resolved(type_)
    example = json.dumps(fact["examples"][0], ensure_ascii=False, indent=2)
    rows = [f"| `{name}` | {_shape(field)} | {field['description']} |" for name, field in fact["properties"].items()]
    return "\n".join(
        [
            f"## {type_}\n\n{fact['description']}\n",
            f"Topic `{fact['x-topic']}`; the key is {fact['x-subject']}.\n",
            "| field | is | means |\n|---|---|---|",
            *rows,
            f"\n```json\n{example}\n```\n",
        ]
    )


def _codes_page() -> str:
    parts = ["# Codes\n\nDerived from `shared/contracts/codes.json`; [the facts they appear in](README.md).\n"]
    for name, entry in contracts.code_lists().items():
        source = f"\n\nSource: {entry['x-source']}" if "x-source" in entry else ""
        names = entry.get("x-names", {})
        values = " · ".join(f"`{code}`{' ' + names[code] if code in names else ''}" for code in entry["enum"])
        parts.append(f"## {name}\n\n{entry['description']}{source}\n\n{values}\n")
    return "\n".join(parts)


def _shape(field: Json) -> str:
    """A field in a few words for a table: its code list where it has one, else its type and format."""
    if "anyOf" in field:
        return f"{_shape(field['anyOf'][0])} or null"
    if "enum" in field:
        return f"[{field['title']}](codes.md#{field['title']})"
    types = field["type"] if isinstance(field["type"], list) else [field["type"]]
    if types == ["array"]:
        return f"list of {_shape(field['items'])}"
    if types == ["object"]:
        return _members(field)
    return " or ".join([str(field.get("format", types[0])), *types[1:]])


def _members(field: Json) -> str:
    if "properties" not in field:
        return f"{_shape(field['additionalProperties'])} for each of {_shape(field['propertyNames'])}"
    return "; ".join(f"`{name}` {_shape(member)}" for name, member in field["properties"].items())


def _short(type_: str) -> str:
    return type_.split(".", 1)[1].removesuffix(".v1")


def _anchor(type_: str) -> str:
    return type_.replace(".", "")


def _channel(topic: str) -> Json:
    types = [type_ for type_ in contracts.types() if contracts.topic_of(type_) == topic]
    return {
        "address": topic,
        "description": f"The key of a record is {contracts.schema(types[0])['x-subject']}.",
        "messages": {type_: {"$ref": f"#/components/messages/{type_}"} for type_ in types},
        "bindings": {"kafka": {"topic": topic, "partitions": PARTITIONS}},
    }


def _operation(topic: str) -> Json:
    return {
        "action": "send",
        "channel": {"$ref": f"#/channels/{topic}"},
        "summary": f"{topic.split('.')[1]} publishes what has happened.",
    }


def _message(type_: str) -> Json:
    fact = contracts.schema(type_)
    payload = {key: value for key, value in fact.items() if key not in {"$schema", "$id", "examples"}}
    return {
        "name": type_,
        "title": type_,
        "summary": fact["description"],
        "contentType": "application/json",
        "headers": {"$ref": "#/components/schemas/headers"},
        "payload": _local(payload),
        "examples": [{"payload": example} for example in fact["examples"]],
    }


def _local(node: Any) -> Any:
    """The same schema with references into this document."""
    if isinstance(node, list):
        return [_local(item) for item in node]
    if not isinstance(node, dict):
        return node
    return {
        key: f"#/components/schemas/{_component(value)}" if key == "$ref" else _local(value)
        for key, value in node.items()
    }


def _component(reference: str) -> str:
    """`urn:splot:referrals:common#/$defs/capacity` is called `referrals.common.capacity`."""
    return reference.removeprefix("urn:splot:").replace("#/$defs/", ".").replace(":", ".")


def _shared_schemas() -> Json:
    return {_component(reference): _local(shape) for reference, shape in contracts.shapes().items()}


def _headers_schema() -> Json:
    described = {name: {"type": "string", "description": meaning} for name, meaning in HEADERS.items()}
    return {"type": "object", "properties": described, "required": [n for n in HEADERS if n != "ce_traceparent"]}


def _text_of(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.is_file() else None


if __name__ == "__main__":
    sys.exit(main())
