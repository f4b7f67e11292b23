"""Several alerts in one message: digests, the news of one meeting, and how both end when something breaks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.news import MEETING, NOON, alert
from tests.fakes.service import Fault
from tests.fakes.slack import Slack, refuses, too_many_requests
from tests.fakes.telegram import Telegram
from tests.test_deliver import AGAIN, Desk, field_chat, newsroom, on_slack
from watcher.alerts import notice, plain_text, route, short_id, together, units
from watcher.alerts.bundle import digest_bundle, meeting_bundle, next_period, under_way
from watcher.ledger import Ledger
from watcher.model import Alert, Mute, Route

HOUR = timedelta(hours=1)
DAILY = Route(("newsroom-C1",), digest="daily 07:30", time_zone="America/Chicago")
DUE = datetime(2026, 11, 24, 13, 30, tzinfo=UTC)


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with Ledger.open(tmp_path / "ledger.sqlite3") as opened:
        yield opened


@pytest.fixture
def workspace() -> Iterator[Slack]:
    with Slack() as service:
        yield service


@pytest.fixture
def dropping() -> Iterator[Dropping]:
    with Dropping() as service:
        yield service


@pytest.fixture
def chat() -> Iterator[Telegram]:
    with Telegram() as service:
        yield service


def tell(desk: Desk, *alerts: Alert, by: Route | None = None) -> None:
    """Routes the alerts at the desk's time and records them."""
    routes = [by] if by else []
    made = [d for told in alerts for d in route(told, routes, tuple(desk.channels), (), (), desk.now())]
    desk.ledger.record(alerts=alerts, deliveries=made)


def text_of(message: dict[str, Any]) -> str:
    return str(message["blocks"] or message["text"])


# ----------------------------------------------------------------------------------------------------- quiet hours

NIGHT = Route(("newsroom-C1",), quiet="22:00-06:30", time_zone="America/New_York")


async def test_what_waited_until_quiet_hours_began_goes_out_when_they_end(ledger: Ledger, workspace: Slack) -> None:
    desk = on_slack(ledger, workspace)
    desk.at = datetime(2026, 11, 25, 2, 50, tzinfo=UTC)  # 21:50 in New York
    tell(desk, alert("k1"), by=NIGHT)
    workspace.fails("chat.postMessage", Fault("html", status=503))
    await desk.flush(routes=[NIGHT])
    desk = Desk(ledger, desk.channels, at=desk.at)  # a restart in the night
    for insist in (False, True):
        await desk.flush(HOUR, routes=[NIGHT], insist=insist)
    assert (desk.only().state, len(workspace.posted)) == ("held", 0)
    assert "quiet hours 22:00-06:30" in desk.only().reason
    desk.at = datetime(2026, 11, 25, 11, 30, tzinfo=UTC)
    await desk.flush(routes=[NIGHT])
    assert (desk.only().state, len(workspace.posted)) == ("sent", 1)


async def test_quiet_hours_of_one_route_hush_nothing_that_another_lets_out(ledger: Ledger, workspace: Slack) -> None:
    desk = on_slack(ledger, workspace)
    pressing = replace(NIGHT, quiet=None, urgency=("soon",))
    desk.at = datetime(2026, 11, 25, 4, tzinfo=UTC)
    tell(desk, alert("k1"), by=pressing)
    await desk.flush(routes=[NIGHT, pressing])
    assert len(workspace.posted) == 1


async def test_what_is_muted_while_a_service_is_down_is_withheld(ledger: Ledger, workspace: Slack) -> None:
    desk = on_slack(ledger, workspace)
    desk.owes(alert("k1"), alert("k2", topics=("287g",)))
    workspace.fails("chat.postMessage", too_many_requests(600))
    await desk.flush()
    ledger.add_mute(Mute("287g", desk.now() + timedelta(days=1), "known", "ana", desk.now()))
    await desk.flush(HOUR)
    assert desk.states() == ["sent", "withheld"]


async def test_a_long_digest_holds_nothing_that_was_muted(ledger: Ledger, workspace: Slack) -> None:
    desk = on_slack(ledger, workspace)
    tell(desk, *(alert(f"k{n:02}") for n in range(40)), by=DAILY)
    ledger.add_mute(Mute("ma-boston/file/k35", DUE + HOUR, "known", "ana", NOON))
    await desk.flush(DUE - NOON)
    assert sorted(desk.states()) == ["sent"] * 39 + ["withheld"]
    assert short_id("k35") not in text_of(workspace.posted[0])


# -------------------------------------------------------------------------------------------------------- digests


async def test_a_digest_is_one_message_for_everything_of_its_period(ledger: Ledger, workspace: Slack) -> None:
    desk = on_slack(ledger, workspace)
    tell(desk, *(alert(f"k{n}") for n in range(30)), by=DAILY)
    assert await desk.flush() == []
    settled = await desk.flush(DUE - NOON)
    assert [delivery.state for delivery in settled] == ["sent"] * 30
    (message,) = workspace.posted
    assert "Daily digest to Tue 24 Nov 2026, 7:30 AM CST: 30 alerts" in text_of(message)
    assert all(f" · {short_id(f'k{n}')}" in text_of(message) for n in range(30))
    assert len({delivery.receipt for delivery in ledger.deliveries()}) == 1
    assert await desk.flush(HOUR) == []


async def test_what_comes_after_its_digest_was_sent_goes_in_the_next(ledger: Ledger, workspace: Slack) -> None:
    desk = on_slack(ledger, workspace)
    late = route(alert("late"), [DAILY], (), (), (), NOON)  # found before the end of the period, recorded after it
    tell(desk, alert("k1"), by=DAILY)
    await desk.flush(DUE - NOON)
    ledger.record(alerts=[alert("late")], deliveries=late)
    await desk.flush(timedelta(minutes=1))
    assert len(workspace.posted) == 1
    await desk.flush(timedelta(days=1))
    assert ["matter late" in text_of(message) for message in workspace.posted] == [False, True]


async def test_each_period_of_a_long_downtime_has_its_own_message(ledger: Ledger, workspace: Slack) -> None:
    desk = on_slack(ledger, workspace)
    for day in range(3):
        tell(desk, alert(f"k{day}a"), alert(f"k{day}b"), by=DAILY)
        desk.at += timedelta(days=1)
    await desk.flush(HOUR * 3)
    assert [text_of(m).count("matter k") for m in workspace.posted] == [2, 2, 2]


async def test_a_digest_that_was_cut_off_is_found_at_slack_and_not_sent_again(ledger: Ledger, workspace: Slack) -> None:
    desk = on_slack(ledger, workspace)
    tell(desk, alert("k1"), alert("k2"), by=DAILY)
    workspace.fails("chat.postMessage", Fault("drop", taken=True))
    await desk.flush(DUE - NOON)
    tell(desk, alert("k3"), by=DAILY)
    await desk.flush(AGAIN)
    assert len(workspace.posted) == 1
    assert desk.states() == ["sent", "sent", "held"]


async def test_a_digest_that_may_have_arrived_on_telegram_is_repeated_once_and_marked(
    ledger: Ledger, chat: Telegram
) -> None:
    desk = Desk(ledger, {"field": field_chat(chat)})
    tell(desk, alert("k1"), alert("k2"), by=replace(DAILY, to=("field",)))
    chat.fails("sendMessage", Fault("drop", taken=True))
    await desk.flush(DUE - NOON)
    await desk.flush(AGAIN)
    assert ["possible repeat of #" in message["text"] for message in chat.posted] == [False, True]
    assert desk.states() == ["sent", "sent"]


async def test_a_digest_that_is_refused_is_told_one_by_one(ledger: Ledger, workspace: Slack) -> None:
    desk = on_slack(ledger, workspace)
    tell(desk, alert("k1"), alert("k2"), by=DAILY)
    workspace.fails("chat.postMessage", refuses("invalid_blocks", times=2))
    for _ in range(3):
        await desk.flush(DUE - NOON)
    assert desk.states() == ["sent", "sent"]


async def test_what_is_muted_while_it_waits_is_withheld(ledger: Ledger, workspace: Slack) -> None:
    desk = on_slack(ledger, workspace)
    tell(desk, alert("k1"), alert("k2", topics=("287g",)), by=DAILY)
    ledger.add_mute(Mute("detainer", NOON + timedelta(days=3), "known", "ana", NOON))
    await desk.flush(DUE - NOON)
    assert desk.states() == ["withheld", "sent"]
    assert ["matter k1" in text_of(workspace.posted[0]), "matter k2" in text_of(workspace.posted[0])] == [False, True]


def test_a_period_after_another_keeps_its_wall_time_through_daylight_saving() -> None:
    before = digest_bundle("daily 07:30", "America/Chicago", datetime(2026, 10, 31, 12, 30, tzinfo=UTC))
    bundle, due = next_period(before, datetime(2026, 10, 31, 12, 31, tzinfo=UTC))
    assert due == datetime(2026, 11, 1, 13, 30, tzinfo=UTC)
    assert bundle == "digest|daily 07:30|America/Chicago|2026-11-01T13:30+00:00"


@pytest.mark.parametrize("many", [1, 40, 400])
@pytest.mark.parametrize("limit", [3000, 4000, 12000])
def test_a_digest_names_every_alert_within_any_limit(many: int, limit: int) -> None:
    alerts = [alert(f"k{n}", headline=f"Boston, MA: {'a long title ' * 20}") for n in range(many)]
    told = notice(together(alerts, digest_bundle("hourly", "UTC", NOON), NOON))
    text = plain_text(told, limit)
    assert units(text) <= limit
    shown = [notice(one).id for one in alerts]
    if many * 7 < limit - 200:
        assert all(name in text for name in shown)


# -------------------------------------------------------------------------------------------------------- meetings


async def test_six_items_of_a_meeting_are_one_message_with_six_lines_and_a_thread(
    ledger: Ledger, workspace: Slack
) -> None:
    desk = on_slack(ledger, workspace)
    tell(desk, *(alert(f"k{n}") for n in range(6)))
    settled = await desk.flush()
    assert [(delivery.state, delivery.attempts) for delivery in settled] == [("sent", 2)] * 6
    root, *replies = workspace.posted
    assert "6 items of the meeting of Tue 1 Dec 2026, 4:00 PM" in text_of(root)
    assert all(f"matter k{n} " in text_of(root) for n in range(6))
    assert [message["thread_ts"] for message in replies] == [root["ts"]] * 6
    desk.at += HOUR
    tell(desk, alert("k9", thread=alert("k3").thread))
    await desk.flush()
    assert workspace.posted[-1]["thread_ts"] == root["ts"]


async def test_one_item_or_items_of_two_meetings_stand_by_themselves(ledger: Ledger, workspace: Slack) -> None:
    desk = on_slack(ledger, workspace)
    tell(desk, alert("k1"), alert("k2", meeting=replace(MEETING, id="m2")), alert("k3", meeting=None))
    await desk.flush()
    assert [message["thread_ts"] for message in workspace.posted] == [None] * 3


class Dropping(Slack):
    """Takes one message, the so-manyth, and then drops the connection."""

    drops_the = 0

    def next_fault(self, method: str) -> Fault | None:
        fault = super().next_fault(method)
        lost = method == "chat.postMessage" and self.calls[method] == self.drops_the
        return Fault("drop", taken=True) if lost else fault


@pytest.mark.parametrize("lost", range(1, 5))
async def test_a_meeting_cut_off_anywhere_is_told_once(ledger: Ledger, dropping: Dropping, lost: int) -> None:
    workspace = dropping
    desk = on_slack(ledger, workspace)
    tell(desk, *(alert(f"k{n}") for n in range(3)))
    workspace.drops_the = lost
    for n in range(6):
        await desk.flush(AGAIN)
        if n == 0:  # news of the same meeting in between joins nothing that is under way
            tell(desk, alert("k8"), alert("k9"))
    assert desk.states() == ["sent"] * 5
    keys = workspace.keys()
    assert len(keys) == len(set(keys)) == 7
    assert all(f"k{n}/newsroom-C1" in keys for n in (0, 1, 2, 8, 9))


@pytest.mark.parametrize("many", [2, 60, 300])
async def test_a_long_digest_is_taken_by_every_service(
    ledger: Ledger, workspace: Slack, chat: Telegram, many: int
) -> None:
    desk = Desk(ledger, {"newsroom-C1": newsroom(workspace), "field": field_chat(chat)})
    evil = "<!channel> @everyone </b> `x` *y* \U0001f468\u200d\U0001f469\u200d\U0001f467 " * 8
    alerts = [alert(f"k{n}", headline=f"Boston, MA: {n} {evil}") for n in range(many)]
    tell(desk, *alerts, by=replace(DAILY, to=("newsroom-C1", "field")))
    await desk.flush(DUE - NOON)
    assert desk.states() == ["sent"] * (2 * many)
    assert (len(workspace.posted), len(chat.posted)) == (1, 1)
    assert workspace.posted[0]["blocks"]
    assert workspace.pings == []
    for said in (text_of(workspace.posted[0]), str(chat.posted[0]["text"])):
        assert all(short_id(told.key)[1:] in said for told in alerts)


def test_the_bundle_of_a_meeting_is_its_own_and_fixed_once_it_is_under_way() -> None:
    bundle = meeting_bundle(alert("k1"))
    assert bundle == "meeting|ma-boston|m1"
    begun = under_way(bundle, ["b", "a"])
    assert begun == under_way(bundle, ["a", "b"]) == under_way(begun, ["a", "b", "c"])
    assert meeting_bundle(alert("k1", meeting=None)) == ""


# ------------------------------------------------------------------------------------------------- order and pace


async def test_another_matter_goes_beside_one_that_is_slow_and_a_reply_waits(
    ledger: Ledger, workspace: Slack, monkeypatch: pytest.MonkeyPatch
) -> None:
    from watcher.deliver import courier

    monkeypatch.setattr(courier, "SLOW", 0.05)
    desk = on_slack(ledger, workspace)
    desk.owes(alert("k1", thread="t"), alert("k2", thread="t"), alert("k3", thread="u"))
    workspace.delay = 0.4
    await desk.flush()
    assert workspace.keys()[:2] == ["k1/newsroom-C1", "k3/newsroom-C1"]
    assert workspace.posted[2]["thread_ts"] == workspace.posted[0]["ts"]


async def test_two_channels_to_one_place_share_its_pace(ledger: Ledger, workspace: Slack) -> None:
    import time

    from watcher.deliver import Post

    one, two = newsroom(workspace), replace(newsroom(workspace), name="again")
    desk = Desk(ledger, {one.name: one, two.name: two}, post=Post())
    desk.owes(alert("k1"))
    started = time.monotonic()
    await desk.flush()
    assert time.monotonic() - started >= 0.9


async def test_a_new_process_keeps_the_pace_of_the_last(ledger: Ledger, workspace: Slack) -> None:
    import time

    from watcher.deliver import Post

    for key in ("k1", "k2"):
        desk = on_slack(ledger, workspace)
        desk.post = Post()
        desk.owes(alert(key))
        started = time.monotonic()
        await desk.flush()
    assert time.monotonic() - started >= 0.9


async def test_what_waited_for_long_says_so(ledger: Ledger, workspace: Slack) -> None:
    desk = on_slack(ledger, workspace)
    desk.owes(alert("k1"))
    await desk.flush(timedelta(hours=5, minutes=7))
    assert "told 5 h 7 min after it was noticed" in text_of(workspace.posted[0])
