"""Tables of people. Columns ending in `_sealed` hold tokens of her own key; `identifiers` only keyed hashes."""

from sqlalchemy import JSON, BigInteger, Boolean, Column, Index, Integer, MetaData, Table, Text

from shared.database import Instant

metadata = MetaData()

participants = Table(
    "participants",
    metadata,
    Column("id", Text, primary_key=True),
    Column("code", Text, nullable=False, unique=True),
    Column("status", Text, nullable=False),
    Column("registered_by", Text),
    Column("registered_at", Instant, nullable=False),
    Column("given_name_sealed", Text),
    Column("family_name_sealed", Text),
    Column("birth_date_sealed", Text),
    Column("notes_sealed", Text),
    Column("language", Text, nullable=False),
    Column("languages", JSON, nullable=False),
    Column("do_not_contact", Boolean, nullable=False),
    Column("version", Integer, nullable=False),
)
Index("participants_registered_by", participants.c.registered_by, participants.c.id)

contacts = Table(
    "contacts",
    metadata,
    Column("id", Text, primary_key=True),
    Column("participant_id", Text, nullable=False, index=True),
    Column("channel", Text, nullable=False),
    Column("value_sealed", Text, nullable=False),
    Column("note_sealed", Text),
    Column("safe", Boolean, nullable=False),
    Column("hours", Text),
    Column("voicemail", Boolean),
    Column("language", Text),
    Column("ask_again_on", Text),
)

identifiers = Table(
    "identifiers",
    metadata,
    Column("participant_id", Text, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("hash", Text, primary_key=True),
)
Index("identifiers_hash", identifiers.c.hash, identifiers.c.kind)

grants = Table(
    "grants",
    metadata,
    Column("referral_id", Text, primary_key=True),
    Column("participant_id", Text, nullable=False, index=True),
    Column("institution_id", Text, nullable=False),
    Column("fields", JSON, nullable=False),
    Column("expires_on", Text, nullable=False),
    Column("granted_at", Instant, nullable=False),
    Column("ended_at", Instant),
)
Index("grants_institution", grants.c.institution_id, grants.c.participant_id)

withdrawals = Table(
    "withdrawals",
    metadata,
    Column("referral_id", Text, primary_key=True),
    Column("participant_id", Text, nullable=False, index=True),
    Column("at", Instant, nullable=False),
)

institution_copies = Table(
    "institution_copies",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("status", Text, nullable=False),
)

erasures = Table(
    "erasures",
    metadata,
    Column("participant_id", Text, primary_key=True),
    Column("code", Text, nullable=False),
    Column("ground", Text, nullable=False),
    Column("records", Integer, nullable=False),
    Column("erased_by", Text, nullable=False),
    Column("at", Instant, nullable=False),
)
Index("erasures_at", erasures.c.at)

purges = Table(
    "purges",
    metadata,
    Column("participant_id", Text, primary_key=True),
    Column("service", Text, primary_key=True),
    Column("records", Integer, nullable=False),
    Column("at", Instant, nullable=False),
)

access_log = Table(
    "access_log",
    metadata,
    Column("id", Text, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("reader_id", Text, nullable=False),
    Column("institutions", JSON, nullable=False),
    Column("participant_id", Text, nullable=False),
    Column("fields", JSON, nullable=False),
    Column("purpose", Text, nullable=False),
)
Index("access_log_participant", access_log.c.participant_id, access_log.c.id)
Index("access_log_reader", access_log.c.reader_id, access_log.c.participant_id, access_log.c.at)

access_unchained = Table("access_unchained", metadata, Column("entry_id", Text, primary_key=True))

access_chain = Table(
    "access_chain",
    metadata,
    Column("position", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False),
    Column("entry_id", Text, nullable=False, unique=True),
    Column("hash", Text, nullable=False),
)

accounts = Table(
    "accounts",
    metadata,
    Column("id", Text, primary_key=True),
    Column("username", Text, nullable=False, unique=True),
    Column("password_hash", Text),
    Column("status", Text, nullable=False),
    Column("roles", JSON, nullable=False),
    Column("language", Text, nullable=False),
    Column("participant_id", Text, unique=True),
    Column("display_name_sealed", Text),
    Column("email_sealed", Text),
    Column("created_at", Instant, nullable=False),
    Column("version", Integer, nullable=False),
)

memberships = Table(
    "memberships",
    metadata,
    Column("id", Text, primary_key=True),
    Column("account_id", Text, nullable=False),
    Column("institution_id", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("granted_at", Instant, nullable=False),
    Column("ended_at", Instant),
)
Index(
    "memberships_held",
    memberships.c.account_id,
    memberships.c.institution_id,
    memberships.c.role,
    unique=True,
    postgresql_where=memberships.c.ended_at.is_(None),
    sqlite_where=memberships.c.ended_at.is_(None),
)
Index("memberships_institution", memberships.c.institution_id, memberships.c.account_id)

sessions = Table(
    "sessions",
    metadata,
    Column("id", Text, primary_key=True),
    Column("account_id", Text, nullable=False, index=True),
    Column("kind", Text, nullable=False),
    Column("secret_hash", Text, unique=True),
    Column("started_at", Instant, nullable=False),
    Column("active_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False, index=True),
    Column("ended_at", Instant),
)

attempts = Table(
    "attempts",
    metadata,
    Column("kind", Text, primary_key=True),
    Column("subject", Text, primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("last_at", Instant, nullable=False, index=True),
)
