"""What the services promise each other: the facts they publish, the codes in them, the links between their pages.

The files beside this one are the contract; this module reads them and checks a fact against its own before it leaves.
A publisher is held to every field, a consumer tolerates fields and codes that it does not know.
"""

import json
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from jsonschema_rs import Draft202012, Draft202012Validator, Registry, ValidationError, ValidationErrorKind

HERE = Path(__file__).parent

Schema = dict[str, Any]


class ContractError(Exception):
    """A fact is not as its contract says; `pointer` (RFC 6901) leads to the place, "" to the whole of it."""

    def __init__(self, type_: str, pointer: str, detail: str) -> None:
        super().__init__(f"{type_} at {pointer or '/'}: {detail}")
        self.type = type_
        self.pointer = pointer
        self.detail = detail


class UnknownType(ContractError):
    """There is no fact of this name."""

    def __init__(self, type_: str) -> None:
        super().__init__(type_, "", "there is no such fact in shared/contracts")


class Link(NamedTuple):
    """A link of the layout: `label` is the English message id, `href` a path at our own origin."""

    label: str
    href: str


@cache
def types() -> tuple[str, ...]:
    """Every fact, such as `referrals.referral.requested.v1`, in alphabetical order."""
    return tuple(sorted(f"{path.parent.name}.{path.stem}" for path in HERE.glob("*/*.v*.json")))


@cache
def services() -> tuple[str, ...]:
    """Every service that publishes facts, in alphabetical order."""
    return tuple(sorted({type_.partition(".")[0] for type_ in types()}))


@cache
def schema(type_: str) -> Schema:
    """The JSON Schema of a fact as it is written, with its references. Raises UnknownType. Not to be changed."""
    if type_ not in types():
        raise UnknownType(type_)
    service, name = type_.split(".", 1)
    return _read(HERE / service / f"{name}.json")


@cache
def resolved(type_: str) -> Schema:
    """The same with every reference replaced by what it means: to be read without any other file."""
    return inlined(schema(type_), shapes())


def inlined(fact: Schema, meanings: Mapping[str, Schema]) -> Schema:
    """A schema with every reference replaced by its meaning, as in `shapes()`."""

    def inline(node: Any) -> Any:
        if isinstance(node, list):
            return [inline(item) for item in node]
        if not isinstance(node, dict):
            return node
        meant = inline(meanings[node["$ref"]]) if "$ref" in node else {}
        return {**meant, **{key: inline(value) for key, value in node.items() if key != "$ref"}}

    whole: Schema = inline(fact)
    return whole


@cache
def shapes() -> Schema:
    """What facts refer to, by reference, such as `urn:splot:common#/$defs/id`: code lists and shapes in common."""
    return {f"{doc['$id']}#/$defs/{name}": shape for doc in _shared_documents() for name, shape in doc["$defs"].items()}


def topic_of(type_: str) -> str:
    """Where a fact is published: all facts of one aggregate, and so of one key, stay in order on one topic."""
    service, aggregate, *_ = type_.split(".")
    version = type_.rsplit(".", 1)[-1]
    return f"splot.{service}.{aggregate}.{version}"


@cache
def topics() -> tuple[str, ...]:
    """Every topic, in alphabetical order."""
    return tuple(sorted({topic_of(type_) for type_ in types()}))


def validate(type_: str, data: Any) -> None:
    """Hold a publisher to the contract of `type_`. Raises ContractError, with the first thing that is wrong."""
    validator = _validator(type_)
    if not validator.is_valid(data):
        error = next(validator.iter_errors(data))
        raise ContractError(type_, _pointer(error.instance_path), _broken_rule(error))


@cache
def code_lists() -> Schema:
    """All lists by name: `enum` the codes, `description`, `x-source` where a law or a standard stands behind it."""
    lists: Schema = _read(HERE / "codes.json")["$defs"]
    return lists


@cache
def codes(name: str) -> tuple[str, ...]:
    """The codes of one list of codes.json, in the order in which people should see them. Raises KeyError."""
    return tuple(code_lists()[name]["enum"])


@cache
def code_names(name: str) -> dict[str, str]:
    """Proper names that belong to codes and are never translated, such as those of counties. Raises KeyError."""
    return dict(code_lists()[name]["x-names"])


def county_name(teryt: str) -> str:
    """The Polish name of a county of the region; a code from elsewhere is answered with itself."""
    return code_names("counties").get(teryt, teryt)


@cache
def navigation(roles: tuple[str, ...]) -> tuple[Link, ...]:
    """The header's links for someone with these roles, in order, each once; nobody signed in has no role."""
    links = _read(HERE / "navigation.json")["header"]
    wanted = [link for role in roles or ("anonymous",) for link in links if link["role"] == role]
    return tuple({link["href"]: Link(link["label"], link["href"]) for link in wanted}.values())


@cache
def footer() -> tuple[Link, ...]:
    """The links below every page, the same for everyone."""
    return tuple(Link(link["label"], link["href"]) for link in _read(HERE / "navigation.json")["footer"])


def _read(path: Path) -> Schema:
    document: Schema = json.loads(path.read_text(encoding="utf-8"))
    return document


def _shared_documents() -> list[Schema]:
    return [_read(path) for path in (HERE / "codes.json", HERE / "common.json", *sorted(HERE.glob("*/common.json")))]


@cache
def _registry() -> Registry:
    """Everything that a fact may refer to, found by its urn; nothing is ever fetched."""
    return Registry([(document["$id"], document) for document in _shared_documents()], draft=Draft202012)


@cache
def _validator(type_: str) -> Draft202012Validator:
    return Draft202012Validator(schema(type_), validate_formats=True, registry=_registry())


def _pointer(path: Iterable[str | int]) -> str:
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in path)


def _broken_rule(error: ValidationError) -> str:
    """Which rule is broken, and at most the names of fields: errors are logged, a value might be what must not be."""
    match error.kind:
        case ValidationErrorKind.AdditionalProperties(unexpected=names):
            return f"has what the contract does not know: {', '.join(names)}"
        case ValidationErrorKind.Required(property=name):
            return f"lacks {name}"
    return f"breaks {error.kind.name} ({'/'.join(map(str, error.schema_path))})"
