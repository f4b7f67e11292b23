"""Where the ledger is opened, read and written: connections, transactions, and trouble in clear words."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, Insert, Table, create_engine, event, make_url
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError, NoSuchModuleError
from sqlalchemy.pool import ConnectionPoolEntry

from watcher.errors import NoLedger, StoreError
from watcher.ledger.alone import Alone

PATIENCE = timedelta(seconds=5)
NETWORK_DISKS = {"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "afs", "fuse.sshfs", "ncpfs"}


class Desk:
    """One opened ledger: `reading()` and `writing()` give a connection inside a transaction."""

    def __init__(self, url: URL, *, read_only: bool, patience: timedelta, alone: str | None = None) -> None:
        self.file = Path(url.database or "") if url.get_backend_name() == "sqlite" else None
        self.name = str(self.file or url.set(drivername=url.get_backend_name()).render_as_string(hide_password=True))
        self.read_only = read_only
        self._engine = _sqlite(self.file, read_only, patience) if self.file else _server(url, patience)
        # A reader sees one moment, as SQLite's does anyway: or `verify` would find links before their rows.
        self._reader = self._engine if self.file else self._engine.execution_options(isolation_level="REPEATABLE READ")
        # SQLite takes its write lock at the start: a reader that turns writer half-way cannot be made to wait.
        self._writer = self._engine.execution_options(watcher_begin="BEGIN IMMEDIATE")
        self._closed = False
        event.listen(self._engine, "checkin", self._returned)
        self._alone: Alone | None = None
        if alone is not None and self.file is None:
            with self.told():
                self._alone = Alone(self._engine, alone)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection that sees one consistent state, beside any writer."""
        with self.told(), self._reader.begin() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A connection whose changes are committed together at the end, or not at all."""
        if self.read_only:
            raise StoreError(f"the ledger {self.name} was opened for reading only", path=self.name)
        with self.told():
            if self._alone is not None:
                self._alone.keep()
            with self._writer.begin() as connection:
                yield connection

    @contextmanager
    def told(self) -> Iterator[None]:
        """Turns the database's trouble into StoreError; a broken constraint is a bug and stays what it is."""
        try:
            yield
        except IntegrityError:
            raise
        except DBAPIError as error:
            raise _trouble(error, self.name) from error

    def close(self) -> None:
        """Close every connection; SQLite then folds its write-ahead log into the file."""
        if self._alone is not None:
            self._alone.release()
        self._closed = True
        self._engine.dispose()

    def _returned(self, connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
        """A thread that was still reading at the end brings its connection back to nobody: it is closed here."""
        if self._closed:
            connection.close()


def address(target: str | Path) -> URL:
    """The database URL of `target`: itself one, or the path of an SQLite file."""
    if isinstance(target, str) and "://" in target:
        try:
            url = make_url(target)
        except ArgumentError as error:
            raise StoreError("the ledger's address is not a database URL", permanent=True) from error
        return url.set(drivername="postgresql+psycopg") if url.drivername in ("postgresql", "postgres") else url
    return URL.create("sqlite", database=str(target))


def upsert(connection: Connection, table: Table, rows: list[dict[str, Any]]) -> None:
    """Insert `rows`, replacing those whose primary key is there."""
    if rows:
        connection.execute(_replacing(connection.dialect.name, table, tuple(rows[0])), rows)


@lru_cache  # SQLAlchemy takes longer to write such a statement than SQLite to run it
def _replacing(dialect: str, table: Table, names: tuple[str, ...]) -> Insert:
    insert = _insert(dialect, table)
    keys = [column.name for column in table.primary_key]
    fresh = {name: insert.excluded[name] for name in names if name not in keys}
    return insert.on_conflict_do_update(index_elements=keys, set_=fresh)


def insert_new(connection: Connection, table: Table, rows: list[dict[str, Any]]) -> None:
    """Insert those of `rows` that break no unique key; the others are there already."""
    if rows:
        connection.execute(_insert(connection.dialect.name, table).on_conflict_do_nothing(), rows)


def _insert(dialect: str, table: Table) -> sqlite.Insert | postgresql.Insert:
    return postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)


def _server(url: URL, patience: timedelta) -> Engine:
    given: dict[str, str | int] = {
        "connect_timeout": max(2, round(patience.total_seconds()))
    }  # seconds; 130 where nothing is said
    if "options" not in url.query:
        given["options"] = f"-c lock_timeout={patience // timedelta(milliseconds=1)}"
    try:
        return create_engine(
            url, pool_pre_ping=True, connect_args={k: v for k, v in given.items() if k not in url.query}
        )
    except (ImportError, NoSuchModuleError) as error:
        words = f"the ledger is at {url.drivername}, for which no driver is installed: {error}"
        raise StoreError(words, permanent=True) from error


def _sqlite(path: Path, read_only: bool, patience: timedelta) -> Engine:
    _check_place(path, read_only)
    engine = create_engine(_as_file(path, read_only), connect_args={"timeout": patience.total_seconds()})

    @event.listens_for(engine, "connect")
    def set_up(connection: sqlite3.Connection, _: object) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves: Python's sqlite3 would only before the first write
        connection.execute("PRAGMA foreign_keys=ON")
        if read_only:
            connection.execute("PRAGMA query_only=ON")
        else:
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=FULL")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql(connection.get_execution_options().get("watcher_begin", "BEGIN"))

    return engine


def _as_file(path: Path, read_only: bool) -> URL:
    """The URL of an SQLite file. Where its folder cannot be written, or is full, a reader makes no log files beside it."""
    writable = os.access(path.parent, os.W_OK, effective_ids=os.access in os.supports_effective_ids)
    if not read_only or (writable and not _is_full(path.parent)):
        return URL.create("sqlite", database=str(path))
    query = {"uri": "true", "mode": "ro"}
    log = Path(f"{path}-wal")
    if not log.exists() or log.stat().st_size == 0:  # a writer that found no room leaves an empty one
        query["immutable"] = "1"
    return URL.create("sqlite", database=path.absolute().as_uri(), query=query)


def _check_place(path: Path, read_only: bool) -> None:
    try:
        there, folder = path.exists(), path.is_dir()
    except OSError as error:
        words = f"the ledger {path} cannot be reached: uid {os.geteuid()} may not look into its folder"
        raise StoreError(words, path=str(path), permanent=True) from error
    if folder:
        raise StoreError(f"the ledger's path {path} is a folder, not a file", path=str(path), permanent=True)
    if path.parent.is_file():
        words = f"the ledger {path} cannot be reached: {path.parent} is a file where a folder is due"
        raise StoreError(words, path=str(path), permanent=True)
    if read_only and not there:
        raise missing(str(path))
    if read_only:
        return
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(
            f"the ledger's folder {path.parent} cannot be made: {error.strerror}", path=str(path)
        ) from error
    disk = network_disk(path.absolute(), _mounts())
    if disk:
        raise StoreError(
            f"the ledger {path} is on a network disk ({disk}), where SQLite's write-ahead log is not safe: "
            "set WATCHER_DATA to a local folder or WATCHER_DATABASE_URL to a PostgreSQL server",
            path=str(path),
            permanent=True,
        )


def missing(name: str) -> NoLedger:
    """The refusal to read a ledger that nothing was written to yet."""
    return NoLedger(f"there is no ledger at {name} yet: `watcher check` or `watcher run` makes it", path=name)


def network_disk(path: Path, mounts: str) -> str | None:
    """The kind of network file system that holds `path`, or None. `mounts` is the text of proc(5) mounts."""
    kind, depth = None, -1
    for line in mounts.splitlines():
        _, point, fstype, *_ = (*line.split(" "), "", "", "")
        mount = Path(point.encode().decode("unicode_escape"))
        if path.is_relative_to(mount) and len(mount.parts) >= depth:
            kind, depth = fstype, len(mount.parts)
    return kind if kind in NETWORK_DISKS else None


def _mounts() -> str:
    try:
        return Path("/proc/self/mounts").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""  # not Linux: no list, no check


def _trouble(error: DBAPIError, name: str) -> StoreError:
    """The database's refusal in words that say what to do about it."""
    if state := getattr(error.orig, "sqlstate", None):
        return _server_trouble(error, name, state)
    code = getattr(error.orig, "sqlite_errorname", "") or ""
    folder = Path(name).parent
    said = str(error.orig).splitlines()[0] if error.orig is not None else "no reason given"
    if code.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        words, permanent = f"the ledger {name} is locked: another program has been writing to it for too long", False
    elif code.startswith("SQLITE_FULL") or (code.startswith("SQLITE_IOERR") and _is_full(folder)):
        words, permanent = (
            f"the disk is full: the ledger {name} cannot be written; nothing stored before is lost",
            False,
        )
    elif code.startswith(("SQLITE_READONLY", "SQLITE_PERM", "SQLITE_CANTOPEN")):
        words, permanent = f"the ledger {name} cannot be opened or written by uid {os.geteuid()}{_owner(folder)}", True
    elif code.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")) or (not code and isinstance(error.orig, sqlite3.Error)):
        words, permanent = f"the ledger {name} is damaged ({said}): restore it from a backup", True
    elif code.startswith("SQLITE_IOERR"):
        words, permanent = f"the disk failed under the ledger {name} ({code}): is it full, or broken?", False
    else:
        words, permanent = f"the ledger {name} cannot be used: {said}", False
    return StoreError(words, path=name, permanent=permanent)


def _server_trouble(error: DBAPIError, name: str, state: str) -> StoreError:
    """The same of a server, by its code (PostgreSQL, appendix A)."""
    said = str(error.orig).splitlines()[0]
    if state == "55P03":
        words = f"the ledger {name} is locked: another program has been writing to it for too long"
    elif state == "53100":
        words = f"the disk of the ledger's server is full: {name} cannot be written; nothing stored before is lost"
    else:
        words = f"the ledger {name} cannot be used: {said}"
    return StoreError(words, path=name)


def _is_full(folder: Path) -> bool:
    """Whether the disk has no room for the shared memory of a write-ahead log, which SQLite calls an input/output error."""
    try:
        return shutil.disk_usage(folder).free < 65_536
    except OSError:
        return False


def _owner(folder: Path) -> str:
    try:
        owner = folder.stat().st_uid
    except OSError:
        return ""
    if os.geteuid() in (0, owner):
        return f": is {folder} write-protected, or on a read-only file system?"
    return f": its folder {folder} belongs to uid {owner}; run: chown -R {os.geteuid()} {folder}"
