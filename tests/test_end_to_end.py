"""The whole program over real HTTP, run as a person runs it: from a page that changes to an alert that is told."""

from __future__ import annotations

import hashlib
import hmac
import json
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.town import Desk, Town, a_town, of_type

ORDINARY = "<h1>City Council</h1><p>Award of bid for the ice rink chiller plant.</p><p>Approve the minutes.</p>"
DETAINER = "<p>Resolution directing the Police Department not to honor ICE civil immigration detainer requests.</p>"

SITES = """
version: 1
defaults: {{min_delay: 0s, channels: [hook]}}
channels:
  hook: {{kind: webhook, url: "{base}/hook", secret: env:HOOK_SECRET}}
  log: {{kind: console}}
operator: [log]
sites:
  - id: springfield-council
    jurisdiction: {{name: Springfield, state: IL, kind: city, time_zone: America/Chicago}}
    body: City Council
    platform: page
    url: {base}/agenda
"""


@pytest.fixture
def town() -> Iterator[Town]:
    yield from a_town()


@pytest.fixture
def desk(town: Town, tmp_path: Path) -> Desk:
    town.put("/agenda", ORDINARY)
    town.put("/hook", "ok", 200)
    desk = Desk(tmp_path, {"HOOK_SECRET": "not-a-real-secret"})
    desk.sites(SITES.format(base=town.base))
    return desk


def test_the_first_visit_is_a_silent_baseline(desk: Desk, town: Town) -> None:
    town.put("/agenda", ORDINARY + DETAINER)
    done = desk.run("check", "--json")
    assert done.returncode == 0, done.stderr
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [(line["type"], line["outcome"], line["reason"]) for line in lines] == [("visit", "baseline", "first_visit")]
    assert lines[0]["snapshot"] == hashlib.sha256((ORDINARY + DETAINER).encode()).hexdigest()
    assert not town.received


def test_a_relevant_addition_is_told_once_and_signed(desk: Desk, town: Town) -> None:
    desk.run("check")
    town.put("/agenda", ORDINARY + DETAINER)
    lines = desk.lines("check")
    (change,) = of_type(lines, "change")
    assert change["kind"] == "added"
    assert "detainer" in change["after"]
    assert change["verdict"]["label"] == "relevant"
    assert change["verdict"]["stance"] == "limits"
    assert "".join(text for op, text in change["redline"] if op in "=+") == change["after"]
    (alert,) = of_type(lines, "alert")
    assert alert["jurisdiction"] == "il-springfield"
    assert alert["changes"] == [change["id"]]
    (delivery,) = of_type(lines, "delivery")
    assert (delivery["channel"], delivery["state"]) == ("hook", "sent")
    ((_, headers, body),) = town.received
    signed = hmac.new(b"not-a-real-secret", body, hashlib.sha256).hexdigest()
    assert headers["x-watcher-signature"] == f"sha256={signed}"
    assert headers["idempotency-key"]
    again = desk.lines("check")
    assert [line["reason"] for line in of_type(again, "visit")] == ["same_bytes"]
    assert len(town.received) == 1


def test_an_unrelated_addition_is_recorded_and_not_told(desk: Desk, town: Town) -> None:
    desk.run("check")
    town.put("/agenda", ORDINARY + "<p>Purchase of an icemaker for the senior center.</p>")
    lines = desk.lines("check")
    assert [change["verdict"]["label"] for change in of_type(lines, "change")] == ["unrelated"]
    assert not of_type(lines, "alert")
    assert not town.received
    assert len(desk.lines("changes")) == 1
    assert desk.lines("changes", "--relevant") == []


def test_a_wall_is_never_read_and_a_change_behind_it_still_alerts(desk: Desk, town: Town) -> None:
    desk.run("check")
    wall = "<html><head><title>Just a moment...</title></head><body><div id='cf-wrapper'>Checking your browser</div></body></html>"
    town.put("/agenda", wall, 403)
    blocked = desk.run("check", "--json")
    assert blocked.returncode == 1
    (visit,) = of_type([json.loads(line) for line in blocked.stdout.splitlines()], "visit")
    assert (visit["outcome"], visit["reason"]) == ("blocked", "wall")
    town.put("/agenda", ORDINARY + DETAINER)
    lines = desk.lines("check")
    (change,) = of_type(lines, "change")
    assert change["kind"] == "added"
    assert len(of_type(lines, "alert")) == 1


def test_a_channel_that_fails_once_loses_nothing(desk: Desk, town: Town) -> None:
    desk.run("check")
    town.put("/agenda", ORDINARY + DETAINER)
    town.put("/hook", "broken", 500)
    first = desk.run("check", "--json")
    assert first.returncode == 1
    (delivery,) = of_type([json.loads(line) for line in first.stdout.splitlines()], "delivery")
    assert delivery["state"] == "owed"
    assert delivery["error"]
    town.put("/hook", "ok", 200)
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if any(line["state"] == "sent" for line in desk.lines("deliver")):
            break
        time.sleep(1)
    bodies = {body for _, _, body in town.received}
    assert any(b"detainer" in body for body in bodies)


def test_a_second_instance_is_refused_and_told_who_holds_the_folder(desk: Desk, town: Town) -> None:
    service = desk.start("run")
    try:
        deadline = time.monotonic() + 30
        while not town.asked["/agenda"] and time.monotonic() < deadline:
            time.sleep(0.1)
        second = desk.run("check")
        assert second.returncode == 2
        assert str(service.pid) in second.stderr
        assert desk.run("sites", "--json").returncode == 0
    finally:
        service.send_signal(signal.SIGTERM)
        started = time.monotonic()
        _, said = service.communicate(timeout=20)
    assert service.returncode == 0, said
    assert time.monotonic() - started < 10


def test_the_running_service_finds_and_tells_by_itself(desk: Desk, town: Town) -> None:
    desk.sites(SITES.format(base=town.base).replace("    url:", "    every: 1s\n    url:"))
    service = desk.start("run")
    try:
        wait_until(lambda: town.asked["/agenda"] >= 2)
        town.put("/agenda", ORDINARY + DETAINER)
        wait_until(lambda: bool(town.received))
    finally:
        service.send_signal(signal.SIGTERM)
        _, said = service.communicate(timeout=20)
    assert service.returncode == 0, said
    assert len(town.received) == 1


def wait_until(true: object, seconds: float = 40) -> None:
    deadline = time.monotonic() + seconds
    while not true():  # type: ignore[operator]
        if time.monotonic() > deadline:
            raise AssertionError("did not happen in time")
        time.sleep(0.1)


def test_unreachable_error_and_half_an_answer_are_named_and_nothing_is_lost(desk: Desk, town: Town) -> None:
    desk.run("check")
    town.put("/agenda", "<h1>Internal error</h1>", 500)
    done = desk.run("check", "--json")
    assert done.returncode == 1
    (visit,) = of_type([json.loads(line) for line in done.stdout.splitlines()], "visit")
    assert (visit["outcome"], visit["status"]) == ("failed", 500)
    town.put("/agenda", ORDINARY)
    assert [v["outcome"] for v in of_type(desk.lines("check"), "visit")] == ["unchanged"]
    assert desk.run("verify").returncode == 0


def test_a_loopback_address_is_refused_unless_allowed(desk: Desk, town: Town) -> None:
    desk.env["WATCHER_ALLOW_NETWORKS"] = ""
    (visit,) = of_type(desk.lines("check"), "visit")
    assert (visit["outcome"], visit["reason"]) == ("blocked", "forbidden_address")
    assert not town.asked


def test_show_history_why_and_sites_speak_of_what_happened(desk: Desk, town: Town) -> None:
    desk.run("check")
    town.put("/agenda", ORDINARY + DETAINER)
    desk.run("check")
    (change,) = desk.lines("changes")
    text = desk.run("show", change["id"][:8])
    assert "{+" in text.stdout
    assert "SHA-256" in text.stdout
    page = desk.run("show", change["id"], "--format", "html").stdout
    assert "<ins>" in page
    assert "<script" not in page
    assert [line["reason"] for line in desk.lines("history", "springfield-council")] == ["first_visit", "text_changed"]
    told = desk.lines("why", "springfield-council")
    assert {line["type"] for line in told} == {"reason"}
    assert any("hook sent" in line["reason"] for line in told)
    (site,) = desk.lines("sites")
    assert (site["health"], site["last_outcome"], site["documents"]) == ("ok", "changed", 1)


def test_replay_finds_the_same_without_sending(desk: Desk, town: Town) -> None:
    desk.run("check")
    town.put("/agenda", ORDINARY + DETAINER)
    found = of_type(desk.lines("check"), "change")
    again = desk.lines("replay")
    assert [change["id"] for change in of_type(again, "change")] == [change["id"] for change in found]
    assert len(of_type(again, "alert")) == 1
    assert len(town.received) == 1


def test_a_missing_secret_names_its_variable(desk: Desk) -> None:
    del desk.env["HOOK_SECRET"]
    done = desk.run("check")
    assert done.returncode == 2
    assert "HOOK_SECRET" in done.stderr
    assert "Traceback" not in done.stderr
