"""The first schema: sites and documents, visits, the evidence, alerts and the outbox."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

COUNTER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """From nothing to 0001."""
    op.create_table(
        "alerts",
        sa.Column("seq", COUNTER, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("jurisdiction", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("urgency", sa.Text(), nullable=False),
        sa.Column("thread", sa.Text(), nullable=False),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_alerts"),
        sa.UniqueConstraint("key", name="uq_alerts_key"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_alerts_site_seq", "alerts", ["site", "seq"], unique=False)
    op.create_table(
        "changes",
        sa.Column("seq", COUNTER, nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("label", sa.Text()),
        sa.Column("seen_at", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_changes"),
        sa.UniqueConstraint("id", name="uq_changes_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_changes_label_seq", "changes", ["label", "seq"], unique=False)
    op.create_index("ix_changes_site_seq", "changes", ["site", "seq"], unique=False)
    op.create_table(
        "documents",
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("request", sa.Text(), nullable=False),
        sa.Column("request_body", sa.LargeBinary()),
        sa.Column("first_listed_at", sa.Text(), nullable=False),
        sa.Column("silent", sa.Boolean(), nullable=False),
        sa.Column("visited", sa.Boolean(), nullable=False),
        sa.Column("snapshot", sa.Text()),
        sa.Column("fingerprint", sa.Text()),
        sa.Column("last_good_at", sa.Text()),
        sa.Column("last_visit_at", sa.Text()),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("site", "key", name="pk_documents"),
    )
    op.create_table(
        "heads",
        sa.Column("chain", sa.Text(), nullable=False),
        sa.Column("seq", COUNTER, nullable=False),
        sa.Column("link", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("chain", name="pk_heads"),
    )
    op.create_table(
        "links",
        sa.Column("seq", COUNTER, autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("ref", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("link", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_links"),
        sa.UniqueConstraint("kind", "ref", name="uq_links_kind_ref"),
    )
    op.create_table(
        "moved",
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("channel", name="pk_moved"),
    )
    op.create_table(
        "mutes",
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("until", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("what", name="pk_mutes"),
    )
    op.create_table(
        "parked",
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("since", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("until", sa.Text()),
        sa.PrimaryKeyConstraint("channel", name="pk_parked"),
    )
    op.create_table(
        "sites",
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("health", sa.Text(), nullable=False),
        sa.Column("baselined_at", sa.Text()),
        sa.Column("last_visit_at", sa.Text()),
        sa.Column("last_good_at", sa.Text()),
        sa.Column("last_outcome", sa.Text()),
        sa.Column("reason", sa.Text()),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("next_due", sa.Text()),
        sa.Column("next_meeting", sa.Text()),
        sa.Column("documents", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("site", name="pk_sites"),
    )
    op.create_table(
        "snapshots",
        sa.Column("seq", COUNTER, nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("fetched_at", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_snapshots"),
        sa.UniqueConstraint("id", name="uq_snapshots_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_snapshots_digest", "snapshots", ["digest"], unique=False)
    op.create_index("ix_snapshots_site_key_seq", "snapshots", ["site", "key", "seq"], unique=False)
    op.create_table(
        "threads",
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("thread", sa.Text(), nullable=False),
        sa.Column("root", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("channel", "thread", name="pk_threads"),
    )
    op.create_table(
        "visits",
        sa.Column("seq", COUNTER, nullable=False),
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("status", sa.Integer()),
        sa.Column("snapshot", sa.Text()),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_visits"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_visits_site_seq", "visits", ["site", "seq"], unique=False)
    op.create_table(
        "deliveries",
        sa.Column("seq", COUNTER, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("alert", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("receipt", sa.Text()),
        sa.Column("error", sa.Text()),
        sa.Column("next_attempt_at", sa.Text()),
        sa.Column("ambiguous", sa.Boolean(), nullable=False),
        sa.Column("marked_at", sa.Text()),
        sa.Column("settled_at", sa.Text()),
        sa.ForeignKeyConstraint(["alert"], ["alerts.key"], name="fk_deliveries_alert"),
        sa.PrimaryKeyConstraint("seq", name="pk_deliveries"),
        sa.UniqueConstraint("key", name="uq_deliveries_key"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_deliveries_alert", "deliveries", ["alert"], unique=False)
    op.create_index("ix_deliveries_state_seq", "deliveries", ["state", "seq"], unique=False)
