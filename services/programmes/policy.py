"""Who may do what. OWN: of her own institution; for a participant, herself."""

from shared.policy import ANY, OWN, Policy

POLICY: Policy = {
    "programmes.read": {"coordinator": ANY, "intake": ANY, "institution-admin": ANY},
    "programmes.write": {"coordinator": ANY},
    "activities.read": {"intake": OWN, "coordinator": ANY},
    "activities.write": {"intake": OWN},
    "enrolments.read": {"intake": OWN, "participant": OWN},
    "enrolments.write": {"intake": OWN},
    "attendance.read": {"intake": OWN},
    "attendance.write": {"intake": OWN},
    "paths.read": {"intake": OWN, "participant": OWN},
    "paths.write": {"intake": OWN},
    "reports.read": {"coordinator": ANY},
    "region.read": {"coordinator": ANY},
    "me.read": {"participant": OWN},
}
