"""Tables of referrals. Columns ending in `_sealed` hold tokens of the participant's own key."""

from sqlalchemy import JSON, Boolean, Column, Index, Integer, MetaData, Table, Text

from services.referrals.domain.referrals import OPEN_STATUSES
from shared.database import Instant

metadata = MetaData()

institutions = Table(
    "institutions",
    metadata,
    Column("id", Text, primary_key=True),
    Column("type", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("teryt", Text, nullable=False),
    Column("nip", Text),
    Column("regon", Text),
    Column("krs", Text),
    Column("confidential_location", Boolean, nullable=False),
    Column("status", Text, nullable=False),
    Column("closed_on", Text),
    Column("searchable", Text, nullable=False),
    Column("version", Integer, nullable=False),
)

services = Table(
    "services",
    metadata,
    Column("id", Text, primary_key=True),
    Column("institution_id", Text, nullable=False, index=True),
    Column("vacancy_id", Text),
    Column("name", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("category", Text, nullable=False),
    Column("teryt", Text, nullable=False),
    Column("languages", JSON, nullable=False),
    Column("childcare", Boolean, nullable=False),
    Column("confidential_location", Boolean, nullable=False),
    Column("status", Text, nullable=False),
    Column("unit", Text, nullable=False),
    Column("available", Integer, nullable=False),
    Column("maximum", Integer),
    Column("waiting_list", Boolean, nullable=False),
    Column("capacity_at", Instant, nullable=False),
    Column("searchable", Text, nullable=False),
    Column("version", Integer, nullable=False),
)
Index("services_directory", services.c.status, services.c.category, services.c.teryt, services.c.id)

agreements = Table(
    "agreements",
    metadata,
    Column("id", Text, primary_key=True),
    Column("fields", JSON, nullable=False),
    Column("purposes", JSON, nullable=False),
    Column("deadlines", JSON, nullable=False),
    Column("valid_from", Text, nullable=False),
    Column("valid_to", Text),
    Column("status", Text, nullable=False),
    Column("ending_told", Boolean, nullable=False),
    Column("ended_on", Text),
    Column("reason", Text),
    Column("ended_by", Text),
    Column("version", Integer, nullable=False),
)
Index("agreements_ending", agreements.c.status, agreements.c.valid_to)

agreement_parties = Table(
    "agreement_parties",
    metadata,
    Column("agreement_id", Text, primary_key=True),
    Column("institution_id", Text, primary_key=True),
    Column("signed_at", Instant),
    Column("signed_by", Text),
)
Index("agreement_parties_institution", agreement_parties.c.institution_id, agreement_parties.c.agreement_id)

referrals = Table(
    "referrals",
    metadata,
    Column("id", Text, primary_key=True),
    Column("code", Text, nullable=False, index=True),
    Column("participant_id", Text, nullable=False),
    Column("sender_id", Text, nullable=False),
    Column("receiver_id", Text),
    Column("service_id", Text),
    Column("service_category", Text),
    Column("vacancy_id", Text),
    Column("agreement_id", Text),
    Column("deadlines", JSON, nullable=False),
    Column("sent_by", Text, nullable=False),
    Column("handled_by", Text),
    Column("priority", Text, nullable=False),
    Column("needs", JSON, nullable=False),
    Column("barriers", JSON, nullable=False),
    Column("languages", JSON, nullable=False),
    Column("childcare", Boolean, nullable=False),
    Column("teryt", Text),
    Column("mentor_wished", Boolean),
    Column("narrative_sealed", Text),
    Column("legal_basis", Text),
    Column("legal_basis_special", Text),
    Column("legal_reference_sealed", Text),
    Column("sharing_fields", JSON, nullable=False),
    Column("sharing_agreed", Text),
    Column("sharing_language", Text),
    Column("sharing_expires_on", Text),
    Column("status", Text, nullable=False),
    Column("business_status", Text),
    Column("reason", Text),
    Column("outcome", Text),
    Column("replaces", Text),
    Column("replaced_by", Text),
    Column("created_at", Instant, nullable=False),
    Column("requested_at", Instant),
    Column("received_at", Instant),
    Column("accepted_at", Instant),
    Column("waitlisted_at", Instant),
    Column("look_by", Instant),
    Column("decide_by", Instant),
    Column("contact_by", Instant),
    Column("clock", Text),
    Column("due_at", Instant),
    Column("overdue_told", Boolean, nullable=False),
    Column("purged", Boolean, nullable=False),
    Column("version", Integer, nullable=False),
)
is_open = referrals.c.status.in_(OPEN_STATUSES)
Index("referrals_sender", referrals.c.sender_id, referrals.c.id)
Index("referrals_receiver", referrals.c.receiver_id, referrals.c.id)
Index("referrals_participant", referrals.c.participant_id)
Index("referrals_waiting_list", referrals.c.service_id, referrals.c.waitlisted_at)
Index("referrals_due", referrals.c.due_at, postgresql_where=referrals.c.due_at.is_not(None))
Index(
    "referrals_one_open",
    referrals.c.participant_id,
    referrals.c.service_id,
    unique=True,
    postgresql_where=is_open,
    sqlite_where=is_open,
)
"""The guard against duplicates that two at once cannot pass."""

history = Table(
    "referral_history",
    metadata,
    Column("referral_id", Text, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("action", Text, nullable=False),
    Column("party", Text, nullable=False),
    Column("institution_id", Text),
    Column("actor_id", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("business_status", Text),
    Column("reason", Text),
    Column("outcome", Text),
    Column("text_sealed", Text),
    Column("at", Instant, nullable=False),
)

participants = Table(
    "participants",
    metadata,
    Column("id", Text, primary_key=True),
    Column("code", Text, nullable=False),
    Column("registered_by", Text),
    Column("erased", Boolean, nullable=False),
)
Index("participants_registered_by", participants.c.registered_by, participants.c.id)
