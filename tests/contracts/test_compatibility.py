"""Whoever reads a fact today can read it after the change, and can read the facts that are in the log already."""

import subprocess
from pathlib import Path
from typing import Any

import pytest

from shared import contracts
from tests.contracts.compatibility import contracts_at, last_tag, problems


def a_fact(*required: str, **properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(required)}


TEXT, NUMBER, DAY = {"type": "string"}, {"type": "integer"}, {"type": "string", "format": "date"}
CODE = {"enum": ["pup", "ngo"]}
NULLABLE = {"anyOf": [CODE, {"type": "null"}]}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (a_fact("name", name=TEXT), a_fact("name", name=TEXT)),
        (a_fact("name", name=TEXT), a_fact("name", name=TEXT, hours=NUMBER)),
        (a_fact(type=CODE), a_fact(type={"enum": ["pup", "ngo", "employer"]})),
        (a_fact(type=NULLABLE), a_fact(type={"anyOf": [{"enum": ["ngo", "pup", "owes"]}, {"type": "null"}]})),
        (a_fact(name=TEXT), a_fact(name={"type": "string", "description": "Its public name."})),
        (a_fact(capacity=a_fact("unit", unit=CODE)), a_fact(capacity=a_fact("unit", unit=CODE, maximum=NUMBER))),
    ],
    ids=["the same", "a field more", "a code more", "a code more where null may be", "better words", "a field inside"],
)
def test_an_addition_is_no_problem(before, after):
    assert list(problems(before, after)) == []


@pytest.mark.parametrize(
    ("before", "after", "problem"),
    [
        (a_fact(name=TEXT), a_fact(), "/name is gone"),
        (a_fact(name=TEXT), a_fact(title=TEXT), "/name is gone"),
        (a_fact(hours=NUMBER), a_fact(hours=TEXT), "/hours was ('integer', None, None) and is ('string', None, None)"),
        (a_fact(on=DAY), a_fact(on=TEXT), "/on was ('string', 'date', None) and is ('string', None, None)"),
        (a_fact(name=TEXT), a_fact("name", name=TEXT), "/name is newly required"),
        (a_fact(name=TEXT), a_fact("hours", name=TEXT, hours=NUMBER), "/hours is newly required"),
        (a_fact("name", name=TEXT), a_fact(name=TEXT), "/name is no longer promised"),
        (a_fact(type=CODE), a_fact(type={"enum": ["ngo"]}), "/type no longer has the code pup"),
        (a_fact(inner=a_fact(name=TEXT)), a_fact(inner=a_fact()), "/inner/name is gone"),
        (
            a_fact(all={"type": "array", "items": a_fact(name=TEXT)}),
            a_fact(all={"type": "array", "items": a_fact()}),
            "/all/*/name is gone",
        ),
    ],
    ids=[
        "removed", "renamed", "retyped", "another format", "optional becomes required", "new and required",
        "promised before", "a code taken away", "removed inside", "removed in a list",
    ],
)  # fmt: skip
def test_what_takes_something_away_is_named(before, after, problem):
    assert list(problems(before, after)) == [problem]


def test_a_value_that_may_now_be_null_is_a_change_of_type():
    told = list(problems(a_fact(type=CODE), a_fact(type=NULLABLE)))
    assert len(told) == 1
    assert told[0].startswith("/type was ('code'")


def test_every_fact_of_the_last_release_can_still_be_read():
    tag = last_tag()
    released = contracts_at(tag) if tag else {}
    broken = {
        type_: list(problems(before, contracts.resolved(type_))) if type_ in contracts.types() else ["is gone"]
        for type_, before in released.items()
    }
    assert {type_: told for type_, told in broken.items() if told} == {}


def test_a_release_is_read_from_its_tag_and_compared(tmp_path: Path):
    shared_shapes = '{"$id": "urn:x", "$defs": {"day": {"type": "string", "format": "date"}}}'
    fact = '{"title": "a.b.c.v1", "x-topic": "splot.a.b.v1", "properties": {"on": {"$ref": "urn:x#/$defs/day"}}}'
    folder = tmp_path / "shared/contracts/a"
    folder.mkdir(parents=True)
    (folder / "common.json").write_text(shared_shapes)
    (folder / "b.c.v1.json").write_text(fact)
    commit = ("-c", "user.name=t", "-c", "user.email=t@example.org", "commit", "-q", "-m", "Release")
    for arguments in (("init", "-q"), ("add", "."), commit, ("tag", "v0.1.0")):
        subprocess.run(["git", *arguments], cwd=tmp_path, check=True)
    assert last_tag(tmp_path) == "v0.1.0"
    released = contracts_at("v0.1.0", tmp_path)["a.b.c.v1"]
    assert released["properties"] == {"on": {"type": "string", "format": "date"}}
    assert list(problems(released, {"properties": {}})) == ["/on is gone"]
