"""What goes wrong with a service, through the real SDKs over real sockets and across a restart: nothing is lost, the queue
drains in order after the cure, and no reader hears twice what could be asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.fakes import slack as fake_slack
from tests.fakes import telegram as fake_telegram
from tests.fakes.hook import SECRET, Hook
from tests.fakes.news import MATTER, alert
from tests.fakes.service import Fault
from tests.fakes.slack import Slack
from tests.fakes.telegram import Telegram
from tests.test_deliver import Desk, field_chat, newsroom
from watcher.alerts import short_id
from watcher.channels import slack, telegram, webhook
from watcher.deliver import courier
from watcher.ledger import Ledger
from watcher.model import Channel

KEYS = ("a", "b", "c", "d")
IDS = {short_id(key): key for key in KEYS}


@pytest.fixture(autouse=True)
def patience(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only where something hangs is it not waited for; elsewhere a busy machine must not look like a silent service."""
    seconds = 1.0 if "hang" in request.node.name else 30.0
    # past courier.SLOW other matters go beside the one that hangs, and the order is that of each matter alone
    monkeypatch.setattr(courier, "SLOW", 60.0)
    monkeypatch.setattr(slack, "TIMEOUT", aiohttp.ClientTimeout(total=seconds, sock_connect=seconds))
    monkeypatch.setattr(webhook, "TIMEOUT", aiohttp.ClientTimeout(total=seconds, sock_connect=seconds))
    monkeypatch.setattr(telegram, "READ_TIMEOUT", seconds)


@dataclass
class Row:
    """One row of the error tables: what happens, how the channel stands then, and how it is cured."""

    happens: Callable[[Any], None]
    stands: str  # the beginning of the channel's reason: rests, asked to wait, parked; "" where it goes on at once
    cure: Callable[[Any], None] = field(default=lambda _: None)


def once(method: str, kind: str, **more: Any) -> Callable[[Any], None]:
    return lambda service: service.fails(method, Fault(kind, **more))


def post(kind: str, **more: Any) -> Callable[[Any], None]:
    return once("chat.postMessage", kind, **more)


def message(kind: str, **more: Any) -> Callable[[Any], None]:
    return once("sendMessage", kind, **more)


ON_SLACK = {
    "accept, then drop": Row(post("drop", taken=True), "rests: "),
    "drop": Row(post("drop"), "rests: "),
    "accept, then hang": Row(post("hang", taken=True), "rests: "),
    "half an answer": Row(post("half", taken=True), "rests: "),
    "HTML instead of JSON": Row(post("html", status=200), "rests: "),
    "HTML, though it was taken": Row(post("html", status=502, taken=True), "rests: "),
    "500": Row(post("html", status=500), "rests: "),
    "503 three times": Row(post("html", status=503, times=3), "rests: "),
    "429 for the first three calls": Row(
        lambda service: service.fails("chat.postMessage", fake_slack.too_many_requests(30, times=3)), "asked to wait: "
    ),
    "internal_error, though it was taken": Row(
        post("json", status=200, taken=True, answer={"ok": False, "error": "internal_error"}), "rests: "
    ),
    "revoked token": Row(
        lambda service: service.fails("chat.postMessage", fake_slack.refuses("token_revoked", times=2)), "parked: "
    ),
    "archived channel": Row(
        lambda service: service.archived.add("C1"), "parked: ", lambda service: service.archived.clear()
    ),
    "kicked bot": Row(
        lambda service: service.fails("chat.postMessage", fake_slack.refuses("not_in_channel", times=3)), "parked: "
    ),
    "refused connection": Row(lambda service: service.refuse(), "rests: ", lambda service: service.listen()),
}
ON_TELEGRAM = {
    "accept, then drop": Row(message("drop", taken=True), "rests: "),
    "accept, then hang": Row(message("hang", taken=True), "rests: "),
    "half an answer": Row(message("half", taken=True), "rests: "),
    "HTML instead of JSON": Row(message("html", status=200), "rests: "),
    "502": Row(message("html", status=502, times=2), "rests: "),
    "502 three times, though it was taken": Row(message("html", status=502, times=3, taken=True), "rests: "),
    "404 of a proxy, though it was taken": Row(message("html", status=404, taken=True), "rests: "),
    "429 without a time to wait": Row(
        message("status", status=429, answer={"ok": False, "description": "Too Many Requests: retry later"}),
        "asked to wait: ",
    ),
    "429 for the first three calls": Row(
        lambda service: service.fails("sendMessage", fake_telegram.too_many_requests(30, times=3)), "asked to wait: "
    ),
    "revoked token": Row(
        lambda service: service.tokens.clear(), "parked: ", lambda service: service.tokens.add(fake_telegram.TOKEN)
    ),
    "kicked bot": Row(lambda service: service.kicked.add("-100"), "parked: ", lambda service: service.kicked.clear()),
    "no right to write": Row(
        lambda service: service.fails(
            "sendMessage", fake_telegram.refuses(400, "Bad Request: CHAT_WRITE_FORBIDDEN", 2)
        ),
        "parked: ",
    ),
    "refused connection": Row(lambda service: service.refuse(), "rests: ", lambda service: service.listen()),
}
ON_HOOK = {
    "accept, then drop": Row(once("hook", "drop", taken=True), "rests: "),
    "accept, then hang": Row(once("hook", "hang", taken=True), "rests: "),
    "500": Row(once("hook", "html", status=500), "rests: "),
    "500 to anything three times, though it was taken": Row(
        once("hook", "html", status=500, times=3, taken=True), "rests: "
    ),
    "no answer to anything four times": Row(once("hook", "drop", times=4), "rests: "),
    "400 of a proxy, though it was taken": Row(once("hook", "html", status=400, taken=True), ""),
    "404 of a proxy, though it was taken": Row(once("hook", "html", status=404, taken=True), "parked: "),
    "429 for the first three calls": Row(
        once("hook", "status", status=429, times=3, headers={"Retry-After": "30"}), "asked to wait: "
    ),
    "410": Row(once("hook", "html", status=410, times=2), "parked: "),
}


@contextmanager
def on_slack() -> Iterator[tuple[Any, Channel, Callable[[], list[str]]]]:
    with Slack() as service:
        yield service, newsroom(service), lambda: [str(m["text"]) for m in service.posted]


@contextmanager
def on_telegram() -> Iterator[tuple[Any, Channel, Callable[[], list[str]]]]:
    with Telegram() as service:
        yield service, field_chat(service), lambda: [str(m["text"]) for m in service.posted]


@contextmanager
def on_hook() -> Iterator[tuple[Any, Channel, Callable[[], list[str]]]]:
    with Hook() as service:
        channel = Channel("hook", "webhook", {}, {"url": service.url, "secret": SECRET})
        yield service, channel, lambda: [body.decode() for _, body in service.received]


ROWS = [
    pytest.param(where, row, id=f"{name}: {words}")
    for name, where, table in (
        ("slack", on_slack, ON_SLACK), ("telegram", on_telegram, ON_TELEGRAM), ("webhook", on_hook, ON_HOOK)
    )
    for words, row in table.items()
]  # fmt: skip


def told(texts: list[str]) -> list[tuple[str, bool]]:
    """Which alert each message tells, and whether it says that it may be a repeat."""
    return [(next(key for shown, key in IDS.items() if shown in text), "possible repeat" in text) for text in texts]


@pytest.mark.parametrize(("where", "row"), ROWS)
async def test_it_ends_as_the_table_says_and_drains_in_order_across_a_restart(
    where: Any, row: Row, tmp_path: Path
) -> None:
    path = tmp_path / "ledger.sqlite3"
    with where() as (service, channel, texts):
        with Ledger.open(path) as ledger:
            desk = Desk(ledger, {channel.name: channel})
            desk.owes(alert("a"))
            await desk.flush()
            row.happens(service)
            desk.owes(*(alert(key) for key in KEYS[1:]))
            await desk.flush()
            stands = [reason for _, reason, _ in ledger.parked().values()]
            assert [reason[: len(row.stands)] for reason in stands] == ([row.stands] if row.stands else [])
            assert {delivery.state for delivery in ledger.deliveries()} <= {"sent", "owed", "held"}
            at = desk.at
        row.cure(service)
        with Ledger.open(path) as ledger:  # another process
            desk = Desk(ledger, {channel.name: channel}, at=at)
            for _ in range(8):
                await desk.flush(after=timedelta(minutes=2))
            assert desk.states() == ["sent"] * len(KEYS)
            assert ledger.parked() == {}
        heard = told(texts())
    firsts = [key for key, repeated in heard if not repeated]
    repeats = [key for key, repeated in heard if repeated]
    assert list(dict.fromkeys(key for key, _ in heard)) == list(KEYS)  # each of them, in order
    assert len(firsts) == len(set(firsts))  # no copy without its mark
    assert len(repeats) <= (0 if channel.kind == "slack" else 1)


async def test_a_deleted_topic_and_a_migrated_chat_are_outlasted_across_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite3"
    with Telegram() as service:
        channel = Channel(
            "field",
            "telegram",
            {"chat": -100, "base_url": service.base_url, "topic": 42},
            {"token": fake_telegram.TOKEN},
        )
        with Ledger.open(path) as ledger:
            desk = Desk(ledger, {"field": channel})
            desk.owes(alert("a"))
            await desk.flush()
            service.topics.clear()
            desk.owes(alert("b"))
            await desk.flush()
            service.migrated["-100"] = -300
            service.chats["-300"] = True
            desk.owes(alert("c"))
            await desk.flush()
        with Ledger.open(path) as ledger:
            desk = Desk(ledger, {"field": channel})
            desk.owes(alert("d"))
            await desk.flush()
            assert desk.states() == ["sent"] * 4
            assert ledger.moved() == {"field -100": "-300", "field topic": telegram.ASIDE}
        posted = [(m["chat"], m["topic"]) for m in service.posted]
        assert posted[:3] == [("-100", "42"), ("-100", None), ("-300", None)]
        assert posted[3][0] == "-300"
        assert [key for key, _ in told([str(m["text"]) for m in service.posted])] == list(KEYS)


async def test_a_topic_in_a_chat_without_topics_is_told_to_the_operator(tmp_path: Path) -> None:
    with Telegram() as service, Ledger.open(tmp_path / "ledger.sqlite3") as ledger:
        service.chats["-100"] = False
        channel = Channel(
            "field",
            "telegram",
            {"chat": -100, "base_url": service.base_url, "topic": 42},
            {"token": fake_telegram.TOKEN},
        )
        desk = Desk(ledger, {"field": channel})
        desk.owes(alert("a"), alert("b"))
        await desk.flush()
        assert (desk.states(), service.calls["getChat"]) == (["sent"] * 2, 1)
        assert ledger.moved() == {"field topic": telegram.NO_FORUM}


async def test_a_long_time_of_trouble_turns_no_matter_around(tmp_path: Path) -> None:
    with Slack() as service, Ledger.open(tmp_path / "ledger.sqlite3") as ledger:
        channel = newsroom(service)
        desk = Desk(ledger, {channel.name: channel})
        desk.owes(alert("a", thread="m"))
        await desk.flush()
        desk.owes(alert("b", thread="m"), alert("c", thread="m"), alert("d"))
        service.fails("chat.postMessage", Fault("html", status=503, times=8))
        for _ in range(30):
            (until,) = [end for _, _, end in ledger.parked().values() if end] or [desk.at]
            await desk.flush(after=until - desk.at + timedelta(seconds=2))
        heard = [key for key, _ in told([str(m["text"]) for m in service.posted])]
        assert sorted(heard) == list(KEYS)
        assert [key for key in heard if key != "d"] == ["a", "b", "c"]


async def test_half_a_character_in_a_page_costs_a_webhook_nothing(tmp_path: Path) -> None:
    with Hook() as service, Ledger.open(tmp_path / "ledger.sqlite3") as ledger:
        desk = Desk(ledger, {"hook": Channel("hook", "webhook", {}, {"url": service.url, "secret": SECRET})})
        bad = alert("a", headline="An act \ud83d of the council", body="Council \udc00")
        desk.owes(replace(bad, matter=replace(MATTER, title="Title \ud800")))
        await desk.flush()
        assert (desk.states(), len(service.received)) == (["sent"], 1)


async def test_a_webhook_of_slack_that_answers_with_an_error_of_its_own_is_outlasted(tmp_path: Path) -> None:
    with Slack() as service, Ledger.open(tmp_path / "ledger.sqlite3") as ledger:
        desk = Desk(ledger, {"basic": Channel("basic", "slack", {}, {"webhook": service.webhook})})
        desk.owes(alert("a"))
        service.fails("webhook", Fault("status", status=500, times=4, answer={"error": "rollup_error"}))
        for _ in range(6):
            await desk.flush(after=timedelta(minutes=20))
        assert (desk.states(), len(service.hooked)) == (["sent"], 1)


@pytest.mark.parametrize("fault", [fake_slack.refuses("unknown_method", times=9), Fault("html", status=429, times=2)])
async def test_a_question_that_is_not_known_is_given_up_and_one_that_must_wait_is_asked_again(
    tmp_path: Path, fault: Fault
) -> None:
    waits = fault.kind == "html"
    with Slack() as service, Ledger.open(tmp_path / "ledger.sqlite3") as ledger:
        channel = newsroom(service)
        desk = Desk(ledger, {channel.name: channel})
        desk.owes(alert("a"))
        service.fails("chat.postMessage", Fault("drop", taken=True))
        service.fails("conversations.history", fault)
        for _ in range(5):
            await desk.flush(after=timedelta(minutes=20))
        heard = told([str(m["text"]) for m in service.posted])
        assert (desk.states(), heard) == (["sent"], [("a", False)] if waits else [("a", False), ("a", True)])


async def test_a_time_to_wait_without_end_stops_no_other_channel(tmp_path: Path) -> None:
    with Slack() as service, Telegram() as other, Ledger.open(tmp_path / "ledger.sqlite3") as ledger:
        channel, field_ = newsroom(service), field_chat(other)
        desk = Desk(ledger, {channel.name: channel, field_.name: field_})
        desk.owes(alert("a"))
        endless = {"Retry-After": "99999999999999999999"}
        service.fails("chat.postMessage", Fault("status", status=429, headers=endless, answer={"error": "ratelimited"}))
        await desk.flush()
        assert len(other.posted) == 1
        await desk.flush(after=timedelta(hours=13))
        assert desk.states() == ["sent"] * 2
