"""The service's own tables, and its copies of other services' facts (`…_copies`), which can be dropped and rebuilt.

`participant_id` of one who was erased is replaced by a token that says nothing: counts stay, she does not.
"""

from sqlalchemy import JSON, Boolean, Column, ForeignKey, Index, Integer, MetaData, Table, Text, text

from shared.database import Instant

metadata = MetaData()

programmes = Table(
    "programmes",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("support_area", Text, nullable=False),
    Column("seat", JSON, nullable=False),
    Column("starts_on", Text, nullable=False),
    Column("ends_on", Text),
    Column("status", Text, nullable=False),
    Column("cost", JSON, nullable=False),
    Column("grant", JSON),
    Column("reach", Text, nullable=False),
    Column("activity_types", JSON, nullable=False),
    Column("target_groups", JSON, nullable=False),
    Column("funding_sources", JSON, nullable=False),
    Column("partners", JSON, nullable=False),
    Column("description", Text, nullable=False),
    Column("published_at", Instant),
    Column("closed_at", Instant),
    Column("created_at", Instant, nullable=False),
    Column("version", Integer, nullable=False),
)

activities = Table(
    "activities",
    metadata,
    Column("id", Text, primary_key=True),
    Column("programme_id", Text, ForeignKey("programmes.id"), nullable=False),
    Column("institution_id", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("form", Text),
    Column("name", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("open", Boolean, nullable=False),
    Column("places", Integer),
    Column("waiting_list", Boolean, nullable=False),
    Column("languages", JSON, nullable=False),
    Column("childcare", Boolean, nullable=False),
    Column("cancel_reason", Text),
    Column("created_at", Instant, nullable=False),
    Column("version", Integer, nullable=False),
)
Index("activities_institution", activities.c.institution_id, activities.c.id)
Index("activities_programme", activities.c.programme_id, activities.c.id)

sessions = Table(
    "sessions",
    metadata,
    Column("id", Text, primary_key=True),
    Column("activity_id", Text, ForeignKey("activities.id"), nullable=False),
    Column("starts_at", Instant, nullable=False),
    Column("ends_at", Instant, nullable=False),
    Column("place", Text),
    Column("place_confidential", Boolean, nullable=False),
    Column("sheet_id", Text),
    Column("version", Integer, nullable=False),
)
Index("sessions_activity", sessions.c.activity_id, sessions.c.starts_at)
Index("sessions_start", sessions.c.starts_at)

enrolments = Table(
    "enrolments",
    metadata,
    Column("id", Text, primary_key=True),
    Column("activity_id", Text, ForeignKey("activities.id"), nullable=False),
    Column("participant_id", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("path_id", Text),
    Column("reason", Text),
    Column("certificate", Boolean, nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("ended_on", Text),
    Column("version", Integer, nullable=False),
)
Index("enrolments_activity", enrolments.c.activity_id, enrolments.c.status, enrolments.c.id)
_open_enrolment = text("status IN ('waiting', 'enrolled', 'attending')")
Index(
    "enrolments_once",
    enrolments.c.participant_id,
    enrolments.c.activity_id,
    unique=True,
    postgresql_where=_open_enrolment,
    sqlite_where=_open_enrolment,
)
Index("enrolments_participant", enrolments.c.participant_id)

attendance_sheets = Table(
    "attendance_sheets",
    metadata,
    Column("id", Text, primary_key=True),
    Column("session_id", Text, ForeignKey("sessions.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("head_count", Integer, nullable=False),
    Column("recorded_by", Text, nullable=False),
    Column("recorded_at", Instant, nullable=False),
)
Index("attendance_sheets_session", attendance_sheets.c.session_id, attendance_sheets.c.number, unique=True)

presences = Table(
    "presences",
    metadata,
    Column("sheet_id", Text, ForeignKey("attendance_sheets.id"), primary_key=True),
    Column("participant_id", Text, primary_key=True),
)
Index("presences_participant", presences.c.participant_id)

paths = Table(
    "paths",
    metadata,
    Column("id", Text, primary_key=True),
    Column("participant_id", Text, nullable=False),
    Column("institution_id", Text, nullable=False),
    Column("adviser_id", Text),
    Column("status", Text, nullable=False),
    Column("way", Text),
    Column("goals", Text),
    Column("mentor_wanted", Boolean),
    Column("wishes", JSON, nullable=False),
    Column("slots", JSON, nullable=False),
    Column("languages", JSON, nullable=False),
    Column("teryt", Text),
    Column("urgent", Boolean, nullable=False),
    Column("resumes_on", Text),
    Column("outcome", Text),
    Column("opened_at", Instant, nullable=False),
    Column("ended_at", Instant),
    Column("version", Integer, nullable=False),
)
_open_path = text("status <> 'ended'")
Index("paths_one_open", paths.c.participant_id, unique=True, postgresql_where=_open_path, sqlite_where=_open_path)
Index("paths_participant", paths.c.participant_id)
Index("paths_institution", paths.c.institution_id, paths.c.id)

path_steps = Table(
    "path_steps",
    metadata,
    Column("id", Text, primary_key=True),
    Column("path_id", Text, ForeignKey("paths.id"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("subject_id", Text),
    Column("need", Text),
    Column("text", Text),
    Column("due_on", Text),
    Column("result", Text),
    Column("added_at", Instant, nullable=False),
    Column("closed_at", Instant),
)
Index("path_steps_path", path_steps.c.path_id, path_steps.c.id)
Index("path_steps_subject", path_steps.c.subject_id)

path_history = Table(
    "path_history",
    metadata,
    Column("id", Text, primary_key=True),
    Column("path_id", Text, ForeignKey("paths.id"), nullable=False),
    Column("at", Instant, nullable=False),
    Column("by", Text, nullable=False),
    Column("what", Text, nullable=False),
    Column("code", Text),
    Column("previous", Text),
)
Index("path_history_path", path_history.c.path_id, path_history.c.id)

participant_copies = Table(
    "participant_copies",
    metadata,
    Column("id", Text, primary_key=True),
    Column("code", Text),
    Column("languages", JSON, nullable=False),
    Column("erased", Boolean, nullable=False),
)

institution_copies = Table(
    "institution_copies",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("teryt", Text),
)

service_copies = Table(
    "service_copies",
    metadata,
    Column("id", Text, primary_key=True),
    Column("institution_id", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("category", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("unit", Text),
    Column("available", Integer),
    Column("maximum", Integer),
)
Index("service_copies_status", service_copies.c.status, service_copies.c.available)

referral_copies = Table(
    "referral_copies",
    metadata,
    Column("id", Text, primary_key=True),
    Column("code", Text, nullable=False),
    Column("participant_id", Text),
    Column("receiver_id", Text, nullable=False),
    Column("service_category", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("priority", Text, nullable=False),
    Column("decide_by", Instant, nullable=False),
)
Index("referral_copies_late", referral_copies.c.status, referral_copies.c.decide_by)
Index("referral_copies_receiver", referral_copies.c.receiver_id, referral_copies.c.status)
Index("referral_copies_participant", referral_copies.c.participant_id)

mentee_copies = Table(
    "mentee_copies",
    metadata,
    Column("id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("subject_id", Text),
    Column("waiting_since", Instant, nullable=False),
    Column("urgent", Boolean, nullable=False),
    Column("waiting", Boolean, nullable=False),
)
Index("mentee_copies_waiting", mentee_copies.c.waiting, mentee_copies.c.waiting_since)
Index("mentee_copies_subject", mentee_copies.c.subject_id)

match_copies = Table(
    "match_copies",
    metadata,
    Column("id", Text, primary_key=True),
    Column("mentee_id", Text, nullable=False),
    Column("participant_id", Text),
    Column("path_id", Text),
    Column("status", Text, nullable=False),
)
Index("match_copies_participant", match_copies.c.participant_id)
Index("match_copies_mentee", match_copies.c.mentee_id)

round_copies = Table(
    "round_copies",
    metadata,
    Column("id", Text, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("proposed", Integer, nullable=False),
    Column("unmatched", Integer, nullable=False),
    Column("reasons", JSON, nullable=False),
)
Index("round_copies_at", round_copies.c.at)

cooperative_copies = Table(
    "cooperative_copies",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("status", Text, nullable=False),
)
