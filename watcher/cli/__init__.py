"""The command line. Each command is one function in one of three files: running, looking, trying."""

from __future__ import annotations

import sys
from collections.abc import Callable

import typer

from watcher.cli import looking, running, trying

front = typer.Typer(
    name="watcher",
    help="Tells people, within the hour, that a city or county is about to change how it cooperates with ICE.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,  # a surprise keeps its own traceback
    context_settings={"help_option_names": ["-h", "--help"]},
)

COMMANDS: tuple[Callable[..., None], ...] = (
    running.run,
    running.check,
    running.deliver,
    running.demo,
    trying.validate,
    trying.schema,
    trying.detect,
    looking.changes,
    looking.show,
    looking.sites,
    looking.history,
    looking.why,
    trying.judge,
    trying.read,
    trying.replay,
    looking.verify,
    looking.export,
    running.mute,
    running.unmute,
    running.migrate,
)
for command in COMMANDS:
    front.command()(command)
front.command("send-test")(running.send_test_message)
front.command(hidden=True)(running.healthcheck)


def main() -> None:
    """Runs one command and exits with its code."""
    sys.exit(front())
