"""Commands that look after what is kept: prune, and worker, which says what a fleet would need."""

from __future__ import annotations

from typing import Annotated

import typer

from watcher.cli.frame import Json, application, moment, refuse
from watcher.cli.reports import counted, emit

LEAST_DAYS = 31  # days: a document is visited up to 21 days after its meeting, and `why` should still answer


def prune(
    older_than: Annotated[
        str, typer.Option("--older-than", metavar="TIME", help="An age such as 180d, or a date.")
    ] = "180d",
    yes: Annotated[bool, typer.Option("--yes", help="Remove it; without this it is only counted.")] = False,
    as_json: Json = False,
) -> None:
    """Remove what nothing needs any more; without --yes count it.

    That is visits of long ago (the last one of each document stays), mutes that ended, and stored bytes that no
    record names, such as those of a visit that was killed. Whatever a change, an alert or the hash chain names stays
    for ever, and so does what people did or said. `watcher verify` finds nothing missing afterwards.
    """
    with application("prune", lock=True, as_json=as_json) as app:
        now = app.now()
        before = moment(older_than, now) or now
        if (now - before).days < LEAST_DAYS:
            refuse(f"--older-than {older_than}: the last {LEAST_DAYS} days are always kept", as_json=as_json)
        rows = app.ledger.forget(before) if yes else app.ledger.spent(before)
        objects = list(app.objects.unnamed(app.ledger.digests(), before))
        if yes:
            for digest, _ in objects:
                app.objects.drop(digest)
        size = sum(size for _, size in objects)
        if as_json:
            for what, number in rows.items():
                emit({"type": "prune", "what": what, "number": number, "bytes": None, "removed": yes})
            emit({"type": "prune", "what": "objects", "number": len(objects), "bytes": size, "removed": yes})
            return
        told = f"{counted(rows['visits'], 'visit')}, {counted(rows['mutes'], 'ended mute')}"
        told += f" and {counted(len(objects), 'object')} without a record ({size / 1e6:.1f} MB) from before {before:%Y-%m-%d}"
        typer.echo(f"removed {told}" if yes else f"would remove {told}; --yes does")


def worker(as_json: Json = False) -> None:
    """Refuses: this version has no fleet; says what to do instead."""
    refuse(
        "there are no fleet workers in this version: one `watcher run` visits every site. `watcher capacity` says what it "
        "bears; for more, split sites.yaml over several watchers, the sites of one vendor together, each with its own "
        "WATCHER_DATA or database. Shared workers need a queue and shared objects (WATCHER_OBJECTS_URL), not built yet",
        as_json=as_json,
    )
