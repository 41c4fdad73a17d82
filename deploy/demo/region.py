"""The region before the story: institutions, accounts, agreements, services, both programmes of the source documents.

*Moc kobiet* is loaded so that its report computes what its project card says: 441 women reached, 16 in the Leaders'
Academy, 600 members of the Club of Immigrant Women.
"""

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import partial
from secrets import token_urlsafe
from typing import Any

import httpx

from deploy.demo import made_up
from deploy.demo.client import User
from shared import contracts

PASSWORD = "demo-splot-2026"  # noqa: S105 - printed at start; demo accounts work on loopback only
LOADER = "demo-loader"
MEMBERS, REACHED, ACADEMY = 600, 441, 16
AT_ONCE = 4
EQUAL_BEGAN = date(2026, 1, 1)

# (kind, form, name, first woman, last woman, head count): who was present at the activities of *Moc kobiet*, by number.
# Together they are the women 0 … 440; the club's other members were never recorded as present.
MOC_KOBIET = (
    ("self-help-group", "club", "Klub Imigrantek", 0, 300, 0),
    ("language-course", "course", "Kurs języka polskiego", 200, 350, 0),
    ("vocational-counselling", "individual-consultation", "Doradztwo zawodowe i edukacyjne", 300, 400, 0),
    ("psychological-support", "individual-consultation", "Wsparcie psychologiczne", 380, REACHED, 0),
    ("mentoring", "leaders-academy", "Akademia Liderek", 0, ACADEMY, 0),
    ("integration-event", "open-event", "Otwarte spotkania integracyjne", 100, 380, 350),
)

AccountMaker = Callable[..., Any]


@dataclass
class Region:
    """What the story needs of the region."""

    http: httpx.Client
    users: dict[str, User] = field(default_factory=dict)
    office: str = ""
    foundation: str = ""
    course: str = ""
    moc_kobiet: str = ""
    equal: str = ""
    course_activity: str = ""
    group_activity: str = ""
    founders: list[str] = field(default_factory=list)

    def user(self, username: str) -> User:
        if username not in self.users:
            self.users[username] = User(self.http, username, PASSWORD)
        return self.users[username]


def load(http: httpx.Client, *, make_account: AccountMaker, say: Callable[[str], None]) -> Region:
    """The partnership, and the women whom *Moc kobiet* reached."""
    region = load_partnership(http, make_account=make_account, say=say)
    _women_of_moc_kobiet(region, say)
    return region


def load_partnership(http: httpx.Client, *, make_account: AccountMaker, say: Callable[[str], None]) -> Region:
    """Load it through the public API; only the accounts are made by `make_account`, as `splot user add` would."""
    region = Region(http)
    secret = token_urlsafe(24)
    make_account(username=LOADER, password=secret, roles=["administrator", "coordinator"], memberships={})
    loader = region.users[LOADER] = User(http, LOADER, secret)
    _institutions(region, loader)
    _accounts(region, make_account)
    say(f"{len(contracts.codes('counties')) + 3} institutions in {len(contracts.codes('counties'))} counties")
    _agreement_and_services(region)
    say("agreement signed, services with places in the directory")
    _programmes(region)
    say("two programmes with their activities")
    _mentors(region)
    _founders(region)
    return region


def _institutions(region: Region, loader: User) -> None:
    def register(kind: str, name: str, teryt: str) -> str:
        body = {"type": kind, "name": name, "teryt": teryt}
        return str(loader.post("/referrals/api/v1/institutions", body)["id"])

    for teryt in contracts.codes("counties"):
        office = register("pup", f"Urząd pracy ({contracts.county_name(teryt)}, demo)", teryt)
        region.office = office if teryt == "2061" else region.office
    region.foundation = register("ngo", "Fundacja Most (demo)", "2061")
    register("owes", "Ośrodek wsparcia ekonomii społecznej (demo)", "2061")
    register("training-provider", "Centrum szkoleń Nauka (demo)", "2061")


def _accounts(region: Region, make_account: AccountMaker) -> None:
    office, foundation = region.office, region.foundation
    for username, memberships, roles in (
        ("labour-office", {office: ["caseworker"]}, []),
        ("receiver", {foundation: ["intake", "caseworker"]}, []),
        ("institution-admin", {foundation: ["institution-admin"]}, []),
        ("mentor", {}, ["mentor"]),
        ("cooperative", {}, ["cooperative"]),
        ("coordinator", {}, ["coordinator"]),
        ("data-officer", {}, ["data-officer"]),
        ("operator", {}, ["operator"]),
    ):
        make_account(
            username=username, password=PASSWORD, memberships=memberships, roles=roles, email=f"{username}@example.org"
        )


def _agreement_and_services(region: Region) -> None:
    coordinator, admin = region.user("coordinator"), region.user("institution-admin")
    agreement = coordinator.post(
        "/referrals/api/v1/agreements",
        {
            "parties": [region.office, region.foundation],
            "fields": ["name", "phone", "narrative"],
            "purposes": list(contracts.codes("needs")),
            "valid_from": "2026-01-01",
        },
    )
    for party in (region.office, region.foundation):
        coordinator.post(f"/referrals/api/v1/agreements/{agreement['id']}/actions/sign", {"institution_id": party})
    for name, category, available, maximum in (
        ("Kurs polskiego A1", "language-course", 3, 20),
        ("Poradnictwo psychologiczne", "psychological-support", 0, 12),
        ("Doradztwo zawodowe", "vocational-counselling", 9, 15),
        ("Grupa samopomocowa", "self-help-group", 6, 14),
    ):
        service = admin.post(
            "/referrals/api/v1/services",
            {
                "institution_id": region.foundation,
                "name": name,
                "category": category,
                "teryt": "2061",
                "languages": ["uk", "pl"],
                "childcare": True,
                "capacity": {"unit": "place", "available": available, "maximum": maximum},
            },
        )
        region.course = service["id"] if category == "language-course" else region.course


def _programmes(region: Region) -> None:
    coordinator = region.user("coordinator")
    euro = {"amount": "69419.00", "currency": "EUR"}
    region.moc_kobiet = _programme(coordinator, {
        "name": "Moc kobiet",
        "support_area": "wykluczenie społeczne",
        "seat": {"place": "Białystok", "voivodeship": "podlaskie"},
        "period": {"from": "2021-01-16", "to": "2023-01-15"},
        "status": "finished",
        "cost": euro,
        "grant": euro,
        "reach": "local",
        "activity_types": ["poradnictwo", "samorzecznictwo", "samoorganizacja / samopomoc"],
        "target_groups": ["kobiety", "migranci"],
        "description": "Wsparcie kobiet migrujących w regionie: kursy, doradztwo, Akademia Liderek, Klub Imigrantek.",
    })  # fmt: skip
    nothing = {"amount": "0.00", "currency": "PLN"}
    region.equal = _programme(coordinator, {
        "name": "Model aktywizacji zawodowej (EQUAL, partnerstwo G0590)",
        "support_area": "przeciwdziałanie przemocy domowej",
        "seat": {"place": "Białystok", "voivodeship": "podlaskie"},
        "period": {"from": EQUAL_BEGAN.isoformat(), "to": date(EQUAL_BEGAN.year + 2, 12, 31).isoformat()},
        "status": "in-progress",
        "cost": nothing,
        "grant": nothing,
        "reach": "regional",
        "activity_types": ["poradnictwo", "szkolenia", "mentoring"],
        "target_groups": ["kobiety"],
        "description": "Model aktywizacji zawodowej i reintegracji społecznej: doradca, trzy ścieżki, liderki.",
    })  # fmt: skip
    region.course_activity = _activity(
        region, region.equal, "language-course", "course", "Język polski A1, grupa poranna", places=12
    )["id"]
    region.group_activity = _activity(
        region, region.equal, "self-help-group", "self-help-group", "Grupa samopomocowa", places=14
    )["id"]


def _programme(coordinator: User, card: dict[str, Any]) -> str:
    return str(coordinator.post("/programmes/api/v1/programmes", card)["id"])


def _activity(
    region: Region, programme: str, kind: str, form: str, name: str, *, places: int, began: datetime | None = None
) -> dict[str, Any]:
    first = began or datetime.now(UTC).replace(hour=8, minute=0, second=0, microsecond=0) + timedelta(days=1)
    sessions = [
        {
            "starts_at": (first + timedelta(days=7 * week)).isoformat(),
            "ends_at": (first + timedelta(days=7 * week, hours=2)).isoformat(),
        }
        for week in range(3)
    ]
    body = {"programme_id": programme, "institution_id": region.foundation, "kind": kind, "form": form, "name": name,
            "sessions": sessions, "places": places}  # fmt: skip
    made: dict[str, Any] = region.user("receiver").post("/programmes/api/v1/activities", body)
    return made


def _women_of_moc_kobiet(region: Region, say: Callable[[str], None]) -> None:
    receiver = region.user("receiver")
    women = _each(lambda n: receiver.post("/people/api/v1/participants", made_up.woman(n))["id"], range(MEMBERS))
    say(f"{len(women)} made-up women registered")
    for kind, form, name, first, last, head_count in MOC_KOBIET:
        began = datetime(2021, 3, 1, 9, 0, tzinfo=UTC)
        activity = _activity(region, region.moc_kobiet, kind, form, name, places=MEMBERS, began=began)
        enrolled = women if form == "club" else women[first:last]
        path = f"/programmes/api/v1/activities/{activity['id']}"
        _each(partial(_enrol, receiver, path), enrolled)
        session = activity["sessions"][0]["id"]
        present = {"session_id": session, "present": women[first:last], "head_count": head_count}
        receiver.post(f"{path}/attendance", present)
        say(f"{name}: {last - first} present")


def _founders(region: Region) -> None:
    """Four women who will found a cooperative with the story's."""
    receiver = region.user("receiver")
    bodies = [made_up.woman(MEMBERS + number) for number in range(4)]
    region.founders = [receiver.post("/people/api/v1/participants", body)["id"] for body in bodies]


def _enrol(receiver: User, activity: str, woman: str) -> None:
    receiver.post(f"{activity}/enrolments", {"participant_id": woman})


def _each(work: Callable[[Any], Any], items: Iterable[Any]) -> list[Any]:
    """A few at once, results in order."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(work, items))


def _mentors(region: Region) -> None:
    coordinator = region.user("coordinator")
    account = region.user("mentor").get("/people/api/v1/me")["id"]
    own = {
        "languages": ["pl", "uk"],
        "teryt": ["2061"],
        "capacity": 4,
        "mentors": ["women", "cooperatives"],
        "account_id": account,
    }
    for profile in (own, *made_up.MENTORS):
        mentor = coordinator.post("/mentoring/api/v1/mentors", profile)
        _train(coordinator, mentor)


def _train(coordinator: User, mentor: dict[str, Any]) -> None:
    """From applied to active: interview, admission, every module of the academy."""
    at = f"/mentoring/api/v1/mentors/{mentor['id']}"
    for action in ("invite-to-interview", "admit"):
        mentor = coordinator.post(f"{at}/actions/{action}")
    for module in _missing_modules(mentor):
        mentor = coordinator.post(f"{at}/actions/complete-module", {"module": module})
    if mentor["status"] != "active":
        coordinator.post(f"{at}/actions/activate")


def _missing_modules(mentor: dict[str, Any]) -> Sequence[str]:
    return [module["module"] for module in mentor["modules"] if not module["completed_on"]]
