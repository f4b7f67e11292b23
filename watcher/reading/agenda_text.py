"""An agenda as its clerk typed it: items, sections, recommendations and files in the text of a PDF, Word file or page.

The lines of a document are taken in order. What bears the next number of a count is an item, what heads items is a
section, what follows an item belongs to it; minutes, memoranda and reports behind the agenda are none of it. Where the
text is no agenda beyond doubt, there are no items, and its passages speak for themselves.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from watcher.extractors.text import shouted
from watcher.model import AgendaItem, Document, Link, Passage
from watcher.reading.agenda_words import (
    ADDED,
    ADDENDUM,
    ADJOURNS,
    AGENDA,
    ATTACHED,
    BEHIND,
    CAPITAL_AGENDA,
    CAPITALS,
    FILE_FIRST,
    LISTED,
    NO_HEAD,
    NOTICE,
    OPENS,
    PLACE_IN_LIST,
    RECOMMENDED,
    SECTION,
    SENTENCE,
    SIGNED,
    STANDING,
    file_of,
    seams,
    tells_what_was_done,
)
from watcher.reading.numbering import Counter, Number, number_at
from watcher.reading.outline import Outline

FEWEST = 3  # items that make an agenda; an addendum may have one
MOST_ITEMS = 2_000  # no meeting has more; a document that seems to is none
LONGEST_HEADING = 90
LONGEST_TITLE = 700  # characters; what a longer line says beyond its first sentence is text
LINES_AFTER = 30  # lines behind an adjournment in which a further part of the agenda (its consent list) may begin
NEXT_WITHIN = 40  # lines
MOST_TEXT = 60  # lines below one item; more is a report


@dataclass(slots=True)
class Row:
    """An item or a section being read. `lines` are the passages that are its own, by their place in the document."""

    title: str
    number: str = ""
    depth: int = 0
    section: bool = False
    listed: bool = False  # known by its file number, not by its place in a count
    text: list[str] = field(default_factory=list)
    action: list[str] = field(default_factory=list)
    attached: list[str] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)


def read(document: Document, meeting: str) -> tuple[Document, tuple[AgendaItem, ...]]:
    """Return the document, its passages cut at the items and keyed by them, and the items; () where it is no agenda.

    `meeting` is the id that the items belong to. An item is known by its file number, else by its title, never by its
    place; its attachments are those it names, under the document's own address.
    """
    cut = tuple(_cut(document.passages))
    rows = _Agenda(cut).rows()
    if not rows:
        return document, ()
    outline = Outline(meeting)
    owner: dict[int, int] = {}
    for row in rows:
        if row.section:
            outline.head(row.title, depth=row.depth)
            continue
        owner.update(dict.fromkeys(row.lines, len(outline.items())))
        matter = file_of(row.title)
        outline.add(
            row.title,
            depth=row.depth,
            number=row.number,
            ident=matter or "",
            text="\n".join(row.text),
            matter=matter,
            action=" ".join(row.action),
        )
        for name in row.attached:
            outline.attach(Link(f"{document.url}#{name.casefold()}", document.url, name))
    items = outline.items()
    passages = tuple(
        replace(passage, key=items[owner[place]].id) if place in owner else passage for place, passage in enumerate(cut)
    )
    return replace(document, passages=passages), items


# ---------------------------------------------------------------------------------------------------------- lines


def _cut(passages: Iterable[Passage]) -> Iterator[Passage]:
    """Yield the passages, those of several lines line by line where one of them bears a number."""
    for passage in passages:
        lines = passage.text.split("\n")
        if len(lines) > 1 and any(number_at(line) for line in lines):
            yield from (replace(passage, text=line) for line in lines)
        else:
            yield passage


class _Agenda:
    """Reads line after line; `rows` says what they were."""

    def __init__(self, passages: tuple[Passage, ...]) -> None:
        self.passages = passages
        self.found: list[Row] = []
        self.items = 0  # of what was found, without sections
        self.counter = Counter()
        self.headed = self.addendum = False  # the word agenda, or addendum, stands above
        self.closed: int | None = None  # lines since the adjournment
        self.opened = False
        self.loose = False  # what stands here belongs to no item
        self.waiting = ""  # recommended | attached: what the next line is, by the label above it

    def rows(self) -> list[Row]:
        """Return sections and items in order, [] where this is no agenda beyond doubt."""
        for place, passage in enumerate(self.passages):
            if not self._line(place, passage.text):
                break
        items = [row for row in self.found if not row.section]
        enough = len(items) >= (1 if self.addendum else FEWEST)
        return self.found if enough and (self.addendum or self._has_standing(1 if self.headed else 2)) else []

    def _has_standing(self, fewest: int) -> bool:
        """Say whether the rows name so many kinds of standing business. Most agendas do in their first lines."""
        standing: set[str] = set()
        for row in self.found:
            if found := STANDING.search(row.title.lower()):
                standing.add(found[0])
                if len(standing) >= fewest:
                    return True
        return False

    def _line(self, place: int, text: str) -> bool:
        """Take one line. Return False where the agenda has ended."""
        if self.closed is not None:
            self.closed += 1
        number = number_at(text)
        rest = text[number.end :].strip() if number else text
        if number is None and text.startswith("~~") and (number := number_at(plain := text.replace("~~", ""))):
            rest = f"~~{plain[number.end :].strip()}~~"  # an item struck out is still that item
        if number is None and text.startswith("++") and (number := number_at(plain := text.replace("++", ""))):
            rest = plain[number.end :].strip()
        if number is None and (filed := FILE_FIRST.match(text)) and (number := number_at(text[filed.end() :])):
            rest = f"{filed['file']} {text[filed.end() + number.end :].strip()}"
        if self._ended(text, number, rest):
            return False
        if number and self._is_item(place, number, rest):
            self._item(place, number, rest)
        elif self.found and not self.found[-1].title and not self.found[-1].section:
            self._below(place, text)  # the title of a number that stood alone
        elif self._is_agenda(text):
            self._head(place, text, anew=True)
        elif self.closed is None and self._is_section(place, text):
            self._head(place, text)
        elif self.closed is None and self._is_listed(text):
            self._listed(place, text)
        elif self.closed is None:
            self._below(place, text)
        return True

    def _ended(self, text: str, number: Number | None, rest: str) -> bool:
        if (self.closed is not None and self.closed > LINES_AFTER) or self.items >= MOST_ITEMS:
            return True
        if not self.items:
            return False
        if number is None and BEHIND.match(text):
            return self._sure()
        if number and OPENS.match(rest) and self.opened and not self.counter.fresh:
            return True  # the minutes of an earlier meeting begin
        if not tells_what_was_done(text):
            return False
        if not self._sure():  # minutes, it turns out
            self.found, self.items = [], 0
            self.counter, self.headed = Counter(), False
            return False
        return True

    def _sure(self) -> bool:
        return self.items >= FEWEST

    def _is_item(self, place: int, number: Number, rest: str) -> bool:
        if number.weak and not self.counter.due(number) and not self._begins_a_count(place, number):
            return False
        if not self.headed and not self.found and number.parts[0][0][1] != 1:
            return False
        if self.waiting == "attached" and not self.counter.due(number):
            return False
        if self.closed is not None and not (self.counter.fresh or self.counter.due(number)):
            return False
        return not rest or (rest[0].isalnum() and not rest[0].islower()) or rest[0] in "*“\"'([$#☐~•"

    def _is_listed(self, text: str) -> bool:
        """A resolution that bears no number of the list, below a heading or another such one."""
        last = self.found[-1] if self.found else None
        return self.headed and (last is None or last.section or last.listed) and bool(LISTED.match(text))

    def _is_agenda(self, text: str) -> bool:
        """A line that heads an agenda: "REGULAR MEETING AGENDA"."""
        short = len(text) <= LONGEST_HEADING and not text.rstrip().endswith((".", ";"))
        head = text[:LONGEST_HEADING]
        found = AGENDA.search(head) if short else CAPITAL_AGENDA.search(head)
        return (
            bool(found)
            and (bool(ADDENDUM.search(head)) or not NO_HEAD.search(head))
            and not (SECTION.match(text) and self.closed is None)
        )

    def _is_section(self, place: int, text: str) -> bool:
        words = CAPITALS.match(text, 0, LONGEST_TITLE)
        head = words[1] if words else text
        if len(head) > LONGEST_HEADING or not SECTION.match(head) or RECOMMENDED.match(head) or file_of(head):
            return False
        capitals = head.isupper()
        titled = len(head) <= 60 and (head.endswith(":") or all(w[:1].isupper() or len(w) < 4 for w in head.split()))
        return capitals or (titled and not words and self._followed_by_a_number(place))

    def _begins_a_count(self, place: int, number: Number) -> bool:
        """Say whether the next two numbers of its kind stand below, as those of a list do and those of a street do not."""
        way, at = number.parts[0][0]
        following = [number_at(passage.text) for passage in self.passages[place + 1 : place + 1 + NEXT_WITHIN]]
        below = {other.parts[0][0] for other in following if other and other.weak}
        return {(way, at + 1), (way, at + 2)} <= below

    def _followed_by_a_number(self, place: int) -> bool:
        found = number_at(self.passages[place + 1].text) if place + 1 < len(self.passages) else None
        return found is not None and not found.weak

    # ------------------------------------------------------------------------------------------------ what it is

    def _item(self, place: int, number: Number, rest: str) -> None:
        depth = self.counter.take(number)
        if depth is None and ADJOURNS.match(rest) and self.found:
            depth = 0  # the last item, though its number be miscounted
        if depth is None:
            self._below(place, self.passages[place].text)
            return
        self.opened = self.opened or bool(OPENS.match(rest))
        self._put(Row("", number.shown, depth + 1, lines=[place]), rest)

    def _listed(self, place: int, text: str) -> None:
        last = self.found[-1]
        counted = PLACE_IN_LIST.match(text)
        if last.listed and last.title.endswith(":") and not counted:
            self._below(place, text)
            return
        number, rest = (counted[0].strip(" *,:"), text[counted.end() :]) if counted else ("", text)
        self._put(Row("", number, 1, listed=True, lines=[place]), rest)

    def _put(self, row: Row, words: str) -> None:
        self.waiting, self.closed, self.loose = "", None, False
        self.found.append(row)
        self.items += 1
        self._title(row, words)

    def _title(self, row: Row, words: str) -> None:
        if mark := ADDED.match(words):
            row.text.append(mark[0].strip(" *:–—-()[]"))
            words = words[mark.end() :].strip()
        words, *more = self._seams(words)
        head = CAPITALS.match(words, 0, LONGEST_TITLE)
        if head and sum(letter.isalpha() for letter in head[1]) >= 8 and not file_of(words):
            row.title, said = head[1].strip(" :–—-."), words[head.end() :]
            row.text.extend([said] if said else [])
        elif len(words) > LONGEST_TITLE:
            row.title, *beyond = SENTENCE.split(words, maxsplit=1)
            row.text.extend(beyond)
        else:
            row.title = words.rstrip(" ~|").rstrip()
        if ADJOURNS.match(row.title):
            row.title, *beyond = SIGNED.split(row.title, maxsplit=1)
            row.text.extend(beyond)
            self.closed = 0
        for piece in more:
            number = number_at(piece)
            assert number is not None  # noqa: S101 - a seam stands before a number
            self._item(row.lines[0], number, piece[number.end :].strip())

    def _seams(self, words: str) -> Iterator[str]:
        """Yield a line cut where the next number of the count stands inside it: a list that lost its line breaks."""
        start = 0
        counter = Counter(list(self.counter.levels), fresh=False)
        for seam in seams(words):
            number = number_at(words[seam.end() :])
            if number and counter.due(number) and counter.take(number) is not None:
                yield words[start : seam.start()].strip()
                start = seam.end()
        yield words[start:].strip()

    def _head(self, place: int, text: str, *, anew: bool = False) -> None:
        if anew:
            if not self.headed and not any(STANDING.search(row.title.lower()) for row in self.found):
                self.found, self.items = [], 0  # numbered advice on how to attend, and the like
                self.counter = Counter()
            self.headed = True
            self.addendum = self.addendum or bool(ADDENDUM.search(text))
            self.closed = None
        self.waiting, self.loose = "", False
        words = CAPITALS.match(text, 0, LONGEST_TITLE)
        title = "" if anew else (words[1] if words else text).strip(" :–—-*")
        self.found.append(Row(title, section=True, lines=[place]))
        if ADJOURNS.match(text):
            self.closed = 0
        else:
            self.counter.begin()

    def _below(self, place: int, text: str) -> None:
        """A line below an item: its title where it has none yet, a recommendation, an attachment, or its text."""
        row = self.found[-1] if self.found else None
        if row is None or row.section:
            if ADJOURNS.match(text) and row is not None:
                self._head(place, text)
            return
        if not row.title:
            row.lines.append(place)
            self._title(row, text)
            return
        if row.listed and row.title.endswith(":") and not row.text:  # "Resolution No. 14, by Mr. Brick:"
            row.lines.append(place)
            row.title += f" {text}"
            return
        if text.isupper() and ADJOURNS.match(text):
            self._head(place, text)
            return
        labelled = RECOMMENDED.match(text) or ATTACHED.match(text)
        if not labelled and (NOTICE.match(text) or (shouted(text) and not text.endswith("."))):
            self.loose = True
        if self.loose or len(row.text) >= MOST_TEXT:
            return
        row.lines.append(place)
        if named := ATTACHED.match(text):
            self.waiting = "attached"
            row.attached.extend(filter(None, [(named["rest"] or named["one"] or "").strip()]))
        elif said := RECOMMENDED.match(text):
            rest = text if said[0].lower() == "recommend that" else text[said.end() :].strip()
            self.waiting = "" if rest else "recommended"
            row.action.extend(filter(None, [rest]))
        elif self.waiting == "recommended":
            row.action.append(text)
            self.waiting = ""
        elif self.waiting == "attached" and len(text) <= LONGEST_HEADING:
            row.attached.append(re.sub(r"\A\W*(?:\(?[\dA-Za-z]{1,2}[.)])?\s*", "", text) or text)
        else:
            self.waiting = ""
            row.text.append(text)
