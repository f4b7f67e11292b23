"""From owed to sent, through the real SDKs over real sockets, with the real ledger."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import random
import re
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.fakes import slack as fake_slack
from tests.fakes import telegram as fake_telegram
from tests.fakes.hook import SECRET, Hook
from tests.fakes.news import NOON, alert
from tests.fakes.service import Fault, Service
from tests.fakes.slack import Slack
from tests.fakes.telegram import Telegram
from tests.forked import Nursery
from watcher.channels import slack, telegram, webhook
from watcher.deliver import Post, courier, flush, send_test
from watcher.deliver.settling import back_off
from watcher.ledger import Ledger
from watcher.model import Alert, Channel, Delivery


@dataclass
class Desk:
    """A ledger, a clock that stands until it is moved, and channels without their own pace."""

    ledger: Ledger
    channels: dict[str, Channel]
    at: datetime = NOON
    post: Post = field(default_factory=lambda: Post(paced=False))

    def now(self) -> datetime:
        return self.at

    def owes(self, *alerts: Alert, state: str = "owed") -> None:
        made = [
            Delivery(f"{told.key}/{name}", told.key, name, state, "a channel of the site")  # type: ignore[arg-type]
            for told in alerts
            for name in self.channels
        ]
        self.ledger.record(alerts=alerts, deliveries=made)

    async def flush(self, after: timedelta = timedelta(), **more: Any) -> list[Delivery]:
        self.at += after
        try:
            return await flush(self.ledger, self.channels, self.now, post=self.post, **more)
        finally:
            await self.post.close()

    def states(self) -> list[str]:
        return [delivery.state for delivery in self.ledger.deliveries()]

    def only(self) -> Delivery:
        (delivery,) = self.ledger.deliveries()
        return delivery


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slack, "TIMEOUT", aiohttp.ClientTimeout(total=1.5, sock_connect=1.5))
    monkeypatch.setattr(webhook, "TIMEOUT", aiohttp.ClientTimeout(total=1.5, sock_connect=1.5))
    monkeypatch.setattr(telegram, "READ_TIMEOUT", 1.5)


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with Ledger.open(tmp_path / "ledger.sqlite3") as opened:
        yield opened


@pytest.fixture
def workspace() -> Iterator[Slack]:
    with Slack() as service:
        yield service


@pytest.fixture
def chat() -> Iterator[Telegram]:
    with Telegram() as service:
        yield service


@pytest.fixture
def receiver() -> Iterator[Hook]:
    with Hook() as service:
        yield service


def newsroom(service: Slack, channel: str = "C1") -> Channel:
    options = {"channel": channel, "base_url": service.base_url}
    return Channel(f"newsroom-{channel}", "slack", options, {"token": fake_slack.TOKEN})


def field_chat(service: Telegram) -> Channel:
    return Channel("field", "telegram", {"chat": -100, "base_url": service.base_url}, {"token": fake_telegram.TOKEN})


def on_slack(ledger: Ledger, service: Slack) -> Desk:
    return Desk(ledger, {"newsroom-C1": newsroom(service)})


def on_telegram(ledger: Ledger, service: Telegram) -> Desk:
    return Desk(ledger, {"field": field_chat(service)})


def on_hook(ledger: Ledger, service: Hook) -> Desk:
    return Desk(ledger, {"hook": Channel("hook", "webhook", {}, {"url": service.url, "secret": SECRET})})


AGAIN = timedelta(minutes=20)  # longer than any back-off

# ------------------------------------------------------------------------------------------------------- all is well


async def test_what_is_owed_is_sent_once_and_has_its_receipt(ledger: Ledger, workspace: Slack) -> None:
    desk = on_slack(ledger, workspace)
    desk.owes(alert("k1"), alert("k2"))
    settled = await desk.flush()
    assert [(delivery.state, delivery.attempts) for delivery in settled] == [("sent", 1), ("sent", 1)]
    assert [delivery.receipt for delivery in ledger.deliveries()] == [message["ts"] for message in workspace.posted]
    assert await desk.flush() == []
    assert workspace.keys() == ["k1/newsroom-C1", "k2/newsroom-C1"]


async def test_later_news_of_a_matter_replies_to_its_root(ledger: Ledger, workspace: Slack) -> None:
    desk = on_slack(ledger, workspace)
    desk.owes(alert("k1", thread="t"), alert("k2", thread="t"), alert("k3", thread="other"))
    await desk.flush()
    desk.owes(alert("k4", thread="t"))
    await desk.flush()
    root = workspace.posted[0]["ts"]
    assert [message["thread_ts"] for message in workspace.posted] == [None, root, None, root]


async def test_a_thread_whose_root_is_gone_gets_a_new_root(ledger: Ledger, workspace: Slack) -> None:
    desk = on_slack(ledger, workspace)
    desk.owes(alert("k1", thread="t"))
    await desk.flush()
    workspace.posted.clear()
    workspace.fails("chat.postMessage", fake_slack.refuses("thread_not_found"))
    desk.owes(alert("k2", thread="t"), alert("k3", thread="t"))
    await desk.flush()
    first, second = workspace.posted
    assert (first["thread_ts"], second["thread_ts"]) == (None, first["ts"])


async def test_telegram_replies_too(ledger: Ledger, chat: Telegram) -> None:
    desk = on_telegram(ledger, chat)
    desk.owes(alert("k1", thread="t"), alert("k2", thread="t"))
    await desk.flush()
    assert [message["reply_to"] for message in chat.posted] == [None, 1]


async def test_held_deliveries_go_out_at_their_time(ledger: Ledger, workspace: Slack) -> None:
    desk = on_slack(ledger, workspace)
    told = alert("k1")
    held = Delivery("k1/x", "k1", "newsroom-C1", "held", "quiet hours", next_attempt_at=NOON + timedelta(hours=2))
    ledger.record(alerts=[told], deliveries=[held])
    assert await desk.flush(insist=True) == []  # not even when a person asks
    assert len(await desk.flush(timedelta(hours=2))) == 1


# ----------------------------------------------------------------------------------------------- services in trouble


async def test_accepted_then_dropped_on_slack_is_exactly_one_copy(ledger: Ledger, workspace: Slack) -> None:
    desk = on_slack(ledger, workspace)
    desk.owes(alert("k1"), alert("k2"))
    workspace.fails("chat.postMessage", Fault("drop", taken=True))
    await desk.flush()
    assert desk.states() == ["owed", "owed"]
    await desk.flush(AGAIN)
    assert workspace.keys() == ["k1/newsroom-C1", "k2/newsroom-C1"]
    assert desk.states() == ["sent", "sent"]
    assert ledger.deliveries()[0].receipt == workspace.posted[0]["ts"]


async def test_a_lost_reply_is_found_in_its_thread(ledger: Ledger, workspace: Slack) -> None:
    desk = on_slack(ledger, workspace)
    desk.owes(alert("k1", thread="t"), alert("k2", thread="t"))
    workspace.fails("chat.postMessage", Fault("drop", times=2, taken=True))
    for _ in range(4):
        await desk.flush(AGAIN)
    assert workspace.keys() == ["k1/newsroom-C1", "k2/newsroom-C1"]
    assert desk.states() == ["sent", "sent"]


async def test_dropped_before_it_was_taken_is_sent_again_unmarked_on_slack(ledger: Ledger, workspace: Slack) -> None:
    desk = on_slack(ledger, workspace)
    desk.owes(alert("k1"))
    workspace.fails("chat.postMessage", Fault("drop"))
    await desk.flush()
    await desk.flush(AGAIN)
    assert len(workspace.posted) == 1
    assert "possible repeat" not in str(workspace.posted)


async def test_slack_that_may_not_be_read_gets_one_marked_repeat(ledger: Ledger, workspace: Slack) -> None:
    desk = on_slack(ledger, workspace)
    desk.owes(alert("k1"))
    workspace.fails("chat.postMessage", Fault("drop", taken=True))
    workspace.fails("conversations.history", fake_slack.refuses("missing_scope"))
    await desk.flush()
    await desk.flush(AGAIN)
    assert ["possible repeat" in str(message["blocks"]) for message in workspace.posted] == [False, True]


async def test_a_service_that_knows_no_such_question_is_told_all_the_same(ledger: Ledger, workspace: Slack) -> None:
    desk = on_slack(ledger, workspace)
    desk.owes(alert("k1"))
    workspace.fails("chat.postMessage", Fault("status", status=500))
    for question in ("conversations.history", "conversations.replies", "auth.test"):
        workspace.fails(question, Fault("status", times=9, status=404))
    await desk.flush()
    await desk.flush(AGAIN)
    assert (len(workspace.posted), desk.only().state) == (1, "sent")


@pytest.mark.parametrize("kind", ["drop", "hang"])
async def test_silence_on_telegram_is_repeated_once_and_marked(ledger: Ledger, chat: Telegram, kind: str) -> None:
    desk = on_telegram(ledger, chat)
    desk.owes(alert("k1"))
    chat.fails("sendMessage", Fault(kind, taken=True))
    await desk.flush()
    await desk.flush(AGAIN)
    assert ["possible repeat of #" in message["text"] for message in chat.posted] == [False, True]
    assert desk.only().state == "sent"


async def test_silence_after_the_repeat_too_is_the_end_of_it(ledger: Ledger, chat: Telegram) -> None:
    desk = on_telegram(ledger, chat)
    desk.owes(alert("k1"), alert("k2"))
    chat.fails("sendMessage", Fault("drop", taken=True), Fault("none"), Fault("drop", taken=True))
    for _ in range(4):
        await desk.flush(AGAIN)
    assert [message["text"].count("matter k1") for message in chat.posted] == [1, 1, 0]
    first, second = ledger.deliveries()
    assert (first.state, second.state) == ("dead", "sent")
    assert "may have arrived twice" in first.reason


async def test_the_one_repeat_is_not_spent_on_a_dead_line(ledger: Ledger, chat: Telegram) -> None:
    desk = on_telegram(ledger, chat)
    desk.owes(alert("k1"))
    chat.fails("sendMessage", Fault("hang"), Fault("drop", times=3))
    for _ in range(6):
        await desk.flush(AGAIN)
    assert (len(chat.posted), chat.calls["sendMessage"], desk.only().state) == (1, 6, "sent")


PAGE = Fault("html", times=5, status=404, taken=True)


@pytest.mark.parametrize(
    "fault", [Fault("html", times=5, taken=True), Fault("status", times=5, taken=True, answer={"ok": False}), PAGE]
)
async def test_server_errors_of_what_was_taken_cost_one_marked_repeat(
    tmp_path: Path, chat: Telegram, receiver: Hook, fault: Fault
) -> None:
    chat.fails("sendMessage", replace(fault))
    receiver.fails("hook", replace(fault, status=500))
    for life in range(7):
        with Ledger.open(tmp_path / "l.sqlite3") as ledger:  # another process each time
            desk = Desk(
                ledger, on_telegram(ledger, chat).channels | on_hook(ledger, receiver).channels, at=NOON + AGAIN * life
            )
            if not life:
                desk.owes(alert("k1"), alert("k2"))
            await desk.flush()
            states = desk.states()
    assert states == ["sent"] * 4
    assert ["possible repeat" in message["text"] for message in chat.posted] == [False, True, False]
    assert [b'"possible_repeat": true' in body for _, body in receiver.received] == [False, True, False]


async def test_what_a_kill_left_in_doubt_stays_so_while_the_service_is_away(ledger: Ledger, workspace: Slack) -> None:
    desk = on_slack(ledger, workspace)
    desk.owes(alert("k1"))
    await desk.flush()
    ledger.settle(replace(desk.only(), state="sending", receipt=None), None, NOON)
    workspace.fails("conversations.replies", fake_slack.too_many_requests(5, times=1))
    await desk.flush(AGAIN)
    workspace.refuse()
    await desk.flush(AGAIN)
    assert desk.only().ambiguous
    workspace.listen()
    await desk.flush(AGAIN)
    await desk.flush(AGAIN)
    assert (desk.states(), len(workspace.posted)) == (["sent"], 1)


async def test_a_webhook_is_repeated_once_with_the_same_key(ledger: Ledger, receiver: Hook) -> None:
    desk = on_hook(ledger, receiver)
    desk.owes(alert("k1"))
    receiver.fails("hook", Fault("drop", times=5, taken=True))  # the first, and four pings
    for _ in range(7):
        await desk.flush(AGAIN)
    assert [headers["Idempotency-Key"] for headers, _ in receiver.received] == ["k1/hook"] * 2
    assert [b'"possible_repeat": true' in body for _, body in receiver.received] == [False, True]


@pytest.mark.parametrize("status", [500, 502, 503])
async def test_server_errors_are_outlasted_however_many(ledger: Ledger, chat: Telegram, status: int) -> None:
    desk = on_telegram(ledger, chat)
    desk.owes(alert("k1"), alert("k2"))
    chat.fails("sendMessage", Fault("html", times=6, status=status))
    for _ in range(8):
        await desk.flush(AGAIN)
    assert desk.states() == ["sent", "sent"]
    assert len(chat.posted) == 2


async def test_a_time_to_wait_holds_the_whole_channel_and_is_kept_across_a_restart(
    ledger: Ledger, workspace: Slack
) -> None:
    desk = on_slack(ledger, workspace)
    desk.owes(alert("k1"), alert("k2"))
    workspace.fails("chat.postMessage", fake_slack.too_many_requests(30, times=1))
    await desk.flush()
    again = on_slack(ledger, workspace)  # a new process, as far as memory goes
    assert await again.flush(timedelta(seconds=29)) == []
    assert await again.flush(insist=True) == []
    assert workspace.calls["chat.postMessage"] == 1
    assert len(await again.flush(timedelta(seconds=2))) == 2
    assert workspace.keys() == ["k1/newsroom-C1", "k2/newsroom-C1"]


async def test_a_short_rest_is_waited_for_by_one_who_is_patient(ledger: Ledger, workspace: Slack) -> None:
    desk = Desk(ledger, {"newsroom-C1": newsroom(workspace)})
    started = time.monotonic()
    desk.now = lambda: NOON + timedelta(seconds=time.monotonic() - started)  # type: ignore[method-assign]
    desk.owes(alert("k1"))
    workspace.fails("chat.postMessage", fake_slack.too_many_requests(1))
    settled = await desk.flush(patience=timedelta(seconds=10))
    assert [delivery.state for delivery in settled] == ["owed", "sent"]


async def test_refused_connections_cost_no_copies_and_no_marks(ledger: Ledger, chat: Telegram) -> None:
    desk = on_telegram(ledger, chat)
    desk.owes(alert("k1"))
    chat.refuse()
    for _ in range(3):
        await desk.flush(AGAIN)
    chat.listen()
    await desk.flush(AGAIN)
    assert [("possible repeat" in message["text"]) for message in chat.posted] == [False]


# ------------------------------------------------------------------------------------------- dead chats, bad messages


def archived(service: Slack) -> Callable[[], None]:
    service.archived.add("C1")
    return service.archived.clear


def revoked(service: Slack) -> Callable[[], None]:
    service.tokens.clear()
    return lambda: service.tokens.add(fake_slack.TOKEN)


@pytest.mark.parametrize("ail", [archived, revoked])
async def test_a_dead_channel_is_parked_told_once_and_drains_in_order_when_mended(
    ledger: Ledger, workspace: Slack, caplog: pytest.LogCaptureFixture, ail: Callable[[Slack], Callable[[], None]]
) -> None:
    desk = on_slack(ledger, workspace)
    desk.owes(*(alert(f"k{n}") for n in range(4)))
    cure = ail(workspace)
    for _ in range(3):
        await desk.flush(AGAIN)
    assert desk.states() == ["held"] * 4
    assert all(delivery.reason.startswith("parked: Slack refuses") for delivery in ledger.deliveries())
    assert len([line for line in caplog.records if line.levelno >= logging.ERROR]) == 1
    assert workspace.calls["chat.postMessage"] == 3  # the first one each time, as a probe
    cure()
    desk.owes(alert("k9"))
    await desk.flush(insist=True)
    assert workspace.keys() == [f"k{n}/newsroom-C1" for n in (0, 1, 2, 3, 9)]
    assert ledger.parked() == {}


async def test_a_kicked_bot_that_comes_back_finds_its_backlog(ledger: Ledger, chat: Telegram) -> None:
    desk = on_telegram(ledger, chat)
    desk.owes(alert("k1"), alert("k2"))
    chat.kicked.add("-100")
    await desk.flush()
    assert desk.states() == ["held", "held"]
    chat.kicked.clear()
    await desk.flush(AGAIN)
    assert ["k1" in chat.posted[0]["text"], "k2" in chat.posted[1]["text"]] == [True, True]


async def test_a_chat_that_moved_is_followed_and_remembered(
    ledger: Ledger, chat: Telegram, caplog: pytest.LogCaptureFixture
) -> None:
    chat.migrated["-100"] = -1001
    chat.chats["-1001"] = True
    for key in ("k1", "k2"):
        desk = on_telegram(ledger, chat)
        desk.owes(alert(key))
        await desk.flush()
    assert [message["chat"] for message in chat.posted] == ["-1001", "-1001"]
    assert chat.calls["sendMessage"] == 3
    assert "correct it in the registry" in caplog.text


async def test_a_move_is_forgotten_when_the_registry_names_another_chat(ledger: Ledger, chat: Telegram) -> None:
    chat.migrated["-100"] = -1001
    chat.chats |= {"-1001": True, "-200": False}
    desk = on_telegram(ledger, chat)
    desk.owes(alert("k1"))
    await desk.flush()
    moved = desk.channels["field"]
    desk.channels = {"field": replace(moved, options={**moved.options, "chat": -200})}
    desk.owes(alert("k2"))
    await desk.flush()
    assert [message["chat"] for message in chat.posted] == ["-1001", "-200"]


async def test_a_bug_in_one_message_costs_neither_it_nor_the_others(
    ledger: Ledger, workspace: Slack, monkeypatch: pytest.MonkeyPatch
) -> None:
    render, broken = slack.render, [True]

    def breaks(told: Alert, *args: Any, **how: Any) -> Any:
        if told.key == "k1" and broken:
            raise ZeroDivisionError
        return render(told, *args, **how)

    monkeypatch.setattr(slack, "render", breaks)
    desk = on_slack(ledger, workspace)
    desk.owes(alert("k1"), alert("k2"))
    await desk.flush()
    assert desk.states() == ["owed", "sent"]
    assert ledger.deliveries()[0].error == "unexpected ZeroDivisionError, see the log"
    broken.clear()
    await desk.flush(AGAIN)
    assert desk.states() == ["sent", "sent"]


async def test_a_refused_message_goes_out_as_plain_text(ledger: Ledger, workspace: Slack) -> None:
    desk = on_slack(ledger, workspace)
    desk.owes(alert("k1"))
    workspace.fails("chat.postMessage", fake_slack.refuses("invalid_blocks"))
    await desk.flush()
    assert desk.only().state == "sent"
    assert workspace.posted[0]["blocks"] == []
    assert "https://council.example/L7" in workspace.posted[0]["text"]


async def test_a_message_refused_twice_is_dead_and_the_next_goes_on(ledger: Ledger, chat: Telegram) -> None:
    desk = on_telegram(ledger, chat)
    desk.owes(alert("k1"), alert("k2"))
    chat.fails("sendMessage", fake_telegram.refuses(400, "Bad Request: can't parse entities", times=2))
    await desk.flush()
    assert desk.states() == ["dead", "sent"]
    assert "can't parse entities" in str(ledger.deliveries()[0].error)


async def test_a_channel_that_left_the_registry_keeps_its_alerts(ledger: Ledger, workspace: Slack) -> None:
    desk = on_slack(ledger, workspace)
    desk.owes(alert("k1"))
    desk.channels = {}
    await desk.flush()
    assert (desk.only().state, desk.only().reason) == (
        "held",
        "parked: no such channel in the registry (unknown_channel)",
    )


async def test_what_could_not_be_delivered_in_a_week_of_trying_is_dead(ledger: Ledger, workspace: Slack) -> None:
    desk = on_slack(ledger, workspace)
    desk.owes(alert("k1"))
    workspace.refuse()
    for _ in range(25):
        await desk.flush(timedelta(hours=8))
    assert desk.only().state == "dead"
    assert "7 days" in desk.only().reason


async def test_one_dead_channel_delays_no_other(
    ledger: Ledger, workspace: Slack, chat: Telegram, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(telegram, "READ_TIMEOUT", 300.0)  # it hangs until we hang up
    desk = Desk(ledger, {"field": field_chat(chat), "newsroom-C1": newsroom(workspace)})
    desk.owes(*(alert(f"k{n}") for n in range(150)))  # more than one look into the ledger
    chat.fails("sendMessage", Fault("hang"))
    told: list[str] = []
    arrived = asyncio.Event()

    def hears(delivery: Delivery) -> None:
        told.append(delivery.key)
        if sum("newsroom" in key for key in told) == 150:
            arrived.set()

    flushing = asyncio.create_task(desk.flush(told=hears))
    await asyncio.wait_for(arrived.wait(), 60)
    assert "k0/field" not in told  # Telegram still hangs
    await asyncio.to_thread(chat.refuse)
    await flushing
    assert len(workspace.posted) == 150
    assert ledger.deliveries(channel="field")[0].state == "owed"


# ------------------------------------------------------------------------------------------------- pace and stopping


async def test_our_own_pace_is_kept_between_flushes(ledger: Ledger, workspace: Slack) -> None:
    desk = on_slack(ledger, workspace)
    desk.post = Post()
    started = time.monotonic()
    for key in ("k1", "k2", "k3"):
        desk.owes(alert(key))
        await desk.flush()
    assert time.monotonic() - started >= 2.0


def test_back_off_doubles_from_five_seconds_to_a_quarter_of_an_hour() -> None:
    waits = [back_off(n).total_seconds() for n in range(1, 12)]
    assert 4 <= waits[0] <= 6
    assert all(720 <= wait <= 1080 for wait in waits[8:])
    assert back_off(10_000).total_seconds() <= 1080


async def test_told_to_stop_it_lets_the_send_in_flight_finish_and_leaves_the_rest_owed(
    ledger: Ledger, receiver: Hook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhook, "TIMEOUT", aiohttp.ClientTimeout(total=5))
    desk = on_hook(ledger, receiver)
    desk.owes(alert("k1"), alert("k2"))
    receiver.delay = 0.5
    flushing = asyncio.create_task(desk.flush())
    await asyncio.sleep(0.25)
    flushing.cancel()
    with suppress(asyncio.CancelledError):
        await flushing
    assert desk.states() == ["sent", "owed"]
    assert len(receiver.received) == 1


async def test_a_send_that_will_not_finish_is_cut_off_and_comes_back_as_ambiguous(
    tmp_path: Path, chat: Telegram, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(telegram, "READ_TIMEOUT", 30.0)
    monkeypatch.setattr(courier, "GRACE", 0.2)
    monkeypatch.setattr(courier, "CALM", 0.3)
    with Ledger.open(tmp_path / "l.sqlite3") as ledger:
        desk = on_telegram(ledger, chat)
        desk.owes(alert("k1"))
        chat.fails("sendMessage", Fault("hang", taken=True))
        flushing = asyncio.create_task(desk.flush())
        await asyncio.sleep(0.3)
        flushing.cancel()
        with suppress(asyncio.CancelledError):
            await flushing
        assert desk.states() == ["sending"]
    with Ledger.open(tmp_path / "l.sqlite3") as ledger:
        desk = on_telegram(ledger, chat)
        await desk.flush()
    assert ["possible repeat" in message["text"] for message in chat.posted] == [False, True]


async def test_what_is_cut_off_before_its_first_byte_is_sent_as_if_nothing_had_been(
    tmp_path: Path, receiver: Hook, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Ledger.open(tmp_path / "l.sqlite3") as ledger:
        desk = on_hook(ledger, receiver)
        desk.owes(alert("k1"))
        monkeypatch.setattr(aiohttp.TCPConnector, "_create_connection", lambda *_: asyncio.sleep(60))
        flushing = asyncio.create_task(desk.flush())
        await asyncio.sleep(0.3)
        assert desk.states() == ["owed"]
        flushing.cancel()
        monkeypatch.setattr(courier, "GRACE", 0.0)
        with suppress(asyncio.CancelledError):
            await flushing
    monkeypatch.undo()
    with Ledger.open(tmp_path / "l.sqlite3") as ledger:
        await on_hook(ledger, receiver).flush()
    assert [b'"possible_repeat": true' in body for _, body in receiver.received] == [False]


@pytest.mark.parametrize("taken", [True, False])
async def test_a_repeat_that_is_cut_off_too_is_left_to_a_person(
    tmp_path: Path, chat: Telegram, monkeypatch: pytest.MonkeyPatch, taken: bool
) -> None:
    monkeypatch.setattr(telegram, "READ_TIMEOUT", 30.0)
    monkeypatch.setattr(courier, "GRACE", 0.2)
    monkeypatch.setattr(courier, "CALM", 0.1)
    chat.fails("sendMessage", Fault("hang", taken=taken), Fault("none"), Fault("hang", taken=taken))
    with Ledger.open(tmp_path / "l.sqlite3") as ledger:
        on_telegram(ledger, chat).owes(alert("k1"))
    for _ in range(3):
        with Ledger.open(tmp_path / "l.sqlite3") as ledger:
            desk = on_telegram(ledger, chat)
            flushing = asyncio.create_task(desk.flush())
            await asyncio.wait([flushing], timeout=0.6)
            flushing.cancel()
            with suppress(asyncio.CancelledError):
                await flushing
            final = desk.only()
    assert (final.state, chat.calls["sendMessage"]) == ("dead", 3)
    assert "may have arrived twice" in final.reason


# --------------------------------------------------------------------------------------------------------- send-test


async def test_a_test_message_says_how_it_went(workspace: Slack, chat: Telegram) -> None:
    sent = await send_test(newsroom(workspace), lambda: NOON)
    assert (sent.state, sent.receipt) == ("sent", workspace.posted[0]["ts"])
    await send_test(field_chat(chat), lambda: NOON)
    for said in (str(workspace.posted[0]["blocks"]), chat.posted[0]["text"]):
        assert "a test message, no news" in said
        assert "Direction" not in said
        assert "direction" not in said
    dead = await send_test(replace(field_chat(chat), secrets={"token": "1:wrong"}), lambda: NOON)
    assert (dead.state, dead.error) == ("dead", "Telegram refuses the token (invalid_token)")


# ------------------------------------------------------------------------------------------------------------ kill -9

KILLS = int(os.environ.get("KILLS", "20"))  # of each service; 200 before a release
OWED = max(60, 6 * KILLS)  # so that something is owed to the last

DELIVERER = """
import asyncio, json, sys
from datetime import UTC, datetime
from watcher.deliver import Post, flush
from watcher.ledger import Ledger
from watcher.model import Channel
path, channel = sys.argv[1], Channel(**json.loads(sys.argv[2]))
with Ledger.open(path) as ledger:
    asyncio.run(flush(ledger, {channel.name: channel}, lambda: datetime.now(UTC), post=Post(paced=False)))
"""


def killed_while_delivering(path: Path, channel: Channel, service: Service) -> int:
    """Kills deliverers, each at its own instant after its first call, then lets one finish. Returns the kills."""
    said = {
        "name": channel.name,
        "kind": channel.kind,
        "options": dict(channel.options),
        "secrets": dict(channel.secrets),
    }
    chance, killed = random.Random(7), 0
    needs = ("watcher.deliver", "watcher.ledger", f"watcher.channels.{channel.kind}")
    with Nursery(needs, path.parent / "log") as nursery:
        for trial in range(KILLS + 1):
            before = sum(service.calls.values())
            nursery.start(DELIVERER, str(path), json.dumps(said), folder=path.parent)
            while nursery.lives() and sum(service.calls.values()) == before:
                time.sleep(0.001)
            if trial < KILLS:
                time.sleep(chance.uniform(0, 0.08))
                killed += nursery.lives()
                nursery.send()
            nursery.ended()
    return killed


@pytest.fixture(params=["slack", "telegram", "webhook"])
def told_to(
    request: pytest.FixtureRequest, workspace: Slack, chat: Telegram, receiver: Hook
) -> tuple[Channel, Service, Callable[[], list[str]]]:
    """A channel, its service, and the text of every message that the service took."""
    match request.param:
        case "slack":
            return newsroom(workspace), workspace, lambda: [str(message) for message in workspace.posted]
        case "telegram":
            return field_chat(chat), chat, lambda: [str(message["text"]) for message in chat.posted]
    channel = Channel("hook", "webhook", {}, {"url": receiver.url, "secret": SECRET})
    return channel, receiver, lambda: [body.decode() for _, body in receiver.received]


@pytest.mark.slow
@pytest.mark.timeout(60 + 5 * KILLS)
def test_killed_at_random_instants_every_alert_arrives_and_a_repeat_is_one_and_marked(
    tmp_path: Path, told_to: tuple[Channel, Service, Callable[[], list[str]]]
) -> None:
    channel, service, texts = told_to
    with Ledger.open(tmp_path / "l.sqlite3") as ledger:
        desk = Desk(ledger, {channel.name: channel})
        together = 8 if channel.kind == "slack" else 1  # what hangs on a repeat waits with it
        desk.owes(*(alert(f"k{n:04}", thread=f"t{n // together}") for n in range(OWED)))
    service.delay = 0.01
    killed = killed_while_delivering(tmp_path / "l.sqlite3", channel, service)
    assert killed >= KILLS * 2 // 3
    copies: dict[str, list[str]] = {f"k{n:04}": [] for n in range(OWED)}
    for text in texts():
        copies[re.findall(r"matter (k\d{4})", text)[0]].append(text)
    with Ledger.open(tmp_path / "l.sqlite3") as ledger:  # cut off twice, it is left to a person: told, not lost
        dead = {delivery.alert for delivery in ledger.deliveries(state="dead")}
    assert len(dead) <= killed // 50
    assert [key for key, told in copies.items() if not told and key not in dead] == []
    most = 1 if channel.kind == "slack" else 2
    assert {key: len(told) for key, told in copies.items() if len(told) > most} == {}
    assert all("possible repeat" in again for told in copies.values() for again in told[1:])
    repeats = sum(max(0, len(told) - 1) for told in copies.values())
    print(
        f"{channel.kind}: {killed} kills, {OWED} alerts, 0 lost, {len(dead)} dead letters, {repeats} repeats, each marked"
    )
