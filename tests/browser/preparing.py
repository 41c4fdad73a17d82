"""What a test needs to be there before somebody looks at it, made through the public API, new for each test."""

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.journeys.running import Started, eventually

MENTORING = "/mentoring/api/v1"
REFERRALS = "/referrals/api/v1"
WOMAN = {
    "given_name": "Larysa",
    "family_name": "Nowa-Zmyślona",
    "language": "uk",
    "contacts": [{"channel": "phone", "value": "+48500000777", "safe": True}],
}


def referral_sent(partnership: Started) -> str:
    """A new referral to `receiver`; its code."""
    office = partnership.user("labour-office")
    woman = office.post("/people/api/v1/participants", WOMAN)["id"]
    course = office.get(f"{REFERRALS}/services", category="language-course", available="true")["items"][0]
    until = (datetime.now(UTC) + timedelta(days=90)).date().isoformat()
    body = {
        "participant_id": woman,
        "service_id": course["id"],
        "priority": "routine",
        "needs": ["language-course"],
        "languages": ["uk"],
        "legal_basis": {"code": "gdpr-6-1-e"},
        "sharing": {"fields": ["name", "phone"], "agreed": "spoken", "language": "uk", "expires_on": until},
        "submit": True,
    }
    sent = office.post(f"{REFERRALS}/referrals", body)
    _in_inbox(partnership, "receiver", sent["id"])
    return str(sent["code"])


def match_proposed(partnership: Started) -> str:
    """A new proposal to `mentor`, of a woman whose code it returns."""
    make_room(partnership)
    coordinator, receiver = partnership.user("coordinator"), partnership.user("receiver")
    woman = receiver.post("/people/api/v1/participants", WOMAN)
    wishes = {"participant_id": woman["id"], "languages": ["uk"], "teryt": "2061"}
    waiting = lambda: receiver.post(f"{MENTORING}/mentees", wishes)  # noqa: E731 - a name for what is tried
    mentee = eventually(lambda: _unless_unknown(waiting), what="the woman known to mentoring")
    coordinator.post(f"{MENTORING}/rounds", {"publish": True})
    matches = lambda: coordinator.get(f"{MENTORING}/matches", mentee_id=mentee["id"])["items"]  # noqa: E731
    found = eventually(matches, what="a proposal for her")
    _in_inbox(partnership, "mentor", found[0]["id"])
    return str(woman["code"])


def make_room(partnership: Started) -> None:
    """`mentor` takes many at a time, so that every test finds a place with her."""
    mentor = partnership.user("mentor")
    own = next(mentor.all(f"{MENTORING}/mentors"))
    fields = ("languages", "teryt", "remote", "mentors", "skills", "slots", "gender", "public_name", "account_id")
    if own["capacity"] < 20:
        kept = {name: own[name] for name in fields if name in own}
        mentor.put(f"{MENTORING}/mentors/{own['id']}", {**kept, "capacity": 20})


def _unless_unknown(ask: Any) -> Any:
    """None while the fact that she exists has not arrived yet."""
    try:
        return ask()
    except Exception as refusal:
        if "422" not in str(refusal):
            raise
        return None


def _in_inbox(partnership: Started, username: str, subject: str) -> None:
    user = partnership.user(username)
    held = lambda: [i for i in user.get("/notifications/api/v1/inbox")["items"] if i["subject"]["id"] == subject]  # noqa: E731
    eventually(held, what=f"an item of {username}")
