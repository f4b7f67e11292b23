"""Ordinary agenda items and code passages: what the recorded pages beside the repository say, line by line.

Almost none of it is on the subject, so it shows how often the judge speaks where it should not. A text that was flagged
and then read by a person has its answer in `ordinary_read.json`, by the first 16 digits of its SHA-256.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from selectolax.lexbor import LexborHTMLParser

from benchmarks.labelled import SHARED

READ = Path(__file__).with_name("ordinary_read.json")
SHORTEST, LONGEST = 25, 3000
_MARKUP = re.compile(r"<!--.*?-->|^\s*#+ ", re.DOTALL | re.MULTILINE)
_TELLING = re.compile(r"title|name|subject|text|body|descr|item|type|status|agenda|category", re.IGNORECASE)


def digest(text: str) -> str:
    """The name under which a person's reading of a text is kept."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def answers() -> dict[str, bool]:
    """Digest → whether a person who read the text called it relevant."""
    return dict(json.loads(READ.read_text(encoding="utf-8"))) if READ.exists() else {}


def ordinary() -> list[tuple[str, str]]:
    """(file, text) of every distinct line, row and paragraph of the recorded agendas and codes."""
    found: dict[str, str] = {}
    for path in sorted((SHARED / "corpus").rglob("*")):
        if not path.is_file() or "labelled" in path.name or path.name in ("README.md", "MANIFEST.jsonl"):
            continue
        if path.parent.name == "ice_287g":  # on the subject throughout
            continue
        for text in _texts(path):
            plain = " ".join(_MARKUP.sub(" ", text).split())
            if SHORTEST <= len(plain) <= LONGEST and re.search(r"[A-Za-z]{3}", plain):
                found.setdefault(plain, f"{path.parent.name}/{path.name}")
    return [(source, text) for text, source in found.items()]


def _texts(path: Path) -> Iterator[str]:
    kind = path.suffix.lower()
    if kind in (".pdf", ".xlsx", ".docx", ".png", ".jpg", ".zip"):
        return
    body = path.read_text(encoding="utf-8", errors="replace")
    start = body.lstrip()[:1]
    if kind == ".jsonl":
        for line in body.splitlines():
            yield from _values(line)
    elif kind == ".json" or start in "{[":
        yield from _values(body)
    elif start == "<":
        yield from _elements(body)
    else:
        yield from re.split(r"\n\s*\n", body)


def _values(body: str) -> Iterator[str]:
    try:
        yield from _walk(json.loads(body))
    except json.JSONDecodeError:
        yield from re.split(r"\n\s*\n", body)


def _walk(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        said = [
            str(v)
            for k, v in value.items()
            if isinstance(v, str) and _TELLING.search(k) and not v.startswith(("http", "<"))
        ]
        yield " | ".join(said)
        for part in value.values():
            yield from _walk(part)
    elif isinstance(value, list):
        for part in value:
            yield from _walk(part)
    elif isinstance(value, str) and len(value) > 200:
        yield from _elements(value) if "<" in value else re.split(r"\n\s*\n", value)


def _elements(body: str) -> Iterator[str]:
    tree = LexborHTMLParser(body)
    tree.strip_tags(["script", "style", "noscript"])
    for node in tree.css("tr, li, p, h1, h2, h3, h4, td, item, description"):
        if not node.css("tr, li, p") or node.tag == "p":
            yield node.text(separator=" ")
