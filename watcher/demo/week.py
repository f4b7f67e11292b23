"""Lives through the pretend council's week: a day, a check of its sites, the alerts; and again.

The registry, the fetching, the reading and the telling are those of every real council. Two things are the demo's own:
the address is on loopback (which the settings must allow), and the clock goes a day forward at each step.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
import textwrap
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import orjson

from watcher import app as wiring
from watcher import lines, service, web
from watcher.demo.council import Council, sites_yaml
from watcher.demo.story import TOLD, ZONE
from watcher.fetch import Fetcher
from watcher.model import Alert, Change, Delivery, Site, Visit
from watcher.net import Door
from watcher.watch import Findings

PAUSE = 8.0  # seconds for each day: a week in a minute


def run_demo(*, once: bool, as_json: bool) -> int:
    """Run the demo; `once` lives through the week without a pause and ends, otherwise the page stays until Ctrl-C.

    Returns the exit code: 0 when all went as the story tells (the day of the bot wall is meant to fail), else 1.
    """
    report = JsonReport() if as_json else Report()
    with tempfile.TemporaryDirectory(prefix="alder-creek-") as folder:
        try:
            return asyncio.run(live(Path(folder), report, once=once))
        except KeyboardInterrupt:
            return 0


async def live(folder: Path, report: Report, *, once: bool) -> int:
    """The week in `folder`, which then holds the registry, the bytes and the ledger as after any watching."""
    council = Council()
    async with council.serve() as base:
        environ = surroundings(folder, base)
        with wiring.opened(environ, "demo", lock=True) as app:
            app.now = council.now
            report.line(f"Alder Creek is at {base}, its ledger in {folder}")
            if once:
                return await days(council, app, report, pause=0)
            view = service.view_of(app)
            async with service.serving(app, view), asyncio.TaskGroup() as together:
                together.create_task(beat(view, council))
                report.line(
                    f"what was found stands at http://{app.config.web_host}:{app.config.web_port}; Ctrl-C ends it"
                )
                await days(council, app, report, pause=PAUSE)
                report.line("The week is over. The page stays until Ctrl-C.")
    return 0


async def beat(view: web.View, council: Council) -> None:
    """Shows the page that the demo lives, until it is cancelled."""
    while True:
        view.beat = council.now()
        await asyncio.sleep(1)


def surroundings(folder: Path, base: str) -> Mapping[str, str]:
    """The environment of the demo: its own registry and folder, loopback allowed, nothing of a fleet."""
    registry = folder / "sites.yaml"
    registry.write_text(sites_yaml(base), "utf-8")
    kept = {name: value for name, value in os.environ.items() if name.startswith(("WATCHER_WEB_", "WATCHER_BEHIND_"))}
    own = {"WATCHER_REGISTRY": str(registry), "WATCHER_DATA": str(folder / "snapshots")}
    return {**kept, **own, "WATCHER_ALLOW_NETWORKS": "127.0.0.0/8"}


async def days(council: Council, app: wiring.App, report: Report, *, pause: float) -> int:
    """Each day once. A visit that fails on any day but the wall's is a failure of the demo."""
    well = True
    door = Door(contact=app.config.contact, allow_networks=app.config.allow_networks)
    async with Fetcher(door, clock=council) as fetcher:
        while True:
            today = council.now().astimezone(ZONE)
            report.line(f"\n── {today:%A, %B} {today.day}: {TOLD[council.day]}")
            rounds = wiring.Rounds(app, fetcher, report)
            rounds.start(app.sites.values())
            await rounds.finish()
            well = await wiring.hand_out(app, report) and (rounds.well or council.site.wall) and well
            if not council.advance():
                return 0 if well else 1
            await asyncio.sleep(pause)


class Report:
    """What a person sees beside the alerts, which the console channel prints."""

    def __init__(self) -> None:
        self.seen: Counter[str] = Counter()

    def line(self, text: str) -> None:
        """One line on stdout."""
        sys.stdout.write(text + "\n")
        sys.stdout.flush()

    def visited(self, visit: Visit) -> None:
        """A line only where something went wrong, the same trouble of one site once."""
        trouble = f"   {visit.site}: {visit.outcome} ({visit.reason}) {visit.detail}"
        if visit.outcome in ("failed", "blocked") and not self.seen[trouble]:
            self.seen[trouble] += 1
            self.line(trouble)

    def changed(self, change: Change) -> None:
        """A line for a change of concern; the others are only counted."""
        label = change.verdict.label if change.verdict else "not judged"
        self.seen[label] += 1
        if label != "unrelated":
            said = textwrap.shorten(change.after or change.before, 100, placeholder="…")
            self.line(f"   {change.kind}: {said}  [{label}]")

    def alerted(self, alert: Alert, deliveries: Sequence[Delivery]) -> None:
        """Nothing: the console channel tells it."""

    def delivered(self, delivery: Delivery) -> None:
        """A line only where a message did not go out."""
        if delivery.state not in ("sent", "withheld"):
            self.line(f"   {delivery.channel}: {delivery.state} {delivery.error or delivery.reason}")

    def site_done(self, site: Site, findings: Findings | None) -> None:
        """How the documents of a site were, and how many changes were of no concern."""
        outcomes = Counter(visit.outcome for visit in findings.visits) if findings else Counter({"failed": 1})
        unrelated = f"; {count} changes of no concern" if (count := self.seen.pop("unrelated", 0)) else ""
        self.line(f"   {site.id}: " + ", ".join(f"{n} {outcome}" for outcome, n in outcomes.most_common()) + unrelated)


class JsonReport(Report):
    """The same as JSON lines on stdout, as `check --json` prints them; the days go to stderr."""

    def line(self, text: str) -> None:
        """One line on stderr."""
        sys.stderr.write(text + "\n")

    def visited(self, visit: Visit) -> None:
        """A visit line."""
        emit(lines.visit_line(visit))

    def changed(self, change: Change) -> None:
        """A change line."""
        emit(lines.change_line(change))

    def alerted(self, alert: Alert, deliveries: Sequence[Delivery]) -> None:
        """An alert line."""
        emit(lines.alert_line(alert, deliveries))

    def delivered(self, delivery: Delivery) -> None:
        """A delivery line."""
        emit(lines.delivery_line(delivery))

    def site_done(self, site: Site, findings: Findings | None) -> None:
        """Nothing: its lines were printed one by one."""


def emit(line: Mapping[str, object]) -> None:
    """One JSON object on one line of stdout."""
    sys.stdout.buffer.write(orjson.dumps(line) + b"\n")
    sys.stdout.buffer.flush()
