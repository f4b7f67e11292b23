"""Bundles of deliveries, incidents told to the operator, what people did, and moments to remember."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

COUNTER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """From 0003 to 0004."""
    op.add_column("deliveries", sa.Column("bundle", sa.Text(), nullable=False, server_default=""))
    op.create_index("ix_deliveries_bundle_channel", "deliveries", ["bundle", "channel"], unique=False)
    op.create_table(
        "incidents",
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("since", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("told_at", sa.Text()),
        sa.Column("said_at", sa.Text()),
        sa.PrimaryKeyConstraint("what", name="pk_incidents"),
    )
    op.create_table(
        "acts",
        sa.Column("seq", COUNTER, nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_acts"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "moments",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_moments"),
    )
