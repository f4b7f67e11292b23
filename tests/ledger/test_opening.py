from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import fields
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, event, text

from tests.ledger.things import NOON, alert, delivery, snapshot, visit
from watcher.errors import NoLedger, StoreError
from watcher.ledger import Ledger, desk, opening
from watcher.ledger.tables import REVISIONS, metadata, visits
from watcher.ledger.values import ALERT
from watcher.model import Feedback, Mute


@pytest.fixture
def ledger(path: Path) -> Iterator[Ledger]:
    """A ledger in a file."""
    with Ledger.open(path) as opened:
        yield opened


def schema(path: Path) -> list[tuple[object, ...]]:
    """Tables, columns, keys, references and indexes as SQLite itself understands them."""
    found: list[tuple[object, ...]] = []
    with closing(sqlite3.connect(path)) as connection:
        names = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for name in sorted(set(names) - {"alembic_version", "sqlite_sequence"}):
            found += [(name, *row) for row in connection.execute(f"PRAGMA table_info({name})")]
            found += [(name, *row) for row in connection.execute(f"PRAGMA foreign_key_list({name})")]
            for _, index, *kind in sorted(
                connection.execute(f"PRAGMA index_list({name})"), key=lambda row: str(row[1])
            ):
                columns = [row[2] for row in connection.execute(f"PRAGMA index_info({index})")]
                found.append((name, *kind, *columns))
    return found


def revise(path: Path, revision: str) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = ?", (revision,))


def test_the_migrations_make_what_the_tables_say(ledger: Ledger, path: Path, tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{path}")
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    engine.dispose()
    made = create_engine(f"sqlite:///{tmp_path / 'made.sqlite3'}")
    metadata.create_all(made)
    made.dispose()
    assert schema(path) == schema(tmp_path / "made.sqlite3")


def test_the_list_of_revisions_is_that_of_the_folder() -> None:
    config = Config()
    config.set_main_option("script_location", str(opening.MIGRATIONS))
    folder = ScriptDirectory.from_config(config)
    assert tuple(one.revision for one in folder.walk_revisions())[::-1] == REVISIONS
    assert folder.get_heads() == [REVISIONS[-1]]


def test_a_current_ledger_opens_without_alembic(ledger: Ledger, path: Path) -> None:
    code = f"import sys; from watcher.ledger import Ledger; Ledger.open({str(path)!r}).close(); sys.exit('alembic' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False, cwd=Path(__file__).parents[2]).returncode == 0


def test_what_an_alert_depends_on_is_synced_and_logged_ahead(ledger: Ledger) -> None:
    with ledger._desk.writing() as connection:
        pragmas = ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        found = [connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in pragmas]
    assert found == ["wal", 2, 1, 5000]  # 2 is FULL


def test_a_newer_ledger_is_refused_and_left_alone(path: Path) -> None:
    Ledger.open(path).close()
    revise(path, "9999")
    before = path.read_bytes()
    for read_only in (False, True):
        with pytest.raises(StoreError, match=r"newer version of this program \(schema 9999, this one knows up to"):
            Ledger.open(path, read_only=read_only)
    assert path.read_bytes() == before


def test_an_older_ledger_is_copied_aside_and_brought_up(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Ledger.open(path) as ledger:
        ledger.record([visit()])
    monkeypatch.setattr(opening, "REVISIONS", (*REVISIONS, "next"))
    ran: list[bool] = []
    monkeypatch.setattr(opening, "_upgrade", lambda connection: ran.append(True))
    with pytest.raises(StoreError, match=rf"older schema \({REVISIONS[-1]}\): `watcher migrate`"):
        Ledger.open(path, read_only=True)
    Ledger.open(path).close()
    assert ran == [True]
    monkeypatch.undo()
    with Ledger.open(path.with_name(f"ledger.sqlite3.schema-{REVISIONS[-1]}"), read_only=True) as copy:
        assert copy.visits() == [visit()]


def of_the_first_schema(path: Path) -> None:
    """Makes a ledger as the first version of this program did, with one visit and one delivery that is owed."""
    engine = create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        config = Config(attributes={"connection": connection})
        config.set_main_option("script_location", str(opening.MIGRATIONS))
        command.upgrade(config, "0001")
        row = {field.name: getattr(visit(), field.name) for field in fields(visit())}
        connection.execute(visits.insert(), [row])
        columns = "key, alert, channel, state, reason, attempts, ambiguous"
        text = ALERT.dump(alert())
        connection.exec_driver_sql(
            "INSERT INTO alerts (key, site, jurisdiction, label, kind, urgency, thread, created_at, value) "
            "VALUES ('alert-0', 'lima', 'oh-lima', 'relevant', 'agenda', 'soon', 't', '2026-11-24T12:00:00+00:00', ?)",
            (text,),
        )
        connection.exec_driver_sql(
            f"INSERT INTO deliveries ({columns}) VALUES ('alert-0:newsroom', 'alert-0', 'newsroom', 'owed', 'route 1', 0, 0)"
        )
    engine.dispose()


def test_a_ledger_of_the_first_schema_keeps_its_rows_and_takes_feedback(path: Path) -> None:
    of_the_first_schema(path)
    said = Feedback("missed", "", "Inmate housing", (), "", "", "ana", "", NOON)
    with Ledger.open(path) as ledger:
        ledger.add_feedback([said])
        assert (ledger.visits(), ledger.feedback()) == ([visit()], [said])
        assert ledger.owed(NOON) == [(delivery(), alert())]


def test_a_migration_that_fails_leaves_the_old_schema(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def half(connection: object) -> None:
        original(connection)  # type: ignore[arg-type]  # passed on as it came
        raise StoreError("half-way")

    original = opening._upgrade
    monkeypatch.setattr(opening, "_upgrade", half)
    with pytest.raises(StoreError, match="half-way"):
        Ledger.open(path)
    assert schema(path) == []
    monkeypatch.undo()
    Ledger.open(path).close()
    assert schema(path)


def test_reading_where_there_is_no_ledger_says_so_and_makes_none(path: Path) -> None:
    with pytest.raises(NoLedger, match=r"there is no ledger at .* yet: `watcher check`"):
        Ledger.open(path, read_only=True)
    assert not path.exists()
    path.touch()
    with pytest.raises(NoLedger, match=r"there is no ledger at .* yet"):
        Ledger.open(path, read_only=True)


def test_reading_goes_on_beside_a_writer(ledger: Ledger, path: Path) -> None:
    ledger.record([visit()])
    with ledger._desk.writing(), Ledger.open(path, read_only=True) as reader:
        assert reader.visits() == [visit()]
    with pytest.raises(StoreError, match="for reading only"), Ledger.open(path, read_only=True) as reader:
        reader.add_mute(Mute("lima", NOON, "", "", NOON))


def test_a_locked_ledger_says_who_is_to_blame(ledger: Ledger, path: Path) -> None:
    with (
        Ledger.open(path, patience=timedelta(milliseconds=50)) as second,
        ledger._desk.writing(),
        pytest.raises(StoreError, match="locked: another program has been writing") as caught,
    ):
        second.record([visit()])
    assert not caught.value.permanent
    assert caught.value.path == str(path)
    assert ledger.visits() == []


def test_a_full_disk_is_told_and_loses_nothing(ledger: Ledger) -> None:
    ledger.record([visit()], snapshots=[snapshot()])
    small = lambda connection, _: connection.execute("PRAGMA max_page_count=80")  # noqa: E731  # a listener of one line
    event.listen(ledger._desk._engine, "connect", small)
    ledger._desk._engine.dispose()
    with pytest.raises(StoreError, match="disk is full"):
        ledger.record([visit(n) for n in range(5000)], alerts=[alert()], deliveries=[delivery()])
    assert ledger.visits() == [visit()]
    assert ledger.deliveries() == []
    assert list(ledger.verify()) == []


@pytest.mark.parametrize("content", [b"this is no database at all " * 400, b"SQLite format 3\0" + b"\xff" * 9000])
def test_a_damaged_file_is_told(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    for read_only in (False, True):
        with pytest.raises(StoreError, match="is damaged"):
            Ledger.open(path, read_only=read_only)
    assert path.read_bytes() == content


def test_a_folder_where_the_file_should_be_is_told(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="is a folder, not a file"):
        Ledger.open(tmp_path)


def test_a_file_where_the_folder_should_be_is_told(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("")
    for read_only in (False, True):
        with pytest.raises(StoreError, match=r"data is a file where a folder is due") as refusal:
            Ledger.open(tmp_path / "data" / "ledger.sqlite3", read_only=read_only)
        assert not isinstance(refusal.value, NoLedger)


@pytest.fixture
def elsewhere() -> Iterator[Path]:
    """A folder that every user may enter."""
    with TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)
        Path(folder).chmod(0o755)


@contextmanager
def unwritable(folder: Path) -> Iterator[None]:
    """`folder` as someone without the right to write sees it (root may write anywhere: then we become nobody)."""
    folder.chmod(0o555)
    root = os.getuid() == 0
    if root:
        os.seteuid(65534)
    try:
        yield
    finally:
        if root:
            os.seteuid(0)


def test_a_read_only_folder_can_be_read_and_says_why_it_cannot_be_written(elsewhere: Path) -> None:
    path = elsewhere / "ledger.sqlite3"
    with Ledger.open(path) as ledger:
        ledger.record([visit()])
    path.chmod(0o444)
    with unwritable(elsewhere):
        with Ledger.open(path, read_only=True) as reader:
            assert reader.visits() == [visit()]
            assert list(reader.verify()) == []
        ours = elsewhere.stat().st_uid == os.geteuid()
        why = "is .* write-protected, or" if ours else "its folder .* belongs to uid"
        with pytest.raises(StoreError, match=rf"cannot be opened or written by uid \d+: {why}"):
            Ledger.open(path)
        with pytest.raises(StoreError, match="cannot be opened or written by uid"):
            Ledger.open(elsewhere / "new.sqlite3")


def test_a_folder_that_may_not_even_be_entered_is_told(elsewhere: Path) -> None:
    (elsewhere / "data").mkdir(mode=0o700)
    with unwritable(elsewhere):
        if os.getuid() != 0:
            pytest.skip("only root can make a folder that belongs to someone else")
        for read_only in (False, True):
            with pytest.raises(StoreError, match="may not look into its folder"):
                Ledger.open(elsewhere / "data" / "ledger.sqlite3", read_only=read_only)


@pytest.mark.parametrize(
    ("path", "kind"),
    [("/data/watch/ledger", "nfs4"), ("/data/local/ledger", None), ("/home/me/ledger", None), ("/my disk/l", "cifs")],
)
def test_network_disks_are_recognised_by_the_deepest_mount(path: str, kind: str | None) -> None:
    mounts = "\n".join(
        [
            "/dev/sda1 / ext4 rw 0 0",
            "nas:/x /data nfs4 rw 0 0",
            "/dev/sdb1 /data/local ext4 rw 0 0",
            r"//nas/y /my\040disk cifs rw 0 0",
        ]
    )
    assert desk.network_disk(Path(path), mounts) == kind


def test_a_ledger_on_a_network_disk_is_refused(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk, "_mounts", lambda: "nas:/x / nfs rw 0 0")
    with pytest.raises(StoreError, match=r"on a network disk \(nfs\)"):
        Ledger.open(path)


def test_an_address_that_is_none_is_told_without_its_secret() -> None:
    with pytest.raises(StoreError, match="not a database URL") as caught:
        Ledger.open("://user:hunter2@")
    assert "hunter2" not in str(caught.value)


def test_a_server_is_named_without_its_password() -> None:
    assert desk.address("postgresql://me:hunter2@db/watch").drivername == "postgresql+psycopg"
    assert "hunter2" not in desk.address("postgresql://me:hunter2@db/watch").render_as_string(hide_password=True)


def test_a_database_without_a_driver_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    for address in ("postgresql://me:hunter2@db/watch", "nosuch://me:hunter2@db/watch"):
        with pytest.raises(StoreError, match="no driver is installed") as caught:
            Ledger.open(address)
        assert "hunter2" not in str(caught.value)


def test_a_connection_brought_back_after_the_end_is_closed(tmp_path: Path) -> None:
    """As by a thread that still reads for the page when the service ends: left to the collector, 3.13 warns of it."""
    ledger = Ledger.open(tmp_path / "ledger.sqlite3")
    with ledger._desk.reading() as connection:
        held = connection.connection.dbapi_connection
        ledger.close()
        assert connection.scalar(text("SELECT 1")) == 1  # what was begun may end
    assert isinstance(held, sqlite3.Connection)
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        held.execute("SELECT 1")
