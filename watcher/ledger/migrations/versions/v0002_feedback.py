"""What people say of verdicts: relevant, not relevant, missed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

COUNTER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """From 0001 to 0002."""
    op.create_table(
        "feedback",
        sa.Column("seq", COUNTER, nullable=False),
        sa.Column("said", sa.Text(), nullable=False),
        sa.Column("change", sa.Text()),
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_feedback"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_feedback_change", "feedback", ["change"], unique=False)
