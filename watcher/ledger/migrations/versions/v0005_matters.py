"""The names under which matters go."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """From 0004 to 0005. What was told before goes on under its own number, so there is nothing to fill in."""
    op.create_table(
        "matters",
        sa.Column("jurisdiction", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("thread", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("confidence", sa.Float(), nullable=False),
        sa.Column("seen_at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("jurisdiction", "name", name="pk_matters"),
    )
    op.create_index("ix_matters_jurisdiction_thread", "matters", ["jurisdiction", "thread"], unique=False)
