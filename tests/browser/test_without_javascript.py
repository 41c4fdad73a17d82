"""What matters most works with JavaScript off."""

from tests.browser.conftest import Visit
from tests.browser.preparing import match_proposed, referral_sent
from tests.journeys.running import Started


def test_the_receiver_accepts_a_referral(visit: Visit, partnership: Started) -> None:
    code = referral_sent(partnership)
    visitor = visit(script=False).sign_in("receiver")
    visitor.press("Odpowiedz", within=visitor.card(code))
    visitor.press("Otwórz skierowanie")
    visitor.press("Przyjmij")
    visitor.sees("Przyjęto")


def test_the_mentor_says_yes(visit: Visit, partnership: Started) -> None:
    woman = match_proposed(partnership)
    visitor = visit(script=False, phone=True).sign_in("mentor")
    visitor.go("Propozycje")
    visitor.press("Zgódź się", within=visitor.card(woman))
    visitor.sees("Dziękujemy")


def test_the_language_is_chosen_from_the_menu(visit: Visit) -> None:
    visitor = visit(script=False, phone=True).sign_in("mentor")
    visitor.page.locator("details.splot-menu summary").click()
    visitor.page.get_by_role("link", name="English").click()
    visitor.sees("To do")
    assert visitor.page.locator("html").get_attribute("lang") == "en"


def test_a_form_says_what_is_wrong_with_it(visit: Visit) -> None:
    visitor = visit(script=False).sign_in("labour-office")
    visitor.go("Uczestniczki")
    visitor.press("Zarejestruj uczestniczkę")
    visitor.fill(given_name="Bez")
    visitor.send()
    visitor.sees("Nazwisko: To pole jest wymagane.")
    assert visitor.page.locator("#given_name").input_value() == "Bez"
