"""Pages stay fresh by themselves, take nothing from who is using them, and a session that lasts loses no form."""

import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import expect

from shared import auth
from tests.browser.conftest import Visit
from tests.browser.preparing import referral_sent
from tests.browser.visitor import Visitor
from tests.journeys.running import Started

TEN_SECONDS = 10_000


def run_out(visitor: Visitor) -> None:
    """The browser's token is as old as after five minutes; the session itself lasts."""
    cookies = {one["name"]: one["value"] for one in visitor.context.cookies()}
    payload = cookies["splot"].split(".")[1]
    claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    folder = visitor.partnership.folder
    key = auth.signing_key(folder / "keys", "people", public=folder)
    kept = {name: value for name, value in claims.items() if name not in ("iss", "aud", "iat", "exp", "jti")}
    old = auth.Signer(key=key, issuer=claims["iss"]).sign(kept, audience=auth.BROWSER, seconds=-60)
    visitor.context.add_cookies([{"name": "splot", "value": old, "url": visitor.partnership.origin}])


@contextmanager
def same_page(visitor: Visitor) -> Iterator[None]:
    """The browser does not load another page meanwhile."""
    visitor.page.evaluate("window.stayed = true")
    yield
    assert visitor.page.evaluate("window.stayed === true"), "the page was loaded again"


def test_the_queue_shows_a_new_referral_by_itself_and_keeps_the_focus(visit: Visit, partnership: Started) -> None:
    first = referral_sent(partnership)
    visitor = visit().sign_in("receiver")
    link = visitor.card(first).get_by_role("link").first
    link.focus()
    with same_page(visitor):
        second = referral_sent(partnership)
        expect(visitor.card(second)).to_be_visible(timeout=TEN_SECONDS)
        expect(visitor.page.locator("#announcer")).to_have_text("Twoja lista się zmieniła.")
        expect(link).to_be_focused()


def test_a_page_that_is_only_looked_at_outlives_its_token(visit: Visit, partnership: Started) -> None:
    visitor = visit().sign_in("receiver")
    with same_page(visitor):
        run_out(visitor)
        code = referral_sent(partnership)
        expect(visitor.card(code)).to_be_visible(timeout=TEN_SECONDS)
    visitor.press("Odpowiedz", within=visitor.card(code))
    visitor.sees(code)


def test_a_form_sent_with_a_token_that_ran_out_comes_back_as_it_was(visit: Visit) -> None:
    visitor = visit().sign_in("labour-office")
    visitor.go("Uczestniczki")
    visitor.press("Zarejestruj uczestniczkę")
    visitor.fill(given_name="Zachowana", family_name="W-Szkicu", sms__value="+48500000654")
    visitor.choose("language", "uk")
    visitor.choose("sms.safe", "yes")
    run_out(visitor)
    visitor.send()
    expect(visitor.page.locator("#given_name")).to_have_value("Zachowana")
    expect(visitor.page.locator("[name='sms.safe'][value=yes]")).to_be_checked()
    visitor.send()
    visitor.sees("Zarejestrowano ją pod kodem")


def test_a_record_shows_by_itself_what_somebody_else_did(visit: Visit, partnership: Started) -> None:
    code = referral_sent(partnership)
    visitor = visit().sign_in("receiver")
    visitor.press("Odpowiedz", within=visitor.card(code))
    with same_page(visitor):
        partnership.user("receiver").post(f"/referrals/api/v1{visitor.path.removeprefix('/referrals')}/actions/receive")
        expect(visitor.main).to_contain_text("Otwarto", timeout=TEN_SECONDS)
