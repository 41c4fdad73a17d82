"""Whom a token stands for, and every way in which it stands for nobody."""

import base64
import hashlib
import hmac
import json
import time
from pathlib import Path
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet, OKPKey

from shared import auth
from shared.errors import Unauthenticated, Unavailable
from tests.kernel.desk import ORIGIN, Desk

HEADER = {"alg": "Ed25519", "typ": "at+jwt"}


def status(desk: Desk, token: str) -> int:
    answer = desk.api(Authorization=f"Bearer {token}").get("/notes")
    if answer.status_code == 401:
        assert answer.headers["WWW-Authenticate"] == "Bearer"
        assert answer.mimetype == "application/problem+json"
    return int(answer.status_code)


def encoded(part: Any) -> str:
    raw = part if isinstance(part, bytes) else json.dumps(part).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def signed(desk: Desk, header: dict[str, Any], *, key: OKPKey | None = None, **claims: Any) -> str:
    people = desk.runtime.signing_key("people")
    now = int(time.time())
    full = {"iss": ORIGIN, "aud": "splot-api", "sub": "a", "iat": now, "exp": now + 60, "roles": ["writer", "reader"]}
    whole = {name: value for name, value in {**full, **claims}.items() if value is not None}
    return jwt.encode({"kid": people.kid, **header}, whole, key or people, algorithms=["Ed25519"])


def test_a_good_token_is_good(embedded_desk: Desk):
    assert status(embedded_desk, signed(embedded_desk, HEADER)) == 200


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer ", "Basic dXNlcjpwYXNz", "Bearer a b", "bearer x", "\xff", "Bearer \xff"]
)
def test_no_token_is_401(embedded_desk: Desk, header):
    assert embedded_desk.api(Authorization=header).get("/notes").status_code == 401


WRONG = {
    "no issuer": {"iss": None},
    "another issuer": {"iss": "https://elsewhere.example"},
    "no audience": {"aud": None},
    "another audience": {"aud": "elsewhere"},
    "a browser's": {"aud": "splot-browser"},
    "no end": {"exp": None},
    "over": {"exp": 1},
    "over since now": {"exp": int(time.time()) - 1},
    "an end that is none": {"exp": "never"},
    "not yet": {"nbf": int(time.time()) + 600},
    "nobody's": {"sub": None},
    "a number's": {"sub": 7},
}


@pytest.mark.parametrize("claims", WRONG.values(), ids=WRONG.keys())
def test_a_token_with_wrong_claims_is_401(embedded_desk: Desk, claims):
    assert status(embedded_desk, signed(embedded_desk, HEADER, **claims)) == 401


@pytest.mark.parametrize("kind", ["JWT", "", "at+JWT ", "id+jwt"])
def test_a_token_of_another_type_is_401(embedded_desk: Desk, kind):
    assert status(embedded_desk, signed(embedded_desk, {"alg": "Ed25519", "typ": kind})) == 401


def test_a_token_issued_by_a_clock_that_is_ahead_is_good(embedded_desk: Desk):
    now = int(time.time())
    assert status(embedded_desk, signed(embedded_desk, HEADER, iat=now + 3600, exp=now + 4500)) == 200


def test_a_token_of_another_key_is_401_whatever_it_says_of_its_key(embedded_desk: Desk):
    stranger = OKPKey.generate_key("Ed25519")
    ours = embedded_desk.runtime.signing_key("people")
    for more in (
        {},
        {"kid": ours.kid},
        {"kid": stranger.thumbprint()},
        {"kid": "../../keys/people.pem"},
        {"jwk": stranger.as_dict(private=False)},
        {"jku": "https://elsewhere.example/jwks.json"},
    ):
        header = {"alg": "Ed25519", "typ": "at+jwt", "kid": ours.kid, **more}
        claims = {"iss": ORIGIN, "aud": "splot-api", "sub": "a", "exp": int(time.time()) + 60}
        text = f"{encoded(header)}.{encoded(claims)}"
        token = jwt.encode({"alg": "Ed25519", "typ": "at+jwt"}, claims, stranger, algorithms=["Ed25519"])
        forged = f"{text}.{token.rpartition('.')[2]}"
        assert status(embedded_desk, forged) == 401
        assert status(embedded_desk, token) == 401


def test_the_public_key_is_no_secret_to_sign_with(embedded_desk: Desk):
    """HS256 with the public key as the secret, and no signature at all."""
    ours = embedded_desk.runtime.signing_key("people")
    claims = encoded({"iss": ORIGIN, "aud": "splot-api", "sub": "a", "exp": int(time.time()) + 60})
    public = [ours.as_pem(private=False), ours.as_dict(private=False)["x"].encode(), b""]
    for secret in public:
        text = f"{encoded({'alg': 'HS256', 'typ': 'at+jwt', 'kid': ours.kid})}.{claims}"
        signature = encoded(hmac.new(secret, text.encode(), hashlib.sha256).digest())
        assert status(embedded_desk, f"{text}.{signature}") == 401
    for name in ("none", "None", "NONE", ""):
        for signature in ("", "x"):
            token = f"{encoded({'alg': name, 'typ': 'at+jwt', 'kid': ours.kid})}.{claims}.{signature}"
            assert status(embedded_desk, token) == 401


ODD_HEADERS = [
    {}, [], None, 1, "x", {"alg": None}, {"alg": []}, {"alg": "Ed25519", "kid": 1}, {"alg": "Ed25519", "kid": []},
    {"alg": "Ed25519", "crit": 1}, {"alg": "Ed25519", "crit": ["x"]}, {"alg": "Ed25519", "b64": False},
    {"alg": "dir", "enc": "A128GCM"}, b"\xff", b"{" * 2000, b'{"alg":' + b"[" * 3000, b'{"a":' + b"9" * 5000 + b"}",
]  # fmt: skip
ODD_TOKENS = ["a", "..", "...", "....", "a.b.c.d.e", "\x01.\x01.\x01", "a" * 7000, "." * 1000, "%.%.%"]


def test_whatever_is_sent_as_a_token_is_401_and_never_500(embedded_desk: Desk):
    good = signed(embedded_desk, HEADER).split(".")
    bodies = [good[1], encoded([]), encoded(1), encoded(b"\xff"), encoded(b"[" * 2000), ""]
    tokens = [f"{encoded(header)}.{body}.{good[2]}" for header in ODD_HEADERS for body in bodies]
    assert {status(embedded_desk, token) for token in [*tokens, *ODD_TOKENS]} == {401}


def test_each_audience_has_its_own_door(embedded_desk: Desk):
    desk, writer = embedded_desk, embedded_desk.actor("writer")
    note = desk.api(writer).post("/notes", json={"text": "x"}).json["id"]
    api_token, browser_token = desk.token(writer), desk.token(writer, audience=auth.BROWSER)
    assert (status(desk, api_token), status(desk, browser_token)) == (200, 401)
    for token, expected in ((browser_token, 200), (api_token, 303)):
        client = desk.app.test_client()
        client.set_cookie("splot", token)
        assert client.get(f"/notes/notes/{note}").status_code == expected


def test_a_services_own_token_is_taken_only_by_people(embedded_desk: Desk):
    runtime = embedded_desk.runtime
    signer = auth.Signer(key=runtime.signing_key("referrals"), issuer=auth.issuer_of("referrals"))
    token = signer.sign({"sub": "service:referrals"}, audience=auth.API, seconds=60)
    assert status(embedded_desk, token) == 401
    keys = auth.Verifier(issuer=auth.issuer_of("referrals"), keys=runtime._public_keys("referrals"))
    gate = auth.Gate(verifier=runtime.gate.verifier, engine=runtime.engine, services={"referrals": keys})
    assert (gate.actor(token).id, gate.actor(token).is_service) == ("service:referrals", True)
    with pytest.raises(Unauthenticated):
        gate.actor(signer.sign({"sub": "service:people"}, audience=auth.BROWSER, seconds=60))


def test_a_revoked_session_is_out_within_five_seconds(desk: Desk, monkeypatch):
    now = [1000.0]
    monkeypatch.setattr(auth.time, "monotonic", lambda: now[0])
    writer, other = desk.actor("writer"), desk.actor("writer")
    assert status(desk, desk.token(writer)) == 200
    with desk.transaction() as tx:
        auth.session_revoked(tx, _revocation(desk, str(writer.session_id)))
        auth.session_revoked(tx, _revocation(desk, str(writer.session_id)))
    now[0] += auth.REVOCATIONS_READ_EVERY + 0.1
    assert (status(desk, desk.token(writer)), status(desk, desk.token(other))) == (401, 200)


def _revocation(desk: Desk, session: str):
    from dataclasses import replace

    from shared.envelope import from_record

    return replace(from_record(desk.tell(session, 1)), type="people.session.revoked.v1")


# -- keys ----------------------------------------------------------------------------------------------------------


class People:
    """Where the public keys come from, in a test: away, or with a set of keys."""

    def __init__(self, *keys: OKPKey) -> None:
        self.key_set, self.away, self.asked = KeySet(list(keys)), False, 0

    def __call__(self) -> KeySet:
        self.asked += 1
        if self.away:
            raise Unavailable("away")
        return self.key_set


def key(folder: Path, name: str) -> OKPKey:
    return auth.signing_key(folder, name, public=folder)


def token_of(signing: OKPKey) -> str:
    return auth.Signer(signing, ORIGIN).sign({"sub": "a"}, audience=auth.API, seconds=60)


def test_a_changed_key_is_fetched_and_the_known_ones_outlast_people(folder: Path, monkeypatch):
    now = [1000.0]
    monkeypatch.setattr(auth.time, "monotonic", lambda: now[0])
    old, new = key(folder, "old"), key(folder, "new")
    people = People(old)
    verifier = auth.Verifier(ORIGIN, people)
    verifier.claims(token_of(old), audience=auth.API)
    people.away = True
    now[0] += 60
    with pytest.raises(Unauthenticated):
        verifier.claims(token_of(new), audience=auth.API)
    verifier.claims(token_of(old), audience=auth.API)
    people.away, people.key_set = False, KeySet([old, new])
    now[0] += 60
    verifier.claims(token_of(new), audience=auth.API)


def test_while_people_was_never_there_nobody_is_refused_for_it(embedded_desk: Desk):
    desk, people = embedded_desk, People()
    people.away = True
    desk.runtime.gate.verifier = auth.Verifier(ORIGIN, people)
    for _ in range(10):
        answer = desk.api(desk.actor("writer")).get("/notes")
        assert answer.status_code == 503
        assert answer.headers["Retry-After"]
    assert people.asked <= 2, "not every request waits for people"


def test_many_forged_tokens_lead_to_few_questions(folder: Path):
    people = People(key(folder, "people"))
    verifier = auth.Verifier(ORIGIN, people)
    for _ in range(50):
        with pytest.raises(Unauthenticated):
            verifier.claims(token_of(OKPKey.generate_key("Ed25519", {"kid": "forged"})), audience=auth.API)
    assert people.asked == 1


def test_processes_that_start_together_end_with_one_pair_of_keys(folder: Path):
    from tests.kernel.desk import in_parallel

    made = in_parallel(8, lambda _number: key(folder, "people").kid)
    assert set(made) == {auth.public_key(folder, "people").kid}
    assert (folder / "people.pem").stat().st_mode & 0o077 == 0
    assert {file.name for file in folder.iterdir()} == {"people.pem", "people.pub.pem"}
