"""Messages: neutral, safe, once. Real SMTP and HTTP servers at the other end."""

import re
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import update

from services.notifications import jobs
from services.notifications.adapters.faults import Passing
from services.notifications.adapters.letters import Letter
from services.notifications.commands import deliveries as commands
from services.notifications.domain import sending
from services.notifications.queries.deliveries import gauges
from services.notifications.tables import deliveries
from shared import contracts
from shared.database import new_id
from shared.metrics import DEAD_LETTERS, DELIVERIES_OLDEST_AGE
from tests.service.notifications.conftest import Partnership, Post, SmsStub, use

SECRETS = ("7F3K-92", "Most", "Urząd", "mentor", "skierowani", "kurs", "spółdzieln", "Nitka", "przemoc")


def a_match_for_her(p: Partnership) -> None:
    p.match("accepted", new_id())
    p.send()


def to_her(p: Partnership) -> list[dict[str, Any]]:
    return sorted(p.deliveries(recipient="participant"), key=lambda one: str(one["created_at"] + one["id"]))


# -- neutral -------------------------------------------------------------------------------------------------------


def test_a_letter_says_that_something_waits_and_nothing_else(partnership: Partnership, post: Post) -> None:
    p = partnership
    p.referral("requested", new_id())
    p.send()
    (letter,) = post.taken
    assert letter["Subject"]
    assert letter["From"] == "no-reply@mail.example.org"
    assert letter["Auto-Submitted"] == "auto-generated"
    assert letter.get_content_type() == "multipart/alternative"
    plain, html = ([part.get_payload(decode=True).decode() for part in letter.walk() if part.get_content_type() == kind]
                   for kind in ("text/plain", "text/html"))  # fmt: skip
    assert "http://127.0.0.1:8000/notifications/go/" in plain[0]
    assert "http://127.0.0.1:8000/notifications/go/" in html[0]
    for text in (str(letter["Subject"]), *plain, *html):
        assert not [secret for secret in SECRETS if secret.lower() in text.lower()]


def test_the_link_of_a_letter_leads_its_reader_to_the_record_and_nobody_else(
    partnership: Partnership, post: Post
) -> None:
    p, referral = partnership, new_id()
    p.referral("requested", referral)
    p.send()
    plain = next(part for part in post.taken[0].walk() if part.get_content_type() == "text/plain")
    link = re.search(r"/notifications/go/[0-9a-f-]+", plain.get_payload(decode=True).decode())
    assert link
    led = p.world.browser("notifications", p.intake).get(link[0])
    assert (led.status_code, led.headers["Location"]) == (303, f"/referrals/referrals/{referral}")
    assert p.world.browser("notifications", p.caseworker).get(link[0]).status_code == 404
    assert "sign-in" in p.world.browser("notifications").get(link[0]).headers["Location"]


def test_a_woman_gets_a_short_text_in_her_language_with_a_link_that_says_nothing(
    partnership: Partnership, sms: SmsStub
) -> None:
    p = partnership
    p.mailbox(p.woman, "sms", "+48500100200", language="en")
    a_match_for_her(p)
    (form,) = sms.taken.values()
    assert form["to"] == "+48500100200"
    assert form["message"] == "You have a new item: http://127.0.0.1:8000/"


# -- safe ----------------------------------------------------------------------------------------------------------


def test_silence_is_a_no(partnership: Partnership) -> None:
    p = partnership
    a_match_for_her(p)
    assert [(one["channel"], one["status"], one["reason"]) for one in to_her(p)] == [
        ("sms", "suppressed", "no-safe-channel"),
        ("email", "suppressed", "no-safe-channel"),
    ]
    assert not p.letters("sms")


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        ({"allowed": True, "address": "+48500100200"}, ("sent", None)),
        ({"allowed": True, "address": None}, ("suppressed", "contact-not-recorded")),
        ({"allowed": False, "reason": "no-safe-channel"}, ("suppressed", "no-safe-channel")),
        ({"allowed": False, "reason": "do-not-contact"}, ("suppressed", "do-not-contact")),
        ({"allowed": False, "reason": "erased"}, ("suppressed", "erased")),
        ({"allowed": False, "reason": "restricted"}, ("suppressed", "restricted")),
        ({"allowed": False, "reason": "outside-safe-hours"}, ("suppressed", "outside-safe-hours")),
        ({"allowed": False, "reason": "outside-safe-hours", "not_before": "2026-03-03T08:00:00Z"}, ("pending", None)),
    ],
)
def test_what_people_answers_at_the_moment_of_sending_is_done(
    partnership: Partnership, answer: dict[str, Any], outcome: tuple[str, str | None]
) -> None:
    p = partnership
    p.mailbox(p.woman, "sms", "+48500100200", **answer)
    a_match_for_her(p)
    first = to_her(p)[0]
    assert (first["status"], first["reason"]) == outcome
    assert len(p.letters("sms")) == (outcome[0] == "sent")
    if outcome[0] == "suppressed":
        told = [data for data in p.outcomes("suppressed") if data["recipient"]["id"] == p.woman]
        assert told[0]["reason"] == outcome[1]


def test_do_not_contact_is_not_gone_around_by_another_channel(partnership: Partnership) -> None:
    p = partnership
    p.mailbox(p.woman, "sms", "", allowed=False, reason="do-not-contact")
    p.mailbox(p.woman, "email", "her@example.org")
    a_match_for_her(p)
    assert [one["channel"] for one in to_her(p)] == ["sms"]


def test_where_sms_is_not_safe_e_mail_may_be(partnership: Partnership) -> None:
    p = partnership
    p.mailbox(p.woman, "sms", "", allowed=False, reason="no-safe-channel")
    p.mailbox(p.woman, "email", "her@example.org", language="en")
    a_match_for_her(p)
    assert [(one["channel"], one["status"]) for one in to_her(p)] == [("sms", "suppressed"), ("email", "sent")]
    hers = [letter for letter in p.letters() if letter["To"] == "her@example.org"]
    assert [str(letter["Subject"]) for letter in hers] == ["You have a new item"]
    assert hers[0]["List-Unsubscribe"] is None


def test_the_channel_she_called_safe_comes_first(partnership: Partnership) -> None:
    p = partnership
    p.tell("people.participant.safe-contact-changed.v1", p.woman, safe_channels=["email"], do_not_contact=False)
    p.mailbox(p.woman, "email", "her@example.org")
    a_match_for_her(p)
    assert [(one["channel"], one["status"]) for one in to_her(p)] == [("email", "sent")]


def test_safe_hours_are_waited_for_and_asked_for_again(partnership: Partnership) -> None:
    p = partnership
    p.mailbox(p.woman, "sms", "", allowed=False, reason="outside-safe-hours", not_before="2026-03-03T08:00:00Z")
    a_match_for_her(p)
    p.mailbox(p.woman, "sms", "+48500100200")
    p.world.later(hours=3)
    assert not p.letters("sms")
    p.world.later(hours=20)
    assert len(p.letters("sms")) == 1


def test_while_people_is_away_a_message_waits_and_is_not_sent_on_an_old_answer(partnership: Partnership) -> None:
    p = partnership
    p.mailbox(p.woman, "sms", "+48500100200")
    p.world.people.away = True
    a_match_for_her(p)
    assert [(one["status"], one["attempts"]) for one in to_her(p)] == [("pending", 0)]
    p.mailbox(p.woman, "sms", "", allowed=False, reason="do-not-contact")
    p.world.people.away = False
    p.world.later(seconds=10)
    assert [(one["status"], one["reason"]) for one in to_her(p)] == [("suppressed", "do-not-contact")]
    assert not p.letters("sms")


def test_staff_are_asked_for_too_and_told_that_it_is_urgent(partnership: Partnership) -> None:
    p = partnership
    p.referral("requested", new_id())
    p.send()
    asked = [body for path, body in p.world.people.asked if path.endswith("/contact")]
    assert asked == [{"account_id": p.intake.id, "channel": "email", "urgent": True, "purpose": "notification"}]


def test_what_is_done_before_its_letter_goes_is_not_told_any_more(partnership: Partnership) -> None:
    p, match = partnership, new_id()
    p.match("proposed", match)
    p.match("withdrawn", match)
    p.send()
    assert [(one["status"], one["reason"]) for one in p.deliveries()] == [("suppressed", "already-done")]


def test_who_has_left_gets_no_letter_about_what_she_may_not_see(partnership: Partnership) -> None:
    p = partnership
    leaver = p.world.actor("intake", institution=p.ngo)
    p.activate(leaver, [])
    membership = p.member(leaver, p.ngo, "intake")
    p.world.settle()
    p.world.people.away = True
    p.referral("requested", new_id())
    p.send()
    p.leave(leaver, membership, p.ngo, "intake")
    p.world.settle()
    p.world.people.away = False
    p.world.later(seconds=10)
    assert sorted((one["status"], one["reason"]) for one in p.deliveries()) == [
        ("sent", None), ("suppressed", "not-entitled"),
    ]  # fmt: skip


def test_at_night_normal_letters_wait_and_urgent_ones_go(partnership: Partnership) -> None:
    p = partnership
    p.world.clock.advance(hours=10)
    p.referral("requested", new_id())
    p.match("proposed", new_id())
    p.send()
    assert [(one["kind"], one["status"]) for one in p.deliveries(status="sent")] == [("referral-requested", "sent")]
    p.world.later(hours=9)
    assert {one["kind"] for one in p.deliveries(status="sent")} == {"referral-requested", "match-proposed"}


def test_who_wants_no_letters_gets_only_urgent_ones(partnership: Partnership) -> None:
    p = partnership
    wished = {"email": False, "quiet_hours": {"from": "20:00", "to": "07:00"}}
    for reader in (p.intake, p.mentor):
        assert p.world.api(reader).put("/notifications/api/v1/preferences", json=wished).status_code == 200
    p.referral("requested", new_id())
    p.match("proposed", new_id())
    p.send()
    assert {(one["kind"], one["status"], one["reason"]) for one in p.deliveries()} == {
        ("referral-requested", "sent", None), ("match-proposed", "suppressed", "opted-out"),
    }  # fmt: skip


# -- once ----------------------------------------------------------------------------------------------------------


def test_one_connection_carries_many_letters(partnership: Partnership, post: Post) -> None:
    p = partnership
    for _ in range(5):
        p.referral("requested", new_id())
    p.send()
    assert len(post.taken) == len(set(post.ids)) == 5
    assert len(post.peers) == 1


def test_a_crash_after_the_provider_took_it_does_not_make_a_second_sms(
    partnership: Partnership, sms: SmsStub, monkeypatch: pytest.MonkeyPatch
) -> None:
    p = partnership
    p.mailbox(p.woman, "sms", "+48500100200")
    crash_before_marking(monkeypatch)
    p.match("started", new_id(), mentor_account_id=None)
    p.send()
    assert len(sms.taken) == 1
    monkeypatch.undo()
    p.world.later(seconds=sending.CLAIM.total_seconds() + 10)
    p.world.later(minutes=1)
    assert len(sms.taken) == 1
    assert len({form["idx"] for form in sms.asked}) == 1
    assert [one["status"] for one in to_her(p)] == ["sent"]
    assert [data["channel"] for data in p.outcomes("sent")].count("sms") == 1


def test_a_crash_after_the_provider_took_it_sends_the_same_letter_again_under_the_same_id(
    partnership: Partnership, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    p = partnership
    crash_before_marking(monkeypatch)
    p.referral("requested", new_id())
    p.send()
    monkeypatch.undo()
    p.world.later(seconds=sending.CLAIM.total_seconds() + 10)
    p.world.later(minutes=1)
    assert len(set(post.ids)) == 1
    assert [one["status"] for one in p.deliveries()] == ["sent"]


def test_a_crash_makes_no_second_file(partnership: Partnership, monkeypatch: pytest.MonkeyPatch) -> None:
    p = partnership
    crash_before_marking(monkeypatch)
    p.referral("requested", new_id())
    p.send()
    monkeypatch.undo()
    p.world.later(seconds=sending.CLAIM.total_seconds() + 10)
    p.world.later(minutes=1)
    assert len(p.letters()) == 1
    assert [one["status"] for one in p.deliveries()] == ["sent"]


def crash_before_marking(monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(*_: Any, **__: Any) -> None:
        raise SystemError("killed here")

    monkeypatch.setattr(commands, "sent", crash)


def test_two_senders_at_once_send_each_message_once(partnership: Partnership) -> None:
    p = partnership
    taken: list[str] = []
    both_begun = threading.Barrier(2, timeout=10)

    class Slow:
        def send(self, letter: Letter) -> str:
            if len(taken) < 2:
                taken.append(letter.id)
                both_begun.wait()
            else:
                taken.append(letter.id)
            return letter.id

    for _ in range(2 * jobs.BATCH):
        p.referral("requested", new_id())
    use(p, "email", Slow())
    runtime = p.world.runtimes["notifications"]
    with jobs_resting(p):
        p.world.settle()
    with ThreadPoolExecutor(2) as senders:
        done = list(senders.map(lambda _: jobs.send_due(runtime), range(2)))
    assert sum(done) == len(taken) == len(set(taken)) == 2 * jobs.BATCH


class jobs_resting:  # noqa: N801 - reads as a phrase
    """Inside, time makes nothing happen."""

    def __init__(self, partnership: Partnership) -> None:
        self._jobs = partnership.world._parts("notifications")[3]

    def __enter__(self) -> None:
        self._kept, self._jobs.jobs = self._jobs.jobs, ()

    def __exit__(self, *_: object) -> None:
        self._jobs.jobs = self._kept


def test_a_lost_claim_changes_nothing(partnership: Partnership) -> None:
    p = partnership
    with jobs_resting(p):
        p.referral("requested", new_id())
        p.world.settle()
    with p.world.transaction("notifications") as tx:
        (mine,) = commands.claim(tx, holder="first", limit=5)
    p.world.clock.advance(seconds=sending.CLAIM.total_seconds() + 1)
    with p.world.transaction("notifications") as tx:
        assert commands.claim(tx, holder="second", limit=5) == []
        assert commands.release(tx, limit=5) == 1
        assert commands.begin(tx, mine, holder="first") is None


# -- urgent and fair -----------------------------------------------------------------------------------------------


def test_urgent_messages_go_first_and_a_burst_of_one_sender_does_not_hold_up_another(partnership: Partnership) -> None:
    p, busy = partnership, new_id()
    with jobs_resting(p):
        for _ in range(30):
            p.referral("completed", new_id(), sender_id=busy, sent_by=p.caseworker.id)
        p.referral("completed", new_id())
        p.referral("requested", new_id())
        p.world.settle()
    with p.world.transaction("notifications") as tx:
        ids = commands.claim(tx, holder="me", limit=4)
    kinds = [next(one["kind"] for one in p.deliveries(id=i)) for i in ids]
    assert kinds[0] == "referral-requested"
    quiet_ones = [one["id"] for one in p.deliveries(kind="referral-completed")]
    assert min(quiet_ones.index(i) for i in ids[1:]) == 0


# -- when it does not work -----------------------------------------------------------------------------------------


@pytest.fixture
def letter(partnership: Partnership) -> Partnership:
    partnership.referral("requested", new_id())
    return partnership


def test_a_passing_refusal_is_tried_again_later(letter: Partnership, post: Post) -> None:
    post.refuse = ["451 come back"]
    letter.send()
    assert [(one["status"], one["attempts"], one["error"]) for one in letter.deliveries()] == [
        ("pending", 1, "SMTP 451"),
    ]  # fmt: skip
    letter.world.later(seconds=6)
    assert [(one["status"], one["attempts"]) for one in letter.deliveries()] == [("sent", 2)]


def test_a_final_refusal_is_a_dead_letter_at_once(letter: Partnership, post: Post) -> None:
    post.refuse = ["554 never"]
    letter.send()
    (dead,) = letter.get(letter.operator, "/dead-letters")["items"]
    assert (dead["reason"], dead["attempts"], dead["actions"]) == ("provider-refused", 1, ["retry", "discard"])
    assert letter.outcomes("failed")[0]["reason"] == "provider-refused"


def test_a_server_that_is_away_is_tried_until_it_is_enough(letter: Partnership) -> None:
    class Away:
        def send(self, _letter: Letter) -> str:
            raise Passing("ConnectionRefusedError")

    use(letter, "email", Away())
    letter.send()
    for wait in sending.BACK_OFF:
        letter.world.later(seconds=wait.total_seconds() + 1)
    (dead,) = letter.get(letter.operator, "/dead-letters")["items"]
    assert (dead["reason"], dead["attempts"]) == ("too-many-attempts", len(sending.BACK_OFF) + 1)


def test_a_dead_letter_can_be_tried_again_or_done_without(letter: Partnership, post: Post) -> None:
    post.refuse = ["554 never", "554 never"]
    letter.send()
    (dead,) = letter.get(letter.operator, "/dead-letters")["items"]
    path = f"/dead-letters/{dead['id']}/actions"
    letter.post(letter.intake, f"{path}/retry", status=403)
    letter.post(letter.operator, f"{path}/burn", status=404)
    assert letter.post(letter.operator, f"{path}/retry")["status"] == "pending"
    assert letter.post(letter.operator, f"{path}/retry", status=409)["actions"] == []
    letter.send()
    missing = letter.post(letter.operator, f"{path}/discard", status=422)
    assert missing["errors"][0]["pointer"] == "/reason"
    discarded = letter.post(letter.operator, f"{path}/discard", {"reason": "wrong address"})
    assert (discarded["status"], discarded["decision_reason"]) == ("discarded", "wrong address")
    assert letter.get(letter.operator, "/dead-letters")["items"] == []
    assert len(letter.outcomes("failed")) == 2


def test_what_could_not_go_within_two_days_does_not_go(letter: Partnership) -> None:
    letter.world.people.away = True
    letter.send()
    letter.world.later(hours=49)
    letter.world.people.away = False
    letter.world.later(minutes=1)
    assert [(one["status"], one["reason"]) for one in letter.deliveries()] == [("expired", "expired")]
    assert letter.outcomes("failed")[0]["reason"] == "expired"
    assert not letter.letters()


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        ((200, b'{"error":103,"message":"no credit"}'), ("pending", None, "SMS 103")),
        ((200, b'{"error":13,"message":"no number"}'), ("failed", "contact-refused", "SMS 13")),
        ((200, b'{"error":14,"message":"wrong sender"}'), ("failed", "provider-refused", "SMS 14")),
        ((200, b'{"list":[{"id":null,"error":13}]}'), ("failed", "contact-refused", "SMS 13")),
        ((200, b"<html>"), ("pending", None, "SMS without an answer")),
        ((200, b'{"error":"odd"}'), ("pending", None, "SMS unknown")),
        ((503, b""), ("pending", None, "HTTP 503")),
        ((429, b""), ("pending", None, "HTTP 429")),
        ((404, b""), ("failed", "provider-refused", "HTTP 404")),
    ],
)
def test_what_the_sms_provider_answers_is_passing_or_for_ever(
    partnership: Partnership, sms: SmsStub, answer: tuple[int, bytes], outcome: tuple[str, str | None, str]
) -> None:
    p = partnership
    p.mailbox(p.woman, "sms", "+48500100200")
    sms.answers = [answer]
    a_match_for_her(p)
    first = to_her(p)[0]
    assert (first["status"], first["reason"], first["error"]) == outcome


def test_an_address_that_is_none_is_refused_and_not_tried_again(partnership: Partnership) -> None:
    p = partnership
    p.mailbox(p.intake.id, "email", "not an address")
    p.referral("requested", new_id())
    p.send()
    assert [(one["status"], one["reason"]) for one in p.deliveries()] == [("failed", "contact-refused")]


# -- what is seen of it --------------------------------------------------------------------------------------------


def test_an_operator_sees_what_became_of_messages_and_not_for_whom(partnership: Partnership) -> None:
    p = partnership
    a_match_for_her(p)
    shown = p.world.api(p.operator).get("/notifications/api/v1/deliveries").get_data(as_text=True)
    for person in (p.woman, p.intake.id, p.caseworker.id, "@example.org"):
        assert person not in shown
    assert p.deliveries(channel="sms")[0]["reason"] in contracts.codes("delivery-reasons")
    assert p.get(p.operator, "/deliveries", status=200, channel="sms")["items"]


def test_the_age_of_the_oldest_waiting_message_and_dead_letters_are_measured(letter: Partnership) -> None:
    letter.world.people.away = True
    letter.send()
    letter.world.later(seconds=30)
    with letter.world.transaction("notifications") as tx:
        readings = {(reading.gauge, reading.labels): reading.value for reading in gauges(tx)}
    assert readings[DELIVERIES_OLDEST_AGE, ("email",)] > 30
    assert readings[DELIVERIES_OLDEST_AGE, ("sms",)] == 0
    with letter.world.transaction("notifications") as tx:
        tx.execute(update(deliveries).values(status="failed"))
        readings = {(reading.gauge, reading.labels): reading.value for reading in gauges(tx)}
    assert readings[DEAD_LETTERS, ("email",)] == 1


def test_erasing_a_woman_stops_what_was_on_its_way_to_her(partnership: Partnership) -> None:
    p = partnership
    p.mailbox(p.woman, "sms", "+48500100200")
    p.world.people.away = True
    a_match_for_her(p)
    p.world.tell("people.participant.erased.v1", key=p.woman, data={"ground": "own-request"})
    p.world.settle()
    p.world.people.away = False
    p.world.later(minutes=1)
    assert [(one["status"], one["reason"]) for one in to_her(p)] == [("suppressed", "erased")]
    assert not p.letters("sms")
