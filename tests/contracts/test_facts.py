"""Every fact is described, has an example, says nothing about a person, and is held to its contract."""

import json
import re
from copy import deepcopy
from typing import Any

import pytest
from jsonschema_rs import meta

from shared import contracts
from shared.contracts import ContractError, UnknownType

PURGED = "participant-data.purged"
PROMISED = {
    "people": """
        participant.registered participant.safe-contact-changed participant.restricted participant.erased
        participant.sharing-withdrawn pair.excluded account.activated account.disabled membership.granted
        membership.ended session.revoked""",
    "referrals": """
        institution.registered institution.changed institution.closed service.published service.changed
        service.withdrawn service.capacity-changed agreement.signed agreement.ending agreement.ended referral.requested
        referral.received referral.accepted referral.rejected referral.information-asked referral.information-given
        referral.waitlisted referral.started referral.held referral.resumed referral.completed referral.failed
        referral.cancelled referral.redirected referral.corrected referral.overdue""",
    "programmes": """
        programme.published programme.closed activity.scheduled activity.changed activity.cancelled activity.held
        enrolment.made enrolment.cancelled enrolment.completed attendance.recorded path.opened path.way-chosen
        path.step-added path.step-completed path.paused path.resumed path.ended""",
    "mentoring": """
        mentor.applied mentor.admitted mentor.activated mentor.paused mentor.resumed mentor.left mentee.queued
        mentee.left round.completed match.proposed match.accepted match.declined match.expired match.withdrawn
        match.started match.ended meeting.recorded""",
    "cooperatives": """
        cooperative.opened cooperative.status-changed cooperative.details-changed cooperative.removed
        cooperative.founder-joined cooperative.founder-left cooperative.members-changed
        cooperative.social-enterprise-status-changed vacancy.opened vacancy.filled vacancy.closed obligation.due
        obligation.overdue obligation.met""",
    "notifications": "delivery.sent delivery.failed delivery.suppressed",
}

PERSONAL = re.compile(
    r"(given|family|first|last|sur|maiden|user)_?name|phone|e?mail$|address|street|birth|pesel|passport|note|narrative"
    r"|text|comment|description|message$|question|answer|content|password|token|secret|hours_safe|gender|ground_code",
    re.IGNORECASE,
)
PUBLIC_NAMES = {
    "institution.registered", "institution.changed", "institution.closed", "service.published", "service.changed",
    "service.withdrawn", "service.capacity-changed", "programme.published", "programme.closed", "activity.scheduled",
    "activity.changed", "activity.cancelled", "activity.held",
}  # fmt: skip
LOOKS_PERSONAL = {
    "an e-mail address": re.compile(r"\S+@\S+\.\S+"),
    "a phone number": re.compile(r"\+\d[\d ]{7,}|\b\d{3}[ -]\d{3}[ -]\d{3}\b"),
    "a PESEL number": re.compile(r"(?<![\d-])\d{11}(?!\d)"),
    "a link": re.compile(r"https?://"),
}

every_fact = pytest.mark.parametrize("type_", contracts.types())


def example(type_: str) -> dict[str, Any]:
    return deepcopy(contracts.schema(type_)["examples"][0])


def fact_name(type_: str) -> str:
    return type_.split(".", 1)[1].removesuffix(".v1")


def fields(schema: dict[str, Any]) -> list[str]:
    """Names of all properties, inner ones too."""
    named = [*schema.get("properties", {})]
    inner = [*schema.get("properties", {}).values(), *schema.get("anyOf", []), *filter(None, [schema.get("items")])]
    return named + [name for part in inner for name in fields(part)]


def test_the_facts_are_those_that_the_services_promise():
    promised = {f"{service}.{fact}.v1" for service, facts in PROMISED.items() for fact in [*facts.split(), PURGED]}
    assert set(contracts.types()) == promised


@every_fact
def test_a_contract_is_a_valid_schema_and_says_what_it_is(type_):
    schema = contracts.schema(type_)
    meta.validate(schema)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["$id"] == f"urn:splot:contract:{type_}"
    assert schema["title"] == type_
    assert schema["additionalProperties"] is False
    assert schema["description"].endswith(".")
    assert schema["x-subject"]
    assert all(field["description"].endswith(".") for field in schema["properties"].values())
    assert set(schema["required"]) <= set(schema["properties"])


@every_fact
def test_a_fact_is_published_on_the_topic_of_its_aggregate(type_):
    service, aggregate, _fact, version = type_.split(".")
    assert contracts.schema(type_)["x-topic"] == contracts.topic_of(type_) == f"splot.{service}.{aggregate}.{version}"


@every_fact
def test_the_examples_are_as_the_contract_says(type_):
    assert contracts.schema(type_)["examples"]
    for data in contracts.schema(type_)["examples"]:
        contracts.validate(type_, data)


@every_fact
def test_a_publisher_may_not_add_what_the_contract_does_not_know(type_):
    with pytest.raises(ContractError, match="surprise") as refused:
        contracts.validate(type_, {**example(type_), "surprise": 1})
    assert refused.value.pointer == ""


@every_fact
def test_a_publisher_may_not_leave_out_what_the_contract_promises(type_):
    for name in contracts.schema(type_)["required"]:
        data = example(type_)
        del data[name]
        with pytest.raises(ContractError, match=f"lacks {name}"):
            contracts.validate(type_, data)


@every_fact
def test_no_field_is_named_like_something_about_a_person(type_):
    suspicious = {name for name in fields(contracts.resolved(type_)) if PERSONAL.search(name) and name != "message_id"}
    assert suspicious == set()


@every_fact
def test_only_what_is_public_has_a_name(type_):
    named = {name for name in fields(contracts.resolved(type_)) if re.search(r"name|title", name)}
    if fact_name(type_) in PUBLIC_NAMES or type_.startswith("cooperatives.cooperative."):
        assert named == {"name"}
    elif type_.startswith("cooperatives.vacancy."):
        assert named == {"cooperative_name", "title"}
    else:
        assert named == set()


@every_fact
def test_no_example_looks_like_something_about_a_person(type_):
    said = json.dumps(contracts.schema(type_)["examples"], ensure_ascii=False)
    assert [kind for kind, pattern in LOOKS_PERSONAL.items() if pattern.search(said)] == []


@every_fact
def test_every_text_is_bounded_by_codes_a_format_a_pattern_or_a_public_name(type_):
    """So that nothing a person typed about another one fits anywhere."""
    loose = [path for path, schema in texts(contracts.resolved(type_)) if not {"format", "pattern"} & schema.keys()]
    public = re.compile(r"/(name|cooperative_name|title)$|^/changes/\*/(before|after)$")
    assert [path for path in loose if not public.search(path)] == []


def texts(schema: dict[str, Any], path: str = "") -> list[tuple[str, dict[str, Any]]]:
    own = [(path, schema)] if "string" in _types(schema) else []
    inner = [(f"{path}/{name}", part) for name, part in schema.get("properties", {}).items()]
    inner += [(f"{path}/*", schema["items"])] if "items" in schema else []
    inner += [(path, part) for part in schema.get("anyOf", [])]
    return own + [found for place, part in inner for found in texts(part, place)]


def _types(schema: dict[str, Any]) -> list[str]:
    kind = schema.get("type", [])
    return kind if isinstance(kind, list) else [kind]


@every_fact
def test_a_fact_can_be_read_without_any_other_file(type_):
    assert "$ref" not in json.dumps(contracts.resolved(type_)).replace('"x-', "")


def test_one_word_means_one_thing_in_all_facts_of_an_aggregate():
    meanings: dict[tuple[str, str], set[str]] = {}
    for type_ in contracts.types():
        for name, field in contracts.schema(type_)["properties"].items():
            shape = {key: value for key, value in field.items() if key != "description"}
            meanings.setdefault((contracts.topic_of(type_), name), set()).add(json.dumps(shape, sort_keys=True))
    differing = {name for (_topic, name), shapes in meanings.items() if len(shapes) > 1}
    assert differing == {"before", "after", "reason", "ground"}, "words whose codes depend on what happened"


def test_a_sealed_exclusion_is_as_long_for_every_service_and_names_nobody():
    sealed = contracts.resolved("people.pair.excluded.v1")["properties"]["sealed"]
    assert sorted(sealed["required"]) == sorted(set(contracts.codes("services")) - {"people"})
    assert {part["pattern"] for part in sealed["properties"].values()} == {"^[A-Za-z0-9_-]{288}$"}
    data = example("people.pair.excluded.v1")
    data["sealed"]["mentoring"] = data["sealed"]["mentoring"][:-1]
    with pytest.raises(ContractError) as refused:
        contracts.validate("people.pair.excluded.v1", data)
    assert refused.value.pointer == "/sealed/mentoring"


def test_the_reason_of_a_decline_never_tells_of_safety():
    told = contracts.resolved("mentoring.match.declined.v1")["properties"]["reason"]["anyOf"][0]["enum"]
    assert {"safety", "conflict"}.isdisjoint(told)
    assert set(told) < set(contracts.codes("match-decline-reasons"))


def test_attendance_says_how_many_and_never_who():
    assert not [
        name for name in fields(contracts.resolved("programmes.attendance.recorded.v1")) if "participant" in name
    ]


def test_an_unknown_fact_is_refused_by_name():
    with pytest.raises(UnknownType, match=r"referrals\.referral\.forgotten\.v1"):
        contracts.validate("referrals.referral.forgotten.v1", {})


def test_a_refusal_names_the_place_and_the_rule_but_never_the_value():
    data = example("referrals.referral.accepted.v1")
    data["sharing"]["fields"].append("Anna Kowalska")
    with pytest.raises(ContractError) as refused:
        contracts.validate("referrals.referral.accepted.v1", data)
    assert refused.value.pointer == f"/sharing/fields/{len(data['sharing']['fields']) - 1}"
    assert "Anna" not in str(refused.value)


@pytest.mark.parametrize("instant", ["2026-03-04T14:00:00+01:00", "2026-03-04 14:00:00Z", "2026-13-04T14:00:00Z", ""])
def test_an_instant_is_in_utc_with_z(instant):
    with pytest.raises(ContractError):
        contracts.validate(
            "referrals.referral.received.v1", {**example("referrals.referral.received.v1"), "look_by": instant}
        )


@pytest.mark.parametrize(
    "id_", ["1", "019CAD9D-67A0-772C-8CDE-073E7E5FC1C8", "019cad9d67a0772c8cde073e7e5fc1c8", None, 7]
)
def test_an_id_is_a_uuid_in_lower_case(id_):
    with pytest.raises(ContractError):
        contracts.validate("people.membership.ended.v1", {**example("people.membership.ended.v1"), "account_id": id_})
