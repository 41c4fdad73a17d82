"""Who may do what here. OWN is the account's own institution; what is foreign looks as if it were not there."""

from shared.contracts import codes
from shared.policy import ANY, OWN, Policy

EVERYONE = dict.fromkeys(codes("roles"), ANY)

POLICY: Policy = {
    "institutions.read": EVERYONE,
    "institutions.register": {"administrator": ANY},
    "institutions.change": {"administrator": ANY, "institution-admin": OWN},
    "institutions.close": {"administrator": ANY},
    "institutions.own": {"institution-admin": OWN},
    "services.read": EVERYONE,
    "services.publish": {"institution-admin": OWN},
    "services.change": {"institution-admin": OWN},
    "agreements.read": {"caseworker": OWN, "intake": OWN, "institution-admin": OWN, "coordinator": ANY},
    "agreements.draw-up": {"institution-admin": OWN, "coordinator": ANY},
    "agreements.act": {"institution-admin": OWN, "coordinator": ANY},
    "referrals.read": {"caseworker": OWN, "intake": OWN, "institution-admin": OWN, "coordinator": ANY},
    "referrals.create": {"caseworker": OWN},
    "referrals.act": {"caseworker": OWN, "intake": OWN, "coordinator": ANY},
}

SENDS = ("caseworker",)
"""Roles that act for the sending institution."""
RECEIVES = ("caseworker", "intake")
"""Roles that act for the receiving institution."""
STAFF = ("caseworker", "intake", "institution-admin")
