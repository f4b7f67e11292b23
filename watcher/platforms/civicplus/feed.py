"""AgendaCenter's RSS (`RSSFeed.aspx?ModID=65&CID=…`): each entry is an agenda or minutes just posted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from watcher.platforms import (
    Document,
    EmptyReading,
    LayoutChanged,
    Link,
    Meeting,
    Reading,
    Response,
    Site,
    feeds,
    following,
    marks,
)
from watcher.platforms.civicplus.ids import file_of


def read(site: Site, response: Response) -> Reading:
    """The meetings that the entries tell of. LayoutChanged for a feed of other things, EmptyReading for none."""
    feed = feeds.feed_of(response)
    if not feed.entries:
        raise EmptyReading("the feed has no entry, which is no word that there is no meeting", url=response.url)
    meetings: dict[str, Meeting] = {}
    for found in told(feed, site, response):
        before = meetings.get(found.id)
        meetings[found.id] = replace(before, documents=(*before.documents, *found.documents)) if before else found
    if not meetings:
        raise LayoutChanged("no entry of the feed leads to AgendaCenter", url=response.url)
    listed = tuple(meetings.values())
    return Reading(
        document=Document(response.url, feed.title, "listing"),
        meetings=listed,
        follow=following.from_listing(listed, site, response.fetched_at),
    )


def told(feed: feeds.Feed, site: Site, response: Response) -> Iterator[Meeting]:
    """One meeting for each entry that leads to a published file or to its versions."""
    body = site.body or feed.title.rpartition(" - ")[2]
    for entry in feed.entries:
        file = file_of(entry.url)
        if file is None:
            continue
        day = file.day or marks.read_date(entry.title) or marks.read_date(entry.summary)
        start = marks.start_of(day, None, site.jurisdiction.time_zone)
        versions = file.page.lower() == "previousversions"
        posted = entry.published.isoformat() if entry.published else ""
        link = Link(file.id, entry.url, file.kind.title(), file.kind, marks.revised_mark(entry.title), posted)
        yield Meeting(
            id=file.number,
            body=body,
            title=entry.title,
            start=start,
            status=marks.status_of(start, response.fetched_at, entry.title, entry.summary),
            url=entry.url if versions else None,
            documents=() if versions else (link,),
        )
