"""Detail_LegiFile.aspx: one matter with its text, attachments and history."""

from __future__ import annotations

from dataclasses import replace

from bs4 import BeautifulSoup
from bs4.element import Tag

from watcher.platforms import (
    Document,
    EmptyReading,
    Link,
    Matter,
    Passage,
    Reading,
    Response,
    Site,
    Step,
    following,
    marks,
    pages,
)
from watcher.platforms.iqm2 import ids


def is_legislation(page: BeautifulSoup) -> bool:
    """Whether this is Detail_LegiFile.aspx."""
    return ids.field(page, "lblLegiFileTitle") is not None or ids.field(page, "lblResNum") is not None


def read(page: BeautifulSoup, site: Site, response: Response) -> Reading:
    """The matter. EmptyReading for a page that has its fields and nothing in them."""
    matter = matter_of(page, site, response)
    if not matter.title and not matter.text:
        raise EmptyReading("the legislation's page says nothing of it", url=response.url)
    hung = matter.attachments if "attachments" in site.follow else ()
    meeting, plain = response.request.meeting, replace(matter, history=(), attachments=(), text="")
    name = matter.title if matter.file in (matter.id, "") else f"{matter.file} {matter.title}"
    return Reading(
        document=Document(response.url, name.strip(), "legislation", tuple(passages(page))),
        matters=(matter,),
        follow=following.bounded(following.attachment(link, meeting, plain, (matter.title,)) for link in hung),
    )


def matter_of(page: BeautifulSoup, site: Site, response: Response) -> Matter:
    """The matter in the page's head and sections."""
    listed = response.request.matter
    _, asked = ids.asked(response.url)
    ident = asked.get("id") or (listed.id if listed else response.url)
    return Matter(
        id=ident,
        file=pages.seen(ids.field(page, "lblResNum")) or (listed.file if listed else ident),
        kind=pages.seen(ids.field(page, "lblLegiFileType")),
        title=pages.seen(ids.field(page, "lblLegiFileTitle")) or (listed.title if listed else ""),
        status=pages.seen(ids.field(page, "lblStatus", "lblLegiFileStatus")),
        url=response.url,
        history=history(page, site.jurisdiction.time_zone),
        attachments=attachments(page, response.url),
        text="\n".join(lines(ids.field(page, "divBody"))),
    )


def passages(page: BeautifulSoup) -> list[Passage]:
    """What the file says: the fields of its head, then its sections."""
    found: list[Passage] = []
    for row in page.select(".LegiFileInfo tr"):
        cells = [pages.seen(cell) for cell in row.find_all(["th", "td"])]
        pairs = zip(cells[::2], cells[1::2], strict=False)
        found += [Passage(f"{name} {value}", ("Information",)) for name, value in pairs if name and value]
    for section in page.select(".LegiFileSection, #divBody, #divItemDiscussion"):
        told_elsewhere = section.select_one(".MeetingHistory") or "LegiFileInfo" in (section.get("class") or ())
        if told_elsewhere or section.find_parent(class_="LegiFileSection"):
            continue
        heading = pages.seen(section.select_one(".LegiFileSectionHeading, h2, h3, h4"))
        for line in lines(section.select_one(".LegiFileSectionContents") or section):
            if line != heading:
                found.append(Passage(line, (heading,) if heading else ()))
    return found


def lines(section: Tag | None) -> list[str]:
    """A section's paragraphs; its cells where it is a table."""
    if section is None:
        return []
    blocks = section.find_all(["p", "li", "td", "h4"]) or [section]
    inner = [block for block in blocks if not block.find(["p", "li", "td"])]
    return [text for block in inner if (text := pages.seen(block))]


def attachments(page: BeautifulSoup, base: str) -> tuple[Link, ...]:
    """Documents hung on the file."""
    found: dict[str, Link] = {}
    for anchor in page.select(".LegiFileSection a, .LegiFileAttachments a, #divAttachments a, [id$=Attachments] a"):
        link = ids.document(anchor, base)
        if link and link.kind in ("attachment", "other") and not anchor.find_parent(class_="MeetingHistory"):
            found.setdefault(link.id, Link(link.id, link.url, link.title))
    return tuple(found.values())


def history(page: BeautifulSoup, zone: str) -> tuple[Step, ...]:
    """The meetings that dealt with the file: a row that names date and body, then rows with what was done."""
    steps: list[Step] = []
    for row in page.select(".MeetingHistory tr"):
        if "HeaderRow" in (row.get("class") or ()):
            day = marks.moment(pages.seen(row.select_one(".Date")), zone)
            group = pages.seen(row.select_one(".Group"))
            steps.append(Step(day, group, pages.seen(row.select_one(".Type"))))
        elif steps and (words := pages.seen(row)) and not steps[-1].result:
            steps[-1] = Step(steps[-1].date, steps[-1].body, steps[-1].action, words)
    return tuple(steps)
