"""Goals of a match and how far they are reached."""

from services.mentoring.commands import note
from services.mentoring.domain import matches as rules
from services.mentoring.queries import matches as queries
from services.mentoring.queries.matches import Pairing
from services.mentoring.tables import Row, goals
from shared.database import Transaction, check_version
from shared.errors import Conflict, NotFound
from shared.i18n import gettext as _


def add(tx: Transaction, *, match_id: str, goal: str, progress: int) -> Row:
    """One more goal; each once (409)."""
    lived(tx, match_id)
    if any(one["goal"] == goal for one in queries.goals_of(tx, match_id)):
        raise Conflict(_("This goal is there already."))
    note(tx, match_id, "goal", party=rules.MENTOR)
    return enter(tx, match_id=match_id, goal=goal, progress=progress)


def enter(tx: Transaction, *, match_id: str, goal: str, progress: int) -> Row:
    """The goal, unless it is there already."""
    row = {
        "id": tx.new_id(),
        "version": 1,
        "match_id": match_id,
        "goal": goal,
        "progress": progress,
        "changed_at": tx.now,
    }
    tx.execute(tx.insert(goals).values(row).on_conflict_do_nothing(index_elements=["match_id", "goal"]))
    return row


def change(tx: Transaction, *, match_id: str, goal_id: str, progress: int, seen: int | None = None) -> Row:
    """How far it is reached by now."""
    lived(tx, match_id)
    row = queries.goal(tx, match_id=match_id, goal_id=goal_id)
    check_version(row, seen)
    return tx.save(goals, row, progress=progress, changed_at=tx.now)


def lived(tx: Transaction, match_id: str) -> Pairing:
    """The active match of the mentor who acts; she alone keeps its log. NotFound, Conflict."""
    found = queries.for_update(tx, match_id=match_id)
    if rules.MENTOR not in queries.parties(tx, tx.actor, found):
        raise NotFound
    if found.match["status"] != "active":
        raise Conflict(_("This is not possible now."), actions=queries.actions(tx, tx.actor, found))
    return found
