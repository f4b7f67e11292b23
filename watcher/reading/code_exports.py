"""Whole codes as publishers hand them out in plain text with lines of a fixed width: American Legal's downloads.

    TITLE 1
    GENERAL PROVISIONS
    Chapter 1.05 -- General Provisions
    Sections:
       1.05.010   Name of municipality
    1.05.010   Name of municipality.
       A.   The city shall continue under
    the name of … (Ord. 77-01, 1977)

Headings stand at the left edge, a paragraph begins with an indent, its further lines stand at the left edge again. The
lists of sections below a chapter say each heading once more, and are no law.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from watcher.reading import codes
from watcher.reading.codes import FOOTNOTE, NOTE, SECTION, Block

WIDTH = 66  # a line shorter than this was not broken for want of room: what follows it begins anew
IMPRINT = re.compile(r"american legal publishing|published by:?\s*\Z|www\.amlegal\.com", re.IGNORECASE)
NUMBERED = re.compile(r"\d+[A-Z]?(?:[.:-]\d+[A-Z]?){1,4}\.?\s+(?=[A-Z“\"(\[])")
SPACED = re.compile(r"(?:§ )?[\dA-Z][\w.:-]*\s{2,}[A-Z]")
LIST = re.compile(r"(?:sub)?(?:sections?|chapters|articles|divisions|parts|titles)\s*:?\Z", re.IGNORECASE)
NOTES = re.compile(r"notes\Z", re.IGNORECASE)
LABEL = re.compile(r"(?:editor['’]?s?|cross|statutory|charter|state law)[ -]?(?:note|reference)s?:?\Z", re.IGNORECASE)
NAME = re.compile(r"[^a-z.]{2,80}\d?\Z|(?:(?:[A-Z][\w,’'-]*|and|of|the|for|to|in|&)[ ]?){1,9}\Z")


def is_wrapped(text: str) -> bool:
    """Whether a text is a whole code by American Legal: its imprint at the head, and headings at the left edge."""
    return bool(IMPRINT.search(text[:3_000])) and any(level_of(line) for line in text.splitlines()[:400])


def level_of(line: str) -> int:
    """The level of a line that is a heading by its words; indented lines are none."""
    if line[:1].isspace():
        return 0
    words = " ".join(line.split())
    if NUMBERED.match(words) and len(words) < 160:
        return SECTION
    return codes.level_of(words.replace(" -- ", " - "))


def blocks(text: str) -> Iterator[Block]:
    """The headings and paragraphs of the code, the publisher's imprint left out."""
    lines = text.lstrip("\ufeff").splitlines()
    reader = _Lines()
    for at, line in enumerate(lines):
        yield from reader.take(line, lines[at - 1] if at else "", lines[at + 1 : at + 2])
    yield from reader.end()


class _Lines:
    """What is known at a line of the text: the paragraph so far, and what it is part of."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self.heading: tuple[str, int] | None = None  # one that goes on in the next line
        self.kind = ""  # FOOTNOTE below "Notes"
        self.listed = self.labelled = self.imprint = False
        self.ended = self.closed = True  # whether the line above ends a paragraph, or a sentence

    def take(self, line: str, above: str, below: list[str]) -> Iterator[Block]:
        words = " ".join(line.split())
        self.imprint = bool(IMPRINT.search(words)) or (self.imprint and bool(words) and not level_of(line))
        if self.imprint:
            return
        listed = self.listed and not above.strip()
        opens = self.ended or self.closed or SPACED.match(line)
        level = level_of(line) if words and not listed and opens else 0
        if not words or level or line[:3].isspace() or self.ended or _label(words):
            yield from self.end()
        yield from self._word(line, words, level, above, below)
        self.ended = level > 0 or not words or _label(words) or len(line) < WIDTH
        self.closed = closes(words)

    def _word(self, line: str, words: str, level: int, above: str, below: list[str]) -> Iterator[Block]:
        if level:
            self.listed, self.kind = False, ""
            self.heading = (_named(words, below, level), level)
            if len(line) < WIDTH or closes(words):
                yield Block(*self.heading)
                self.heading = None
        elif self.heading:
            yield Block(f"{self.heading[0]} {words}".strip(), self.heading[1])
            self.heading = None
        elif LIST.match(words):
            self.listed = True
        elif NOTES.match(words):
            self.kind = FOOTNOTE
        elif LABEL.match(words):
            self.labelled = True
        elif words and not _is_name(above, line):
            self.said.append(words)

    def end(self) -> Iterator[Block]:
        """The paragraph that is finished, if there is one."""
        if self.said:
            yield Block(" ".join(self.said), note=self.kind or (NOTE if self.listed or self.labelled else ""))
            self.said, self.labelled = [], False


def closes(words: str) -> bool:
    """Whether a line ends as a sentence or a note does."""
    return words[-1:] in (".", ")", "]", ":", ";", "”")


def passages(text: str) -> list[Block]:
    """The same with numbered sections under their own ids ("1.05.010")."""
    return [_with_id(block) for block in blocks(text)]


def _with_id(block: Block) -> Block:
    found = NUMBERED.match(block.text) if block.level == SECTION else None
    return replace(block, id=found[0].strip().rstrip(".")) if found else block


def _label(words: str) -> bool:
    return bool(LIST.match(words) or NOTES.match(words) or LABEL.match(words))


def _named(words: str, below: list[str], level: int) -> str:
    """A wide heading with the name that stands on the line below it: "TITLE 1", "GENERAL PROVISIONS"."""
    name = " ".join(below[0].split()) if below else ""
    return f"{words} {name}" if level < SECTION and len(words.split()) == 2 and _is_plain_name(name, below) else words


def _is_plain_name(name: str, below: list[str]) -> bool:
    return bool(name and NAME.match(name) and not _label(name) and not level_of(below[0]))


def _is_name(above: str, line: str) -> bool:
    """Whether a line was told as the name of the heading above it."""
    words, level = " ".join(above.split()), level_of(above)
    return 0 < level < SECTION and _named(words, [line], level) != words
