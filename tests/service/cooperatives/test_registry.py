"""Opening, founding, states, corrections, who may what."""

import threading

import pytest

from services.cooperatives.domain import states
from shared.database import new_id
from tests.service.cooperatives.conftest import API, NAME, PROOF, TODAY, Region


def test_a_group_goes_from_opening_to_active_and_each_step_is_told(region: Region):
    made = region.post(region.adviser, "/cooperatives", {"name": NAME, "teryt": "2061"}, 201)
    assert (made["status"], made["version"]) == ("initiative_group", 1)
    assert made["actions"] == ["founding_meeting_held", "abandoned"]
    assert (made["adviser_id"], made["adviser_institution_id"]) == (region.adviser.id, region.institution)

    for _n in range(5):
        region.post(region.adviser, f"/cooperatives/{made['id']}/founders", {"person_id": new_id()}, 201)
    early = {"to": "founding_meeting_held", "effective_date": TODAY}
    held = region.post(region.adviser, f"/cooperatives/{made['id']}/transitions", early)
    assert (held["status"], held["founders"], held["members"]) == ("founding_meeting_held", 5, 0)
    region.move(region.adviser, made["id"], "krs_application_filed")
    registered = region.move(region.adviser, made["id"], "registered", krs="0000912345")
    assert (registered["krs"], registered["members"], registered["registered_on"]) == ("0000912345", 5, TODAY)
    active = region.move(region.adviser, made["id"], "active")
    assert active["actions"] == ["suspended", "in_liquidation", "in_bankruptcy", "struck_off"]

    assert region.told(made["id"]) == [
        "opened",
        *["founder-joined"] * 5,
        "status-changed",
        "status-changed",
        "status-changed",
        "details-changed",
        "members-changed",
        "status-changed",
    ]
    changed = region.facts("cooperative.status-changed")
    assert [(one["before"], one["after"]) for one in changed][:2] == [
        ("initiative_group", "founding_meeting_held"),
        ("founding_meeting_held", "krs_application_filed"),
    ]
    details = region.facts("cooperative.details-changed")[0]["changes"]
    assert details == [{"field": "krs", "before": None, "after": "0000912345"}]


@pytest.mark.parametrize("status", list(states.Status))
def test_every_edge_that_is_not_in_the_table_is_refused_naming_those_that_are(embedded_region: Region, status: str):
    """Every legal edge is walked, every other one is 409."""
    region = embedded_region
    made = region.a_cooperative()
    with region.world.transaction("cooperatives") as tx:
        tx.connection.exec_driver_sql(f"UPDATE cooperatives SET status = '{status}'")
    legal = states.next_states(status)
    for to in states.Status:
        if to not in legal:
            answer = region.move(region.adviser, made["id"], str(to), 409)
            assert answer["actions"] == legal
    for to in legal:
        with region.world.transaction("cooperatives") as tx:
            tx.connection.exec_driver_sql(f"UPDATE cooperatives SET status = '{status}', version = version + 1")
        assert region.move(region.adviser, made["id"], to)["status"] == to


def test_from_registration_on_a_change_needs_its_legal_basis_and_a_document(embedded_region: Region):
    region = embedded_region
    made = region.a_cooperative(status="krs_application_filed")
    bare = {"to": "registered", "effective_date": TODAY}
    answer = region.post(region.adviser, f"/cooperatives/{made['id']}/transitions", bare, 422)
    assert [error["pointer"] for error in answer["errors"]] == ["/legal_basis", "/evidence"]


@pytest.mark.parametrize("day", ["2026-03-03", "2026-01-31"])
def test_a_change_takes_effect_neither_in_the_future_nor_before_the_last_one(embedded_region: Region, day: str):
    region = embedded_region
    made = region.a_cooperative()
    answer = region.move(region.adviser, made["id"], "founding_meeting_held", 422, effective_date=day)
    assert [error["pointer"] for error in answer["errors"]] == ["/effective_date"]


def test_a_correction_is_a_new_version_and_the_old_line_stays(region: Region):
    made = region.a_cooperative()
    region.world.clock.advance(days=10)
    region.move(region.adviser, made["id"], "founding_meeting_held", effective_date="2026-03-10")
    line = region.get(region.adviser, f"/cooperatives/{made['id']}/transitions")["items"][-1]
    address = f"/cooperatives/{made['id']}/transitions/{line['id']}/corrections"
    region.post(region.adviser, address, {"effective_date": "2026-03-01", "reason": "typed wrongly"}, 422)
    corrected = region.post(region.adviser, address, {"effective_date": "2026-03-08", "reason": "typed wrongly"})
    assert corrected["status_since"] == "2026-03-08"
    lines = region.get(region.adviser, f"/cooperatives/{made['id']}/transitions")["items"]
    assert [(one["effective_date"], one["superseded"]) for one in lines] == [
        ("2026-03-02", False),
        ("2026-03-10", True),
        ("2026-03-08", False),
    ]
    assert lines[2]["corrects"] == line["id"]
    region.post(region.adviser, address, {"effective_date": "2026-03-09", "reason": "again"}, 409)
    assert region.told(made["id"]).count("status-changed") == 1


def test_of_two_representatives_at_once_one_changes_it_and_the_other_learns_that_it_has_changed(region: Region):
    second = region.world.actor("cooperative")
    made = region.a_cooperative(representative_account_ids=[region.representative.id, second.id])
    answers: list[int] = []
    body = {"to": "founding_meeting_held", "effective_date": TODAY}
    address = f"{API}/cooperatives/{made['id']}/transitions"

    def change(actor):
        seen = {"If-Match": f'"{made["version"]}"'}
        answers.append(region.world.api(actor).post(address, json=body, headers=seen).status_code)

    both = [threading.Thread(target=change, args=[one]) for one in (region.representative, second)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert sorted(answers) == [200, 412]
    assert region.told(made["id"]).count("status-changed") == 1
    assert region.world.api(second).post(address, json=body).status_code == 409


def test_a_foreign_cooperative_is_not_found_by_any_door(embedded_region: Region):
    region = embedded_region
    made = region.a_cooperative()
    strangers = [region.world.actor("intake", institution=new_id()), region.world.actor("cooperative")]
    for stranger in strangers:
        for part in ("", "/founders", "/members", "/obligations", "/vacancies", "/transitions", "/checklist"):
            region.get(stranger, f"/cooperatives/{made['id']}{part}", 404)
        region.move(stranger, made["id"], "founding_meeting_held", 404)
        assert region.get(stranger, "/cooperatives")["items"] == []
    region.get(None, f"/cooperatives/{made['id']}", 401)
    region.get(region.world.actor("mentor"), "/cooperatives", 403)
    region.post(region.representative, "/cooperatives", {"name": NAME, "teryt": "2061"}, 403)
    assert [one["id"] for one in region.get(region.representative, "/cooperatives")["items"]] == [made["id"]]
    assert [one["id"] for one in region.get(region.coordinator, "/cooperatives")["items"]] == [made["id"]]


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"name": "Nitka", "teryt": "2061"}, "/name"),
        ({"name": NAME, "teryt": "1465"}, "/teryt"),
        ({"name": NAME}, "/teryt"),
        ({"name": NAME, "teryt": "2061", "colour": "blue"}, "/colour"),
        ({"name": NAME, "teryt": "2061", "languages": ["Polish"]}, "/languages/0"),
        ({"name": NAME, "teryt": 2061}, "/teryt"),
    ],
)
def test_what_is_wrong_with_a_new_group_is_pointed_at(embedded_region: Region, body, pointer):
    answer = embedded_region.post(embedded_region.adviser, "/cooperatives", body, 422)
    assert pointer in [error["pointer"] for error in answer["errors"]]


def test_what_cannot_be_read_is_refused_by_its_kind(embedded_region: Region):
    api = embedded_region.world.api(embedded_region.adviser)
    assert api.post(f"{API}/cooperatives", data="{", content_type="application/json").status_code == 400
    assert api.post(f"{API}/cooperatives", data="x", content_type="text/plain").status_code == 415
    assert api.post(f"{API}/cooperatives", json=[]).status_code == 422
    made = embedded_region.a_cooperative()
    address = f"{API}/cooperatives/{made['id']}/transitions"
    assert api.post(address, json={"to": "bought", "effective_date": TODAY}).status_code == 422


def test_the_same_key_opens_one_group(region: Region):
    body, key = {"name": NAME, "teryt": "2061"}, {"Idempotency-Key": "one"}
    first = region.post(region.adviser, "/cooperatives", body, 201, headers=key)
    again = region.post(region.adviser, "/cooperatives", body, 201, headers=key)
    assert first == again
    other = {"name": f"Inna {NAME}", "teryt": "2061"}
    region.post(region.adviser, "/cooperatives", other, 422, headers=key)
    assert len(region.get(region.coordinator, "/cooperatives")["items"]) == 1


def test_details_are_told_before_and_after_and_a_number_belongs_to_one_record(region: Region):
    made = region.a_cooperative(status="registered", founders=3)
    details = {"name": NAME, "teryt": "2062", "languages": ["pl"], "krs": "0000912345", "nip": "526-025-02-74"}
    pkd = [{"code": "13.92.z", "version": "2025"}]
    changed = region.put(region.representative, f"/cooperatives/{made['id']}", {**details, "pkd": pkd})
    assert (changed["nip"], changed["pkd"]) == ("5260250274", [{"code": "13.92.Z", "version": "2025"}])
    told = region.facts("cooperative.details-changed")[-1]
    assert {"field": "teryt", "before": "2061", "after": "2062"} in told["changes"]
    assert {"field": "pkd", "before": None, "after": "13.92.Z (2025)"} in told["changes"]
    region.put(region.representative, f"/cooperatives/{made['id']}", details, 412, headers={"If-Match": '"1"'})

    other = region.a_cooperative(status="registered", founders=3)
    taken = region.put(region.adviser, f"/cooperatives/{other['id']}", details, 422)
    assert taken["errors"][0]["pointer"] == "/krs"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("nip", "0000000000"),
        ("nip", "5260250275"),
        ("regon", "000000000"),
        ("regon", "12345678"),
        ("krs", "912345"),
        ("krs", "0000000000"),
        ("website", "javascript:alert(1)"),
    ],
)
def test_numbers_that_cannot_be_are_refused(embedded_region: Region, field: str, value: str):
    made = embedded_region.a_cooperative(status="registered")
    body = {"name": NAME, "teryt": "2061", field: value}
    answer = embedded_region.put(embedded_region.adviser, f"/cooperatives/{made['id']}", body, 422)
    assert answer["errors"][0]["pointer"] == f"/{field}"


def test_the_second_axis_goes_its_own_way_from_registration_on(region: Region):
    made = region.a_cooperative()
    address = f"/cooperatives/{made['id']}/social-enterprise"
    body = {"to": "applied", "effective_date": TODAY, **PROOF}
    assert region.post(region.adviser, address, body, 409)["actions"] == []
    other = region.a_cooperative(status="active")
    address = f"/cooperatives/{other['id']}/social-enterprise"
    region.post(region.adviser, address, body)
    granted = region.post(region.adviser, address, {**body, "to": "granted"})
    assert (granted["status"], granted["social_enterprise_status"]) == ("active", "granted")
    assert region.post(region.adviser, address, {**body, "to": "applied"}, 409)["actions"] == [
        "warned",
        "revoked",
        "resigned",
    ]
    told = region.facts("cooperative.social-enterprise-status-changed")
    assert [(one["before"], one["after"]) for one in told] == [("none", "applied"), ("applied", "granted")]


def test_the_checklist_warns_and_does_not_block(embedded_region: Region):
    region = embedded_region
    made = region.a_cooperative(founders=2)
    assert made["warnings"] == ["founders-enough", "statutes", "founders-list"]
    address = f"/cooperatives/{made['id']}/checklist"
    marked = region.put(region.representative, f"{address}/statutes", {"evidence": "statutes 1/2026"})
    assert marked["warnings"] == ["founders-enough", "founders-list"]
    region.put(region.representative, f"{address}/minutes", {}, 404)
    region.put(region.representative, f"{address}/founders-enough", {}, 404)
    assert region.get(region.adviser, address)["items"][1]["evidence"] == "statutes 1/2026"
    assert (
        region.world.api(region.adviser).delete(f"{API}{address}/statutes").get_json()["warnings"] == made["warnings"]
    )
    assert region.move(region.adviser, made["id"], "founding_meeting_held")["status"] == "founding_meeting_held"


def test_who_acts_for_it_is_said_by_adviser_or_coordinator_only(region: Region):
    made = region.a_cooperative()
    other = region.world.actor("cooperative")
    body = {"adviser_id": region.adviser.id, "representative_account_ids": [other.id]}
    region.put(region.representative, f"/cooperatives/{made['id']}/accounts", body, 403)
    region.put(region.adviser, f"/cooperatives/{made['id']}/accounts", body)
    region.get(region.representative, f"/cooperatives/{made['id']}", 404)
    region.get(other, f"/cooperatives/{made['id']}")
    told = region.facts("cooperative.details-changed")[-1]
    assert told["representative_account_ids"] == [other.id]


def test_a_mistaken_record_is_removed_by_the_coordinator_and_is_gone_everywhere_but_in_the_feed(region: Region):
    made = region.a_cooperative()
    address = f"/cooperatives/{made['id']}/actions/remove"
    region.post(region.adviser, address, {"reason": "mistaken-record"}, 403)
    region.post(region.coordinator, address, {"reason": "duplicate"}, 422)
    region.post(region.coordinator, address, {"reason": "mistaken-record"}, 204)
    region.get(region.adviser, f"/cooperatives/{made['id']}", 404)
    region.get(None, f"/register/{made['id']}", 404)
    assert region.get(None, "/changes")["items"][-1]["fact"] == "removed"
    assert region.told(made["id"])[-1] == "removed"


def test_lists_go_on_by_cursor_and_are_filtered(embedded_region: Region):
    region = embedded_region
    made = [region.a_cooperative(founders=0)["id"] for _n in range(3)]
    first = region.get(region.coordinator, "/cooperatives?limit=2")
    rest = region.get(region.coordinator, f"/cooperatives?limit=2&cursor={first['next']}")
    assert [one["id"] for one in first["items"] + rest["items"]] == made
    assert rest["next"] is None
    assert region.get(region.coordinator, "/cooperatives?status=active")["items"] == []
    assert len(region.get(region.coordinator, "/cooperatives?q=NITKA&teryt=2061")["items"]) == 3
    assert region.get(region.coordinator, "/cooperatives?q=100%25")["items"] == []
    region.get(region.coordinator, "/cooperatives?status=bought", 422)
