"""kill -9 at any moment leaves a clean ledger and clean objects, and loses nothing that was confirmed."""

from __future__ import annotations

import random
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from tests.ledger.conftest import Place
from watcher.ledger import Ledger
from watcher.snapshots import FolderLock, Objects

ROOT = Path(__file__).parents[2]
TRIALS = 12


def written_until_killed(folder: Path, place: Place, start: int, seconds: float) -> int:
    """The last number that a writer confirmed before it was killed, `seconds` after its first."""
    command = [sys.executable, "-m", "tests.ledger.writer", str(folder), str(start), str(place)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        last = int(writer.stdout.readline())
        timer = threading.Timer(seconds, writer.kill)
        timer.start()
        for line in writer.stdout:
            last = int(line) if line.endswith("\n") else last
        timer.join()
    return last


@pytest.mark.slow
def test_a_writer_killed_a_dozen_times_loses_nothing(tmp_path: Path, place: Place) -> None:
    chance = random.Random()
    start = 0
    for _ in range(TRIALS):
        last = written_until_killed(tmp_path, place, start, chance.uniform(0, 0.25))
        with FolderLock(tmp_path, "test") as lock, Ledger.open(place) as ledger:
            objects = Objects(tmp_path, lock=lock)
            assert list(ledger.verify(objects)) == []
            assert list(objects.verify()) == []
            total = ledger.counts()["total"]
            kept = total["snapshots"]
            assert last + 1 <= kept <= last + 2, "what was confirmed, and at most the one under way"
            assert total["visits"] == total["documents"] == kept
            assert len(ledger.changes()) == len(ledger.alerts()) == kept
            assert len(ledger.deliveries()) == 2 * kept
            assert len(ledger.deliveries(state="sent")) >= last + 1
            start = kept
    assert start > TRIALS, "the writer was never killed in mid-work"
