"""InSite's page furniture: Telerik grids with their headers, row counts, links and labelled fields.

Columns differ from council to council and are found by their header's text, never by position; a page may hold several
grids, which are told apart by id.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from bs4 import BeautifulSoup
from bs4.element import Tag

from watcher.platforms import EmptyReading, LayoutChanged, Response, marks, pages

seen = pages.seen
HOLDER = "ctl00_ContentPlaceHolder1_"
_COUNT = re.compile(r"^\s*([\d,]+) records?\s*$", re.IGNORECASE)
_POPUP = re.compile(r"""['"]([^'"]+\.a[sp][hp]x[^'"]*)['"]""", re.IGNORECASE)
_NOT_THERE = re.compile(
    r"invalid parameters|runtime error|server error in|(?:meeting|record|file|page|item) (?:was|is|has been) (?:removed|deleted"
    r"|not (?:published|available|found|viewable))|no longer (?:exists|available)|an error has occurred|not viewable by the public",
    re.IGNORECASE,
)


def page_of(response: Response) -> BeautifulSoup:
    """The parsed page.

    Raises Unreadable for an answer that stops half way, LayoutChanged (naming the vendor's words) for an error page that
    came with status 200.
    """
    page = pages.page_of(response)
    if response.url.split("?", 1)[0].lower().endswith("error.aspx"):
        raise LayoutChanged("InSite answered with its error page", url=response.url)
    if not page.find("table", class_="rgMasterTable") and not page.find(id=re.compile(f"^{HOLDER}(lbl|hyp)")):
        words = seen(page.body or page)
        if found := _NOT_THERE.search(words[:2000]):
            raise LayoutChanged(f"InSite answered with an error page ({found.group(0)!r})", url=response.url)
    return page


def written(tag: Tag | None) -> str:
    """Visible text with its paragraphs kept, blank ones dropped."""
    if tag is None:
        return ""
    for newline in tag.find_all("br"):
        newline.replace_with("\n")
    for block in tag.find_all(("p", "div", "li", "tr", "h1", "h2", "h3", "h4", "h5", "h6")):
        block.append("\n")
    lines = (" ".join(line.split()) for line in tag.get_text().split("\n"))
    return "\n".join(line for line in lines if line)


def place(cell: Tag | None) -> str:
    """Where a meeting is held. A clerk's "REVISED AGENDA" under it is no part of the place and not read as a move."""
    if cell is None:
        return ""
    asides = {id(aside) for aside in cell.find_all("em") if marks.revised_mark(seen(aside))}
    words = (text for text in cell.find_all(string=True) if not asides & {id(parent) for parent in text.parents})
    return " ".join(" ".join(words).split())


def address(link: Tag | None, base: str) -> str | None:
    """Where a link leads, also where InSite opens it by script; None for "Not available" and in-page links."""
    if link is None:
        return None
    href = str(link.get("href") or "").strip()
    if href and not href.startswith(("#", "javascript:", "mailto:")):
        return pages.joined(base, href)
    popup = _POPUP.search(str(link.get("onclick") or ""))
    return pages.joined(base, popup.group(1)) if popup else None


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a grid: its cells by header text in lower case."""

    cells: Mapping[str, Tag]
    base: str

    def cell(self, *names: str) -> Tag | None:
        """The first cell whose header is one of `names` (exactly), else None."""
        return next((self.cells[name] for name in names if name in self.cells), None)

    def text(self, *names: str) -> str:
        """Its text in one line; "" where the column is absent or says that nothing is available."""
        words = seen(self.cell(*names))
        return "" if words.lower() == "not available" else words

    def link(self, *names: str) -> str | None:
        """The address its first working link leads to."""
        return next((url for _, url in self.links(*names)), None)

    def links(self, *names: str) -> Iterator[tuple[str, str]]:
        """(label, address) of each working link of one cell, or of the whole row."""
        cell = self.cell(*names) if names else None
        for tag in [cell] if cell else ([] if names else self.cells.values()):
            for link in tag.find_all("a"):
                if url := address(link, self.base):
                    yield seen(link), url


@dataclass(frozen=True, slots=True)
class Grid:
    """A grid read off a page. `proof` holds the vendor's own words for an empty one."""

    headers: tuple[str, ...]
    rows: tuple[Row, ...]
    proof: str | None


def grid(page: BeautifulSoup, name: str, base: str) -> Grid | None:
    """The grid `name` (gridCalendar, gridMain …), or None where the page has none.

    Raises LayoutChanged when fewer rows stand there than the page itself counts, EmptyReading when there are no rows
    and no word of the vendor's that there are none.
    """
    table = page.find("table", id=f"{HOLDER}{name}_ctl00") or unnamed(page, name)
    if not isinstance(table, Tag):
        return None
    headers = tuple(heading(th) for th in own(table, "th") if "rgHeader" in (th.get("class") or ()))
    rows = tuple(
        Row(by_header(headers, tr.find_all("td", recursive=False)), base)
        for tr in own(table, "tr")
        if {"rgRow", "rgAltRow"} & set(tr.get("class") or ())
    )
    count = told_rows(table)
    paged = table.find(class_="rgCurrentPage") is not None
    if rows and count is not None and not paged and len(rows) < count:
        raise LayoutChanged(f"the page counts {count} records and shows {len(rows)}", url=base)
    return Grid(headers, rows, None if rows else proof_of_emptiness(table, count, base))


def unnamed(page: BeautifulSoup, name: str) -> Tag | None:
    """A grid whose table lost its id on the way (pages saved in part) and whose rows and links still bear it."""
    its_own = re.compile(f"^{HOLDER}{name}_ctl00_")
    tables = page.find_all("table", class_="rgMasterTable", id=False)
    return next((table for table in tables if table.find(id=its_own)), None)


def by_header(headers: Sequence[str], cells: Iterable[Tag]) -> dict[str, Tag]:
    """A row's cells by header. A cell that spans several columns (a section's heading) is the title among them."""
    found: dict[str, Tag] = {}
    column = 0
    for cell in cells:
        span = int(str(cell.get("colspan") or 1)) if str(cell.get("colspan") or 1).isdigit() else 1
        under = headers[column : column + span]
        if name := ("title" if span > 1 and "title" in under else next(iter(under), None)):
            found.setdefault(name, cell)
        column += span
    return found


def proof_of_emptiness(table: Tag, count: int | None, base: str) -> str:
    """The vendor's own words that a grid without rows has none. EmptyReading where there are no such words."""
    words = seen(table.select_one(".rgNoRecords"))
    if count:
        raise EmptyReading(f"the page counts {count} records and shows none", url=base)
    if words:
        return words
    if count == 0:
        return "0 records"
    raise EmptyReading("the grid has no rows and no word that there are none", url=base)


def own(table: Tag, name: str) -> Iterator[Tag]:
    """The `name` elements of a grid itself, not of the pagers and menus nested in it."""
    for tag in table.find_all(name):
        if tag.find_parent("table") is table:
            yield tag


def heading(th: Tag) -> str:
    """A column's name in lower case; the picture's own text where there is no other."""
    if words := seen(th):
        return words.lower()
    image = th.select_one("img")
    return str(image.get("alt") or image.get("title") or "").lower() if image else ""


def told_rows(table: Tag) -> int | None:
    """The number in the menu above a grid ("8 records"), or None: a page with two grids has two such menus."""
    for tag in table.find_all_previous(class_="rmText"):
        if found := _COUNT.match(tag.get_text()):
            return int(found.group(1).replace(",", ""))
    return None


def field(page: BeautifulSoup, *names: str) -> Tag | None:
    """The value of a detail page's field (lblFile2, hypName …): the first that exists and is not the label beside it."""
    for name in names:
        tag = page.find(id=HOLDER + name)
        if (
            isinstance(tag, Tag)
            and not (label := seen(tag)).endswith(":")
            and (label or tag.name in ("a", "table", "div"))
        ):
            return tag
    return None


def form_fields(page: BeautifulSoup) -> dict[str, str]:
    """What a browser would send back with the page's form: view state, validation and the filters as they stand."""
    fields: dict[str, str] = {}
    for tag in page.select("form input[name]"):
        kind = str(tag.get("type") or "text").lower()
        if kind in ("hidden", "text"):
            fields[str(tag["name"])] = str(tag.get("value") or "")
    return fields
