"""The service: the loop that visits what is due, sends what is owed and shows the page, until it is told to end.

One APScheduler tick asks the ledger what is due; due times live there, so a restart or a day of downtime changes nothing.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import math
import time
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, timedelta
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import uvicorn
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from watcher import deliver, extractors, listen, settings, wall, web
from watcher.app import App, Reporter, Rounds, SystemClock, due_sites, fetching, hand_out
from watcher.errors import StoreError
from watcher.model import Request, Site, Snapshot
from watcher.net.heartbeat import beat
from watcher.snapshots import Objects
from watcher.watch import response_of

log = logging.getLogger(__name__)

TICK = timedelta(seconds=2)
INDEXED = 5.0  # seconds between two looks for what the search index lacks
KNOCK = 60.0  # seconds between two knocks at the heartbeat's address
SAY_AGAIN = 60.0  # seconds
LOOPBACK = frozenset({"localhost", "127.0.0.1", "[::1]"})  # what a page on loopback is called
GRACE = 8.0  # seconds a delivery in flight may take to finish when the service is told to end


def news(record: logging.LogRecord) -> bool:
    """Whether a line of APScheduler's says something: a job cut short as we end is no error, whichever job it was."""
    return not (record.exc_info and isinstance(record.exc_info[1], asyncio.CancelledError))


logging.getLogger("apscheduler.executors.default").addFilter(news)


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
        uvicorn.Config(
            web.create(view),
            host=host,
            port=port,
            log_config=None,
            access_log=False,
            lifespan="off",
            server_header=False,
        )
    )
    try:
        listener = page.config.bind_socket()
    except SystemExit:  # how uvicorn says that the address cannot be had
        log.error("no web page: %s:%s cannot be had (WATCHER_WEB_PORT chooses another); watching goes on", host, port)
        yield
        return
    task = asyncio.create_task(page.serve(sockets=[listener]))
    log.info("the page is at http://%s:%s", *listener.getsockname()[:2])
    if not app.config.behind_proxy:  # behind one only WATCHER_WEB_URL tells where readers find it
        app.page = f"http://{f'[{host}]' if ':' in host else host}:{listener.getsockname()[1]}"
    for said in settings.links(app.config, app.book.channels.values()):
        log.info("%s", said)
    keeping = asyncio.create_task(indexing(view))
    try:
        yield
    finally:
        keeping.cancel()
        page.should_exit = page.force_exit = True
        await asyncio.wait([task], timeout=2)


def view_of(app: App, *, live: bool = True) -> web.View:
    """What the page looks at. The search index stands beside the ledger, for a page that is `live`."""
    index = None
    if live:
        try:
            index = web.index_of(app.ledger, app.config.data)
        except StoreError as trouble:
            log.error("the page has no search: %s", trouble)
    token = app.config.operator_token
    return web.View(
        app.ledger,
        app.sites,
        app.now,
        policy=app.book.policy,
        objects=app.objects,
        texts=lambda site, snapshot: text_of(site, snapshot, app.objects),
        index=index,
        token=token if live else None,
        contact=app.config.contact,
        why=app.judge.why,
        base=app.config.web_url,
        hosts=None if app.config.behind_proxy else LOOPBACK | {app.config.web_host} | own_name(app.config.web_url),
        live=live,
    )


def own_name(url: str | None) -> frozenset[str]:
    """The name in the address where readers find the page."""
    name = urlsplit(url).hostname if url else None
    return frozenset({name} if name else ())


def text_of(site: Site, snapshot: Snapshot, objects: Objects) -> str:
    """A stored snapshot as today's reader reads it, behind the wall: title, then each passage under its headings.

    Raises ReadError where it cannot be read, StoreError where its bytes cannot be had.
    """
    request = Request(snapshot.url, stable_key=snapshot.key)
    response = response_of(snapshot, request, objects)
    extract = partial(extractors.extract, charset=snapshot.charset)
    if extractors.heavy(response.body, response.media_type):
        document = wall.run(extract, response.body, response.media_type, snapshot.url, url=snapshot.url)
    else:
        document = extract(response.body, response.media_type, snapshot.url)
    said = [document.title or snapshot.url]
    trail: tuple[str, ...] = ()
    for passage in document.passages:
        if passage.heading != trail:
            trail = passage.heading
            said.append("\n" + " › ".join(trail))
        said.append(passage.text)
    return "\n".join(said)


async def indexing(view: web.View) -> None:
    """Keeps the page's board and its search index up with the ledger, in steps, until it is cancelled."""
    while True:
        more = False
        try:
            await asyncio.to_thread(view.board.refresh)  # so that no reader has to wait for it
            if view.index is not None:
                more = await asyncio.to_thread(view.index.catch_up, view.ledger, view.sites, view.texts)
        except StoreError as trouble:
            log.error("the page is behind the ledger: %s", trouble)
        await asyncio.sleep(0.05 if more else INDEXED)


async def serve(app: App, reporter: Reporter, stop: asyncio.Event) -> None:
    """The service: one tick asks the ledger what is due, another sends what is owed, until `stop` is set.

    Ends within 10 s: visits under way are let go of (they are found again), a message in flight may still land.
    """
    clerk = listen.Clerk(app.ledger, app.sites, app.book.routes, app.now)
    view = view_of(app)
    view.deaf = clerk.trouble
    channels = app.senders().values()
    async with fetching(app.config) as fetcher, serving(app, view), listen.listening(clerk, channels):
        rounds = Rounds(app, fetcher, reporter)
        complaint = Complaint()
        keeper = app.keeper()
        post = deliver.Post()  # connections and pace, kept from one flush to the next
        scheduler = AsyncIOScheduler(timezone=UTC)
        # by default APScheduler silently skips a run that is a second late; ours is late rather than lost
        never_skip = {"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
        every = {"trigger": "interval", "seconds": TICK.total_seconds(), "next_run_time": app.now()}

        as_read = written_at(app.book.path)

        async def visit_due() -> None:
            nonlocal as_read
            view.beat = app.now()
            if (now := written_at(app.book.path)) != as_read:
                log.warning("%s has changed: it is taken up when the service is started again", app.book.path)
                as_read = now
            try:
                rounds.scribe.flush()  # first: a quiet visit not yet recorded would look as if it were still due
                rounds.start(due_sites(app))
                pulse.visited = True
            except StoreError as trouble:
                rounds.trouble = trouble
            if rounds.trouble:  # a full disk may be cured while we run: say it, keep telling what is owed, try again
                complaint.say("nothing can be recorded", rounds.trouble)
                rounds.trouble = None

        sending: asyncio.Future[bool] | None = None
        pulse = Pulse(app.config.heartbeat_url)

        async def send_owed() -> None:
            nonlocal sending
            sending = asyncio.ensure_future(hand_out(app, reporter, post=post, keeper=keeper))
            try:
                await asyncio.shield(sending)
                pulse.told = True
            except StoreError as trouble:  # unmarked it is not sent: after a kill nobody would know that it was
                complaint.say("what is owed waits", trouble)

        scheduler.add_job(visit_due, **every, **never_skip)
        scheduler.add_job(send_owed, **every, **never_skip)
        scheduler.add_job(pulse.beat, **every | {"seconds": KNOCK}, **never_skip)
        scheduler.start()
        rearming = asyncio.create_task(rearm(scheduler, app))
        try:
            await stop.wait()
        finally:
            rearming.cancel()
            scheduler.shutdown(wait=False)
            try:
                await rounds.abandon()
            except StoreError as trouble:  # what could not be recorded is found again at the next start
                complaint.say("the last visits are not recorded", trouble)
            if sending and not sending.done():
                sending.cancel()
                await asyncio.wait([sending], timeout=GRACE)
            await post.close()


class Pulse:
    """Knocks at the heartbeat's address, once a minute and only where both loops went well since the last knock."""

    def __init__(self, url: str | None) -> None:
        self._url = url
        self.visited = self.told = False

    async def beat(self) -> None:
        """One knock, where there is an address and a good tick of each loop."""
        if self._url and self.visited and self.told and await beat(self._url):
            self.visited = self.told = False


def written_at(path: Path) -> int | None:
    """When a file was written last, in nanoseconds; None where it is not there."""
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return None


class Complaint:
    """Trouble that stays is said once a minute, not at every tick."""

    def __init__(self) -> None:
        self._said: dict[str, tuple[str, float]] = {}

    def say(self, what: str, trouble: StoreError) -> None:
        """Says it, unless the same was said a moment ago."""
        words, now = str(trouble), time.monotonic()
        before, at = self._said.get(what, ("", -math.inf))
        if words != before or now - at >= SAY_AGAIN:
            self._said[what] = words, now
            log.error("%s: %s", what, words)


async def rearm(scheduler: AsyncIOScheduler, clock: App | SystemClock) -> None:
    """Keeps the ticks coming when the clock is set back: they are armed by wall time, this by the monotonic clock.

    A job is too far ahead by its own interval: the heartbeat's next knock may well be a minute away.
    """
    while True:
        await asyncio.sleep(TICK.total_seconds())
        now = clock.now()
        ahead = [job for job in scheduler.get_jobs() if job.next_run_time - now > job.trigger.interval + 2 * TICK]
        if ahead:
            log.warning("the clock was set back; going on from %s", now.isoformat(timespec="seconds"))
            for job in ahead:
                job.modify(next_run_time=now)
