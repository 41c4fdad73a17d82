"""What other services' facts make mentoring do. Never run when projections are rebuilt."""

from sqlalchemy import select

from services.mentoring.commands import matches as match_commands
from services.mentoring.commands import mentees as mentee_commands
from services.mentoring.domain import matches as rules
from services.mentoring.projections import opened
from services.mentoring.queries import people
from services.mentoring.queries.visibility import token
from services.mentoring.tables import matches, mentees, mentors
from shared.consumer import Handler
from shared.database import Transaction
from shared.envelope import Fact

SERVICE = "service"
FOUNDED = "founding_meeting_held"
GONE = ("struck_off", "abandoned", "in_liquidation", "in_bankruptcy")


def path_goes_on(tx: Transaction, fact: Fact) -> None:
    """A woman on a path waits for a mentor, unless she said that she wants none. Not stated excludes nobody."""
    woman = fact.data["participant_id"]
    copy = people.participant(tx, woman)
    if copy is not None and copy["erased"]:
        return
    place = people.open_mentee(tx, kind="participant", subject_id=woman)
    if fact.data.get("mentor_wanted") is False:
        if place is not None and place["status"] == "queued" and place["path_id"] == fact.key:
            mentee_commands.leave(tx, place, reason="own-wish", party=SERVICE)
        return
    details = mentee_commands.from_path(fact.data, path_id=fact.key)
    if place is not None:
        mentee_commands.update_from_path(tx, place, details)
    elif _asks_for_one(tx, fact):
        mentee_commands.queue(tx, kind="participant", subject_id=woman, since=fact.time, **details)


def _asks_for_one(tx: Transaction, fact: Fact) -> bool:
    """A new path does; a step does for who never had a place, or where it is about a mentor."""
    if fact.type == "programmes.path.opened.v1":
        return True
    about_mentor = fact.data.get("need") == "mentoring" or (
        fact.data.get("kind") == "mentor" and not fact.data.get("subject_id")
    )
    return about_mentor or people.last_mentee(tx, kind="participant", subject_id=fact.data["participant_id"]) is None


def path_ended(tx: Transaction, fact: Fact) -> None:
    """Who waits on this path does not wait any longer. A match that lives is left to the two."""
    place = people.open_mentee(tx, kind="participant", subject_id=fact.data["participant_id"])
    if place is not None and place["path_id"] == fact.key and place["status"] != "mentored":
        mentee_commands.leave(tx, place, reason="path-ended", party=SERVICE)


def cooperative_changed(tx: Transaction, fact: Fact) -> None:
    """After the founding meeting a cooperative waits for a mentor; one that ends needs none."""
    after = fact.data["after"]
    place = people.open_mentee(tx, kind="cooperative", subject_id=fact.key)
    if after == FOUNDED and place is None:
        details = mentee_commands.from_cooperative(fact.data)
        mentee_commands.queue(tx, kind="cooperative", subject_id=fact.key, since=fact.time, **details)
    elif after in GONE and place is not None:
        mentee_commands.leave(tx, place, reason="cooperative-closed", party=SERVICE)


def cooperative_removed(tx: Transaction, fact: Fact) -> None:
    place = people.open_mentee(tx, kind="cooperative", subject_id=fact.key)
    if place is not None:
        mentee_commands.leave(tx, place, reason="cooperative-closed", party=SERVICE)


def kept_apart(tx: Transaction, fact: Fact) -> None:
    """An open match of the two ends like any that does not suit; nothing says why."""
    parted = opened(tx, fact)
    if parted is None or not parted.excluded:
        return
    one, other = token(tx, parted.one), token(tx, parted.other)
    them = ((mentors.c.token == one) & (mentees.c.token == other)) | (
        (mentors.c.token == other) & (mentees.c.token == one)
    )
    found = select(matches).join(mentors).join(mentees).where(them, matches.c.status.in_(rules.OPEN))
    for row in tx.all(found):
        match_commands.keep_apart(tx, row)


def erased(tx: Transaction, fact: Fact) -> None:
    mentee_commands.purge(tx, fact.key, erasure_event_id=fact.id)


EVENT_HANDLERS: dict[str, Handler] = {
    "programmes.path.opened.v1": path_goes_on,
    "programmes.path.step-added.v1": path_goes_on,
    "programmes.path.ended.v1": path_ended,
    "cooperatives.cooperative.status-changed.v1": cooperative_changed,
    "cooperatives.cooperative.removed.v1": cooperative_removed,
    "people.pair.excluded.v1": kept_apart,
    "people.participant.erased.v1": erased,
}
