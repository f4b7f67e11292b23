"""The wall returns what a reader says, and names what a reader does to itself."""

from __future__ import annotations

import gc
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from zoneinfo import ZoneInfo

import pytest

from watcher import extractors
from watcher.errors import Blocked, LayoutChanged, Unreadable
from watcher.model import Document, Meeting, Reading, Response
from watcher.model import Request as Asked
from watcher.wall import Surprise, Wall, WallLimits


@pytest.fixture
def wall() -> Iterator[Wall]:
    built = Wall(children=2, calls=5)
    yield built
    built.close()


def oom_score_adj() -> int:
    return int(Path("/proc/self/oom_score_adj").read_text())


def test_a_reading_comes_back_whole(wall: Wall) -> None:
    page = b"<title>Agenda</title><h1>Elm Falls</h1><p>Item 1"
    document = wall.run(extractors.extract, page, "text/html", "https://elm.example/")
    assert document == extractors.extract(page, "text/html", "https://elm.example/")


def test_a_damaged_pdf_is_refused_from_behind_the_wall(wall: Wall) -> None:
    with pytest.raises(Unreadable, match="damaged") as caught:
        wall.run(
            extractors.extract, b"%PDF-1.7\n" + b"\x9c\x01 obj <<" * 2_000, "application/pdf", "https://elm.example/"
        )
    assert caught.value.url == "https://elm.example/"


def test_nouns_with_times_and_read_only_mappings_cross_both_ways(wall: Wall) -> None:
    start = datetime(2026, 11, 24, 18, tzinfo=ZoneInfo("America/New_York"))
    reading = Reading(Document("u", "t", "agenda"), meetings=(Meeting("1", "Council", start=start),))
    assert wall.run(eval, "made", {"made": reading}) == reading
    response = Response(Asked("u"), "u", 200, MappingProxyType({"a": "b"}), b"\x00", datetime.now(UTC))
    assert wall.run(eval, "made", {"made": response}) == response


def test_a_child_is_warm_and_is_replaced_after_its_calls(wall: Wall) -> None:
    pids = [wall.run(os.getpid) for _ in range(6)]
    assert len(set(pids[:5])) == 1
    assert pids[5] != pids[0]
    assert os.getpid() not in pids


def test_known_trouble_comes_back_as_itself_with_its_fields(wall: Wall) -> None:
    with pytest.raises(LayoutChanged) as caught:
        wall.run(raising, LayoutChanged("the grid is gone", url="https://elm.example/"))
    assert (caught.value.url, caught.value.reason, str(caught.value)) == (
        "https://elm.example/",
        "layout",
        "the grid is gone",
    )
    with pytest.raises(Blocked) as blocked:
        wall.run(raising, Blocked("a wall", status=403, retry_after=7.0))
    assert (blocked.value.status, blocked.value.retry_after, blocked.value.reason) == (403, 7.0, "wall")


def test_a_surprise_brings_its_traceback(wall: Wall) -> None:
    with pytest.raises(Surprise, match=r"(?s)Traceback.*ZeroDivisionError"):
        wall.run(eval, "1 / 0")


def test_what_never_ends_is_ended_and_named(wall: Wall) -> None:
    before = time.monotonic()
    with pytest.raises(Unreadable, match=r"longer than 0\.5 s") as caught:
        wall.run(time.sleep, 60, limits=WallLimits(seconds=0.5), url="https://elm.example/a.pdf")
    assert time.monotonic() - before < 5
    assert (caught.value.url, caught.value.reason) == ("https://elm.example/a.pdf", "unreadable")
    assert wall.run(eval, "1 + 1") == 2


def test_a_busy_loop_in_c_is_ended_by_processor_time(wall: Wall) -> None:
    with pytest.raises(Unreadable, match="more than 1 s of processor time"):
        wall.run(eval, "sum(range(10 ** 12))", limits=WallLimits(seconds=20, cpu_seconds=1))


def test_processor_time_is_counted_anew_for_each_call(wall: Wall) -> None:
    for _ in range(3):
        wall.run(eval, "sum(range(15_000_000))", limits=WallLimits(seconds=20, cpu_seconds=2))


def test_a_memory_bomb_is_named(wall: Wall) -> None:
    with pytest.raises(Unreadable, match="more than 100 MB"):
        wall.run(eval, "bytearray(10 ** 9)", limits=WallLimits(memory=100_000_000))
    assert wall.run(eval, "len(bytearray(10 ** 8))", limits=WallLimits(memory=200_000_000)) == 10**8


def test_a_crash_is_named_and_the_next_call_is_served(wall: Wall) -> None:
    with pytest.raises(Unreadable, match="SIGSEGV"):
        wall.run(signal.raise_signal, signal.SIGSEGV)
    assert wall.run(eval, "'still here'") == "still here"


def test_a_reader_that_gets_no_more_memory_and_aborts_is_named(wall: Wall) -> None:
    with pytest.raises(Unreadable, match="more than 100 MB of memory, or damaged"):
        wall.run(os.abort, limits=WallLimits(memory=100_000_000))


def test_an_answer_that_could_act_is_not_read(wall: Wall) -> None:
    with pytest.raises(Surprise, match="is no part of an answer"):
        wall.run(eval, "__import__('functools').partial(print)")


def test_what_a_reader_prints_does_not_spoil_the_answer(wall: Wall) -> None:
    assert wall.run(eval, "(print('noise'), 7)[1]") == 7


def test_big_bodies_cross(wall: Wall) -> None:
    assert wall.run(len, b"x" * 20_000_000) == 20_000_000
    assert len(wall.run(eval, "'y' * 5_000_000")) == 5_000_000


def test_threads_share_it(wall: Wall) -> None:
    with ThreadPoolExecutor(6) as pool:
        assert list(pool.map(lambda n: wall.run(pow, n, 2), range(30))) == [n * n for n in range(30)]


def test_the_child_gets_no_secrets(wall: Wall, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-secret")
    assert "SLACK_BOT_TOKEN" not in wall.run(eval, "dict(__import__('os').environ)")


def test_where_memory_is_short_for_all_the_kernel_takes_the_reader_first(wall: Wall) -> None:
    assert wall.run(oom_score_adj) == 1000
    assert oom_score_adj() < 1000


def test_closing_ends_a_call_in_another_thread(wall: Wall) -> None:
    threading.Timer(0.5, wall.close).start()
    with pytest.raises(Unreadable, match="closing"):
        wall.run(time.sleep, 60)


def test_children_die_with_their_parent() -> None:
    script = (
        "import os, sys, threading, time; from watcher import wall\n"
        "pid = wall.run(os.getpid)\n"
        "print(pid, flush=True)\n"
        "os.kill(os.getpid(), 9)\n"
    )
    parent = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False, timeout=30)
    pid = int(parent.stdout)
    for _ in range(100):
        if not running(pid):
            return
        time.sleep(0.05)
    pytest.fail("the child outlived its parent")


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere it ends with its limit")
@pytest.mark.parametrize("call", ["time.sleep, 60", "sum, range(10 ** 12)"])
def test_a_child_at_work_dies_with_its_parent(call: str) -> None:
    # a sleeping child and one inside C code that lets no other thread run; the thread that started it is gone by then
    script = (
        "import os, threading, time; from pathlib import Path; from watcher import wall\n"
        "started = threading.Thread(target=lambda: print(wall.run(os.getpid), flush=True))\n"
        "started.start(); started.join()\n"
        "child = wall._shared._idle[0]\n"
        f"threading.Thread(target=wall.run, args=({call}), daemon=True).start()\n"
        "while child.calls < 2: time.sleep(0.01)\n"
        "time.sleep(0.3)\n"
        "print(child.alive(), flush=True)\n"
        "os.kill(os.getpid(), 9)\n"
    )
    parent = subprocess.run([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True, check=False, timeout=30)
    pid, alive = parent.stdout.split()
    assert alive == "True"
    deadline = time.monotonic() + 1.0  # far below its limit of 30 s
    while running(int(pid)):
        assert time.monotonic() < deadline, "the child outlived its parent"
        time.sleep(0.01)


def running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.fixture(autouse=True)
def no_process_is_left_unwaited() -> Iterator[None]:
    yield
    gc.collect()


def raising(trouble: Exception) -> None:
    raise trouble
