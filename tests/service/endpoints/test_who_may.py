"""Every API route × role × own or foreign record, from the policy tables (safety.md 20, faults 20 and 21)."""

import base64
import hmac
import json
import time
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import OKPKey

from shared import auth
from tests.service.endpoints.asking import ask, everything, problem
from tests.service.endpoints.region import Region
from tests.service.endpoints.routes import ROLES, Case, api_cases, own, where

guarded = pytest.mark.parametrize(**where(lambda case: case.route.action, api_cases()))
about_a_record = pytest.mark.parametrize(**where(lambda case: case.route.action and case.parameters, api_cases()))


# -- tokens ------------------------------------------------------------------------------------------------------------


def _encoded(value: Any) -> str:
    content = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def _claims(region: Region, **changes: Any) -> dict[str, Any]:
    now, actor = int(time.time()), region.one.actors["coordinator"]
    full = {"iss": region.world.settings.origin, "aud": auth.API, "iat": now, "exp": now + 900, "jti": "1"}
    return {**full, **auth.claims_of(actor), **changes}


def _key(region: Region) -> OKPKey:
    folder = Path(region.world.settings.address("keys"))
    return auth.signing_key(folder, "people", public=folder)


def _signed(region: Region, key: OKPKey | None = None, header: dict[str, Any] | None = None, **changes: Any) -> str:
    key = key or _key(region)
    usual = {"alg": auth.ALGORITHM, "typ": "at+jwt", "kid": key.thumbprint()}
    return jwt.encode({**usual, **(header or {})}, _claims(region, **changes), key, algorithms=[auth.ALGORITHM])


def _unsigned(region: Region, algorithm: str) -> str:
    header = {"alg": algorithm, "typ": "at+jwt", "kid": _key(region).thumbprint()}
    return f"{_encoded(header)}.{_encoded(_claims(region))}."


def _signed_with_the_public_key(region: Region) -> str:
    content = (
        f"{_encoded({'alg': 'HS256', 'typ': 'at+jwt', 'kid': _key(region).thumbprint()})}.{_encoded(_claims(region))}"
    )
    secret = _key(region).as_pem(private=False)
    return f"{content}.{_encoded(hmac.new(secret, content.encode(), sha256).digest())}"


def _tampered(region: Region) -> str:
    header, _claimed, signature = _signed(region).split(".")
    return f"{header}.{_encoded(_claims(region, roles=['administrator', 'data-officer']))}.{signature}"


TOKENS: dict[str, Callable[[Region], str]] = {
    "none at all": lambda _region: "",
    "garbage": lambda _region: "garbage",
    "three parts of garbage": lambda _region: "a.b.c",
    "a letter of another alphabet": lambda _region: "żółw",
    "expired": lambda region: _signed(region, exp=int(time.time()) - 1),
    "without an end": lambda region: _signed(region, exp=None),
    "of another issuer": lambda region: _signed(region, iss="http://elsewhere.example"),
    "of a stranger's key": lambda region: _signed(region, OKPKey.generate_key(auth.ALGORITHM)),
    "of a stranger's key under our name": lambda region: _signed(
        region, OKPKey.generate_key(auth.ALGORITHM), {"kid": _key(region).thumbprint()}
    ),
    "a browser's": lambda region: _signed(region, aud=auth.BROWSER),
    "for a service of another kind": lambda region: _signed(region, aud="elsewhere"),
    "without algorithm": lambda region: _unsigned(region, "none"),
    "without algorithm, in capitals": lambda region: _unsigned(region, "NONE"),
    "HS256 with our public key": _signed_with_the_public_key,
    "of another type": lambda region: _signed(region, header={"typ": "JWT"}),
    "with a path as key": lambda region: _signed(region, header={"kid": "../../../../dev/null"}),
    "with a key of its own": lambda region: _signed(
        region, header={"jwk": OKPKey.generate_key(auth.ALGORITHM).as_dict(private=False)}, exp=1
    ),
    "with other claims under our signature": _tampered,
    "without a name": lambda region: _signed(region, sub=None),
}


@pytest.fixture(scope="module")
def odd_tokens(region: Region) -> dict[str, str]:
    return {name: make(region) for name, make in TOKENS.items()}


@guarded
def test_no_odd_token_opens_a_door(region: Region, odd_tokens: dict[str, str], case: Case):
    for name, token in odd_tokens.items():
        if name == "a browser's" and case.route.internal:
            continue
        headers = {"Authorization": f"Bearer {token}"}
        answer = ask(case, region.one, None, path=case.path(region.one), headers=headers)
        assert answer.status_code == 401, f"a token {name} is answered with {answer.status_code}"
        assert answer.headers["WWW-Authenticate"] == "Bearer"


@guarded
def test_without_a_token_nothing_is_told_not_even_that_a_record_exists(region: Region, case: Case):
    here = ask(case, region.one, None, path=case.path(region.one))
    assert here.status_code == 401
    for parameter in case.parameters:
        assert ask(case, region.one, None, path=case.unknown(region.one, "", parameter)).data == here.data


def test_the_token_that_all_odd_ones_are_made_of_is_good(region: Region):
    headers = {"Authorization": f"Bearer {_signed(region)}"}
    assert region.world.api(None).get("/people/api/v1/me", headers=headers).status_code == 200


# -- roles -------------------------------------------------------------------------------------------------------------


@guarded
def test_a_role_that_never_has_it_is_refused(region: Region, case: Case):
    refusals = (403, 404) if case.route.subject else (403,)
    for role in set(ROLES) - set(case.holders):
        answer = ask(case, region.one, role)
        assert answer.status_code in refusals, f"{role} is answered with {answer.status_code}"


@guarded
def test_somebody_without_any_role_is_refused(region: Region, case: Case):
    answer = region.world.api(region.world.actor())._send(case.method, case.path(region.one, "intake"))
    assert answer.status_code in ((403, 404) if case.route.subject else (403,))


@guarded
def test_a_role_that_has_it_is_never_refused_for_its_role(region: Region, case: Case):
    seen = {role: ask(case, region.one, role).status_code for role in case.holders}
    assert not [role for role, status in seen.items() if status in (401, 403)], seen
    if not case.parameters:
        assert 404 not in seen.values(), seen
    if case.holders:
        assert set(seen.values()) - {404}, f"nobody of side one sees what {case.name} is about"


# -- records -----------------------------------------------------------------------------------------------------------


@about_a_record
def test_a_record_that_does_not_exist_is_404(region: Region, case: Case):
    for role in case.holders:
        for parameter in case.parameters:
            problem(ask(case, region.one, role, path=case.unknown(region.one, role, parameter)), 404)


@about_a_record
def test_a_foreign_record_looks_as_if_it_did_not_exist_and_nothing_happens(region: Region, case: Case):
    before = everything(case, region)
    for role in own(case):
        missing = ask(case, region.two, role, path=case.unknown(region.two, role, case.parameters[0]))
        for parameter in case.parameters:
            foreign = case.foreign(region.two, region.one, role, parameter)
            if foreign is not None and foreign != case.path(region.two, role):
                answer = ask(case, region.two, role, path=foreign)
                assert (answer.status_code, answer.data) == (404, missing.data), f"{role}: {foreign}"
    assert everything(case, region) == before


@pytest.mark.parametrize(**where(lambda case: not case.parameters and case.method == "GET" and own(case), api_cases()))
def test_a_list_holds_nothing_that_is_foreign(region: Region, case: Case):
    """What both sides have in common may be in it."""
    foreign = set(region.one.ids.values()) - set(region.two.ids.values())
    for role in own(case):
        told = ask(case, region.two, role)
        if told.status_code == 200:
            ids = {item.get("id") for item in told.get_json().get("items", [])}
            assert not ids & foreign, role
