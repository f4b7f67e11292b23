"""CivicClerk's addresses: the API beside the portal, and what the portal sends with its questions."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from watcher.platforms import Request, Response, Site, pages

API = re.compile(r"(?P<root>.*?)/v1/(?P<rest>events|meetings)\b", re.IGNORECASE)
HOST = re.compile(r"(?P<slug>[^.]+)\.(?:portal|api)\.(?P<rest>.+)", re.IGNORECASE)


def root_of(site: Site) -> str:
    """Where the API lives, without a slash at its end."""
    if api := site.options.get("api"):
        return re.sub(r"/v1(/.*)?$", "", api.rstrip("/"))
    return root(site.url, "api")


def root(url: str, side: str) -> str:
    """What stands before /v1/ in an address, on the API's or the portal's `side` of the host."""
    parts = pages.split(url)
    found, host = API.match(parts.path), HOST.match(parts.netloc)
    netloc = f"{host['slug']}.{side}.{host['rest']}" if host else parts.netloc
    return f"{parts.scheme}://{netloc}{found['root'] if found else ''}"


def api_root(response: Response) -> str:
    """Where the answering API lives, without a slash at its end."""
    return root(response.url, "api")


def headers(site: Site) -> tuple[tuple[str, str], ...]:
    """What the portal itself sends; without an origin some tenants' answers are refusals."""
    portal = root(site.url, "portal")
    return (("accept", "application/json"), ("origin", portal), ("referer", f"{portal}/"))


def with_headers(requests: Iterable[Request], site: Site) -> tuple[Request, ...]:
    """The requests, those for the API's files with what the portal sends; signed addresses elsewhere need nothing."""
    return tuple(
        replace(request, headers=headers(site)[1:])
        if not request.headers and API.search(pages.split(request.url).path)
        else request
        for request in requests
    )
