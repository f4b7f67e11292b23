"""Snapshots as WARC/1.1 (ISO 28500:2017), readable by any web-archive tool."""

from __future__ import annotations

import io
from collections.abc import Iterable
from http import HTTPStatus
from importlib.metadata import version
from pathlib import Path

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from watcher.model import Snapshot
from watcher.snapshots import Objects

DECODED = {"content-encoding", "transfer-encoding", "content-length"}


def write_warc(path: Path, snapshots: Iterable[Snapshot], objects: Objects) -> int:
    """Writes one response record for each snapshot, after a warcinfo that says what wrote them; returns how many.

    Bodies are stored as they were read, content-decoded; headers that spoke of the encoding are left out and
    Content-Length is that of the body.
    """
    count = 0
    with path.open("wb") as file:
        writer = WARCWriter(file, gzip=path.suffix == ".gz", warc_version="1.1")
        info = {
            "software": f"ordinance-watcher {version('ordinance-watcher')}",
            "format": "WARC File Format 1.1",
            "conformsTo": "https://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/",
            "description": "Responses as stored by content; headers of transfer and content encoding are left out",
        }
        writer.write_record(writer.create_warcinfo_record(path.name, info))
        for snapshot in snapshots:
            body = objects.load(snapshot.digest)
            headers = [(name, value) for name, value in snapshot.headers if name not in DECODED]
            headers.append(("content-length", str(len(body))))
            phrase = HTTPStatus(snapshot.status).phrase if snapshot.status in list(HTTPStatus) else ""
            record = writer.create_warc_record(
                snapshot.final_url or snapshot.url,
                "response",
                payload=io.BytesIO(body),
                length=len(body),  # unless told, the writer would put a SHA-1 of its own in place of the digest below
                http_headers=StatusAndHeaders(f"{snapshot.status} {phrase}", headers, protocol="HTTP/1.1"),
                warc_headers_dict={
                    "WARC-Date": snapshot.fetched_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
                    "WARC-Payload-Digest": f"sha256:{snapshot.digest}",
                },
            )
            writer.write_record(record)
            count += 1
    return count
