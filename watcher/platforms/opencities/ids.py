"""OpenCities' addresses: services of a site, and files whose address counts their versions (/v/2/)."""

from __future__ import annotations

import re
from dataclasses import replace
from urllib.parse import quote

from watcher.platforms import Link, marks, pages

VERSION = re.compile(r"/v/(?P<version>\d+)/", re.IGNORECASE)
FILE = re.compile(r"/files/|/(?:shared)?assets/|\.(?:pdf|docx?|xlsx?|pptx?)$", re.IGNORECASE)


def link_id(href: str) -> str | None:
    """The file that a link leads to, in its version: its path; None for navigation."""
    path = pages.split(href).path
    return path if FILE.search(path) else None


def lasting(url: str) -> str:
    """The name of a file in all its versions: its path without them."""
    return VERSION.sub("/", link_id(url) or url.partition("#")[0])


def link(label: str, url: str, heading: str, *, kind: str = "") -> Link:
    """A published file by its words and the heading above it."""
    name = pages.split(url).path.rpartition("/")[2]
    kind = kind or marks.document_kind(heading, label, name)
    mark = marks.revised_mark(label, heading)
    return counted(Link(lasting(url), url, label or heading, kind, mark))


def counted(link: Link) -> Link:
    """The same file under its lasting name, its version apart."""
    version = VERSION.search(pages.split(link.url).path)
    if version is None:
        return link
    return replace(link, id=lasting(link.url), version=version["version"])


def asking(url: str) -> tuple[tuple[str, str], ...]:
    """The headers with which the site's own pages ask its services."""
    parts = pages.split(url)
    return (
        ("accept", "application/json"),
        ("origin", f"{parts.scheme}://{parts.netloc}"),
        ("referer", url),
        ("x-requested-with", "XMLHttpRequest"),
    )


def service(url: str, path: str) -> str:
    """A service on the host of an address."""
    parts = pages.split(url)
    return f"{parts.scheme}://{parts.netloc}{path}"


def rendered(url: str, cvid: str) -> str:
    """The address of one meeting of a list."""
    path = "/OCServiceHandler.axd?url=ocsvc/Public/meetings/documentrenderer&keywords=&cvid="
    return service(url, path + quote(cvid, safe=""))


def is_file(url: str) -> bool:
    """Whether an address leads to a file of the site."""
    return link_id(url) is not None and not pages.parameter(url, "cvid")
