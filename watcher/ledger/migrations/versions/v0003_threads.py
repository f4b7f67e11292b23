"""Alerts are found by their thread."""

from __future__ import annotations

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """From 0002 to 0003."""
    op.create_index("ix_alerts_thread", "alerts", ["thread"], unique=False)
