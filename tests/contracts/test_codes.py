"""Code lists: what the law and the field call things, once for everyone."""

import json
import re

import pytest
from jsonschema_rs import meta

from shared import contracts

GEOGRAPHY = {"2001": "augustowski", "2014": "zambrowski", "2061": "Białystok", "2063": "Suwałki"}


def test_the_lists_are_a_valid_schema():
    meta.validate(json.loads((contracts.HERE / "codes.json").read_text(encoding="utf-8")))


@pytest.mark.parametrize("name", contracts.code_lists())
def test_a_list_says_what_it_is_and_has_each_code_once(name):
    entry = contracts.code_lists()[name]
    assert entry["title"] == name
    assert entry["description"].endswith(".")
    assert len(set(entry["enum"])) == len(entry["enum"]) > 0
    assert all(re.fullmatch(r"[a-z0-9]+([-_][a-z0-9]+)*", code) for code in entry["enum"])
    assert set(entry.get("x-names", entry["enum"])) == set(entry["enum"])


@pytest.mark.parametrize(
    ("part", "whole"),
    [
        ("referral-reject-reasons", "referral-reasons"),
        ("referral-cancel-reasons", "referral-reasons"),
        ("referral-fail-reasons", "referral-reasons"),
        ("match-decline-reasons-told", "match-decline-reasons"),
        ("institution-roles", "roles"),
        ("personal-roles", "roles"),
        ("contact-channels", "delivery-channels"),
    ],
)
def test_a_part_of_a_list_has_no_code_of_its_own(part, whole):
    assert set(contracts.codes(part)) < set(contracts.codes(whole))


def test_a_role_is_held_either_in_an_institution_or_without_one():
    held = [*contracts.codes("institution-roles"), *contracts.codes("personal-roles")]
    assert sorted(held) == sorted(contracts.codes("roles"))


def test_podlaskie_has_fourteen_counties_and_three_cities():
    assert len(contracts.codes("counties")) == 17
    assert {code: contracts.county_name(code) for code in GEOGRAPHY} == GEOGRAPHY
    assert contracts.county_name("1465") == "1465"


def test_every_slot_is_half_of_a_day():
    halves = [f"{day}-{half}" for day in contracts.codes("days") for half in ("morning", "afternoon")]
    assert list(contracts.codes("slots")) == halves


def test_an_unknown_list_is_an_error():
    with pytest.raises(KeyError):
        contracts.codes("colours")
