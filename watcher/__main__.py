"""`watcher …` and `python -m watcher …`."""

from __future__ import annotations

import sys


def main() -> None:
    """Runs one command and exits with its code."""
    # asked every few seconds beside a service with little memory: it must not pay for the whole command line
    if sys.argv[1:] == ["healthcheck"]:
        from watcher.pulse import healthcheck

        sys.exit(healthcheck())
    try:
        from watcher.cli import main as command_line

        command_line()
    except KeyboardInterrupt:  # while it was still starting
        sys.exit(130)


if __name__ == "__main__":
    main()
