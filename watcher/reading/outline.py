"""An agenda as it is read, row by row: sections by depth, identities that survive a new row above, consent."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from watcher.model import AgendaItem, Link

CONSENT = re.compile(r"\bconsent\b(?! (?:to|for|of|from)\b)", re.IGNORECASE)
NOT_CONSENT = re.compile(r"\b(?:non-?consent|(?:removed|pulled) from)\b", re.IGNORECASE)


class Outline:
    """Collects the rows of one meeting's agenda; `items()` gives them in order."""

    def __init__(self, meeting: str) -> None:
        self.meeting = meeting
        self._items: list[AgendaItem] = []
        self._trail: list[tuple[int, str]] = []
        self._twins: Counter[str] = Counter()

    def add(
        self,
        title: str,
        *,
        depth: int = 0,
        number: str = "",
        ident: str = "",
        text: str = "",
        matter: str | None = None,
        action: str = "",
        consent: bool = False,
        attachments: Iterable[Link] = (),
    ) -> None:
        """One row. `ident` is the vendor's own lasting id of it; without one its words are, never its place.

        `consent` where the vendor marks the row itself; below a heading of consent it is so in any case.
        """
        self._close(depth)
        key = ident or hashlib.sha256(" ".join(title.lower().split()).encode()).hexdigest()[:12]
        self._twins[key] += 1
        twin = f"#{self._twins[key]}" if self._twins[key] > 1 else ""
        above = [words for _, words in self._trail]
        self._items.append(
            AgendaItem(
                id=f"{self.meeting}/{key}{twin}",
                meeting=self.meeting,
                order=len(self._items) + 1,
                number=number,
                title=title,
                text=text,
                matter=matter,
                action=action,
                section=" / ".join(above),
                consent=any(_of_consent(words) for words in above),
                attachments=tuple(attachments),
            )
        )
        self._trail.append((depth, title))

    def head(self, title: str, *, depth: int = 0) -> None:
        """A section's heading that is not counted among the items; an empty one only ends the sections above."""
        self._close(depth)
        if title:
            self._trail.append((depth, title))

    def _close(self, depth: int) -> None:
        self._trail = [(level, words) for level, words in self._trail if level < depth]

    def attach(self, link: Link) -> None:
        """A document of the row before, each once; of nothing where there is none."""
        if self._items and all(link.id != known.id for known in self._items[-1].attachments):
            last = self._items[-1]
            self._items[-1] = replace(last, attachments=(*last.attachments, link))

    def say(self, text: str) -> None:
        """Words below the row before: its body."""
        if self._items and text:
            last = self._items[-1]
            self._items[-1] = replace(last, text=f"{last.text}\n{text}".strip())

    def items(self) -> tuple[AgendaItem, ...]:
        """The agenda in reading order."""
        return tuple(self._items)


def _of_consent(words: str) -> bool:
    return "consent" in words.lower() and CONSENT.search(words) is not None and NOT_CONSENT.search(words) is None
