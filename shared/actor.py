"""Who acts: an account with its roles, or a service by itself."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from shared.errors import Forbidden, Invalid
from shared.i18n import gettext as _


@dataclass(frozen=True)
class Actor:
    """`memberships` are roles by institution id; `roles` those held without one."""

    id: str
    username: str = ""
    roles: frozenset[str] = frozenset()
    memberships: Mapping[str, frozenset[str]] = field(default_factory=dict)
    institution_names: Mapping[str, str] = field(default_factory=dict)
    participant_id: str | None = None
    language: str = "pl"
    session_id: str | None = None
    is_service: bool = False

    @property
    def all_roles(self) -> frozenset[str]:
        return self.roles.union(*self.memberships.values())

    def institutions_as(self, *roles: str) -> tuple[str, ...]:
        """Ids of the institutions where the account holds one of the roles (any role when none is named)."""
        return tuple(sorted(i for i, held in self.memberships.items() if not roles or held & set(roles)))

    def acting_for(self, given: str | None, roles: Collection[str]) -> str:
        """The institution she acts for; with several she has to say which (422 at `/institution_id`)."""
        own = self.institutions_as(*roles)
        if not own:
            raise Forbidden
        if given is None and len(own) == 1:
            return own[0]
        if given in own:
            return str(given)
        raise Invalid.at("/institution_id", _("Say for which of your institutions you act."))


def service_actor(service: str) -> Actor:
    """The service itself, when a fact or the clock makes it act."""
    return Actor(id=f"service:{service}", username=service, is_service=True)


ANONYMOUS = Actor(id="anonymous")
