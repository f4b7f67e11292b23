"""JSON answers as records: objects whose fields may be missing, null, or numbers where words were due."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from watcher.errors import LayoutChanged
from watcher.extractors.html import plain
from watcher.model import Response
from watcher.reading import pages

Record = Mapping[str, Any]


def records(answer: object, response: Response, *landmarks: str) -> list[Record]:
    """The objects of a list, each with one of the vendor's own fields.

    Raises LayoutChanged for anything else: another program's list would look like one without news.
    """
    if not isinstance(answer, list):
        raise LayoutChanged("the answer holds no list of entries", url=response.url)
    for entry in answer:
        if not isinstance(entry, dict) or not any(name in entry for name in landmarks):
            raise LayoutChanged(f"an entry has no field {' or '.join(landmarks)}", url=response.url)
    return answer


def text(record: Record, *names: str) -> str:
    """The first of these fields that says something, in one line; numbers as their digits, "" where none does."""
    for name in names:
        value = record.get(name)
        if isinstance(value, str | int | float) and not isinstance(value, bool) and str(value).strip():
            return " ".join(str(value).split())
    return ""


def words(record: Record, *names: str) -> str:
    """Like `text`, for fields that may hold mark-up: what a reader would see of them, in one line."""
    return " ".join(plain(text(record, *names)).split())


def number(record: Record, *names: str) -> str:
    """The first of these fields that holds a number above zero, as its digits; 0 and -1 are how programs say none."""
    return next((value for name in names if (value := text(record, name)).isdigit() and int(value) > 0), "")


def address(record: Record, base: str, *names: str) -> str:
    """Where the first of these fields leads, seen from `base`; "" for none, scripts and what is no address."""
    return pages.joined(base, text(record, *names)) or ""


def inner(record: Record, name: str) -> Record:
    """An object inside a record; an empty one for null or anything else."""
    value = record.get(name)
    return value if isinstance(value, dict) else {}


def many(record: Record, name: str) -> list[Record]:
    """The objects of a list inside a record; none for null or anything else."""
    value = record.get(name)
    return [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []
