"""May a contract that is in use become this one? Within `.v1` only additions are made."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from shared import contracts

Schema = dict[str, Any]
FOLDER = "shared/contracts"
ROOT = Path(__file__).parents[2]


def problems(before: Schema, after: Schema, place: str = "") -> Iterator[str]:
    """What the change takes away from those who read the fact, old or new. Both without references.

    A property that is gone (or renamed), means another type or format, is newly required (facts in the log lack it) or
    no longer promised; a code that is gone.
    """
    yield from _retyped(before, after, place)
    yield from _property_problems(before, after, place)
    if "items" in before and "items" in after:
        yield from problems(before["items"], after["items"], f"{place}/*")
    if "anyOf" in before and "anyOf" in after:
        yield from problems(before["anyOf"][0], after["anyOf"][0], place)


def _retyped(before: Schema, after: Schema, place: str) -> Iterator[str]:
    if _kind(before) != _kind(after):
        yield f"{place or '/'} was {_kind(before)} and is {_kind(after)}"
    for code in before.get("enum", []):
        if "enum" in after and code not in after["enum"]:
            yield f"{place} no longer has the code {code}"


def _property_problems(before: Schema, after: Schema, place: str) -> Iterator[str]:
    old, new = before.get("properties", {}), after.get("properties", {})
    promised, required = set(before.get("required", [])), set(after.get("required", []))
    yield from (f"{place}/{name} is gone" for name in old if name not in new)
    yield from (f"{place}/{name} is newly required" for name in sorted(required - promised))
    yield from (f"{place}/{name} is no longer promised" for name in sorted((promised - required) & set(new)))
    for name in old.keys() & new.keys():
        yield from problems(old[name], new[name], f"{place}/{name}")


def _kind(schema: Schema) -> tuple[Any, ...]:
    """What a reader's code depends on: type, format and pattern, and whether codes, null or several forms may come."""
    kind = schema.get("type", "code" if "enum" in schema else None)
    types = tuple(kind) if isinstance(kind, list) else (kind,)
    return (*types, schema.get("format"), schema.get("pattern"), *map(_kind, schema.get("anyOf", [])))


def last_tag(root: Path = ROOT) -> str | None:
    """The last release before this commit; None before the first."""
    told = _git(root, "describe", "--tags", "--abbrev=0", "--match", "v*")
    return told.stdout.strip() or None


def contracts_at(tag: str, root: Path = ROOT) -> dict[str, Schema]:
    """Every fact as it was at the tag, by type, without references."""
    listed = _git(root, "ls-tree", "-r", "--name-only", tag, "--", FOLDER).stdout.split()
    documents = [json.loads(_git(root, "show", f"{tag}:{path}").stdout) for path in listed if path.endswith(".json")]
    shapes = {
        f"{document['$id']}#/$defs/{name}": shape
        for document in documents
        for name, shape in document.get("$defs", {}).items()
    }
    return {fact["title"]: contracts.inlined(fact, shapes) for fact in documents if "x-topic" in fact}


def _git(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["git", *arguments], cwd=root, capture_output=True, text=True, check=False)
