"""Who is registered, who sees what of her, and what of it others are told."""

import json

import pytest
from sqlalchemy import delete, func, select, text, update
from sqlalchemy.exc import DatabaseError

from services.people.tables import access_chain, access_log
from shared import migrations
from tests.service.people.conftest import API, OKSANA, Town

MARKS = ("Oksana", "Przykładna", "500000001", "oksana@example.org")


def test_a_caseworker_registers_a_woman_and_the_fact_says_no_name(town: Town):
    woman = town.register(languages=["uk", "pl"], birth_date="1990-05-01", notes="likes tea")
    town.world.settle()
    [fact] = town.world.facts("people.participant.registered.v1")
    assert fact.key == woman["id"]
    assert fact.data == {
        "code": woman["code"],
        "language": "uk",
        "do_not_contact": False,
        "safe_channels": ["sms"],
        "languages": ["uk", "pl"],
        "registered_by": town.office,
    }
    told = json.dumps([fact.data for fact in town.world.facts()], ensure_ascii=False)
    assert not [mark for mark in MARKS if mark in told]


def test_nothing_of_her_lies_open_in_the_database(town: Town):
    town.register()
    with town.world.transaction("people") as tx:
        rows = [dict(row) for table in ("participants", "contacts", "identifiers") for row in tx.all(_all(table))]
    kept = json.dumps(rows, default=str, ensure_ascii=False)
    assert not [mark for mark in MARKS if mark in kept]


def _all(table: str):
    from services.people.tables import metadata

    return select(metadata.tables[table])


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"given_name": ""}, "/given_name"),
        ({"language": "xx"}, "/language"),
        ({"contacts": [{"channel": "pigeon", "value": "x", "safe": True}]}, "/contacts/0/channel"),
        ({"contacts": [{"channel": "sms", "value": "12", "safe": True}]}, "/contacts/0/value"),
        ({"contacts": [{"channel": "sms", "value": "500000001"}]}, "/contacts/0/safe"),
        ({"contacts": [{"channel": "sms", "value": "500000001", "safe": True, "hours": "soon"}]}, "/contacts/0/hours"),
        ({"contacts": [{"channel": "email", "value": "nobody", "safe": True}]}, "/contacts/0/value"),
        ({"birth_date": "01.05.1990"}, "/birth_date"),
        ({"shoe_size": 38}, "/shoe_size"),
    ],
)
def test_what_is_wrong_is_named_where_it_is(small_town: Town, change, pointer):
    answer = small_town.world.api(small_town.caseworker).post(f"{API}/participants", json={**OKSANA, **change})
    assert answer.status_code == 422
    assert pointer in [error["pointer"] for error in answer.json["errors"]]


def test_hours_may_be_an_object(small_town: Town):
    hours = {"from": "09:00", "to": "15:00", "days": ["monday"]}
    woman = small_town.register(contacts=[{"channel": "sms", "value": "500000001", "safe": True, "hours": hours}])
    assert woman["contacts"][0]["hours"] == "monday 09:00-15:00"


def test_registering_twice_with_one_key_registers_once(town: Town):
    client, key = town.world.api(town.caseworker), {"Idempotency-Key": "once"}
    first, second = (client.post(f"{API}/participants", json=OKSANA, headers=key) for _ in range(2))
    assert first.status_code == second.status_code == 201
    assert first.json == second.json
    assert client.post(f"{API}/participants", json={**OKSANA, "language": "pl"}, headers=key).status_code == 422


@pytest.mark.parametrize(
    ("role", "method", "path", "status"),
    [
        ("mentor", "post", "/participants", 403),
        ("coordinator", "get", "/participants", 403),
        ("operator", "get", "/participants", 403),
        ("coordinator", "post", "/participants/search", 403),
        ("operator", "get", "/access-log", 403),
        ("caseworker", "post", "/contact", 403),
    ],
)
def test_roles_without_people_in_their_work_get_no_people(small_town: Town, role, method, path, status):
    actor = small_town.world.actor(role, institution=small_town.office if role == "caseworker" else None)
    answer = getattr(small_town.world.api(actor), method)(API + path, **({"json": {}} if method == "post" else {}))
    assert answer.status_code == status


def test_without_a_token_nothing_is_said(small_town: Town):
    assert small_town.world.api(None).get(f"{API}/participants").status_code == 401


def test_a_stranger_cannot_tell_her_from_nobody(town: Town):
    woman = town.register()
    stranger = town.world.api(town.world.actor("caseworker", institution="019b8d67-0e60-77f6-8394-ae98efa1a55a"))
    for identity in (woman["id"], "019cad9d-67a0-772c-8cde-073e7e5fc1c8"):
        assert stranger.get(f"{API}/participants/{identity}").status_code == 404
        assert stranger.put(f"{API}/participants/{identity}/safe-contact", json={"contacts": []}).status_code == 404
        assert stranger.get(f"{API}/participants/{identity}/export").status_code == 404
        assert stranger.post(f"{API}/participants/{identity}/actions/erase", json={}).status_code == 404
    assert stranger.get(f"{API}/participants").json["items"] == []
    assert stranger.post(f"{API}/participants/search", json={"phone": "500000001"}).json["items"] == []
    assert stranger.post(f"{API}/cards", json={"ids": [woman["id"]], "purpose": "list"}).json["items"] == []


# -- sharing -------------------------------------------------------------------------------------------------------


def test_the_receiver_sees_exactly_the_agreed_fields_from_acceptance_until_the_day(town: Town):
    woman = town.register()
    receiver = town.world.api(town.intake)
    here = f"{API}/participants/{woman['id']}"
    assert receiver.get(here).status_code == 404
    town.accepted(woman, fields=("name", "phone", "narrative"), until="2026-03-03")
    shown = receiver.get(here).json
    assert (shown["given_name"], shown["fields"]) == ("Oksana", ["name", "phone"])
    assert [way["channel"] for way in shown["contacts"]] == ["sms"]
    assert not {"birth_date", "notes", "language", "registered_by"} & set(shown)
    town.world.later(days=1)
    assert receiver.get(here).status_code == 200
    town.world.later(days=1)
    assert receiver.get(here).status_code == 404


def test_withdrawal_ends_what_the_receiver_sees_and_another_reason_does_not(town: Town):
    woman = town.register()
    receiver = town.world.api(town.intake)
    first, second = town.accepted(woman, fields=("name",)), town.accepted(woman, fields=("phone",))
    town.cancelled(first, woman, reason="consent-withdrawn")
    assert receiver.get(f"{API}/participants/{woman['id']}").json["fields"] == ["phone"]
    town.cancelled(second, woman, reason="no-longer-needed")
    assert receiver.get(f"{API}/participants/{woman['id']}").json["fields"] == ["phone"]


def test_nobody_is_found_by_a_field_that_is_not_shared(town: Town):
    woman = town.register()
    town.accepted(woman, fields=("name",))
    receiver = town.world.api(town.intake)

    def found(**wanted: str) -> list[str]:
        return [one["id"] for one in receiver.post(f"{API}/participants/search", json=wanted).json["items"]]

    assert found(name="PRZYKLADNA oksana") == [woman["id"]]
    assert found(code=woman["code"].lower().replace("-", "")) == [woman["id"]]
    assert found(phone="500000001") == []
    assert found(name="Oksana", phone="500000001") == []
    assert found(name="...") == []


def test_the_list_has_the_newest_first_page_by_page_without_gaps(small_town: Town):
    women = [small_town.register()["id"] for _ in range(5)]
    client = small_town.world.api(small_town.caseworker)
    seen, cursor = [], ""
    while cursor is not None:
        page = client.get(f"{API}/participants?limit=2" + (f"&cursor={cursor}" if cursor else "")).json
        seen += [one["id"] for one in page["items"]]
        cursor = page["next"]
    assert seen == women[::-1]


def test_cards_name_only_those_whose_name_the_caller_may_see_and_log_each_once_in_ten_minutes(town: Town):
    known, unnamed, strange = town.register(), town.register(), town.register()
    town.accepted(known, fields=("name",))
    town.accepted(unnamed, fields=("phone",))
    ids = [known["id"], unnamed["id"], strange["id"]]
    receiver = town.world.api(town.intake)
    for _poll in range(3):
        items = receiver.post(f"{API}/cards", json={"ids": ids, "purpose": "queue"}).json["items"]
    assert {card["id"]: card.get("name") for card in items} == {
        known["id"]: "Oksana Żółć-Przykładna",
        unnamed["id"]: None,
    }
    assert _logged(town, purpose="queue") == [(known["id"], ["name"])]
    town.world.clock.advance(minutes=11)
    receiver.post(f"{API}/cards", json={"ids": ids, "purpose": "queue"})
    assert _logged(town, purpose="queue") == [(known["id"], ["name"])] * 2


def _logged(town: Town, *, purpose: str) -> list[tuple[str, list[str]]]:
    with town.world.transaction("people") as tx:
        rows = tx.all(select(access_log).where(access_log.c.purpose == purpose).order_by(access_log.c.id))
    return [(row["participant_id"], row["fields"]) for row in rows]


def test_a_name_is_not_shown_to_roles_outside_the_institutions(small_town: Town):
    woman = small_town.register()
    for role in ("coordinator", "operator", "mentor", "data-officer", "cooperative"):
        client = small_town.world.api(small_town.world.actor(role))
        assert client.post(f"{API}/cards", json={"ids": [woman["id"]], "purpose": "list"}).json["items"] == []


def test_only_an_institution_that_works_with_her_may_refer_her(town: Town):
    woman = town.register()

    def exists(actor) -> bool:
        body = {"participant_id": woman["id"], "purpose": "referral"}
        return town.world.api(actor).post(f"{API}/existence", json=body).json["exists"]

    assert exists(town.caseworker)
    assert not exists(town.intake)
    assert not exists(town.world.actor("coordinator"))
    assert not exists(town.herself(woman))
    town.accepted(woman)
    assert exists(town.intake)


# -- doubles -------------------------------------------------------------------------------------------------------


def test_two_matching_identifiers_hint_at_a_double_anywhere_and_one_does_not(town: Town):
    first = town.register()
    other = town.world.actor("caseworker", institution=town.foundation)
    assert not town.register(other, contacts=[])["possible_duplicate"]
    again = town.register(other, contacts=OKSANA["contacts"][:1])
    assert again["possible_duplicate"]
    assert first["code"] not in json.dumps(again)
    assert (first["id"], ["name", "phone"]) in _logged(town, purpose="possible-double")


# -- safe contact --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("channel", "reason", "address"),
    [
        ("sms", "safe", "+48500000001"),
        ("email", "no-safe-channel", None),
        ("phone", "contact-not-recorded", None),
    ],
)
def test_services_are_told_where_she_may_be_reached_and_only_there(town: Town, channel, reason, address):
    woman = town.register()
    answer = town.may_contact(participant_id=woman["id"], channel=channel)
    assert (answer["allowed"], answer["reason"], answer.get("address")) == (address is not None, reason, address)
    assert answer["language"] == "uk"


def test_every_address_that_is_told_is_logged(town: Town):
    woman = town.register()
    town.may_contact(participant_id=woman["id"], channel="sms")
    town.may_contact(participant_id=woman["id"], channel="email")
    assert _logged(town, purpose="notification") == [(woman["id"], ["phone"])]


def test_outside_her_hours_services_are_told_when_to_ask_again(town: Town):
    woman = town.register(contacts=[{"channel": "sms", "value": "500000001", "safe": True, "hours": "14:00-16:00"}])
    answer = town.may_contact(participant_id=woman["id"], channel="sms")
    assert (answer["allowed"], answer["reason"]) == (False, "outside-safe-hours")
    assert answer["not_before"] == "2026-03-02T13:00:00.000000Z"
    assert "address" not in answer


def test_nobody_known_is_nobody_to_contact(town: Town):
    answer = town.may_contact(participant_id="019cad9d-67a0-772c-8cde-073e7e5fc1c8", channel="sms")
    assert (answer["allowed"], answer["reason"]) == (False, "contact-not-recorded")


def test_her_own_account_follows_her_own_rules_and_staff_have_the_address_they_gave(town: Town):
    woman = town.register()
    hers = town.account("oksana", roles=["participant"], participant_id=woman["id"], email="secret@example.org")
    staff = town.account("maria", memberships={town.foundation: ["intake"]}, email="maria@example.org")
    without = town.account("anna", memberships={town.foundation: ["intake"]})
    assert town.may_contact(account_id=hers["id"], channel="email")["reason"] == "no-safe-channel"
    assert town.may_contact(account_id=hers["id"], channel="sms")["address"] == "+48500000001"
    assert town.may_contact(account_id=staff["id"], channel="email")["address"] == "maria@example.org"
    assert not town.may_contact(account_id=staff["id"], channel="sms")["allowed"]
    assert not town.may_contact(account_id=without["id"], channel="email")["allowed"]


def test_a_change_of_safe_contact_holds_at_once_and_the_fact_has_no_address(town: Town):
    woman = town.register()
    here = f"{API}/participants/{woman['id']}/safe-contact"
    contacts = [{"channel": "email", "value": "new@example.org", "safe": True, "ask_again_on": "2026-06-01"}]
    client = town.world.api(town.caseworker)
    answer = client.put(here, json={"contacts": contacts, "do_not_contact": False}, headers={"If-Match": '"1"'})
    assert (answer.status_code, answer.headers["ETag"]) == (200, '"2"')
    assert town.may_contact(participant_id=woman["id"], channel="email")["address"] == "new@example.org"
    assert client.put(here, json={"contacts": []}, headers={"If-Match": '"1"'}).status_code == 412
    client.put(here, json={"contacts": contacts, "do_not_contact": True})
    assert town.may_contact(participant_id=woman["id"], channel="email")["reason"] == "do-not-contact"
    town.world.settle()
    first, second = town.world.facts("people.participant.safe-contact-changed.v1")
    assert first.data == {
        "language": "uk",
        "do_not_contact": False,
        "safe_channels": ["email"],
        "ask_again_on": "2026-06-01",
    }
    assert second.data["do_not_contact"]


def test_she_changes_how_she_is_reached_and_a_receiver_may_not(town: Town):
    woman = town.register()
    town.accepted(woman)
    here = f"{API}/participants/{woman['id']}/safe-contact"
    receiver = town.world.actor("caseworker", institution=town.foundation)
    assert town.world.api(receiver).put(here, json={"contacts": []}).status_code == 403
    assert town.world.api(town.herself(woman)).put(here, json={"contacts": []}).status_code == 200


# -- export, erasure, log ------------------------------------------------------------------------------------------


def test_she_and_the_officer_may_take_everything_out_and_nobody_else(town: Town):
    woman = town.register(notes="likes tea")
    town.accepted(woman)
    here = f"{API}/participants/{woman['id']}/export"
    assert town.world.api(town.caseworker).get(here).status_code == 403
    for actor in (town.herself(woman), town.officer):
        whole = town.world.api(actor).get(here).json
        assert whole["participant"]["notes"] == "likes tea"
        assert whole["shared_with"][0]["institution"] == "Fundacja Most"
        assert "export" in [entry["purpose"] for entry in whole["seen_by"]]


def test_erasing_leaves_a_code_and_every_service_is_seen_to_confirm(town: Town):
    woman = town.register()
    town.accepted(woman)
    account = town.account("oksana", roles=["participant"], participant_id=woman["id"])
    officer, here = town.world.api(town.officer), f"{API}/participants/{woman['id']}"
    assert town.world.api(town.caseworker).post(f"{here}/actions/erase", json={}).status_code == 403
    assert officer.get(here).json["actions"] == ["erase"]
    erased = officer.post(f"{here}/actions/erase")
    assert (erased.status_code, erased.json["status"], erased.json["code"]) == (200, "erased", woman["code"])
    assert town.world.api(town.caseworker).get(here).status_code == 404
    assert (
        town.world.api(town.caseworker).post(f"{API}/participants/search", json={"phone": "500000001"}).json["items"]
        == []
    )
    assert town.may_contact(participant_id=woman["id"], channel="sms")["reason"] == "erased"
    again = officer.post(f"{here}/actions/erase")
    assert (again.status_code, again.json["actions"]) == (409, [])
    town.world.settle()
    [fact] = town.world.facts("people.participant.erased.v1")
    [purged] = town.world.facts("people.participant-data.purged.v1")
    assert purged.data["erasure_event_id"] == fact.id
    assert purged.data["records"] > 0
    assert [f.key for f in town.world.facts("people.account.disabled.v1")] == [account["id"]]


def test_the_access_log_tells_who_saw_whom_what_and_why_and_she_reads_her_own(town: Town):
    woman, other = town.register(), town.register(contacts=[])
    reader = town.caseworker
    town.world.api(reader).get(f"{API}/participants/{woman['id']}")
    town.world.api(reader).get(f"{API}/participants/{other['id']}")
    for actor in (town.officer, town.herself(woman)):
        [entry] = town.world.api(actor).get(f"{API}/access-log?person={woman['id']}").json["items"]
        assert (entry["reader_id"], entry["participant_id"], entry["purpose"]) == (reader.id, woman["id"], "record")
        assert "name" in entry["fields"]
    assert town.world.api(town.herself(other)).get(f"{API}/access-log?person={woman['id']}").status_code == 404
    assert len(town.world.api(town.officer).get(f"{API}/access-log").json["items"]) == 2


def test_the_log_is_chained_within_a_second_and_any_change_to_it_shows(town: Town):
    women = [town.register(contacts=[]) for _ in range(3)]
    for woman in women:
        town.world.api(town.caseworker).get(f"{API}/participants/{woman['id']}")
    town.world.later(seconds=1)
    assert town.chain_fault() is None
    with town.world.transaction("people") as tx:
        first = tx.all(select(access_log).order_by(access_log.c.id))[0]
        links = tx.scalar(select(func.count()).select_from(access_chain))
    assert links == 3
    tamper(town, update(access_log).where(access_log.c.id == first["id"]).values(purpose="nothing"))
    assert "was changed" in town.chain_fault()
    tamper(town, update(access_log).where(access_log.c.id == first["id"]).values(purpose=first["purpose"]))
    assert town.chain_fault() is None
    tamper(town, delete(access_chain).where(access_chain.c.position == 3))
    assert "do not add up" in town.chain_fault()


def tamper(town: Town, statement) -> None:
    """As someone could who owns the database: the guards are taken down first."""
    owner = migrations.owner_engine(town.world.runtimes["people"])
    with owner.begin() as connection:
        change_guards(connection, to="DISABLE")
        connection.execute(statement)
        change_guards(connection, to="ENABLE")
    owner.dispose()


def change_guards(connection, *, to: str) -> None:
    if connection.dialect.name == "postgresql":
        for table in ("access_log", "access_chain"):
            connection.execute(text(f"ALTER TABLE {table} {to} TRIGGER USER"))
        return
    for name in connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).scalars().all():
        connection.execute(text(f"DROP TRIGGER {name}"))


@pytest.mark.parametrize("change", [update(access_log).values(purpose="nothing"), delete(access_log)])
def test_the_service_itself_cannot_change_what_it_has_logged(town: Town, change):
    woman = town.register()
    town.world.api(town.caseworker).get(f"{API}/participants/{woman['id']}")
    with pytest.raises(DatabaseError, match="append-only"), town.world.transaction("people") as tx:
        tx.execute(change)


# -- facts twice, late, and a rebuild ------------------------------------------------------------------------------


def test_grants_are_the_same_after_the_projections_are_rebuilt(town: Town):
    from services.people.projections import PROJECTIONS, TABLES

    woman = town.register()
    kept, ended = town.accepted(woman, fields=("name",)), town.accepted(woman, fields=("phone",))
    town.cancelled(ended, woman, reason="consent-withdrawn")
    before = town.world.api(town.intake).get(f"{API}/participants/{woman['id']}").json["fields"]
    with town.world.transaction("people") as tx:
        for table in TABLES:
            tx.execute(delete(table))
        for fact in town.world.facts():
            if fact.type in PROJECTIONS:
                PROJECTIONS[fact.type](tx, fact)
    assert kept != ended
    assert town.world.api(town.intake).get(f"{API}/participants/{woman['id']}").json["fields"] == before == ["name"]
