"""The redline of one text: which words were struck and which were put in."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import chain

from diff_match_patch import diff_match_patch
from rapidfuzz.distance import Indel

from watcher.diff.alignment import common, gaps
from watcher.model import Redline

# A number or a word with its inner marks is one: 1,000.50, don't, 2-1214, U.S.C
_WORD = re.compile(r"\w+(?:[.,'’\-]\w+)*")
# One letter stands for one word, so that diff-match-patch's clean-up sees letters, spaces, line breaks and punctuation
# as what they are. CJK, its extensions A and B, and Hangul: 81,476 letters.
_LETTERS = tuple(chain(range(0x4E00, 0xA000), range(0x3400, 0x4DC0), range(0x20000, 0x2A6DF), range(0xAC00, 0xD7A4)))
NEAR = 300  # words of difference up to which diff-match-patch finds the edits itself; its time is their square
MOST_PARTS = 4_000  # above, a redline is no longer readable and its clean-up is slow
_LAST_WORD = re.compile(r"\w{1,64}\Z")
_FIRST_WORD = re.compile(r"\w{1,64}")
EQUAL, STRUCK, PUT_IN = 0, -1, 1
_MARKS: dict[int, str] = {EQUAL: "=", STRUCK: "-", PUT_IN: "+"}

Part = tuple[int, str]

_ENGINE = diff_match_patch()
_ENGINE.Diff_Timeout = 0  # none: sizes bound the work


def redline(before: str, after: str) -> Redline:
    """Return the parts of both texts in reading order: ("=", kept), ("-", struck), ("+", put in).

    Joining "=" and "-" gives `before`, "=" and "+" gives `after`, to the character. Whole words only; scraps between
    two edits join them (diff-match-patch's semantic clean-up). No clock is asked: two texts that differ in more than
    `NEAR` words are aligned with the anchors of `alignment`, and where even that gives more than `MOST_PARTS` parts,
    or the texts have more distinct words than there are letters, the answer is one replacement between equal ends.
    """
    if before == after:
        return (("=", before),) if before else ()
    alphabet = _Alphabet()
    written = alphabet.write(before), alphabet.write(after)
    if written[0] is None or written[1] is None:
        return _marked(_replaced(before, after))
    return _marked((way, alphabet.read(text)) for way, text in _parts(written[0], written[1]))


def _marked(parts: Iterable[Part]) -> Redline:
    return tuple((_MARKS[way], text) for way, text in parts if text)  # type: ignore[misc]  # the marks are the literals


class _Alphabet:
    """Writes each distinct word as one letter; everything between words stands for itself."""

    def __init__(self) -> None:
        self._letters: dict[str, str] = {}
        self._words: dict[str, str] = {}

    def write(self, text: str) -> str | None:
        """Return `text` with letters for words, or None where the letters run out."""
        try:
            return _WORD.sub(lambda found: self._letter(found.group()), text)
        except IndexError:
            return None

    def read(self, written: str) -> str:
        """Return the words again."""
        return "".join([self._words.get(letter, letter) for letter in written])

    def _letter(self, word: str) -> str:
        letter = self._letters.get(word)
        if letter is None:
            letter = chr(_LETTERS[len(self._letters)])
            self._letters[word] = letter
            self._words[letter] = word
        return letter


def _parts(before: str, after: str) -> list[Part]:
    head, struck, put_in, tail = _ends(before, after)
    if Indel.distance(struck, put_in, score_cutoff=NEAR) <= NEAR:
        parts: list[Part] = _ENGINE.diff_main(struck, put_in, False)
    else:
        parts = _aligned(struck, put_in)
        if len(parts) > MOST_PARTS:
            return _replaced(before, after)
    parts = [(EQUAL, head), *parts, (EQUAL, tail)]
    _ENGINE.diff_cleanupSemantic(parts)
    return parts


def _aligned(before: str, after: str) -> list[Part]:
    b, a = [ord(letter) for letter in before], [ord(letter) for letter in after]
    parts: list[Part] = []
    at = 0
    for b0, b1, a0, a1 in gaps(common(b, a), (0, len(b), 0, len(a))):
        parts += [(EQUAL, before[at:b0]), (STRUCK, before[b0:b1]), (PUT_IN, after[a0:a1])]
        at = b1
    parts.append((EQUAL, before[at:]))
    return [part for part in parts if part[1]]


def _ends(before: str, after: str) -> tuple[str, str, str, str]:
    """Return the equal head, what differs on each side, and the equal tail."""
    head = _ENGINE.diff_commonPrefix(before, after)
    b, a = before[head:], after[head:]
    tail = _ENGINE.diff_commonSuffix(b, a)
    return before[:head], b[: len(b) - tail], a[: len(a) - tail], b[len(b) - tail :]


def _replaced(before: str, after: str) -> list[Part]:
    """Return one replacement between equal ends, cut where no word is split."""
    head, struck, put_in, tail = _ends(before, after)
    lead, trail = _LAST_WORD.search(head), _FIRST_WORD.match(tail)
    begun, ended = lead.group() if lead else "", trail.group() if trail else ""
    return [
        (EQUAL, head[: len(head) - len(begun)]),
        (STRUCK, begun + struck + ended),
        (PUT_IN, begun + put_in + ended),
        (EQUAL, tail[len(ended) :]),
    ]
