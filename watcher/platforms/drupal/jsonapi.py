"""Drupal's JSON:API: nodes of a type as meetings, with the files that came along."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlunsplit

from bs4 import BeautifulSoup

from watcher.platforms import (
    Document,
    EmptyReading,
    LayoutChanged,
    Link,
    Meeting,
    Passage,
    Reading,
    Request,
    Response,
    Site,
    attending,
    following,
    marks,
    pages,
    records,
    shelves,
)

PATH = re.compile(r"/jsonapi(?:/|\Z)", re.IGNORECASE)
ACCEPT = (("accept", "application/vnd.api+json"),)
KEPT_BACK = re.compile(r"created|changed|revision|publish|unpublish|login|access", re.IGNORECASE)
DATED = re.compile(r"date|when|start|time", re.IGNORECASE)
PLACE = re.compile(r"location|venue|place|address", re.IGNORECASE)
BODY = re.compile(r"board|committee|commission|department|body_name|agency", re.IGNORECASE)
PROSE = re.compile(r"body|description|summary|agenda|notes|details", re.IGNORECASE)


def is_api(url: str) -> bool:
    """Whether an address is JSON:API's."""
    return PATH.search(pages.split(url).path) is not None


def opening(site: Site, today: date) -> tuple[Request, ...]:
    """The list of the site's address; what was changed last comes first, unless the address says otherwise."""
    parts = pages.split(site.url)
    path = parts.path.rstrip("/")
    if path.lower().endswith("/jsonapi"):
        path += "/node/event"
    query = urlencode({"sort": "-changed", **dict(parse_qsl(parts.query))})
    url = urlunsplit((parts.scheme, parts.netloc, path, query, ""))
    return (Request(url, headers=ACCEPT, why="nodes as JSON:API", stable_key=path.rpartition("/jsonapi/")[2]),)


def read(answer: Any, site: Site, response: Response) -> Reading:
    """Meetings of a list of nodes, or of one. LayoutChanged where JSON:API answers with errors or another program does."""
    if isinstance(answer, dict) and answer.get("errors"):
        first = (records.many(answer, "errors") or [{}])[0]
        raise LayoutChanged(
            f"JSON:API answered with an error: {records.text(first, 'title', 'detail')}", url=response.url
        )
    if (
        not isinstance(answer, dict)
        or "data" not in answer
        or not ({"jsonapi", "links"} & set(answer) or answer["data"])
    ):
        raise LayoutChanged("JSON:API's envelope (data) is missing", url=response.url)
    listed = [answer["data"]] if isinstance(answer["data"], dict) else answer["data"]
    nodes = records.records(listed, response, "attributes")
    files = {records.text(entry, "id"): entry for entry in records.many(answer, "included")}
    meetings = tuple(meeting for node in nodes if (meeting := meeting_of(node, files, site, response)))
    if nodes and not meetings:
        raise EmptyReading(f"none of {len(nodes)} nodes has the date of a meeting", url=response.url)
    follow = [*following.from_listing([replace(m, url=None) for m in meetings], site, response.fetched_at)]
    if "attachments" in site.follow:
        near = following.by_nearness(meetings, response.fetched_at)
        follow += [request for meeting in near for request in following.hung_on(meeting)]
    return Reading(
        document=Document(
            response.url, "Nodes", "listing", tuple(p for node in nodes for p in passages_of(node, response))
        ),
        meetings=meetings,
        follow=(*following.bounded(follow), *next_page(answer, response)),
        proof=None if nodes else 'JSON:API answered the question with an empty list: "data": []',
    )


def meeting_of(
    node: records.Record, files: Mapping[str, records.Record], site: Site, response: Response
) -> Meeting | None:
    """One node with a date of its own; those that say when it was written are none."""
    attributes, zone = records.inner(node, "attributes"), site.jurisdiction.time_zone
    title = records.words(attributes, "title", "name")
    start, end = times_of(attributes, zone)
    start = start or marks.moment(title, zone)
    if start is None:
        return None
    fields = {name: value for name, value in attributes.items() if name.startswith("field_")}
    path = records.text(records.inner(attributes, "path"), "alias")
    prose = " ".join(prose_of(attributes))
    documents = {link.id: link for link in files_of(node, files, response)}
    documents |= {link.id: link for link in shelves.papers_in(BeautifulSoup(prose, "lxml"), response)}
    standing = [
        text for name, value in fields.items() if "status" in name or "cancel" in name for text in flat(value, name)
    ]
    return Meeting(
        id=records.text(node, "id"),
        body=site.body or next((text for name in fields if BODY.search(name) for text in flat(fields[name], name)), ""),
        title=title,
        start=start,
        end=end,
        status=marks.status_of(start, response.fetched_at, title, *standing),
        location=next((text for name in fields if PLACE.search(name) for text in flat(fields[name], name)), ""),
        attend=attending.told(prose),
        url=pages.joined(response.url, path),
        documents=tuple(documents.values()),
    )


def times_of(attributes: records.Record, zone: str) -> tuple[datetime | None, datetime | None]:
    """Start and end by the first field whose name speaks of a date: a stamp, or {value, end_value}, or a list of these."""
    for name, told in attributes.items():
        if KEPT_BACK.search(name) or not DATED.search(name):
            continue
        value = told[0] if isinstance(told, list) and told else told
        ranged = value if isinstance(value, dict) else {"value": value}
        start = marks.instant(str(ranged.get("value") or ""), zone)
        if start:
            return start, marks.instant(str(ranged.get("end_value") or ""), zone)
    return None, None


def files_of(node: records.Record, files: Mapping[str, records.Record], response: Response) -> Iterator[Link]:
    """Included files, by the field that they hang on. The file's own id lasts; its change stamp names the upload."""
    for field, relation in records.inner(node, "relationships").items():
        if not isinstance(relation, dict):
            continue
        one = relation.get("data")
        for reference in [one] if isinstance(one, dict) else records.many(relation, "data"):
            about = records.inner(files.get(records.text(reference, "id"), {}), "attributes")
            url = records.address(records.inner(about, "uri"), response.url, "url")
            if not url:
                continue
            name = records.text(records.inner(reference, "meta"), "description") or records.text(about, "filename")
            kind = marks.document_kind(field.removeprefix("field_"), name)
            yield Link(
                records.text(reference, "id"),
                url,
                name,
                "attachment" if kind == "other" else kind,
                marks.revised_mark(name.replace("_", " ").replace("-", " ")),
                records.text(about, "changed"),
            )


def flat(value: Any, name: str) -> Iterator[str]:
    """The words of a field: a text, an address, or true for a box that is ticked (then the field's own name)."""
    if value is True:
        yield "cancelled" if "cancel" in name else name
    elif isinstance(value, str) and value.strip():
        yield " ".join(value.split())
    elif isinstance(value, dict):
        parts = (records.words(value, part) for part in ("organization", "address_line1", "locality", "title", "value"))
        if text := ", ".join(part for part in parts if part):
            yield text


def prose_of(attributes: records.Record) -> Iterator[str]:
    """The formatted texts of a node."""
    for name, value in attributes.items():
        if isinstance(value, dict) and PROSE.search(name):
            yield records.text(value, "processed", "value")


def passages_of(node: records.Record, response: Response) -> tuple[Passage, ...]:
    """The words of a node's texts under its title."""
    attributes = records.inner(node, "attributes")
    return shelves.passages_of(" ".join(prose_of(attributes)), response, (records.words(attributes, "title"),))


def next_page(answer: records.Record, response: Response) -> tuple[Request, ...]:
    """The next page of the list, three pages deep: what was changed longer ago is no news."""
    link = records.inner(answer, "links").get("next")
    url = pages.joined(response.url, str((link.get("href") if isinstance(link, dict) else link) or ""))
    offset = pages.parameter(url or "", "page[offset]")
    if not url or (offset.isdigit() and int(offset) > 150):
        return ()
    return (
        Request(
            url,
            headers=ACCEPT,
            why="next nodes",
            stable_key=f"nodes:{offset}",
            optional=True,
        ),
    )
