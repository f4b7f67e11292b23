"""Long lists, a page at a time: which entries are shown, and where the pages beside this one are. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar
from urllib.parse import urlencode

from watcher.web.filters import UnknownChoice

T = TypeVar("T")
MOST_PAGES = 100_000
LARGEST_NUMBER = 10**15 - 1
BLOCK = 50  # entries of the ledger on one page of a copy


@dataclass(frozen=True, slots=True)
class Part(Generic[T]):
    """One page of a list: its entries, their place in the whole, and the addresses of its neighbours ("" for none)."""

    items: Sequence[T]
    total: int
    first: int  # from 1; 0 where there is nothing
    before: str
    after: str

    @property
    def last(self) -> int:
        """The place of the last entry shown."""
        return self.first + len(self.items) - 1 if self.items else 0


def part(items: Sequence[T], page: int, size: int, path: str, chosen: Mapping[str, str]) -> Part[T]:
    """Page `page` (from 1) of `items`; a page behind the last is empty. `path` and `chosen` make the addresses."""
    start = (page - 1) * size
    shown = items[start : start + size]
    before = address(path, chosen, page=page - 1) if page > 1 and items else ""
    after = address(path, chosen, page=page + 1) if start + size < len(items) else ""
    return Part(shown, len(items), start + 1 if shown else 0, before, after)


def address(path: str, chosen: Mapping[str, str], *, page: int = 1) -> str:
    """A list's address with what was chosen, the page only where it is not the first."""
    asked = {name: word for name, word in chosen.items() if word} | ({"page": str(page)} if page > 1 else {})
    return f"{path}?{urlencode(asked)}" if asked else path


def number(text: str) -> int | None:
    """A whole number above nought in an address, None for none. Raises UnknownChoice for anything else."""
    if not text:
        return None
    if not text.isascii() or not text.isdigit() or len(text) > 15 or not 1 <= int(text) <= LARGEST_NUMBER:
        raise UnknownChoice(f"“{text[:30]}” is no number")
    return int(text)


def page_of(text: str) -> int:
    """The page that an address asks for, 1 where it asks for none. Raises UnknownChoice for what is no page."""
    found = number(text) or 1
    if found > MOST_PAGES:
        raise UnknownChoice(f"there is no page {found}")
    return found


def block_below(newest: int) -> int:
    """Where a copy's page of entries ends that begins with `newest`: entries from there on stand on it, older ones on a
    page of their own that nothing newer moves. So a copy's old pages are written once."""
    return max(1, (newest - 1) // BLOCK * BLOCK + 1 - (BLOCK if (newest - 1) % BLOCK < BLOCK - 1 else 0))
