"""Who may do what here. A queue is everyone's own; deliveries are the operator's, who sees no person in them."""

from shared import contracts
from shared.policy import ANY, OWN, Policy

EVERYONE = dict.fromkeys(contracts.codes("roles"), OWN)

POLICY: Policy = {
    "inbox.read": EVERYONE,
    "inbox.act": EVERYONE,
    "preferences.read": EVERYONE,
    "preferences.change": EVERYONE,
    "deliveries.read": {"operator": ANY},
    "dead-letters.decide": {"operator": ANY},
}
