"""What is derived from the contracts says what they say, and a difference is found."""

import json
import re
from pathlib import Path

import pytest
import yaml

from deploy.contracts import EVENTS, ROOT, different, generated, left_over, main, write
from shared import contracts

ASYNCAPI = json.loads(generated()[EVENTS / "asyncapi.json"])
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
LINK = re.compile(r"\]\(([\w.-]+)(?:#([\w-]+))?\)")


def anchor(title: str) -> str:
    """What a heading is linked by, as GitHub and others make it."""
    return re.sub(r"[^\w -]", "", title).lower().replace(" ", "-")


def test_the_committed_files_are_what_the_contracts_say():
    assert main(["--check"]) == 0


def test_a_changed_a_missing_and_a_left_over_file_are_found_and_mended(tmp_path: Path):
    files = generated()
    write(files, tmp_path)
    (tmp_path / EVENTS / "people.md").write_text("changed")
    (tmp_path / EVENTS / "codes.md").unlink()
    (tmp_path / EVENTS / "gone.md").write_text("of a service that is no more")
    assert sorted(different(files, tmp_path)) == [EVENTS / "codes.md", EVENTS / "people.md"]
    assert left_over(files, tmp_path) == [EVENTS / "gone.md"]
    write(files, tmp_path)
    assert different(files, tmp_path) == left_over(files, tmp_path) == []


def test_every_topic_of_a_fact_exists_and_keeps_everything():
    topics = yaml.safe_load((ROOT / "deploy/topics.yaml").read_text(encoding="utf-8"))["topics"]
    assert [topic["name"] for topic in topics] == sorted({contracts.topic_of(type_) for type_ in contracts.types()})
    for topic in topics:
        assert (topic["partitions"], topic["region_partitions"]) == (3, 12)
        assert topic["config"] == {"retention.ms": "-1", "cleanup.policy": "delete"}


@pytest.mark.parametrize("type_", contracts.types())
def test_every_fact_has_its_place_in_the_pages(type_):
    service = type_.split(".")[0]
    page = generated()[EVENTS / f"{service}.md"]
    assert f"## {type_}\n" in page
    assert all(f"| `{name}` |" in page for name in contracts.schema(type_)["properties"])
    assert f"{service}.md#{type_.replace('.', '')}" in generated()[EVENTS / "README.md"]


def test_every_link_between_the_pages_leads_somewhere():
    pages = {path.name: text for path, text in generated().items() if path.parent == EVENTS}
    headings = {name: {anchor(title) for title in HEADING.findall(text)} for name, text in pages.items()}
    for text in pages.values():
        for name, place in LINK.findall(text):
            assert name in pages
            assert not place or place in headings[name]


def test_asyncapi_names_each_fact_once_and_every_reference_leads_somewhere():
    assert ASYNCAPI["asyncapi"] == "3.0.0"
    assert set(ASYNCAPI["channels"]) == set(contracts.topics())
    told = [type_ for channel in ASYNCAPI["channels"].values() for type_ in channel["messages"]]
    assert sorted(told) == list(contracts.types())
    for reference in re.findall(r'"\$ref": "([^"]+)"', json.dumps(ASYNCAPI)):
        place = ASYNCAPI
        for part in reference.removeprefix("#/").split("/"):
            place = place[part]
        assert place


def test_asyncapi_uses_only_names_that_its_tools_accept():
    names = [name for parts in ASYNCAPI["components"].values() for name in parts]
    assert all(re.fullmatch(r"[\w.-]+", name) for name in names)
