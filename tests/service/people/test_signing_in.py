"""Passwords, tokens, sessions: in, on, out; and nothing that tells an account from none."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from argon2 import PasswordHasher
from flask.testing import FlaskClient
from sqlalchemy import select, update

from services.people import commands
from services.people.app import make_runtime, web
from services.people.commands import passwords
from services.people.tables import accounts, sessions
from shared import auth
from tests.service.people.conftest import API, PASSWORD, Town


def token(town: Town, username: str = "maria", password: str = PASSWORD, **more: str):
    body = {"username": username, "password": password, **more}
    return town.world.api(None).post(f"{API}/tokens", json=body)


def maria(town: Town, **details):
    return town.account("maria", memberships={town.office: ["caseworker"]}, **details)


# -- tokens --------------------------------------------------------------------------------------------------------


def test_a_password_gives_a_token_that_says_who_and_where(town: Town):
    account = maria(town)
    answer = token(town, "Maria ")
    assert answer.status_code == 200
    assert (answer.json["token_type"], answer.json["expires_in"]) == ("Bearer", 900)
    me = (
        town.world.apps["people"]
        .test_client()
        .get(f"{API}/me", headers={"Authorization": f"Bearer {answer.json['access_token']}"})
    )
    assert me.json["id"] == account["id"]
    assert me.json["institutions"] == [{"id": town.office, "roles": ["caseworker"]}]
    claims = town.world.runtimes["people"].gate.verifier.claims(answer.json["access_token"], audience=auth.API)
    assert claims["institutions"] == [{"id": town.office, "name": "Urząd pracy", "roles": ["caseworker"]}]


def test_a_wrong_password_and_an_unknown_name_are_answered_alike(town: Town):
    maria(town)
    wrong, unknown = token(town, password="wrong"), token(town, "nobody")
    assert wrong.status_code == unknown.status_code == 401
    assert wrong.json == unknown.json
    assert "WWW-Authenticate" in wrong.headers


def test_an_unknown_name_costs_as_much_work_as_a_known_one(town: Town, monkeypatch: pytest.MonkeyPatch):
    maria(town)
    worked: list[str] = []

    class Counting(PasswordHasher):
        def verify(self, kept, password):
            worked.append(kept.split("$")[3])
            return super().verify(kept, password)

    monkeypatch.setattr(passwords, "HASHER", Counting(memory_cost=19456, time_cost=2, parallelism=1))
    token(town, password="wrong")
    token(town, "nobody")
    assert worked == ["m=19456,t=2,p=1"] * 2


@pytest.mark.parametrize("username", ["maria", "nobody"])
def test_after_five_wrong_passwords_each_further_one_waits_for_known_and_unknown_names(town: Town, username):
    maria(town)
    assert [token(town, username, "wrong").status_code for _ in range(6)] == [401] * 5 + [429]
    held = token(town, username)
    assert held.status_code == 429
    assert 0 < int(held.headers["Retry-After"]) <= 15
    town.world.clock.advance(seconds=16)
    assert token(town, username).status_code == (200 if username == "maria" else 401)


def test_signing_in_forgets_earlier_failures(town: Town):
    maria(town)
    for _round in range(3):
        assert [token(town, password="wrong").status_code for _ in range(4)] == [401] * 4
        assert token(town).status_code == 200


def test_one_address_cannot_try_many_names(town: Town):
    client = town.world.apps["people"].test_client()

    def attempt(n: int, address: str) -> int:
        body = {"username": f"name-{n}", "password": "wrong"}
        return client.post(f"{API}/tokens", json=body, headers={"X-Forwarded-For": address}).status_code

    assert [attempt(n, "203.0.113.7") for n in range(51)] == [401] * 50 + [429]
    assert attempt(60, "203.0.113.8") == 401


def test_many_sign_ins_at_once_all_succeed(town: Town):
    maria(town)
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _n: token(town).status_code, range(12)))
    assert answers == [200] * 12


def test_an_old_hash_is_made_anew_at_the_next_sign_in(town: Town):
    account = maria(town)
    weak = PasswordHasher(memory_cost=1024, time_cost=1, parallelism=1).hash(PASSWORD)
    with town.world.transaction("people") as tx:
        tx.execute(update(accounts).where(accounts.c.id == account["id"]).values(password_hash=weak))
    assert token(town).status_code == 200
    with town.world.transaction("people") as tx:
        kept = tx.scalar(select(accounts.c.password_hash).where(accounts.c.id == account["id"]))
    assert "m=19456,t=2,p=1" in kept


def test_a_body_that_is_no_sign_in_is_refused(small_town: Town):
    client = small_town.world.api(None)
    assert client.post(f"{API}/tokens", json={"username": "maria"}).status_code == 422
    assert client.post(f"{API}/tokens", data="maria", headers={"Content-Type": "text/plain"}).status_code == 415
    assert client.post(f"{API}/tokens", data="{", headers={"Content-Type": "application/json"}).status_code == 400
    assert token(small_town, otp="123456").status_code == 401


# -- accounts ------------------------------------------------------------------------------------------------------


def test_an_account_is_told_without_a_name(town: Town):
    account = maria(town, email="maria@example.org", display_name="Maria Wymyślona")
    town.world.settle()
    [activated] = town.world.facts("people.account.activated.v1")
    [granted] = town.world.facts("people.membership.granted.v1")
    assert (activated.key, activated.data) == (account["id"], {"roles": [], "language": "pl", "participant_id": None})
    assert granted.data == {
        "account_id": account["id"],
        "institution_id": town.office,
        "role": "caseworker",
        "language": "pl",
    }


def test_an_administrator_of_an_institution_gives_roles_there_and_nowhere_else(town: Town):
    admin = town.world.api(town.world.actor("institution-admin", institution=town.office))
    account = {"username": "anna", "password": PASSWORD}

    def create(**changes) -> int:
        return admin.post(f"{API}/accounts", json={**account, **changes}).status_code

    assert create(institutions=[{"id": town.foundation, "roles": ["intake"]}]) == 403
    assert create(roles=["coordinator"]) == 403
    assert create(institutions=[{"id": town.office, "roles": ["mentor"]}]) == 422
    assert create(institutions=[{"id": town.office, "roles": ["caseworker"]}]) == 201
    assert create(institutions=[{"id": town.office, "roles": ["caseworker"]}]) == 422
    assert [one["username"] for one in admin.get(f"{API}/accounts").json["items"]] == ["anna"]


def test_a_disabled_account_is_out_at_once_and_leaves_no_name(town: Town):
    account = maria(town, display_name="Maria Wymyślona")
    kept = token(town).json["access_token"]
    admin = town.world.api(town.world.actor("administrator"))
    disabled = admin.post(f"{API}/accounts/{account['id']}/actions/disable", json={"reason": "left"})
    assert (disabled.json["status"], disabled.json["display_name"], disabled.json["actions"]) == ("disabled", None, [])
    assert token(town).status_code == 401
    town.world.settle()
    assert [fact.data["reason"] for fact in town.world.facts("people.account.disabled.v1")] == ["left"]
    assert [fact.data["reason"] for fact in town.world.facts("people.session.revoked.v1")] == ["account-disabled"]
    assert len(town.world.facts("people.membership.ended.v1")) == 1
    with pytest.raises(auth.Unauthenticated):
        auth.Gate(
            verifier=town.world.runtimes["people"].gate.verifier, engine=town.world.runtimes["people"].engine
        ).actor(kept)


# -- browsers ------------------------------------------------------------------------------------------------------


def signed_in(town: Town, username: str = "maria", **more: str) -> FlaskClient:
    browser: FlaskClient = town.world.apps["people"].test_client()
    answer = browser.post(
        "/people/sign-in", data={**asked(browser), "username": username, "password": PASSWORD, **more}
    )
    assert answer.status_code == 303, answer.get_data(as_text=True)
    return browser


def asked(browser: FlaskClient) -> dict[str, str]:
    """What the sign-in form carries along."""
    page = browser.get("/people/sign-in").get_data(as_text=True)
    return {"csrf_token": page.split('name="csrf_token" value="')[1].split('"')[0]}


def cookie(browser: FlaskClient, name: str = "splot", path: str = "/") -> str:
    found = browser.get_cookie(name, path=path)
    return found.value if found else ""


def csrf(town: Town, browser: FlaskClient) -> str:
    return str(town.world.runtimes["people"].gate.verifier.even_expired(cookie(browser))["csrf"])


def run_out(town: Town, browser: FlaskClient) -> None:
    """Put a token in the browser that has run out, as after five minutes."""
    claims = town.world.runtimes["people"].gate.verifier.even_expired(cookie(browser))
    kept = {name: value for name, value in claims.items() if name not in ("iat", "exp", "jti", "iss", "aud")}
    browser.set_cookie("splot", town.world.runtimes["people"].signer.sign(kept, audience=auth.BROWSER, seconds=-1))


def test_signing_in_leads_back_to_where_she_wanted_to_be_and_never_elsewhere(town: Town):
    maria(town)
    browser = town.world.apps["people"].test_client()
    form = {**asked(browser), "username": "maria", "password": PASSWORD}
    assert browser.post("/people/sign-in?return=/referrals/new", data=form).headers["Location"] == "/referrals/new"
    for elsewhere in ("https://example.org/", "//example.org", "/\\example.org"):
        other = town.world.apps["people"].test_client()
        answer = other.post("/people/sign-in", data={**asked(other), **form, "return": elsewhere})
        assert answer.headers["Location"] == "/"


def test_the_cookies_are_for_the_browser_alone(town: Town):
    maria(town)
    browser = town.world.apps["people"].test_client()
    answer = browser.post("/people/sign-in", data={**asked(browser), "username": "maria", "password": PASSWORD})
    given = {line.split("=")[0]: line for line in answer.headers.getlist("Set-Cookie")}
    assert all(part in given["splot"] for part in ("HttpOnly", "SameSite=Lax", "Path=/"))
    assert all(part in given["splot-session"] for part in ("HttpOnly", "SameSite=Lax", "Path=/people"))


def test_a_wrong_password_says_so_and_keeps_the_username(small_town: Town):
    browser = small_town.world.apps["people"].test_client()
    answer = browser.post("/people/sign-in", data={**asked(browser), "username": "maria", "password": "wrong"})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert 'value="maria"' in page
    assert "govuk-error-summary" in page
    assert "wrong" not in page


def test_a_form_of_another_site_signs_nobody_in(small_town: Town):
    maria(small_town)
    browser = small_town.world.apps["people"].test_client()
    form = {**asked(browser), "username": "maria", "password": PASSWORD}
    assert browser.post("/people/sign-in", data=form, headers={"Origin": "https://example.org"}).status_code == 403
    assert browser.post("/people/sign-in", data={**form, "csrf_token": "other"}).status_code == 403


def test_a_token_that_ran_out_is_renewed_and_the_session_goes_on(town: Town):
    maria(town)
    browser = signed_in(town)
    run_out(town, browser)
    away = browser.get("/people/account")
    assert away.headers["Location"] == "/people/renew?return=%2Fpeople%2Faccount"
    back = browser.get(away.headers["Location"])
    assert back.headers["Location"] == "/people/account"
    assert browser.get("/people/account").status_code == 200


def test_a_session_idle_for_too_long_ends_at_the_sign_in_page(town: Town):
    maria(town)
    browser = signed_in(town)
    run_out(town, browser)
    town.world.clock.advance(minutes=21)
    answer = browser.get("/people/renew?return=/people/account")
    assert answer.headers["Location"] == "/people/sign-in?return=%2Fpeople%2Faccount"
    assert not cookie(browser)


def test_polling_renews_the_token_but_is_no_sign_of_life(town: Town):
    maria(town)
    browser = signed_in(town)
    for _minutes in range(5):
        town.world.clock.advance(minutes=5)
        answer = browser.get("/people/renew?return=/people/account", headers={"X-Splot-Poll": "1"})
    assert "sign-in" in answer.headers["Location"]


def test_the_first_page_after_polling_tells_people_that_she_is_there(town: Town):
    maria(town)
    browser = signed_in(town)
    for _quarter in range(6):
        town.world.clock.advance(minutes=8)
        browser.get("/people/renew?return=/people/account", headers={"X-Splot-Poll": "1"})
        town.world.clock.advance(minutes=8)
        assert browser.get("/people/account", headers={"X-Splot-Poll": "1"}).status_code == 200
        renewed = browser.get("/people/account", follow_redirects=True)
        assert renewed.request.path == "/people/account"


def test_a_session_has_an_end_even_for_the_busiest(town: Town):
    maria(town)
    browser = signed_in(town)
    for _quarter in range(48):
        town.world.clock.advance(minutes=15)
        answer = browser.get("/people/renew?return=/people/account")
    assert "sign-in" in answer.headers["Location"]


def test_signing_out_ends_the_session_everywhere_and_leaves_nothing_in_the_browser(town: Town):
    maria(town)
    browser = signed_in(town)
    kept, secret = cookie(browser), cookie(browser, "splot-session", "/people")
    answer = browser.post("/people/sign-out", data={"csrf_token": csrf(town, browser)})
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert not cookie(browser)
    thief = town.world.apps["people"].test_client()
    thief.set_cookie("splot-session", secret, path="/people")
    assert "sign-in" in thief.get("/people/renew").headers["Location"]
    town.world.settle()
    [fact] = town.world.facts("people.session.revoked.v1")
    assert fact.data["reason"] == "signed-out"
    claims = town.world.runtimes["people"].gate.verifier.even_expired(kept)
    assert fact.key == claims["sid"]


@pytest.mark.parametrize("state", ["signed in", "run out", "signed out"])
def test_exit_leads_away_from_here_whatever_the_state(town: Town, state):
    woman = town.register()
    town.account("oksana", roles=["participant"], participant_id=woman["id"])
    browser = signed_in(town, "oksana")
    if state == "run out":
        run_out(town, browser)
    if state == "signed out":
        browser.post("/people/sign-out", data={"csrf_token": csrf(town, browser)})
    answer = browser.post("/people/exit", data={"csrf_token": "from an old page"})
    assert (answer.status_code, answer.headers["Location"]) == (303, "https://www.wikipedia.org/")
    assert not cookie(browser)
    town.world.settle()
    assert len(town.world.facts("people.session.revoked.v1")) == 1


def test_each_sign_in_begins_a_new_session_and_ends_the_one_before(town: Town):
    maria(town)
    browser = signed_in(town)
    first = cookie(browser, "splot-session", "/people")
    browser.delete_cookie("splot")
    browser.post("/people/sign-in", data={**asked(browser), "username": "maria", "password": PASSWORD})
    assert cookie(browser, "splot-session", "/people") not in ("", first)
    with town.world.transaction("people") as tx:
        assert [row["ended_at"] is None for row in tx.all(select(sessions).order_by(sessions.c.id))] == [False, True]


def test_she_signs_out_everywhere_else(town: Town):
    maria(town)
    here, elsewhere = signed_in(town), signed_in(town)
    assert "sign-out-elsewhere" in here.get("/people/account").get_data(as_text=True)
    here.post("/people/account/sign-out-elsewhere", data={"csrf_token": csrf(town, here)})
    assert "sign-in" in elsewhere.get("/people/renew").headers["Location"]
    assert here.get("/people/renew?return=/people/account").headers["Location"] == "/people/account"


def test_what_was_typed_waits_while_the_session_is_renewed(town: Town):
    maria(town)
    browser = signed_in(town)
    form = {"csrf_token": csrf(town, browser), "given_name": "Iryna", "family_name": "", "language": "uk"}
    run_out(town, browser)
    away = browser.post("/people/participants/new", data=form)
    assert away.status_code == 303
    page = browser.get(away.headers["Location"], follow_redirects=True)
    assert 'value="Iryna"' in page.get_data(as_text=True)


def test_the_chosen_language_is_kept_and_a_wrong_one_changes_nothing(small_town: Town):
    browser = small_town.world.apps["people"].test_client()
    answer = browser.get("/people/language?to=en&return=/people/privacy")
    assert answer.headers["Location"] == "/people/privacy"
    assert "Privacy" in browser.get("/people/privacy").get_data(as_text=True)
    browser.get("/people/language?to=xx")
    assert cookie(browser, "splot-language") == "en"


def test_services_fetch_the_public_keys(small_town: Town):
    answer = small_town.world.apps["people"].test_client().get("/people/.well-known/jwks.json")
    [key] = answer.json["keys"]
    assert key["kty"] == "OKP"
    assert "d" not in key


@pytest.mark.parametrize("demo", [True, False])
def test_demo_logins_are_offered_in_the_demo_only(small_town: Town, demo):
    runtime = make_runtime(replace(small_town.world.settings, demo=demo))
    page = web(runtime).test_client().get("/people/sign-in").get_data(as_text=True)
    assert (PASSWORD in page) is demo
    runtime.close()


def test_old_sessions_and_failures_are_forgotten(town: Town):
    maria(town)
    token(town)
    token(town, "nobody")
    town.world.clock.advance(days=2)
    with town.world.transaction("people") as tx:
        assert commands.forget_old(tx) == 3
        assert not tx.all(select(sessions))
