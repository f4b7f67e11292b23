"""What a command shows while it works: JSON lines, plain lines, or a progress bar above plain lines."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Sequence
from typing import Self

import orjson
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from watcher.lines import Line, alert_line, change_line, delivery_line, visit_line
from watcher.model import Alert, Change, Delivery, Site, Visit
from watcher.watch import Findings

TROUBLE = ("failed", "blocked")


def emit(line: Line) -> None:
    """One JSON object on one line of stdout, whole even when the program is killed right after."""
    sys.stdout.buffer.write(orjson.dumps(line) + b"\n")
    sys.stdout.buffer.flush()


class JsonLines:
    """`--json`: everything as one object a line."""

    def visited(self, visit: Visit) -> None:
        """A visit line."""
        emit(visit_line(visit))

    def changed(self, change: Change) -> None:
        """A change line."""
        emit(change_line(change))

    def alerted(self, alert: Alert, deliveries: Sequence[Delivery]) -> None:
        """An alert line."""
        emit(alert_line(alert, deliveries))

    def delivered(self, delivery: Delivery) -> None:
        """A delivery line."""
        emit(delivery_line(delivery))

    def site_done(self, site: Site, findings: Findings) -> None:
        """Nothing: a site's lines were printed one by one."""


class PlainLines:
    """For people: a line for each site and for whatever went wrong, and a closing sum."""

    def __init__(self, total: int, *, quiet: bool = False) -> None:
        self.console = Console(file=sys.stdout, highlight=False, soft_wrap=True)
        self.outcomes: Counter[str] = Counter()
        self.sites = self.alerts = self.sent = 0
        self.quiet = quiet
        self.progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=self.console,
            transient=True,
            disable=quiet or not self.console.is_terminal or total < 2,
        )
        self.bar = self.progress.add_task("visiting", total=total)

    def __enter__(self) -> Self:
        self.progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.progress.stop()

    def line(self, text: str, style: str | None = None) -> None:
        """One line of text, never read as mark-up."""
        self.console.print(text, style=style, markup=False)

    def visited(self, visit: Visit) -> None:
        """A line only where something went wrong: the sum tells the rest."""
        self.outcomes[visit.outcome] += 1
        if visit.outcome in TROUBLE:
            status = f", HTTP {visit.status}" if visit.status else ""
            self.line(f"  ! {visit.site}: {visit.outcome} ({visit.reason}{status}) {visit.url}", "yellow")
            if visit.detail:
                self.line(f"      {visit.detail}", "dim")

    def changed(self, change: Change) -> None:
        """Nothing: relevant changes are shown as alerts, the others by `watcher changes`."""

    def alerted(self, alert: Alert, deliveries: Sequence[Delivery]) -> None:
        """The headline and who hears it."""
        self.alerts += 1
        heard = ", ".join(f"{d.channel} ({d.state})" for d in deliveries) or "nobody"
        self.line(f"  * {alert.label}: {alert.headline}", "bold")
        self.line(f"      for {heard}; watcher show {alert.changes[0].id}", "dim")

    def delivered(self, delivery: Delivery) -> None:
        """A line only where a channel did not take it."""
        self.sent += delivery.state == "sent"
        if delivery.state not in ("sent", "withheld"):
            words = delivery.error or delivery.reason
            self.line(f"  ! {delivery.channel}: {delivery.state} after {delivery.attempts} attempts: {words}", "yellow")

    def site_done(self, site: Site, findings: Findings) -> None:
        """One line a site, and the bar moves on."""
        self.sites += 1
        self.progress.advance(self.bar)
        if not self.quiet:
            outcomes = Counter(visit.outcome for visit in findings.visits)
            told = ", ".join(f"{n} {outcome}" for outcome, n in outcomes.most_common())
            self.line(f"{site.id}: {told}" if len(findings.visits) != 1 else f"{site.id}: {next(iter(outcomes))}")

    def sum(self) -> None:
        """The closing line."""
        told = ", ".join(f"{n} {outcome}" for outcome, n in self.outcomes.most_common()) or "nothing visited"
        self.line(f"{self.sites} sites, documents: {told}; {self.alerts} alerts, {self.sent} messages sent")


class ServiceLines(PlainLines):
    """The service's own log on a terminal: only what a person wants to see go by."""

    def __init__(self) -> None:
        super().__init__(total=0, quiet=True)

    def site_done(self, site: Site, findings: Findings) -> None:
        """A line only when there was news or a first visit."""
        outcomes = Counter(visit.outcome for visit in findings.visits if visit.outcome in ("baseline", "changed"))
        if outcomes:
            told = ", ".join(f"{n} {outcome}" for outcome, n in outcomes.most_common())
            self.line(f"{findings.state.last_visit_at:%H:%M:%S} {site.id}: {told}")
