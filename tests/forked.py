"""Programs that are started hundreds of times, to be killed: forked off one process that has imported what they need."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Self

NURSERY = """
import importlib, json, os, signal, sys, traceback
for name in sys.argv[1].split():
    importlib.import_module(name)
for line in sys.stdin:
    asked = json.loads(line)
    child = os.fork()
    if not child:
        code = 1
        try:
            os.dup2(os.open(asked["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND), 2)
            os.dup2(2, 1)
            os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
            os.chdir(asked["folder"])
            sys.argv = asked["argv"]
            exec(asked["code"], {"__name__": "forked"})
            code = 0
        except SystemExit as left:
            code = left.code if isinstance(left.code, int) else bool(left.code)
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(code)
    print(child, flush=True)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""


class Nursery:
    """Starts one program at a time, in a few milliseconds; every one is a process of its own that kill -9 ends."""

    def __init__(self, modules: Sequence[str], log: Path, env: Mapping[str, str] | None = None) -> None:
        self._log = log
        self._process = subprocess.Popen(
            [sys.executable, "-c", NURSERY, " ".join(modules)],
            env=dict(env) if env is not None else None,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        self._pid = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.close()
        self._process.wait(timeout=30)
        self._process.stdout.close()

    def start(self, code: str, *arguments: str, folder: Path) -> None:
        """Runs the code in a new process."""
        assert self._process.stdin
        asked = {"code": code, "argv": ["forked", *arguments], "folder": str(folder), "log": str(self._log)}
        self._process.stdin.write(json.dumps(asked).encode() + b"\n")
        self._process.stdin.flush()
        self._pid = int(self._line())

    def lives(self) -> bool:
        """Whether the program still runs."""
        assert self._process.stdout
        return not select.select([self._process.stdout], [], [], 0)[0]

    def send(self, sign: signal.Signals = signal.SIGKILL) -> None:
        """A signal to the program."""
        os.kill(self._pid, sign)

    def ended(self) -> int:
        """Waits for its end: the exit code, or the negative number of the signal."""
        return int(self._line())

    def _line(self) -> bytes:
        assert self._process.stdout
        return self._process.stdout.readline()
