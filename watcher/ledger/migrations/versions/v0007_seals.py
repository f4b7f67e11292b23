"""Where the seals of alerts, deliveries and visits begin: a link names the rows that were there before."""

from __future__ import annotations

import hashlib
import json

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """From 0006 to 0007."""
    connection = op.get_bind()
    tables = ("visits", "alerts", "deliveries")
    newest = {
        name: connection.scalar(sa.select(sa.func.max(sa.column("seq"))).select_from(sa.table(name))) or 0
        for name in tables
    }
    if not any(newest.values()):
        return
    head = connection.execute(sa.text("SELECT seq, link FROM heads WHERE chain = 'evidence'")).one_or_none()
    seq, last = (head.seq, head.link) if head else (0, "")
    ref = json.dumps(newest)
    link = hashlib.sha256(json.dumps([last, "since", ref, ""]).encode()).hexdigest()
    row = {"seq": seq + 1, "ref": ref, "link": link}
    connection.execute(
        sa.text("INSERT INTO links (seq, kind, ref, digest, link) VALUES (:seq, 'since', :ref, '', :link)"), row
    )
    write = (
        "UPDATE heads SET seq = :seq, link = :link WHERE chain = 'evidence'"
        if head
        else "INSERT INTO heads (chain, seq, link) VALUES ('evidence', :seq, :link)"
    )
    connection.execute(sa.text(write), row)
