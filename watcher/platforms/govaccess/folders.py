"""Folders of documents, and pages whose clerks hang documents into the text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from bs4 import BeautifulSoup

from watcher.platforms import EmptyReading, Reading, Request, Response, Site, following, pages
from watcher.platforms.govaccess import ids
from watcher.reading import shelves

WIDGET = ".document_widget"
PAPERS = f"{WIDGET} a[href*='document/']"  # beside these a calendar is only the page's ornament
MAIN = ".right_col, #sitebody, main, body"
VISION = b"window.visionOptions"
OPEN = ("agenda", "minutes", "packet", "meeting")
MOST = 8


def is_page(page: BeautifulSoup, response: Response) -> bool:
    """Whether this is a page of govAccess that can hold documents."""
    return VISION in response.body or page.select_one(WIDGET) is not None


def read(page: BeautifulSoup, site: Site, response: Response) -> Reading:
    """The meetings that the page's documents are of; the folders of this year and month are opened."""
    root = page.select_one(MAIN) or page
    shelf = shelves.shelf_of(root, site, response)
    meetings = (replace(m, documents=tuple(map(ids.counted, m.documents))) for m in shelf.meetings)
    shelf = replace(shelf, meetings=tuple(meetings), loose=tuple(map(ids.counted, shelf.loose)))
    inside = tuple(folders(page, response))
    said = shelves.words_of_none(page.select_one(WIDGET) or root)
    if not shelf.meetings and not shelf.loose and not inside and not said:
        raise EmptyReading("the page has no documents and does not say why", url=response.url)
    proof = said or (f"{len(inside)} folders to open" if inside else None) or "documents without a date"
    reading = shelves.listing(shelf, site, response, proof=proof if not shelf.meetings else None)
    return replace(reading, follow=following.bounded((*reading.follow, *inside)))


def folders(page: BeautifulSoup, response: Response) -> Iterator[Request]:
    """The folders inside this one that can hold what is current: of this year, of this month, or by their name."""
    now = response.fetched_at
    wanted = (*OPEN, str(now.year), f"{now:%B}".lower())
    links = page.select(f"{WIDGET} .doc_folder_img + a, {WIDGET} a[id^=docfold_]")
    here = [link for link in links if link.find_parent(class_="document_breadcrumb") is None]
    for link in here[:MOST]:
        url = pages.address(link, response.url)
        if url and any(word in pages.seen(link).lower() for word in wanted):
            name = pages.seen(link)
            yield Request(url.partition("#")[0], why=f"folder {name}", title=name, optional=True)
