"""Wiring: the only place that chooses concrete parts.

`App` opens the folder (lock, ledger, objects), reads the registry and lends a `Desk` to each watch. `check` visits sites
once; the loop in `service` asks the ledger what is due. Both end in the same two functions: `watch.watch` and
`deliver.flush`.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import logging
import time
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Protocol

from watcher import channels, deliver, ocr, oversight, platforms, registry, schedule, settings, wall
from watcher.errors import NoLedger, Problem, RegistryError, StoreError
from watcher.fetch import Fetcher, host_group
from watcher.judge import Judge, builtin, builtin_lexicon, builtin_topics, builtin_words, parse_lexicon
from watcher.ledger import RESTORED, WRITTEN, Ledger
from watcher.model import Alert, Change, Channel, Delivery, DocumentState, Site, SiteState, Visit, health_of
from watcher.net import Browser, Door, missing, user_agent
from watcher.snapshots import FolderLock, Objects
from watcher.watch import Desk, Findings, watch

log = logging.getLogger(__name__)

AT_ONCE = 16  # host groups visited side by side
AHEAD = 20  # sites whose documents are looked up at once
HEAD = "head"  # the file that holds the length of the ledger's chain
BATCH = 100  # sites recorded in one transaction at most
MOMENT = 0.25  # seconds that findings may wait for one another


class Reporter(Protocol):
    """Whoever shows what happens: lines on a terminal, JSON lines, nobody."""

    def visited(self, visit: Visit) -> None: ...  # noqa: D102
    def changed(self, change: Change) -> None: ...  # noqa: D102
    def alerted(self, alert: Alert, deliveries: Sequence[Delivery]) -> None: ...  # noqa: D102
    def delivered(self, delivery: Delivery) -> None: ...  # noqa: D102
    def site_done(self, site: Site, findings: Findings) -> None: ...  # noqa: D102


class Silence:
    """Reports to nobody."""

    def visited(self, visit: Visit) -> None: ...  # noqa: D102
    def changed(self, change: Change) -> None: ...  # noqa: D102
    def alerted(self, alert: Alert, deliveries: Sequence[Delivery]) -> None: ...  # noqa: D102
    def delivered(self, delivery: Delivery) -> None: ...  # noqa: D102
    def site_done(self, site: Site, findings: Findings) -> None: ...  # noqa: D102


class Readers(Mapping[str, frozenset[str]]):
    """Platform name → its option keys. Only the readers that are asked for are loaded: a start has no need of forty."""

    def __getitem__(self, name: str) -> frozenset[str]:
        """Option keys of one platform. KeyError for a name without a file."""
        if name not in platforms.names():
            raise KeyError(name)
        return platforms.load(name).OPTIONS

    def __contains__(self, name: object) -> bool:
        return name in platforms.names()

    def __iter__(self) -> Iterator[str]:
        return iter(platforms.names())

    def __len__(self) -> int:
        return len(platforms.names())


def vocabulary(chromium: Path | None = None) -> registry.Vocabulary:
    """The words sites.yaml may use: what stands in the folders `platforms/` and `channels/`; what cannot be had here."""
    lacks = (("render", "visits", missing(chromium)), ("ocr", "scanned documents", ocr.missing()))
    return registry.Vocabulary(
        platforms=Readers(),
        channels={kind: channels.load(kind).Options for kind in channels.kinds()},
        lacking={key: f"its {what} will fail: {why}" for key, what, why in lacks if why},
    )


class SystemClock:
    """The clock of the whole program."""

    def now(self) -> datetime:
        """The present in UTC."""
        return datetime.now(UTC)


CLOCK = SystemClock()


@lru_cache(maxsize=1)
def judge_for(lexicon: Path | None) -> Judge:
    """The built-in judge, with the user's own terms where the registry names a file (RegistryError names its faults)."""
    if lexicon is None:
        return builtin()
    try:
        terms = lexicon.read_text("utf-8-sig")
    except OSError as trouble:
        raise RegistryError([Problem(str(lexicon), 1, "", "lexicon", f"cannot be read: {trouble.strerror}")]) from None
    except UnicodeDecodeError:
        raise RegistryError([Problem(str(lexicon), 1, "", "lexicon", "is not UTF-8 text")]) from None
    return Judge(builtin_lexicon().joined(parse_lexicon(terms, str(lexicon))), builtin_words(), builtin_topics())


@dataclass(slots=True)
class App:
    """The parts of a running watcher."""

    config: settings.Settings
    environ: Mapping[str, str]
    book: registry.Registry
    ledger: Ledger
    objects: Objects
    now: Callable[[], datetime] = CLOCK.now
    page: str = ""  # where the web page stands while it is served, for who reads on this machine

    @property
    def judge(self) -> Judge:
        """Who judges. Made when first asked for: a command that only looks something up has no need of it."""
        return judge_for(self.book.lexicon)

    @property
    def sites(self) -> Mapping[str, Site]:
        """Enabled and disabled sites by id."""
        return {site.id: site for site in self.book.sites}

    def desk(self, fetcher: Fetcher) -> Desk:
        """What one watch works with."""
        return Desk(
            fetcher=fetcher,
            objects=self.objects,
            judge=self.judge,
            now=self.now,
            routes=self.book.routes,
            operator=self.book.operator,
            mutes=tuple(self.ledger.mutes(self.now())),
            matters=self.ledger.matters,
        )

    def keeper(self) -> oversight.Keeper:
        """Who looks after sites and channels, and owes the operator a word."""
        return oversight.Keeper(self.ledger, self.book.sites, self.book.operator, self.now)

    def senders(self) -> dict[str, Channel]:
        """The configured channels with their secrets, and where the messages' links to the page lead."""
        page = self.config.web_url or self.page
        return {
            name: replace(settings.resolve(channel, self.environ), page=page)
            for name, channel in self.book.channels.items()
        }


@contextlib.contextmanager
def opened(environ: Mapping[str, str], command: str, *, lock: bool, beside: bool = False) -> Iterator[App]:
    """The folder, opened for one command. With `lock` it is ours alone (LockHeld names the other); with `beside` a few
    rows are written to the ledger while the service runs."""
    config = settings.load(environ)
    book = registry.load(config.registry, vocabulary(config.chromium))
    if book.lexicon:
        judge_for(book.lexicon)  # its faults are told before anything is begun
    with contextlib.ExitStack() as stack:
        try:
            held = stack.enter_context(FolderLock(config.data, command)) if lock else None
            ledger = Ledger.open(
                config.database_url or config.data / "ledger.sqlite3",
                read_only=not (lock or beside),
                alone=command if lock else None,
            )
            objects = Objects(config.data, lock=held)
        except StoreError as trouble:
            trouble.permanent = True  # nothing was begun: the folder or the settings are wrong
            raise
        stack.callback(ledger.close)
        stack.callback(wall.close)
        if lock:
            notice_a_copy(ledger, objects, config.data)
        yield App(config, environ, book, ledger, objects)


def notice_a_copy(ledger: Ledger, objects: Objects, folder: Path) -> None:
    """Remembers that folder or ledger was restored from a backup, or copied: what it does not know of may have been told.

    An object is stored before it is recorded. One that came to where it is after everything that is recorded was put
    there by somebody else, and with it the folder. A ledger that is behind what the folder noted of it was put back
    alone, as one on a server is.
    """
    newest, written = ledger.snapshots(limit=1), ledger.moment(WRITTEN)
    placed = objects.placed_at(newest[0].digest) if newest else None
    moved = placed is not None and written is not None and placed > written
    if moved or ledger.head()[0] < noted_head(folder):
        log.warning("folder or ledger was restored or copied: what was told since its backup is asked for, or marked")
        ledger.set_moment(RESTORED, CLOCK.now())
    note_head(ledger, folder)


def noted_head(folder: Path) -> int:
    """How many links the ledger's chain had when the folder was told last; 0 where it was not."""
    try:
        return int((folder / HEAD).read_text("ascii"))
    except (OSError, ValueError):
        return 0


def note_head(ledger: Ledger, folder: Path) -> None:
    """Tells the folder how long the ledger's chain is, after that was recorded: a kill in between leaves it behind."""
    noting = folder / f"{HEAD}.new"
    try:
        noting.write_text(f"{ledger.head()[0]}\n", "ascii")
        noting.replace(folder / HEAD)
    except OSError as trouble:  # a full disk, of which the ledger will say more
        log.warning("the length of the chain is not noted: %s", trouble)


def standing(environ: Mapping[str, str]) -> tuple[Sequence[Site], Mapping[str, SiteState]]:
    """The sites of the registry, and what the ledger knows of each: nothing before the first visit of any."""
    try:
        with opened(environ, "sites", lock=False) as app:
            return app.book.sites, app.ledger.site_states()
    except NoLedger:
        config = settings.load(environ)
        return registry.load(config.registry, vocabulary(config.chromium)).sites, {}


@contextlib.asynccontextmanager
async def fetching(config: settings.Settings) -> AsyncIterator[Fetcher]:
    """The one door to the network, open for the time of a run; a browser starts with the first page that needs one."""
    door = Door(contact=config.contact, allow_networks=config.allow_networks)
    browser = Browser(user_agent(config.contact), config.chromium)
    async with Fetcher(door, clock=CLOCK, browser=browser) as fetcher:
        yield fetcher


# ------------------------------------------------------------------------------------------------------ recording


class Scribe:
    """Carries findings to the ledger, what came within a moment in one transaction, and shows them only then.

    What is lost to a kill was neither written nor shown: it is visited again, and the same news is found again.
    """

    def __init__(self, app: App, reporter: Reporter) -> None:
        self.app = app
        self.reporter = reporter
        self.held: list[tuple[Site, Findings]] = []
        self.since = time.monotonic()

    def take(self, site: Site, findings: Findings) -> None:
        """Takes one site's findings; records what is held once it is much, or a moment has passed."""
        state = findings.state
        jitter = int.from_bytes(hashlib.sha256(site.id.encode()).digest()[:4]) / 2**32
        findings.state = replace(state, next_due=schedule.next_due(site, state, self.app.now(), jitter))
        self.held.append((site, findings))
        if len(self.held) >= BATCH or time.monotonic() - self.since > MOMENT:
            self.flush()

    def flush(self) -> None:
        """Records everything held in one transaction, and then, and only then, shows it."""
        held, self.held, self.since = self.held, [], time.monotonic()
        if not held:
            return
        every = [findings for _, findings in held]
        notices = self._hold_storms(held)
        self.app.ledger.record(
            [visit for findings in every for visit in findings.visits],
            states=[findings.state for findings in every],
            documents=[document for findings in every for document in findings.documents],
            snapshots=[snapshot for findings in every for snapshot in findings.snapshots],
            changes=[change for findings in every for change in findings.changes],
            alerts=[*(alert for findings in every for alert in findings.alerts), *(alert for alert, _ in notices)],
            deliveries=[
                *(delivery for findings in every for delivery in findings.deliveries),
                *(delivery for _, owed in notices for delivery in owed),
            ],
            papers=[(site.jurisdiction.slug, paper) for site, findings in held for paper in findings.papers],
        )
        if any(findings.snapshots for findings in every):
            note_head(self.app.ledger, self.app.config.data)
        for site, findings in held:
            self.show(findings)
            self.reporter.site_done(site, findings)

    def _hold_storms(self, held: Sequence[tuple[Site, Findings]]) -> list[tuple[Alert, list[Delivery]]]:
        """Holds for review what is too much at once, and returns the one word for the operator about each storm."""
        found = {site.id: findings.alerts for site, findings in held if findings.alerts}
        if not found:
            return []
        now, watched = self.app.now(), sum(site.enabled for site in self.app.book.sites)
        words = []
        for storm in oversight.storms(self.app.ledger, found, watched, now):
            self.app.ledger.hold(storm.keys, storm.bundle, storm.reason)
            for _, findings in held:
                findings.deliveries = [_held(delivery, storm) for delivery in findings.deliveries]
            if storm.word is not None:
                log.warning("%s", storm.word.headline)
                words.append(oversight.notice(storm.word, self.app.book.operator, now))
        return words

    def show(self, findings: Findings) -> None:
        """Tells the reporter what was recorded."""
        for visit in findings.visits:
            self.reporter.visited(visit)
        for change in findings.changes:
            self.reporter.changed(change)
        for alert in findings.alerts:
            self.reporter.alerted(alert, [d for d in findings.deliveries if d.alert == alert.key])


def _held(delivery: Delivery, storm: oversight.Storm) -> Delivery:
    if delivery.alert not in storm.keys or delivery.state not in ("owed", "held"):
        return delivery
    return replace(delivery, state="held", reason=storm.reason, bundle=storm.bundle, next_attempt_at=None)


class Rounds:
    """Visits sites: host groups side by side, the sites of one group one after the other.

    A surprise (a bug) in one site is logged with its traceback, becomes that site's failed visit and ends it only.
    """

    def __init__(self, app: App, fetcher: Fetcher, reporter: Reporter) -> None:
        self.app = app
        self.fetcher = fetcher
        self.reporter = reporter
        self.scribe = Scribe(app, reporter)
        self.gate = asyncio.Semaphore(AT_ONCE)
        self.busy: dict[str, asyncio.Task[None]] = {}
        self.well = True
        self.trouble: StoreError | None = None

    def start(self, sites: Iterable[Site]) -> None:
        """Begins with the sites whose host group is free; the others stay due."""
        groups: dict[str, list[Site]] = {}
        for site in sites:
            groups.setdefault(host_group(site.url), []).append(site)
        states = self.app.ledger.site_states()
        for group, members in groups.items():
            if group not in self.busy:
                task = asyncio.create_task(self._visit_group(members, states), name=group)
                self.busy[group] = task
                task.add_done_callback(lambda done: self.busy.pop(done.get_name(), None))

    async def finish(self) -> None:
        """Waits for every group. StoreError when the folder could not be written: then nothing more is visited."""
        try:
            while self.busy and self.trouble is None:
                await asyncio.wait(self.busy.values(), return_when=asyncio.FIRST_COMPLETED)
        finally:  # interrupted too: a visit must not outlive the door it goes through
            await self.abandon()
        if self.trouble:
            raise self.trouble

    async def abandon(self) -> None:
        """Lets go of what is under way: nothing of it was recorded, so it is found again. Keeps what is complete."""
        tasks = list(self.busy.values())
        for task in tasks:
            task.cancel()
        if tasks:
            wall.close()  # a thread that waits for a reader cannot be cancelled, and would be waited for at the end
        await asyncio.gather(*tasks, return_exceptions=True)
        self.scribe.flush()

    async def _visit_group(self, members: Sequence[Site], states: Mapping[str, SiteState]) -> None:
        async with self.gate:
            desk = self.app.desk(self.fetcher)
            try:
                for some in batched(members, AHEAD):
                    known = self.app.ledger.documents_of([site.id for site in some])
                    for site in some:
                        findings = await watch_safely(self.app, site, states.get(site.id), known[site.id], desk)
                        self.scribe.take(site, findings)
                        self.well = self.well and not any(is_trouble(visit, findings) for visit in findings.visits)
                self.scribe.flush()
            except StoreError as trouble:
                self.trouble = trouble


def batched(sites: Sequence[Site], size: int) -> Iterator[Sequence[Site]]:
    """The sites, so many at a time."""
    return (sites[at : at + size] for at in range(0, len(sites), size))


async def watch_safely(
    app: App, site: Site, state: SiteState | None, known: Mapping[str, DocumentState], desk: Desk
) -> Findings:
    """One watch; a surprise becomes a failed visit that names it, and the log holds its traceback."""
    state = state or SiteState(site=site.id, url=site.url)
    try:
        return await watch(site, state, known, desk)
    except StoreError:
        raise
    except Exception as surprise:
        log.exception("%s: an error we did not expect; the other sites go on", site.id)
        now = app.now()
        detail = f"unexpected {type(surprise).__name__}, see the log"
        visit = Visit(site.id, site.url, site.url, now, "failed", "unreadable", detail=detail)
        failures = state.failures + 1
        health = health_of(failures, state.last_good_at, now)
        bad = replace(
            state, health=health, last_visit_at=now, last_outcome="failed", reason="unreadable", failures=failures
        )
        return Findings(state=bad, visits=[visit])


def is_trouble(visit: Visit, findings: Findings) -> bool:
    """Whether a visit counts as failed for the exit code. A wider look that was refused does not."""
    if visit.outcome not in ("failed", "blocked"):
        return False
    return not any(document.key == visit.key and document.request.optional for document in findings.documents)


async def hand_out(
    app: App,
    reporter: Reporter,
    *,
    post: deliver.Post | None = None,
    insist: bool = False,
    keeper: oversight.Keeper | None = None,
) -> bool:
    """Sends what is owed, and what the operator should hear of it. True when every attempt went well.

    `post` and `insist` as of `deliver.flush`; `keeper` is one that lives longer than this call.
    """
    keeper = keeper or app.keeper()
    keeper.look()
    settled = await deliver.flush(
        app.ledger,
        app.senders(),
        app.now,
        post=post,
        insist=insist,
        routes=app.book.routes,
        told=reporter.delivered,
    )
    if settled and keeper.look(at_once=True):
        settled += await deliver.flush(
            app.ledger, app.senders(), app.now, post=post, routes=app.book.routes, told=reporter.delivered
        )
    last = {delivery.key: delivery for delivery in settled}  # one that was refused first may have been taken since
    return not any(delivery.error and delivery.state != "sent" for delivery in last.values())


async def check(app: App, sites: Sequence[Site], reporter: Reporter, *, with_delivery: bool = True) -> bool:
    """Visits the sites once, then delivers what is owed. True when nothing failed."""
    async with fetching(app.config) as fetcher:
        rounds = Rounds(app, fetcher, reporter)
        rounds.start(sites)
        await rounds.finish()
    return (await hand_out(app, reporter) if with_delivery else True) and rounds.well


def due_sites(app: App) -> list[Site]:
    """Sites whose time has come, each once."""
    return [site for site, _ in schedule.due(app.book.sites, app.ledger.site_states(), app.now())]
