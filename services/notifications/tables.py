"""Items and deliveries; copies of others' facts that say who someone is. No name of a person, no address."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    RowMapping,
    Table,
    Text,
    UniqueConstraint,
)

from shared.database import Instant

metadata = MetaData()
Row = Mapping[str, Any] | RowMapping
"""A row as it was read, or as it is about to be."""

items = Table(
    "items",
    metadata,
    Column("id", Text, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("kind", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("fallback", Text),
    Column("subject_type", Text, nullable=False),
    Column("subject_id", Text, nullable=False),
    Column("about_id", Text),
    Column("params", JSON, nullable=False),
    Column("urgency", Text, nullable=False),
    Column("caused_by", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("due_at", Instant),
    Column("done_at", Instant),
    Column("done_by", Text),
    UniqueConstraint("caused_by", "kind", "address", name="items_once"),
)
Index("items_of_address", items.c.address, items.c.id)
Index("items_open", items.c.address, items.c.due_at, sqlite_where=items.c.done_at.is_(None),
      postgresql_where=items.c.done_at.is_(None))  # fmt: skip
Index("items_subject", items.c.subject_id, items.c.kind)
Index("items_about", items.c.about_id, items.c.kind)

readings = Table(
    "readings",
    metadata,
    Column("item_id", Text, ForeignKey("items.id"), primary_key=True),
    Column("account_id", Text, primary_key=True),
    Column("read_at", Instant),
    Column("done_at", Instant),
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", Text, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("item_id", Text, ForeignKey("items.id"), nullable=False),
    Column("caused_by", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("template_version", Integer, nullable=False),
    Column("urgency", Text, nullable=False),
    Column("recipient_kind", Text, nullable=False),
    Column("recipient_id", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("reason", Text),
    Column("error", Text),
    Column("attempts", Integer, nullable=False),
    Column("provider_reference", Text),
    Column("created_at", Instant, nullable=False),
    Column("ready_at", Instant, nullable=False),
    Column("turn_at", Instant, nullable=False),
    Column("next_attempt_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("claimed_by", Text),
    Column("claimed_until", Instant),
    Column("finished_at", Instant),
    Column("decided_by", Text),
    Column("decision_reason", Text),
    UniqueConstraint("caused_by", "kind", "recipient_kind", "recipient_id", "channel", name="deliveries_once"),
)
Index("deliveries_due", deliveries.c.status, deliveries.c.urgency, deliveries.c.turn_at)
Index("deliveries_expiring", deliveries.c.status, deliveries.c.expires_at)
Index("deliveries_claimed", deliveries.c.status, deliveries.c.claimed_until)
Index("deliveries_item", deliveries.c.item_id)
Index("deliveries_recipient", deliveries.c.recipient_id)

origins = Table(
    "origins",
    metadata,
    Column("id", Text, primary_key=True),
    Column("last_turn_at", Instant, nullable=False),
)
"""For fairness between senders: the turn that each one's latest message got."""

preferences = Table(
    "preferences",
    metadata,
    Column("account_id", Text, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("email", Boolean, nullable=False),
    Column("quiet_from", Text, nullable=False),
    Column("quiet_to", Text, nullable=False),
)

account_copies = Table(
    "account_copies",
    metadata,
    Column("id", Text, primary_key=True),
    Column("active", Boolean, nullable=False),
    Column("participant_id", Text),
)

role_copies = Table(
    "role_copies",
    metadata,
    Column("account_id", Text, primary_key=True),
    Column("role", Text, primary_key=True),
)
Index("role_copies_role", role_copies.c.role)

membership_copies = Table(
    "membership_copies",
    metadata,
    Column("id", Text, primary_key=True),
    Column("account_id", Text, nullable=False),
    Column("institution_id", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("ended", Boolean, nullable=False),
)
Index("membership_copies_queue", membership_copies.c.institution_id, membership_copies.c.role)
Index("membership_copies_account", membership_copies.c.account_id)

institution_copies = Table(
    "institution_copies",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("teryt", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("confidential_location", Boolean, nullable=False),
)
Index("institution_copies_place", institution_copies.c.type, institution_copies.c.teryt)

service_copies = Table(
    "service_copies",
    metadata,
    Column("id", Text, primary_key=True),
    Column("institution_id", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("category", Text, nullable=False),
    Column("teryt", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("confidential_location", Boolean, nullable=False),
    Column("available", Integer, nullable=False),
    Column("maximum", Integer, nullable=False),
    Column("told_at", Instant, nullable=False),
)
Index("service_copies_institution", service_copies.c.institution_id)
Index("service_copies_category", service_copies.c.category, service_copies.c.status)

referral_copies = Table(
    "referral_copies",
    metadata,
    Column("id", Text, primary_key=True),
    Column("sender_id", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("sent_at", Instant, nullable=False),
)
Index("referral_copies_sender", referral_copies.c.sender_id, referral_copies.c.sent_at)

participant_copies = Table(
    "participant_copies",
    metadata,
    Column("id", Text, primary_key=True),
    Column("code", Text),
    Column("safe_channels", JSON, nullable=False),
    Column("erased", Boolean, nullable=False),
)

cooperative_copies = Table(
    "cooperative_copies",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("adviser_id", Text),
    Column("adviser_institution_id", Text),
    Column("representatives", JSON, nullable=False),
)

mentor_copies = Table(
    "mentor_copies",
    metadata,
    Column("cooperative_id", Text, primary_key=True),
    Column("match_id", Text, nullable=False),
    Column("account_id", Text, nullable=False),
)
"""Who mentors a cooperative now."""
