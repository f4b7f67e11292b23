"""`watcher capacity`: what the registry asks of each host group, and whether politeness and this machine allow it."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import typer

from watcher import extractors, platforms, schedule, wall
from watcher.app import AT_ONCE, CLOCK, App, opened, standing
from watcher.cli.frame import Json, configuration, exit_codes
from watcher.cli.reports import columns, counted, emit
from watcher.errors import NoLedger, ReadError, StoreError
from watcher.fetch import host_group
from watcher.lines import Line
from watcher.model import DocumentState, Site
from watcher.watch import delay_of, response_of

DAY = 86_400  # seconds
Rounds = Mapping[str, Sequence[DocumentState]]  # site → documents

ROUND = timedelta(hours=1)
SAMPLE = 40  # stored documents that are read to measure this machine


@dataclass(slots=True)
class Load:
    """What one host group is asked in a day."""

    sites: set[str] = field(default_factory=set)
    delay: float = 0.0  # seconds, the longest of its sites
    requests: float = 0.0
    waited: float = 0.0  # seconds between requests that politeness demands
    waited_near: float = 0.0  # the same if every site had a meeting within 96 h

    def line(self, group: str) -> Line:
        """`capacity`: one host group."""
        return {
            "type": "capacity",
            "group": group,
            "sites": len(self.sites),
            "delay": self.delay,
            "requests": round(self.requests),
            "limit": round(DAY / self.delay) if self.delay else None,
            "share": round(self.waited / DAY, 4),
            "share_near": round(self.waited_near / DAY, 4),
        }


def capacity(as_json: Json = False) -> None:
    """Visits a day by host group against the politeness limits.

    Documents are those asked for on the last round of each site; one that was never visited counts as one. A share is the
    part of a day that the pauses between requests take; the answers' own time comes on top. What reading costs is measured
    here and now on stored documents, so the network's and the disk's cost is not in it.
    """
    with exit_codes(as_json=as_json):
        configuration()
        sites, rounds, (seconds, read) = known()
        loads = loads_of(sites, rounds, CLOCK.now())
        lines = [load.line(group) for group, load in loads.items()]
        machine: Line = {
            "type": "machine",
            "requests": round(sum(load.requests for load in loads.values())),
            "lanes": AT_ONCE,
            "share": round(sum(load.waited for load in loads.values()) / DAY / AT_ONCE, 4),
            "documents_read": read,
            "seconds_a_document": round(seconds, 5) if read else None,
            "documents_a_day": round(DAY / seconds) if read else None,
        }
        if as_json:
            for line in [*lines, machine]:
                emit(line)
            return
        rows = [("HOST GROUP", "SITES", "PAUSE", "REQUESTS A DAY", "AT MOST", "SHARE", "NEAR MEETINGS")]
        for line in lines:
            most = str(line["limit"] or "no limit")
            shares = (f"{line['share']:.1%}", f"{line['share_near']:.1%}")
            cells = (str(line["group"]), str(line["sites"]), f"{line['delay']:g} s", str(line["requests"]), most)
            rows.append((*cells, *shares))
        typer.echo("\n".join([*columns(rows), *in_words(machine, lines)]))


def known() -> tuple[list[Site], Rounds, tuple[float, int]]:
    """The enabled sites, the documents of their last rounds, and what `measured` says; before the first visit only sites."""
    try:
        with opened(os.environ, "capacity", lock=False) as app:
            sites = [site for site in app.book.sites if site.enabled]
            documents = app.ledger.documents_of([site.id for site in sites])
            rounds = {site.id: last_round(documents[site.id].values()) for site in sites}
            return sites, rounds, measured(app, rounds)
    except NoLedger:
        sites = [site for site in standing(os.environ)[0] if site.enabled]
        return sites, {site.id: [] for site in sites}, (0.0, 0)


def in_words(machine: Line, lines: list[Line]) -> Iterator[str]:
    """What follows from the figures."""
    yield f"{machine['requests']} requests a day; {machine['lanes']} host groups side by side: {machine['share']:.1%} of that is taken"
    for line in lines:
        if float(str(line["share"])) > 1:
            yield f"{line['group']}: more than its pauses allow; its sites will be late: visit them less often"
        elif float(str(line["share_near"])) > 1:
            yield f"{line['group']}: late where all its sites have meetings at once"
    if machine["documents_read"]:
        some = counted(int(str(machine["documents_read"])), "stored document")
        each, most = float(str(machine["seconds_a_document"])) * 1000, machine["documents_a_day"]
        yield f"reading here, network and disk left out: {each:.1f} ms a document, mean of {some}"
        yield f"one after the other at most {most} changed documents a day; unchanged ones are not read"
    else:
        yield "nothing is stored yet to measure reading on: run `watcher check` first"


def last_round(documents: Iterable[DocumentState]) -> list[DocumentState]:
    """The documents that the last round asked for, as far as they were asked within ROUND of the latest."""
    asked = [(document.last_visit_at, document) for document in documents if document.last_visit_at]
    latest = max((at for at, _ in asked), default=None)
    return [document for at, document in asked if latest is not None and at > latest - ROUND]


def loads_of(sites: Iterable[Site], rounds: Rounds, now: datetime) -> dict[str, Load]:
    """Host group → what it is asked in a day, the busiest first."""
    loads: dict[str, Load] = {}
    for site in sites:
        delay = delay_of(site).total_seconds()
        often, near = schedule.visits_a_day(site, now), schedule.visits_a_day(site, now, near=True)
        for url in [document.url for document in rounds[site.id]] or [site.url]:
            load = loads.setdefault(host_group(url), Load())
            load.sites.add(site.id)
            load.delay = max(load.delay, delay)
            load.requests += often
            load.waited += often * delay
            load.waited_near += near * delay
    return dict(sorted(loads.items(), key=lambda found: -found[1].waited))


def measured(app: App, rounds: Rounds) -> tuple[float, int]:
    """(mean seconds that reading a stored document takes here, how many were read); (0, 0) where none can be."""
    sample = [(app.sites[site], document) for site, some in rounds.items() for document in some if document.snapshot]
    spent, read = 0.0, 0
    for site, document in sample[:: len(sample) // SAMPLE + 1]:
        if document.snapshot is None:
            continue
        reader = platforms.load(site.platform).read
        begun = time.perf_counter()
        try:
            response = response_of(document.snapshot, document.request, app.objects)
            heavy = extractors.heavy(response.body, response.media_type)
            wall.run(reader, site, response) if heavy else reader(site, response)
        except (ReadError, StoreError):
            continue  # `verify` and the next visit say what is wrong with it
        spent, read = spent + time.perf_counter() - begun, read + 1
    return (spent / read, read) if read else (0.0, 0)
