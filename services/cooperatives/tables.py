"""What the registry keeps, and its copies of others' facts (`…_copies`), which can be dropped and rebuilt.

People are ids here; a founder or member who was erased keeps her row without her id. Days are ISO text.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import JSON, Boolean, Column, ForeignKey, Index, Integer, MetaData, Table, Text, UniqueConstraint

from shared.database import Instant

metadata = MetaData()
Row = Mapping[Any, Any]
"""A row as it was read, or as it was saved: values by column name."""

cooperatives = Table(
    "cooperatives",
    metadata,
    Column("id", Text, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("name", Text, nullable=False),
    Column("search", Text, nullable=False),
    Column("teryt", Text, nullable=False),
    Column("krs", Text, unique=True),
    Column("nip", Text),
    Column("regon", Text),
    Column("pkd", JSON, nullable=False),
    Column("languages", JSON, nullable=False),
    Column("services", JSON, nullable=False),
    Column("website", Text),
    Column("status", Text, nullable=False),
    Column("status_since", Text, nullable=False),
    Column("registered_on", Text),
    Column("social", Text, nullable=False),
    Column("social_since", Text),
    Column("adviser_id", Text),
    Column("adviser_institution_id", Text),
    Column("founders", Integer, nullable=False),
    Column("members", Integer, nullable=False),
    Column("opened_at", Instant, nullable=False),
    Column("opened_by", Text, nullable=False),
    Column("removed_at", Instant),
    Column("removed_reason", Text),
    Column("replaced_by", Text),
)
Index("cooperatives_institution", cooperatives.c.adviser_institution_id, cooperatives.c.id)
Index("cooperatives_status", cooperatives.c.status, cooperatives.c.id)
Index("cooperatives_county", cooperatives.c.teryt, cooperatives.c.id)

representatives = Table(
    "representatives",
    metadata,
    Column("cooperative_id", Text, ForeignKey("cooperatives.id"), primary_key=True),
    Column("account_id", Text, primary_key=True),
)
Index("representatives_account", representatives.c.account_id)

transitions = Table(
    "transitions",
    metadata,
    Column("id", Text, primary_key=True),
    Column("cooperative_id", Text, ForeignKey("cooperatives.id"), nullable=False),
    Column("axis", Text, nullable=False),
    Column("position", Integer, nullable=False),
    Column("before", Text),
    Column("after", Text, nullable=False),
    Column("effective_date", Text, nullable=False),
    Column("legal_basis", Text),
    Column("evidence", Text),
    Column("recorded_at", Instant, nullable=False),
    Column("recorded_by", Text, nullable=False),
    Column("corrects", Text),
    Column("reason", Text),
    Column("superseded", Boolean, nullable=False),
)
Index("transitions_cooperative", transitions.c.cooperative_id, transitions.c.id)

changes = Table(
    "changes",
    metadata,
    Column("sequence", Integer, primary_key=True, autoincrement=False),
    Column("cooperative_id", Text, nullable=False),
    Column("fact", Text, nullable=False),
    Column("effective_date", Text),
    Column("changes", JSON, nullable=False),
    Column("krs", Text),
    Column("at", Instant, nullable=False),
)
Index("changes_cooperative", changes.c.cooperative_id, changes.c.sequence)

change_counter = Table(
    "change_counter",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("last", Integer, nullable=False),
)


def _people(name: str) -> Table:
    made = Table(
        name,
        metadata,
        Column("id", Text, primary_key=True),
        Column("version", Integer, nullable=False),
        Column("cooperative_id", Text, ForeignKey("cooperatives.id"), nullable=False),
        Column("kind", Text, nullable=False),
        Column("participant_id", Text),
        Column("person_id", Text),
        Column("role", Text, nullable=False),
        Column("ground", Text),
        Column("ground_seen_on", Text),
        Column("shares", Integer),
        Column("joined_on", Text, nullable=False),
        Column("left_on", Text),
    )
    Index(f"{name}_cooperative", made.c.cooperative_id, made.c.id)
    Index(f"{name}_participant", made.c.participant_id)
    return made


founders = _people("founders")
members = _people("members")

checklist = Table(
    "checklist",
    metadata,
    Column("cooperative_id", Text, ForeignKey("cooperatives.id"), primary_key=True),
    Column("item", Text, primary_key=True),
    Column("done_on", Text, nullable=False),
    Column("evidence", Text),
    Column("recorded_by", Text, nullable=False),
)

obligations = Table(
    "obligations",
    metadata,
    Column("id", Text, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("cooperative_id", Text, ForeignKey("cooperatives.id"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("due_on", Text, nullable=False),
    Column("source", Text),
    Column("status", Text, nullable=False),
    Column("next_telling_on", Text),
    Column("met_on", Text),
    Column("evidence", Text),
    UniqueConstraint("cooperative_id", "kind", "due_on", name="obligations_once"),
)
Index("obligations_telling", obligations.c.next_telling_on)
Index("obligations_due", obligations.c.status, obligations.c.due_on)

vacancies = Table(
    "vacancies",
    metadata,
    Column("id", Text, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("cooperative_id", Text, ForeignKey("cooperatives.id"), nullable=False),
    Column("title", Text, nullable=False),
    Column("hours", Integer, nullable=False),
    Column("flexible", Boolean, nullable=False),
    Column("positions", Integer, nullable=False),
    Column("teryt", Text, nullable=False),
    Column("languages", JSON, nullable=False),
    Column("closes_on", Text),
    Column("status", Text, nullable=False),
    Column("reason", Text),
    Column("referral_id", Text),
    Column("opened_at", Instant, nullable=False),
    Column("ended_at", Instant),
)
Index("vacancies_cooperative", vacancies.c.cooperative_id, vacancies.c.id)
Index("vacancies_closing", vacancies.c.status, vacancies.c.closes_on)

participant_copies = Table(
    "participant_copies",
    metadata,
    Column("id", Text, primary_key=True),
    Column("code", Text),
    Column("erased", Boolean, nullable=False),
)

path_copies = Table(
    "path_copies",
    metadata,
    Column("id", Text, primary_key=True),
    Column("participant_id", Text),
    Column("institution_id", Text, nullable=False),
    Column("adviser_id", Text),
    Column("status", Text, nullable=False),
    Column("way", Text),
    Column("languages", JSON, nullable=False),
    Column("teryt", Text),
    Column("since", Instant, nullable=False),
)
Index("path_copies_institution", path_copies.c.institution_id, path_copies.c.way, path_copies.c.id)
Index("path_copies_participant", path_copies.c.participant_id)

account_copies = Table(
    "account_copies",
    metadata,
    Column("id", Text, primary_key=True),
    Column("represents", Boolean, nullable=False),
)

adviser_copies = Table(
    "adviser_copies",
    metadata,
    Column("account_id", Text, primary_key=True),
    Column("institution_id", Text, primary_key=True),
)

mentor_copies = Table(
    "mentor_copies",
    metadata,
    Column("match_id", Text, primary_key=True),
    Column("cooperative_id", Text, nullable=False),
    Column("mentor_id", Text, nullable=False),
    Column("since", Instant, nullable=False),
    Column("ended", Boolean, nullable=False),
)
Index("mentor_copies_cooperative", mentor_copies.c.cooperative_id)
