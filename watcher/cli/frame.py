"""What every command stands in: settings, log, and how trouble becomes words and an exit code.

0 fine · 1 some site, object or delivery failed · 2 registry, settings, lock or command line wrong · 130 interrupted
"""

from __future__ import annotations

import contextlib
import logging
import os
import re
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Annotated, NoReturn

import orjson
import typer
from rapidfuzz import process

from watcher import settings
from watcher.app import App, opened
from watcher.cli import outlet
from watcher.cli.reports import emit
from watcher.errors import LockHeld, Problem, RegistryError, StoreError, WatcherError
from watcher.lines import error_line
from watcher.model import Site

Json = Annotated[bool, typer.Option("--json", help="One JSON object a line on stdout, nothing else.")]


class JsonLog(logging.Formatter):
    """One JSON object for each line of the log."""

    def format(self, record: logging.LogRecord) -> str:  # noqa: D102
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "room": record.name,
            "event": record.getMessage(),
        }
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return orjson.dumps(line, default=str).decode()


def start_log(form: str) -> None:
    """Log to stderr; secrets are taken out on the handler, exceptions included."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLog() if form == "json" else logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    handler.addFilter(settings.Redaction())
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    # both print whole URLs, and a Telegram URL holds the bot's token; APScheduler tells of every tick
    logging.getLogger("apscheduler").setLevel(logging.ERROR)  # a tick that finds the last one busy is no news
    for name in ("httpx", "httpcore", "aiohttp", "slack_sdk", "telegram", "alembic", "uvicorn"):
        logging.getLogger(name).setLevel(logging.WARNING)


@contextlib.contextmanager
def exit_codes(*, as_json: bool = False) -> Iterator[None]:
    """Known trouble in words and with its exit code; a surprise keeps its traceback."""
    try:
        yield
        if outlet.cut_short():
            raise typer.Exit(1)
    except RegistryError as trouble:
        for problem in trouble.problems:
            tell(problem, as_json=as_json)
        raise typer.Exit(2) from None
    except LockHeld as trouble:
        refuse(str(trouble), as_json=as_json, error="LockHeld")
    except StoreError as trouble:
        refuse(str(trouble), as_json=as_json, error="StoreError", code=2 if trouble.permanent else 1)
    except WatcherError as trouble:
        refuse(str(trouble), as_json=as_json, error=type(trouble).__name__, code=1)
    except KeyboardInterrupt:
        raise typer.Exit(130) from None


def tell(problem: Problem, *, as_json: bool) -> None:
    """One problem of the registry, for people or as a line."""
    if as_json:
        emit(
            error_line(
                "RegistryError",
                problem.message,
                file=problem.file,
                line=problem.line,
                where=problem.where or None,
                key=problem.key,
                hint=problem.hint or None,
            )
        )
    typer.echo(settings.redact(str(problem)), err=True)


def refuse(words: str, *, as_json: bool = False, error: str = "Usage", code: int = 2) -> NoReturn:
    """Ends the command with words on stderr and an exit code."""
    if as_json:
        emit(error_line(error, settings.redact(words)))
    typer.echo(f"watcher: {settings.redact(words)}", err=True)
    raise typer.Exit(code)


def configuration() -> settings.Settings:
    """The settings of this process, with the log started as they say."""
    config = settings.load(os.environ)
    start_log(config.log)
    return config


@contextlib.contextmanager
def application(command: str, *, lock: bool = False, beside: bool = False, as_json: bool = False) -> Iterator[App]:
    """The opened folder for one command, with trouble turned into exit codes."""
    with exit_codes(as_json=as_json):
        configuration()
        with opened(os.environ, command, lock=lock, beside=beside) as app:
            yield app


def chosen(app: App, names: list[str] | None, *, as_json: bool = False) -> list[Site]:
    """The named sites (a disabled one may be named), or all enabled ones. An unknown name is refused with a hint."""
    if not names:
        return [site for site in app.book.sites if site.enabled]
    unknown = [name for name in names if name not in app.sites]
    if unknown:
        refuse(
            "; ".join(f"no site {name!r} in the registry{nearest(name, app.sites)}" for name in unknown),
            as_json=as_json,
        )
    return [app.sites[name] for name in names]


def remembered(app: App, name: str, *, as_json: bool = False) -> None:
    """Refuses a site that neither the registry nor the ledger knows: one taken out of the registry keeps its history."""
    if name not in app.sites and name not in app.ledger.site_states():
        chosen(app, [name], as_json=as_json)


def nearest(word: str, words: object) -> str:
    """` (did you mean …?)`, or nothing where no word is near."""
    match = process.extractOne(word, list(words), score_cutoff=60)  # type: ignore[call-overload]
    return f" (did you mean {match[0]!r}?)" if match else ""


def moment(text: str | None, now: datetime, *, ahead: bool = False) -> datetime | None:
    """A time as people type it: ISO 8601 (`2026-11-24`, with or without time) or a span back from now (`2d`, `36h`).

    With `ahead` a span counts forward.
    """
    if text is None:
        return None
    units = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}
    if age := re.fullmatch(r"(\d+)\s*([mhdw])", text.strip()):
        span = int(age[1]) * units[age[2]]
        return now + span if ahead else now - span
    try:
        at = datetime.fromisoformat(text.strip())
    except ValueError:
        refuse(f"{text!r} is no time: write 2026-11-24, 2026-11-24T18:00 or an age such as 2d")
    return at if at.tzinfo else at.astimezone()
