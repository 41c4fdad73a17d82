"""Every route of every service, as the services themselves list them, with its path filled in for one side.

A parameter that nobody knows here fails the test of its route: say in region.py what it is.
"""

import importlib
import pkgutil
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from services.cooperatives.domain.states import CHECKLIST, COMPUTED, Status
from shared import contracts
from shared.database import new_id
from shared.policy import OWN, SERVICE, Scope
from shared.service import Service
from shared.statemachine import Move
from shared.web import system
from shared.web.api import Route
from shared.web.pages import PageRoute
from tests.service.endpoints.region import Side

PARAMETER = re.compile(r"<(?:(\w+):)?(\w+)>")
ROLES = contracts.codes("roles")
SERVICES: dict[str, Service] = {
    name: importlib.import_module(f"services.{name}.app").SERVICE for name in contracts.services()
}
ITEM = next(item for item in CHECKLIST[Status.INITIATIVE_GROUP] if item not in COMPUTED)
CODES = {"item": ITEM, "to": "in_liquidation", "result": "done", "code": "404"}
ACTIONS = {
    "mentors": "pause", "mentees": "leave", "rounds": "publish", "matches": "end", "programmes": "publish",
    "activities": "cancel", "enrolments": "cancel", "paths": "end", "vacancies": "close", "inbox": "done",
    "dead-letters": "retry",
}  # fmt: skip
"""An action of each collection whose route takes any."""
DRAFTS = ("check", "service", "need", "situation", "sharing")
SPECIAL = {
    "referrals PUT /referrals/<id:referral_id>": {"referral_id": "draft_id"},
    "cooperatives POST /cooperatives/<id:cooperative_id>/founders": {"cooperative_id": "young_id"},
    **{
        f"cooperatives {doing} /cooperatives/<id:cooperative_id>/checklist/<code:item>": {"cooperative_id": "young_id"}
        for doing in ("PUT", "DELETE", "GET,POST")
    },
    **{f"referrals GET,POST /referrals/<id:referral_id>/{step}": {"referral_id": "draft_id"} for step in DRAFTS},
    "mentoring POST /proposals/<id:match_id>/accept": {"match_id": "proposal_id"},
    "mentoring GET,POST /proposals/<id:match_id>/decline": {"match_id": "proposal_id"},
}
"""Routes that are about a record in another state than the usual one."""


@dataclass(frozen=True)
class Case:
    """One route of one service."""

    service: Service
    route: Route | PageRoute

    @property
    def name(self) -> str:
        methods = self.route.method if isinstance(self.route, Route) else ",".join(self.route.methods)
        return f"{self.service.name} {methods} {self.route.path}"

    @property
    def method(self) -> str:
        return self.route.method if isinstance(self.route, Route) else self.route.methods[-1]

    @property
    def holders(self) -> Mapping[str, Scope]:
        """The roles that ever have its action, with how far they reach."""
        policy = self.service.policy[self.route.action] if self.route.action else {}
        return {role: scope for role, scope in policy.items() if role in (*ROLES, SERVICE)}

    @property
    def parameters(self) -> list[str]:
        return [name for kind, name in PARAMETER.findall(self.route.path) if kind == "id"]

    def path(self, side: Side, role: str = "", **ids: str) -> str:
        """Its address for what lies on this side; `ids` say some of them otherwise."""

        def fill(found: re.Match[str]) -> str:
            kind, parameter = found.groups()
            return ids.get(parameter) or self._value(side, role, kind or "", parameter, found.start())

        if isinstance(self.route, PageRoute):
            prefix = "" if self.route.at_root else f"/{self.service.name}"
        else:
            prefix = f"/{self.service.name}/api/v1"
        return prefix + PARAMETER.sub(fill, self.route.path)

    def unknown(self, side: Side, role: str, parameter: str) -> str:
        return self.path(side, role, **{parameter: new_id()})

    def foreign(self, side: Side, other: Side, role: str, parameter: str) -> str | None:
        """Its address with one part of the other side's, where there is such a part."""
        try:
            return self.path(side, role, **{parameter: self._value(other, role, "id", parameter, self._at(parameter))})
        except KeyError:
            return None

    def _action(self) -> str:
        collection = self.route.path.split("/")[1]
        known = [ACTIONS[part] for part in self.route.path.split("/") if part in ACTIONS]
        return known[-1] if known else f"no-action-known-for-{collection}"

    def _at(self, parameter: str) -> int:
        return next(m.start() for m in PARAMETER.finditer(self.route.path) if m.group(2) == parameter)

    def _value(self, side: Side, role: str, kind: str, parameter: str, at: int) -> str:
        if kind != "id":
            return CODES.get(parameter) or self._action()
        segment = self.route.path[:at].rstrip("/").rpartition("/")[2]
        special = SPECIAL.get(self.name, {}).get(parameter, "")
        for key in (special, f"{self.service.name}:{parameter}", f"{role}:{parameter}", f"{segment}/{parameter}"):
            if key in side.ids:
                return side.ids[key]
        return side.ids[parameter]


@cache
def api_cases() -> list[Case]:
    return [Case(service, route) for service in SERVICES.values() for route in service.api.routes]


@cache
def page_cases() -> list[Case]:
    return [
        Case(service, route)
        for service in SERVICES.values()
        for route in [*service.pages.routes, *system.pages(service).routes]
    ]


@cache
def actions_of(service: str) -> tuple[str, ...]:
    """Every action of the service's state machines."""
    return tuple(sorted(dict.fromkeys(_named(service))))


def _named(service: str) -> Iterator[str]:
    for module in _modules(f"services.{service}.domain"):
        for name, value in vars(module).items():
            if isinstance(value, Mapping) and value and all(isinstance(move, Move) for move in value.values()):
                yield from (action for _status, _party, action in value)
            elif name.endswith("ACTIONS"):
                yield from value


def _modules(name: str) -> Iterator[Any]:
    package = importlib.import_module(name)
    yield package
    for found in pkgutil.iter_modules(getattr(package, "__path__", [])):
        yield importlib.import_module(f"{name}.{found.name}")


def where(condition: Callable[[Case], Any], cases: list[Case]) -> dict[str, Any]:
    """Arguments of `pytest.mark.parametrize` for the cases that fulfil the condition."""
    chosen = [case for case in cases if condition(case)]
    return {"argnames": "case", "argvalues": chosen, "ids": [case.name for case in chosen]}


def own(case: Case) -> list[str]:
    """The roles that have it for what is their own only."""
    return [role for role, scope in case.holders.items() if scope is OWN]
