"""ZIP packets: each member read as the document it is, under its name. Behind the wall."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import replace

from watcher import extractors
from watcher.errors import ReadError, Unreadable
from watcher.extractors import _package as package
from watcher.extractors._package import ZIP
from watcher.model import WHOLE, Document, Passage, View

MEDIA_TYPES = frozenset({"application/zip", "application/x-zip-compressed", "application/x-zip"})

MOST_MEMBERS = 500
MOST_BYTES = 100_000_000  # of one member unpacked
HIDDEN = ("__MACOSX/", ".", "Thumbs.db", "desktop.ini")


def extract(
    body: bytes, url: str, *, charset: str | None = None, view: View = WHOLE, kind: str = "document"
) -> Document:
    """Return the passages of all members in the file's order; a member's name heads its own.

    A member that cannot be read, a ZIP file within among them, is named with the reason. Raises Unreadable: password,
    damaged, empty, too large, or no member that can be read.
    """
    held = package.opened(body, url, what="ZIP file or Office document")
    members = [part for part in held.infolist() if not part.is_dir() and not _hidden(part.filename)]
    if not members:
        raise Unreadable("an empty ZIP file", url=url)
    if len(members) > MOST_MEMBERS:
        raise Unreadable(f"a ZIP file of more than {MOST_MEMBERS} files", url=url)
    passages: list[Passage] = []
    refused: list[str] = []
    for part in members:
        name = part.filename.strip("/")
        passages.append(Passage(name))
        try:
            passages.extend(_under(name, _read(held, part, view, kind)))
        except ReadError as trouble:
            refused.append(f"{name}: {trouble}")
            passages.append(Passage(f"Not read: {trouble}", (name,)))
    if len(refused) == len(members):
        raise Unreadable(f"nothing in the ZIP file can be read: {refused[0]}", url=url)
    return Document(url=url, title=members[0].filename[:200], kind=kind, passages=tuple(passages))


def _hidden(name: str) -> bool:
    return name.startswith(HIDDEN) or name.rpartition("/")[2].startswith(HIDDEN)


def _read(held: zipfile.ZipFile, part: zipfile.ZipInfo, view: View, kind: str) -> Document:
    if part.file_size > MOST_BYTES:
        raise Unreadable(f"more than {MOST_BYTES // 1_000_000} MB")
    try:
        content = held.read(part)
    except (zipfile.BadZipFile, zlib.error, EOFError):
        raise Unreadable("damaged") from None
    if content.startswith(ZIP) and package.kind_of(content, part.filename) == "zip":
        raise Unreadable("a ZIP file within a ZIP file")
    return extractors.extract(content, "", part.filename, view=replace(view, select=None, ignore=()), kind=kind)


def _under(name: str, document: Document) -> Iterator[Passage]:
    for passage in document.passages:
        key = f"{name}#{passage.key}" if passage.key else ""
        yield replace(passage, heading=(name, *passage.heading), key=key)
