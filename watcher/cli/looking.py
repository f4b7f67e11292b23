"""Commands that look into the ledger and the snapshots, beside a running service: the ledger is only read."""

from __future__ import annotations

import csv
import enum
import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from textwrap import shorten
from typing import Annotated

import orjson
import typer

from watcher import votes
from watcher.alerts import stages
from watcher.app import CLOCK, App, standing
from watcher.cli.frame import Json, application, chosen, configuration, exit_codes, moment, refuse, remembered
from watcher.cli.reports import columns, counted, emit
from watcher.cli.teaching import labelled
from watcher.exhibit import as_html, as_text, plain, subject
from watcher.exhibit import stamp as clock
from watcher.lines import (
    TABLE,
    Line,
    as_table,
    change_line,
    damage_line,
    flat,
    reason_line,
    site_line,
    stage_line,
    visit_line,
)
from watcher.model import Site, SiteState, Stage
from watcher.schedule import due

Since = Annotated[
    str | None, typer.Option("--since", metavar="TIME", help="2026-11-24, 2026-11-24T18:00 or an age such as 2d.")
]
OneSite = Annotated[str, typer.Argument(metavar="SITE", help="Its id in sites.yaml.")]


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
    site: Annotated[str | None, typer.Option("--site", metavar="SITE", help="Only this site.")] = None,
    since: Since = None,
    relevant: Annotated[bool, typer.Option("--relevant", help="Only what was judged relevant.")] = False,
    as_json: Json = False,
) -> None:
    """What changed, oldest first, with the verdict on each.

    Times are those of this machine. `watcher show CHANGE` shows one with its redline.
    """
    with application("changes", as_json=as_json) as app:
        if site is not None:
            remembered(app, site, as_json=as_json)
        found = app.ledger.changes(site=site, since=moment(since, app.now()), relevant=relevant)
        words = columns(
            [
                (
                    clock(change.seen_at),
                    change.id,
                    change.verdict.label if change.verdict else "-",
                    change.kind,
                    change.site,
                    shorten(subject(change), 160, placeholder=" …"),
                )
                for change in found
            ]
        )
        show_lines([change_line(change) for change in found], words or ["no changes"], as_json=as_json)


def show(
    change: Annotated[str, typer.Argument(metavar="CHANGE", help="Its id, or the first characters of it.")],
    form: Annotated[
        Form, typer.Option("--format", metavar="FORM", help="text, html (one self-contained page) or json.")
    ] = Form.text,
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
    """How each site is doing.

    ok; suspect (the last visit failed); failing (three in a row); blind (and nothing good for six hours, or ever); new (not
    visited yet); off where sites.yaml says enabled: false.
    """
    with exit_codes(as_json=as_json):
        configuration()
        listed, states = standing(os.environ)
        now = CLOCK.now()
        lines = [site_line(site, states.get(site.id), now) for site in listed]
        rows: list[tuple[str, ...]] = [("SITE", "HEALTH", "PLATFORM", "DOCUMENTS", "LAST GOOD", "NEXT", "LAST VISIT")]
        for site in listed:
            rows.append(site_row(site, states.get(site.id), now))
        show_lines(lines, columns(rows), as_json=as_json)


def site_row(site: Site, state: SiteState | None, now: datetime) -> tuple[str, ...]:
    """One site in the columns of `sites`: its trouble, or why it is off, at the end."""
    if not site.enabled:
        return (site.id, "off", site.platform, "", "", "", site.note)
    if state is None:
        return (site.id, "new", site.platform, "", "", "at once", "")
    health = state.health_at(now)
    last = f"{state.last_outcome} ({state.reason})" if health not in ("ok", "new") else state.last_outcome or ""
    good, due_at = (clock(at) if at else "" for at in (state.last_good_at, state.next_due))
    return (site.id, health, site.platform, str(state.documents), good or "never", due_at or "at once", last)


def history(
    site: Annotated[str, typer.Argument(metavar="SITE", help="Its id in sites.yaml; or a matter as PLACE/NUMBER.")],
    as_json: Json = False,
) -> None:
    """The visits of one site, newest last.

    Of a matter (ma-boston/2026-0412, by any number it went under) its stages: when, by which body, with which vote.
    """
    with application("history", as_json=as_json) as app:
        if "/" in site:
            way = stages(app.ledger.alerts_of(site))
            if not way:
                refuse(f"no matter {site!r} in the ledger; `watcher changes --relevant` shows file numbers", code=1)
            show_lines(
                [stage_line(site, one) for one in way],
                [told for one in way for told in stage_words(one)],
                as_json=as_json,
            )
            return
        remembered(app, site, as_json=as_json)
        visits = app.ledger.visits(site, limit=500)
        words = [
            f"{visit.at.astimezone():%Y-%m-%d %H:%M:%S}  {visit.outcome:9}  {visit.reason:17}  {visit.url}"
            + (f"\n    {visit.detail}" if visit.detail else "")
            for visit in visits
        ]
        show_lines([visit_line(visit) for visit in visits], words or ["not visited yet"], as_json=as_json)


def stage_words(one: Stage) -> Iterator[str]:
    """One stage of a matter in two lines: what, by whom and with which vote; the document that says so."""
    said = [one.words, one.body, *(votes.told(vote) for vote in one.votes)]
    said += [f"takes back what was done on {one.undoes.astimezone():%Y-%m-%d}"] if one.undoes else []
    yield f"{one.date.astimezone():%Y-%m-%d}  {' · '.join(filter(None, said))}"
    yield f"    change {one.change}, sha-256 {one.digest}, {one.url}"


def why(site: OneSite, as_json: Json = False) -> None:
    """The reason for every yes and every no of one site.

    Visited or not, changed or not, relevant or not, told or not: each with when and why.
    """
    with application("why", as_json=as_json) as app:
        chosen(app, [site], as_json=as_json)
        lines = list(reasons(app, site))
        words = [f"{told_at(line):16}  {line['what']}\n{'':18}{line['reason']}" for line in lines]
        show_lines(lines, words, as_json=as_json)


def told_at(line: Line) -> str:
    """When it was, for people; empty for what lies ahead."""
    return "" if line["what"] == "schedule" or not line["at"] else clock(datetime.fromisoformat(str(line["at"])))


def reasons(app: App, site_id: str) -> Iterator[Line]:
    """Due or not, the last visit of each document, each change's verdict, each alert's deliveries."""
    site, now = app.sites[site_id], app.now()
    state = app.ledger.site_states().get(site_id)
    ready = due([site], {site_id: state} if state else {}, now)
    if not site.enabled:
        yield reason_line(site_id, "schedule", f"not visited: enabled is false ({site.note})")
    elif ready:
        yield reason_line(site_id, "schedule", ready[0][1])
    elif state and state.next_due:
        yield reason_line(
            site_id, "schedule", f"not due before {state.next_due.astimezone():%Y-%m-%d %H:%M %Z}", state.next_due
        )
    last = {visit.key: visit for visit in app.ledger.visits(site_id, limit=500)}
    for visit in last.values():
        words = f"{visit.outcome}, {visit.reason}" + (f": {visit.detail}" if visit.detail else "")
        yield reason_line(site_id, f"visit of {visit.url}", words, visit.at, outcome=visit.outcome, code=visit.reason)
    for change in app.ledger.changes(site=site_id):
        if change.verdict:
            told = " ".join(change.verdict.reasons) or "no cue"
            words = f"{change.verdict.label}: {told}"
            what = f"change {change.id}, {change.kind}: {shorten(subject(change), 90, placeholder=' …')}"
            yield reason_line(site_id, what, words, change.seen_at, change=change.id)
    for alert in app.ledger.alerts(site=site_id):
        for delivery in app.ledger.deliveries(alert_key=alert.key):
            words = f"{delivery.channel} {delivery.state}: {delivery.reason}"
            words += f" ({delivery.error})" if delivery.error else ""
            what = f"alert {alert.key[:12]}: {shorten(alert.headline, 90, placeholder=' …')}"
            yield reason_line(site_id, what, words, alert.created_at, alert=alert.key)


def verify(as_json: Json = False) -> None:
    """Re-hash every stored object and walk the hash chain.

    Exit 1 names what is damaged.
    """
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
    sites: Annotated[list[str] | None, typer.Argument(metavar="SITE", help="Only these (default: all).")] = None,
    as_csv: Annotated[Path | None, typer.Option("--csv", metavar="PATH", help="Changes as a table.")] = None,
    as_json_file: Annotated[Path | None, typer.Option("--json", metavar="PATH", help="Changes as JSON lines.")] = None,
    warc: Annotated[
        Path | None,
        typer.Option("--warc", metavar="PATH", help="Snapshots as WARC/1.1; compressed where it ends in .gz."),
    ] = None,
    ics: Annotated[
        Path | None, typer.Option("--ics", metavar="PATH", help="Coming meetings with relevant items, as a calendar.")
    ] = None,
    feedback: Annotated[
        Path | None, typer.Option("--feedback", metavar="PATH", help="What people said of verdicts, as labelled lines.")
    ] = None,
) -> None:
    """Write changes, snapshots or feedback to files."""
    with application("export") as app:
        wanted = {site.id for site in chosen(app, sites)} if sites else None
        if not (as_csv or as_json_file or warc or ics or feedback):
            refuse("say what to write: --csv PATH, --json PATH, --warc PATH, --ics PATH or --feedback PATH")
        found = [change for change in app.ledger.changes() if wanted is None or change.site in wanted]
        try:
            if as_json_file:
                as_json_file.write_bytes(b"".join(orjson.dumps(change_line(change)) + b"\n" for change in found))
                typer.echo(f"{as_json_file}: {counted(len(found), 'change')}")
            if as_csv:
                write_csv(as_csv, [flat(change_line(change), app.sites.get(change.site)) for change in found])
                typer.echo(f"{as_csv}: {counted(len(found), 'change')}")
            if warc:
                from watcher.cli.warc import write_warc  # warcio is needed here alone

                kept = [snapshot for snapshot in app.ledger.snapshots() if wanted is None or snapshot.site in wanted]
                asked = {
                    (site, key): document.request
                    for site, documents in app.ledger.documents_of(sorted({one.site for one in kept})).items()
                    for key, document in documents.items()
                }
                typer.echo(f"{warc}: {counted(write_warc(warc, kept, app.objects, asked), 'snapshot')}")
            if ics:
                typer.echo(f"{ics}: {counted(write_calendar(ics, app, wanted), 'meeting')}")
            if feedback:
                said = [one for one in app.ledger.feedback() if wanted is None or one.site in wanted]
                rows = [orjson.dumps(line) + b"\n" for line in labelled(said)]
                feedback.write_bytes(b"".join(rows))
                typer.echo(f"{feedback}: {counted(len(rows), 'labelled text')}")
        except OSError as trouble:
            refuse(f"cannot write {trouble.filename}: {trouble.strerror}", code=1)


def write_calendar(path: Path, app: App, wanted: set[str] | None) -> int:
    """The coming meetings with relevant items, as the page's own calendar tells them; how many."""
    from watcher.web.board import Board  # icalendar, which feeds uses, takes a while to import
    from watcher.web.feeds import calendar

    board = Board(app.ledger, app.sites, app.book.policy)
    board.refresh()
    news = [one for one in board.news if one.label == "relevant" and (wanted is None or one.site in wanted)]
    coming = board.meetings(app.now(), news)
    path.write_bytes(calendar("Ordinance Watcher: meetings with relevant items", coming, "", app.now()))
    return len(coming)


def write_csv(path: Path, rows: list[Line]) -> None:
    """A table with a header, defused for spreadsheets, UTF-8 with the mark that they look for."""
    header, cells = as_table(rows) if rows else (TABLE, [])
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows(cells)
