"""A day-old backup of the folder is put back: what was told since is not told again, or is marked."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from tests.fakes import slack as fake_slack
from tests.fakes import telegram as fake_telegram
from tests.fakes.slack import Slack
from tests.fakes.telegram import Telegram
from tests.postgres import Server, a_server
from tests.town import Desk, Town, a_town

SITES = """
version: 1
defaults: {{min_delay: 0s, channels: [newsroom, field]}}
channels:
  newsroom: {{kind: slack, token: env:SLACK_BOT_TOKEN, channel: C1, base_url: "{slack}"}}
  field: {{kind: telegram, token: env:TELEGRAM_BOT_TOKEN, chat: -100, base_url: "{telegram}"}}
sites:
  - id: springfield-council
    jurisdiction: {{name: Springfield, state: IL, kind: city, time_zone: America/Chicago}}
    platform: page
    url: {base}/agenda
"""


@pytest.fixture
def town() -> Iterator[Town]:
    yield from a_town()


@pytest.fixture
def workspace() -> Iterator[Slack]:
    with Slack() as service:
        yield service


@pytest.fixture
def chat() -> Iterator[Telegram]:
    with Telegram() as service:
        yield service


def agenda(*numbers: int) -> str:
    rows = (
        f"<h2>Item {n}</h2><p>Resolution {n}: the Police shall not honor ICE detainer requests {n * 7919}.</p>"
        for n in numbers
    )
    return f"<h1>City Council</h1><p>Approve the minutes.</p>{''.join(rows)}"


class Folder:
    """A backup of the folder, ledger included."""

    environment: Mapping[str, str] = {}

    def __init__(self, place: Path) -> None:
        self.folder, self.copy = place / "snapshots", place / "backup"

    def back_up(self) -> None:
        shutil.copytree(self.folder, self.copy)

    def restore(self) -> None:
        shutil.rmtree(self.folder)
        shutil.copytree(self.copy, self.folder)


class LedgerAlone(Folder):
    """A backup of the ledger's file; the folder stays as it is."""

    def __init__(self, place: Path) -> None:
        self.folder, self.copy = place / "snapshots/ledger.sqlite3", place / "backup.sqlite3"

    def back_up(self) -> None:
        with closing(sqlite3.connect(self.folder)) as source, closing(sqlite3.connect(self.copy)) as target:
            source.backup(target)

    def restore(self) -> None:
        for name in ("ledger.sqlite3-wal", "ledger.sqlite3-shm"):
            (self.folder.parent / name).unlink(missing_ok=True)
        shutil.copy(self.copy, self.folder)


class Database(Folder):
    """A backup of a ledger on a server; the folder stays as it is."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.environment = {"WATCHER_DATABASE_URL": server.database()}
        self.name = f"town{server.made}"

    def _run(self, *statements: str) -> None:
        with psycopg.connect(self.server.url("postgres"), autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement.encode())

    def back_up(self) -> None:
        self._run(f"CREATE DATABASE backup TEMPLATE {self.name} STRATEGY file_copy")

    def restore(self) -> None:
        self._run(f"DROP DATABASE {self.name}", f"CREATE DATABASE {self.name} TEMPLATE backup STRATEGY file_copy")


@pytest.fixture(params=["folder", "ledger alone", "database"])
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Folder]:
    match request.param:
        case "folder":
            yield Folder(tmp_path)
        case "ledger alone":
            yield LedgerAlone(tmp_path)
        case _:
            with a_server() as server:
                yield Database(server)


def test_what_was_told_since_the_backup_is_not_told_again(
    town: Town, workspace: Slack, chat: Telegram, tmp_path: Path, kept: Folder
) -> None:
    secrets = {"SLACK_BOT_TOKEN": fake_slack.TOKEN, "TELEGRAM_BOT_TOKEN": fake_telegram.TOKEN}
    desk = Desk(tmp_path, {**secrets, **kept.environment})
    desk.sites(SITES.format(base=town.base, slack=workspace.base_url, telegram=chat.base_url))
    town.put("/agenda", agenda(1))
    desk.run("check")
    kept.back_up()
    town.put("/agenda", agenda(1, 2))
    assert desk.run("check").returncode == 0
    assert (len(workspace.posted), len(chat.posted)) == (1, 1)
    kept.restore()
    done = desk.run("check")
    assert done.returncode == 0
    assert "restored or copied" in done.stderr
    assert len(workspace.posted) == 1  # Slack was asked
    assert ["possible repeat" in message["text"] for message in chat.posted] == [False, True]
    town.put("/agenda", agenda(1, 2, 3))
    again = desk.run("check")
    assert "restored or copied" not in again.stderr
    assert (len(workspace.posted), len(chat.posted)) == (2, 3)
    assert "possible repeat" not in chat.posted[2]["text"]
