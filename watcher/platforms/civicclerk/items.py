"""An agenda's items, nested as the clerk nested them."""

from __future__ import annotations

from watcher.platforms import (
    Document,
    EmptyReading,
    Link,
    Matter,
    Meeting,
    Reading,
    Response,
    Site,
    following,
    outline,
    pages,
    records,
)
from watcher.platforms.civicclerk.addresses import with_headers
from watcher.platforms.civicclerk.events import file_of

ITEM = ("agendaObjectItemName", "agendaObjectItemOutlineNumber", "childItems")


def read(answer: records.Record, site: Site, response: Response) -> Reading:
    """The meeting and its items. An agenda without items is proof of itself where it has its number."""
    title = records.words(answer, "agendaName", "name")
    meeting = response.request.meeting or Meeting(
        id=f"agenda:{records.text(answer, 'id')}",
        body=site.body or title,
        title=title,
        documents=tuple(file_of(file, response) for file in records.many(answer, "publishedFiles")),
    )
    rows = outline.Outline(meeting.id)
    matters: dict[str, Matter] = {}
    for row in records.records(answer["items"], response, *ITEM):
        add(rows, row, 0, matters)
    items, document = rows.items(), Document(response.url, meeting.title or title, "meeting")
    if not items:
        if records.number(answer, "id"):
            return Reading(document, (meeting,), proof="items: [] (an agenda without items)")
        raise EmptyReading("the agenda has neither a number nor items", url=response.url)
    found = tuple(matters.values())
    follow = following.from_meeting(meeting, items, found, site)
    return Reading(document, (meeting,), items, found, with_headers(follow, site))


def add(rows: outline.Outline, row: records.Record, depth: int, matters: dict[str, Matter]) -> None:
    """An item and those below it."""
    title = records.words(row, "agendaObjectItemName")
    file = records.text(row, "resolutionFormattedNumber", "ordinanceFormattedNumber")
    if title:
        rows.add(
            title,
            depth=depth,
            number=records.text(row, "agendaObjectItemOutlineNumber", "agendaObjectItemNumber"),
            ident=records.number(row, "id"),
            text=records.words(row, "agendaObjectItemDescription"),
            matter=file or None,
            attachments=[link for link in map(attachment, records.many(row, "attachmentsList")) if link],
        )
        if file:
            matters.setdefault(file, Matter(file, file, title=title))
    for below in records.many(row, "childItems"):
        add(rows, below, depth + 1, matters)


def attachment(file: records.Record) -> Link | None:
    """A published attachment under its own number; None for a hidden or deleted one, and for a bare place in a store."""
    url = records.address(file, "", "pdfVersionFullPath", "mediaFullPath")
    if not url or file.get("isPublished") is False or file.get("isDeleted") is True:
        return None
    ident = records.number(file, "id") or pages.split(url).path.rpartition("/")[2]
    return Link(f"attachment:{ident}", url, records.text(file, "fileName", "mediaFileName"))
