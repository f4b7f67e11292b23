"""Commands that try something and change nothing: validate, schema, detect, judge, read, replay."""

from __future__ import annotations

import asyncio
import mimetypes
import os
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import orjson
import typer

from watcher import alerts, diff, extractors, platforms, registry, settings, wall
from watcher.app import App, fetching, judge_for, vocabulary
from watcher.cli.frame import Json, application, chosen, configuration, exit_codes, moment, nearest, refuse
from watcher.cli.reports import JsonLines, PlainLines, emit
from watcher.errors import Blocked, EmptyReading, FetchError, ReadError, RegistryError
from watcher.fetch import refusal
from watcher.judge import Judge
from watcher.lines import Line, error_line, reading_lines, verdict_object
from watcher.model import Change, Jurisdiction, Reading, Request, Response, Site, Snapshot, Validators, Verdict
from watcher.watch import judged, once_each, response_of

# ------------------------------------------------------------------------------------------------------- registry


def validate(path: Annotated[Path | None, typer.Argument()] = None, as_json: Json = False) -> None:
    """Check the registry: exit 0, or 2 with every error."""
    with exit_codes(as_json=as_json):
        config = configuration()
        book = registry.load(path or config.registry, vocabulary())
        if book.lexicon:
            judge_for(book.lexicon)
        for warning in book.warnings:
            typer.echo(f"warning: {warning}", err=True)
        enabled = sum(site.enabled for site in book.sites)
        if not as_json:
            places = len({site.jurisdiction.slug for site in book.sites})
            typer.echo(f"{book.path}: {len(book.sites)} sites ({enabled} enabled) in {places} jurisdictions, all well")
        for channel in book.channels.values():
            try:
                settings.resolve(channel, os.environ)
            except RegistryError as trouble:  # the file is right; what is missing is said, as it will stop `run`
                for problem in trouble.problems:
                    typer.echo(f"warning: {problem.message}", err=True)


def schema() -> None:
    """The JSON Schema of sites.yaml, for editors."""
    typer.echo(orjson.dumps(registry.schema(vocabulary()), option=orjson.OPT_INDENT_2).decode())


def detect(url: Annotated[str, typer.Argument()], as_json: Json = False) -> None:
    """Recognise the vendor platform of a page and print a ready sites.yaml entry."""
    with exit_codes(as_json=as_json):
        config = configuration()
        try:
            response = asyncio.run(visit_once(config, url))
        except FetchError as trouble:
            refuse(f"{trouble} ({trouble.reason})", as_json=as_json, error=type(trouble).__name__, code=1)
        guesses = {name: platforms.load(name).detect(response.url, response) for name in platforms.names()}
        name = max(guesses, key=lambda name: guesses[name])
        host = response.url.split("/")[2].removeprefix("www.").split(".")[0]
        entry = (
            f"  - id: {host}-council\n    jurisdiction: {{name: …, state: …, kind: city, time_zone: …}}\n"
            f"    body: City Council\n    platform: {name}\n    url: {response.url}\n"
        )
        if as_json:
            emit({"type": "detect", "url": url, "platform": name, "confidence": guesses[name], "entry": entry})
        else:
            typer.echo(f"{name} (confidence {guesses[name]:.2f})\n\n{entry}")


async def visit_once(config: settings.Settings, url: str) -> Response:
    """One page, fetched by the same door and rules as any visit."""
    async with fetching(config) as fetcher:
        answer = await fetcher.visit(Request(url), Validators(), min_delay=timedelta(seconds=2))
    if not isinstance(answer, Response):
        raise FetchError("the server answered 304 to a first visit", url=url)
    return answer


# ---------------------------------------------------------------------------------------------------------- judge


def judge(
    file: Annotated[str, typer.Argument(metavar="[FILE|-]")] = "-",
    jsonl: Annotated[bool, typer.Option("--jsonl", help="One JSON object a line in, one verdict a line out.")] = False,
    lexicon: Annotated[Path | None, typer.Option(help="Your own terms besides the built-in ones.")] = None,
) -> None:
    """The verdict on a text."""
    with exit_codes():
        judge = judge_for(lexicon)
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
        context = tuple(str(text) for text in asked.get("context") or ())
        verdict: Verdict
        if "text" in asked:
            verdict = judge.judge_text(asked["text"] or "", context)
        else:
            verdict = judge.judge_pair(asked.get("before") or "", asked.get("after") or "", context)
    except (orjson.JSONDecodeError, AttributeError, TypeError) as trouble:
        emit(error_line("BadLine", f"line {number}: {trouble}"))
        return False
    emit({"id": asked.get("id"), "verdict": verdict_object(verdict)})
    return True


# ----------------------------------------------------------------------------------------------------------- read


def read(
    platform: Annotated[str, typer.Argument()],
    file: Annotated[Path, typer.Argument()],
    url: Annotated[str, typer.Option("--url", help="Where the response came from.")],
    status: Annotated[int, typer.Option()] = 200,
    header: Annotated[list[str] | None, typer.Option("--header", metavar="'K: V'")] = None,
    tz: Annotated[str, typer.Option("--tz", metavar="ZONE")] = "America/New_York",
    today: Annotated[str | None, typer.Option("--today", metavar="DATE")] = None,
) -> None:
    """Run one platform's reader over a saved response and print what it finds as JSON lines."""
    with exit_codes():
        if platform not in platforms.names():
            refuse(f"no platform {platform!r}{nearest(platform, platforms.names())}")
        try:
            zone = ZoneInfo(tz)
        except (KeyError, ValueError):
            refuse(f"no time zone {tz!r}")
        try:
            body = file.read_bytes()
        except OSError as trouble:
            refuse(f"cannot read {file}: {trouble.strerror}")
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
        name = next(
            (kind.__name__ for kind in (Blocked, EmptyReading) if isinstance(trouble, kind)), type(trouble).__name__
        )
        yield error_line(name, str(trouble), code=trouble.reason)
        return
    finally:
        wall.close()
    yield from reading_lines(reading)


# --------------------------------------------------------------------------------------------------------- replay


def replay(
    sites: Annotated[list[str] | None, typer.Argument(metavar="[SITE]…")] = None,
    since: Annotated[str | None, typer.Option("--since")] = None,
    as_json: Json = False,
) -> None:
    """Re-read the stored snapshots with today's code and show what would have alerted. Sends and writes nothing."""
    with application("replay", as_json=as_json) as app:
        report = JsonLines() if as_json else PlainLines(0, quiet=True)
        start = moment(since, app.now())
        for site in chosen(app, sites, as_json=as_json):
            for change in judged(once_each(replayed(app, site)), app.judge):
                if start is None or change.seen_at >= start:
                    report.changed(change)
                    for alert in alerts.compose(site, [change], change.seen_at):
                        report.alerted(alert, ())


def replayed(app: App, site: Site) -> Iterator[Change]:
    """The changes between the stored snapshots of each document of a site, in the order they were seen."""
    documents = app.ledger.documents(site.id)
    versions: dict[str, list[Snapshot]] = {}
    for snapshot in app.ledger.snapshots(site=site.id):
        versions.setdefault(snapshot.key, []).append(snapshot)
    for key, seen in versions.items():
        document = documents.get(key)
        if document is None:
            continue
        earlier: tuple[Reading, Snapshot] | None = None
        for snapshot in seen:
            try:
                reading = platforms.load(site.platform).read(site, response_of(snapshot, document.request, app.objects))
            except ReadError:
                continue  # as in a visit: what cannot be trusted is not compared
            if earlier or not document.silent:
                yield from diff.compare(
                    earlier[0] if earlier else None,
                    reading,
                    site=site,
                    request=replace(document.request),
                    now=snapshot.fetched_at,
                    last_seen=earlier[1].fetched_at if earlier else None,
                    snapshots=(earlier[1].digest if earlier else None, snapshot.digest),
                )
            earlier = (reading, snapshot)
