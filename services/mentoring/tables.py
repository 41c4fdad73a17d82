"""What mentoring keeps. Free text about a woman is sealed; everything else here is ids, codes, dates and public words.

`token` is a blind index of the person behind a row: by it alone an exclusion finds whom it concerns.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import JSON, Boolean, CheckConstraint, Column, ForeignKey, Index, Integer, MetaData, Table, Text, text

from shared.database import Instant

metadata = MetaData()
Row = Mapping[Any, Any]
"""A row as it was read, or as it was saved: values by column name."""

mentors = Table(
    "mentors",
    metadata,
    Column("id", Text, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("status", Text, nullable=False),
    Column("account_id", Text, unique=True),
    Column("token", Text),
    Column("public_name", Text),
    Column("languages", JSON, nullable=False),
    Column("teryt", JSON, nullable=False),
    Column("remote", Boolean, nullable=False),
    Column("mentors", JSON, nullable=False),
    Column("skills", JSON, nullable=False),
    Column("slots", JSON, nullable=False),
    Column("gender", Text),
    Column("capacity", Integer, nullable=False),
    Column("taken", Integer, nullable=False),
    Column("paused_until", Text),
    Column("reason", Text),
    Column("applied_at", Instant, nullable=False),
    CheckConstraint("taken >= 0 AND taken <= capacity", name="mentors_capacity"),
)
Index("mentors_status", mentors.c.status, mentors.c.id)
Index("mentors_token", mentors.c.token)

mentor_modules = Table(
    "mentor_modules",
    metadata,
    Column("mentor_id", Text, ForeignKey("mentors.id"), primary_key=True),
    Column("module", Text, primary_key=True),
    Column("completed_on", Text, nullable=False),
    Column("valid_until", Text),
)

_open_mentee = text("status NOT IN ('finished', 'left')")
mentees = Table(
    "mentees",
    metadata,
    Column("id", Text, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("status", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("subject_id", Text),
    Column("token", Text),
    Column("languages", JSON, nullable=False),
    Column("teryt", Text),
    Column("wishes", JSON, nullable=False),
    Column("slots", JSON, nullable=False),
    Column("gender", Text),
    Column("urgent", Boolean, nullable=False),
    Column("waiting_since", Instant, nullable=False),
    Column("institution_id", Text),
    Column("adviser_id", Text),
    Column("path_id", Text),
    Column("reason", Text),
    Column("unmatched_reason", Text),
    Column("created_at", Instant, nullable=False),
)
Index("mentees_status", mentees.c.status, mentees.c.id)
Index("mentees_institution", mentees.c.institution_id, mentees.c.id)
Index("mentees_subject", mentees.c.subject_id)
Index("mentees_path", mentees.c.path_id)
Index("mentees_token", mentees.c.token)
Index(
    "mentees_waits_once",
    mentees.c.kind,
    mentees.c.subject_id,
    unique=True,
    postgresql_where=_open_mentee,
    sqlite_where=_open_mentee,
)

rounds = Table(
    "rounds",
    metadata,
    Column("id", Text, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("status", Text, nullable=False),
    Column("cause", Text, nullable=False),
    Column("publish", Boolean, nullable=False),
    Column("created_by", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("solved_at", Instant),
    Column("published_at", Instant),
    Column("solver", JSON, nullable=False),
)
Index("rounds_status", rounds.c.status, rounds.c.id)
Index("rounds_cause", rounds.c.cause, rounds.c.created_at)

round_proposals = Table(
    "round_proposals",
    metadata,
    Column("round_id", Text, ForeignKey("rounds.id"), primary_key=True),
    Column("mentee_id", Text, ForeignKey("mentees.id"), primary_key=True),
    Column("mentor_id", Text, ForeignKey("mentors.id"), nullable=False),
    Column("score", Integer, nullable=False),
    Column("parts", JSON, nullable=False),
    Column("rank", Integer, nullable=False),
    Column("feasible", Integer, nullable=False),
    Column("match_id", Text),
)

round_unmatched = Table(
    "round_unmatched",
    metadata,
    Column("round_id", Text, ForeignKey("rounds.id"), primary_key=True),
    Column("mentee_id", Text, ForeignKey("mentees.id"), primary_key=True),
    Column("reason", Text, nullable=False),
)

_open_match = text("status IN ('proposed', 'accepted', 'active')")
matches = Table(
    "matches",
    metadata,
    Column("id", Text, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("status", Text, nullable=False),
    Column("mentor_id", Text, ForeignKey("mentors.id"), nullable=False),
    Column("mentee_id", Text, ForeignKey("mentees.id"), nullable=False),
    Column("round_id", Text, ForeignKey("rounds.id")),
    Column("score", Integer, nullable=False),
    Column("parts", JSON, nullable=False),
    Column("weights_version", Text, nullable=False),
    Column("rank", Integer, nullable=False),
    Column("feasible", Integer, nullable=False),
    Column("proposed_at", Instant, nullable=False),
    Column("expires_at", Instant),
    Column("accepted_at", Instant),
    Column("started_at", Instant),
    Column("closed_at", Instant),
    Column("agreed", Text),
    Column("declined_by", Text),
    Column("reason", Text),
)
Index("matches_mentor", matches.c.mentor_id, matches.c.id)
Index("matches_mentee", matches.c.mentee_id, matches.c.id)
Index("matches_status", matches.c.status, matches.c.expires_at)
Index("matches_round", matches.c.round_id)
Index("matches_one_open", matches.c.mentee_id, unique=True, postgresql_where=_open_match, sqlite_where=_open_match)

bans = Table(
    "bans",
    metadata,
    Column("mentor_id", Text, ForeignKey("mentors.id"), primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("subject_id", Text, primary_key=True),
    Column("rule", Text, nullable=False),
)
Index("bans_subject", bans.c.subject_id)

meetings = Table(
    "meetings",
    metadata,
    Column("id", Text, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("match_id", Text, ForeignKey("matches.id"), nullable=False),
    Column("held_on", Text, nullable=False),
    Column("minutes", Integer, nullable=False),
    Column("channel", Text, nullable=False),
    Column("notes", Text),
    Column("next_step", Text),
    Column("recorded_at", Instant, nullable=False),
)
Index("meetings_match", meetings.c.match_id, meetings.c.id)

goals = Table(
    "goals",
    metadata,
    Column("id", Text, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("match_id", Text, ForeignKey("matches.id"), nullable=False),
    Column("goal", Text, nullable=False),
    Column("progress", Integer, nullable=False),
    Column("changed_at", Instant, nullable=False),
)
Index("goals_once", goals.c.match_id, goals.c.goal, unique=True)

history = Table(
    "history",
    metadata,
    Column("id", Text, primary_key=True),
    Column("subject_id", Text, nullable=False),
    Column("what", Text, nullable=False),
    Column("party", Text, nullable=False),
    Column("at", Instant, nullable=False),
)
Index("history_subject", history.c.subject_id, history.c.id)

# -- copies of others' facts; projections.py fills them, and they can be dropped and filled again

participant_copies = Table(
    "participant_copies",
    metadata,
    Column("id", Text, primary_key=True),
    Column("code", Text),
    Column("languages", JSON, nullable=False),
    Column("restricted", Boolean, nullable=False),
    Column("erased", Boolean, nullable=False),
)

path_copies = Table(
    "path_copies",
    metadata,
    Column("id", Text, primary_key=True),
    Column("participant_id", Text, nullable=False),
    Column("institution_id", Text, nullable=False),
    Column("adviser_id", Text),
    Column("status", Text, nullable=False),
    Column("mentor_wanted", Boolean),
    Column("languages", JSON, nullable=False),
    Column("teryt", Text),
    Column("wishes", JSON, nullable=False),
    Column("slots", JSON, nullable=False),
    Column("urgent", Boolean, nullable=False),
)
Index("path_copies_participant", path_copies.c.participant_id, path_copies.c.id)
Index("path_copies_institution", path_copies.c.institution_id)

cooperative_copies = Table(
    "cooperative_copies",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("teryt", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("languages", JSON, nullable=False),
    Column("adviser_id", Text),
    Column("adviser_institution_id", Text),
)

cooperative_representatives = Table(
    "cooperative_representatives",
    metadata,
    Column("cooperative_id", Text, primary_key=True),
    Column("account_id", Text, primary_key=True),
)
Index("cooperative_representatives_account", cooperative_representatives.c.account_id)

exclusions = Table(
    "exclusions",
    metadata,
    Column("id", Text, primary_key=True),
    Column("one", Text, primary_key=True),
    Column("other", Text, nullable=False),
)
Index("exclusions_one", exclusions.c.one, exclusions.c.other)
Index("exclusions_other", exclusions.c.other)
