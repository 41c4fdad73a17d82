"""Who may do what. OWN: what her institution accompanies, or the cooperative that she represents."""

from shared.policy import ANY, OWN, Policy, Scope

KEEPERS: dict[str, Scope] = {"intake": OWN, "coordinator": ANY, "cooperative": OWN}
ADVISERS: dict[str, Scope] = {"intake": OWN, "coordinator": ANY}

POLICY: Policy = {
    "cooperatives.list": KEEPERS,
    "cooperatives.read": KEEPERS,
    "cooperatives.create": ADVISERS,
    "cooperatives.change": KEEPERS,
    "cooperatives.entrust": ADVISERS,
    "cooperatives.move": KEEPERS,
    "cooperatives.correct": KEEPERS,
    "cooperatives.remove": {"coordinator": ANY},
    "founders.read": KEEPERS,
    "founders.write": KEEPERS,
    "members.read": KEEPERS,
    "members.write": KEEPERS,
    "checklist.write": KEEPERS,
    "obligations.read": KEEPERS,
    "obligations.write": KEEPERS,
    "vacancies.read": KEEPERS,
    "vacancies.write": KEEPERS,
    "founding.list": {"intake": OWN},
    "founding.act": {"intake": OWN},
}
