"""The service: the loop that visits what is due, sends what is owed and shows the page, until it is told to end.

One APScheduler tick asks the ledger what is due; due times live there, so a restart or a day of downtime changes nothing.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, timedelta

import uvicorn
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from watcher import deliver, web
from watcher.app import App, Reporter, Rounds, SystemClock, due_sites, fetching, hand_out
from watcher.errors import StoreError

log = logging.getLogger(__name__)

TICK = timedelta(seconds=2)
GRACE = 8.0  # seconds a delivery in flight may take to finish when the service is told to end


class Page(uvicorn.Server):
    """The web server inside our loop: signals are ours to hear."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Captures none."""
        yield


@contextlib.asynccontextmanager
async def serving(app: App, view: web.View) -> AsyncIterator[None]:
    """The web page for as long as the service runs. A port that is taken costs the page, never an alert."""
    host, port = app.config.web_host, app.config.web_port
    page = Page(
        uvicorn.Config(web.create(view), host=host, port=port, log_config=None, access_log=False, lifespan="off")
    )
    try:
        listener = page.config.bind_socket()
    except SystemExit:  # how uvicorn says that the address cannot be had
        log.error("no web page: %s:%s cannot be had (WATCHER_WEB_PORT chooses another); watching goes on", host, port)
        yield
        return
    task = asyncio.create_task(page.serve(sockets=[listener]))
    log.info("the page is at http://%s:%s", host, port)
    try:
        yield
    finally:
        page.should_exit = page.force_exit = True
        await asyncio.wait([task], timeout=2)


async def serve(app: App, reporter: Reporter, stop: asyncio.Event) -> None:
    """The service: one tick asks the ledger what is due, another sends what is owed, until `stop` is set.

    Ends within 10 s: visits under way are let go of (they are found again), a message in flight may still land.
    """
    view = web.View(app.ledger, app.sites, app.now)
    async with fetching(app.config) as fetcher, serving(app, view):
        rounds = Rounds(app, fetcher, reporter)
        post = deliver.Post()  # connections and pace, kept from one flush to the next
        scheduler = AsyncIOScheduler(timezone=UTC)
        # by default APScheduler silently skips a run that is a second late; ours is late rather than lost
        never_skip = {"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
        every = {"trigger": "interval", "seconds": TICK.total_seconds(), "next_run_time": app.now()}

        async def visit_due() -> None:
            view.beat = app.now()
            try:
                rounds.scribe.flush()  # first: a quiet visit not yet recorded would look as if it were still due
            except StoreError as trouble:
                rounds.trouble = trouble
            if rounds.trouble:  # a full disk may be cured while we run: say it, keep telling what is owed, try again
                log.error("nothing can be recorded: %s", rounds.trouble)
                rounds.trouble = None
            rounds.start(due_sites(app))

        sending: asyncio.Future[bool] | None = None

        async def send_owed() -> None:
            nonlocal sending
            sending = asyncio.ensure_future(hand_out(app, reporter, post=post))
            await asyncio.shield(sending)

        scheduler.add_job(visit_due, **every, **never_skip)
        scheduler.add_job(send_owed, **every, **never_skip)
        scheduler.start()
        rearming = asyncio.create_task(rearm(scheduler, app))
        try:
            await stop.wait()
        finally:
            rearming.cancel()
            scheduler.shutdown(wait=False)
            await rounds.abandon()
            if sending and not sending.done():
                sending.cancel()
                await asyncio.wait([sending], timeout=GRACE)
            await post.close()


async def rearm(scheduler: AsyncIOScheduler, clock: App | SystemClock) -> None:
    """Keeps the ticks coming when the clock is set back: they are armed by wall time, this by the monotonic clock."""
    while True:
        await asyncio.sleep(TICK.total_seconds())
        now = clock.now()
        for job in scheduler.get_jobs():
            if job.next_run_time - now > 3 * TICK:
                log.warning("the clock was set back; going on from %s", now.isoformat(timespec="seconds"))
                job.modify(next_run_time=now)
