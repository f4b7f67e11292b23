"""`watcher prune`: what nothing names goes, and everything that a record names stays."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.town import Desk, Town, a_town
from watcher.snapshots import Objects

SITE = """
version: 1
defaults: {{min_delay: 0s}}
sites:
  - id: elm-falls-page
    jurisdiction: {{name: Elm Falls, state: MA, kind: city}}
    platform: page
    kind: ordinance
    url: {base}/page
"""


@pytest.fixture
def town() -> Iterator[Town]:
    yield from a_town()


@pytest.fixture
def desk(tmp_path: Path, town: Town) -> Desk:
    desk = Desk(tmp_path)
    desk.sites(SITE.format(base=town.base))
    for words in ("shall not honor", "may honor", "may honor"):
        town.put("/page", f"<html><body><h1>Jail</h1><p>The sheriff {words} ICE detainers.</p></body></html>")
        assert desk.run("check").returncode == 0
    return desk


def age(desk: Desk, days: int) -> None:
    """As if everything had been seen so many days ago."""
    then = datetime.now(UTC) - timedelta(days=days)
    with closing(sqlite3.connect(desk.folder / "snapshots/ledger.sqlite3")) as ledger, ledger:
        ledger.execute("UPDATE visits SET at = ?", [then.isoformat(timespec="microseconds")])
    for path in (desk.folder / "snapshots/objects").glob("*/*"):
        os.utime(path, (time.time(), then.timestamp()))


def test_only_what_nothing_names_is_removed_and_only_when_told_to(desk: Desk) -> None:
    objects = Objects(desk.folder / "snapshots")
    orphan = objects.save(b"of a visit that was killed")
    age(desk, 200)
    fresh = objects.save(b"of a visit under way")

    counted = {line["what"]: line for line in desk.lines("prune")}
    assert {what: line["number"] for what, line in counted.items()} == {"visits": 2, "mutes": 0, "objects": 1}
    assert not any(line["removed"] for line in counted.values())
    assert objects.has(orphan)

    assert "removed 2 visits, 0 ended mutes and 1 object" in desk.run("prune", "--yes").stdout
    assert not objects.has(orphan)
    assert objects.has(fresh)
    assert desk.run("verify").returncode == 0
    assert len(desk.lines("history", "elm-falls-page")) == 1
    (change,) = desk.lines("changes")
    assert all(objects.has(digest) for digest in change["snapshots"].values())
    assert desk.run("check", "--json").returncode == 0  # and the next visit compares with what was kept


def test_the_last_month_is_always_kept(desk: Desk) -> None:
    refused = desk.run("prune", "--older-than", "7d", "--yes")
    assert refused.returncode == 2
    assert "31 days" in refused.stderr
    assert len(desk.lines("history", "elm-falls-page")) == 3


def test_a_fleet_worker_is_refused_with_what_is_needed(tmp_path: Path) -> None:
    refused = Desk(tmp_path).run("worker")
    assert refused.returncode == 2
    assert "watcher run" in refused.stderr
