"""One document looked at: visit, the ladder of cheap exits, and only then save, read and compare.

    304 ─▶ same bytes (sha-256) ─▶ same visible text (fingerprint) ─▶ saved, read, compared

Each rung costs a multiple of the one before. Trouble is the visit's outcome, and the last good snapshot stays the one to
compare with.
"""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import replace
from datetime import datetime, timedelta

from watcher import diff, extractors, platforms
from watcher.errors import FetchError, ReadError
from watcher.model import (
    Change,
    DocumentState,
    NotModified,
    Outcome,
    Reading,
    Request,
    Response,
    Site,
    Validators,
    Visit,
)
from watcher.watch.desk import Desk, Look
from watcher.watch.stored import read, reading_of, snapshot_of, still_read

FROZEN_AFTER = timedelta(days=150)  # the longest summer recess of a council, twice
BARE_LIST = "[]"  # in a reading's proof: a program's list that came back empty, without a word or a count
BLOCKED_REASONS = frozenset({"wall", "login", "robots", "forbidden_address"})
BLOCKED_STATUSES = frozenset({401, 403, 407, 429, 451})


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
    """Nothing where there was something is believed only with the page's own word for it (law 3).

    A list of data that comes back empty is no such word for an agenda's items: a query that failed answers the same.
    """
    if before is None:
        return
    if after.proof:
        if before.items and not after.items and BARE_LIST in after.proof:
            raise ReadError(f"there were {len(before.items)} items, now an empty list and no word why", reason="empty")
        return
    # items found in a document's own text are no list that could come back empty: the next text may call it all off
    typed = after.document.kind in ("agenda", "packet") and bool(after.document.passages)
    for name in ("meetings", "matters") if typed else ("meetings", "items", "matters"):
        if getattr(before, name) and not (after.meetings or after.items or after.matters):
            raise ReadError(
                f"there were {len(getattr(before, name))} {name}, now none, and no word why", reason="empty"
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
