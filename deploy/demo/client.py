"""A user of the public API, as anyone could write one."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, TypeVar

import httpx

PATIENCE_SECONDS = 30.0
LOOK_SECONDS = 0.01
Result = TypeVar("Result")


class DemoFailed(Exception):
    """An answer was not what the story needs; says which."""


@dataclass
class User:
    """One account. The token is fetched at the first call and again when it has run out."""

    http: httpx.Client
    username: str
    password: str
    _token: str = field(default="", init=False)
    _expires_at: float = field(default=0.0, init=False)

    def get(self, path: str, **query: Any) -> Any:
        return self._call("GET", path, params=query)

    def post(self, path: str, body: dict[str, Any] | None = None, *, key: str = "") -> Any:
        headers = {"Idempotency-Key": key} if key else {}
        return self._call("POST", path, json=body or {}, headers=headers)

    def put(self, path: str, body: dict[str, Any]) -> Any:
        return self._call("PUT", path, json=body)

    def all(self, path: str, **query: Any) -> Iterator[dict[str, Any]]:
        """Every item of a list, page by page."""
        cursor: str | None = None
        while True:
            page = self.get(path, limit=200, **query, **({"cursor": cursor} if cursor else {}))
            yield from page["items"]
            cursor = page["next"]
            if not cursor:
                return

    def _call(self, method: str, path: str, *, headers: dict[str, str] | None = None, **request: Any) -> Any:
        authorization = {"Authorization": f"Bearer {self._valid_token()}"}
        answer = self.http.request(method, path, headers={**authorization, **(headers or {})}, **request)
        if answer.is_error:
            raise DemoFailed(f"{method} {path} as {self.username}: {answer.status_code} {answer.text[:500]}")
        return answer.json() if answer.content else None

    def _valid_token(self) -> str:
        if time.monotonic() > self._expires_at:
            body = {"username": self.username, "password": self.password}
            answer = self.http.post("/people/api/v1/tokens", json=body)
            if answer.is_error:
                raise DemoFailed(f"signing in as {self.username}: {answer.status_code} {answer.text[:300]}")
            token = answer.json()
            self._token = token["access_token"]
            self._expires_at = time.monotonic() + token["expires_in"] - 60
        return self._token

    def renew(self) -> None:
        """After its roles have changed."""
        self._expires_at = 0.0


def effect(look: Callable[[], Result | None], *, what: str) -> tuple[Result, float]:
    """What another service made of it, and how many seconds after the answer it was there."""
    began = time.perf_counter()
    while time.perf_counter() - began < PATIENCE_SECONDS:
        found = look()
        if found:
            return found, time.perf_counter() - began
        time.sleep(LOOK_SECONDS)
    raise DemoFailed(f"{what}: nothing came within {PATIENCE_SECONDS:.0f} s")
