"""Whether the watcher lives, for machines: the loop's pulse, the ledger's lag, figures for Prometheus."""

from __future__ import annotations

from datetime import timedelta

from prometheus_client import CollectorRegistry, Gauge, generate_latest
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from watcher.errors import StoreError
from watcher.lines import site_line
from watcher.web.view import View

PULSE = timedelta(seconds=60)  # a loop that has not ticked for so long is stuck


class Health:
    """The three answers, over one view."""

    def __init__(self, view: View) -> None:
        self.view = view

    def healthz(self, request: Request) -> Response:
        """200 while the loop ticks."""
        lives = abs(self.view.now() - self.view.beat) < PULSE
        return JSONResponse({"ok": lives, "last_tick": self.view.beat.isoformat()}, 200 if lives else 503)

    def readyz(self, request: Request) -> Response:
        """200 while the ledger answers and no channel is parked."""
        view = self.view
        try:
            oldest = view.ledger.oldest_undelivered(view.now())
        except StoreError as trouble:
            return JSONResponse({"ok": False, "ledger": str(trouble)}, 503)
        parked = sorted(view.ledger.parked())
        ready = {
            "ok": not parked,
            "oldest_undelivered_seconds": oldest.total_seconds() if oldest else 0,
            "parked_channels": parked,
            "buttons_not_heard": dict(view.deaf),
        }
        return JSONResponse(ready, 200 if ready["ok"] else 503)

    def metrics(self, request: Request) -> Response:
        """The figures, as Prometheus reads them."""
        return Response(generate_latest(gauges(self.view)), media_type="text/plain; version=0.0.4")


def gauges(view: View) -> CollectorRegistry:
    """The figures of `/metrics`, read from the ledger at the moment of asking."""
    book = CollectorRegistry()
    now = view.now()
    health = Gauge("watcher_site_health", "1 for the state a site is in", ["site", "health"], registry=book)
    for line in (site_line(site, state, now) for site, state in view.paired()):
        health.labels(str(line["site"]), str(line["health"])).set(1)
    oldest = view.ledger.oldest_undelivered(now)
    age = Gauge("watcher_oldest_undelivered_seconds", "Age of the oldest alert still owed", registry=book)
    age.set(oldest.total_seconds() if oldest else 0)
    Gauge("watcher_last_tick_timestamp_seconds", "When the loop last ticked", registry=book).set(view.beat.timestamp())
    counted = Gauge("watcher_ledger_entries", "Entries in the ledger", ["kind", "state"], registry=book)
    for kind, counts in view.ledger.counts().items():
        for state, count in counts.items():
            counted.labels(kind, state).set(count)
    return book
