"""kill -9 at random instants of real processes: no alert is lost, and what is stored stays whole."""

from __future__ import annotations

import contextlib
import json
import random
import re
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.town import Desk, Town, a_town, of_type, parsed

TRIALS = 15  # of each kind
SITES = """
version: 1
defaults: {{min_delay: 0s, channels: [hook]}}
channels: {{hook: {{kind: webhook, url: "{base}/hook", secret: env:HOOK_SECRET}}, log: {{kind: console}}}}
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


@pytest.fixture
def desk(town: Town, tmp_path: Path) -> Desk:
    desk = Desk(tmp_path, {"HOOK_SECRET": "not-a-real-secret"})
    desk.sites(SITES.format(base=town.base))
    return desk


def agenda(resolutions: int) -> str:
    """A page with so many numbered resolutions on topic. Each is a passage of its own words."""
    rows = "".join(
        f"<h2>Item {n}</h2><p>Resolution 26-{n:04d}: the Police Department shall not honor ICE civil immigration "
        f"detainer requests in precinct number {n * 7919}.</p>"
        for n in range(resolutions)
    )
    return f"<h1>City Council</h1><p>Approve the minutes.</p>{rows}"


def killed_at_random(process: subprocess.Popen[str], longest: float, chance: random.Random) -> bool:
    """Kills the process somewhere in its life. False when it ended before."""
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.communicate(timeout=chance.uniform(0.05, longest))
        return False
    process.kill()
    process.communicate()
    return True


def numbers_told(town: Town) -> Counter[int]:
    """How often each resolution arrived at the hook and was taken by it."""
    told: Counter[int] = Counter()
    for _, _, body in town.received:
        told.update({int(number) for number in re.findall(rb"26-(\d{4})", body)})
    return told


def deliver_everything(desk: Desk) -> None:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        done = desk.run("deliver", "--json")
        assert done.returncode in (0, 1), done.stderr
        states = {delivery["state"] for delivery in of_type(parsed(done.stdout), "delivery")}
        if not states & {"owed", "sending"} and not owed(desk):
            return
        time.sleep(1)
    raise AssertionError("something stayed owed")


def owed(desk: Desk) -> bool:
    return any(
        "hook owed" in line["reason"] or "hook sending" in line["reason"]
        for line in desk.lines("why", "springfield-council")
    )


def duration(desk: Desk, command: str) -> float:
    started = time.monotonic()
    desk.run(command)
    return time.monotonic() - started


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_killed_while_checking(desk: Desk, town: Town) -> None:
    chance = random.Random(20261124)
    town.put("/hook", "ok")
    town.put("/agenda", agenda(0))
    longest = duration(desk, "check") * 1.1
    kills = 0
    for trial in range(1, TRIALS + 1):
        town.put("/agenda", agenda(trial))
        kills += killed_at_random(desk.start("check"), longest, chance)
    assert kills >= TRIALS // 3
    done = desk.run("check", "--json")
    assert done.returncode == 0, done.stderr
    deliver_everything(desk)
    told = numbers_told(town)
    assert set(told) == set(range(TRIALS)), "an alert was lost"
    verified = desk.run("verify")
    assert verified.returncode == 0, verified.stdout


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_killed_while_delivering(desk: Desk, town: Town) -> None:
    chance = random.Random(4711)
    town.put("/hook", "ok")
    town.pages["/hook"].delay = 0.05
    town.put("/agenda", agenda(0))
    desk.run("check")
    longest = duration(desk, "deliver") * 1.3
    kills = 0
    for trial in range(1, TRIALS + 1):
        town.put("/agenda", agenda(trial))
        assert desk.run("check", "--no-deliver").returncode == 0
        kills += killed_at_random(desk.start("deliver"), longest, chance)
    assert kills >= TRIALS // 3
    deliver_everything(desk)
    told = numbers_told(town)
    assert set(told) == set(range(TRIALS)), "an alert was lost"
    repeats = Counter(headers["idempotency-key"] for _, headers, _ in town.received)
    assert all(count <= 2 for count in repeats.values()), "a message came more than twice"
    for key in (key for key, count in repeats.items() if count == 2):
        bodies = [json.loads(body) for _, headers, body in town.received if headers["idempotency-key"] == key]
        assert bodies[0] != bodies[1], "a repeat is not marked"
    assert desk.run("verify").returncode == 0
