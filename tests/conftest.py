"""What holds for every test."""

from __future__ import annotations

import signal

from hypothesis import HealthCheck, settings

# How long examples take to make says how busy a machine is, not what is wrong.
settings.register_profile("ours", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("ours")


def pytest_configure() -> None:
    """Gives Ctrl-C its meaning back: who is started in the background inherits deaf ears, and so would our children."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
