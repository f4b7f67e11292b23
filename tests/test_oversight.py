"""The operator's view: what is said of sites, channels, dead letters and storms, once, and the ways to answer."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from tests.fakes.news import BOSTON, NOON, alert, change
from tests.town import Desk, Town, a_town, of_type
from watcher import health, oversight
from watcher.alerts import is_wholesale, is_widespread, muted_by, span
from watcher.fetch import host_group
from watcher.ledger import Ledger
from watcher.model import Act, Delivery, Incident, Mute, Site, SiteState
from watcher.net.heartbeat import beat

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ACT = Act(NOON, "ana", "retry", "x", "why")


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with Ledger.open(tmp_path / "ledger.sqlite3") as opened:
        yield opened


class Watch:
    """Sites whose states are set, and an operator who hears."""

    def __init__(self, ledger: Ledger, *hosts: str) -> None:
        self.ledger, self.at = ledger, NOON
        self.sites = [Site(f"site-{n}", BOSTON, "page", f"https://{host}/{n}") for n, host in enumerate(hosts)]
        self.keeper = oversight.Keeper(ledger, self.sites, ["ops", "log"], lambda: self.at)
        self.heard = 0

    def set(self, *numbers: int, failures: int, reason: str = "wall") -> None:
        health_ = "ok" if not failures else "failing"
        made = [
            SiteState(f"site-{n}", self.sites[n].url, health_, NOON, self.at, NOON, "failed", reason, failures)  # type: ignore[arg-type]
            for n in numbers
        ]
        self.ledger.record(states=made)

    def after(self, time: timedelta) -> list[str]:
        """What the operator newly hears of, some time later."""
        self.at += time
        self.keeper.look()
        owed = self.ledger.deliveries(channel="log")
        fresh, self.heard = owed[self.heard :], len(owed)
        told = [self.ledger.alert(delivery.alert) for delivery in fresh]
        return [one.headline.removeprefix("Ordinance Watcher: ") for one in told if one]


def test_a_site_is_told_of_after_three_failures_and_six_hours_once(ledger: Ledger) -> None:
    watch = Watch(ledger, "a.example", "b.example")
    watch.set(0, failures=1)
    assert watch.after(HOUR) == []
    watch.set(0, failures=3)
    assert watch.after(HOUR) == []
    assert watch.after(4 * HOUR) == ["1 site of a.example cannot be read"]
    assert watch.after(DAY) == []


def test_two_failures_say_nothing_however_long(ledger: Ledger) -> None:
    watch = Watch(ledger, "a.example")
    watch.set(0, failures=2)
    assert watch.after(HOUR) == watch.after(3 * DAY) == []


def test_sites_of_one_host_are_one_message_and_later_ones_none(ledger: Ledger) -> None:
    watch = Watch(ledger, *(f"{town}.legistar.com" for town in "abcd"), "other.example")
    watch.set(0, 1, 2, failures=4)
    watch.after(HOUR)
    assert watch.after(6 * HOUR) == ["3 sites of legistar cannot be read"]
    watch.set(3, failures=3)
    watch.after(HOUR)
    assert watch.after(6 * HOUR) == []


def test_a_reminder_comes_weekly_and_recovery_is_told(ledger: Ledger) -> None:
    watch = Watch(ledger, "a.example", "b.example")
    watch.set(0, failures=3)
    watch.after(HOUR)
    watch.after(6 * HOUR)
    assert "still not read: 1 site" in watch.after(7 * DAY)
    watch.set(0, failures=0)
    assert watch.after(HOUR) == ["1 site of a.example recovered"]
    assert watch.after(HOUR) == []


def test_many_hosts_out_of_reach_are_our_own_network(ledger: Ledger) -> None:
    watch = Watch(ledger, *(f"h{n}.example" for n in range(6)))
    watch.set(4, 5, failures=0)
    watch.set(0, 1, 2, 3, failures=5, reason="unreachable")
    assert watch.after(HOUR) == ["4 of 6 hosts cannot be reached: it looks like our own network or DNS"]
    assert watch.after(DAY) == []  # no word of single sites
    watch.set(0, 1, 2, failures=0)
    assert watch.after(HOUR) == ["the network is back after 1 d 1 h"]
    assert watch.after(5 * HOUR) == []
    assert watch.after(2 * HOUR) == ["1 site of h3.example cannot be read"]  # its own six hours


def test_many_hosts_with_walls_are_not_our_network(ledger: Ledger) -> None:
    watch = Watch(ledger, *(f"h{n}.example" for n in range(6)))
    watch.set(0, 1, 2, 3, failures=5, reason="wall")
    assert watch.after(HOUR) == []


def test_a_parked_channel_is_told_to_the_others_once_and_again_when_it_is_mended(ledger: Ledger) -> None:
    watch = Watch(ledger, "a.example")
    ledger.park("ops", "parked: Slack refuses the token (token_revoked)", NOON, NOON + HOUR)
    assert watch.after(HOUR) == ["channel ops is parked: Slack refuses the token (token_revoked)"]
    assert ledger.deliveries(channel="ops") == []
    ledger.park("ops", "parked: Slack refuses the token (token_revoked)", NOON, NOON + 2 * HOUR)
    assert watch.after(HOUR) == []
    ledger.unpark("ops")
    assert watch.after(HOUR) == ["channel ops takes messages again, after 3 h"]


def test_where_messages_go_instead_is_told_once_and_so_is_their_return(ledger: Ledger) -> None:
    watch = Watch(ledger, "a.example")
    ledger.move("field -100", "-300", NOON)
    ledger.move("forum topic", "its topic is gone or closed", NOON)
    assert watch.after(HOUR) == [
        "channel field: -100 has moved to -300: correct it in the registry",
        "channel forum: its topic is gone or closed",
    ]
    assert watch.after(HOUR) == []
    ledger.move("forum topic", "", NOON)
    assert watch.after(HOUR) == ["channel forum: its topic takes messages again"]
    assert watch.after(HOUR) == []
    ledger.move("forum topic", "its topic is gone or closed", NOON)
    assert watch.after(HOUR) == ["channel forum: its topic is gone or closed"]


def test_a_channel_that_rests_is_no_news(ledger: Ledger) -> None:
    watch = Watch(ledger, "a.example")
    ledger.park("ops", "rests: no connection", NOON, NOON + HOUR)
    assert watch.after(HOUR) == []


def test_dead_letters_are_counted_once_a_day_and_can_be_answered(ledger: Ledger) -> None:
    watch = Watch(ledger, "a.example")
    told = [alert(f"k{n}") for n in range(3)]
    dead = [Delivery(f"k{n}/field", f"k{n}", "field", "dead", "refused", attempts=2) for n in range(3)]
    ledger.record(alerts=told[:2], deliveries=dead[:2])
    assert watch.after(HOUR) == ["2 dead letters: not delivered, and not tried again"]
    ledger.record(alerts=told[2:], deliveries=dead[2:])
    assert watch.after(HOUR) == []
    assert watch.after(DAY) == ["3 dead letters: not delivered, and not tried again"]
    assert ledger.revive(["k0/field"], ACT) == 1
    assert ledger.drop(["k1/field", "k2/field"], ACT) == 2
    states = {one.key: (one.state, one.attempts) for one in ledger.deliveries(channel="field")}
    assert states == {"k0/field": ("owed", 0), "k1/field": ("withheld", 2), "k2/field": ("withheld", 2)}
    assert [one.by for one in ledger.acts()] == ["ana", "ana"]


def test_a_sign_of_life_comes_weekly(ledger: Ledger) -> None:
    watch = Watch(ledger, *(f"h{n}.example" for n in range(5)))
    assert watch.after(HOUR) == []
    assert watch.after(7 * DAY) == ["this week: nothing relevant in 5 sites, 0 blind"]
    ledger.record(alerts=[alert("k1", created_at=watch.at + HOUR)])
    assert watch.after(7 * DAY) == ["this week: 1 relevant alert from 5 sites, 0 blind"]


def test_a_site_of_which_nothing_good_was_seen_for_six_hours_is_blind() -> None:
    state = SiteState("site-0", "https://a.example/0", "suspect", NOON, NOON, NOON, "blocked", "wall", failures=2)
    assert state.health_at(NOON + DAY) == "suspect"  # twice is no pattern yet
    failing = replace(state, failures=3, health="failing")
    assert failing.health_at(NOON + 6 * HOUR - timedelta(seconds=1)) == "failing"
    assert failing.health_at(NOON + 6 * HOUR) == "blind"  # without another visit
    assert replace(failing, last_good_at=None).health_at(NOON) == "blind"
    assert replace(failing, failures=0, health="ok").health_at(NOON + DAY) == "ok"


def test_the_sign_of_life_names_the_blind_and_forgets_who_recovered(ledger: Ledger) -> None:
    watch = Watch(ledger, *(f"h{n}.example" for n in range(5)))
    watch.after(HOUR)
    watch.set(1, failures=3)
    watch.set(2, failures=2)
    assert watch.after(7 * DAY)[-1] == "this week: nothing relevant in 5 sites, 1 blind"
    told = ledger.alert(ledger.deliveries(channel="log")[-1].alert)
    assert told is not None
    assert [text for text, _ in told.lines] == ["blind: site-1, last good visit 7 d 1 h ago"]
    watch.set(1, failures=0)
    assert watch.after(7 * DAY)[-1] == "this week: nothing relevant in 5 sites, 0 blind"


def test_what_is_over_is_forgotten() -> None:
    known = {"site:gone": Incident("site:gone", NOON, "a.example", NOON, NOON)}
    outlook = health.of_sites([], {}, known, NOON + HOUR, host_group, span)
    assert outlook.over == {"site:gone"}
    assert len(outlook.words) == 1


# ---------------------------------------------------------------------------------------------------------- storms


def altered(number: int) -> list[str]:
    return [f"k{n}" for n in range(number)]


def test_a_page_made_anew_is_a_storm_and_a_long_new_agenda_is_none() -> None:
    new = [alert(key) for key in altered(30)]
    anew = [alert(key, change(f"c{key}", before="before")) for key in altered(30)]
    assert not is_wholesale(new)
    assert is_wholesale(anew)
    assert not is_wholesale(anew[:10])
    assert is_wholesale([alert(key) for key in altered(61)])
    assert not is_wholesale([replace(one, label="unsure") for one in anew])


def test_a_fifth_of_a_small_registry_is_no_storm() -> None:
    assert not is_widespread({f"s{n}": ["k"] for n in range(9)}, 9)
    assert is_widespread({f"s{n}": ["k"] for n in range(10)}, 50)
    assert not is_widespread({f"s{n}": ["k"] for n in range(10)}, 51)


SITES = """
version: 1
defaults: {{min_delay: 0s, channels: [hook]}}
channels: {{hook: {{kind: webhook, url: "{base}/hook", secret: env:HOOK_SECRET}}, log: {{kind: console}}}}
operator: [log]
sites:
"""
SITE = """
  - id: {name}
    jurisdiction: {{name: Springfield, state: IL, kind: city, time_zone: America/Chicago}}
    platform: page
    url: {base}/{name}
"""


@pytest.fixture
def town() -> Iterator[Town]:
    yield from a_town()


def desk_of(town: Town, folder: Path, *names: str) -> Desk:
    desk = Desk(folder, {"HOOK_SECRET": "not-a-real-secret"})
    desk.sites(SITES.format(base=town.base) + "".join(SITE.format(base=town.base, name=name) for name in names))
    town.put("/hook", "ok")
    return desk


def page(verb: str, many: int = 1) -> str:
    rows = "".join(
        f"<h2>Item {n}</h2><p>Resolution 26-{n:04d}: the Police Department {verb} honor ICE civil immigration detainer "
        f"requests in precinct number {n * 7919}.</p>"
        for n in range(many)
    )
    return f"<h1>City Council</h1><p>Approve the minutes.</p>{rows}"


def test_a_site_made_anew_is_held_told_once_and_released(town: Town, tmp_path: Path) -> None:
    desk = desk_of(town, tmp_path, "agenda")
    town.put("/agenda", page("shall", 15))
    desk.run("check")
    town.put("/agenda", page("shall not", 15))
    done = desk.run("check", "--json")
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    states = {d["state"] for line in of_type(lines, "alert") for d in line["deliveries"]}
    assert states == {"held"}
    assert (
        done.stderr.count("changed wholesale: 15 alerts are held for review") == 2
    )  # the log, and the console channel
    assert not town.received
    (storm,) = desk.lines("storm", "list")
    assert (storm["of"], storm["alerts"]) == ("agenda", 15)
    assert desk.run("deliver").returncode == 0
    assert not town.received
    assert desk.run("storm", "release", storm["id"], "--by", "ana").returncode == 0
    desk.run("deliver")
    assert len(town.received) == 15
    assert desk.run("storm", "release", storm["id"]).returncode == 1


def test_a_fifth_of_all_sites_at_once_is_held_and_can_be_dropped(town: Town, tmp_path: Path) -> None:
    names = [f"p{n}" for n in range(12)]
    desk = desk_of(town, tmp_path, *names)
    for name in names:
        town.put(f"/{name}", page("shall"))
    desk.run("check")
    for name in names:
        town.put(f"/{name}", page("shall not"))
    done = desk.run("check")
    assert "of 12 sites alert within an hour" in done.stderr
    assert not town.received
    (storm,) = desk.lines("storm", "list")
    assert storm["alerts"] == 12
    assert desk.run("storm", "drop", storm["id"], "--reason", "a new theme").returncode == 0
    desk.run("deliver")
    assert not town.received


# ------------------------------------------------------------------------------------------------- mutes and routes


def test_a_mute_is_counted_recorded_and_can_be_undone(town: Town, tmp_path: Path) -> None:
    desk = desk_of(town, tmp_path, "agenda")
    town.put("/agenda", page("shall"))
    desk.run("check")
    assert desk.run("mute", "agenda", "--until", "2d", "--reason", "known", "--by", "ana").returncode == 0
    town.put("/agenda", page("shall not"))
    desk.run("check")
    assert not town.received
    done = desk.run("unmute", "agenda", "--tell", "--by", "bo")
    assert "1 alert withheld while it was muted" in done.stdout
    desk.run("deliver")
    assert len(town.received) == 1
    with Ledger.open(tmp_path / "snapshots/ledger.sqlite3", read_only=True) as ledger:
        assert [(one.act, one.by, one.about) for one in ledger.acts("agenda")] == [
            ("mute", "ana", "agenda"),
            ("unmute", "bo", "agenda"),
            ("tell", "bo", "agenda"),
        ]


def test_the_reason_of_a_mute_names_what_is_muted(ledger: Ledger) -> None:
    told = Delivery("k1/a", "k1", "a", "withheld", muted_by("287g") + "ana until …")
    other = Delivery("k2/a", "k2", "a", "withheld", muted_by("287g_x") + "ana until …")
    ledger.record(alerts=[alert("k1"), alert("k2")], deliveries=[told, other])
    assert ledger.withheld_by(muted_by("287g")) == 1
    ledger.add_mute(Mute("287g", NOON + DAY, "why", "ana", NOON))
    assert [one.act for one in ledger.acts("287g")] == ["mute"]


def test_routes_explain_says_who_hears_and_why(town: Town, tmp_path: Path) -> None:
    desk = desk_of(town, tmp_path, "agenda")
    routes = """
routes:
  - {to: [hook], when: {states: [TX], topics: [287g]}}
  - {to: [log], digest: "daily 07:30"}
"""
    desk.sites((tmp_path / "sites.yaml").read_text("utf-8").replace("sites:\n", f"{routes}sites:\n", 1))
    town.put("/agenda", page("shall"))
    desk.run("check")
    done = desk.run("routes", "explain", "--state", "TX", "--topic", "287g")
    assert "route 1 → hook: matches" in done.stdout
    assert "held for the digest “daily 07:30”" in done.stdout
    refused = desk.run("routes", "explain", "--state", "IL")
    assert "route 1 → hook: no: hears states TX; this is IL" in refused.stdout
    assert desk.run("routes", "explain", "--topic", "287gg").returncode == 2
    assert desk.run("routes", "explain", "nothing").returncode == 1


# ------------------------------------------------------------------------------------------------------- heartbeat


async def test_the_heartbeat_knocks_and_never_says_its_address(caplog: pytest.LogCaptureFixture) -> None:
    asked: list[str] = []

    async def answer(request: web.Request) -> web.Response:
        asked.append(request.path)
        return web.Response(status=404 if "secret" in request.path else 200)

    app = web.Application()
    app.router.add_get("/{name}", answer)
    async with TestServer(app) as server:
        assert await beat(str(server.make_url("/ping")))
        secret = str(server.make_url("/secret-token"))
        assert not await beat(secret)
    assert not await beat(secret)
    assert asked == ["/ping", "/secret-token"]
    assert len(caplog.records) == 2
    assert "secret-token" not in caplog.text
