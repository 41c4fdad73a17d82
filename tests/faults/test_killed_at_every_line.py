"""kill -9 at every line of a fact's way: from the request to the outbox, to the log, to its effect (faults 1 to 3)."""

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from shared.envelope import Fact
from tests.faults.conftest import Place
from tests.kernel.desk import Desk
from tests.kernel.notes import TOPIC, change, notes, write

MakePlace = Callable[..., Place]


def told(place: Place, keys: set[str]) -> list[Fact]:
    """What the log says of these aggregates."""
    return [fact for fact in place.desk.published() if fact.key in keys and fact.type.startswith("referrals.")]


def test_a_web_process_killed_at_any_line_of_a_command_loses_nothing_and_doubles_nothing(make_place: MakePlace):
    place = make_place()
    desk, ask = place.desk, place.zygote()
    writer = desk.actor("writer")
    order = {"token": desk.token(writer)}
    whole = ask("command", key="whole", **order)
    assert whole["said"].startswith("201")
    acknowledged = {"whole"}
    for line in range(1, whole["lines"] + 1):
        if not ask("command", key=f"{line}", die_at=line, **order)["killed"]:
            acknowledged.add(f"{line}")
    assert len(acknowledged) <= 3, "the tracer did kill"
    with desk.reading() as tx:
        kept = Counter(row["text"] for row in tx.all(select(notes.c.text)))
    assert acknowledged <= kept.keys()
    assert 0 < len(kept) - len(acknowledged) < whole["lines"], "some died before their commit, some after"
    assert len(desk.outbox()) == sum(kept.values()), "a state without its fact, or the other way round"

    api = desk.api(writer)  # the client never got an answer and asks again with the same key
    for line in range(1, whole["lines"] + 1):
        again = api.post("/notes", json={"text": f"{line}"}, headers={"Idempotency-Key": f"{line}"})
        assert again.status_code == 201
    with desk.reading() as tx:
        rows = tx.all(select(notes))
    assert Counter(row["text"] for row in rows) == Counter(["whole", *(f"{n}" for n in range(1, whole["lines"] + 1))])
    desk.relay().run_once()
    assert Counter(fact.key for fact in told(place, {row["id"] for row in rows})) == Counter(row["id"] for row in rows)


@pytest.mark.kafka
@pytest.mark.parametrize(("log", "step"), [("file", 1), ("kafka", 2)])
def test_a_relay_killed_at_any_line_sends_everything_in_order(make_place: MakePlace, request, log: str, step: int):
    place = make_place(request.getfixturevalue("kafka") if log == "kafka" else None)
    desk, ask = place.desk, place.zygote()
    key = one_more(desk)
    lines = ask("relay")["lines"]
    deaths = [ask_to_die(place, ask, "relay", line, key) for line in range(1, lines + 1, step)]
    facts, expected = told(place, {key}), list(range(1, len(deaths) + 2))
    assert deaths.count(True) >= len(deaths) - 2
    assert len(facts) > len(expected), "some died between the log and the mark: those facts came twice"
    assert list(dict.fromkeys(fact.sequence for fact in facts)) == expected
    consumer = desk.consumer()
    for _ in range(2):
        consumer.take([record for record in desk.log.read([TOPIC]) if record.key == key])
    assert desk.effects() == [(key, number) for number in expected]


@pytest.mark.kafka
@pytest.mark.parametrize(("log", "step"), [("file", 1), ("kafka", 10)])
def test_a_consumer_killed_at_any_line_has_each_effect_once(make_place: MakePlace, request, log: str, step: int):
    place = make_place(request.getfixturevalue("kafka") if log == "kafka" else None)
    desk, ask = place.desk, place.zygote()
    keys: list[str] = []
    for _ in range(2):  # the first takes in what other tests have left in the log
        keys.append(one_more(desk))
        desk.relay().run_once()
        lines = ask("consume", key=keys[-1])["lines"]
    assert 20 < lines < 100
    deaths = 0
    for line in range(1, lines + 1, step):
        keys.append(one_more(desk))
        desk.relay().run_once()
        deaths += ask("consume", key=keys[-1], die_at=line)["killed"]
        ask("consume", key=keys[-1])
    assert deaths >= 0.7 * len(range(1, lines + 1, step))
    keys.append(one_more(desk))
    desk.relay().run_once()
    ask("consume", key=keys[-1])
    for handler in ("projection", "reaction"):
        assert [effect for effect in desk.effects(handler) if effect[0] in keys] == [(key, 1) for key in keys]
    assert desk.parked() == []


def one_more(desk: Desk, key: str = "") -> str:
    """A note, or one more change of it; its id."""
    with desk.transaction() as tx:
        if key:
            change(tx, key, text="x")
            return key
        return str(write(tx, text="x")["id"])


def ask_to_die(place: Place, ask: Callable[..., dict[str, Any]], role: str, line: int, key: str) -> bool:
    """One more fact, a death on its way, and another process that goes on."""
    one_more(place.desk, key)
    killed = ask(role, die_at=line)["killed"]
    ask(role)
    return bool(killed)
