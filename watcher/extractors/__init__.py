"""From bytes to passages of text. One file a type of document; the file's name is the word for it.

    html  json  feed  text  pdf  docx  xlsx  rtf  zip   each: MEDIA_TYPES, extract(body, url, *, charset, view, kind) -> Document

Pure: no network, no disk, no clock. `heavy` says which bodies belong behind the wall.
"""

from __future__ import annotations

import pkgutil
import re
from collections.abc import Callable
from importlib import import_module
from typing import Protocol, cast, runtime_checkable

from watcher.errors import Unreadable
from watcher.extractors._package import OLE, ZIP, kind_of
from watcher.model import WHOLE, Document, View

HEAVY_BYTES = 2_000_000
GENERIC = frozenset(
    {"", "application/octet-stream", "binary/octet-stream", "application/download", "text/plain", "*/*"}
)
SNIFFED = 1_024  # bytes looked at

RTF = b"{\\rtf"
NEVER_HTML = frozenset({"json", "pdf", "docx", "xlsx", "rtf", "zip"})
FEED = re.compile(rb"<(?:rss|feed|rdf:RDF)[\s>]", re.I)
HTML = re.compile(rb"<(?:!doctype html|html|head|body|title|meta|div|table|p|h[1-6]|span|ul|ol|a)[\s/>]", re.I)
# "[1] Call to order" is a footnote or an agenda's number, not a list: after a number JSON goes on with a comma.
JSON = re.compile(rb"[\[{]\s*(?:[\"{\[\]}]|(?:-?\d[\d.eE+-]*|true|false|null)\s*(?:,|\]\s*\Z|\Z))")
# Known by their first bytes, so that the refusal can name them.
UNSUPPORTED = (
    (b"\x89PNG", "an image (OCR is off)"),
    (b"\xff\xd8\xff", "an image (OCR is off)"),
    (b"GIF8", "an image (OCR is off)"),
    (b"II*\x00", "an image (OCR is off)"),
    (b"MM\x00*", "an image (OCR is off)"),
    (b"\x1f\x8b", "a compressed file"),
)


@runtime_checkable
class Extractor(Protocol):
    """What a file of this folder offers."""

    MEDIA_TYPES: frozenset[str]

    def extract(
        self, body: bytes, url: str, *, charset: str | None = None, view: View = WHOLE, kind: str = "document"
    ) -> Document:
        """Return the passages of one document in reading order. Raises Unreadable, EmptyReading, LayoutChanged."""
        ...


def names() -> tuple[str, ...]:
    """Return the types that can be read: the files of this folder."""
    return tuple(sorted(module.name for module in pkgutil.iter_modules(__path__) if not module.name.startswith("_")))


def load(name: str) -> Extractor:
    """Return one extractor by its name. Raises LookupError for a name without a file."""
    if name not in names():
        raise LookupError(f"no extractor named {name!r}; there are: {', '.join(names())}")
    return cast(Extractor, import_module(f"{__name__}.{name}"))


def extract(
    body: bytes, media_type: str, url: str, *, charset: str | None = None, view: View = WHOLE, kind: str = "document"
) -> Document:
    """Return the document that `body` is, whatever its label says.

    Raises Unreadable (unknown type, damaged, encrypted, over a limit) and LayoutChanged (`view.select` finds nothing).
    """
    return load(sniff(body, media_type, url)).extract(body, url, charset=charset, view=view, kind=kind)


def fingerprint(
    body: bytes,
    media_type: str,
    *,
    charset: str | None = None,
    view: View = WHOLE,
    link_id: Callable[[str], str | None] | None = None,
) -> str | None:
    """Return a digest of an HTML page's visible words and stable links; None for a type without a cheap text.

    Session tokens, view states and nonces move nothing. Raises as `extract` does.
    """
    if sniff(body, media_type, "") != "html":
        return None
    from watcher.extractors import html

    return html.fingerprint(body, charset=charset, view=view, link_id=link_id)


def sniff(body: bytes, media_type: str, url: str) -> str:
    """Return the extractor's name for these bytes: by signature, then by media type, then by look.

    A PDF stays a PDF under any label; a server's "text/html" for JSON or a feed is not believed. Raises Unreadable.
    """
    head = body[:SNIFFED].lstrip(b"\xef\xbb\xbf \t\r\n\x00")
    if b"%PDF-" in body[:SNIFFED]:
        return "pdf"
    if head.startswith((ZIP, OLE)):
        return kind_of(body, url)
    if head.startswith(RTF):
        return "rtf"
    for signature, words in UNSUPPORTED:
        if head.startswith(signature):
            raise Unreadable(f"this is {words}", url=url)
    look = _look(head)
    if media_type in ("text/html", "application/xhtml+xml"):
        return look if look in ("json", "feed") else "html"
    if media_type not in GENERIC:
        named = _by_media_type(media_type)
        # A log-in or error page comes as HTML in place of any document.
        if named and not (look == "html" and named in NEVER_HTML):
            return named
    if look:
        return look
    if media_type in GENERIC or media_type.startswith("text/"):
        return "text"
    raise Unreadable(f"documents of type {media_type} are not read", url=url)


def heavy(body: bytes, media_type: str) -> bool:
    """True where reading may take long or much memory: PDF, Office documents, big bodies, deeply nested pages.

    Read those in the wall.
    """
    from watcher.extractors import html

    if len(body) > HEAVY_BYTES or media_type == "application/pdf" or b"%PDF-" in body[:SNIFFED]:
        return True
    if body[:SNIFFED].lstrip(b"\xef\xbb\xbf \t\r\n\x00").startswith((ZIP, OLE, RTF)):
        return True
    return html.depth(body) > html.DEEP


def _by_media_type(media_type: str) -> str | None:
    for name in names():
        if media_type in load(name).MEDIA_TYPES:
            return name
    if media_type.endswith("+json"):
        return "json"
    return "feed" if media_type.endswith("+xml") else None


def _look(head: bytes) -> str | None:
    if FEED.search(head):
        return "feed"
    if HTML.match(head) or (head.startswith(b"<") and HTML.search(head)):
        return "html"
    if head.startswith(b"<?xml"):
        return "feed"
    if head[:1] in b"{[" and JSON.match(head):
        return "json"
    return None
