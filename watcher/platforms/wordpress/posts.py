"""WordPress' own REST answers (wp/v2): posts, pages, uploads, and ProudCity's meetings."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from bs4 import BeautifulSoup

from watcher.platforms import (
    Document,
    EmptyReading,
    LayoutChanged,
    Meeting,
    Passage,
    Reading,
    Response,
    Site,
    following,
    marks,
    records,
    shelves,
)
from watcher.reading.rows import Anchor, Row

TAXONOMY = re.compile(r"\A(?:meeting-taxonomy|meeting_taxonomy|agency|committee|board)-(.+?)(?:-(?:19|20)\d\d)?\Z")


def read(answer: Any, site: Site, response: Response) -> Reading:
    """Meetings of a list of posts, or of one.

    The date of a post is when it was written; a meeting's stands in its title, in the post's own rows or in a file name.
    """
    if isinstance(answer, dict) and "code" in answer and "message" in answer:
        raise LayoutChanged(f"WordPress answered with an error: {answer['code']}", url=response.url)
    asked = "/wp-json/wp/v2/" in response.url or "rest_route=" in response.url
    if answer == [] and not asked:
        raise LayoutChanged("an empty list came where a page of WordPress was due", url=response.url)
    listed = [answer] if isinstance(answer, dict) else answer
    found = records.records(listed, response, "slug", "source_url", "guid", "link")
    uploads = [post for post in found if records.text(post, "source_url")]
    written = [post for post in found if not records.text(post, "source_url")]
    meetings = [*meetings_of_posts(written, site, response), *meetings_of_uploads(uploads, site, response)]
    if found and not meetings:
        raise EmptyReading(f"none of {len(found)} entries has the date of a meeting", url=response.url)
    follow = [*following.from_listing(meetings, site, response.fetched_at)]
    if "attachments" in site.follow:
        near = following.by_nearness(meetings, response.fetched_at)
        follow += [request for meeting in near for request in following.hung_on(meeting)]
    texts = tuple(passage for post in written for passage in passages_of(post, response))
    return Reading(
        document=Document(response.url, "Posts", "listing", texts),
        meetings=tuple(meetings),
        follow=following.bounded(follow),
        proof=None if found else "WordPress answered the question with an empty list: []",
    )


def meetings_of_posts(posts: Sequence[records.Record], site: Site, response: Response) -> Iterator[Meeting]:
    """One meeting for a post whose title is dated, else those of the rows in its text."""
    for post in posts:
        title = title_of(post)
        content = records.text(records.inner(post, "content"), "rendered")
        root = BeautifulSoup(content, "lxml")
        start = marks.moment(title, site.jurisdiction.time_zone)
        if start is None:
            yield from shelves.shelf_of(root, site, response).meetings
            continue
        yield Meeting(
            id=records.text(post, "id"),
            body=site.body or body_of(post),
            title=title,
            start=start,
            status=marks.status_of(start, response.fetched_at, title),
            url=records.text(post, "link") or None,
            documents=shelves.papers_in(root, response),
        )


def meetings_of_uploads(uploads: Sequence[records.Record], site: Site, response: Response) -> tuple[Meeting, ...]:
    """Uploads by the date in their title or file name; the modification stamp tells a new upload from the old."""
    rows, stamps = [], {}
    for upload in uploads:
        title, url = title_of(upload), records.address(upload, response.url, "source_url")
        rows.append(Row((), title, [Anchor(title, url, line=title)]))
        stamps[url] = records.text(upload, "modified_gmt", "modified")
    found = shelves.shelf_of_rows(rows, site, response).meetings
    return tuple(
        replace(meeting, documents=tuple(replace(link, version=stamps.get(link.url, "")) for link in meeting.documents))
        for meeting in found
    )


def title_of(post: records.Record) -> str:
    """A post's title without mark-up."""
    return records.words(records.inner(post, "title"), "rendered") or records.words(post, "title")


def body_of(post: records.Record) -> str:
    """The body that ProudCity's taxonomy names among the post's classes ("meeting-taxonomy-city-council-2026")."""
    classes = post.get("class_list")
    values = list(classes.values()) if isinstance(classes, dict) else classes if isinstance(classes, list) else []
    for name in map(str, values):
        if found := TAXONOMY.match(name):
            return found[1].replace("-", " ").title()
    return ""


def passages_of(post: records.Record, response: Response) -> tuple[Passage, ...]:
    """The words of a post under its title."""
    return shelves.passages_of(records.text(records.inner(post, "content"), "rendered"), response, (title_of(post),))
