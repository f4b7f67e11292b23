"""AgendaQuick's names: `seq` of an agenda, of minutes, of an item; the folder of a meeting's files."""

from __future__ import annotations

import re
from urllib.parse import unquote

from watcher.platforms import pages

FOLDER = re.compile(r"docs/\d{4}/[^/]+/\d{8}_(?P<seq>\d+)/", re.IGNORECASE)
SHOWN = {"ag": "agenda", "min": "minutes", "agm": "item"}


def link_id(href: str) -> str | None:
    """What a link leads to, in its revision: its lasting name and `rev`; None for navigation."""
    name, revision = lasting(href), pages.parameter(href, "rev")
    return f"{name}:{revision}" if name and revision else name


def lasting(href: str) -> str | None:
    """The stable name of what a link leads to, e.g. "agenda:1994" or "docs/2026/CC/20260721_357/Packet.pdf"."""
    shown, number = pages.parameter(href, "dsp"), pages.parameter(href, "seq")
    if shown in SHOWN and number:
        return f"{SHOWN[shown]}:{number}"
    path = unquote(pages.split(href).path)
    found = FOLDER.search(path)
    return path[found.start() :] if found else None


def meeting_id(href: str) -> str | None:
    """The `seq` of the meeting that an agenda or its files belong to."""
    if pages.parameter(href, "dsp") == "ag":
        return pages.parameter(href, "seq") or None
    found = FOLDER.search(unquote(pages.split(href).path))
    return found["seq"] if found else None
