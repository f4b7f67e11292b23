"""What was seen, as it is kept and as it is read again: both sides of a comparison are read by today's reader."""

from __future__ import annotations

import asyncio
import logging

from watcher import extractors, ocr, platforms
from watcher.errors import ReadError, Scanned, StoreError
from watcher.model import DocumentState, Reading, Request, Response, Site, Snapshot
from watcher.snapshots import Objects
from watcher.wall import run as run_walled

log = logging.getLogger(__name__)


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
        sent=response.sent,
    )
