"""Meetings from a page that has no meetings, only dated papers: rows of agendas, minutes and notices.

    page ─ rows ─▶ a date for every paper ─▶ papers of one sitting ─▶ Meeting*

A date is looked for where clerks put it: in the link's own words, in its line or row, in a heading above it, in the
file name. Papers of one day, body and sort of sitting (special, closed …) are one meeting's; its id is made of these.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, time

from bs4.element import Tag

from watcher.extractors import extract
from watcher.model import Document, Link, Meeting, Passage, Reading, Request, Response, Site
from watcher.reading import filenames, following, marks, pages
from watcher.reading.papers import file_name, host, is_paper, is_screen, paper_id
from watcher.reading.rows import Anchor, Row, rows_of

SITTING = re.compile(
    r"\b(?:meetings?|council|commission|committee|board|hearing|session|workshop|trustees|aldermen|selectmen|retreat"
    r"|reuni[oó]n|concejo|junta)\b",
    re.IGNORECASE,
)
BODY = re.compile(
    r"\b(?:council|commission|committee|board|authority|trustees|aldermen|selectmen|supervisors|panel|agency|court)\b",
    re.IGNORECASE,
)
PAPERS_OF = re.compile(
    r"[\s,:|&/–—-]*\b(?:meetings?|agendas?|minutes|packets?|and|archives?|calendar|schedule|(?:19|20)\d\d)\b[\s,:|&/–—-]*\Z",
    re.IGNORECASE,
)
SORT = re.compile(
    r"\b(special|closed|emergency|workshop|work session|study session|budget|joint|retreat|town hall|annual"
    r"|organizational|public hearing)\b",
    re.IGNORECASE,
)
WHO = re.compile(
    r"\b(planning|zoning|council|parks|recreation|library|school|police|utility|utilities|housing|finance|works|successor"
    r"|appeals|ethics|historic|arts|airport|selectmen|supervisors|trustees|aldermen)\b",
    re.IGNORECASE,
)
PLAIN = re.compile(
    r"\b(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?|(?:mon|tues|wednes|thurs|fri|satur|sun)day|st|nd|rd|th|am|pm|cx|file|document|open|icon"
    r"|agendas?|minutes|packets?|notices?|view|read|see|click|here|more|info|details?|download|pdf|word|docx?|video|audio"
    r"|recording|amended|revised|corrected|updated|approved|draft|final|part|enm\w+|english|spanish|espa[nñ]ol|ingl[eé]s|the|and|link)\b",
    re.IGNORECASE,
)
BETWEEN = re.compile(r"(?:\s*[|/•·–—-]\s*)+(?=\Z|[|/•·–—])")
EDGES = re.compile(r"\A[\s|/•·–—:-]+|[\s|/•·–—:-]+\Z")
NAMING = frozenset(
    {"meeting", "title", "event", "name", "meeting type", "type", "description", "topic", "meeting name"}
)
OF_BODY = frozenset({"body", "board", "committee", "department", "group", "board/commission", "boards"})
PLACE = frozenset({"location", "place", "where", "venue", "meeting location"})
NO_MEETING = re.compile(r"\A\W*no (?:[\w'’]+ ){0,4}meeting\b", re.IGNORECASE)
NONE_LISTED = re.compile(
    r"\b(?:there (?:are|were|is) )?(?:currently )?no (?:[\w-]+ ){0,3}?(?:meetings?|agendas?|events?|results?|documents?|items"
    r"|records?|files|entries|minutes)\b(?: (?:were|was|are|is|have been|has been))?(?: currently| yet)?"
    r" (?:found|scheduled|available|posted|published|listed|to (?:display|show|list)|match\w*|at this time|for this|yet)\b[^.]{0,60}\.?"
    r"|\bno (?:upcoming |scheduled |current |future )(?:meetings|events|agendas)\b\.?|\bnothing (?:was )?found\b\.?|\bno results\b\.?",
    re.IGNORECASE,
)
AMENDED = re.compile(r"\b(?:revised|amended|updated|corrected)\b", re.IGNORECASE)
MENUS = "nav, header, footer, aside, [role=navigation], [class*=menu], [id*=menu], [class*=sidebar], [class*=widget], [class*=footer]"
MOST_OTHERS = 100  # what is not a meeting's is asked for last, and within reason
FOR_MEETINGS = frozenset({"agenda", "packet", "minutes", "notice"})


@dataclass(slots=True)
class Sitting:
    """What was found of one meeting so far."""

    day: date
    sort: str
    who: str
    over: str  # the body as a heading or column names it
    clock: time | None = None
    stamp: str = ""
    title: str = ""
    place: str = ""
    url: str | None = None
    texts: list[str] = field(default_factory=list)
    papers: dict[str, Link] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """The day, the body, the words that tell it from others of the day, and the sort of sitting."""
        parts = (self.day.isoformat(), slug(self.over), self.who, slug(self.sort))
        return ":".join(part for part in parts if part)


@dataclass(frozen=True, slots=True)
class Shelf:
    """The meetings of a page, its papers without a date, and which row's words tell of which meeting.

    `others` are papers of no meeting: a policy, a resolution, a plan; those of the site's menus last.
    """

    meetings: tuple[Meeting, ...]
    loose: tuple[Link, ...]
    told: dict[str, str]
    others: tuple[Link, ...] = ()


def shelf_of(root: Tag, site: Site, response: Response, *, pages_too: bool = False) -> Shelf:
    """What a page (or a part of it) has to say of meetings.

    With `pages_too` a dated row that leads to a page of the same site is a meeting of its own: rows of a system that
    writes its calendar itself. Nothing is guessed: a paper without a date stays loose.
    """
    about = pages.seen(root.select_one("title"))
    shelf = shelf_of_rows(rows_of(root, response.url), site, response, pages_too=pages_too, about=about)
    menus = (
        {url for part in root.select(MENUS) for _, url in pages.links(part, response.url)} if shelf.others else set()
    )
    return replace(shelf, others=tuple(sorted(shelf.others, key=lambda link: link.url in menus))[:MOST_OTHERS])


def shelf_of_rows(
    rows: Iterable[Row], site: Site, response: Response, *, pages_too: bool = False, about: str = ""
) -> Shelf:
    """The same for rows from elsewhere; `about` is what the whole list calls itself."""
    reader = _Reader(site, response, pages_too=pages_too, about=about)
    for row in rows:
        reader.take(row)
    return reader.shelf()


def papers_in(root: Tag, response: Response) -> tuple[Link, ...]:
    """The papers of one meeting's own page, each of the kind that its words, the heading above it or its name say."""
    found: dict[str, Link] = {}
    for row in rows_of(root, response.url):
        for anchor in row.anchors:
            if not (is_paper(anchor.url) or is_screen(anchor.url)):
                continue
            kind = marks.document_kind(anchor.label, anchor.header, *reversed(row.headings[-1:]), file_name(anchor.url))
            if kind == "other":
                kind = "video" if is_screen(anchor.url) else "attachment"
            link = link_of(anchor, kind, response, ())
            found.setdefault(link.id, link)
    return tuple(found.values())


def link_of(anchor: Anchor, kind: str, response: Response, around: Sequence[str]) -> Link:
    """A paper by its lasting name; amended where its own words, those `around` it or its file's name say so."""
    title = anchor.label or anchor.header or file_name(anchor.url)
    revised = marks.revised_mark(anchor.label, *around, _spaced(file_name(anchor.url)))
    if kind == "attachment" and not (revised and AMENDED.search(anchor.label)):
        revised = None  # supplements come with every agenda
    return Link(paper_id(anchor.url, response.url), anchor.url, title, kind, revised)


class _Reader:
    def __init__(self, site: Site, response: Response, *, pages_too: bool, about: str) -> None:
        self.site, self.response, self.pages_too = site, response, pages_too
        self.found: dict[str, Sitting] = {}
        self.loose: dict[str, Link] = {}
        self.rows: list[tuple[str, str]] = []
        self.above: Row | None = None  # a dated line without links: what follows it belongs to it
        self.column = False  # two of them in a row are a column of dates, and head nothing
        self.last: Sitting | None = None  # whose row was read last, and that row's words
        self.last_said = ""
        self.handouts: list[tuple[date, Link]] = []
        self.others: dict[str, Link] = {}
        self.seen: set[str] = set()
        self.icons: set[str] = set()  # papers that only a picture led to so far
        self.about = about

    def take(self, row: Row) -> None:
        useful = [anchor for anchor in row.anchors if self._useful(anchor, row) and not self._remnant(anchor)]
        if not useful:
            self._head(row)
            return
        if self.last and self._goes_on(row) and self._adds(row, useful, self.last):
            led: Sitting | None = self.last
        else:
            led = self._led(row, useful)
            if not row.listed:
                self.last_said = row.text
        self.last = led
        for anchor in useful:
            self._paper(anchor, row, led)

    def _adds(self, row: Row, anchors: Sequence[Anchor], last: Sitting) -> bool:
        """Whether a row that goes on from the one above only adds papers to its meeting: it names no other of its own."""
        days = {marks.read_date(row.text), *(self._own_day(anchor) for anchor in anchors)} - {None}
        if not days:
            return True
        another = any(
            marks.document_kind(anchor.label) in FOR_MEETINGS or _of_another_sort(anchor.label, last)
            for anchor in anchors
        )
        return days == {last.day} and not another

    def _goes_on(self, row: Row) -> bool:
        return row.broken or (row.listed and bool(row.headings) and row.headings[-1] == self.last_said)

    def _head(self, row: Row) -> None:
        dated = marks.read_date(row.text) is not None and len(row.text) < 200
        if dated and row.headings and row.text == row.headings[-1]:
            dated = False  # a heading stands in the trail of its rows already
        if dated:
            self.column = self.above is not None and not row.anchors
            self.above = row
        elif row.text and row.headings != (self.above.headings if self.above else ()):
            self.above, self.column = None, False

    def _remnant(self, anchor: Anchor) -> bool:
        """Whether a link is what an editor left of the one before it: the same address under a sign without a letter."""
        again = anchor.url in self.seen
        self.seen.add(anchor.url)
        return again and bool(anchor.label) and not re.search(r"\w", anchor.label)

    def _useful(self, anchor: Anchor, row: Row) -> bool:
        if is_paper(anchor.url) or is_screen(anchor.url):
            return True
        if not (marks.read_date(row.text) or row.stamp):
            return False
        if marks.document_kind(anchor.label, anchor.header) in FOR_MEETINGS and len(anchor.label) < 80:
            return True
        return self.pages_too and host(anchor.url) == host(self.response.url)

    def _led(self, row: Row, anchors: Sequence[Anchor]) -> Sitting | None:
        """The meeting of the whole row, where the row itself has a date and its links do not differ in theirs."""
        own = {day for anchor in anchors if (day := marks.read_date(anchor.label))}
        day = self._row_day(row)
        if len(own) > 1 or day is None or (own and day not in own):
            return None
        papers = [anchor for anchor in anchors if is_paper(anchor.url)]
        if not papers and not self.pages_too and not self._speaks(row, anchors):
            return None
        if not self._speaks(row, anchors):
            return None
        named = " ".join(file_name(anchor.url) for anchor in papers)
        return self._sitting(day, row, f"{row.text} {' '.join(a.label for a in anchors)}", named)

    def _row_day(self, row: Row) -> date | None:
        if day := marks.read_date(row.text):
            return day
        if row.stamp and (at := marks.instant(row.stamp, self.site.jurisdiction.time_zone)):
            return at.date()
        named = {self._day(anchor, row) for anchor in row.anchors if is_paper(anchor.url)}
        return named.pop() if len(named) == 1 else None

    def _speaks(self, row: Row, anchors: Iterable[Anchor]) -> bool:
        """Whether a row is about a sitting: by its own words, its papers' kinds, or a heading such as "2026 Agendas"."""
        if SITTING.search(row.text) or any(self._kind(anchor, row) in FOR_MEETINGS for anchor in anchors):
            return True
        return bool(row.cells) and self.pages_too

    def _kind(self, anchor: Anchor, row: Row) -> str:
        if (kind := marks.document_kind(anchor.label)) != "other":
            return kind
        if is_screen(anchor.url):
            return "video"
        words = anchor.label
        if words and not (_plain(words) or SITTING.search(words) or self._own_day(anchor)):
            return "attachment" if is_paper(anchor.url) else "other"
        if (kind := marks.document_kind(anchor.header, file_name(anchor.url))) != "other":
            return kind
        if marks.CANCELLED.search(anchor.line):
            return "notice"
        # A bare date under "2026 Agendas" is an agenda; a named paper there need not be.
        if _plain(SITTING.sub(" ", SORT.sub(" ", words))) or _named_by_day(words):
            return next((kind for text in (*reversed(row.headings), self.about) if (kind := _shelved(text))), "other")
        return "attachment" if is_paper(anchor.url) else "other"

    def _own_day(self, anchor: Anchor) -> date | None:
        return marks.read_date(anchor.label) or filenames.month_day(anchor.label, 2000)

    def _paper(self, anchor: Anchor, row: Row, led: Sitting | None) -> None:
        kind = self._kind(anchor, row)
        sitting = led
        if sitting is None and (is_paper(anchor.url) or kind in FOR_MEETINGS):
            day = self._day(anchor, row)
            words = f"{anchor.label} {anchor.line}" if len(row.anchors) == 1 or not row.cells else anchor.label
            if day and (kind in FOR_MEETINGS or SITTING.search(f"{words} {_spaced(file_name(anchor.url))}")):
                sitting = self._sitting(
                    day, replace(row, text=anchor.line, cells=row.cells), words, file_name(anchor.url)
                )
        if sitting is None:
            if is_paper(anchor.url) and kind not in FOR_MEETINGS:
                link = link_of(anchor, "attachment", self.response, ())
                self.others.setdefault(link.id, link)
                if day := self._day(anchor, row):
                    self.handouts.append((day, link))
            if kind in FOR_MEETINGS and is_paper(anchor.url):
                link = link_of(anchor, kind, self.response, ())
                self.loose.setdefault(link.id, link)
            return
        self.rows.append((folded(row.text), sitting.id))
        sitting.texts += [row.text if led else anchor.line, anchor.label, file_name(anchor.url)]
        if not is_paper(anchor.url) and not is_screen(anchor.url) and kind not in FOR_MEETINGS:
            sitting.url = sitting.url or anchor.url
            return
        link = link_of(anchor, kind, self.response, (row.text,) if len(row.anchors) == 1 else ())
        known = sitting.papers.setdefault(link.id, link)
        if known is link and not anchor.shown:
            self.icons.add(link.id)
        elif anchor.shown and link.id in self.icons:
            self.icons.discard(link.id)
            sitting.papers[link.id] = replace(known, title=link.title, revised=known.revised or link.revised)

    def _day(self, anchor: Anchor, row: Row) -> date | None:
        """The day that a paper is for, from the nearest word to the farthest."""
        year = next((found for text in reversed(row.headings) if (found := filenames.year_of(text))), None)
        for text in (anchor.label, anchor.line):
            if day := marks.read_date(text) or filenames.month_day(text, year):
                return day
        for text in reversed(row.headings):
            if day := marks.read_date(text):
                return day
        if day := filenames.date_in_name(anchor.url):
            return day
        if self.above is not None and not self.column and self._under(row, self.above):
            return marks.read_date(self.above.text)
        return None

    def _under(self, row: Row, above: Row) -> bool:
        """Whether a row stands in the section of a line above it, and not in the next one."""
        return row.headings[: len(above.headings)] == above.headings

    def _sitting(self, day: date, row: Row, words: str, file_names: str) -> Sitting:
        sort = next((found[1].lower() for text in (words, file_names) if (found := SORT.search(_spaced(text)))), "")
        told = {header.lower(): text for header, text in row.cells}
        over = next((told[name] for name in OF_BODY if told.get(name)), "") or body_in(row.headings)
        who = next((found[1].lower() for text in (words, file_names) if (found := WHO.search(_spaced(text)))), "")
        who = "" if over else who
        made = Sitting(day, sort, who, over)
        sitting = self.found.setdefault(made.id, made)
        sitting.clock = sitting.clock or marks.read_time(re.sub(r"\d{4}", " ", row.text))
        sitting.stamp = sitting.stamp or row.stamp
        sitting.place = sitting.place or next((told[name] for name in PLACE if told.get(name)), "")
        sitting.title = sitting.title or next((told[name] for name in NAMING if told.get(name)), "")
        sitting.title = sitting.title or title_of(row, named=bool(self.site.body or over))
        return sitting

    def shelf(self) -> Shelf:
        self._join_orphans()
        for day, link in self.handouts:
            of_day = [sitting for sitting in self.found.values() if sitting.day == day]
            if len(of_day) == 1:
                of_day[0].papers.setdefault(link.id, link)
        names = self._names()
        kept = [sitting for sitting in self.found.values() if sitting.papers or sitting.url]
        meetings = tuple(self._meeting(sitting, names[sitting.id]) for sitting in kept)
        dated = {link.id for meeting in meetings for link in meeting.documents}
        loose = tuple(link for link in self.loose.values() if link.id not in dated)
        told = dated | {link.id for link in loose}
        others = tuple(link for link in self.others.values() if link.id not in told)
        return Shelf(meetings, loose, {text: names[id] for text, id in self.rows if id in names}, others)

    def _names(self) -> dict[str, str]:
        """A lasting id for each sitting: one that is alone of its day needs no words that a clerk may yet change."""
        alike: dict[str, list[str]] = {}
        for sitting in self.found.values():
            alike.setdefault(replace(sitting, who="").id, []).append(sitting.id)
        return {id: short if len(ids) == 1 else id for short, ids in alike.items() for id in ids}

    def _join_orphans(self) -> None:
        """Minutes and recordings that name only the day belong to the one meeting of that day."""
        for id, orphan in list(self.found.items()):
            if any(link.kind in ("agenda", "packet", "notice") for link in orphan.papers.values()):
                continue
            mates = [
                other
                for other in self.found.values()
                if other is not orphan
                and other.day == orphan.day
                and orphan.over in ("", other.over)
                and orphan.sort in ("", other.sort)
                and orphan.who in ("", other.who)
                and other.papers
            ]
            if len(mates) == 1 and not orphan.url:
                for name, link in orphan.papers.items():
                    mates[0].papers.setdefault(name, link)
                mates[0].texts += orphan.texts
                self.rows = [(text, mates[0].id if told == id else told) for text, told in self.rows]
                del self.found[id]

    def _meeting(self, sitting: Sitting, name: str) -> Meeting:
        zone, clock = self.site.jurisdiction.time_zone, sitting.clock
        if clock is None and "T" in sitting.stamp and (at := marks.instant(sitting.stamp, zone)):
            clock = at.time()
        start = marks.start_of(sitting.day, clock, zone)
        said = [_spaced(text) for text in (*sitting.texts, sitting.title, sitting.place) if text]
        if any(NO_MEETING.match(text) for text in said):
            said.append("cancelled")
        return Meeting(
            id=name,
            body=self.site.body or sitting.over,
            title=sitting.title,
            start=start,
            status=marks.status_of(start, self.response.fetched_at, *said),
            location=sitting.place,
            url=sitting.url,
            documents=tuple(sitting.papers.values()),
        )


def listing(
    shelf: Shelf, site: Site, response: Response, root: Tag | None = None, *, proof: str | None = None
) -> Reading:
    """A page's reading: its meetings, its whole text, and what to ask next.

    A passage that says no more than a meeting's row carries that meeting's id as its key, so that it is told once. An
    empty shelf is proven by `proof`, else by the words of `root`, the page's own part; a page that is itself an agenda
    is read as one. Raises EmptyReading where nothing proves it.
    """
    if not shelf.meetings and not shelf.loose:
        proof = proof or (words_of_none(root) if root else None)
        if not proof:
            return pages.own_agenda(response)
    near = following.by_nearness(shelf.meetings, response.fetched_at)
    follow = [*following.from_listing(shelf.meetings, site, response.fetched_at), *loose_requests(shelf.loose, site)]
    if "attachments" in site.follow:
        follow += [request for meeting in near for request in following.hung_on(meeting)]
        others = (following.attachment(link, None, None, (link.title,)) for link in shelf.others)
        follow += [replace(request, optional=True) for request in others]
    return Reading(
        document=text_of(shelf, response),
        meetings=shelf.meetings,
        follow=following.bounded(follow),
        proof=proof,
    )


def passages_of(markup: str, response: Response, heading: tuple[str, ...]) -> tuple[Passage, ...]:
    """A field's mark-up as passages under the title that it belongs to."""
    if not markup.strip():
        return ()
    document = extract(markup.encode(), "text/html", response.url, charset="utf-8")
    return tuple(replace(passage, heading=(*heading, *passage.heading), key="") for passage in document.passages)


def words_of_none(root: Tag) -> str | None:
    """The page's own words that there is nothing to list ("No upcoming meetings are scheduled."), or None."""
    for found in NONE_LISTED.finditer(pages.seen(root)):
        return " ".join(found.group(0).split())
    return None


def text_of(shelf: Shelf, response: Response, kind: str = "listing") -> Document:
    """The page's passages, those that tell of a meeting under its id."""
    document = extract(response.body, response.media_type, response.url, charset=response.charset, kind=kind)
    return replace(document, passages=tuple(_keyed(passage, shelf.told) for passage in document.passages))


def loose_requests(links: Iterable[Link], site: Site) -> Iterator[Request]:
    """Requests for agendas, packets and minutes that no date is known of ("Current agenda")."""
    for link in links:
        if following.WORD_OF.get(link.kind) in site.follow:
            yield Request(
                link.url, kind=link.kind, why=f"{link.kind} without a date", title=link.title, stable_key=link.id
            )


def body_in(headings: Sequence[str]) -> str:
    """The body that the nearest heading names ("Planning Commission Agendas 2026": Planning Commission), or ""."""
    for heading in reversed(headings):
        if len(heading) <= 90 and BODY.search(heading) and not marks.read_date(heading):
            name = re.sub(r"\A(?:19|20)\d\d\s+", "", heading)
            while (cut := PAPERS_OF.sub("", name)) != name:
                name = cut
            if BODY.search(name):
                return name.strip()
    return ""


def title_of(row: Row, *, named: bool) -> str:
    """A row's own words without those of its links. Where it has none, a link's that say more than "Agenda (PDF)".

    A meeting of a body with a name (`named`) needs no other title.
    """
    text = row.text
    for anchor in row.anchors:
        if anchor.label and (_plain(anchor.label) or not SITTING.search(anchor.label)):
            dated = marks.read_date(anchor.label) is not None
            text = text if dated else text.replace(anchor.label, " ", 1)
    text = EDGES.sub("", BETWEEN.sub("", " ".join(text.split()))).strip()
    telling = (anchor.label for anchor in row.anchors if anchor.label and not _plain(anchor.label))
    return (
        text or next(telling, "") or ("" if named else next((a.label for a in row.anchors if a.label and a.shown), ""))
    )


def _shelved(heading: str) -> str:
    """What bare dates under a heading are: agendas where it says so first of all ("Agendas & Minutes")."""
    kind = marks.document_kind(heading)
    return "agenda" if kind == "minutes" and "agenda" in heading.lower() else kind if kind in FOR_MEETINGS else ""


def _of_another_sort(label: str, sitting: Sitting) -> bool:
    """Whether a paper's words name a sitting of their own: "Special Meeting" below the regular one of that day."""
    sort = SORT.search(label)
    return sort is not None and SITTING.search(label) is not None and sort[1].lower() != sitting.sort


def _named_by_day(label: str) -> bool:
    """Whether a paper is named by its day and at most a word or two that the clerk uses for it ("May 5, 2026 CCAP")."""
    words = label.split()
    return len(words) <= 5 and marks.read_date(" ".join(words[:3])) is not None


def _plain(label: str) -> bool:
    """Whether a link only says what sort of paper it is."""
    return not re.sub(r"[\W\d_]+", "", PLAIN.sub(" ", label))


def _keyed(passage: Passage, told: dict[str, str]) -> Passage:
    ids = [told.get(folded(line)) for line in passage.text.split("\n")]
    if all(ids) and ids[0]:
        return replace(passage, key=ids[0])
    whole = told.get(folded(passage.text))
    return replace(passage, key=whole) if whole else passage


def folded(text: str) -> str:
    """A row's letters and digits: what a passage and a row have alike, however their cells are joined."""
    return re.sub(r"\W+", "", text).casefold()


def _spaced(text: str) -> str:
    return re.sub(r"[-_+.]", " ", text)


def slug(text: str) -> str:
    """Words as a part of an id."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
