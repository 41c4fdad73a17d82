"""The main story as people walk it: from the work queue by clicks, no address typed but the sign-in page's.

One test a step, in order, each by whoever does it; all of them stay signed in.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

import pytest
from playwright.sync_api import Browser

from tests.browser.conftest import DESKTOP
from tests.browser.visitor import Visitor
from tests.journeys.running import Started

GIVEN, FAMILY = "Daryna", "Zmyślona-Klikana"
GROUP = "Klikana Spółdzielnia Socjalna"
TODAY = date.today().isoformat()  # noqa: DTZ011 - what somebody types as today


@dataclass
class Cast:
    """Who plays in it, each with a browser of her own, and what the steps leave to the next."""

    partnership: Started
    chromium: Browser
    visitors: dict[str, Visitor] = field(default_factory=dict)
    woman: str = ""
    referral: str = ""

    def __getitem__(self, username: str) -> Visitor:
        """At her work queue."""
        if username not in self.visitors:
            context = self.chromium.new_context(viewport=DESKTOP, locale="pl", reduced_motion="reduce")
            context.set_default_timeout(15_000)
            self.visitors[username] = Visitor(self.partnership, context, f"story-{username}").sign_in(username)
        visitor = self.visitors[username]
        visitor.go("Do zrobienia")
        return visitor


@pytest.fixture(scope="module")
def cast(partnership: Started, chromium: Browser) -> Iterator[Cast]:
    made = Cast(partnership, chromium)
    yield made
    problems = [problem for visitor in made.visitors.values() for problem in visitor.problems]
    for visitor in made.visitors.values():
        visitor.context.close()
    assert problems == []


def test_the_labour_office_registers_a_woman(cast: Cast) -> None:
    office = cast["labour-office"]
    office.go("Uczestniczki")
    office.press("Zarejestruj uczestniczkę")
    office.fill(given_name=GIVEN, family_name=FAMILY, sms__value="+48 500 000 321")
    office.choose("language", "uk")
    office.choose("sms.safe", "yes")
    office.send()
    office.sees("Zarejestrowano ją pod kodem")
    cast.woman = office.code()


def test_it_refers_her_to_a_course_with_free_places_one_question_a_page(cast: Cast) -> None:
    office = cast["labour-office"]
    office.go("Uczestniczki")
    office.press(cast.woman)
    office.press("Nowe skierowanie")
    office.send()
    office.choose("service_id", "Kurs polskiego A1")
    office.send()
    office.send()
    office.choose("languages", "uk")
    office.choose("childcare", "true")
    office.choose("mentor_wished", "true")
    office.fill(narrative="Szuka pracy, najlepiej z innymi kobietami.")
    office.send()
    office.choose("sharing.fields", "name", "phone", "narrative")
    office.choose("sharing.agreed", "spoken")
    office.send()
    office.sees("Sprawdź odpowiedzi")
    office.press("Wyślij")
    office.sees("Skierowanie jest wysłane")
    cast.referral = office.code()


def test_the_receiver_finds_it_in_the_queue_receives_and_accepts_it(cast: Cast) -> None:
    receiver = cast["receiver"]
    receiver.await_text(cast.referral)
    receiver.press("Odpowiedz", within=receiver.card(cast.referral))
    assert FAMILY not in receiver.text(), "before it accepts, the recipient sees the minimum"
    receiver.press("Otwórz skierowanie")
    receiver.press("Przyjmij")
    receiver.await_text(FAMILY)


def test_the_office_is_told(cast: Cast) -> None:
    office = cast["labour-office"]
    office.await_text(f"Przyjęte: skierowanie {cast.referral}")
    office.press(f"Przyjęte: skierowanie {cast.referral}")
    office.sees("Przyjęto")


def test_her_adviser_enrols_her_and_records_her_attendance(cast: Cast) -> None:
    adviser = cast["receiver"]
    adviser.go("Ścieżki")
    adviser.await_text(FAMILY)
    adviser.press(re.compile(FAMILY))
    adviser.press("Zapisz ją na zajęcia")
    adviser.choose("activity_id", "Język polski A1")
    adviser.send()
    adviser.press(re.compile("Język polski A1"))
    adviser.press(re.compile("Lista obecności|Popraw listę"))
    adviser.choose("present", FAMILY)
    adviser.send()
    adviser.sees("obecn")


def test_she_chooses_the_way_of_a_cooperative(cast: Cast) -> None:
    adviser = cast["receiver"]
    adviser.go("Ścieżki")
    adviser.press(re.compile(FAMILY))
    adviser.press("Wybierz drogę")
    adviser.choose("way", "social-cooperative")
    adviser.send()
    adviser.sees("spółdzielnia socjalna")


def test_a_round_proposes_a_mentor(cast: Cast) -> None:
    coordinator = cast["coordinator"]
    coordinator.go("Rundy dopasowań")
    coordinator.press("Kto czeka na mentorkę")
    coordinator.await_text(cast.woman)
    coordinator.go("Rundy dopasowań")
    coordinator.press("Nowa runda")
    coordinator.choose("publish", "true")
    coordinator.send()
    coordinator.await_text("opublikowana")
    coordinator.sees(cast.woman)


def test_the_mentor_says_yes_in_one_click(cast: Cast) -> None:
    mentor = cast["mentor"]
    proposal = f"Propozycja mentoringu dla Ciebie: {cast.woman}"
    mentor.await_text(proposal)
    mentor.press("Odpowiedz", within=mentor.card(proposal))
    mentor.press("Zgódź się")
    mentor.sees("Dziękujemy")


def test_her_adviser_records_that_she_agrees(cast: Cast) -> None:
    adviser = cast["receiver"]
    adviser.await_text(re.compile(f"Mentorka się zgodziła: {cast.woman}"))
    adviser.press("Zapisz odpowiedź", within=adviser.card(f"Mentorka się zgodziła: {cast.woman}"))
    adviser.press("Ona się zgadza")
    adviser.send()
    mentor = cast["mentor"]
    mentor.await_text(f"Mentoring rozpoczęty: {cast.woman}")


def test_her_adviser_founds_a_group_from_the_task_with_her_as_the_first_founder(cast: Cast) -> None:
    adviser = cast["receiver"]
    task = f"Spółdzielnia socjalna dla {cast.woman}"
    adviser.await_text(task)
    adviser.press("Załóż lub dołącz", within=adviser.card(task))
    adviser.press("Załóż nową grupę", within=adviser.card(cast.woman))
    adviser.fill(name=GROUP)
    adviser.choose("teryt", "2061")
    adviser.send()
    adviser.sees("jest jej pierwszą założycielką")
    adviser.press("Założycielki i członkinie")
    adviser.sees(FAMILY)


def test_other_women_join_as_founders_and_someone_acts_for_the_group(cast: Cast) -> None:
    adviser = cast["receiver"]
    adviser.go("Spółdzielnie")
    adviser.press(GROUP)
    for _other in range(2):
        adviser.press("Dodaj założycielkę")
        adviser.choose("who", "inna osoba")
        adviser.choose("role", "founder")
        adviser.send()
        adviser.sees("Założycielka jest dodana")
    adviser.press("Gdzie jesteśmy")
    adviser.press("Zmień Przedstawicielki")
    adviser.page.locator("[name=representative_account_ids]").first.check()
    adviser.send()


@pytest.mark.parametrize(
    ("move", "status"),
    [
        ("zebranie założycielskie", "po zebraniu założycielskim"),
        ("złożenie wniosku", "wniosek w KRS"),
        ("wpis do KRS", "wpisana do KRS"),
        ("rozpoczęcie", "działa"),
    ],
)
def test_its_representative_changes_its_status(cast: Cast, move: str, status: str) -> None:
    representative = cast["cooperative"]
    representative.go("Nasza spółdzielnia")
    representative.press(GROUP)
    representative.press(re.compile(move))
    representative.fill(effective_date=TODAY)
    if representative.page.locator("[name=evidence]").count():
        representative.fill(legal_basis="art. 6 ustawy o spółdzielniach socjalnych", evidence="odpis z KRS 1/2026")
    representative.send()
    representative.sees(f"Zapisano. Obecny stan: {status}.")


def test_it_offers_work(cast: Cast) -> None:
    representative = cast["cooperative"]
    representative.go("Nasza spółdzielnia")
    representative.press(GROUP)
    representative.press("Ogłoś wolne miejsce pracy")
    representative.fill(title="Krawcowa z Klikanej", hours="20")
    representative.send()
    representative.sees("Krawcowa z Klikanej")


def test_the_labour_office_can_refer_to_it(cast: Cast) -> None:
    office = cast["labour-office"]
    office.await_text("Krawcowa z Klikanej")
    office.press("Zobacz", within=office.card("Krawcowa z Klikanej"))
    office.press("Skieruj na to miejsce")
    office.sees("Krawcowa z Klikanej")
    office.press("Skieruj tu uczestniczkę")
    office.sees("Kogo dotyczy?")


def test_her_path_knows_what_became_of_it(cast: Cast) -> None:
    adviser = cast["receiver"]
    adviser.go("Ścieżki")
    adviser.press(re.compile(FAMILY))
    adviser.await_text(re.compile(rf"Spółdzielnia: {GROUP}\s+zrobione"))
