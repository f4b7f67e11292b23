"""Buttons and commands through the real SDKs over real sockets, into the real ledger."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.fakes import slack as fake_slack
from tests.fakes import telegram as fake_telegram
from tests.fakes.news import NOON, SITE, alert
from tests.fakes.service import Fault
from tests.fakes.slack import Slack
from tests.fakes.telegram import Telegram
from tests.test_deliver import Desk
from watcher.alerts import short_id
from watcher.ledger import Ledger
from watcher.listen import Clerk, listening, telegram
from watcher.listen import slack as slack_listener
from watcher.model import Channel, Route


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slack_listener, "LOOK", 0.05)
    monkeypatch.setattr(slack_listener, "REST", 0.05)
    monkeypatch.setattr(slack_listener, "PATIENCE", 2.0)
    monkeypatch.setattr(telegram, "REST", 0.05)


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with Ledger.open(tmp_path / "ledger.sqlite3") as opened:
        yield opened


def newsroom(service: Slack) -> Channel:
    options = {"channel": "C1", "base_url": service.base_url, "allowed": ["U1"]}
    return Channel("newsroom", "slack", options, {"token": fake_slack.TOKEN, "app_token": fake_slack.APP_TOKEN})


def field(service: Telegram, **more: Any) -> Channel:
    return Channel(
        "field", "telegram", {"chat": -100, "base_url": service.base_url} | more, {"token": fake_telegram.TOKEN}
    )


@asynccontextmanager
async def heard(ledger: Ledger, channel: Channel) -> AsyncIterator[tuple[Desk, Clerk]]:
    """One alert told in a channel that is listened to."""
    desk = Desk(ledger, {channel.name: channel})
    desk.owes(alert("k" * 64))
    await desk.flush()
    clerk = Clerk(ledger, {SITE.id: SITE}, [Route((channel.name,), stage=("adopted",))], lambda: NOON)
    async with listening(clerk, desk.channels.values()):
        yield desk, clerk


async def until(done: Callable[[], object], seconds: float = 8.0) -> None:
    for _ in range(int(seconds / 0.02)):
        if done():
            return
        await asyncio.sleep(0.02)
    raise AssertionError("it did not come to pass")


# ------------------------------------------------------------------------------------------------------------ Slack


async def test_slack_mutes_for_one_who_may_and_the_message_says_so(ledger: Ledger) -> None:
    with Slack() as service:
        async with heard(ledger, newsroom(service)):
            await until(lambda: service.connected)
            envelope = service.click(service.posted[0], "mute")
            await until(lambda: service.edits)
            assert envelope in service.acks
            (mute,) = ledger.mutes(NOON)
            assert (mute.what, mute.by) == (alert("k" * 64).thread, "name-of-U1 (U1)")
            assert mute.until == NOON + timedelta(days=7)
            assert "Muted by name-of-U1 (U1) until" in str(service.posted[0]["blocks"])
            service.click(service.posted[0], "unmute")
            await until(lambda: len(service.edits) == 2)
            assert ledger.mutes(NOON) == []
            (actions,) = (block for block in service.posted[0]["blocks"] if block["type"] == "actions")
            assert [button["action_id"] for button in actions["elements"]] == ["mute", "not_relevant", "why"]


async def test_slack_says_no_politely_and_only_to_the_one_who_asked(ledger: Ledger) -> None:
    with Slack() as service:
        async with heard(ledger, newsroom(service)):
            await until(lambda: service.connected)
            service.click(service.posted[0], "mute", user="U2")
            await until(lambda: service.replies)
            assert (ledger.mutes(NOON), service.edits) == ([], [])
            (reply,) = service.replies
            assert (reply["response_type"], reply["replace_original"]) == ("ephemeral", False)
            assert "Sorry" in reply["text"]


async def test_slack_answers_why_and_takes_feedback(ledger: Ledger) -> None:
    with Slack() as service:
        async with heard(ledger, newsroom(service)):
            await until(lambda: service.connected)
            service.click(service.posted[0], "why", user="U2")
            service.click(service.posted[0], "not_relevant", response_url=False)  # answered by chat.postEphemeral
            await until(lambda: len(service.replies) == 2)
            assert "newsroom: sent" in str(service.replies)
            assert [(said.said, said.by) for said in ledger.feedback()] == [("not_relevant", "name-of-U1 (U1)")]


async def test_council_commands(ledger: Ledger) -> None:
    with Slack() as service:
        async with heard(ledger, newsroom(service)):
            await until(lambda: service.connected)
            for text in (
                "status",
                "sites boston",
                f"why {short_id('k' * 64)}",
                "mute boston-council 2d <!channel>",
                "",
            ):
                service.command(text)
            await until(lambda: len(service.replies) == 5)
            said = "\n".join(reply["text"] for reply in service.replies)
            assert "1 site watched" in said
            assert "boston-council: new" in said
            assert "&lt;!channel&gt;" in service.replies[3]["text"] or "<!channel>" not in said
            assert ledger.mutes(NOON)[0].what == "boston-council"


async def test_an_envelope_that_comes_twice_is_answered_once(ledger: Ledger) -> None:
    with Slack() as service:
        async with heard(ledger, newsroom(service)):
            await until(lambda: service.connected)
            said = {"type": "slash_commands", "envelope_id": "e1", "payload": {
                "text": "status", "user_id": "U1", "user_name": "a", "channel_id": "C1",
                "response_url": f"http://127.0.0.1:{service.port}/response/1"}}  # fmt: skip
            service._send(said)
            service._send(said | {"retry_attempt": 1})
            await until(lambda: len(service.acks) == 2)
            await asyncio.sleep(0.2)
            assert len(service.replies) == 1


async def test_slack_comes_back_after_a_refresh_and_after_an_outage(ledger: Ledger) -> None:
    with Slack() as service:
        async with heard(ledger, newsroom(service)):
            await until(lambda: service.connected)
            service.refresh()
            await until(lambda: service.calls["apps.connections.open"] >= 2 and service.connected == 1)
            service.refuse()
            await asyncio.sleep(0.2)
            service.listen()
            await until(lambda: service.connected, 25)
            service.command("status")
            await until(lambda: service.replies)


async def test_a_dead_app_token_costs_no_alert_and_is_said_once(
    ledger: Ledger, caplog: pytest.LogCaptureFixture
) -> None:
    with Slack() as service:
        service.links_off = True
        async with heard(ledger, newsroom(service)) as (desk, clerk):
            await until(lambda: clerk.trouble)
            assert clerk.trouble == {"newsroom": "Slack refuses the app token (invalid_auth)"}
            desk.owes(alert("next"))
            await desk.flush()
            assert desk.states() == ["sent", "sent"]
        assert service.calls["apps.connections.open"] == 1
    assert fake_slack.APP_TOKEN not in caplog.text


async def test_socket_mode_turned_off_is_heard(ledger: Ledger) -> None:
    with Slack() as service:
        async with heard(ledger, newsroom(service)) as (_, clerk):
            await until(lambda: service.connected)
            service.links_off = True
            service.refresh("link_disabled")
            await until(lambda: clerk.trouble)
            assert clerk.trouble == {"newsroom": "Slack has turned Socket Mode off"}


# --------------------------------------------------------------------------------------------------------- Telegram


async def test_telegram_mutes_for_one_who_may_and_the_buttons_say_so(ledger: Ledger) -> None:
    with Telegram() as service:
        async with heard(ledger, field(service, allowed=[7])):
            service.press(service.posted[0], "Mute 7 days")
            await until(lambda: service.edits)
            (mute,) = ledger.mutes(NOON)
            assert (mute.what, mute.by) == (alert("k" * 64).thread, "Name-of-7 (7)")
            ((button,),) = json.loads(service.posted[0]["keyboard"])["inline_keyboard"]
            assert button["text"].startswith("Muted until 01 Dec by Name-of-7 (7)")
            service.press(service.posted[0], button["text"])
            await until(lambda: len(service.edits) == 2)
            assert ledger.mutes(NOON) == []
            assert "Mute 7 days" in service.posted[0]["keyboard"]


async def test_a_button_pressed_twice_says_the_same_twice_and_troubles_nobody(
    ledger: Ledger, caplog: pytest.LogCaptureFixture
) -> None:
    with Telegram() as service:
        async with heard(ledger, field(service, allowed=[7])):
            as_seen = dict(service.posted[0])
            for presses in (1, 2):
                service.press(as_seen, "Mute 7 days")
                await until(lambda presses=presses: len(service.answers) == presses)  # type: ignore[misc]
            await until(lambda: service.calls["editMessageReplyMarkup"] == 2)
        assert len({answer["text"] for answer in service.answers}) == 1
        assert (len(service.edits), len(ledger.mutes(NOON))) == (1, 1)
    assert "not answered" not in caplog.text


@pytest.mark.parametrize(("allowed", "admin", "may"), [([8], True, False), ([], True, True), ([], False, False)])
async def test_telegram_asks_the_list_or_the_group_who_may(
    ledger: Ledger, allowed: list[int], admin: bool, may: bool
) -> None:
    with Telegram() as service:
        service.admins = {7} if admin else set()
        async with heard(ledger, field(service, allowed=allowed)):
            service.press(service.posted[0], "Mute 7 days")
            await until(lambda: service.answers)
            assert bool(ledger.mutes(NOON)) == may
            assert ("Sorry" in service.answers[0]["text"]) == (not may)


async def test_telegram_commands_are_answered_in_their_chat_and_mention_nobody(ledger: Ledger) -> None:
    with Telegram() as service:
        service.admins = {7}
        async with heard(ledger, field(service, allowed=[])):
            for text in ("/status", "/sites@watcher_bot", f"/why {short_id('k' * 64)}", "/mute boston-council 2d @everyone </b>",
                         "/subscribe", "just talking"):  # fmt: skip
                service.says(text)
            await until(lambda: len(service.posted) == 6)
            said = [message["text"] for message in service.posted[1:]]
            assert "1 site watched" in said[0]
            assert "field: sent" in said[2]
            assert "route 1: stage adopted; relevant alerts" in said[4]
            assert not [word for text in said for word in fake_telegram.mentions(text)]
            assert ledger.mutes(NOON)[0].reason == "@everyone </b>"
            await asyncio.sleep(0.3)
            assert len(service.posted) == 6  # people may talk


async def test_a_strangers_chat_learns_how_it_is_made_a_channel_and_no_more(ledger: Ledger) -> None:
    with Telegram() as service:
        service.chats["55"] = False
        async with heard(ledger, field(service, allowed=[7])):
            service.says("/status", user=99, chat=55)
            await until(lambda: len(service.posted) == 2)
            assert "chat: 55}" in service.posted[1]["text"]
            assert "watched:" not in service.posted[1]["text"]


async def test_a_second_poller_stops_asking_and_goes_on_sending(ledger: Ledger) -> None:
    with Telegram() as service:
        service.fails("getUpdates", fake_telegram.refuses(409, "Conflict: terminated by other getUpdates request"))
        async with heard(ledger, field(service)) as (desk, clerk):
            await until(lambda: clerk.trouble)
            assert "another program asks for this bot's updates" in clerk.trouble["field"]
            asked = service.calls["getUpdates"]
            desk.owes(alert("next"))
            await desk.flush()
            assert desk.states() == ["sent", "sent"]
            assert service.calls["getUpdates"] == asked == 1


@pytest.mark.parametrize(
    "fault",
    [
        Fault("drop"),
        Fault("half"),
        Fault("html", status=502),
        Fault("html", status=200),
        fake_telegram.too_many_requests(0),
    ],
)
async def test_telegram_is_heard_again_after_trouble(ledger: Ledger, fault: Fault) -> None:
    with Telegram() as service:
        service.fails("getUpdates", fault)
        async with heard(ledger, field(service, allowed=[7])):
            service.says("/status")
            await until(lambda: len(service.posted) == 2)


async def test_a_press_too_old_to_answer_is_carried_out_all_the_same(ledger: Ledger) -> None:
    with Telegram() as service:
        service.fails("answerCallbackQuery", fake_telegram.refuses(400, "Bad Request: query is too old"))
        async with heard(ledger, field(service, allowed=[7])):
            service.press(service.posted[0], "Mute 7 days")
            await until(lambda: service.edits)
            assert ledger.mutes(NOON)


async def test_buttons_can_be_left_to_another_program(ledger: Ledger) -> None:
    with Telegram() as service:
        async with heard(ledger, field(service, buttons=False)):
            await asyncio.sleep(0.2)
        assert service.calls["getUpdates"] == 0
        assert service.posted[0]["keyboard"] is None


def test_two_channels_of_one_bot_have_one_poller(ledger: Ledger) -> None:
    from watcher.listen import listeners

    with Telegram() as service:
        channels = [field(service), replace(field(service), name="other")]
        assert len(listeners(Clerk(ledger, {}, [], lambda: NOON), channels)) == 1
