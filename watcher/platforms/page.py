"""Any single document: an HTML page, a PDF, an Office document, JSON, a feed or plain text.

For what no vendor reader covers: a section of a municipal code, an ordinance, a list of agendas on a city's own
site. Checked against the recorded pages of some thirty platforms (WordPress, Drupal, CivicPlus, Granicus …).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from urllib.parse import urldefrag, urljoin

from watcher.extractors import html, sniff
from watcher.platforms import WHOLE, About, EmptyReading, Reading, Request, Response, Site, codes, extract, pages
from watcher.reading import refusals

ABOUT = About(
    vendor="any website",
    reads="any single document: HTML (part of it by CSS), PDF, DOCX, XLSX, RTF, ZIP packets, JSON, RSS/Atom, plain text, Markdown; with `follow`, what it links to",
    checked="recorded pages of some thirty platforms; the 25 recorded PDFs, agenda texts, JSON lists and hand-made pages, 2011 to 2026",
    amended="the text itself",
)
OPTIONS: frozenset[str] = frozenset()
MIN_DELAY = timedelta(0)

OF_LAW = ("code", "ordinance", "legislation")  # kinds of pages that may hold a publisher's notes around the law
MAX_FOLLOW = 60  # links of one listing; a page lists newest first, and the rest was seen at earlier visits

# Words of `follow`, the kind of request they stand for, and how clerks write them in links and addresses.
FOLLOWED = (
    (
        "minutes",
        "minutes",
        re.compile(r"\b(?:minutes|action summary|summary of actions|journal of proceedings)\b", re.I),
    ),
    ("packets", "packet", re.compile(r"\b(?:packets?|board ?book|council ?book)\b", re.I)),
    (
        "agendas",
        "agenda",
        re.compile(r"\b(?:agendas?|addend(?:um|a)|meeting notice|notice of (?:public )?meeting)\b", re.I),
    ),
    ("legislation", "legislation", re.compile(r"\b(?:ordinances?|resolutions?|legislation|bill)\b", re.I)),
    (
        "attachments",
        "attachment",
        re.compile(r"\b(?:attachments?|exhibits?|staff reports?|supporting documents?)\b", re.I),
    ),
)
DOCUMENT = re.compile(
    r"\.(?:pdf|docx?|xlsx?|rtf|txt)\Z|(?:\A|/)(?:viewfile|documentcenter/view|showpublisheddocument|showdocument|download"
    r"|fileopen|view\.ashx|agendaviewer\.php|minutesviewer\.php|webdrawer/rec/\d+/view)",
    re.I,
)
# Words of a list that only dates its documents: months, days, numbers.
DATES = re.compile(
    r"\b(?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)(?:uary|ruary|ch|il|ust|ember|tember|ober)?\b"
    r"|\b(?:sun|mon|tues|wednes|thurs|fri|satur)day\b|[\W\d_]+",
    re.I,
)


def opening(site: Site, today: date) -> tuple[Request, ...]:
    """Return the one request for the site's own address."""
    return (Request(site.url, kind="document", why=f"the watched {site.kind}"),)


def read(site: Site, response: Response) -> Reading:
    """Return the document as passages; with `follow`, the agendas and other documents that the page links to.

    The site's view holds for its own address, not for the documents that it links to. Raises EmptyReading where
    nothing is left to read, LayoutChanged where `select` finds nothing, Unreadable for what cannot be read.
    """
    refusals.no_error(response)
    own = response.request.kind in ("document", "listing")
    document = extract(
        response.body,
        response.media_type,
        response.url,
        charset=response.charset,
        view=site.view if own else WHOLE,
        kind=site.kind if own else response.request.kind,
    )
    if not document.passages:
        raise EmptyReading("the document holds no text", url=response.url)
    if document.kind in OF_LAW:
        document = codes.noted(document)
    follow = tuple(_linked(site, response)) if own and site.follow else ()
    if document.kind in pages.AGENDA_KINDS and not follow:
        return pages.agenda_of(document, response.request)
    return Reading(document, follow=follow)


def detect(url: str, response: Response | None) -> float:
    """Return 0.1: any address can be watched as a page, and every vendor reader knows better."""
    return 0.1


# Parameters that name a visitor or a moment, not a document.
PASSING = re.compile(
    r"(?:sid|sess.*|token|jsessionid|phpsessid|aspsession.*|utm_.*|fbclid|csrf|nonce|cb|t|ts|v|_)\Z", re.I
)


def link_id(href: str) -> str | None:
    """Return what a link to a document leads to, free of session tokens; None for any other link."""
    href = href.strip()
    if not DOCUMENT.search(href.partition("#")[0].partition("?")[0]):
        return None
    parts = pages.split(href)
    kept = [pair for pair in parts.query.split("&") if pair and not PASSING.match(pair.split("=", 1)[0])]
    query = "&".join(kept)
    return f"{parts.netloc.lower()}{parts.path}{query and '?' + query}"


def _linked(site: Site, response: Response) -> Iterator[Request]:
    if sniff(response.body, response.media_type, response.url) != "html":
        return
    seen: set[str] = set()
    for href, title, around in html.links(response.body, link_id, charset=response.charset, view=site.view):
        url = urldefrag(urljoin(response.url, href.strip())).url
        kind, name = _kind(site, title, url), title
        if kind is None:
            kind, name = _dated_only(site, title, around), title or around
        key = f"{pages.split(url).scheme}://{link_id(url)}"
        if kind and key not in seen and len(seen) < MAX_FOLLOW:
            seen.add(key)
            context = tuple(dict.fromkeys(text[:300] for text in (title, around) if text))
            yield Request(url, kind=kind, title=name, why=f"{kind} linked as “{name}”", context=context, stable_key=key)


def _kind(site: Site, title: str, url: str) -> str | None:
    """Return what a link leads to, or None where it is no document that the site follows."""
    parts = pages.split(url)
    if parts.scheme not in ("http", "https") or not DOCUMENT.search(parts.path):
        return None
    in_address = re.sub(r"[-_/+.]|%20", " ", parts.path)
    for text in (title, in_address):
        for word, kind, pattern in FOLLOWED:
            if pattern.search(text):
                return kind if word in site.follow else None
    return None


def _dated_only(site: Site, title: str, around: str) -> str | None:
    """Return what a link with nothing but a date in its row leads to: what the site's list is one of."""
    word = {"agenda": "agendas", "minutes": "minutes"}.get(site.kind)
    if word not in site.follow or not any(letter.isdigit() for letter in around) or DATES.sub("", title + around):
        return None
    return site.kind
