"""Snapshots as WARC/1.1 (ISO 28500:2017), readable by any web-archive tool."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from importlib.metadata import version
from pathlib import Path
from urllib.parse import urlsplit

from warcio.recordloader import ArcWarcRecord
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from watcher.model import Request, Snapshot
from watcher.snapshots import Objects

DECODED = {"content-encoding", "transfer-encoding", "content-length"}
ORIGINAL = "x-archive-orig-"
SECRET = {"authorization", "cookie", "proxy-authorization"}


def write_warc(
    path: Path, snapshots: Iterable[Snapshot], objects: Objects, asked: Mapping[tuple[str, str], Request]
) -> int:
    """Writes a request and a response record for each snapshot, after a warcinfo that says what wrote them; returns how many
    snapshots. `asked` is what was asked for, by site and key.

    Bodies are stored as they were read, content-decoded: what the server's headers said of the encoding stands behind
    X-Archive-Orig-, as web archives write it, and Content-Length is that of the body. A request has the headers it was sent
    with; where they were not kept yet (snapshots of earlier versions), those of the site's own.
    """
    count = 0
    with path.open("wb") as file:
        writer = WARCWriter(file, gzip=path.suffix == ".gz", warc_version="1.1")
        info = {
            "software": f"ordinance-watcher {version('ordinance-watcher')}",
            "format": "WARC File Format 1.1",
            "conformsTo": "https://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/",
            "description": "Responses as stored by content, decoded: their headers of transfer and content encoding stand behind "
            f"{ORIGINAL}. Cookies and authorization are left out of headers. Of snapshots taken before 2026-12 the request "
            "has method, address, form and the site's own headers only.",
        }
        writer.write_record(writer.create_warcinfo_record(path.name, info))
        for snapshot in snapshots:
            response = _response(writer, snapshot, objects.load(snapshot.digest))
            writer.write_record(response)
            request = asked.get((snapshot.site, snapshot.key))
            writer.write_record(_request(writer, snapshot, request or Request(snapshot.url), response))
            count += 1
    return count


def _response(writer: WARCWriter, snapshot: Snapshot, body: bytes) -> ArcWarcRecord:
    headers = [(ORIGINAL + name if name in DECODED else name, value) for name, value in snapshot.headers]
    headers.append(("content-length", str(len(body))))
    phrase = HTTPStatus(snapshot.status).phrase if snapshot.status in list(HTTPStatus) else ""
    return writer.create_warc_record(
        snapshot.final_url or snapshot.url,
        "response",
        payload=io.BytesIO(body),
        length=len(body),  # unless told, the writer would put a SHA-1 of its own in place of the digest below
        http_headers=StatusAndHeaders(f"{snapshot.status} {phrase}", headers, protocol="HTTP/1.1"),
        warc_headers_dict={"WARC-Date": _at(snapshot), "WARC-Payload-Digest": f"sha256:{snapshot.digest}"},
    )


def _request(writer: WARCWriter, snapshot: Snapshot, request: Request, response: ArcWarcRecord) -> ArcWarcRecord:
    """What the response answers, tied to it (WARC/1.1 section 5.7)."""
    url = snapshot.final_url or snapshot.url
    parts = urlsplit(url)
    body = request.body or b""
    own = [(name, value) for name, value in request.headers if name.lower() not in SECRET]
    headers = list(snapshot.sent) or [("Host", parts.netloc.rpartition("@")[2]), *own]
    if body and not snapshot.sent:
        headers.append(("Content-Length", str(len(body))))
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return writer.create_warc_record(
        url,
        "request",
        payload=io.BytesIO(body),
        length=len(body),
        http_headers=StatusAndHeaders(f"{request.method} {target} HTTP/1.1", headers, is_http_request=True),
        warc_headers_dict={
            "WARC-Date": _at(snapshot),
            "WARC-Concurrent-To": response.rec_headers.get_header("WARC-Record-ID"),
        },
    )


def _at(snapshot: Snapshot) -> str:
    return snapshot.fetched_at.strftime("%Y-%m-%dT%H:%M:%SZ")
