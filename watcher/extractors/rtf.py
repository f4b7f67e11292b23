"""Rich Text Format (Microsoft RTF specification 1.9.1) through striprtf. Behind the wall."""

from __future__ import annotations

from striprtf.striprtf import rtf_to_text

from watcher.errors import Unreadable
from watcher.extractors import text
from watcher.model import WHOLE, Document, View

MEDIA_TYPES = frozenset({"application/rtf", "text/rtf", "application/x-rtf"})


def extract(
    body: bytes, url: str, *, charset: str | None = None, view: View = WHOLE, kind: str = "document"
) -> Document:
    """Return the paragraphs of the text. Raises Unreadable for a document that stops half way."""
    if body.rstrip(b"\x00 \r\n\t")[-1:] != b"}":
        raise Unreadable("an RTF document that stops half way", url=url)
    return text.extract(words(body.decode("cp1252", "replace")).encode(), url, charset="utf-8", view=view, kind=kind)


def words(source: str) -> str:
    """Return the words of a text in RTF, its control codes left out, a blank line between two paragraphs."""
    said = rtf_to_text(source, errors="replace")  # type: ignore[no-untyped-call]  # typed in part only
    return str(said).replace("\n", "\n\n")
