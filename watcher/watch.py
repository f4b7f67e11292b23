"""From due to alert: one site watched once. This is the first of the two stories (the other is `deliver`).

    opening ─▶ visit ─▶ ladder of cheap exits ─▶ save ─▶ read ─▶ compare ─▶ judge ─▶ compose ─▶ route ─▶ Findings

`watch` decides nothing itself and writes nothing but bytes: its `Findings` go to the ledger in one transaction, so a
kill at any instant leaves the site exactly as it was before the visit, and the next visit finds the same news again.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from watcher import alerts, diff, extractors, ocr, platforms, policy, votes
from watcher.errors import FetchError, ReadError, Scanned, StoreError
from watcher.fetch import Fetcher
from watcher.judge import Judge
from watcher.model import (
    Alert,
    Change,
    Delivery,
    DocumentState,
    Mute,
    NotModified,
    Outcome,
    Paper,
    Reading,
    Request,
    Response,
    Route,
    Site,
    SiteState,
    Snapshot,
    Tie,
    Validators,
    Visit,
    health_of,
)
from watcher.snapshots import Objects
from watcher.wall import run as run_walled

log = logging.getLogger(__name__)

MOST_DOCUMENTS = 250  # one site's share of one visit; what is left over goes first next time
MOST_BYTES = 1_500_000_000  # of documents fetched anew in one visit: 60 packets of 100 MB take four
DEEPEST = 6  # listing → meeting → legislation → attachment; contents → title → chapter → article → section of a code
FOLLOWED_FOR = timedelta(days=21)  # after a meeting its documents still move: minutes, votes, signed copies
FROZEN_AFTER = timedelta(days=150)  # the longest summer recess of a council, twice
BLOCKED_REASONS = frozenset({"wall", "login", "robots", "forbidden_address"})
BLOCKED_STATUSES = frozenset({401, 403, 407, 429, 451})


@dataclass(frozen=True, slots=True)
class Desk:
    """What a watch works with. Everything concrete is chosen by `app`."""

    fetcher: Fetcher
    objects: Objects
    judge: Judge
    now: Callable[[], datetime]
    routes: tuple[Route, ...]
    operator: tuple[str, ...]
    mutes: tuple[Mute, ...] = ()
    matters: Callable[[str], Iterable[tuple[Tie, datetime]]] = lambda jurisdiction: ()


@dataclass(slots=True)
class Findings:
    """All that one watch of one site found, ready to be recorded in one transaction."""

    state: SiteState
    visits: list[Visit] = field(default_factory=list)
    documents: list[DocumentState] = field(default_factory=list)
    snapshots: list[Snapshot] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    alerts: list[Alert] = field(default_factory=list)
    deliveries: list[Delivery] = field(default_factory=list)
    papers: list[Paper] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Look:
    """One document looked at: the visit, the document as known from now on, and what was read if it was read."""

    visit: Visit
    document: DocumentState
    reading: Reading | None = None
    changes: tuple[Change, ...] = ()
    snapshot: Snapshot | None = None
    quiet: bool = False  # read silently: what it lists for the first time is no news either


async def watch(site: Site, state: SiteState, known: Mapping[str, DocumentState], desk: Desk) -> Findings:
    """Visits `site` once and returns what was found.

    opening → level by level: look at each document, collect what it lists → judge → compose → route.
    Trouble with a document is its visit's outcome; the rest of the site goes on.
    """
    started = desk.now()
    if state.url != site.url:  # a changed address is another document: it starts with a baseline of its own
        state, known = SiteState(site=site.id, url=site.url), {}
    platform = platforms.load(site.platform)
    level: list[Request] = list(
        platform.opening(site, started.astimezone(ZoneInfo(site.jurisdiction.time_zone)).date())
    )
    openings = {request.key for request in level}
    # a form's hidden fields may hold for a visit only: a page with such children is read for them each time
    forms = {document.request.found_on for document in known.values() if document.request.method == "POST"}
    seen: dict[str, DocumentState] = {}
    looks: list[Look] = []
    standing: list[Paper | None] = []
    for _ in range(DEEPEST):
        found: list[Request] = []
        for request in within_reach(level, known, MOST_DOCUMENTS - len(looks)):
            if sum(look.snapshot.size for look in looks if look.snapshot) > MOST_BYTES:
                break
            document = known.get(request.key) or seen.get(request.key)
            # an opening never seen before is a baseline of its own, also where the reader has learnt a new one
            document = document or first_listed(site, request, started, silent=True)
            look = await look_at(site, request, document, desk, has_forms=request.key in forms)
            standing.append(in_force(site, look, desk.judge))
            looks.append(without_text(look))
            seen[request.key] = look.document
            if request.key in openings and turned_away(look.visit):
                continue  # whoever turned us away at the door is not asked for everything behind it
            for listed in listed_by(look, known, started):
                if listed.key not in seen:
                    seen[listed.key] = known.get(listed.key) or in_place_of(
                        predecessor(listed, look, known), first_listed(site, listed, started, silent=look.quiet)
                    )
                    found.append(listed)
            seen.update(no_longer_listed(look, known, seen))
        level = found
        if not level:
            break
    changes = once_each(change for look in looks for change in look.changes)
    changes = await not_listed_before(site, changes, known.values(), desk.objects)
    changes = judged([await with_agenda(site, change, seen.values(), desk.objects) for change in changes], desk.judge)
    known_matters = list(desk.matters(site.jurisdiction.slug)) if changes else []
    changes = alerts.linked(changes, [tie for tie, _ in known_matters])
    composed = alerts.compose(site, changes, started, known_matters)
    return Findings(
        state=state_after(site, state, looks, openings, seen, started),
        visits=[look.visit for look in looks],
        documents=[document for key, document in seen.items() if document is not known.get(key)],
        snapshots=[look.snapshot for look in looks if look.snapshot],
        changes=list(changes),
        alerts=list(composed),
        papers=list(policy.agreed(standing)),
        deliveries=[
            delivery
            for alert in composed
            for delivery in alerts.route(alert, desk.routes, site.channels, desk.operator, desk.mutes, started)
        ],
    )


def without_text(look: Look) -> Look:
    """The look as it is kept until the visit ends: sixty packets of a thousand pages are more text than memory."""
    if look.reading is None:
        return look
    document = replace(look.reading.document, passages=())
    return replace(look, reading=replace(look.reading, document=document, items=(), matters=(), follow=()))


# ------------------------------------------------------------------------------------------------- one document


async def look_at(
    site: Site, request: Request, document: DocumentState, desk: Desk, *, has_forms: bool = False
) -> Look:
    """One document: visit, ladder of cheap exits, and only then save, read and compare."""
    now = desk.now()
    last = document.snapshot if document.visited else None  # else it is that of another address, whose place it took
    # a window of dates moves on: what the server said of yesterday's address says nothing of today's
    same_address = last is not None and last.url == request.url
    validators = Validators(last.etag, last.last_modified) if last and same_address else Validators()
    try:
        rendered = site.render == "browser"
        answer = await desk.fetcher.visit(request, validators, min_delay=delay_of(site), rendered=rendered)
    except FetchError as trouble:
        return failed(document, request, now, outcome_of(trouble), trouble.reason, trouble.status, str(trouble))
    now = answer.fetched_at
    if isinstance(answer, NotModified):
        return unchanged(document, request, now, "not_modified", 304)
    digest = hashlib.sha256(answer.body).hexdigest()
    if last and digest == last.digest:
        return unchanged(document, request, now, "same_bytes", answer.status)
    print_of = fingerprint(site, answer)
    if last and print_of and print_of == document.fingerprint:
        same = unchanged(document, request, now, "same_text", answer.status)
        return replace(same, reading=await still_read(site, answer, desk.objects)) if has_forms else same
    return await read_and_compare(site, request, answer, document, print_of, desk)


async def read_and_compare(
    site: Site, request: Request, response: Response, document: DocumentState, print_of: str | None, desk: Desk
) -> Look:
    """The dear part of a look: the bytes are saved before anything reads them; both sides are read by today's reader."""
    now, first = response.fetched_at, not document.visited
    snapshot = snapshot_of(site, request, response, desk.objects.save(response.body))
    try:
        after = await read(site, response, desk.objects)
        before = await reading_of(site, document, desk.objects)
        refuse_sudden_emptiness(before, after)
    except ReadError as trouble:
        said = "; ".join(filter(None, (str(trouble), where_it_went(site, response))))
        look = failed(document, request, now, "failed", trouble.reason, response.status, said)
        return replace(look, snapshot=snapshot, visit=replace(look.visit, snapshot=snapshot.digest))
    silent = first and document.silent
    changes: tuple[Change, ...] = ()
    if not silent and (first or before is not None):
        # in a thread: two long documents may take a second, and the loop has a pulse to show and signals to hear
        changes = await asyncio.to_thread(
            diff.compare,
            before,
            after,
            site=site,
            request=request,
            now=now,
            last_seen=document.last_good_at,
            snapshots=(document.snapshot.digest if document.snapshot else None, snapshot.digest),
        )
    lost = not first and before is None  # it has changed, but nobody can tell any more what
    outcome, reason = verdict_on_visit(first, silent, changed=bool(changes) or lost)
    good = replace(
        document,
        request=request,
        url=request.url,
        visited=True,
        snapshot=snapshot,
        fingerprint=print_of,
        last_good_at=now,
        last_visit_at=now,
        failures=0,
    )
    detail = (
        "the earlier version cannot be read any more: nothing was compared" if lost else standstill(site, after, now)
    )
    visit = Visit(site.id, document.key, request.url, now, outcome, reason, response.status, snapshot.digest, detail)
    return Look(visit, good, after, changes, snapshot, quiet=silent)


def verdict_on_visit(first: bool, silent: bool, *, changed: bool) -> tuple[Outcome, str]:
    """Outcome and reason code of a document that was read."""
    if silent:
        return "baseline", "first_visit"
    if first:
        return "changed", "new_document"
    return ("changed", "text_changed") if changed else ("unchanged", "same_text")


def where_it_went(site: Site, response: Response) -> str:
    """Where a page that its reader refused may have moved, for the operator."""
    try:
        return platforms.elsewhere(site, response)
    except ReadError:
        return ""  # nothing more can be told of a page that does not even open


def standstill(site: Site, reading: Reading, now: datetime) -> str:
    """A warning where a listing reads well but nothing on it is recent: a vendor's old pages stay up after a move."""
    starts = [meeting.start for meeting in reading.meetings if meeting.start]
    if site.kind != "agenda" or reading.document.kind != "listing" or not starts or now - max(starts) < FROZEN_AFTER:
        return ""
    return f"the newest meeting is of {max(starts):%Y-%m-%d}: have the meetings moved? `watcher detect` on the place's own website tells"


def refuse_sudden_emptiness(before: Reading | None, after: Reading) -> None:
    """Nothing where there was something is believed only with the page's own word for it (law 3)."""
    if before is None or after.proof:
        return
    # items found in a document's own text are no list that could come back empty: the next text may call it all off
    typed = after.document.kind in ("agenda", "packet") and bool(after.document.passages)
    for name in ("meetings", "matters") if typed else ("meetings", "items", "matters"):
        if getattr(before, name) and not (after.meetings or after.items or after.matters):
            raise ReadError(
                f"there were {len(getattr(before, name))} {name}, now none, and no word why", reason="empty"
            )


async def read(site: Site, response: Response, objects: Objects) -> Reading:
    """What a response says. Anything that could run away is read behind the wall, the rest at once.

    A scan is recognised where the site asks for it, each page once: its text is kept beside the objects.
    """
    platform = platforms.load(site.platform)
    if not extractors.heavy(response.body, response.media_type):
        return platform.read(site, response)
    try:
        return await asyncio.to_thread(run_walled, platform.read, site, response)
    except Scanned:
        if not site.ocr:
            raise
    typed = await asyncio.to_thread(ocr.recognised, response, objects.folder.parent / "ocr")
    return await asyncio.to_thread(run_walled, platform.read, site, typed)


async def still_read(site: Site, response: Response, objects: Objects) -> Reading | None:
    """The reading of a page that looks as before, for the requests it leads to; None where it cannot be read."""
    try:
        return await read(site, response, objects)
    except ReadError:
        return None


async def reading_of(site: Site, document: DocumentState, objects: Objects) -> Reading | None:
    """The last good snapshot as today's reader reads it; None where it no longer can (then nothing is compared)."""
    if document.snapshot is None:
        return None
    try:
        return await read(site, response_of(document.snapshot, document.request, objects), objects)
    except ReadError as trouble:
        log.warning("%s: the earlier version of %s cannot be read any more: %s", site.id, document.url, trouble)
    except StoreError as trouble:
        if not trouble.permanent:
            raise
        # its bytes are gone for good: `verify` names them too, and the other sites have nothing to do with it
        log.error("%s: the earlier version of %s cannot be compared with: %s", site.id, document.url, trouble)
    return None


def response_of(snapshot: Snapshot, request: Request, objects: Objects) -> Response:
    """A stored snapshot as the response it once was."""
    headers = dict(snapshot.headers)
    if "content-type" not in headers:
        headers["content-type"] = snapshot.media_type + (f"; charset={snapshot.charset}" if snapshot.charset else "")
    return Response(
        request=request,
        url=snapshot.final_url or snapshot.url,
        status=snapshot.status,
        headers=headers,
        body=objects.load(snapshot.digest),
        fetched_at=snapshot.fetched_at,
    )


def snapshot_of(site: Site, request: Request, response: Response, digest: str) -> Snapshot:
    """The record of some bytes seen."""
    return Snapshot(
        site=site.id,
        key=request.key,
        url=request.url,
        fetched_at=response.fetched_at,
        status=response.status,
        media_type=response.media_type,
        charset=response.charset,
        digest=digest,
        size=len(response.body),
        etag=response.headers.get("etag"),
        last_modified=response.headers.get("last-modified"),
        final_url=response.url,
        headers=tuple(sorted((name, value) for name, value in response.headers.items() if name != "set-cookie")),
    )


def fingerprint(site: Site, response: Response) -> str | None:
    """What a reader would see of this response, as a short digest; None where the kind has no cheap text."""
    try:
        return extractors.fingerprint(
            response.body,
            response.media_type,
            charset=response.charset,
            view=site.view,
            link_id=getattr(platforms.load(site.platform), "link_id", None),
        )
    except ReadError:
        return None  # the reading that follows says what is wrong


def delay_of(site: Site) -> timedelta:
    """The longer of the site's own delay and its vendor's; a site's 0 s is judged by the fetch room."""
    return (
        site.min_delay
        if site.min_delay == timedelta(0)
        else max(site.min_delay, platforms.load(site.platform).MIN_DELAY)
    )


def outcome_of(trouble: FetchError) -> Outcome:
    """Blocked: we were turned away. Failed: it did not work."""
    return "blocked" if trouble.reason in BLOCKED_REASONS or trouble.status in BLOCKED_STATUSES else "failed"


def unchanged(document: DocumentState, request: Request, now: datetime, reason: str, status: int) -> Look:
    """A look that ended on a rung of the ladder."""
    same = replace(document, last_visit_at=now, last_good_at=now, failures=0)
    digest = document.snapshot.digest if document.snapshot else None
    return Look(Visit(document.site, document.key, request.url, now, "unchanged", reason, status, digest), same)


def failed(
    document: DocumentState,
    request: Request,
    now: datetime,
    outcome: Outcome,
    reason: str,
    status: int | None,
    detail: str,
) -> Look:
    """A look that came to nothing. The last good snapshot stays the one to compare with."""
    tried = replace(document, last_visit_at=now, failures=document.failures + 1)
    return Look(Visit(document.site, document.key, request.url, now, outcome, reason, status, None, detail), tried)


# ------------------------------------------------------------------------------------------ what leads to what


def turned_away(visit: Visit) -> bool:
    """Whether the server itself was the trouble, rather than what it said."""
    return visit.outcome == "blocked" or visit.reason in ("unreachable", "timeout", "tls", "refused")


def within_reach(level: Sequence[Request], known: Mapping[str, DocumentState], room: int) -> Sequence[Request]:
    """The level, or where it is too long or too heavy for one visit the documents that have waited longest first."""
    weights = (known[request.key].snapshot for request in level if request.key in known)
    if len(level) <= room and sum(snapshot.size for snapshot in weights if snapshot) <= MOST_BYTES:
        return level

    def waited(request: Request) -> str:
        document = known.get(request.key)
        return document.last_visit_at.isoformat() if document and document.last_visit_at else ""

    return sorted(level, key=waited)[: max(room, 0)]


def first_listed(site: Site, request: Request, now: datetime, *, silent: bool) -> DocumentState:
    """A document nobody has visited yet. Listed by a silent reading it is no news when it is read."""
    return DocumentState(site.id, request.key, request.url, request, first_listed_at=now, silent=silent)


def listed_by(look: Look, known: Mapping[str, DocumentState], now: datetime) -> list[Request]:
    """What a document leads to: as read just now, or as known where the document stayed the same."""
    key = look.document.key
    if look.reading is not None:
        listed = [replace(request, found_on=key) for request in look.reading.follow]
    else:
        listed = [document.request for document in known.values() if document.request.found_on == key]
    return [request for request in listed if still_followed(request, now)]


def predecessor(listed: Request, look: Look, known: Mapping[str, DocumentState]) -> DocumentState | None:
    """The one document whose place in its listing a new one took: an agenda published again has another address."""
    if look.reading is None or not (listed.meeting or listed.matter):
        return None
    named = {request.key for request in look.reading.follow}
    gone = [
        child
        for child in known.values()
        if child.request.found_on == look.document.key
        and child.key not in named
        and child.snapshot is not None
        and place_of(child.request) == place_of(listed)
    ]
    return gone[0] if len(gone) == 1 else None


def place_of(request: Request) -> tuple[str, str, str, str]:
    """What stays where a document is published again: its kind, what it belongs to, and an attachment's title."""
    title = "" if request.kind in ("agenda", "packet", "minutes") else request.title
    return (
        request.kind,
        title,
        request.meeting.id if request.meeting else "",
        request.matter.file if request.matter else "",
    )


def in_place_of(earlier: DocumentState | None, new: DocumentState) -> DocumentState:
    """The new document, to be compared with the one whose place it took: what it repeats is no news."""
    if earlier is None:
        return new
    return replace(new, snapshot=earlier.snapshot, last_good_at=earlier.last_good_at)


def still_followed(request: Request, now: datetime) -> bool:
    """Documents of a meeting long past move no more."""
    start = request.meeting.start if request.meeting else None
    return start is None or now - start < FOLLOWED_FOR


def no_longer_listed(
    look: Look, known: Mapping[str, DocumentState], seen: Mapping[str, DocumentState]
) -> dict[str, DocumentState]:
    """Documents that a fresh reading of their listing names no more: known, but visited no further."""
    if look.reading is None:
        return {}
    key = look.document.key
    named = {request.key for request in look.reading.follow}
    return {
        child.key: replace(child, request=replace(child.request, found_on=""))
        for child in known.values()
        if child.request.found_on == key and child.key not in named and child.key not in seen
    }


# ------------------------------------------------------------------------------------------------- the whole site


def once_each(changes: Iterable[Change]) -> list[Change]:
    """The same change seen on two pages of one site (this month's and next month's listing) is one change."""
    first: dict[tuple[str, str, str, str], Change] = {}
    for change in changes:
        first.setdefault((change.kind, change.key, change.before, change.after), change)
    return list(first.values())


async def not_listed_before(
    site: Site, changes: list[Change], known: Iterable[DocumentState], objects: Objects
) -> list[Change]:
    """The changes without meetings that only went from one list of the site to another: upcoming to past, page to page."""
    new = {change.key for change in changes if change.kind == "added" and change.meeting}
    if not any(
        change.key == f"meeting:{change.meeting.id}" for change in changes if change.meeting and change.key in new
    ):
        return changes
    listed: set[str] = set()
    for document in known:
        if document.request.kind == "listing" and (reading := await reading_of(site, document, objects)):
            listed |= {f"meeting:{meeting.id}" for meeting in reading.meetings}
    return [change for change in changes if change.kind != "added" or change.key not in listed]


async def with_agenda(site: Site, change: Change, documents: Iterable[DocumentState], objects: Objects) -> Change:
    """A meeting called off or moved, with what stood on its agenda: the calendar itself does not say what it was about."""
    meeting = change.meeting
    if meeting is None or change.kind not in ("cancelled", "rescheduled", "removed"):
        return change
    if change.key.removeprefix("meeting:") != meeting.id:
        return change  # an item of it, which speaks for itself
    titles: list[str] = []
    for document in documents:
        about = document.request
        if about.meeting is None or about.meeting.id != meeting.id:
            continue
        titles += [*about.context, about.matter.title if about.matter else ""]
        if about.kind == "meeting" and (reading := await reading_of(site, document, objects)):
            titles += [item.title for item in reading.items]
    return replace(change, context=tuple(dict.fromkeys((*change.context, *filter(None, titles)))))


def in_force(site: Site, look: Look, judge: Judge) -> Paper | None:
    """What a rule's own text is that was read silently, for the first time: no news, but what stands."""
    if not (look.quiet and look.snapshot and look.reading):
        return None
    return policy.in_force(site, look.snapshot, look.reading, judge.judge_text)


def judged(changes: Iterable[Change], judge: Judge) -> list[Change]:
    """Each change with the judge's verdict, and the counts of the votes it tells of."""
    found = (replace(change, verdict=judge.judge(change)) for change in changes)
    return [replace(change, votes=votes.of(change)) for change in found]


def state_after(
    site: Site,
    state: SiteState,
    looks: Sequence[Look],
    openings: set[str],
    seen: Mapping[str, DocumentState],
    now: datetime,
) -> SiteState:
    """The site's state after this visit. Its health is that of its opening documents, where all news begins."""
    opened = [look for look in looks if look.document.key in openings and not look.document.request.optional]
    bad = next((look for look in opened if look.visit.outcome in ("failed", "blocked")), None)
    telling = bad or (opened[0] if opened else None)
    good = bad is None and bool(opened)
    upcoming = next_meeting(looks, seen.values(), now)
    failures = 0 if good else state.failures + 1
    return replace(
        state,
        health=health_of(failures, now if good else state.last_good_at, now),
        baselined_at=state.baselined_at or (now if good else None),
        last_visit_at=now,
        last_good_at=now if good else state.last_good_at,
        last_outcome=loudest(looks) if good else telling.visit.outcome if telling else None,
        reason=telling.visit.reason if telling else None,
        failures=failures,
        next_meeting=upcoming or (state.next_meeting if state.next_meeting and state.next_meeting > now else None),
        documents=len(seen),
    )


def loudest(looks: Sequence[Look]) -> Outcome:
    """The outcome that says most of a good visit."""
    order: tuple[Outcome, ...] = ("baseline", "changed", "unchanged")
    outcomes = {look.visit.outcome for look in looks}
    return next((outcome for outcome in order if outcome in outcomes), "unchanged")


def next_meeting(looks: Sequence[Look], documents: Iterable[DocumentState], now: datetime) -> datetime | None:
    """Start of the nearest meeting ahead, as read in this visit or as known from the documents that belong to it."""
    read = (meeting for look in looks if look.reading for meeting in look.reading.meetings)
    known = (document.request.meeting for document in documents if document.request.meeting)
    starts = (m.start for m in (*read, *known) if m.status != "cancelled")
    return min((start for start in starts if start and start > now), default=None)
