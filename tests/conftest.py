"""What holds for every test."""

from __future__ import annotations

import signal


def pytest_configure() -> None:
    """Gives Ctrl-C its meaning back: who is started in the background inherits deaf ears, and so would our children."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
