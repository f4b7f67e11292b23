"""A ledger on a real PostgreSQL server: one watcher at a time, and trouble in words."""

from __future__ import annotations

import re
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url

from tests.ledger.things import snapshot, visit
from tests.postgres import Server
from tests.town import Desk, Town, a_town
from watcher.errors import LockHeld, NoLedger, StoreError
from watcher.ledger import Ledger

HUNG_UP = b"SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name LIKE 'pid %'"


@pytest.fixture
def url(server: Server) -> str:
    return server.database()


def hang_up(server: Server) -> None:
    """The server ends the connection that holds the lock."""
    with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
        assert connection.execute(HUNG_UP).fetchone() == (1,)


def test_the_migrations_make_a_ledger_of_an_empty_database_once(url: str) -> None:
    with pytest.raises(NoLedger, match=r"there is no ledger at postgresql://.* yet: `watcher check`"):
        Ledger.open(url, read_only=True)
    with Ledger.open(url) as ledger:
        ledger.record([visit()])
    with Ledger.open(url) as ledger:
        assert ledger.visits() == [visit()]


def test_a_second_watcher_is_told_who_is_there_and_readers_are_welcome(url: str, server: Server) -> None:
    with Ledger.open(url, alone="run") as ledger:
        ledger.record([visit()])
        with pytest.raises(LockHeld, match=r"another watcher works on this ledger: pid \d+, run, on \S+"):
            Ledger.open(url, alone="check")
        with Ledger.open(url, read_only=True) as reader:
            assert reader.visits() == [visit()]
        Ledger.open(server.database(), alone="check").close()  # another database is another ledger
    Ledger.open(url, alone="check").close()


def test_after_the_server_hung_up_the_lock_is_taken_again(url: str, server: Server) -> None:
    with Ledger.open(url, alone="run") as ledger:
        hang_up(server)
        ledger.record([visit()])
        with pytest.raises(LockHeld):
            Ledger.open(url, alone="check")


def test_who_lost_the_lock_to_another_writes_no_more_until_that_one_has_gone(url: str, server: Server) -> None:
    with Ledger.open(url, alone="run") as ledger:
        hang_up(server)
        with Ledger.open(url, alone="check"):
            for _ in range(2):
                with pytest.raises(StoreError, match=r"another watcher has taken over this ledger: pid \d+, check, on"):
                    ledger.record([visit()])
            assert ledger.visits() == []
        ledger.record([visit()])


def test_a_server_that_was_away_is_found_again(url: str, server: Server) -> None:
    name = make_url(url).database
    with Ledger.open(url, alone="run") as ledger, psycopg.connect(server.url("postgres"), autocommit=True) as keeper:
        keeper.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false".encode())
        keeper.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])
        for _ in range(2):
            with pytest.raises(StoreError, match=r"cannot be used: .* is not currently accepting connections"):
                ledger.record([visit()])
        keeper.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true".encode())
        ledger.record([visit()])
        with pytest.raises(LockHeld):
            Ledger.open(url, alone="check")


def test_a_ledger_that_another_program_keeps_locked_is_told(url: str) -> None:
    Ledger.open(url).close()
    with psycopg.connect(url) as other, Ledger.open(f"{url}&options=-clock_timeout%3D200") as ledger:
        other.execute("LOCK TABLE heads IN ACCESS EXCLUSIVE MODE")
        with pytest.raises(StoreError, match="is locked: another program has been writing to it for too long"):
            ledger.record(snapshots=[snapshot()])


def test_a_server_out_of_reach_is_told_without_the_password(server: Server) -> None:
    for target, why in (
        ("postgresql://watcher:hunter2@127.0.0.1:1/ledger", "port 1 failed: Connection refused"),
        (server.url("nowhere"), 'database "nowhere" does not exist'),
    ):
        with pytest.raises(StoreError, match=rf"the ledger postgresql://.* cannot be used: .*{why}") as refusal:
            Ledger.open(target)
        assert "hunter2" not in str(refusal.value)


# ------------------------------------------------------------------------------------------------ the whole program


@dataclass(frozen=True)
class Office:
    """A folder whose ledger is on the server."""

    town: Town
    desk: Desk

    def another(self, folder: Path) -> Desk:
        """The same registry and ledger, on another machine."""
        desk = Desk(folder, dict(self.desk.env))
        desk.sites((self.desk.folder / "sites.yaml").read_text())
        return desk


@pytest.fixture
def office(url: str, tmp_path: Path) -> Iterator[Office]:
    for town in a_town():
        desk = Desk(tmp_path, {"WATCHER_DATABASE_URL": url, "WATCHER_WEB_PORT": "0"})
        desk.sites(f"""
version: 1
defaults: {{min_delay: 0s}}
sites:
  - id: springfield-council
    jurisdiction: {{name: Springfield, state: IL, kind: city}}
    platform: page
    url: {town.base}/agenda
""")
        town.put("/agenda", "<h1>City Council</h1><p>Approve the minutes.</p>")
        yield Office(town, desk)


def test_a_day_with_the_ledger_on_a_server(office: Office, tmp_path_factory: pytest.TempPathFactory) -> None:
    desk, town = office.desk, office.town
    before = desk.run("sites")
    assert "new" in before.stdout, before.stderr
    assert desk.run("check").returncode == 0
    town.put(
        "/agenda", "<h1>City Council</h1><p>Approve the minutes.</p><p>Resolution on ICE civil detainer requests.</p>"
    )
    told = desk.run("check")
    assert told.returncode == 0
    assert "1 message sent" in told.stdout
    (change,) = desk.lines("changes")
    assert "detainer" in change["after"]
    assert desk.run("verify").returncode == 0
    assert not (desk.folder / "snapshots/ledger.sqlite3").exists()
    town.pages["/agenda"].delay = 60
    asked = town.asked["/agenda"]
    busy = desk.start("check")
    try:
        while town.asked["/agenda"] == asked:
            assert busy.poll() is None
            time.sleep(0.05)
        second = office.another(tmp_path_factory.mktemp("another")).run("check")
    finally:
        busy.send_signal(signal.SIGINT)
        busy.communicate(timeout=30)
    assert second.returncode == 2
    assert re.search(rf"another watcher works on this ledger: pid {busy.pid}, check, on ", second.stderr)
    assert busy.returncode == 130
