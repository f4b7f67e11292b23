"""The service as its keepers meet it: its health check, its log, and how often it knocks."""

from __future__ import annotations

import asyncio
import json
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from tests.town import Desk, Town, a_town
from watcher import pulse
from watcher import service as service_room
from watcher.app import SystemClock
from watcher.settings import Settings

SITES = """
version: 1
defaults: {{min_delay: 0s}}
channels: {{log: {{kind: console}}}}
sites:
"""
SITE = """
  - id: {name}
    jurisdiction: {{name: Springfield, state: IL, kind: city, time_zone: America/Chicago}}
    body: City Council
    platform: page
    url: {base}/{name}
"""


@pytest.fixture
def town() -> Iterator[Town]:
    yield from a_town()


@pytest.fixture
def desk(town: Town, tmp_path: Path) -> Desk:
    desk = Desk(tmp_path, {"WATCHER_WEB_PORT": str(free_port())})
    desk.sites(SITES.format() + SITE.format(base=town.base, name="agenda"))
    town.put("/agenda", "<h1>City Council</h1><p>Approve the minutes of the last meeting.</p>")
    return desk


def free_port() -> int:
    with HTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as server:
        return int(server.server_address[1])


@contextmanager
def running(desk: Desk) -> Iterator[subprocess.Popen[str]]:
    service = desk.start("run")
    try:
        yield service
    finally:
        service.send_signal(signal.SIGCONT)
        service.send_signal(signal.SIGTERM)
        service.communicate(timeout=20)


def until_healthy(desk: Desk) -> None:
    deadline = time.monotonic() + 40
    while desk.run("healthcheck").returncode:
        assert time.monotonic() < deadline, "never became healthy"
        time.sleep(0.2)


def test_a_running_service_is_healthy_and_a_stopped_one_is_not(desk: Desk) -> None:
    with running(desk):
        until_healthy(desk)
        desk.env["HTTP_PROXY"] = desk.env["http_proxy"] = "http://127.0.0.1:9"
        assert desk.run("healthcheck").returncode == 0, "a proxy of the environment is asked for our own page"
    done = desk.run("healthcheck")
    assert done.returncode == 1
    assert "no answer from 127.0.0.1" in done.stderr


def test_a_loop_that_stands_still_is_unhealthy(desk: Desk) -> None:
    with running(desk) as service:
        until_healthy(desk)
        service.send_signal(signal.SIGSTOP)
        done = desk.run("healthcheck")
        assert done.returncode == 1
        assert "timed out" in done.stderr


def test_another_program_on_the_port_is_not_taken_for_us() -> None:
    class Other(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b'{"status": "up"}')

        def log_message(self, format: str, *args: object) -> None:
            """Quiet."""

    with HTTPServer(("127.0.0.1", 0), Other) as server:
        Thread(target=server.handle_request, daemon=True).start()
        lives, words = pulse.feel(Settings(web_host="0.0.0.0", web_port=server.server_address[1], behind_proxy=True))
    assert not lives
    assert "another program" in words


def test_a_wrong_setting_is_unhealthy_and_named(desk: Desk) -> None:
    desk.env["WATCHER_WEB_PORT"] = "http"
    done = desk.run("healthcheck")
    assert done.returncode == 1
    assert "WATCHER_WEB_PORT: must be a port" in done.stderr


def test_a_site_that_failed_is_not_asked_again_at_the_next_tick(desk: Desk, town: Town) -> None:
    names = [f"gone-{n}" for n in range(6)]
    desk.sites(SITES.format() + "".join(SITE.format(base=town.base, name=name) for name in names))
    for name in names:
        town.put(f"/{name}", "gone", 404)
    town.pages["/gone-3"].delay = 1.8  # the round ends just before a tick
    with running(desk):
        deadline = time.monotonic() + 60
        while not all(town.asked[f"/{name}"] for name in names):
            assert time.monotonic() < deadline
            time.sleep(0.1)
        time.sleep(6)
    assert Counter({f"/{name}": town.asked[f"/{name}"] for name in names}) == Counter({f"/{n}": 1 for n in names})


def test_with_a_json_log_every_line_of_the_service_is_an_object(desk: Desk, town: Town) -> None:
    desk.env["WATCHER_LOG"] = "json"
    town.put("/agenda", "gone", 404)
    service = desk.start("run")
    try:
        until_healthy(desk)
        deadline = time.monotonic() + 30
        while not town.asked["/agenda"] and time.monotonic() < deadline:
            time.sleep(0.1)
        time.sleep(1)
    finally:
        service.send_signal(signal.SIGTERM)
        stdout, stderr = service.communicate(timeout=20)
    assert not stdout
    lines = [json.loads(line) for line in stderr.splitlines()]
    (trouble,) = [line for line in lines if "agenda" in line["event"]]
    assert trouble["level"] == "warning"
    assert "failed" in trouble["event"]


def test_a_channel_can_be_tried_before_anything_was_visited(desk: Desk) -> None:
    done = desk.run("send-test", "log")
    assert done.returncode == 0, done.stderr
    assert not (desk.folder / "snapshots").exists()


async def test_a_clock_set_back_does_not_stop_the_ticks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service_room, "TICK", timedelta(milliseconds=50))
    ticked = asyncio.Event()

    async def tick() -> None:
        ticked.set()

    scheduler = AsyncIOScheduler(timezone=UTC)
    # armed before the clock was set back: as the clock has it now, an hour ahead
    scheduler.add_job(tick, "interval", seconds=2, next_run_time=datetime.now(UTC) + timedelta(hours=1))
    scheduler.start()
    rearming = asyncio.create_task(service_room.rearm(scheduler, SystemClock()))
    try:
        await asyncio.wait_for(ticked.wait(), timeout=5)
    finally:
        rearming.cancel()
        scheduler.shutdown(wait=False)


async def test_the_heartbeats_minute_is_no_clock_set_back(caplog: pytest.LogCaptureFixture) -> None:
    scheduler = AsyncIOScheduler(timezone=UTC)
    knocks: list[datetime] = []
    scheduler.add_job(lambda: knocks.append(datetime.now(UTC)), "interval", seconds=60, next_run_time=datetime.now(UTC))
    scheduler.start()
    rearming = asyncio.create_task(service_room.rearm(scheduler, SystemClock()))
    await asyncio.sleep(service_room.TICK.total_seconds() + 0.5)
    rearming.cancel()
    scheduler.shutdown(wait=False)
    assert len(knocks) == 1
    assert not caplog.records


async def test_a_job_cut_short_at_the_end_is_no_error_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    scheduler = AsyncIOScheduler(timezone=UTC)
    begun = asyncio.Event()

    async def long() -> None:
        begun.set()
        await asyncio.sleep(60)

    async def wrong() -> None:
        raise RuntimeError("a bug")

    scheduler.add_job(long, next_run_time=datetime.now(UTC), trigger="interval", seconds=60)
    scheduler.add_job(wrong, next_run_time=datetime.now(UTC), trigger="interval", seconds=60)
    scheduler.start()
    await begun.wait()
    await asyncio.sleep(0.1)
    scheduler.shutdown(wait=False)
    await asyncio.sleep(0.1)
    said = [str(record.exc_info[1]) for record in caplog.records if record.exc_info]
    assert said == ["a bug"]
