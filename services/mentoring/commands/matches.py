"""Matches: proposed, answered by both, lived, ended. A place of the mentor is taken from the proposal to the end."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select, update

from services.mentoring import events
from services.mentoring.commands import goals, note, waiting
from services.mentoring.domain import matches as rules
from services.mentoring.domain.matching import WEIGHTS_VERSION
from services.mentoring.queries import matches as queries
from services.mentoring.queries.matches import Pairing
from services.mentoring.schemas.matches import REASONS_BY_ACTION
from services.mentoring.tables import Row, bans, matches, mentees, mentors
from shared.database import Transaction, check_version
from shared.dates import add_working_days
from shared.errors import Conflict, Forbidden, Invalid, NotFound
from shared.i18n import gettext as _
from shared.statemachine import move

REMATCH = ("rematch", "mentor-left")
"""Ends after which the mentee waits for another mentor."""
DECIDED = ("not-suitable", "coordinator-decision")
"""Reasons for taking a proposal back after which the pair is not proposed again."""


def propose(tx: Transaction, proposal: Row, *, round_id: str) -> str | None:
    """Reserve a place and ask the mentor. None when the place or the mentee is gone meanwhile; then nothing changed."""
    if not _waits(tx, proposal["mentee_id"]) or not _reserve(tx, proposal["mentor_id"]):
        return None
    tx.execute(
        update(mentees)
        .where(mentees.c.id == proposal["mentee_id"])
        .values(status="proposed", unmatched_reason=None, version=mentees.c.version + 1)
    )
    row = {
        "id": tx.new_id(),
        "version": 1,
        "status": "proposed",
        "round_id": round_id,
        **{name: proposal[name] for name in ("mentor_id", "mentee_id", "score", "parts", "rank", "feasible")},
        "weights_version": WEIGHTS_VERSION,
        "proposed_at": tx.now,
        "expires_at": add_working_days(tx.now, rules.ANSWER_DAYS["proposed"]),
        **dict.fromkeys(("accepted_at", "started_at", "closed_at", "agreed", "declined_by", "reason")),
    }
    tx.execute(matches.insert().values(row))
    note(tx, row["id"], "proposed", party="service")
    _publish(tx, "proposed", queries.pairing(tx, row))
    return str(row["id"])


def _waits(tx: Transaction, mentee_id: str) -> bool:
    """Whether she still waits; her row is held until the transaction ends."""
    hers = select(mentees.c.status).where(mentees.c.id == mentee_id).with_for_update()
    return bool(tx.scalar(hers) == "queued")


def _reserve(tx: Transaction, mentor_id: str) -> bool:
    """One place less, decided by the database: two at once cannot take the same."""
    free = (mentors.c.id == mentor_id, mentors.c.status == "active", mentors.c.taken < mentors.c.capacity)
    return tx.execute(update(mentors).where(*free).values(taken=mentors.c.taken + 1)).rowcount == 1


def act(tx: Transaction, *, match_id: str, action: str, details: Mapping[str, Any], seen: int | None = None) -> Row:
    """accept, decline, confirm, withdraw, end. NotFound for a foreign match; Conflict names what is possible."""
    queries.one(tx, tx.actor, match_id=match_id)
    if action not in rules.ACTIONS:
        raise NotFound
    found = queries.for_update(tx, match_id=match_id)
    party = _party(tx, found, action)
    check_version(found.match, seen)
    _in_time(tx, found)
    if action == "withdraw":
        details = {**details, "reason": details.get("reason") or "coordinator-decision"}
    if action == "end" and party == rules.MENTEE:
        details = {**details, "reason": details.get("reason") or "other"}
    try:
        step = move(rules.MOVES, status=found.match["status"], party=party, action=action, details=details)
    except Conflict:
        raise Conflict(_("This is not possible now."), actions=queries.actions(tx, tx.actor, found)) from None
    _check(action, party, details)
    return STEPS[action](tx, found, party, details, step.to)


def _party(tx: Transaction, found: Pairing, action: str) -> str:
    """As what she acts: the first of her parts in this match that ever has the action."""
    held = queries.parties(tx, tx.actor, found)
    able = [party for party in held if rules.knows(party, action)]
    if not able:
        raise Forbidden
    return able[0]


def _in_time(tx: Transaction, found: Pairing) -> None:
    """The last moment still counts; after it the answer comes too late, whether the clock's job ran or not."""
    match = found.match
    if match["status"] in rules.AWAITING and match["expires_at"] < tx.now:
        raise Conflict(_("The time for an answer is over."))


def _check(action: str, party: str, details: Mapping[str, Any]) -> None:
    if action == "confirm" and details["agreed"] != rules.AGREED[party]:
        raise Invalid.at("/agreed", _("Expected one of: %(codes)s.", codes=rules.AGREED[party]))
    allowed = REASONS_BY_ACTION.get(action, ())
    if details.get("reason") and details["reason"] not in allowed:
        raise Invalid.at("/reason", _("Expected one of: %(codes)s.", codes=", ".join(allowed)))


def _accept(tx: Transaction, found: Pairing, party: str, _details: Mapping[str, Any], to: str) -> Row:
    until = add_working_days(tx.now, rules.ANSWER_DAYS[to])
    return _step(tx, found, "accepted", party, {"status": to, "accepted_at": tx.now, "expires_at": until})


def _confirm(tx: Transaction, found: Pairing, party: str, details: Mapping[str, Any], to: str) -> Row:
    changes = {"status": to, "started_at": tx.now, "expires_at": None, "agreed": details["agreed"]}
    saved = _step(tx, found, "started", party, changes, agreed=details["agreed"])
    tx.save(mentees, found.mentee, status="mentored")
    for goal in found.mentee["wishes"]:
        goals.enter(tx, match_id=found.match["id"], goal=goal, progress=0)
    return saved


def _decline(tx: Transaction, found: Pairing, party: str, details: Mapping[str, Any], to: str) -> Row:
    """The pair never returns; she keeps her waiting date."""
    by = rules.MENTOR if party == rules.MENTOR else rules.MENTEE
    reason = details.get("reason") if by == rules.MENTOR else None
    ban(tx, found, rule=rules.rule_after_decline(reason))
    told = {"declined_by": by, "reason": rules.told(reason)}
    changes = {"status": to, "declined_by": by, "reason": reason, **_closed(tx)}
    saved = _step(tx, found, "declined", party, changes, **told)
    _release(tx, found)
    _wait_again(tx, found, party)
    return saved


def _withdraw(tx: Transaction, found: Pairing, party: str, details: Mapping[str, Any], to: str) -> Row:
    if details["reason"] in DECIDED:
        ban(tx, found, rule="not-suitable")
    saved = _take_back(tx, found, party, reason=details["reason"], to=to)
    _wait_again(tx, found, party)
    return saved


def _end(tx: Transaction, found: Pairing, party: str, details: Mapping[str, Any], to: str) -> Row:
    reason = details["reason"]
    saved = _finish(tx, found, party, reason=reason, to=to)
    if reason in REMATCH:
        _wait_again(tx, found, party, anew=True)
    else:
        tx.save(mentees, tx.one(select(mentees).where(mentees.c.id == found.mentee["id"])), status="finished")
    return saved


STEPS = {"accept": _accept, "confirm": _confirm, "decline": _decline, "withdraw": _withdraw, "end": _end}


def _take_back(tx: Transaction, found: Pairing, party: str, *, reason: str, to: str = "withdrawn") -> Row:
    changes = {"status": to, "reason": reason, **_closed(tx)}
    saved = _step(tx, found, "withdrawn", party, changes, reason=reason)
    _release(tx, found)
    return saved


def _finish(tx: Transaction, found: Pairing, party: str, *, reason: str, to: str = "ended") -> Row:
    saved = _step(tx, found, "ended", party, {"status": to, "reason": reason, **_closed(tx)}, reason=reason)
    _release(tx, found)
    return saved


def _step(tx: Transaction, found: Pairing, fact: str, party: str, changes: Mapping[str, Any], **told: Any) -> Row:
    saved = tx.save(matches, found.match, **changes)
    note(tx, saved["id"], fact, party=party)
    _publish(tx, fact, found._replace(match=saved), **told)
    return saved


def _publish(tx: Transaction, fact: str, found: Pairing, **told: Any) -> None:
    tx.publish(events.match(fact, found.match, of_mentor=found.mentor, of_mentee=found.mentee, **told))


def _closed(tx: Transaction) -> dict[str, Any]:
    return {"closed_at": tx.now, "expires_at": None}


def _release(tx: Transaction, found: Pairing) -> None:
    """Her place is free again."""
    tx.execute(update(mentors).where(mentors.c.id == found.mentor["id"]).values(taken=mentors.c.taken - 1))


def _wait_again(tx: Transaction, found: Pairing, party: str, *, anew: bool = False) -> None:
    waiting.again(tx, found.mentee["id"], party=party, since=tx.now if anew else None)


def ban(tx: Transaction, found: Pairing, *, rule: str) -> None:
    """The two are never proposed to each other again; a stronger rule stays."""
    mentee = found.mentee
    pair = {"mentor_id": found.mentor["id"], "kind": mentee["kind"], "subject_id": mentee["subject_id"]}
    entering = tx.insert(bans).values(**pair, rule=rule)
    keys = ["mentor_id", "kind", "subject_id"]
    if rule == "not-suitable":
        tx.execute(entering.on_conflict_do_update(index_elements=keys, set_={"rule": rule}))
    else:
        tx.execute(entering.on_conflict_do_nothing(index_elements=keys))


def expire(tx: Transaction, row: Row) -> bool:
    """Nobody answered in time: the place is free, she waits on. False when an answer came meanwhile."""
    found = queries.for_update(tx, match_id=row["id"])
    silent = rules.AWAITING.get(found.match["status"])
    if silent is None or found.match["expires_at"] >= tx.now:
        return False
    _step(tx, found, "expired", "service", {"status": "expired", **_closed(tx)}, silent=silent)
    _release(tx, found)
    _wait_again(tx, found, "service")
    return True


def release_mentor(tx: Transaction, *, mentor_id: str, leaves: bool) -> None:
    """Her open proposals are taken back; when she leaves for good, her matches end and the mentees wait anew."""
    for row in queries.open_of_mentor(tx, mentor_id):
        found = queries.for_update(tx, match_id=row["id"])
        status = found.match["status"]
        if status == "proposed" or (leaves and status == "accepted"):
            _take_back(tx, found, "service", reason="mentor-unavailable")
            _wait_again(tx, found, "service")
        elif leaves and status == "active":
            _finish(tx, found, "service", reason="mentor-left")
            _wait_again(tx, found, "service", anew=True)


def release_mentee(tx: Transaction, *, mentee_id: str, reason: str) -> None:
    """Whatever is open for her is taken back or ends, because she leaves."""
    row = queries.open_of_mentee(tx, mentee_id)
    if row is None:
        return
    found = queries.pairing(tx, row)
    if row["status"] == "active":
        _finish(tx, found, "service", reason="mentee-left")
    else:
        _take_back(tx, found, "service", reason="erased" if reason == "erased" else "mentee-left")


def keep_apart(tx: Transaction, row: Row) -> None:
    """The two of an open match must not meet: it ends like any that does not suit."""
    found = queries.for_update(tx, match_id=row["id"])
    if found.match["status"] == "active":
        _finish(tx, found, "service", reason="other")
        _wait_again(tx, found, "service", anew=True)
    elif found.match["status"] in rules.OPEN:
        _take_back(tx, found, "service", reason="not-suitable")
        _wait_again(tx, found, "service")
