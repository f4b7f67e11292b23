"""The home page and the search: meetings as links in rows (older versions), or as JSON in a script (newer ones)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from bs4 import BeautifulSoup
from bs4.element import Tag

from watcher.platforms import (
    LayoutChanged,
    Link,
    Meeting,
    Reading,
    Request,
    Response,
    Site,
    Unreadable,
    following,
    marks,
    pages,
)
from watcher.platforms.onbase import ids

MARKER = re.compile(r"new\s+SearchResults\(\s*(?=\{)")
TITLED = re.compile(
    r"\b(?:view|download)\s+[\w ]+?\s+for\s+(?P<name>.+)\s+on\s+(?P<when>\d{1,2}/\d{1,2}/\d{4}.*)$", re.IGNORECASE
)
AMENDED = re.compile(
    r"\b(?:revised|amended|updated|corrected)\b(?:\s+(?:on\s+)?\d{1,2}/\d{1,2}/\d{2,4})?", re.IGNORECASE
)
NOTHING = re.compile(r"\b(?:no|0)\s+(?:\w+\s+)?meetings?\b[^.]{0,80}|\bno results\b[^.]{0,60}", re.IGNORECASE)
AVAILABLE = {"1": "IsAgendaAvailable", "2": "IsMinutesAvailable", "3": "IsSummaryAvailable"}


def is_listing(page: BeautifulSoup, text: str) -> bool:
    """Whether meetings are listed here, or would be."""
    return MARKER.search(text) is not None or page.find(id=re.compile(r"^(meetings-list|divResults)")) is not None


def read(page: BeautifulSoup, text: str, site: Site, response: Response) -> Reading:
    """The meetings listed, each once: the page has them in two tabs."""
    results = results_of(text, response)
    if results is None:
        meetings = tuple(from_rows(page, site, response))
        said = NOTHING.search(pages.seen(page.body))
        proof = " ".join(said.group(0).split()) if said else None
    else:
        meetings = tuple(from_json(fields, site, response) for fields in results)
        proof = '"Meetings":[] in the SearchResults'
    follow = following.bounded(documents(meetings, site, response))
    return pages.listing(response, pages.seen(page.title), meetings, follow, proof=proof)


def documents(meetings: Sequence[Meeting], site: Site, response: Response) -> Iterator[Request]:
    """The pages that show the near meetings' documents, and their text at once: a script loads it into the page."""
    for meeting in following.by_nearness(meetings, response.fetched_at):
        shown: dict[str, Link] = {}
        for link in meeting.documents:
            shown.setdefault(link.kind, link)
        if "agenda" in shown and "agendas" in site.follow:
            yield following.page_of(meeting, shown["agenda"].url)
            yield ids.text_of(meeting, "1", response.url, optional=True)
        if "minutes" in shown and "minutes" in site.follow:
            page = following.page_of(meeting, shown["minutes"].url)
            yield replace(page, why=f"minutes of {meeting.body}", stable_key=f"minutes:{meeting.id}")


# ----------------------------------------------------------------------------------------------------------- JSON


def results_of(text: str, response: Response) -> list[Mapping[str, Any]] | None:
    """The meetings in the script's SearchResults; None where the page has none. Unreadable for a damaged one."""
    found = MARKER.search(text)
    if found is None:
        return None
    try:
        results, _ = json.JSONDecoder().raw_decode(text[found.end() :])
    except (ValueError, RecursionError):
        raise Unreadable("the SearchResults of the page are damaged or cut off", url=response.url) from None
    if results.get("HasError"):
        raise LayoutChanged("the vendor's search says that it failed (HasError)", url=response.url)
    if not isinstance(results.get("Meetings"), list):
        raise LayoutChanged("the SearchResults have no Meetings", url=response.url)
    return [fields for fields in results["Meetings"] if isinstance(fields, dict)]


def from_json(fields: Mapping[str, Any], site: Site, response: Response) -> Meeting:
    """One meeting of the SearchResults."""
    number, name = str(fields.get("ID") or ""), " ".join(str(fields.get("Name") or "").split())
    kind = " ".join(str(fields.get("MeetingTypeName") or "").split())
    start = marks.instant(str(fields.get("Time") or ""), site.jurisdiction.time_zone)
    mark = amended(name)
    published = [
        Link(
            f"{ids.TYPES[each]}:{number}",
            ids.view(response.url, number, each),
            ids.TITLES[each],
            ids.KINDS[each],
            mark if each == "1" else None,
        )
        for each, flag in AVAILABLE.items()
        if fields.get(flag)
    ]
    return Meeting(
        id=number,
        body=site.body or kind or name,
        title=name,
        start=start,
        status=marks.status_of(start, response.fetched_at, name, str(fields.get("Status") or "")),
        location=" ".join(str(fields.get("Location") or "").split()),
        url=published[0].url if published else None,
        documents=tuple(published),
    )


# ----------------------------------------------------------------------------------------------------------- rows


def from_rows(page: BeautifulSoup, site: Site, response: Response) -> Iterator[Meeting]:
    """The meetings that rows of the page link to, in its order."""
    linked: dict[str, list[tuple[Tag, str]]] = {}
    for link in page.find_all("a"):
        url = pages.address(link, response.url)
        if url and ids.lasting(url) and not ids.asked(url).get("itemid"):
            linked.setdefault(ids.meeting_id(url), []).append((link, url))
    for row in page.select("tr[data-meeting-id]"):  # listed, and nothing published yet
        number = str(row["data-meeting-id"])
        if number not in linked and marks.read_date(pages.seen(row)):
            linked[number] = [(row, "")]
    listed = [str(row["data-meeting-id"]) for row in page.select("tr[data-meeting-id]")]
    places = {number: place for place, number in reversed(list(enumerate(listed)))}
    for number, links in sorted(linked.items(), key=lambda pair: places.get(pair[0], len(listed))):
        yield from_links(number, links, site, response)


def from_links(number: str, links: Sequence[tuple[Tag, str]], site: Site, response: Response) -> Meeting:
    """One meeting by the links to its documents. Their titles tell its name, body and hour in full."""
    titled = next((told for link, _ in links if (told := TITLED.search(str(link.get("title") or "")))), None)
    row = row_of(links[0][0])
    texts = [" ".join(text.split()) for text in row.stripped_strings]
    words = " ".join(titled["name"].split()) if titled else ""
    name = max((text for text in texts if words.startswith(text)), key=len, default="") if titled else named(row, texts)
    body = words.removeprefix(name).strip() or pages.seen(row.select_one("[data-sortable-type='mtgType']"))
    when = titled["when"] if titled else pages.seen(row)
    start = marks.moment(when, site.jurisdiction.time_zone)
    mark = amended(name or words)
    found: dict[str, Link] = {}
    for link, url in links:
        if url:
            kind = ids.KINDS.get(ids.doctype(url), "other")
            label = pages.seen(link) or ids.TITLES.get(ids.doctype(url), "Document")
            revised = amended(label) or (mark if kind == "agenda" else None)
            identity = ids.lasting(url) or url
            found.setdefault(identity, Link(identity, url, label, kind, revised))
    title = name or words
    return Meeting(
        id=number,
        body=site.body or body or title,
        title=title,
        start=start,
        status=marks.status_of(start, response.fetched_at, title),
        url=next((link.url for link in found.values()), None),
        documents=tuple(found.values()),
    )


def row_of(link: Tag) -> Tag:
    """The row of a link: the table's, else the first part around it that has a date."""
    if row := link.find_parent("tr") or (link if link.name == "tr" else None):
        return row
    for part in link.parents:
        if part.name in ("body", "html"):
            break
        if marks.read_date(pages.seen(part)):
            return part
    return link.parent or link


def named(row: Tag, texts: Sequence[str]) -> str:
    """The meeting's name where no link's title tells it: the cell for it, else the row's first words."""
    cell = row.select_one("[data-sortable-type='mtgName'], .meeting-name, .meetingName")
    return pages.seen(cell) or next((text for text in texts if not marks.read_date(text)), "")


def amended(name: str) -> str | None:
    """All of the clerk's words for it, with their days: "Revised, Updated 09/21/22"."""
    found = [" ".join(words.split()) for words in AMENDED.findall(name)]
    return ", ".join(dict.fromkeys(found)) or marks.revised_mark(name)
