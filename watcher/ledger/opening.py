"""Brings a ledger's schema up to this program's, or refuses it. Alembic is imported only where there is work for it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from sqlalchemy import Connection, inspect, text

from watcher.errors import StoreError
from watcher.ledger.desk import Desk, missing
from watcher.ledger.tables import REVISIONS

MIGRATIONS = Path(__file__).parent / "migrations"


def bring_up(desk: Desk) -> None:
    """Make the schema of `desk` current. Forward only, in one transaction; an SQLite file is copied aside first."""
    with desk.reading() as connection:
        revision = revision_of(connection)
    _check_known(revision, desk)
    if revision == REVISIONS[-1]:
        return
    if desk.read_only:
        raise _unready(revision, desk.name)
    if revision is not None:
        _copy_aside(desk, revision)
    with desk.writing() as connection:
        if revision_of(connection) != REVISIONS[-1]:  # another process may have been first
            _upgrade(connection)


def revision_of(connection: Connection) -> str | None:
    """The revision of the schema, or None where there is none yet."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    revision: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return revision


def _check_known(revision: str | None, desk: Desk) -> None:
    if revision is not None and revision not in REVISIONS:
        raise StoreError(
            f"the ledger {desk.name} was written by a newer version of this program (schema {revision}, this one knows "
            f"up to {REVISIONS[-1]}): install that version again; nothing was changed",
            path=desk.name,
            permanent=True,
        )


def _unready(revision: str | None, name: str) -> StoreError:
    if revision is None:
        return missing(name)
    words = f"the ledger {name} has an older schema ({revision}): `watcher migrate` brings it up to {REVISIONS[-1]}"
    return StoreError(words, path=name)


def _upgrade(connection: Connection) -> None:
    from alembic import command  # half a second of start-up that only a first or a newer run pays
    from alembic.config import Config

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    command.upgrade(config, "head")


def _copy_aside(desk: Desk, revision: str) -> None:
    """A whole copy of an SQLite ledger, made while others may be writing, beside the original."""
    if desk.file is None:
        return
    copy = desk.file.with_name(f"{desk.file.name}.schema-{revision}")
    try:
        with closing(sqlite3.connect(desk.file)) as source, closing(sqlite3.connect(copy)) as target:
            source.backup(target)
    except sqlite3.Error as error:
        raise StoreError(
            f"the ledger {desk.name} was not upgraded, because no copy could be made at {copy}: {error}", path=desk.name
        ) from error
