"""Standard output that may fail while the work goes on: a pager that was closed, a log file on a full disk, no output at all.

Alerts are recorded and sent whether or not somebody reads along; that not all was printed is said on stderr and by the
exit code, except where the reader itself had seen enough.
"""

from __future__ import annotations

import io
import os
import sys
from typing import Any

STANDARD = (("stdin", "r"), ("stdout", "w"), ("stderr", "w"))


class Outlet(io.FileIO):
    """The bytes of stdout. The first write that fails is noted in `trouble`; from then on bytes go nowhere."""

    trouble: OSError | None = None

    def write(self, content: Any) -> int:
        """How many bytes were taken: all of them once there is trouble."""
        if self.trouble is None:
            try:
                return super().write(content)
            except OSError as trouble:
                self.trouble = trouble
                if not isinstance(trouble, BrokenPipeError):
                    print(f"watcher: not all output could be written: {trouble.strerror}", file=sys.stderr)  # noqa: T201
        return memoryview(content).nbytes


def prepare() -> None:
    """Makes stdin, stdout and stderr usable whatever we were started with, before the first file is opened.

    A closed one is opened to nowhere, or the ledger would get its number. Letters that the terminal lacks become "?".
    """
    for name, mode in STANDARD:
        if getattr(sys, name) is None:
            nowhere = os.open(os.devnull, os.O_RDWR)  # gets the lowest number that is free: the closed one
            setattr(sys, name, open(nowhere, mode, encoding="utf-8", closefd=False))  # noqa: SIM115 - for as long as we run
    stdout = sys.stdout
    sys.stdout = io.TextIOWrapper(
        io.BufferedWriter(Outlet(stdout.fileno(), "w", closefd=False)),
        encoding=stdout.encoding,
        errors="replace",
        line_buffering=bool(stdout.line_buffering),
        write_through=getattr(stdout, "write_through", False),
    )


def cut_short() -> bool:
    """Whether output was lost that somebody was waiting for."""
    sys.stdout.flush()
    outlet = getattr(getattr(sys.stdout, "buffer", None), "raw", None)
    trouble = outlet.trouble if isinstance(outlet, Outlet) else None
    return trouble is not None and not isinstance(trouble, BrokenPipeError)
