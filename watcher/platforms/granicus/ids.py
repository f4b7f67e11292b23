"""The vendor's own marks: clip, event and document numbers in links, whether they stand in href or in onclick."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl

from bs4.element import Tag

from watcher.platforms import Link, marks, pages

KINDS = {
    "agendaviewer.php": "agenda",
    "generatedagendaviewer.php": "agenda",
    "minutesviewer.php": "minutes",
    "metaviewer.php": "attachment",
    "documentviewer.php": "document",
    "mediaplayer.php": "video",
    "asx.php": "video",
    "downloadfile.php": "video",
    "player": "video",
}
RECORDING = re.compile(r"\.(?:mp3|mp4|wmv|m3u8?|m4v)$", re.IGNORECASE)
DESIGNED = re.compile(
    r"/TemplateDesigner/(https?://.+)", re.IGNORECASE
)  # the template's editor stands before the address
OPENED = re.compile(r"""window\.open\(\s*['"]([^'"]+)['"]""")
NO_PAPER = re.compile(r"\b(?:ecomment|e-comment|podcast|rss|download|speak|calendar|subscribe|map)\b", re.IGNORECASE)


def asked(href: str) -> tuple[str, dict[str, str]]:
    """(program in lower case, its question with names in lower case)."""
    parts = pages.split(href)
    given = {name.lower(): value.strip() for name, value in parse_qsl(parts.query)}
    path = parts.path.lower()
    if player := re.search(r"/player/(clip|event)/(\d+)", path):
        return "player", {f"{player[1]}_id": player[2], **given}
    return path.rsplit("/", 1)[-1], given


def meeting_id(href: str) -> str | None:
    """The meeting that a link belongs to: "clip:3312" once recorded, "event:494" before; None for other links."""
    program, given = asked(href)
    if program not in KINDS:
        return None
    return next((f"{name}:{given[f'{name}_id']}" for name in ("clip", "event") if given.get(f"{name}_id")), None)


def link_id(href: str) -> str | None:
    """A published document in its publication: its lasting name and the vendor's `doc_id`; None for anything else."""
    name, publication = lasting(href), asked(href)[1].get("doc_id")
    return f"{name}:{publication}" if name and publication else name


def lasting(href: str) -> str | None:
    """The stable name of a published document, e.g. "agenda:clip:3312"; None for recordings and navigation.

    The view does not count: the same meeting is published through several.
    """
    program, given = asked(href)
    kind = KINDS.get(program)
    if kind in (None, "video"):
        return None
    if kind == "document":
        return f"file:{given['file']}" if given.get("file") else None
    if kind == "attachment":
        return f"meta:{given['meta_id']}" if given.get("meta_id") else None
    meeting = meeting_id(href)
    return f"{kind}:{meeting}" if meeting else None


def address(link: Tag, base: str) -> str | None:
    """Where a link leads, also one that opens a window of its own."""
    opened = OPENED.search(str(link.get("onclick") or ""))
    if whole := DESIGNED.search(str(link.get("href") or "")):
        return pages.joined(base, whole[1])
    return pages.address(link, base) or (pages.joined(base, opened[1]) if opened else None)


def document(link: Tag, base: str, meeting: str, revised: str | None) -> Link | None:
    """The document or recording that a link of a meeting's row leads to; None for anything else."""
    url = address(link, base)
    if url is None:
        return None
    program, given = asked(url)
    image = link.select_one("img[alt]")
    label = pages.seen(link) or (str(image["alt"]).strip() if image else "") or str(link.get("title") or "").strip()
    if KINDS.get(program) == "video" or RECORDING.search(pages.split(url).path):
        name = pages.split(url).path if RECORDING.search(pages.split(url).path) else meeting
        return Link(f"video:{name}", url, label or "Video", "video")
    cell = link.find_parent("td")
    header = " ".join(cell.get_attribute_list("headers", "")).partition(" ")[0] if cell else ""
    identity = lasting(url)
    kind = KINDS.get(program, "")
    if kind in ("", "document"):
        kind = marks.document_kind(label, header, url)
        if identity is None and (kind in ("other", "video") or NO_PAPER.search(f"{label} {header}")):
            return None
    mark = marks.revised_mark(label) or (revised if kind in ("agenda", "packet") else None)
    return Link(identity or url, url, label or kind.title(), kind, mark, given.get("doc_id", ""))
