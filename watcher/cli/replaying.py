"""Re-reading: what today's readers and today's judge make of the stored snapshots."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Annotated

import typer

from watcher import alerts, diff, platforms
from watcher.app import App
from watcher.cli.frame import Json, application, chosen, moment
from watcher.cli.reports import JsonLines, PlainLines, counted
from watcher.errors import ReadError
from watcher.model import Change, DocumentState, Reading, Site, Snapshot
from watcher.watch import judged, once_each, place_of, response_of

SAME_VISIT = timedelta(minutes=2)  # a snapshot does not say which visit it was taken on; its neighbours in time do


def replay(
    sites: Annotated[
        list[str] | None, typer.Argument(metavar="SITE", help="Only these (default: all enabled).")
    ] = None,
    since: Annotated[
        str | None, typer.Option("--since", metavar="TIME", help="2026-11-24, 2026-11-24T18:00 or an age such as 2d.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Re-read the stored snapshots and say what would alert today.

    With today's readers and today's judge. Sends and writes nothing.
    """
    with application("replay", as_json=as_json) as app:
        report = JsonLines() if as_json else PlainLines(0, quiet=True)
        start = moment(since, app.now())
        for site in chosen(app, sites, as_json=as_json):
            known = app.ledger.matters(site.jurisdiction.slug)
            for found in visits_of(judged(once_each(replayed(app, site)), app.judge)):
                if start is None or found[0].seen_at >= start:
                    for change in found:
                        report.changed(change)
                    for alert in alerts.compose(site, found, found[-1].seen_at, known):
                        report.alerted(alert, ())
            if isinstance(report, PlainLines):
                report.flush()
        if isinstance(report, PlainLines):
            report.line(f"{counted(report.alerts, 'alert')} by today's code; nothing was sent")


def visits_of(changes: Iterable[Change]) -> Iterator[list[Change]]:
    """The changes visit by visit, oldest first: what lies less than SAME_VISIT apart was seen on one."""
    together: list[Change] = []
    for change in sorted(changes, key=lambda change: change.seen_at):
        if together and change.seen_at - together[-1].seen_at > SAME_VISIT:
            yield together
            together = []
        together.append(change)
    if together:
        yield together


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
        place_taken = forerunner(document, documents.values(), seen[0].fetched_at)
        before = (
            [one for one in versions.get(place_taken.key, ()) if one.fetched_at < seen[0].fetched_at]
            if place_taken
            else []
        )
        earlier: tuple[Reading, Snapshot] | None = None
        for snapshot in (*before[-1:], *seen):
            asked = place_taken if place_taken and snapshot.key == place_taken.key else document
            try:
                reading = platforms.load(site.platform).read(site, response_of(snapshot, asked.request, app.objects))
            except ReadError:
                continue  # as in a visit: what cannot be trusted is not compared
            if snapshot.key == key and (earlier or not document.silent):
                yield from diff.compare(
                    earlier[0] if earlier else None,
                    reading,
                    site=site,
                    request=document.request,
                    now=snapshot.fetched_at,
                    last_seen=earlier[1].fetched_at if earlier else None,
                    snapshots=(earlier[1].digest if earlier else None, snapshot.digest),
                )
            earlier = (reading, snapshot)


def forerunner(document: DocumentState, known: Iterable[DocumentState], first: datetime) -> DocumentState | None:
    """The document whose place another one took when it was first seen: the same agenda under an earlier address.

    As in a visit (`watch.predecessor`), only where one alone was last looked at then.
    """
    if not (document.request.meeting or document.request.matter):
        return None
    gone = [
        one
        for one in known
        if one.key != document.key
        and place_of(one.request) == place_of(document.request)
        and one.last_visit_at is not None
        and one.last_visit_at < first
    ]
    # of three in a row the second took the first one's place
    latest = [
        one
        for one in gone
        if not any(one.last_visit_at and one.last_visit_at < other.first_listed_at for other in gone)
    ]
    return latest[0] if len(latest) == 1 else None
