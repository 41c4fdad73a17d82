"""The log of meetings; what was written stays sealed."""

from typing import Any

from services.mentoring import events
from services.mentoring.commands import note
from services.mentoring.commands.goals import lived
from services.mentoring.domain import matches as rules
from services.mentoring.queries.matches import Pairing
from services.mentoring.queries.people import today
from services.mentoring.tables import Row, meetings
from shared.database import Transaction
from shared.errors import Invalid
from shared.i18n import gettext as _


def record(tx: Transaction, *, match_id: str, notes: str | None, next_step: str | None, **facts: Any) -> Row:
    """`facts`: held_on, minutes, channel. Only in an active match; the texts are sealed."""
    found = lived(tx, match_id)
    if facts["held_on"] > today(tx).isoformat():
        raise Invalid.at("/held_on", _("This day is still to come."))
    meeting_id = tx.new_id()
    texts = {"notes": notes, "next_step": next_step}
    row = {
        "id": meeting_id,
        "version": 1,
        "match_id": match_id,
        **facts,
        **{name: _seal(tx, text, name, meeting_id, found) for name, text in texts.items()},
        "recorded_at": tx.now,
    }
    tx.execute(meetings.insert().values(row))
    note(tx, match_id, "meeting", party=rules.MENTOR)
    tx.publish(events.meeting_recorded(row, of_mentor=found.mentor, of_mentee=found.mentee))
    return {**row, **texts}


def _seal(tx: Transaction, text: str | None, column: str, row_id: str, found: Pairing) -> str | None:
    if text is None:
        return None
    subject = str(found.mentee["subject_id"])
    return tx.sealer.seal(text, subject=subject, table="meetings", column=column, row=row_id)
