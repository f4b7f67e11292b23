"""A day-old backup of the folder is put back: what was told since is not told again, or is marked."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes import slack as fake_slack
from tests.fakes import telegram as fake_telegram
from tests.fakes.slack import Slack
from tests.fakes.telegram import Telegram
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


def test_what_was_told_since_the_backup_is_not_told_again(
    town: Town, workspace: Slack, chat: Telegram, tmp_path: Path
) -> None:
    secrets = {"SLACK_BOT_TOKEN": fake_slack.TOKEN, "TELEGRAM_BOT_TOKEN": fake_telegram.TOKEN}
    desk = Desk(tmp_path, secrets)
    desk.sites(SITES.format(base=town.base, slack=workspace.base_url, telegram=chat.base_url))
    folder, backup = tmp_path / "snapshots", tmp_path / "backup"
    town.put("/agenda", agenda(1))
    desk.run("check")
    shutil.copytree(folder, backup)
    town.put("/agenda", agenda(1, 2))
    assert desk.run("check").returncode == 0
    assert (len(workspace.posted), len(chat.posted)) == (1, 1)
    shutil.rmtree(folder)
    shutil.copytree(backup, folder)
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
