"""Commands that look into the ledger and the snapshots, beside a running service: nothing is written."""

from __future__ import annotations

import csv
import enum
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import orjson
import typer

from watcher.app import App
from watcher.cli.frame import Json, application, chosen, moment, refuse
from watcher.cli.reports import emit
from watcher.exhibit import as_html, as_text, plain
from watcher.lines import Line, as_table, change_line, damage_line, reason_line, site_line, visit_line
from watcher.schedule import due

Since = Annotated[str | None, typer.Option("--since", help="2026-11-24, 2026-11-24T18:00 or an age such as 2d.")]


class Form(enum.StrEnum):
    """How `show` shows."""

    text = "text"
    html = "html"
    json = "json"


def show_lines(lines: Iterator[Line] | list[Line], words: Iterator[str] | list[str], *, as_json: bool) -> None:
    """JSON lines or the same in words."""
    if as_json:
        for line in lines:
            emit(line)
    else:
        for text in words:
            typer.echo(plain(text))


def changes(
    site: Annotated[str | None, typer.Option(help="Only this site.")] = None,
    since: Since = None,
    relevant: Annotated[bool, typer.Option("--relevant", help="Only what was judged relevant.")] = False,
    as_json: Json = False,
) -> None:
    """What changed, oldest first."""
    with application("changes", as_json=as_json) as app:
        if site is not None:
            chosen(app, [site], as_json=as_json)
        found = app.ledger.changes(site=site, since=moment(since, app.now()), relevant=relevant)
        words = [
            f"{change.seen_at.astimezone():%Y-%m-%d %H:%M}  {change.id}  {change.site}  {change.kind}"
            f"  {change.verdict.label if change.verdict else '-'}  {' › '.join(change.heading) or (change.after or change.before)[:80]}"
            for change in found
        ]
        show_lines([change_line(change) for change in found], words or ["no changes"], as_json=as_json)


def show(
    change: Annotated[str, typer.Argument(help="Its id, or the first characters of it.")],
    form: Annotated[Form, typer.Option("--format", help="text, html (one self-contained page) or json.")] = Form.text,
) -> None:
    """One change with its redline, evidence and hashes."""
    with application("show") as app:
        found = app.ledger.change(change)
        if found is None:
            refuse(f"no change {change!r} in the ledger; `watcher changes` lists them", code=1)
        match form:
            case Form.json:
                emit(change_line(found))
            case Form.html:
                typer.echo(as_html(found, app.sites.get(found.site)))
            case Form.text:
                typer.echo(as_text(found, app.sites.get(found.site)))


def sites(as_json: Json = False) -> None:
    """The state of each site."""
    with application("sites", as_json=as_json) as app:
        states = app.ledger.site_states()
        lines = [site_line(site, states.get(site.id)) for site in app.book.sites]
        words = [
            f"{line['site']:32}  {line['health'] if line['enabled'] else 'off':8}  {line['platform']:10}"
            f"  {line['last_outcome'] or '-':10}  next {line['next_due'] or 'at once'}  {line['documents']} documents"
            for line in lines
        ]
        show_lines(lines, words, as_json=as_json)


def history(site: Annotated[str, typer.Argument()], as_json: Json = False) -> None:
    """The visits of one site, newest last."""
    with application("history", as_json=as_json) as app:
        chosen(app, [site], as_json=as_json)
        visits = app.ledger.visits(site, limit=500)
        words = [
            f"{visit.at.astimezone():%Y-%m-%d %H:%M:%S}  {visit.outcome:9}  {visit.reason:14}  {visit.url}"
            + (f"\n    {visit.detail}" if visit.detail else "")
            for visit in visits
        ]
        show_lines([visit_line(visit) for visit in visits], words or ["not visited yet"], as_json=as_json)


def why(site: Annotated[str, typer.Argument()], as_json: Json = False) -> None:
    """The reason for every yes and every no of one site."""
    with application("why", as_json=as_json) as app:
        chosen(app, [site], as_json=as_json)
        lines = list(reasons(app, site))
        words = [f"{line['at'] or '':25}  {line['what']}: {line['reason']}" for line in lines]
        show_lines(lines, words, as_json=as_json)


def reasons(app: App, site_id: str) -> Iterator[Line]:
    """Due or not, the last visit of each document, each change's verdict, each alert's deliveries."""
    site, now = app.sites[site_id], app.now()
    state = app.ledger.site_states().get(site_id)
    ready = due([site], {site_id: state} if state else {}, now)
    if not site.enabled:
        yield reason_line(site_id, "schedule", f"not visited: enabled is false ({site.note})")
    elif ready:
        yield reason_line(site_id, "schedule", ready[0][1])
    elif state:
        yield reason_line(site_id, "schedule", f"not due before {state.next_due:%Y-%m-%d %H:%M %Z}", state.next_due)
    last = {visit.key: visit for visit in app.ledger.visits(site_id, limit=500)}
    for visit in last.values():
        words = f"{visit.outcome}, {visit.reason}" + (f": {visit.detail}" if visit.detail else "")
        yield reason_line(site_id, f"visit of {visit.url}", words, visit.at, outcome=visit.outcome, code=visit.reason)
    for change in app.ledger.changes(site=site_id):
        if change.verdict:
            told = "; ".join(change.verdict.reasons) or "no cue"
            words = f"{change.verdict.label}: {told}"
            yield reason_line(site_id, f"change {change.id}", words, change.seen_at, change=change.id)
    for alert in app.ledger.alerts(site=site_id):
        for delivery in app.ledger.deliveries(alert_key=alert.key):
            words = f"{delivery.channel} {delivery.state}: {delivery.reason}"
            words += f" ({delivery.error})" if delivery.error else ""
            yield reason_line(site_id, f"alert {alert.key[:12]}", words, alert.created_at, alert=alert.key)


def verify(as_json: Json = False) -> None:
    """Re-hash every stored object and walk the hash chain; exit 1 names what is damaged."""
    with application("verify", as_json=as_json) as app:
        damaged = 0
        seen: set[tuple[str, str]] = set()
        for source in (app.objects.verify(), app.ledger.verify(app.objects)):
            for damage in source:
                if (damage.object, damage.problem) in seen:
                    continue
                seen.add((damage.object, damage.problem))
                damaged += 1
                if as_json:
                    emit(damage_line(damage.object, damage.problem))
                else:
                    typer.echo(f"damaged: {damage.object}: {damage.problem}")
        if damaged:
            raise typer.Exit(1)
        if not as_json:
            typer.echo("every stored object and every link of the chain is as it was written")


def export(
    sites: Annotated[list[str] | None, typer.Argument(metavar="[SITE]…")] = None,
    as_csv: Annotated[Path | None, typer.Option("--csv", metavar="PATH", help="Changes as a table.")] = None,
    as_json_file: Annotated[Path | None, typer.Option("--json", metavar="PATH", help="Changes as JSON lines.")] = None,
    warc: Annotated[Path | None, typer.Option("--warc", metavar="PATH", help="Snapshots as WARC/1.1.")] = None,
) -> None:
    """Write what is known to a file: changes as CSV or JSON, snapshots as WARC."""
    with application("export") as app:
        wanted = {site.id for site in chosen(app, sites)} if sites else None
        if not (as_csv or as_json_file or warc):
            refuse("say what to write: --csv PATH, --json PATH or --warc PATH")
        found = [change for change in app.ledger.changes() if wanted is None or change.site in wanted]
        try:
            if as_json_file:
                as_json_file.write_bytes(b"".join(orjson.dumps(change_line(change)) + b"\n" for change in found))
            if as_csv:
                write_csv(as_csv, [flat(change_line(change)) for change in found])
            if warc:
                from watcher.cli.warc import write_warc  # warcio is needed here alone

                write_warc(warc, [s for s in app.ledger.snapshots() if wanted is None or s.site in wanted], app.objects)
        except OSError as trouble:
            refuse(f"cannot write {trouble.filename}: {trouble.strerror}", code=1)


def flat(line: Line) -> Line:
    """A change as one row: what is nested becomes a few plain columns."""
    verdict, meeting, matter = line["verdict"], line["meeting"], line["matter"]
    row = {
        name: line[name]
        for name in ("id", "site", "url", "kind", "before", "after", "seen_at", "last_seen_unchanged_at")
    }
    row["heading"] = " › ".join(line["heading"]) if isinstance(line["heading"], list) else ""
    for name in ("label", "score", "stance", "stage"):
        row[name] = verdict[name] if isinstance(verdict, dict) else None
    row["topics"] = " ".join(verdict["topics"]) if isinstance(verdict, dict) else ""
    row["meeting_start"] = meeting["start"] if isinstance(meeting, dict) else None
    row["matter"] = matter["file"] if isinstance(matter, dict) else None
    return row


def write_csv(path: Path, rows: list[Line]) -> None:
    """A table with a header, defused for spreadsheets, UTF-8 with the mark that they look for."""
    header, cells = as_table(rows)
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows(cells)
