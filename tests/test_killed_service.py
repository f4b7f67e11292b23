"""kill -9 of the running service around its sends: Slack, Telegram and webhook at once, each with what it promises."""

from __future__ import annotations

import os
import random
import re
import signal
import time
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.fakes import slack as fake_slack
from tests.fakes import telegram as fake_telegram
from tests.fakes.hook import SECRET, Hook
from tests.fakes.news import alert
from tests.fakes.slack import Slack
from tests.fakes.telegram import Telegram
from tests.forked import Nursery
from tests.town import Desk, Town, a_town
from watcher.ledger import Ledger
from watcher.model import Delivery

KILLS = int(os.environ.get("KILLS", "8"))  # 200 before a release
RUN = "import sys; from watcher.__main__ import main; sys.argv[1:] = ['run']; main()"
SITES = """
version: 1
defaults: {{min_delay: 0s, channels: [newsroom]}}
channels:
  newsroom: {{kind: slack, token: env:SLACK_BOT_TOKEN, channel: C1, base_url: "{slack}"}}
  field: {{kind: telegram, token: env:TELEGRAM_BOT_TOKEN, chat: 100, base_url: "{telegram}"}}
  hook: {{kind: webhook, url: "{hook}", secret: env:HOOK_SECRET}}
  log: {{kind: console}}
operator: [log]
sites:
  - id: springfield-council
    jurisdiction: {{name: Springfield, state: IL, kind: city, time_zone: America/Chicago}}
    platform: page
    url: {base}/agenda
"""


@pytest.fixture
def town() -> Iterator[Town]:
    yield from a_town()


class Services:
    """The three services, and what arrived where: channel -> alert -> its copies."""

    def __init__(self, slack: Slack, chat: Telegram, hook: Hook) -> None:
        self.slack, self.chat, self.hook = slack, chat, hook
        chat.chats["100"] = False
        for service in (slack, chat, hook):
            service.delay = 0.02

    def calls(self) -> int:
        posts = ("chat.postMessage", "sendMessage", "hook")
        return sum(service.calls[post] for service in (self.slack, self.chat, self.hook) for post in posts)

    def copies(self) -> dict[str, dict[str, list[str]]]:
        texts = {
            "newsroom": [str(message) for message in self.slack.posted],
            "field": [str(message["text"]) for message in self.chat.posted],
            "hook": [body.decode() for _, body in self.hook.received],
        }
        found: dict[str, dict[str, list[str]]] = {name: {} for name in texts}
        for name, said in texts.items():
            for text in said:
                found[name].setdefault(re.findall(r"matter (k\d{4})", text)[0], []).append(text)
        return found


def owe(path: Path, number: int) -> None:
    with Ledger.open(path) as ledger:
        told = alert(f"k{number:04}", created_at=datetime.now(UTC))
        owed = [
            Delivery(f"{told.key}/{name}", told.key, name, "owed", "a test") for name in ("newsroom", "field", "hook")
        ]
        ledger.record(alerts=[told], deliveries=owed)


@pytest.mark.slow
@pytest.mark.timeout(120 + 5 * KILLS)
def test_the_running_service_killed_around_its_sends_loses_nothing_and_repeats_once_at_most(
    town: Town, tmp_path: Path
) -> None:
    chance, killed = random.Random(6), 0
    town.put("/agenda", "<h1>City Council</h1><p>Approve the minutes.</p>")
    with ExitStack() as stack:
        slack, chat, hook = stack.enter_context(Slack()), stack.enter_context(Telegram()), stack.enter_context(Hook())
        services = Services(slack, chat, hook)
        secrets = {
            "SLACK_BOT_TOKEN": fake_slack.TOKEN,
            "TELEGRAM_BOT_TOKEN": fake_telegram.TOKEN,
            "HOOK_SECRET": SECRET,
        }
        desk = Desk(tmp_path, secrets | {"WATCHER_WEB_PORT": "0"})
        desk.sites(SITES.format(base=town.base, slack=slack.base_url, telegram=chat.base_url, hook=hook.url))
        assert desk.run("check").returncode == 0  # the baseline
        ledger = tmp_path / "snapshots/ledger.sqlite3"
        needs = [
            "watcher.cli",
            "watcher.service",
            *(f"watcher.channels.{kind}" for kind in ("slack", "telegram", "webhook")),
        ]
        nursery = stack.enter_context(Nursery(needs, tmp_path / "log", desk.environment()))
        for trial in range(KILLS):
            owe(ledger, trial)
            before, deadline = services.calls(), time.monotonic() + 20
            nursery.start(RUN, folder=tmp_path)
            while services.calls() == before and nursery.lives() and time.monotonic() < deadline:
                time.sleep(0.001)
            time.sleep(chance.uniform(0, 0.1) if trial % 2 else chance.uniform(0, 1.2))
            killed += nursery.lives()
            nursery.send()
            nursery.ended()
        nursery.start(RUN, folder=tmp_path)
        with Ledger.open(ledger, read_only=True) as looked_at:
            deadline = time.monotonic() + 60 + KILLS
            while any(looked_at.deliveries(state=state) for state in ("owed", "sending")):
                assert time.monotonic() < deadline, "something stayed owed"
                time.sleep(0.2)
            dead = looked_at.deliveries(state="dead")
        nursery.send(signal.SIGTERM)
        assert nursery.ended() == 0
        arrived = services.copies()
    assert killed == KILLS
    assert dead == []
    for name, most in (("newsroom", 1), ("field", 2), ("hook", 2)):
        copies = arrived[name]
        assert sorted(copies) == [f"k{n:04}" for n in range(KILLS)], name
        assert {key: len(told) for key, told in copies.items() if len(told) > most} == {}, name
        assert all(
            "possible repeat" in again or '"possible_repeat": true' in again
            for told in copies.values()
            for again in told[1:]
        )
        repeats = sum(len(told) - 1 for told in copies.values())
        print(f"{name}: {killed} kills of the service, {KILLS} alerts, 0 lost, {repeats} repeats, each marked")
