"""What an item says, in the reader's language, at the moment of reading: codes, dictionary words, public names."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import RowMapping, func, select

from services.notifications.domain.kinds import may_be_named
from services.notifications.queries import people
from services.notifications.tables import Row, service_copies
from shared import contracts
from shared.database import Transaction
from shared.i18n import format_date, format_number, ngettext, term
from shared.i18n import gettext as _

codes = contracts.codes
TERMS = {
    "need": codes("needs"),
    "priority": ("urgent",),
    "referral-reason": codes("referral-reasons"),
    "referral-outcome": codes("referral-outcomes"),
    "cooperative-status": codes("cooperative-statuses"),
    "obligation-kind": codes("obligation-kinds"),
}
FIELDS_OF_INSTITUTIONS = ("sender_id", "receiver_id", "institution_id")


@dataclass(frozen=True)
class Names:
    """Public names and codes for a page of items, fetched once."""

    institutions: Mapping[str, RowMapping] = field(default_factory=dict)
    women: Mapping[str, str] = field(default_factory=dict)
    cooperatives: Mapping[str, str] = field(default_factory=dict)
    places: Mapping[str, int] = field(default_factory=dict)
    """How many services of a category have free places."""

    def institution(self, institution_id: str | None) -> str:
        known = self.institutions.get(institution_id or "")
        return str(known["name"]) if known else _("a partner institution")

    def sender(self, institution_id: str | None) -> str:
        """Who sent it, as the recipient may read it (safety 7)."""
        known = self.institutions.get(institution_id or "")
        return str(known["name"]) if known and may_be_named(dict(known)) else _("a partner institution")

    def woman(self, participant_id: str | None) -> str:
        return self.women.get(participant_id or "") or _("a participant")

    def cooperative(self, cooperative_id: str | None) -> str:
        return self.cooperatives.get(cooperative_id or "") or _("a cooperative")

    def mentee(self, params: Row) -> str:
        told = self.cooperative if params.get("mentee.kind") == "cooperative" else self.woman
        return told(params.get("mentee.id"))


def names_for(tx: Transaction, rows: Iterable[Row]) -> Names:
    params = [row["params"] for row in rows]
    institutions = {said[name] for said in params for name in FIELDS_OF_INSTITUTIONS if said.get(name)}
    institutions |= {party for said in params for party in said.get("parties", ())}
    them = {said.get("mentee.id") for said in params} | {said.get("participant_id") for said in params}
    subjects = {row["subject_id"] for row in rows if row["subject_type"] == "cooperative"}
    known = {one for one in them if one}
    return Names(
        institutions=people.institutions(tx, institutions),
        women=people.codes(tx, known),
        cooperatives=people.cooperative_names(tx, known | subjects),
        places=_places(tx, {row["params"].get("service_category") for row in rows if row["kind"] in CHOOSE_ANOTHER}),
    )


def _places(tx: Transaction, categories: Iterable[str | None]) -> dict[str, int]:
    free = (service_copies.c.available > 0) & (service_copies.c.status == "active")
    shown = free & service_copies.c.confidential_location.is_(False)
    wanted = service_copies.c.category.in_(sorted(one for one in categories if one))
    by_category = select(service_copies.c.category, func.count().label("n")).group_by(service_copies.c.category)
    return {row["category"]: row["n"] for row in tx.all(by_category.where(shown, wanted))}


CHOOSE_ANOTHER = ("referral-rejected", "referral-failed")

Title = Callable[[Row, Mapping[str, Any], Names], str]
"""(item, its parameters, names) to a sentence."""


def title(row: Row, names: Names) -> str:
    return TITLES[row["kind"]](row, row["params"], names)


def _word(kind: str, params: Row, name: str) -> str:
    """The dictionary word for a code among the parameters."""
    return term(kind, params[name])


def _overdue(_row: Row, p: Row, _names: Names) -> str:
    if p.get("deadline") == "contact":
        return _("No first meeting yet: referral %(code)s", code=p["code"])
    return _("No answer to referral %(code)s", code=p["code"])


def _agreement(_row: Row, p: Row, names: Names) -> str:
    parties = ", ".join(names.institution(party) for party in p.get("parties", ()))
    if p.get("valid_to") is None:
        return _("An agreement ends soon: %(parties)s", parties=parties)
    return _(
        "Agreement until %(day)s: %(parties)s", day=format_date(date.fromisoformat(p["valid_to"])), parties=parties
    )


def _obligation(row: Row, p: Row, names: Names) -> str:
    words = {"obligation": _word("obligation-kind", p, "kind"), "cooperative": names.cooperative(row["subject_id"])}
    return _("%(obligation)s: %(cooperative)s", **words)


def _status(_row: Row, p: Row, _names: Names) -> str:
    return _("%(cooperative)s: %(status)s", cooperative=p["name"], status=_word("cooperative-status", p, "after"))


def _started(row: Row, p: Row, names: Names) -> str:
    if row["address"].startswith("participant:"):
        return _("Your mentor is waiting to meet you")
    return _("Mentoring has begun: %(mentee)s", mentee=names.mentee(p))


TITLES: Mapping[str, Title] = {
    "referral-requested": lambda _r, p, _n: _("Referral %(code)s waits for your answer", code=p["code"]),
    "referral-answered": lambda _r, p, _n: _("Answer to your question about referral %(code)s", code=p["code"]),
    "referral-withdrawn": lambda _r, p, _n: _("Referral %(code)s has been withdrawn", code=p["code"]),
    "referral-received": lambda _r, p, _n: _("Referral %(code)s has been opened", code=p["code"]),
    "referral-accepted": lambda _r, p, _n: _("Accepted: referral %(code)s", code=p["code"]),
    "referral-rejected": lambda _r, p, _n: _(
        "Refused: %(code)s — %(reason)s", code=p["code"], reason=_word("referral-reason", p, "reason")
    ),
    "referral-question": lambda _r, p, _n: _("Question about referral %(code)s", code=p["code"]),
    "referral-waitlisted": lambda _r, p, _n: _("On the waiting list: referral %(code)s", code=p["code"]),
    "referral-completed": lambda _r, p, _n: _(
        "Completed: %(code)s — %(outcome)s", code=p["code"], outcome=_word("referral-outcome", p, "outcome")
    ),
    "referral-failed": lambda _r, p, _n: _(
        "Given up: %(code)s — %(reason)s", code=p["code"], reason=_word("referral-reason", p, "reason")
    ),
    "referral-redirected": lambda _r, p, _n: _("Another service fits better: referral %(code)s", code=p["code"]),
    "referral-overdue": _overdue,
    "service-full": lambda _r, p, _n: _("No free places: %(service)s", service=p["name"]),
    "agreement-ending": _agreement,
    "cooperative-chosen": lambda _r, p, n: _(
        "Social cooperative for %(code)s: found one or join one", code=n.woman(p.get("participant_id"))
    ),
    "match-proposed": lambda _r, p, n: _("You are proposed as a mentor: %(mentee)s", mentee=n.mentee(p)),
    "match-accepted": lambda _r, p, n: _("A mentor has said yes to %(mentee)s: ask for her answer", mentee=n.mentee(p)),
    "match-found": lambda _r, _p, _n: _("A mentor is ready for you: say whether you want to meet"),
    "match-started": _started,
    "match-declined": lambda _r, p, n: _("Match declined: %(mentee)s", mentee=n.mentee(p)),
    "match-expired": lambda _r, p, n: _("Match expired without an answer: %(mentee)s", mentee=n.mentee(p)),
    "cooperative-status": _status,
    "vacancy-opened": lambda _r, p, _n: _(
        "New job: %(title)s, %(cooperative)s", title=p["title"], cooperative=p["cooperative_name"]
    ),
    "obligation-due": _obligation,
    "obligation-overdue": _obligation,
}


def _kind_of_mentee(p: Row) -> str:
    return _("a new cooperative") if p.get("mentee.kind") == "cooperative" else _("a woman on her path")


def tags(row: Row) -> list[dict[str, str] | str]:
    """Words on a coloured ground: how pressing it is, what is needed."""
    p = row["params"]
    pressing = p.get("priority") == "urgent" or ("priority" not in p and row["urgency"] == "urgent")
    words: list[dict[str, str] | str] = [{"text": term("priority", "urgent"), "kind": "urgent"}] if pressing else []
    if category := p.get("service_category") or p.get("category"):
        words.append(term("need", category))
    if row["kind"] == "vacancy-opened":
        words.append(_("job"))
    if row["kind"] == "match-proposed":
        words.append(_kind_of_mentee(p))
    return words


def waits(row: Row, names: Names) -> str:
    """Who waits for whom, or what else helps to decide."""
    say = WAITS.get(row["kind"])
    return say(row, row["params"], names) if say else ""


def _others(_row: Row, p: Row, names: Names) -> str:
    n = names.places.get(p["service_category"], 0)
    return ngettext("%(n)s service has free places", "%(n)s services have free places", n)


WAITS: Mapping[str, Title] = {
    "referral-requested": lambda _r, p, n: _("from: %(name)s", name=n.sender(p.get("sender_id"))),
    "referral-answered": lambda _r, p, n: _("from: %(name)s", name=n.sender(p.get("sender_id"))),
    "referral-withdrawn": lambda _r, p, n: _("from: %(name)s", name=n.sender(p.get("sender_id"))),
    "referral-received": lambda _r, p, n: _("now with: %(name)s", name=n.institution(p.get("receiver_id"))),
    "referral-accepted": lambda _r, p, n: _("by: %(name)s", name=n.institution(p.get("receiver_id"))),
    "referral-question": lambda _r, p, n: _("asked by: %(name)s", name=n.institution(p.get("receiver_id"))),
    "referral-waitlisted": lambda _r, p, n: _("at: %(name)s", name=n.institution(p.get("receiver_id"))),
    "referral-overdue": lambda _r, p, n: _("we wait for: %(name)s", name=n.institution(p.get("receiver_id"))),
    "referral-redirected": lambda _r, p, n: _("suggested by: %(name)s", name=n.institution(p.get("receiver_id"))),
    "referral-completed": lambda _r, p, n: _("by: %(name)s", name=n.institution(p.get("receiver_id"))),
    "referral-rejected": _others,
    "referral-failed": _others,
    "service-full": lambda _r, p, n: n.institution(p.get("institution_id")),
    "match-proposed": lambda _r, _p, _n: _("she and we wait for your answer"),
    "match-accepted": lambda _r, _p, _n: _("the mentor waits for her answer"),
    "vacancy-opened": lambda _r, p, _n: _("%(hours)s h a week", hours=format_number(p["hours"])),
}
