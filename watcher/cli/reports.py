"""What a command shows while it works: JSON lines, plain lines, or a progress bar above plain lines."""

from __future__ import annotations

import logging
import shutil
import sys
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Self

import orjson
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from watcher.exhibit import plain
from watcher.lines import Line, alert_line, change_line, delivery_line, visit_line
from watcher.model import Alert, Change, Delivery, Site, Visit
from watcher.watch import Findings

log = logging.getLogger(__name__)

TROUBLE = ("failed", "blocked")


def emit(line: Line) -> None:
    """One JSON object on one line of stdout, whole even when the program is killed right after."""
    sys.stdout.buffer.write(orjson.dumps(line) + b"\n")
    sys.stdout.buffer.flush()


def columns(rows: Sequence[Sequence[str]]) -> list[str]:
    """Rows as lines with aligned columns; the last one is cut to the terminal, or left whole in a pipe."""
    widths = [max((len(row[at]) for row in rows), default=0) for at in range(len(rows[0]) - 1)] if rows else []
    room = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
    lines = []
    for *cells, last in rows:
        line = "".join(f"{cell:{width}}  " for cell, width in zip(cells, widths, strict=True)) + last
        lines.append(line[: room - 1] + "…" if room and len(line) > room else line.rstrip())
    return lines


def counted(number: int, noun: str) -> str:
    """`1 site`, `2 sites`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


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

    def __init__(self, total: int, *, quiet: bool = False, only_due: bool = False) -> None:
        self.console = Console(file=sys.stdout, highlight=False, soft_wrap=True)
        self.outcomes: Counter[str] = Counter()
        self.sites = self.alerts = self.sent = 0
        self.unanswered: list[str] = []  # sites whose own address gave nothing, each with its reason
        self.held: list[tuple[str, str | None]] = []  # what is said below the site's own line
        self.quiet = quiet
        self.only_due = only_due
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

    def below(self, text: str, style: str | None = None) -> None:
        """A line that waits for the line of its site."""
        self.held.append((text, style))

    def flush(self) -> None:
        """Prints what was held."""
        held, self.held = self.held, []
        for text, style in held:
            self.line(text, style)

    def visited(self, visit: Visit) -> None:
        """A line only where something went wrong: the sum tells the rest."""
        self.outcomes[visit.outcome] += 1
        if visit.outcome in TROUBLE:
            status = f", HTTP {visit.status}" if visit.status else ""
            self.below(f"  ! {visit.outcome} ({visit.reason}{status}) {visit.url}", "yellow")
            if visit.detail:
                self.below(f"      {visit.detail}", "dim")

    def changed(self, change: Change) -> None:
        """Nothing: relevant changes are shown as alerts, the others by `watcher changes`."""

    def alerted(self, alert: Alert, deliveries: Sequence[Delivery]) -> None:
        """The headline and who hears it."""
        self.alerts += 1
        heard = ", ".join(f"{d.channel} ({d.state})" for d in deliveries)
        self.below(f"  * {alert.label}: {plain(alert.headline)}", "bold")
        self.below("      " + (f"for {heard}; " if heard else "") + f"watcher show {alert.changes[0].id}", "dim")

    def delivered(self, delivery: Delivery) -> None:
        """A line only where a channel did not take it."""
        self.sent += delivery.state == "sent"
        if delivery.state not in ("sent", "withheld"):
            words = delivery.error or delivery.reason
            tried = f" after {counted(delivery.attempts, 'attempt')}" if delivery.attempts else ""
            self.line(f"  ! {delivery.channel}: {delivery.state}{tried}: {words}", "yellow")

    def site_done(self, site: Site, findings: Findings) -> None:
        """One line a site, and the bar moves on."""
        self.sites += 1
        self.progress.advance(self.bar)
        if findings.state.last_outcome in TROUBLE:
            self.unanswered.append(f"{site.id} ({findings.state.reason})")
        if not self.quiet:
            outcomes = Counter(visit.outcome for visit in findings.visits)
            told = ", ".join(f"{n} {outcome}" for outcome, n in outcomes.most_common())
            self.line(f"{site.id}: {told}" if len(findings.visits) != 1 else f"{site.id}: {next(iter(outcomes))}")
        self.flush()

    def sum(self) -> None:
        """The closing lines: what was done, and what to do next."""
        if not self.sites:
            self.line(
                "nothing visited: no site is due"
                if self.only_due
                else "nothing visited: no site in sites.yaml is enabled"
            )
            return
        told = ", ".join(f"{n} {outcome}" for outcome, n in self.outcomes.most_common())
        said = f"{counted(self.alerts, 'alert')}, {counted(self.sent, 'message')} sent"
        self.line(f"{counted(self.sites, 'site')}, documents: {told}; {said}")
        if self.outcomes["baseline"] and not self.outcomes["changed"]:
            self.line("a first visit is a baseline and tells nothing; the next `watcher check`, or `watcher run`, does")
        if self.unanswered and self.sites > 1:
            answered = self.sites - len(self.unanswered)
            self.line(f"{answered} of {self.sites} sites answered; not: {', '.join(self.unanswered)}", "yellow")
        if any(self.outcomes[outcome] for outcome in TROUBLE):
            self.line("trouble is never taken for a change; `watcher why SITE` says more", "dim")


class ServiceLines(PlainLines):
    """The service's own log on a terminal: only what a person wants to see go by."""

    def __init__(self) -> None:
        super().__init__(total=0, quiet=True)

    def site_done(self, site: Site, findings: Findings) -> None:
        """A line only when there was news, trouble or a first visit."""
        at = (findings.state.last_visit_at or datetime.now(UTC)).astimezone()
        outcomes = Counter(visit.outcome for visit in findings.visits if visit.outcome in ("baseline", "changed"))
        if outcomes:
            told = ", ".join(f"{n} {outcome}" for outcome, n in outcomes.most_common())
            self.line(f"{at:%H:%M:%S} {site.id}: {told}")
        elif self.held:
            self.line(f"{at:%H:%M:%S} {site.id}:")
        self.flush()


class ServiceLog(ServiceLines):
    """The same as lines of the log, for a service whose log is read by a program."""

    def line(self, text: str, style: str | None = None) -> None:
        """One line of the log; what is yellow on a terminal is a warning here."""
        log.log(logging.WARNING if style == "yellow" else logging.INFO, "%s", text.strip())

    def visited(self, visit: Visit) -> None:
        """One line where something went wrong, with its detail."""
        if visit.outcome in TROUBLE:
            status = f", HTTP {visit.status}" if visit.status else ""
            detail = f": {visit.detail}" if visit.detail else ""
            self.line(f"{visit.site}: {visit.outcome} ({visit.reason}{status}) {visit.url}{detail}", "yellow")
