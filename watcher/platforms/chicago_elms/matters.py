"""Agendas of eLMS and the matters on them."""

from __future__ import annotations

from dataclasses import replace

from watcher.platforms import (
    Document,
    EmptyReading,
    Matter,
    Passage,
    Reading,
    Response,
    Site,
    Step,
    following,
    marks,
    outline,
    records,
)
from watcher.platforms.chicago_elms.meetings import JSON, files_of, meeting_of, root


def read_agenda(answer: records.Record, site: Site, response: Response) -> Reading:
    """A meeting with its agenda: groups of items, most of them matters."""
    meeting = meeting_of(answer, site, response)
    rows = outline.Outline(meeting.id)
    matters: dict[str, Matter] = {}
    for group in records.many(records.inner(answer, "agenda"), "groups"):
        heading = records.words(group, "title")
        if heading:
            rows.add(heading)
        for item in records.many(group, "items"):
            title, file = records.words(item, "matterTitle", "title", "comment"), records.text(item, "recordNumber")
            ident = records.text(item, "matterId", "commentId")
            if not title:
                continue
            rows.add(
                title,
                depth=1 if heading else 0,
                number=records.text(item, "displayId"),
                ident=ident,
                matter=file or None,
                action=records.text(item, "actionName"),
            )
            if file:
                url = f"{root(response.url)}/matter/{ident}" if ident else None
                matters.setdefault(file, Matter(ident or file, file, records.text(item, "matterType"), title, url=url))
    items, found = rows.items(), tuple(matters.values())
    follow = following.from_meeting(meeting, items, found, site)
    return Reading(
        Document(response.url, meeting.body, "meeting"),
        (meeting,),
        items,
        found,
        tuple(replace(page, headers=JSON) if page.kind == "legislation" else page for page in follow),
        proof=None if items else "agenda: no groups (an agenda without items)",
    )


def read_matter(answer: records.Record, site: Site, response: Response) -> Reading:
    """A matter with what was done and what hangs on it."""
    zone, file = site.jurisdiction.time_zone, records.text(answer, "recordNumber")
    history = tuple(
        Step(
            marks.instant(records.text(action, "actionDate", "date"), zone),
            records.text(action, "actionByName", "body"),
            records.text(action, "actionName", "action"),
            records.text(action, "voteType", "result"),
        )
        for action in records.many(answer, "actions")
    )
    title, status = records.words(answer, "title"), records.text(answer, "status")
    matter = Matter(
        id=records.text(answer, "matterId"),
        file=file,
        kind=records.text(answer, "type"),
        title=title,
        status=status,
        url=response.url,
        history=history,
        attachments=files_of(answer, "attachments", response.url),
    )
    if not title:
        raise EmptyReading("the matter has a number and no title", url=response.url)
    said = (("title", title), ("status", status), ("body", records.text(answer, "controllingBody")))
    passages = tuple(Passage(words, key=name) for name, words in said if words)
    bare = replace(matter, history=(), attachments=())
    hung = matter.attachments if "attachments" in site.follow else ()
    follow = following.bounded(following.attachment(link, response.request.meeting, bare, (title,)) for link in hung)
    document = Document(response.url, f"{file} {title}".strip(), "legislation", passages)
    return Reading(document, matters=(matter,), follow=follow)
