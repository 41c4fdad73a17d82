"""The public side: nobody signed in, nothing of any person."""

import csv
from io import StringIO

import pytest

from shared.database import new_id
from tests.service.cooperatives.conftest import API, TODAY, Region


def test_everyone_reads_the_register_by_name_county_and_status(region: Region):
    made = region.a_cooperative(status="active")
    region.a_cooperative(name="Igła Spółdzielnia Socjalna", teryt="2005")
    region.put(
        region.adviser,
        f"/cooperatives/{made['id']}",
        {"name": made["name"], "teryt": "2061", "krs": "0000912345", "languages": ["pl"]},
    )
    found = region.get(None, "/register")
    assert [one["county"] for one in found["items"]] == ["Białystok", "hajnowski"]
    assert found["licence"].startswith("https://")
    assert [one["name"] for one in region.get(None, "/register?q=igła")["items"]] == ["Igła Spółdzielnia Socjalna"]
    assert len(region.get(None, "/register?teryt=2061&status=active")["items"]) == 1
    by_number = region.get(None, "/register/0000912345")
    assert by_number == region.get(None, f"/register/{made['id']}")
    assert [one["after"] for one in by_number["history"]] == [
        "initiative_group",
        "founding_meeting_held",
        "krs_application_filed",
        "registered",
        "active",
    ]
    region.get(None, "/register/0000999999", 404)
    first = region.get(None, "/register?limit=1")
    assert region.get(None, f"/register?limit=1&cursor={first['next']}")["next"] is None


def test_the_register_shows_no_person_and_counts_only_from_registration_on(region: Region):
    woman, person, ground = new_id(), new_id(), "international-protection"
    region.chooses(woman)
    made = region.a_cooperative(founders=0)
    for body in ({"participant_id": woman}, {"person_id": person, "ground": ground, "ground_seen_on": TODAY}):
        region.post(region.adviser, f"/cooperatives/{made['id']}/founders", body, 201)
    assert region.get(None, f"/register/{made['id']}")["founders"] is None
    for to in ("founding_meeting_held", "krs_application_filed", "registered"):
        region.move(region.adviser, made["id"], to)
    entry = region.get(None, f"/register/{made['id']}")
    assert (entry["founders"], entry["members"]) == (2, 2)
    paths = ("/register", f"/register/{made['id']}", "/changes", "/register.csv", "/register.geojson")
    everything = "".join(region.world.api(None).get(API + path).get_data(as_text=True) for path in paths)
    pages = [f"/cooperatives/register/{made['id']}", "/cooperatives/register"]
    everything += "".join(region.world.browser("cooperatives").get(path).get_data(as_text=True) for path in pages)
    hidden = (woman, person, ground, region.adviser.id, region.representative.id, region.institution, "KRS extract")
    assert [word for word in hidden if word in everything] == []


def test_the_feed_has_every_change_once_without_gaps_before_and_after(region: Region):
    made = region.a_cooperative(status="active")
    region.a_cooperative()
    items, after = [], 0
    while True:
        page = region.get(None, f"/changes?after={after}&limit=3")
        items += page["items"]
        if page["next"] is None:
            break
        after = page["next"]
    assert [one["sequence"] for one in items] == list(range(1, len(items) + 1))
    hers = [one for one in items if one["cooperative_id"] == made["id"]]
    walked = [change for one in hers for change in one["changes"] if change["field"] == "status"]
    assert [(one["before"], one["after"]) for one in walked] == [
        (None, "initiative_group"),
        ("initiative_group", "founding_meeting_held"),
        ("founding_meeting_held", "krs_application_filed"),
        ("krs_application_filed", "registered"),
        ("registered", "active"),
    ]
    assert {"field": "members", "before": "0", "after": "5"} in [change for one in hers for change in one["changes"]]
    assert "founder-joined" not in {one["fact"] for one in items}
    assert region.get(None, f"/changes?after={items[-1]['sequence']}")["items"] == []
    region.get(None, "/changes?after=-1", 422)


def test_the_whole_register_is_a_csv_that_no_spreadsheet_calculates(embedded_region: Region):
    region = embedded_region
    region.a_cooperative(name="=1+1 Spółdzielnia Socjalna", founders=0)
    answer = region.world.api(None).get(f"{API}/register.csv")
    assert answer.content_type == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(StringIO(answer.get_data(as_text=True))))
    assert rows[0]["name"] == "'=1+1 Spółdzielnia Socjalna"
    assert rows[0]["county"] == "Białystok"
    assert region.world.api(None).get(f"{API}/register.csv?colour=blue").status_code == 422


def test_the_map_has_a_point_in_the_county_of_each(embedded_region: Region):
    region = embedded_region
    made = region.a_cooperative(founders=0)
    answer = region.world.api(None).get(f"{API}/register.geojson")
    assert answer.content_type == "application/geo+json"
    feature = answer.get_json()["features"][0]
    assert (feature["id"], feature["properties"]["status"]) == (made["id"], "initiative_group")
    longitude, latitude = feature["geometry"]["coordinates"]
    assert 23.0 < longitude < 23.3
    assert 53.0 < latitude < 53.3


@pytest.mark.parametrize("address", ["register?cursor=AA", "register?cursor=x", "register?q=%00", "register?limit=201"])
def test_what_cannot_be_asked_is_a_422_on_every_database(region: Region, address: str):
    region.get(None, f"/{address}", 422)
