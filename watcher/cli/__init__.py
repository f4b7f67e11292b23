"""The command line. Each command is one function in one file of this folder: running, looking, trying, replaying …."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from importlib.metadata import version
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from watcher.cli import (
    detecting,
    keeping,
    looking,
    outlet,
    planning,
    pruning,
    publishing,
    replaying,
    running,
    teaching,
    trying,
)

Command = Callable[..., None] | typer.Typer

COMMANDS: dict[str, dict[str, Command]] = {
    "Watch": {
        "run": running.run,
        "check": running.check,
        "deliver": running.deliver,
        "mute": running.mute,
        "unmute": running.unmute,
    },
    "Look (also beside a running service)": {
        "changes": looking.changes,
        "show": looking.show,
        "sites": looking.sites,
        "history": looking.history,
        "why": looking.why,
        "feedback": teaching.feedback,
    },
    "Set up and try": {
        "demo": running.demo,
        "validate": trying.validate,
        "schema": trying.schema,
        "detect": detecting.detect,
        "send-test": running.send_test_message,
        "judge": trying.judge,
        "read": trying.read,
        "replay": replaying.replay,
    },
    "Keep": {
        "routes": keeping.routes,
        "storm": keeping.storm,
        "deadletter": keeping.deadletter,
        "verify": looking.verify,
        "export": looking.export,
        "publish": publishing.publish,
        "migrate": running.migrate,
        "capacity": planning.capacity,
        "prune": pruning.prune,
        "worker": pruning.worker,
    },
}


class FrontPage(TyperGroup):
    """Lists the commands by what they are for, not by the alphabet."""

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """One section for each purpose."""
        width = max(len(name) for group in COMMANDS.values() for name in group)
        for purpose, group in COMMANDS.items():
            with formatter.section(purpose):
                formatter.write_dl([(f"{name:{width}}", told) for name, told in self._told(group)])

    def _told(self, group: Mapping[str, Command]) -> Iterator[tuple[str, str]]:
        for name in group:
            yield name, (self.commands[name].help or "").partition("\n")[0]


front = typer.Typer(
    name="watcher",
    cls=FrontPage,
    no_args_is_help=True,
    rich_markup_mode=None,  # plain help: it can be piped, copied, read aloud, and names the nearest word
    pretty_exceptions_enable=False,  # a surprise keeps its own traceback
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Begin with `watcher demo`, or with `watcher validate` and `watcher check SITE`; `watcher COMMAND --help` says more.",
)


def tell_version(asked: bool) -> None:
    """Prints the name and version and ends."""
    if asked:
        typer.echo(f"ordinance-watcher {version('ordinance-watcher')}")
        raise typer.Exit


@front.callback()
def watcher(
    asked: Annotated[
        bool, typer.Option("--version", callback=tell_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """Tells people, within the hour, that a city or county is about to change how it cooperates with ICE.

    It reads `sites.yaml` (WATCHER_REGISTRY) and keeps all it saw in `snapshots/` (WATCHER_DATA).
    """


for commands in COMMANDS.values():
    for name, command in commands.items():
        if isinstance(command, typer.Typer):
            front.add_typer(command, name=name)
        else:
            front.command(name)(command)
front.command(hidden=True)(running.healthcheck)


def main() -> None:
    """Runs one command and exits with its code."""
    outlet.prepare()
    sys.exit(front(prog_name="watcher"))
