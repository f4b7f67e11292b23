"""The search index of a ledger on PostgreSQL: on the same server, so that every process that shares the ledger finds the same.

The server is handed words as FTS5's `unicode61` makes them (letters and digits in a row, small, without accents), so that
both indexes answer a question alike: PostgreSQL's own parser would take "26-0412" for a negative number and "287(g)/WSO"
for a path. A tsvector holds a word's first 256 places only, so words in a row are looked for in the text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import islice
from unicodedata import normalize

from watcher.ledger import Ledger
from watcher.ledger.shelf import Kept, Shelf
from watcher.model import Site
from watcher.web.entries import FORM, MOST, PAGE, Entry, Found, Hit, Texts, gathered, phrases_of

TOKEN = re.compile(r"[^\W_]+")
LONGEST_WORD = 400  # characters; a question has no more
MOST_BYTES = 900_000  # of the words of one entry: a tsvector holds 1 MB
SHOWN = 280  # characters around what was found
LOOKED = 200  # places of an entry among which the best is shown
BEFORE = 60  # characters before the first found word


class Shared:
    """The index on the shelf of a ledger."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    def catch_up(self, ledger: Ledger, sites: Mapping[str, Site], texts: Texts | None) -> bool:
        """Takes up the next batch. True where there is more to do; False where another process is at it."""
        more = False

        def made(changes: int, snapshots: int) -> tuple[Sequence[Kept], int, int]:
            nonlocal more
            batch = gathered(ledger, sites, texts, changes, snapshots)
            more = batch.more
            last = {entry.ref: entry for entry in batch.entries}
            return [_kept(entry) for entry in last.values()], batch.changes, batch.snapshots

        self._shelf.fill(FORM, made)
        return more

    def search(self, words: str, facets: tuple[str, ...] = (), page: int = 1) -> Found:
        """The entries that hold all the words (a phrase in quotes, a beginning with *), newest first."""
        asked = [(tokens, phrase.beginning) for phrase in phrases_of(words) if (tokens := _tokens(phrase.text))]
        if not asked:
            return Found((), 0, False)
        wanted = [f"'{facet}'" for facet in map(_facet, facets)]
        wanted += [f"'{token}'" for tokens, begins in asked for token in (tokens[:-1] if begins else tokens)]
        wanted += [f"'{tokens[-1]}':*" for tokens, begins in asked if begins]
        rows = [f" {' '.join(tokens)}" + ("" if begins else " ") for tokens, begins in asked if len(tokens) > 1]
        total, found = self._shelf.find(" & ".join(wanted), rows, MOST + 1, PAGE, (page - 1) * PAGE)
        sought = re.compile("|".join(f"({_pattern(tokens, begins)})" for tokens, begins in asked))
        hits = [Hit(o.kind, o.ref, o.site, o.url, o.title, o.at, o.digest, _pieces(o.said, sought)) for o in found]
        return Found(tuple(hits), min(total, MOST), total > MOST)


def _kept(entry: Entry) -> Kept:
    named, said = _tokens(entry.named), _tokens(entry.text)
    words: dict[str, None] = dict.fromkeys(map(_facet, entry.facets))
    room = MOST_BYTES
    for word in dict.fromkeys([*named, *said]):
        room -= len(word.encode())
        if room < 0:
            break
        words[word] = None
    rows = f" {' '.join(named)} \n {' '.join(said)} "
    return Kept(
        entry.ref, entry.kind, entry.site, entry.url, entry.title, entry.at, entry.digest,
        normalize("NFC", entry.text), rows, tuple(words)
    )  # fmt: skip


def _facet(facet: str) -> str:
    """What no word of a text can be."""
    return f"={''.join(_tokens(facet))}"


def _tokens(text: str) -> list[str]:
    """The words of a text as they are compared."""
    return [word[:LONGEST_WORD] for word in TOKEN.findall(_plain(normalize("NFC", text)))]


def _plain(text: str) -> str:
    """The text in small letters without accents, one character for each, so that places in it are places in the text."""
    return text.lower() if text.isascii() else "".join(map(_letter, text))


@lru_cache(4096)
def _letter(letter: str) -> str:
    return normalize("NFD", letter)[0].lower()[:1]


def _pattern(tokens: Sequence[str], begins: bool) -> str:
    """Finds the words in a plain text."""
    return r"(?<![^\W_])" + r"[\W_]+".join(tokens) + (r"[^\W_]*" if begins else r"(?![^\W_])")


def _pieces(text: str, sought: re.Pattern[str]) -> tuple[tuple[str, bool], ...]:
    """The stretch of a text that holds the most of what is sought, with what is found marked; else its beginning."""
    places = [(one.start(), one.end(), one.lastindex) for one in islice(sought.finditer(_plain(text)), LOOKED)]
    best = max(
        range(len(places)),
        key=lambda at: (len({which for begin, _, which in places[at:] if begin < places[at][0] + SHOWN}), -at),
        default=None,
    )
    first = 0 if best is None else max(0, places[best][0] - BEFORE)
    if first:
        first = text.find(" ", first, first + BEFORE) + 1 or first
    last = min(len(text), first + SHOWN)
    if last < len(text):
        last = max(text.rfind(" ", first + SHOWN // 2, last), first + SHOWN // 2)
    pieces, at = [("… " if first else "", False)], first
    for begin, end, _ in places:
        if at <= begin and end <= last:
            pieces += [(text[at:begin], False), (text[begin:end], True)]
            at = end
    pieces += [(text[at:last], False), (" …" if last < len(text) else "", False)]
    return tuple((re.sub(r"\s+", " ", words), found) for words, found in pieces if words)
