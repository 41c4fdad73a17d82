"""Who may do what. OWN: her own profile and proposals, her own match, mentees of her institution, her cooperative."""

from shared.policy import ANY, OWN, Policy

POLICY: Policy = {
    "mentors.list": {"coordinator": ANY, "mentor": OWN},
    "mentors.read": {"coordinator": ANY, "mentor": OWN},
    "mentors.create": {"coordinator": ANY},
    "mentors.change": {"coordinator": ANY, "mentor": OWN},
    "mentors.act": {"coordinator": ANY, "mentor": OWN},
    "profile.read": {"mentor": OWN},
    "mentees.list": {"coordinator": ANY, "intake": OWN, "cooperative": OWN},
    "mentees.read": {"coordinator": ANY, "intake": OWN, "cooperative": OWN},
    "mentees.create": {"coordinator": ANY, "intake": OWN},
    "mentees.act": {"coordinator": ANY, "intake": OWN},
    "rounds.list": {"coordinator": ANY},
    "rounds.read": {"coordinator": ANY},
    "rounds.create": {"coordinator": ANY},
    "rounds.act": {"coordinator": ANY},
    "proposals.read": {"mentor": OWN},
    "mine.read": {"participant": OWN, "cooperative": OWN},
    "matches.list": {"coordinator": ANY, "mentor": OWN, "participant": OWN, "intake": OWN, "cooperative": OWN},
    "matches.read": {"coordinator": ANY, "mentor": OWN, "participant": OWN, "intake": OWN, "cooperative": OWN},
    "matches.act": {"coordinator": ANY, "mentor": OWN, "participant": OWN, "intake": OWN, "cooperative": OWN},
    "meetings.read": {"coordinator": ANY, "mentor": OWN, "participant": OWN, "cooperative": OWN},
    "meetings.record": {"mentor": OWN},
    "goals.read": {"coordinator": ANY, "mentor": OWN, "participant": OWN, "cooperative": OWN},
    "goals.set": {"mentor": OWN},
}
