"""Who may do what in people: OWN is one's own institution, or oneself."""

from shared.policy import ANY, OWN, SERVICE, Policy

SIGNED_IN = (
    "caseworker",
    "intake",
    "institution-admin",
    "mentor",
    "participant",
    "cooperative",
    "administrator",
    "coordinator",
    "data-officer",
    "operator",
)

POLICY: Policy = {
    "participants.create": {"caseworker": OWN},
    "participants.list": {"caseworker": OWN, "intake": OWN, "data-officer": ANY},
    "participants.read": {"caseworker": OWN, "intake": OWN, "participant": OWN, "data-officer": ANY},
    "participants.search": {"caseworker": OWN, "intake": OWN, "data-officer": ANY},
    "participants.safe-contact": {"caseworker": OWN, "participant": OWN},
    "participants.export": {"participant": OWN, "data-officer": ANY},
    "participants.erase": {"data-officer": ANY},
    "own-record.read": {"participant": OWN},
    "own-record.change": {"participant": OWN},
    "access-log.read": {"data-officer": ANY, "participant": OWN},
    "access-log.review": {"data-officer": ANY},
    "accounts.manage": {"administrator": ANY, "institution-admin": OWN},
    "account.own": dict.fromkeys(SIGNED_IN, OWN),
    "cards.ask": {**dict.fromkeys(SIGNED_IN, OWN), SERVICE: ANY},
    "existence.ask": {**dict.fromkeys(SIGNED_IN, OWN), SERVICE: ANY},
    "contact.ask": {SERVICE: ANY},
}
