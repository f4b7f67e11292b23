"""Commands that try something and change nothing: validate, schema, detect, judge, read."""

from __future__ import annotations

import mimetypes
import os
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import orjson
import typer

from watcher import extractors, platforms, registry, settings, wall
from watcher.app import judge_for, vocabulary
from watcher.cli.frame import Json, configuration, exit_codes, moment, nearest, refuse
from watcher.cli.reports import counted, emit
from watcher.errors import Blocked, EmptyReading, FetchError, LayoutChanged, ReadError, RegistryError, Unreadable
from watcher.fetch import refusal
from watcher.judge import Judge
from watcher.lines import Line, error_line, reading_lines, verdict_object
from watcher.model import Jurisdiction, Reading, Request, Response, Site, Verdict

# ------------------------------------------------------------------------------------------------------- registry


def validate(
    path: Annotated[
        Path | None, typer.Argument(metavar="PATH", help="The file (default: WATCHER_REGISTRY, or sites.yaml).")
    ] = None,
    as_json: Json = False,
) -> None:
    """Check sites.yaml: exit 0, or 2 with every error at once.

    Each error names file, line, site and key, and the nearest valid word.
    """
    with exit_codes(as_json=as_json):
        config = configuration()
        book = registry.load(path or config.registry, vocabulary(config.chromium))
        if book.lexicon:
            judge_for(book.lexicon)
        for warning in (*book.warnings, *settings.idle(config), *settings.links(config, book.channels.values())):
            typer.echo(f"warning: {warning}", err=True)
        enabled = sum(site.enabled for site in book.sites)
        if not as_json:
            places = len({site.jurisdiction.slug for site in book.sites})
            typer.echo(
                f"{book.path}: {counted(len(book.sites), 'site')} ({enabled} enabled) in {counted(places, 'jurisdiction')}, all well"
            )
        for channel in book.channels.values():
            try:
                settings.resolve(channel, os.environ)
            except RegistryError as trouble:  # the file is right; what is missing is said, as it will stop `run`
                for problem in trouble.problems:
                    typer.echo(f"warning: {problem.key} {problem.message}", err=True)


def schema() -> None:
    """The JSON Schema of sites.yaml, for editors."""
    typer.echo(orjson.dumps(registry.schema(vocabulary()), option=orjson.OPT_INDENT_2).decode())


# ---------------------------------------------------------------------------------------------------------- judge


def judge(
    file: Annotated[str, typer.Argument(metavar="FILE", help="A text, or - for the standard input.")] = "-",
    jsonl: Annotated[bool, typer.Option("--jsonl", help="One JSON object a line in, one verdict a line out.")] = False,
    lexicon: Annotated[
        Path | None, typer.Option("--lexicon", metavar="PATH", help="Your own terms besides the built-in ones.")
    ] = None,
) -> None:
    """The verdict on a text, and the words that decided it.

    With --jsonl each line is {"id", "text"} or {"id", "before", "after"}, and may have "context": [headings …]. Each gets
    one line in the same place; a line that is no such object gets an error line, and the exit code is 1.
    """
    with exit_codes():
        judge = judge_for(lexicon)
        if file == "-" and sys.stdin.isatty():
            typer.echo("reading the text from the terminal; Ctrl-D ends it", err=True)
        try:
            content = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
        except OSError as trouble:
            refuse(f"cannot read {file}: {trouble.strerror}")
        if jsonl:
            well = True
            for number, line in enumerate(content.split(b"\n"), 1):
                if line.strip():
                    well = judge_line(judge, line, number) and well
            if not well:
                raise typer.Exit(1)
        else:
            verdict = judge.judge_text(content.decode("utf-8", "replace"))
            typer.echo(orjson.dumps(verdict_object(verdict), option=orjson.OPT_INDENT_2).decode())


def judge_line(judge: Judge, line: bytes, number: int) -> bool:
    """One line of `--jsonl`. A line that is no such object gets an error line in its place, so that order is kept."""
    try:
        asked = orjson.loads(line)
    except orjson.JSONDecodeError as trouble:
        emit(error_line("BadLine", f"line {number} is no JSON: {trouble}", id=None))
        return False
    ident = asked.get("id") if isinstance(asked, dict) else None
    if wrong := what_is_wrong(asked):
        emit(error_line("BadLine", f"line {number}: {wrong}", id=ident))
        return False
    context = tuple(asked.get("context") or ())
    verdict: Verdict
    if "text" in asked:
        verdict = judge.judge_text(asked["text"] or "", context)
    else:
        verdict = judge.judge_pair(asked.get("before") or "", asked.get("after") or "", context)
    emit({"id": ident, "verdict": verdict_object(verdict)})
    return True


def what_is_wrong(asked: object) -> str:
    """Why a line cannot be judged, or nothing."""
    if not isinstance(asked, dict):
        return 'is no object like {"id": 1, "text": "…"}'
    sides = [name for name in ("text", "before", "after") if name in asked]
    if not sides:
        return "has neither text nor before and after"
    if wrong := [name for name in sides if not isinstance(asked[name], str | None)]:
        return f"{' and '.join(wrong)} must be a string"
    context = asked.get("context") or []
    if not isinstance(context, list) or not all(isinstance(part, str) for part in context):
        return "context must be a list of strings"
    return ""


# ----------------------------------------------------------------------------------------------------------- read


def read(
    platform: Annotated[str, typer.Argument(metavar="PLATFORM", help="A file of watcher/platforms, such as legistar.")],
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The saved body of a response.")],
    url: Annotated[str, typer.Option("--url", metavar="URL", help="Where the response came from.")],
    status: Annotated[int, typer.Option("--status", metavar="N", help="Its status.")] = 200,
    header: Annotated[
        list[str] | None, typer.Option("--header", metavar="'K: V'", help="A header of it; may be given again.")
    ] = None,
    tz: Annotated[str, typer.Option("--tz", metavar="ZONE", help="The place's time zone.")] = "America/New_York",
    today: Annotated[
        str | None, typer.Option("--today", metavar="DATE", help="Read it as on that day (default: today).")
    ] = None,
    as_json: Json = False,  # its lines are JSON in any case; asked for it says the errors so too
) -> None:
    """Run one platform's reader over a saved response.

    Prints JSON lines. Exit 1 with an `error` line where the reader refuses it.
    """
    with exit_codes(as_json=as_json):
        if platform not in platforms.names():
            there = ", ".join(platforms.names())
            refuse(
                f"no platform {platform!r}; there are {there}{nearest(platform, platforms.names())}", as_json=as_json
            )
        if not url.startswith(("http://", "https://")):
            refuse(f"--url {url}: write the whole address; every further one is derived from it", as_json=as_json)
        try:
            zone = ZoneInfo(tz)
        except (KeyError, ValueError):
            refuse(f"no time zone {tz!r}", as_json=as_json)
        try:
            body = file.read_bytes()
        except OSError as trouble:
            refuse(f"cannot read {file}: {trouble.strerror}", as_json=as_json)
        at = datetime.now(zone)
        if today:
            day = moment(today, at)
            at = datetime.combine((day or at).date(), time(12), zone)
        headers = dict(header_of(line) for line in header or ())
        if "content-type" not in headers and (guess := mimetypes.guess_type(file.name)[0]):
            headers["content-type"] = guess
        place = Jurisdiction(slug="xx-place", name="Place", state="XX", kind="city", time_zone=tz)
        follow = ("agendas", "packets", "attachments", "minutes", "legislation")
        site = Site(id="read", jurisdiction=place, platform=platform, url=url, follow=follow)
        response = Response(Request(url), url, status, headers, body, at.astimezone(UTC))
        lines = list(read_lines(site, response))
        for line in lines:
            emit(line)
        if any(line["type"] == "error" for line in lines):
            raise typer.Exit(1)


def header_of(line: str) -> tuple[str, str]:
    """`K: V` as a pair with a lower-case name."""
    name, colon, value = line.partition(":")
    if not colon:
        refuse(f"--header {line!r}: write 'Name: value'")
    return name.strip().lower(), value.strip()


def read_lines(site: Site, response: Response) -> Iterator[Line]:
    """What a visit would make of this response: first whether it is one at all, then the reading."""
    turned_away = refusal(response)
    if turned_away is not None:
        error = "Blocked" if isinstance(turned_away, Blocked) else "LayoutChanged"
        yield error_line(
            "EmptyReading" if turned_away.reason == "empty" else error, str(turned_away), code=turned_away.reason
        )
        return
    platform = platforms.load(site.platform)
    try:
        reading: Reading = (
            wall.run(platform.read, site, response)
            if extractors.heavy(response.body, response.media_type)
            else platform.read(site, response)
        )
    except (ReadError, FetchError) as trouble:
        kinds = (Blocked, EmptyReading, LayoutChanged, Unreadable)
        name = next((kind.__name__ for kind in kinds if isinstance(trouble, kind)), "Unreadable")
        yield error_line(name, str(trouble), code=trouble.reason)
        return
    finally:
        wall.close()
    yield from reading_lines(reading)
