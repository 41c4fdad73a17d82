"""The main story, played through the public API: each step, and how long its effect took to arrive elsewhere."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from deploy.demo.client import User, effect
from deploy.demo.region import PASSWORD, AccountMaker, Region

INBOX = "/notifications/api/v1/inbox"
NARRATIVE = "Szuka pracy po przeprowadzce; po południu opiekuje się dzieckiem."
OKSANA = {
    "given_name": "Oksana",
    "family_name": "Przykładna",
    "language": "uk",
    "contacts": [
        {"channel": "sms", "value": "+48500000001", "safe": True},
        {"channel": "email", "value": "oksana@example.org", "safe": False},
    ],
}


@dataclass
class Story:
    region: Region
    make_account: AccountMaker
    say: Callable[[str], None]
    details: dict[str, Any] = field(default_factory=lambda: OKSANA)
    narrative: str = NARRATIVE
    times: dict[str, float] = field(default_factory=dict)
    """Seconds from the API's answer to the effect, by step; what the demo prints and the bench reads."""
    woman: str = ""
    referral: str = ""
    path: str = ""
    cooperative: str = ""

    def play(self) -> None:
        self.referral_is_sent()
        self.referral_is_accepted()
        self.path_goes_on()
        self.mentor_is_found()
        self.way_is_chosen()
        self.cooperative_is_founded()
        self.vacancy_reaches_the_offices()
        self.something_is_left_to_do()

    # -- 1, 2: the labour office sends, the foundation accepts ----------------------------------------------------

    def referral_is_sent(self) -> None:
        office = self._user("labour-office")
        self.woman = office.post("/people/api/v1/participants", self.details)["id"]
        found = office.get(
            "/referrals/api/v1/services", category="language-course", language="uk", childcare="true", available="true"
        )["items"]
        self.say(
            f"The labour office registers a woman and finds {len(found)} Polish course with free places and childcare"
        )
        self.referral = self._refer(self.woman, self.region.course)["id"]
        self._arrives("The referral is in the foundation's inbox", self._in_inbox("receiver", self.referral))

    def _refer(self, woman: str, service: str) -> dict[str, Any]:
        body = {
            "participant_id": woman,
            "service_id": service,
            "priority": "routine",
            "needs": ["language-course"],
            "languages": ["uk"],
            "childcare": True,
            "mentor_wished": True,
            "narrative": self.narrative,
            "legal_basis": {"code": "gdpr-6-1-e", "reference": "art. 33 ustawy o rynku pracy i służbach zatrudnienia"},
            "sharing": {
                "fields": ["name", "phone", "narrative"],
                "agreed": "spoken",
                "language": "uk",
                "expires_on": (datetime.now(UTC) + timedelta(days=180)).date().isoformat(),
            },
            "submit": True,
        }
        sent: dict[str, Any] = self._user("labour-office").post(
            "/referrals/api/v1/referrals", body, key=f"demo-{woman}"
        )
        return sent

    def referral_is_accepted(self) -> None:
        receiver, at = self._user("receiver"), f"/referrals/api/v1/referrals/{self.referral}/actions"
        receiver.post(f"{at}/receive")
        receiver.post(f"{at}/accept")
        self._arrives("The labour office is told that it is accepted", self._in_inbox("labour-office", self.referral))
        paths = self._arrives("Her individual path is open", self._her_paths)
        self.path = paths[0]["id"]
        receiver.post(f"{at}/start")

    def _her_paths(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self._user("receiver").get("/programmes/api/v1/paths", participant_id=self.woman)[
            "items"
        ]
        return found

    # -- 3: consultation, course, self-help group ------------------------------------------------------------------

    def path_goes_on(self) -> None:
        receiver = self._user("receiver")
        for activity in (self.region.course_activity, self.region.group_activity):
            at = f"/programmes/api/v1/activities/{activity}"
            receiver.post(f"{at}/enrolments", {"participant_id": self.woman})
            session = receiver.get(at)["sessions"][0]["id"]
            receiver.post(f"{at}/attendance", {"session_id": session, "present": [self.woman], "head_count": 0})
        self.say("She is enrolled in the course and a self-help group; her attendance is recorded")

    # -- 4: a mentor -----------------------------------------------------------------------------------------------

    def mentor_is_found(self) -> None:
        mentee = self._arrives("She waits for a mentor", lambda: self._mentee("participant_id", self.woman))
        match = self._matched(mentee["id"])
        self._user("mentor").post(f"/mentoring/api/v1/matches/{match}/actions/accept")
        self._arrives("Her adviser is told that the mentor accepts", self._in_inbox("receiver", match))
        self._user("receiver").post(f"/mentoring/api/v1/matches/{match}/actions/confirm", {"agreed": "spoken"})
        self._arrives("She says yes; the step of her path completes itself", lambda: self._step_done("mentor"))

    def _mentee(self, name: str, value: str) -> dict[str, Any] | None:
        waiting = self._user("coordinator").all("/mentoring/api/v1/mentees")
        return next((mentee for mentee in waiting if mentee.get(name) == value), None)

    def _matched(self, mentee: str) -> str:
        """A round proposes a mentor; the id of the match in the mentor's inbox."""
        coordinator = self._user("coordinator")
        round_id = coordinator.post("/mentoring/api/v1/rounds", {"publish": True})["id"]

        def published() -> dict[str, Any] | None:
            found: dict[str, Any] = coordinator.get(f"/mentoring/api/v1/rounds/{round_id}")
            return found if found["status"] == "published" else None

        self._arrives("The round proposes mentors", published)
        match = next(m["id"] for m in coordinator.all("/mentoring/api/v1/matches") if m["mentee_id"] == mentee)
        self._arrives("The mentor finds the proposal, with its reasons", self._in_inbox("mentor", match))
        return str(match)

    def _step_done(self, kind: str) -> bool:
        path = self._user("receiver").get(f"/programmes/api/v1/paths/{self.path}")
        return any(step["kind"] == kind and step["status"] == "done" for step in path["steps"])

    # -- 5: the cooperative ----------------------------------------------------------------------------------------

    def way_is_chosen(self) -> None:
        receiver = self._user("receiver")
        receiver.post(f"/programmes/api/v1/paths/{self.path}/actions/choose", {"way": "social-cooperative"})
        self._arrives("Her adviser has the task: found or join", self._in_inbox("receiver", self.path))
        representative = self._user("cooperative").get("/people/api/v1/me")["id"]
        cooperative = receiver.post(
            "/cooperatives/api/v1/cooperatives",
            {"name": "Nitka Spółdzielnia Socjalna", "teryt": "2061", "representative_account_ids": [representative]},
        )
        self.cooperative = cooperative["id"]
        for founder in (self.woman, *self.region.founders):
            receiver.post(f"/cooperatives/api/v1/cooperatives/{self.cooperative}/founders", {"participant_id": founder})
        self.say("An initiative group is opened with her as the first founder; four more join")

    def cooperative_is_founded(self) -> None:
        self._becomes("founding_meeting_held")
        waiting = lambda: self._mentee("cooperative_id", self.cooperative)  # noqa: E731 - a name for what is looked for
        mentee = self._arrives("After the founding meeting the cooperative waits for a leader", waiting)
        match = self._matched(mentee["id"])
        self._user("mentor").post(f"/mentoring/api/v1/matches/{match}/actions/accept")
        self._user("cooperative").post(f"/mentoring/api/v1/matches/{match}/actions/confirm", {"agreed": "own-page"})
        for status in ("krs_application_filed", "registered", "active"):
            self._becomes(status)
        self._arrives(
            "The cooperative is active; the step of her path completes itself", lambda: self._step_done("cooperative")
        )

    def _becomes(self, status: str) -> None:
        body = {"to": status, "effective_date": datetime.now(UTC).date().isoformat()}
        if status in ("registered", "active"):
            body |= {"legal_basis": "art. 6 ustawy o spółdzielniach socjalnych", "evidence": "odpis z KRS (demo)"}
        self._user("cooperative").post(f"/cooperatives/api/v1/cooperatives/{self.cooperative}/transitions", body)

    def vacancy_reaches_the_offices(self) -> None:
        vacancy = self._user("cooperative").post(
            f"/cooperatives/api/v1/cooperatives/{self.cooperative}/vacancies",
            {"title": "Szwaczka", "hours": 20, "flexible": True, "languages": ["pl", "uk"]},
        )["id"]
        self._arrives("Its first vacancy is in the labour office's inbox", self._in_inbox("labour-office", vacancy))

    # -- and for whoever looks at the demo --------------------------------------------------------------------------

    def something_is_left_to_do(self) -> None:
        """Her account, a second referral to answer and a mentor to confirm: every demo login has its next step."""
        self.make_account(
            username="participant", password=PASSWORD, roles=["participant"], memberships={}, participant_id=self.woman
        )
        office = self._user("labour-office")
        second = office.post(
            "/people/api/v1/participants",
            {"given_name": "Nadzeya", "family_name": "Umovna", "language": "be",
             "contacts": [{"channel": "phone", "value": "+48500000002", "safe": True}]},
        )["id"]  # fmt: skip
        self._refer(second, self.region.course)

    # -- looking ---------------------------------------------------------------------------------------------------

    def _user(self, username: str) -> User:
        return self.region.user(username)

    def _in_inbox(self, username: str, subject: str) -> Callable[[], Any]:
        user = self._user(username)
        return lambda: next(
            (i for i in user.get(INBOX)["items"] if i["subject"]["id"] == subject and not i["done"]), None
        )

    def _arrives(self, what: str, look: Callable[[], Any]) -> Any:
        found, seconds = effect(look, what=what)
        self.times[what] = seconds
        self.say(f"{what} ({seconds * 1000:.0f} ms)")
        return found
