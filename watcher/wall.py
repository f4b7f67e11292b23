"""The wall: runs a pure function in a warm child process with limits, so that hostile bytes harm no one else.

    run(function, *args, limits=WallLimits()) ─▶ what the function returns
        known trouble (errors.py) raised in the child comes back as itself
        out of time or memory, or killed: the child is replaced and Unreadable says why
        a surprise comes back as Surprise with the child's traceback

The child is a fresh interpreter, not a fork: it shares no socket, lock or thread with the service, and gets an
environment without secrets. It speaks over two pipes (no shared memory, no temporary file) and ends when they close,
on Linux in the middle of a call too: one whose parent was killed does not finish what no one will hear.
Its answer is unpickled with our own nouns and plain values only.
"""

from __future__ import annotations

import atexit
import contextlib
import copyreg
import fcntl
import io
import os
import pickle
import select
import signal
import struct
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import BinaryIO, TypeVar, cast
from zoneinfo import ZoneInfo

from watcher.errors import Unreadable, WatcherError

R = TypeVar("R")

MEGABYTE = 1_000_000
LENGTH = struct.Struct("!Q")
OUT_OF_MEMORY = (-signal.SIGABRT, -signal.SIGTRAP)  # how PDFium ends where it gets no more
CLOSED = 1 << 16  # no return code of a process
GRACE = 2.0  # seconds after its limit at which a child ends itself where its parent, alive, has not done so
PLAIN_BUILTINS = frozenset({"set", "frozenset", "complex", "bytearray", "slice", "range"})
KEPT_ENVIRONMENT = (
    "PATH",
    "LANG",
    "LC_ALL",
    "LC_CTYPE",
    "TZ",
    "TZDIR",
    "PYTHONTZPATH",
    "LD_LIBRARY_PATH",
    "SYSTEMROOT",
)


@dataclass(frozen=True, slots=True)
class WallLimits:
    """Seconds of wall clock and of CPU, and bytes of memory beyond what the idle child needs, for one call."""

    seconds: float = 30.0
    cpu_seconds: int = 20
    memory: int = 512 * MEGABYTE


class Surprise(RuntimeError):
    """An unexpected exception in the child: a bug of ours. Its text is the child's traceback."""


class Wall:
    """A few warm children, each used by one call at a time. Safe to share between threads.

    `children`  calls at once; further ones wait
    `calls`     after so many, or with more than `fat` bytes resident, a child is replaced
    """

    def __init__(self, *, children: int = 2, calls: int = 200, fat: int = 300 * MEGABYTE) -> None:
        self._free = threading.Semaphore(children)
        self._idle: list[_Child] = []
        self._busy: set[_Child] = set()
        self._guard = threading.Lock()
        self._closings = 0
        self._calls = calls
        self._fat = fat

    def run(self, function: Callable[..., R], *args: object, limits: WallLimits | None = None, url: str = "") -> R:
        """Return `function(*args)` as computed in a child. The function and its arguments must be picklable.

        Raises the WatcherError that the function raised, Unreadable where a limit was met or the child died
        (`url` is put into it), Surprise for anything else.
        """
        limits = limits or WallLimits()
        order = pickle.dumps((limits.seconds, limits.cpu_seconds, limits.memory, function, args))
        closings = self._closings
        with self._free:
            if closings != self._closings:  # closed while we waited for a free child
                raise Unreadable(_Gone(CLOSED).why(limits), url=url)
            child = self._take()
            try:
                answer = child.ask(order, limits)
            except _Gone as gone:
                raise Unreadable(gone.why(limits), url=url) from None
            finally:
                self._give_back(child)
        kind, value = _Plain(io.BytesIO(answer)).load()
        if kind == "value":
            return cast(R, value)
        if kind == "trouble":
            raise value
        if kind == "memory":
            raise Unreadable(_too_much(limits), url=url)
        raise Surprise(str(value))

    def close(self) -> None:
        """End all children, busy ones too; calls that wait for one end as well. A later call starts new ones."""
        with self._guard:
            self._closings += 1
            children = [*self._idle, *self._busy]
            self._idle.clear()
        for child in children:
            child.closed = True
            child.end()

    def _take(self) -> _Child:
        with self._guard:
            while self._idle:
                child = self._idle.pop()
                if child.alive():
                    self._busy.add(child)
                    return child
                child.end()
            child = _Child()
            self._busy.add(child)
            return child

    def _give_back(self, child: _Child) -> None:
        with self._guard:
            self._busy.discard(child)
            keep = child.alive() and child.calls < self._calls and child.resident() < self._fat
            if keep and not child.closed:
                self._idle.append(child)
        if not keep:
            child.end()


class _Gone(Exception):
    """The child did not answer: out of time (None), or ended with a return code."""

    def __init__(self, code: int | None) -> None:
        self.code = code
        super().__init__(code)

    def why(self, limits: WallLimits) -> str:
        if self.code == CLOSED:
            return "the service is closing"
        if self.code is None or self.code == -signal.SIGALRM:
            return f"reading it took longer than {limits.seconds:g} s"
        if self.code == -signal.SIGXCPU:
            return f"reading it took more than {limits.cpu_seconds} s of processor time"
        if self.code == -signal.SIGKILL:
            return _too_much(limits)
        if self.code in OUT_OF_MEMORY:
            return f"the reader gave up on it: more than {limits.memory // MEGABYTE} MB of memory, or damaged ({_signal_name(self.code)})"
        return f"the reader crashed on it ({_signal_name(self.code)})"


def _too_much(limits: WallLimits) -> str:
    return f"reading it needs more than {limits.memory // MEGABYTE} MB of memory"


def _signal_name(code: int) -> str:
    with contextlib.suppress(ValueError):
        return signal.Signals(-code).name
    return f"exit code {code}"


class _Child:
    """One warm interpreter and the two pipes to it."""

    def __init__(self) -> None:
        self.calls = 0
        self.closed = False
        environment = {name: os.environ[name] for name in KEPT_ENVIRONMENT if name in os.environ}
        environment["PYTHONPATH"] = os.pathsep.join(filter(None, sys.path))
        environment["PYTHONDONTWRITEBYTECODE"] = "1"  # the root file system may be read-only
        self._process = subprocess.Popen(
            [sys.executable, "-m", "watcher.wall"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment,
            bufsize=0,
            start_new_session=True,  # Ctrl-C is the service's business; it closes its children itself
        )
        self._to, self._from = self._process.stdin, self._process.stdout
        assert self._to is not None  # noqa: S101 — for the type checker; PIPE was asked for
        assert self._from is not None  # noqa: S101 — likewise
        os.set_blocking(self._to.fileno(), False)
        os.set_blocking(self._from.fileno(), False)

    def ask(self, order: bytes, limits: WallLimits) -> bytes:
        """Return the child's answer. Raises _Gone, after which the child is dead."""
        self.calls += 1
        deadline = time.monotonic() + limits.seconds
        try:
            self._send(memoryview(LENGTH.pack(len(order)) + order), deadline)
            (length,) = LENGTH.unpack(self._receive(LENGTH.size, deadline))
            return self._receive(length, deadline)
        except TimeoutError:
            self.end()
            raise _Gone(None) from None
        except (OSError, EOFError, ValueError) as error:
            if isinstance(error, ValueError) and not self.closed:  # else: closed by another thread between two steps
                raise
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(GRACE)
            code = CLOSED if self.closed else self._process.returncode
            self.end()
            raise _Gone(code) from None

    def _send(self, rest: memoryview, deadline: float) -> None:
        assert self._to is not None  # noqa: S101 — for the type checker
        while rest:
            self._ready(self._to.fileno(), deadline, write=True)
            rest = rest[self._to.write(rest) or 0 :]

    def _receive(self, length: int, deadline: float) -> bytes:
        assert self._from is not None  # noqa: S101 — for the type checker
        parts = bytearray()
        while len(parts) < length:
            self._ready(self._from.fileno(), deadline, write=False)
            piece = os.read(self._from.fileno(), min(length - len(parts), 1 << 20))
            if not piece:
                raise EOFError
            parts += piece
        return bytes(parts)

    @staticmethod
    def _ready(descriptor: int, deadline: float, *, write: bool) -> None:
        # poll, not select: a service with many connections has descriptors above 1024
        waiting = select.poll()
        waiting.register(descriptor, select.POLLOUT if write else select.POLLIN)
        if not waiting.poll(max(0.0, deadline - time.monotonic()) * 1000):
            raise TimeoutError

    def alive(self) -> bool:
        return self._process.poll() is None

    def resident(self) -> int:
        """Return the child's resident memory in bytes, 0 where the system does not tell."""
        try:
            return int(Path(f"/proc/{self._process.pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGESIZE")
        except (OSError, ValueError, IndexError):
            return 0

    def end(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()
        self._process.wait()
        for pipe in (self._to, self._from):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()


class _Plain(pickle.Unpickler):
    """Reads an answer that holds our nouns, our errors, times and plain containers, and nothing that could act."""

    def find_class(self, module: str, name: str) -> object:
        if module in ("watcher.model", "watcher.errors", "datetime", "zoneinfo"):
            return super().find_class(module, name)
        if module == "builtins" and name in PLAIN_BUILTINS:
            return super().find_class(module, name)
        if (module, name) in {("watcher.wall", "_read_only"), ("copyreg", "_reconstructor")}:
            return super().find_class(module, name)
        raise pickle.UnpicklingError(f"{module}.{name} is no part of an answer")


def _read_only(values: dict[str, object]) -> MappingProxyType[str, object]:
    return MappingProxyType(values)


# Frozen nouns hold read-only mappings, which pickle does not know.
copyreg.pickle(MappingProxyType, lambda mapping: (_read_only, (dict(mapping),)))
# Its own way goes through getattr, which no answer may name.
copyreg.pickle(ZoneInfo, lambda zone: (ZoneInfo, (zone.key,)))

_shared = Wall(children=max(1, min(4, os.cpu_count() or 1)))
run = _shared.run
close = _shared.close
atexit.register(close)


# ------------------------------------------------------------------------------------------------- in the child


def serve(orders: BinaryIO, answers: BinaryIO) -> None:
    """Answer orders until the pipe closes."""
    while header := orders.read(LENGTH.size):
        order = orders.read(*LENGTH.unpack(header))
        with _ending_with_parent(orders):
            answer = _answer(order)
        answers.write(LENGTH.pack(len(answer)))
        answers.write(answer)
        answers.flush()
        signal.setitimer(signal.ITIMER_REAL, 0)


@contextlib.contextmanager
def _ending_with_parent(orders: BinaryIO) -> Iterator[None]:
    """End at once, even inside C code, where the parent is killed meanwhile.

    It sends nothing while it waits for an answer, so all that can happen to the pipe of orders is that it closes: Linux
    then sends SIGIO (fcntl(2), O_ASYNC; pipe(7)), whose default action ends us. PR_SET_PDEATHSIG (prctl(2)) is no way:
    it is sent when the parent's *thread* that started us ends, and a child is used by many. Other systems ignore
    SIGIO by default: there the alarm of `_limit` ends us.
    """
    if sys.platform != "linux":
        yield
        return
    quiet = fcntl.fcntl(orders, fcntl.F_GETFL) & ~os.O_ASYNC
    fcntl.fcntl(orders, fcntl.F_SETOWN, os.getpid())
    fcntl.fcntl(orders, fcntl.F_SETFL, quiet | os.O_ASYNC)
    closed = select.poll()
    closed.register(orders, 0)  # a hang-up is told whatever is asked for
    if closed.poll(0):  # killed before we listened
        os._exit(1)
    yield
    fcntl.fcntl(orders, fcntl.F_SETFL, quiet)


def _answer(order: bytes) -> bytes:
    try:
        seconds, cpu_seconds, memory, function, args = pickle.loads(order)  # noqa: S301 — from our own parent, by pipe
        _limit(seconds, cpu_seconds, memory)
        answer = ("value", function(*args))
        written = pickle.dumps(answer)
        _Plain(io.BytesIO(written)).load()
        return written
    except WatcherError as trouble:
        return pickle.dumps(("trouble", trouble.with_traceback(None)))
    except MemoryError:
        _unlimit()
        return pickle.dumps(("memory", None))
    except BaseException:  # the edge of the child: whatever it is, the parent hears of it
        _unlimit()
        return pickle.dumps(("surprise", traceback.format_exc()))


def _limit(seconds: float, cpu_seconds: int, memory: int) -> None:
    import resource

    # A parent that hangs does not end us in time: SIGALRM's default action does, even inside C code.
    signal.setitimer(signal.ITIMER_REAL, seconds + GRACE)
    used = resource.getrusage(resource.RUSAGE_SELF)
    spent = int(used.ru_utime + used.ru_stime) + 1
    with contextlib.suppress(ValueError, OSError):  # a lower hard limit set from outside stands
        resource.setrlimit(resource.RLIMIT_CPU, (spent + cpu_seconds, resource.getrlimit(resource.RLIMIT_CPU)[1]))
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_AS, (_mapped() + memory, resource.getrlimit(resource.RLIMIT_AS)[1]))
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _unlimit() -> None:
    import resource

    with contextlib.suppress(ValueError, OSError):
        hard = resource.getrlimit(resource.RLIMIT_AS)[1]
        resource.setrlimit(resource.RLIMIT_AS, (hard, hard))


def _mapped() -> int:
    try:
        return int(Path("/proc/self/statm").read_text().split()[0]) * os.sysconf("SC_PAGESIZE")
    except (OSError, ValueError):
        return 0


def main() -> None:
    """Serve over the standard pipes; what a reader prints goes to standard error, not into the answers."""
    # Where memory is short for all (a container's limit), the kernel is to take the reader and never the service:
    # proc(5), oom_score_adj; raising one's own needs no right.
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000")
    signal.signal(signal.SIGIO, signal.SIG_DFL)  # whatever our parent's parent had set
    orders = os.fdopen(os.dup(0), "rb")
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    with contextlib.suppress(BrokenPipeError):
        serve(orders, answers)


if __name__ == "__main__":
    # This file runs as __main__; the answers must name watcher.wall.
    from watcher.wall import main as serve_as_imported

    serve_as_imported()
