"""What people see and do in a browser; the demo story's clicks."""

import re

import pytest

from shared.database import new_id
from shared.i18n import missing_terms
from tests.service.programmes.builders import CARD, session
from tests.service.programmes.test_paths import act, tell_match


@pytest.fixture
def partnership(partnership):
    missing_terms.clear()
    yield partnership
    assert missing_terms == set()


def see(partnership, path, *, by=None, status=200, language="pl"):
    browser = partnership.world.browser("programmes", by or partnership.intake)
    answer = browser.get(f"/programmes{path}", headers={"Accept-Language": language})
    assert answer.status_code == status, answer.text[:3000]
    return answer.text


def do(partnership, path, form=None, *, by=None, status=303):
    browser = partnership.world.browser("programmes", by or partnership.intake)
    answer = browser.post(f"/programmes{path}", data={"csrf_token": "csrf", **(form or {})})
    assert answer.status_code == status, answer.text[:3000]
    return answer.headers.get("Location", "") if status == 303 else answer.text


def title(page):
    return re.search(r"<title>(.*?)</title>", page)[1]


def test_a_coordinator_writes_a_card_changes_it_and_closes_it(partnership):
    by = partnership.coordinator
    assert "Nowy program" in see(partnership, "/programmes", by=by)
    assert "Obszar wsparcia" in see(partnership, "/programmes/new", by=by)
    form = {
        "name": "Moc kobiet",
        "support_area": "social-exclusion",
        "seat.place": "Białystok",
        "seat.voivodeship": "podlaskie",
        "period.from": "2021-01-16",
        "period.to": "2023-01-15",
        "status": "finished",
        "cost.amount": "69 419,00",
        "cost.currency": "EUR",
        "reach": "local",
        "activity_types": ["counselling", "self-advocacy"],
        "target_groups": ["women", "migrants"],
    }
    wrong = do(partnership, "/programmes/new", {**form, "period.to": "2020-01-01"}, by=by, status=422)
    assert "Ostatni dzień nie może być przed pierwszym." in wrong
    at = do(partnership, "/programmes/new", form, by=by).removeprefix("/programmes")
    card = see(partnership, at, by=by)
    for text in ("Moc kobiet", "zakończony", "lokalny", "69 419,00", "samorzecznictwo", "wykluczenie społeczne"):
        assert text in card.replace("\xa0", " ")
    do(partnership, f"{at}/edit", {**form, "name": "Moc kobiet 2", "version": "1"}, by=by)
    assert "Zamknąć ten program?" in see(partnership, f"{at}/close", by=by)
    do(partnership, f"{at}/close", {"version": "2"}, by=by)
    assert "Zamknij program" not in see(partnership, at, by=by)
    see(partnership, f"{at}/edit", by=by, status=404)


def test_words_of_the_source_that_are_in_no_dictionary_are_shown_as_they_are(partnership):
    programme = partnership.programme(support_area="wykluczenie społeczne", activity_types=["samorzecznictwo"])
    by = partnership.coordinator
    assert "samorzecznictwo" in see(partnership, f"/programmes/{programme}", by=by)
    assert "wykluczenie społeczne" in see(partnership, f"/programmes/{programme}/edit", by=by)


def test_an_intake_worker_announces_a_weekly_course_across_the_change_of_clocks(partnership):
    programme = partnership.programme()
    assert "Nowe zajęcia" in see(partnership, "/activities")
    assert "Moc kobiet" in see(partnership, "/activities/new")
    form = {
        "programme_id": programme,
        "name": "Polski A1",
        "kind": "language-course",
        "form": "course",
        "starts_at": "2026-03-24T10:00",
        "ends_at": "2026-03-24T11:30",
        "weeks": "2",
        "place": "ul. Lipowa 1",
        "place_confidential": "true",
        "places": "12",
        "languages": ["pl", "uk"],
    }
    at = do(partnership, "/activities/new", form).removeprefix("/programmes")
    page = see(partnership, at)
    assert "wtorek, 24 marca 2026, 10:00–11:30" in page
    assert "wtorek, 31 marca 2026, 10:00–11:30" in page
    assert "ul. Lipowa 1 (poufne)" in page
    assert "Polski A1" in see(partnership, "/activities?kind=language-course")
    assert "Polski A1" not in see(partnership, "/activities?kind=legal-advice")
    wrong = do(partnership, "/activities/new", {**form, "ends_at": "2026-03-24T09:00"}, status=422)
    assert "kończy się po rozpoczęciu" in wrong


def test_an_activity_is_changed_prolonged_and_cancelled(partnership):
    activity = partnership.activity(partnership.programme())
    at = f"/activities/{activity['id']}"
    assert "Zmień zajęcia" in see(partnership, f"{at}/edit")
    do(partnership, f"{at}/edit", {"name": "Polski A1+", "places": "14", "languages": ["pl"], "version": "1"})
    stale = do(partnership, f"{at}/edit", {"name": "Polski A2", "places": "3", "version": "1"}, status=412)
    assert "Polski A1+" in stale
    assert "Dodaj termin" in see(partnership, f"{at}/sessions/new")
    date = {"starts_at": "2026-03-30T10:00", "ends_at": "2026-03-30T11:00"}
    do(partnership, f"{at}/sessions/new", date)
    assert "poniedziałek, 30 marca 2026, 10:00–11:00" in see(partnership, at)
    assert "Odwołać te zajęcia?" in see(partnership, f"{at}/cancel")
    do(partnership, f"{at}/cancel", {"reason": "postponed"})
    assert "odwołane" in see(partnership, at)
    see(partnership, f"{at}/edit", status=404)


def test_a_woman_is_enrolled_and_her_name_is_on_the_page_but_not_in_its_title(partnership):
    (woman,) = partnership.women(1)
    partnership.world.people.names[woman] = "Oksana Demo"
    partnership.refer(woman)
    activity = partnership.activity(partnership.programme(), places=1)
    at = f"/activities/{activity['id']}"
    assert "Oksana Demo" in see(partnership, f"{at}/enrol")
    do(partnership, f"{at}/enrol", {"participant_id": woman})
    page = see(partnership, at)
    assert "Oksana Demo" in page
    assert "Oksana" not in title(page)
    assert "Oksana Demo" not in see(partnership, f"{at}/enrol")
    partnership.world.people.names.clear()
    assert "223K-92" in see(partnership, at), "without a name her code is shown"


def test_names_are_asked_once_a_page(partnership):
    women = partnership.women(3)
    activity = partnership.activity(partnership.programme())
    for woman in women:
        partnership.enrol(activity["id"], woman)
    partnership.world.people.asked.clear()
    see(partnership, f"/activities/{activity['id']}")
    assert [path for path, _body in partnership.world.people.asked] == ["/people/api/v1/cards"]


def test_the_attendance_sheet_is_ticked_saved_and_corrected(partnership):
    women = partnership.women(2)
    activity = partnership.activity(partnership.programme())
    made = [partnership.enrol(activity["id"], woman) for woman in women]
    date = activity["sessions"][0]["id"]
    at = f"/activities/{activity['id']}/sessions/{date}/attendance"
    sheet = see(partnership, at)
    assert "Kto jest obecny?" in sheet
    assert sheet.count('type="checkbox"') == 2
    do(partnership, at, {"present": women, "head_count": "3", "version": "0"})
    assert "2 obecne, 3 osoby bez nazwiska" in see(partnership, f"/activities/{activity['id']}")
    do(partnership, at, {"present": women, "version": "0"}, status=412)
    assert "poprawi" in see(partnership, at)
    do(partnership, at, {"present": women[:1], "version": "1"})
    done = f"/enrolments/{made[0]['id']}"
    assert "Ukończyła" in see(partnership, done)
    assert "zaświadczenie" in see(partnership, f"{done}/complete")
    do(partnership, f"{done}/complete", {"certificate": "true", "version": "2"})
    assert "ukończyła" in see(partnership, f"/activities/{activity['id']}")
    left = f"/enrolments/{made[1]['id']}"
    assert "Powód" in do(partnership, f"{left}/drop-out", {}, status=422)
    do(partnership, f"{left}/drop-out", {"reason": "ill-health"})
    assert "stan zdrowia" in see(partnership, left)


def test_a_clash_is_said_at_enrolment(partnership):
    (woman,) = partnership.women(1)
    programme = partnership.programme()
    partnership.enrol(partnership.activity(programme)["id"], woman)
    other = partnership.activity(programme, sessions=[session(10, 9)])
    browser = partnership.world.browser("programmes", partnership.intake)
    where = f"/programmes/activities/{other['id']}/enrol"
    landed = browser.post(where, data={"csrf_token": "csrf", "participant_id": woman}, follow_redirects=True)
    assert "W tym samym czasie ma inne zajęcia: wtorek, 10 marca 2026" in landed.text


def test_a_path_is_walked_by_clicking(partnership):
    (woman,) = partnership.women(1)
    partnership.world.people.names[woman] = "Oksana Demo"
    partnership.refer(woman, mentor_wished=True)
    path = partnership.path(woman)
    at = f"/paths/{path['id']}"
    assert "Oksana Demo" in see(partnership, "/paths?status=opened")
    assert "Oksana Demo" not in see(partnership, "/paths?status=ended")
    page = see(partnership, at)
    assert title(page).startswith("223K-92")
    assert "Rozpocznij doradztwo" in page
    do(partnership, f"{at}/consult", {"version": str(path["version"])})
    assert "spółdzielnia socjalna" in see(partnership, f"{at}/actions/choose")
    do(partnership, f"{at}/actions/choose", {"way": "social-cooperative"})
    page = see(partnership, at)
    assert 'href="/cooperatives/cooperatives"' in page
    do(partnership, f"{at}/actions/add-step", {"kind": "task", "text": "Zebrać dyplomy", "due_on": "2026-04-01"})
    assert "Zebrać dyplomy" in see(partnership, at)
    step = partnership.path(woman)["steps"][-1]["id"]
    do(partnership, f"{at}/steps/{step}/done")
    assert "w toku" in see(partnership, at)
    do(partnership, f"{at}/goals", {"goals": "Własna pracownia"})
    do(partnership, f"{at}/actions/pause", {"resumes_on": "2026-09-01"})
    assert "dnia 1 września 2026" in see(partnership, at)
    do(partnership, f"{at}/resume")
    assert "Powód" not in do(partnership, f"{at}/actions/end", {}, status=422)
    do(partnership, f"{at}/actions/end", {"outcome": "cooperative-member"})
    assert "członkini spółdzielni" in see(partnership, at)
    do(partnership, f"{at}/resume", status=409)
    do(partnership, f"{at}/fly", status=404)


def test_a_path_is_opened_by_hand_and_a_wish_nobody_asked_about_stays_unsaid(partnership):
    woman, other = partnership.women(2)
    for one in (woman, other):
        partnership.refer(one, needs=["housing"])
        assert partnership.path(one) is None
    assert "Czy chce mieć mentorkę?" in see(partnership, "/paths/new")
    do(partnership, "/paths/new", {"participant_id": woman})
    assert partnership.path(woman)["mentor_wanted"] is None
    do(
        partnership,
        "/paths/new",
        {"participant_id": other, "mentor": "yes", "teryt": "2061", "slots": ["monday-morning"]},
    )
    assert partnership.path(other)["mentor_wanted"] is True


def test_the_reach_report_has_bars_a_table_and_a_csv(partnership):
    programme, women = partnership.programme(), partnership.women(7)
    event = partnership.activity(programme, kind="integration-event", form="open-event")
    body = {"session_id": event["sessions"][0]["id"], "present": women, "head_count": 30}
    partnership.post(f"/activities/{event['id']}/attendance", body)
    page = see(partnership, "/reports/reach", by=partnership.coordinator)
    assert "7 · Kobiety, które choć raz wzięły udział" in page
    assert "wydarzenie integracyjne" in page
    lines = see(partnership, f"/reports/reach.csv?programme={programme}", by=partnership.coordinator).splitlines()
    assert lines[1] == "Kobiety, które choć raz wzięły udział;7"
    assert lines[-1] == "wydarzenie integracyjne;7"
    see(partnership, "/reports/reach", status=403)


def test_without_a_programme_the_report_says_so(partnership):
    assert "Nie ma jeszcze żadnego programu." in see(partnership, "/reports/reach", by=partnership.coordinator)


def test_a_participant_sees_what_comes_next_in_her_language(partnership):
    (woman,) = partnership.women(1)
    herself = partnership.participant(woman)
    assert "Поки нічого не заплановано" in see(partnership, "/me", by=herself, language="uk")
    partnership.refer(woman, mentor_wished=True)
    page = see(partnership, "/me", by=herself, language="uk")
    assert "Консультантка домовиться з Вами" in page
    assert "Ми шукаємо для Вас менторку." in page
    activity = partnership.activity(
        partnership.programme(), sessions=[session(10, place="ul. Lipowa 1", place_confidential=True)]
    )
    partnership.enrol(activity["id"], woman)
    page = see(partnership, "/me", by=herself)
    assert "wtorek, 10 marca 2026, 09:00–10:30" in page
    assert "ul. Lipowa 1" in page
    assert "exit" in page
    see(partnership, "/me", status=403)
    see(partnership, f"/activities/{activity['id']}", by=herself, status=404)


def test_a_participant_is_asked_about_a_mentor_only_after_the_mentor_said_yes(partnership):
    (woman,) = partnership.women(1)
    herself, match = partnership.participant(woman), new_id()
    partnership.refer(woman, mentor_wished=True)
    tell_match(partnership, woman, "proposed", "proposed", match)
    assert "/mentoring/mine" not in see(partnership, "/me", by=herself)
    tell_match(partnership, woman, "accepted", "accepted", match)
    assert "/mentoring/mine" in see(partnership, "/me", by=herself)
    tell_match(partnership, woman, "started", "active", match)
    assert "Masz mentorkę." in see(partnership, "/me", by=herself)


def test_the_region_shows_what_is_late_who_waits_and_where_there_is_room(partnership):
    by = partnership.coordinator
    assert "Żadna odpowiedź nie jest spóźniona." in see(partnership, "/region", by=by)
    (woman,) = partnership.women(1)
    partnership.refer(woman, fact="requested", status="requested", decide_by="2026-02-20T22:59:59Z", code="L4TE-01")
    tell_region(partnership)
    page = see(partnership, "/region", by=by)
    for text in ("L4TE-01", "wysłane", "20 lutego 2026", "pasujące mentorki nie mają wolnych miejsc", "Kurs A1"):
        assert text in page
    see(partnership, "/region", status=403)


def tell_region(partnership):
    from shared.contracts import schema

    for type_, changes in (
        ("referrals.service.published.v1", {"name": "Kurs A1"}),
        ("mentoring.mentee.queued.v1", {"waiting_since": "2025-10-01T10:00:00Z"}),
        ("mentoring.round.completed.v1", {}),
    ):
        partnership.world.tell(type_, key=new_id(), data={**schema(type_)["examples"][0], **changes})
    partnership.world.settle()


def test_the_calendar_is_everyones_and_keeps_a_confidential_place_to_itself(partnership):
    event = {"kind": "integration-event", "form": "open-event", "name": "Festyn"}
    dates = [session(10, place="ul. Tajna 5", place_confidential=True), session(11, place="Rynek")]
    partnership.activity(partnership.programme(), sessions=dates, **event)
    answer = partnership.world.browser("programmes").get("/programmes/events", headers={"Accept-Language": "pl"})
    assert answer.status_code == 200
    assert "Festyn" in answer.text
    assert "Rynek" in answer.text
    assert "Tajna" not in answer.text


@pytest.mark.parametrize("language", ["pl", "en", "uk", "xx"])
def test_every_list_is_shown_in_every_language_without_a_bare_code(partnership, language):
    (woman,) = partnership.women(1)
    partnership.refer(woman)
    act(partnership, partnership.path(woman), "choose", {"way": "own-business"})
    for path, by in (
        ("/programmes", partnership.coordinator),
        ("/activities", partnership.coordinator),
        ("/activities", partnership.intake),
        ("/paths", partnership.intake),
        (f"/paths/{partnership.path(woman)['id']}", partnership.intake),
        ("/region", partnership.coordinator),
        ("/me", partnership.participant(woman)),
    ):
        see(partnership, path, by=by, language=language)


def test_nobody_signed_in_is_sent_to_sign_in_and_nothing_works_without_the_token_of_the_form(partnership):
    answer = partnership.world.browser("programmes").get("/programmes/activities")
    assert answer.status_code == 303
    assert "/people/sign-in" in answer.headers["Location"]
    browser = partnership.world.browser("programmes", partnership.coordinator)
    assert browser.post("/programmes/programmes/new", data={"name": CARD["name"]}).status_code == 403
