"""A response as a parsed page, JSON or document, or the named reason why it is none."""

from __future__ import annotations

import json
import re
import warnings
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import SplitResult, parse_qsl, urljoin, urlsplit

from bs4 import BeautifulSoup, MarkupResemblesLocatorWarning, XMLParsedAsHTMLWarning
from bs4.element import Tag

from watcher.errors import EmptyReading, LayoutChanged, Unreadable
from watcher.extractors import extract
from watcher.extractors.text import INVISIBLE, decode
from watcher.model import Document, Meeting, Reading, Request, Response, Site
from watcher.reading import agenda_text, marks
from watcher.reading.attending import attending, both, told

# Snippets of mark-up out of JSON and feeds are often an address and nothing else, and readers know what they parse.
warnings.filterwarnings("ignore", category=MarkupResemblesLocatorWarning)
warnings.filterwarnings("ignore", category=XMLParsedAsHTMLWarning)

DOCUMENT_KINDS = frozenset({"agenda", "packet", "minutes", "attachment", "document"})
AGENDA_KINDS = frozenset({"agenda", "packet"})
# Where WordPress, Drupal and Concrete keep what a clerk uploads; never a page of theirs.
UPLOADED = re.compile(r"/wp-content/uploads/.|/sites/[^/]+/files/.|/application/files/\d", re.IGNORECASE)
HEAD, HEAD_LETTERS = 12, 1_500  # passages, and letters of them, in which an agenda says its date
_HTML = re.compile(rb"\s*(?:<!doctype html|<html|<head|<body)", re.IGNORECASE)
DATA_WITHIN = 4_000  # bytes: an XML's root element stands within
_XML = re.compile(rb"<\?xml|<(?:[A-Za-z]+:)?(?:Error|ErrorResponse|Fault|string|ArrayOf\w+)[\s>/]")
_OWN_XML = re.compile(rb"<html|schemas\.microsoft\.com/office|schemas\.openxmlformats\.org", re.IGNORECASE)
_DATED = re.compile(r"\s*[-–—|]\s*(?:[A-Za-z]+,? )?[A-Za-z]{3,9}\.? \d{1,2}, \d{4}\b.*$")  # "Council - May 5, 2026"
_INVISIBLE = str.maketrans("", "", INVISIBLE)
_LITERALS = (b"null", b"true", b"false", b'""', b"0")
_OFFICE = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"{\\rtf")


def decoded(response: Response) -> str:
    """The body as text, by header, then meta tag, then detection. Raises EmptyReading where it says nothing."""
    text = decode(response.body, response.charset)
    if not text.strip():
        raise EmptyReading("the answer has no content", url=response.url)
    return text


def page_of(response: Response) -> BeautifulSoup:
    """The parsed page. Raises LayoutChanged for XML or a text without any mark-up in its place.

    Raises Unreadable for a page that stops half way: what is missing would look like removed.
    """
    text = decoded(response)
    if text.lstrip().startswith("<?xml") and "<html" not in text[:4000].lower():
        raise LayoutChanged("XML came where a web page was due", url=response.url)
    if "<" not in text:
        raise LayoutChanged("a text without mark-up came where a web page was due", url=response.url)
    if "<html" in text[:4000].lower() and "</html" not in text[-4000:].lower():
        raise Unreadable("the page stops half way: its end is missing", url=response.url)
    return BeautifulSoup(text, "lxml")


def json_of(response: Response) -> Any:
    """The parsed JSON. Raises LayoutChanged for a web page in its place, Unreadable for a damaged or cut answer."""
    text = decoded(response)
    try:
        return json.loads(text.lstrip("\ufeff"))
    except (ValueError, RecursionError):
        if is_html(response):
            raise LayoutChanged("a web page came where the vendor's JSON was due", url=response.url) from None
        raise Unreadable("the JSON is damaged or cut off", url=response.url) from None


def is_html(response: Response) -> bool:
    """Whether the body is a web page, whatever its label says."""
    return _HTML.match(response.body[:512]) is not None


def is_json(response: Response) -> bool:
    """Whether the body looks like JSON, whatever its label says."""
    return response.body[:64].lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"[")


def is_data(response: Response) -> bool:
    """Whether the body is a program's answer: whole JSON, or XML that is neither a web page nor a word processor's file."""
    start = response.body[:DATA_WITHIN].lstrip(b"\xef\xbb\xbf \t\r\n")
    if _XML.match(start):
        return not _OWN_XML.search(start)
    if not is_json(response) and start.rstrip() not in _LITERALS:
        return False
    try:
        json.loads(decode(response.body, response.charset).lstrip("\ufeff"))
    except (ValueError, RecursionError):
        return False  # a text that begins with a bracket
    return True


def is_document(response: Response) -> bool:
    """Whether this is a published document (asked for as one, or a PDF or Office file) rather than the vendor's page."""
    if response.request.kind in DOCUMENT_KINDS or UPLOADED.search(split(response.url).path):
        return True
    return b"%PDF-" in response.body[:1024] or response.body.startswith(_OFFICE)


def read_document(response: Response) -> Reading:
    """An agenda, packet, minutes or attachment as passages, under the name it was published by; an agenda's items too.

    Raises Unreadable, EmptyReading where no text is in it, LayoutChanged for the vendor's data (an error as JSON or XML).
    """
    if not response.body.strip():
        raise EmptyReading("the answer has no content", url=response.url)
    if is_data(response):
        raise LayoutChanged("data (JSON or XML) came where a document was due", url=response.url)
    request = response.request
    kind = request.kind if request.kind in DOCUMENT_KINDS else "document"
    document = extract(response.body, response.media_type, response.url, charset=response.charset, kind=kind)
    if not document.passages:
        raise EmptyReading("the document holds no text", url=response.url)
    document = replace(document, title=request.title or document.title)
    return agenda_of(document, request) if kind in AGENDA_KINDS else Reading(document)


def agenda_of(document: Document, request: Request) -> Reading:
    """A document that may be an agenda, with its items where its text is one beyond doubt.

    Without a meeting that is known, the date at its head names the meeting: next month's agenda under the same address is
    another one.
    """
    if request.meeting:
        meeting = request.meeting.id
    else:
        head = " ".join(passage.text for passage in document.passages[:HEAD])[:HEAD_LETTERS]
        meeting = "@".join(filter(None, (request.key, str(marks.read_date(head) or ""))))
    attend = attending(document.passages)
    document, items = agenda_text.read(document, meeting)
    return Reading(document, items=items, attend=attend)


def listing(
    response: Response,
    title: str,
    meetings: Sequence[Meeting],
    follow: Iterable[Request] = (),
    *,
    proof: str | None = None,
) -> Reading:
    """A list of meetings and what to ask next; `proof` is how the vendor says that there are none.

    Raises LayoutChanged where no meeting has a readable date, EmptyReading where there is none and nothing proves it.
    """
    if not meetings and not proof:
        raise EmptyReading("the list shows no meeting and does not say that there is none", url=response.url)
    if meetings and not any(meeting.start for meeting in meetings):
        raise LayoutChanged("no meeting of the list has a readable date", url=response.url)
    document = Document(response.url, title, "listing")
    return Reading(document, tuple(meetings), follow=tuple(follow), proof=None if meetings else proof)


def own_agenda(response: Response) -> Reading:
    """A page that lists nothing as the agenda that it is itself. Raises EmptyReading where it is none beyond doubt."""
    document = extract(response.body, response.media_type, response.url, charset=response.charset, kind="agenda")
    reading = agenda_of(document, response.request)
    if not reading.items:
        raise EmptyReading("no meeting and no dated paper is on the page, and it does not say why", url=response.url)
    return reading


def meeting_above(
    page: BeautifulSoup, rows: str, ident: str, site: Site, response: Response, *, body: str | None = None
) -> Meeting:
    """The meeting of an agenda page: as its list told of it, else as the page's head above the first of `rows` does."""
    first = page.select_one(rows)
    head = before(first) if first else ""
    if listed := response.request.meeting:
        return replace(listed, attend=both(listed.attend, told(head)))
    title = seen(page.title) or (site.body or "")
    start = marks.moment(f"{title} {head}", site.jurisdiction.time_zone)
    status = marks.status_of(start, response.fetched_at, title, head)
    name = body or _DATED.sub("", title) or title
    return Meeting(ident, name, title, start, status=status, url=response.url, attend=told(head))


def seen(tag: Tag | None) -> str:
    """Visible text in one line, without the signs of no width that editors of pages leave behind."""
    return " ".join(tag.get_text(" ").translate(_INVISIBLE).split()) if tag else ""


def before(tag: Tag) -> str:
    """What a page says before a tag, in one line: its title and the head above an agenda's first row."""
    strings = tag.find_all_previous(string=True)[::-1]
    shown = (
        str(text) for text in strings if not text.parent or text.parent.name not in ("script", "style", "noscript")
    )
    return " ".join(" ".join(shown).split())


def classes(tag: Tag) -> list[str]:
    """The class names of a tag."""
    return [name for name in tag.get_attribute_list("class") if name]


def address(link: Tag | None, base: str) -> str | None:
    """Where a link leads; None for none, in-page links, scripts and mail."""
    href = str(link.get("href") or "").strip() if link else ""
    return None if href.startswith(("#", "javascript:", "mailto:", "tel:")) else joined(base, href)


def split(url: str) -> SplitResult:
    """The parts of an address, all of them "" for what is none: clerks paste "http://[link]" as well."""
    try:
        return urlsplit(url)
    except ValueError:
        return SplitResult("", "", "", "", "")


def joined(base: str, href: str) -> str | None:
    """Where an address leads, seen from `base`; None for an empty one, another scheme, and what is no address."""
    try:
        url = urljoin(base, href.strip()) if href.strip() else ""
        return url if urlsplit(url).scheme in ("http", "https") else None
    except ValueError:
        return None


def parameter(url: str, name: str) -> str:
    """A parameter of an address, whatever the letter case of its name; "" where it has none."""
    return next((value for key, value in parse_qsl(split(url).query) if key.lower() == name.lower()), "")


def links(tag: Tag, base: str) -> Iterator[tuple[str, str]]:
    """(visible text, address) of each working link under a tag, in order."""
    for link in tag.find_all("a"):
        if url := address(link, base):
            yield seen(link) or str(link.get("title") or link.get("aria-label") or "").strip(), url


def form_fields(page: BeautifulSoup) -> dict[str, str]:
    """What a browser would send back with the page's form: hidden and text fields, lists as they stand."""
    fields: dict[str, str] = {}
    for tag in page.select("form input[name]"):
        if str(tag.get("type") or "text").lower() in ("hidden", "text"):
            fields[str(tag["name"])] = str(tag.get("value") or "")
    for choice in page.select("form select[name]"):
        if option := choice.select_one("option[selected]") or choice.find("option"):
            fields[str(choice["name"])] = str(option.get("value") or "") if isinstance(option, Tag) else ""
    return fields
