"""Published documents by their addresses: what leads to one, what to a recording, and a name that lasts."""

from __future__ import annotations

import re
from urllib.parse import unquote

from watcher.reading import pages

PAPER = re.compile(
    r"\.(?:pdf|docx?|xlsx?|rtf|txt|odt)\Z|/(?:viewfile|documentcenter/view|showpublisheddocument|showdocument|fileopen"
    r"|agendaviewer\.php|minutesviewer\.php|view\.ashx|docview\.aspx|media/\d+/download)",
    re.IGNORECASE,
)
STORES = re.compile(
    r"(?:drive\.google|docs\.google|dropbox|sharepoint|onedrive|1drv|box)\.(?:com|ms)\Z|laserfiche", re.IGNORECASE
)
SCREENS = re.compile(r"(?:\A|\.)(?:youtube|youtu|vimeo|zoom|facebook|swagit|rumble)\.(?:com|be|us)\Z", re.IGNORECASE)
PASSING = re.compile(
    r"(?:sid|sess.*|token|sig|signature|expires|utm_.*|fbclid|nonce|cb|t|ts|ver|dl|_)\Z", re.IGNORECASE
)


def is_paper(url: str) -> bool:
    """Whether an address leads to a published document, here or in a store of files."""
    parts = pages.split(url)
    return bool(PAPER.search(parts.path) or STORES.search(parts.hostname or ""))


def is_screen(url: str) -> bool:
    """Whether an address leads to a recording or a broadcast."""
    return bool(SCREENS.search(pages.split(url).hostname or ""))


def paper_id(url: str, base: str) -> str:
    """The stable name of a document: its path, with the host where it is another one; no tokens, no scheme."""
    parts = pages.split(url)
    kept = [pair for pair in parts.query.split("&") if pair and not PASSING.match(pair.partition("=")[0])]
    elsewhere = "" if host(url) == host(base) else host(url)
    return f"{elsewhere}{parts.path}{'?' + '&'.join(kept) if kept else ''}"


def file_name(url: str) -> str:
    """The last part of an address's path, as it is read."""
    return unquote(pages.split(url).path.rstrip("/").rpartition("/")[2])


def host(url: str) -> str:
    """The host and port of an address, without www."""
    return pages.split(url).netloc.lower().removeprefix("www.")
