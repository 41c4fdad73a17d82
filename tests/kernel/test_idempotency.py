"""One key, one effect: whatever comes in parallel, again, or with another body."""

from collections import Counter

from sqlalchemy import func, select

from shared.idempotency import idempotency
from tests.kernel.desk import Desk, in_parallel
from tests.kernel.notes import notes

KEY = {"Idempotency-Key": "8e03978e-40d5-43dd-bc93-6894a57f9324"}


def count(desk: Desk) -> int:
    with desk.reading() as tx:
        return int(tx.scalar(select(func.count()).select_from(notes)))


def test_fifty_in_parallel_have_one_effect_and_one_answer(desk: Desk):
    api = desk.api(desk.actor("writer"))
    answers = in_parallel(50, lambda _number: api.post("/notes", json={"text": "once"}, headers=KEY))
    assert Counter(answer.status_code for answer in answers) == {201: 50}
    assert len({(answer.data, answer.headers["Location"], answer.headers["ETag"]) for answer in answers}) == 1
    assert (count(desk), len(desk.outbox())) == (1, 1)


def test_without_keys_there_would_be_as_many_effects_as_requests(desk: Desk):
    """The proof by breaking."""
    api = desk.api(desk.actor("writer"))
    in_parallel(5, lambda _number: api.post("/notes", json={"text": "once"}))
    assert count(desk) == 5


def test_fifty_in_parallel_of_different_keys_all_work(desk: Desk):
    api = desk.api(desk.actor("writer"))
    answers = in_parallel(
        50, lambda number: api.post("/notes", json={"text": "x"}, headers={"Idempotency-Key": f"{number}"})
    )
    assert (Counter(answer.status_code for answer in answers), count(desk)) == ({201: 50}, 50)


def test_another_body_under_the_same_key_is_refused(desk: Desk):
    api = desk.api(desk.actor("writer"))
    assert api.post("/notes", json={"text": "one"}, headers=KEY).status_code == 201
    refused = api.post("/notes", json={"text": "two"}, headers=KEY)
    assert (refused.status_code, count(desk)) == (422, 1)
    assert refused.json["errors"][0]["pointer"] == ""


def test_a_failure_is_not_kept(desk: Desk):
    api = desk.api(desk.actor("writer"))
    assert api.post("/notes", json={"text": ""}, headers=KEY).status_code == 422
    assert api.post("/notes", json={"text": "better"}, headers=KEY).status_code == 201


def test_a_failure_inside_the_command_is_not_kept_either(desk: Desk, monkeypatch):
    api = desk.api(desk.actor("writer"))
    with monkeypatch.context() as broken:
        broken.setattr("tests.kernel.notes.REGISTERED", "no.such.fact.v1")
        assert api.post("/notes", json={"text": "x"}, headers=KEY).status_code == 500
    assert (api.post("/notes", json={"text": "x"}, headers=KEY).status_code, count(desk)) == (201, 1)


def test_a_key_belongs_to_its_caller_and_its_path(desk: Desk):
    first, second = desk.api(desk.actor("writer")), desk.api(desk.actor("writer"))
    for api, path in ((first, "/notes"), (second, "/notes"), (first, "/wide")):
        assert api.post(path, json={"text": "x"}, headers=KEY).status_code == 201
    assert count(desk) == 3


def test_the_kept_answer_is_sealed_and_the_body_only_a_keyed_hash(desk: Desk):
    desk.api(desk.actor("writer")).post("/notes", json={"text": "canary"}, headers=KEY)
    with desk.reading() as tx:
        (row,) = tx.all(select(idempotency))
    assert "canary" not in str(dict(row))
    assert row["answer"].startswith("s1.")


def test_after_a_day_a_key_is_free_again_also_before_it_is_tidied_away(desk: Desk):
    api = desk.api(desk.actor("writer"))
    api.post("/notes", json={"text": "one"}, headers=KEY)
    desk.clock.advance(hours=23)
    assert api.post("/notes", json={"text": "two"}, headers=KEY).status_code == 422
    desk.clock.advance(hours=2)
    answers = in_parallel(5, lambda _number: api.post("/notes", json={"text": "two"}, headers=KEY))
    assert (Counter(answer.status_code for answer in answers), count(desk)) == ({201: 5}, 2)


def test_a_key_that_nobody_could_keep_is_refused(desk: Desk):
    api = desk.api(desk.actor("writer"))
    for key in ("x" * 201, "a\tb", "\xa0"):
        assert api.post("/notes", json={"text": "x"}, headers={"Idempotency-Key": key}).status_code == 422
    assert count(desk) == 0
