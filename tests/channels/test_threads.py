"""One thread a matter, as its readers see it: replies, the root at the current stage, long redlines as pages."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from tests.fakes import slack as fake_slack
from tests.fakes import telegram as fake_telegram
from tests.fakes.news import alert, change, verdict
from tests.fakes.service import Fault
from tests.fakes.slack import Slack
from tests.fakes.telegram import Telegram
from tests.test_deliver import Desk, field_chat, newsroom
from watcher.channels import telegram
from watcher.ledger import Ledger
from watcher.model import Alert, Channel

THREAD = "ma-boston/file/2026-0412"
LONG = "The department shall not detain any person on a civil immigration detainer. " * 800  # some 60 KB


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


def at_stage(key: str, stage: str) -> Alert:
    return alert(key, change(f"c-{key}", verdict=verdict(stage=stage)), thread=THREAD, stage=stage)


async def told(desk: Desk, *alerts: Alert) -> None:
    for one in alerts:
        desk.owes(one)
        await desk.flush()


async def test_slack_shows_the_stage_at_the_root_and_tells_a_new_one_to_the_whole_channel(
    ledger: Ledger, workspace: Slack
) -> None:
    desk = Desk(ledger, {"newsroom-C1": newsroom(workspace)})
    await told(desk, *(at_stage(*word) for word in (("a", "introduced"), ("b", "introduced"), ("c", "adopted"))))
    root, same, adopted = workspace.posted
    assert (same["thread_ts"], adopted["thread_ts"]) == (root["ts"], root["ts"])
    assert (root["broadcast"], same["broadcast"], adopted["broadcast"]) == (False, False, True)
    (edit,) = workspace.edits
    assert edit["ts"] == root["ts"]
    assert "*Now:* adopted · since Tue 24 Nov 2026, 7:00 AM EST" in str(root["blocks"])
    assert "introduced" in str(root["blocks"])  # what it said first, it says still


async def test_telegram_shows_the_stage_at_the_root(ledger: Ledger, chat: Telegram) -> None:
    desk = Desk(ledger, {"field": field_chat(chat)})
    await told(desk, at_stage("a", "introduced"), at_stage("b", "adopted"))
    root, adopted = chat.posted
    assert adopted["reply_to"] == root["id"]
    assert "\nNow: adopted · since Tue 24 Nov 2026, 7:00 AM EST" in root["text"]
    assert "Mute 7 days" in root["keyboard"]  # an edit without its buttons would take them away


@pytest.mark.parametrize("kind", ["drop", "html", "status"])
async def test_an_edit_that_fails_costs_no_alert_and_no_copy(
    ledger: Ledger, workspace: Slack, chat: Telegram, kind: str
) -> None:
    desk = Desk(ledger, {"newsroom-C1": newsroom(workspace), "field": field_chat(chat)})
    workspace.fails("chat.update", Fault(kind))
    chat.fails("editMessageText", Fault(kind))
    await told(desk, *(at_stage(*word) for word in (("a", "introduced"), ("b", "adopted"), ("c", "repealed"))))
    assert len(workspace.posted) == len(chat.posted) == 3
    assert set(desk.states()) == {"sent"}
    assert "*Now:* repealed" in str(workspace.posted[0]["blocks"])  # the next one mends it
    assert "Now: repealed" in chat.posted[0]["text"]


async def test_an_update_that_was_found_at_slack_edits_the_root_too(ledger: Ledger, workspace: Slack) -> None:
    desk = Desk(ledger, {"newsroom-C1": newsroom(workspace)})
    await told(desk, at_stage("a", "introduced"))
    workspace.fails("chat.postMessage", Fault("drop", taken=True))
    desk.owes(at_stage("b", "adopted"))
    await desk.flush()
    assert not workspace.edits
    await desk.flush(after=timedelta(minutes=1))
    assert len(workspace.posted) == 2
    assert "*Now:* adopted" in str(workspace.posted[0]["blocks"])


async def test_a_long_redline_comes_as_a_page_in_the_thread(ledger: Ledger, workspace: Slack, chat: Telegram) -> None:
    desk = Desk(ledger, {"newsroom-C1": newsroom(workspace), "field": field_chat(chat)})
    call = "Call 617-555-0123."
    long = alert("long", change("c-long", LONG + call, redline=(("+", LONG + call),)))
    await told(desk, alert("short"), long)
    (file,) = workspace.files
    (document,) = chat.documents
    assert file["thread_ts"] == workspace.posted[1]["ts"]
    page = file["body"].decode()
    assert LONG.strip() in page.replace("\n", " ")
    assert "617-555-0123" not in page
    assert file["title"].endswith(".html")
    assert '"message_id": 2' in document["reply_parameters"] or '"message_id":2' in document["reply_parameters"]


@pytest.mark.parametrize(
    "fault",
    [("files.getUploadURLExternal", fake_slack.refuses("storage_limit_reached")), ("upload", Fault("drop")),
     ("upload", Fault("html", status=500)), ("files.completeUploadExternal", fake_slack.refuses("file_uploads_disabled"))],
)  # fmt: skip
async def test_a_page_that_slack_does_not_take_costs_no_alert(
    ledger: Ledger, workspace: Slack, fault: tuple[str, Fault], caplog: pytest.LogCaptureFixture
) -> None:
    desk = Desk(ledger, {"newsroom-C1": newsroom(workspace)})
    workspace.fails(*fault)
    await told(desk, alert("long", change("c-long", LONG, redline=(("+", LONG),))), alert("next"))
    assert desk.states() == ["sent", "sent"]
    assert (len(workspace.posted), workspace.files) == (2, [])
    assert "sent, but not all that follows it" in caplog.text


async def test_a_chat_that_moved_has_new_threads(ledger: Ledger, chat: Telegram) -> None:
    """Message numbers begin anew in a supergroup: an old one would name, and edit, another message."""
    desk = Desk(ledger, {"field": field_chat(chat)})
    await told(desk, at_stage("a", "introduced"), alert("other"))
    chat.migrated["-100"] = -200
    chat.chats["-200"] = False
    await told(desk, alert("first-there"), at_stage("b", "adopted"))
    assert [message["reply_to"] for message in chat.posted] == [None, None, None, None]
    assert not chat.edits


def test_routine_news_comes_without_a_sound_and_urgent_news_with_one() -> None:
    channel = Channel("field", "telegram")
    assert telegram.render(alert("k", urgency="routine"), channel).body.get("silent") is True
    assert telegram.render(alert("k", urgency="now"), channel).body.get("silent") is None
    never, always = (Channel("field", "telegram", {"silent": word}) for word in ("never", "always"))
    assert telegram.render(alert("k", urgency="routine"), never).body.get("silent") is None
    assert telegram.render(alert("k", urgency="now"), always).body.get("silent") is True


async def test_silence_reaches_the_service(ledger: Ledger, chat: Telegram) -> None:
    desk = Desk(ledger, {"field": field_chat(chat)})
    await told(desk, alert("a", urgency="routine"), alert("b", urgency="now"))
    assert [message["silent"] for message in chat.posted] == [True, False]


async def test_a_topic_that_is_gone_is_said_in_the_main_chat(ledger: Ledger, chat: Telegram) -> None:
    with_topic = replace(field_chat(chat), options={"chat": -100, "base_url": chat.base_url, "topic": 9})
    desk = Desk(ledger, {"field": with_topic})
    await told(desk, alert("a"), alert("b"))
    assert [message["topic"] for message in chat.posted] == [None, None]
    assert chat.posted[0]["text"].startswith("The topic of this channel is gone or closed; told here instead.\n")
    assert fake_telegram.parsed(chat.posted[0]["raw"])
