"""The tables. What is asked for stands in plain columns; whole values stand beside them as JSON.

Times are ISO 8601 texts in UTC with microseconds, which sort as they read. Order is always that of `seq`, never of a
clock. `snapshots` and `changes` are only ever added to; each of their rows has a link in the evidence chain (`links`),
and all alerts, deliveries or visits of one transaction have one together.
"""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)

REVISIONS = (
    "0001",
    "0002",
    "0003",
    "0004",
    "0005",
    "0006",
    "0007",
)  # of migrations/versions, oldest first: known without importing Alembic, which takes half a second

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class Instant(TypeDecorator[datetime]):
    """An aware datetime, stored as ISO 8601 text in UTC with microseconds."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:
        """The stored form of `value`."""
        return None if value is None else instant(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> datetime | None:
        """The time that a stored text names."""
        return None if value is None else datetime.fromisoformat(value)


class Words(TypeDecorator[str]):
    """Text from the world: half surrogates and NUL, which no database takes, are replaced."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """`value` as any database takes it."""
        return None if value is None else storable(value)


def instant(value: datetime) -> str:
    """`value` as the ledger writes times."""
    return value.astimezone(UTC).isoformat(timespec="microseconds")


def storable(text: str) -> str:
    """`text` with what cannot be stored replaced by U+FFFD."""
    if text.isascii() and "\0" not in text:
        return text
    return text.replace("\0", "\ufffd").encode("utf-16", "surrogatepass").decode("utf-16", "replace")


# SQLite numbers rows by itself only in a column of exactly its own INTEGER type.
Counter = BigInteger().with_variant(Integer, "sqlite")

sites = Table(
    "sites",
    metadata,
    Column("site", Words, primary_key=True),
    Column("url", Words, nullable=False),
    Column("health", Text, nullable=False),
    Column("baselined_at", Instant),
    Column("last_visit_at", Instant),
    Column("last_good_at", Instant),
    Column("last_outcome", Text),
    Column("reason", Words),
    Column("failures", Integer, nullable=False),
    Column("next_due", Instant),
    Column("next_meeting", Instant),
    Column("documents", Integer, nullable=False),
)

documents = Table(
    "documents",
    metadata,
    Column("site", Words, primary_key=True),
    Column("key", Words, primary_key=True),
    Column("url", Words, nullable=False),
    Column("request", Text, nullable=False),  # JSON, without its body
    Column("request_body", LargeBinary),
    Column("first_listed_at", Instant, nullable=False),
    Column("silent", Boolean, nullable=False),
    Column("visited", Boolean, nullable=False),
    Column("snapshot", Text),  # JSON
    Column("fingerprint", Text),
    Column("last_good_at", Instant),
    Column("last_visit_at", Instant),
    Column("failures", Integer, nullable=False),
)

visits = Table(
    "visits",
    metadata,
    Column("seq", Counter, primary_key=True),
    Column("site", Words, nullable=False),
    Column("key", Words, nullable=False),
    Column("url", Words, nullable=False),
    Column("at", Instant, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("status", Integer),
    Column("snapshot", Text),  # digest
    Column("detail", Words, nullable=False),
    Index(None, "site", "seq"),
    sqlite_autoincrement=True,
)

snapshots = Table(
    "snapshots",
    metadata,
    Column("seq", Counter, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("site", Words, nullable=False),
    Column("key", Words, nullable=False),
    Column("fetched_at", Instant, nullable=False),
    Column("digest", Text, nullable=False),
    Column("value", Text, nullable=False),  # JSON
    Index(None, "site", "key", "seq"),
    Index(None, "digest"),
    sqlite_autoincrement=True,
)

changes = Table(
    "changes",
    metadata,
    Column("seq", Counter, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("site", Words, nullable=False),
    Column("kind", Text, nullable=False),
    Column("label", Text),
    Column("seen_at", Instant, nullable=False),
    Column("value", Text, nullable=False),  # JSON
    Index(None, "site", "seq"),
    Index(None, "label", "seq"),
    sqlite_autoincrement=True,
)

links = Table(
    "links",
    metadata,
    Column("seq", Counter, primary_key=True, autoincrement=False),  # without gaps: a missing number is a missing link
    Column("kind", Text, nullable=False),  # snapshot | change, or one of seals.py
    Column("ref", Text, nullable=False),
    Column("digest", Text, nullable=False),  # sha-256 of the row
    Column("link", Text, nullable=False),  # sha-256 of the link before and this one
    UniqueConstraint("kind", "ref"),
)

heads = Table(
    "heads",
    metadata,
    Column("chain", Text, primary_key=True),
    Column("seq", Counter, nullable=False),
    Column("link", Text, nullable=False),
)

alerts = Table(
    "alerts",
    metadata,
    Column("seq", Counter, primary_key=True),
    Column("key", Text, nullable=False, unique=True),
    Column("site", Words, nullable=False),
    Column("jurisdiction", Text, nullable=False),
    Column("label", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("urgency", Text, nullable=False),
    Column("thread", Words, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("value", Text, nullable=False),  # JSON
    Index(None, "site", "seq"),
    Index(None, "thread"),
    sqlite_autoincrement=True,
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("seq", Counter, primary_key=True),
    Column("key", Text, nullable=False, unique=True),
    Column("alert", Text, ForeignKey("alerts.key"), nullable=False),
    Column("channel", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("reason", Words, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("receipt", Words),
    Column("error", Words),
    Column("next_attempt_at", Instant),
    Column("ambiguous", Boolean, nullable=False),
    Column("marked_at", Instant),  # when the attempt under way, or the last one, began
    Column("settled_at", Instant),
    Column("bundle", Text, nullable=False, server_default=""),
    Index(None, "state", "seq"),
    Index(None, "alert"),
    Index(None, "bundle", "channel"),
    sqlite_autoincrement=True,
)

# Under which names a place's matters go, and since when: derived from the alerts, which hold the same.
matters = Table(
    "matters",
    metadata,
    Column("jurisdiction", Text, primary_key=True),
    Column("name", Words, primary_key=True),
    Column("thread", Words, nullable=False),
    Column("title", Words, nullable=False),
    Column("confidence", Float, nullable=False),
    Column("seen_at", Instant, nullable=False),
    Index(None, "jurisdiction", "thread"),
)

# Texts that were in force when they were first seen: no change, but what the status of a place begins with.
papers = Table(
    "papers",
    metadata,
    Column("jurisdiction", Text, primary_key=True),
    Column("url", Words, primary_key=True),
    Column("digest", Text, primary_key=True),
    Column("value", Text, nullable=False),  # JSON
)

threads = Table(
    "threads",
    metadata,
    Column("channel", Text, primary_key=True),
    Column("thread", Words, primary_key=True),
    Column("root", Words, nullable=False),
)

mutes = Table(
    "mutes",
    metadata,
    Column("what", Words, primary_key=True),
    Column("until", Instant, nullable=False),
    Column("reason", Words, nullable=False),
    Column("by", Words, nullable=False),
    Column("created_at", Instant, nullable=False),
)

feedback = Table(
    "feedback",
    metadata,
    Column("seq", Counter, primary_key=True),
    Column("said", Text, nullable=False),
    Column("change", Text),  # id; none where a text was missed
    Column("site", Words, nullable=False),
    Column("by", Words, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("value", Text, nullable=False),  # JSON
    Index(None, "change"),
    sqlite_autoincrement=True,
)

parked = Table(
    "parked",
    metadata,
    Column("channel", Text, primary_key=True),
    Column("since", Instant, nullable=False),
    Column("reason", Words, nullable=False),
    Column("until", Instant),
)

moved = Table(
    "moved",
    metadata,
    Column("channel", Text, primary_key=True),
    Column("address", Words, nullable=False),
    Column("at", Instant, nullable=False),
)

incidents = Table(
    "incidents",
    metadata,
    Column("what", Words, primary_key=True),
    Column("since", Instant, nullable=False),
    Column("words", Words, nullable=False),
    Column("told_at", Instant),
    Column("said_at", Instant),
)

acts = Table(
    "acts",
    metadata,
    Column("seq", Counter, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("by", Words, nullable=False),
    Column("act", Text, nullable=False),
    Column("about", Words, nullable=False),
    Column("reason", Words, nullable=False),
    sqlite_autoincrement=True,
)

moments = Table(
    "moments",
    metadata,
    Column("name", Text, primary_key=True),
    Column("at", Instant, nullable=False),
)
