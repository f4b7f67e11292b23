"""The vendor's own marks: numbers in AgendaCenter's addresses. The date before a number moves with the meeting."""

from __future__ import annotations

import re
from datetime import date
from typing import NamedTuple
from urllib.parse import parse_qs

from watcher.platforms import pages

PATH = re.compile(
    r"/AgendaCenter/(?:ViewFile/)?(Agenda|Minutes|ArchivedAgenda|ArchivedMinutes|Item|PreviousVersions)"
    r"/(?:_?(\d{2})(\d{2})(\d{4})-)?(\d+)/?$",
    re.IGNORECASE,
)
KINDS = {"archivedagenda": "agenda", "archivedminutes": "minutes", "item": "attachment", "previousversions": "other"}


class File(NamedTuple):
    """What an address of AgendaCenter leads to: `page` as the vendor calls it, `number` that stays."""

    page: str
    number: str
    form: str  # "html", "packet" or ""
    day: date | None

    @property
    def kind(self) -> str:
        """Kind of document."""
        return "packet" if self.form == "packet" else KINDS.get(self.page.lower(), self.page.lower())

    @property
    def id(self) -> str:
        """Stable name, e.g. "agenda:382" or "agenda:382:html"."""
        return ":".join(part for part in (self.page.lower(), self.number, self.form) if part)


def file_of(href: str) -> File | None:
    """The published file (or page of versions) that an address leads to; None for any other address."""
    parts = pages.split(href)
    found = PATH.search(parts.path)
    if not found:
        return None
    given = {name.lower(): values[0] for name, values in parse_qs(parts.query).items()}
    form = next((form for form in ("html", "packet") if given.get(form, "").lower() == "true"), given.get("fileid", ""))
    try:
        day = date(int(found[4]), int(found[2]), int(found[3])) if found[4] else None
    except ValueError:
        day = None
    return File(found[1], found[5], form, day)


def link_id(href: str) -> str | None:
    """The stable name of a published file; None for navigation."""
    found = file_of(href)
    return found.id if found else None
