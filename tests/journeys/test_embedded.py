"""The main story as a stranger sees it, on one machine with nothing but Python."""

import json
import os
import signal
import socket

import httpx
import pytest

from tests.journeys.running import Started, answers, embedded, eventually, running, seconds_of

STORY = (
    "The labour office registers a woman",
    "The referral is in the foundation's inbox",
    "The labour office is told that it is accepted",
    "Her individual path is open",
    "She waits for a mentor",
    "The mentor finds the proposal, with its reasons",
    "She says yes; the step of her path completes itself",
    "Her adviser has the task: found or join",
    "After the founding meeting the cooperative waits for a leader",
    "The cooperative is active; the step of her path completes itself",
    "Its first vacancy is in the labour office's inbox",
)
LOGINS = (
    "labour-office", "receiver", "institution-admin", "mentor", "participant", "cooperative", "coordinator",
    "data-officer", "operator",
)  # fmt: skip


@pytest.mark.parametrize("step", STORY)
def test_the_story_is_told_step_by_step(partnership: Started, step: str):
    assert partnership.said(step), "\n".join(partnership.lines)


def test_moc_kobiet_reached_what_its_project_card_says(partnership: Started):
    report = json.loads((partnership.folder / "demo.json").read_text())["report"]
    assert (report["distinct_women"], report["academy"], report["club_members"]) == (441, 16, 600)


def test_the_card_costs_what_the_source_says_all_of_it_grant(partnership: Started):
    programmes = partnership.user("coordinator").get("/programmes/api/v1/programmes")["items"]
    card = next(programme for programme in programmes if programme["name"] == "Moc kobiet")
    assert card["cost"] == card["grant"] == {"amount": "69419.00", "currency": "EUR"}


@pytest.mark.parametrize("username", LOGINS)
def test_every_demo_login_works_and_is_told(partnership: Started, username: str):
    assert any(username in line for line in partnership.lines)
    assert partnership.user(username).get("/people/api/v1/me")["username"] == username


@pytest.mark.parametrize("username", [name for name in LOGINS if name != "participant"])
def test_every_member_of_staff_has_a_work_queue(partnership: Started, username: str):
    inbox = partnership.user(username).get("/notifications/api/v1/inbox")
    assert isinstance(inbox["items"], list)


def test_a_process_that_is_killed_is_started_again_and_nothing_is_lost(partnership: Started):
    receiver = partnership.user("receiver")
    before = len(list(receiver.all("/referrals/api/v1/referrals")))
    for role in ("gunicorn", "deploy.embedded worker"):
        pid = next(pid for pid, line in partnership.children().items() if role in line)
        os.kill(pid, signal.SIGKILL)
        eventually(lambda role=role, pid=pid: _another(partnership, role, pid), what=f"{role} again", seconds=10)
    eventually(lambda: answers(partnership.origin), what="pages again")
    assert len(list(receiver.all("/referrals/api/v1/referrals"))) == before


def _another(partnership: Started, role: str, pid: int) -> bool:
    return any(role in line and other != pid for other, line in partnership.children().items())


def test_a_second_start_keeps_the_data_and_ctrl_c_ends_it_cleanly(short_folder, free_port):
    folder = short_folder / "twice"
    with running(embedded(folder, free_port, SPLOT_DEMO="0")) as first:
        assert answers(first.origin)
        assert first.stop() == 0
    made = {file.name for file in folder.glob("*.db")}
    with running(embedded(folder, free_port, SPLOT_DEMO="0")) as second:
        assert answers(second.origin)
        children = second.children()
        assert second.stop() == 0
    assert {file.name for file in folder.glob("*.db")} >= made
    assert not [pid for pid in children if os.path.exists(f"/proc/{pid}")]


def test_an_occupied_port_is_told_in_one_sentence(short_folder, free_port):
    with socket.create_server(("127.0.0.1", free_port)):
        said = _fails(embedded(short_folder / "port", free_port))
    assert len(said) == 1
    assert "PORT=" in said[0]


def test_a_folder_that_cannot_be_used_is_told_in_one_sentence(short_folder, free_port):
    file = short_folder / "a-file"
    file.touch()
    said = _fails(embedded(file, free_port))
    assert len(said) == 1
    assert "DATA=" in said[0]


def test_a_broken_database_is_told_in_one_sentence(short_folder, free_port):
    folder = short_folder / "broken"
    folder.mkdir()
    (folder / "people.db").write_bytes(b"this was a database once" * 100)
    said = _fails(embedded(folder, free_port))
    assert len(said) == 1
    assert "people.db" in said[0]


def _fails(one: Started) -> list[str]:
    one.launch()
    assert one.process.wait(timeout=30) == 1
    eventually(lambda: one.lines, what="a sentence")
    return one.lines


def test_the_first_page_comes_soon_after_a_second_start(partnership: Started):
    assert seconds_of(lambda: httpx.get(partnership.origin)) < 5
