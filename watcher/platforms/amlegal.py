"""American Legal (codelibrary.amlegal.com): versions, contents and sections over its API, and the table of ordinances.

    /api/client-version/{slug}/latest/                             the newest version and its codes (asked first)
    /api/render-section/{slug}/latest/{code}/{doc_id}/0/           a watched section or chapter
    /api/section-toc/{id}/, /api/code-toc/{uuid}/                  contents
    "Comprehensive Ordinance List"                                 every ordinance with file number and effective date
    a code downloaded as text                                      titles, chapters and sections at the left edge

The site's address is the page that people read, /codes/{slug}/latest/{code}/{doc_id}. A doc_id holds inside one version
only, so sections are keyed by their own numbers.

Checked against San Francisco's table of ordinances as plain text (six states of 2013); the API is read as open clients
describe it, and was never seen live. Option `api`: address of the API's host.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from bs4 import BeautifulSoup
from bs4.element import Tag

from watcher.platforms import (
    About,
    Document,
    EmptyReading,
    LayoutChanged,
    Matter,
    Passage,
    Reading,
    Request,
    Response,
    Site,
    Step,
    codes,
    marks,
    pages,
)
from watcher.reading import code_exports

ABOUT = About(
    vendor="American Legal (Code Library)",
    reads="sections and chapters, versions, contents, the table of ordinances, whole codes downloaded as text",
    checked="6 plain-text states of San Francisco's table of ordinances, 2013, and parts of two downloaded codes, 2023 and 2025; the API never seen live",
    amended="a new version of the code: the words of its sections are compared",
    of="code",
)
OPTIONS = frozenset({"api"})
MIN_DELAY = timedelta(seconds=2.7)

PAGE = re.compile(
    r"/codes/(?P<slug>[^/]+)(?:/(?P<version>[^/]+))?(?:/(?P<code>(?!overview)[^/]+))?(?:/(?P<doc>\d[\d-]*))?(?:/overview)?/?\Z"
)
LEVELS = {**codes.LEVELS, "section": codes.SECTION, "rule": codes.SECTION}
JSON = (("accept", "application/json"),)
DAY = r"\d{1,2}/\d{1,2}/\d{2,4}"
ROW = re.compile(
    r"(?:(?<!\d)(?P<digits>\d{1,9})-(?P<year>\d{2})[ \t]*(?P<file>\d{6})[ \t]*"
    rf"(?P<date>{DAY}|N/A|TBD|[-–—](?=\s*[A-Z*“\"]))?"
    rf"|(?:N/A|[-–—])\*?[ \t]*(?P<unnumbered>\d{{6}})[ \t]*(?P<day>{DAY}))\*?\s*(?=[^\d\s])"
)
TABLE = re.compile(r"Comprehensive Ordinance List|Ord(?:inance)?\.? ?No\.?\s*File ?No", re.IGNORECASE)
AFTER_ROWS = re.compile(r"\n\s*(?:\d{4} Ordinances\s*\n|Ordinances that amend\b|Publisher['’]s Note\b|Jump to:)")
AFFECTED = re.compile(r"\s*\b(Sections? Affected:.*)", re.DOTALL)


def opening(site: Site, today: date) -> tuple[Request, ...]:
    """The newest version, then the watched section where the address names one."""
    found = PAGE.search(pages.split(site.url).path)
    if "/api/" in site.url or found is None:
        return (Request(site.url, headers=JSON, kind="legislation", why="the watched code", stable_key="code"),)
    base, slug, version = api_of(site, site.url), found["slug"], found["version"] or "latest"
    asked = [
        Request(f"{base}/client-version/{slug}/{version}/", headers=JSON, why="newest version", stable_key="version")
    ]
    if found["doc"]:
        path = f"render-section/{slug}/{version}/{found['code']}/{found['doc']}/0/"
        key = f"section:{found['code']}/{found['doc']}"
        asked.append(
            Request(f"{base}/{path}", headers=JSON, kind="legislation", why="the watched section", stable_key=key)
        )
    return tuple(asked)


def api_of(site: Site, url: str) -> str:
    """The API's address: on the site's own host unless the option says otherwise."""
    parts = pages.split(url)
    base = site.options.get("api", "").rstrip("/") or f"{parts.scheme}://{parts.netloc}"
    return base if base.endswith("/api") else f"{base}/api"


def read(site: Site, response: Response) -> Reading:
    """What an answer, a page or a table of ordinances says.

    Raises LayoutChanged for what is not American Legal's, EmptyReading for a section without words.
    """
    if codes.is_paper(response):
        return pages.read_document(response)
    if pages.is_json(response):
        return read_answer(pages.json_of(response), site, response)
    if pages.is_html(response):
        page = pages.page_of(response)
        return read_section(page, pages.seen(page.title), response)
    return read_text(site, response)


# ----------------------------------------------------------------------------------------------------------- the API


def read_answer(answer: Any, site: Site, response: Response) -> Reading:
    """A version, a table of contents or a rendered section."""
    if isinstance(answer, Mapping):
        if "html" in answer:
            page = BeautifulSoup(str(answer["html"] or "").replace("className=", "class="), "lxml")
            return read_section(page, str(answer.get("title") or ""), response)
        if "toc" in answer and "uuid" in answer:
            return read_version(answer, response)
        if "children" in answer or "sections" in answer:
            nodes = listed(answer.get("children") or answer.get("sections"))
            return read_contents(nodes, str(answer.get("title") or ""), response)
    raise LayoutChanged("the answer holds no version, contents or section of American Legal's", url=response.url)


def read_version(answer: Mapping[str, Any], response: Response) -> Reading:
    """client-version/latest: its name, how current it is, and its codes."""
    said = [str(answer.get(name) or "") for name in ("name", "currency_info")]
    passages = [Passage(plain(text), (codes.BANNER,), codes.CODIFIED) for text in said if text]
    for code in listed(answer.get("toc")):
        title, name = plain(str(code.get("title") or "")), str(code.get("slug") or "")
        passages.append(Passage(title, ("Codes",), name))
        parts = [plain(str(part.get("title") or "")) for part in listed(code.get("sections"))]
        passages += [Passage(part, ("Codes", title), f"{name}:{part}") for part in parts if part]
    if not any(passage.heading == ("Codes",) for passage in passages):
        raise EmptyReading("the version lists no code", url=response.url)
    return Reading(Document(response.url, plain(said[0]) or "Version", "listing", tuple(passages)))


def listed(entries: Any) -> list[Mapping[str, Any]]:
    """The objects of a list; nothing where it is none."""
    return [entry for entry in entries if isinstance(entry, Mapping)] if isinstance(entries, list) else []


def read_contents(nodes: list[Mapping[str, Any]], title: str, response: Response) -> Reading:
    """section-toc, code-toc: the headings."""
    titles = [plain(str(node.get("title") or "")) for node in nodes]
    passages = tuple(
        Passage(words, (title,) if title else (), codes.number_of(words) or words) for words in titles if words
    )
    if not passages:
        raise EmptyReading("the table of contents has no heading", url=response.url)
    return Reading(Document(response.url, title or "Contents", "code", passages))


def plain(markup: str) -> str:
    """A text without mark-up."""
    return pages.seen(BeautifulSoup(markup, "lxml")) if "<" in markup or "&" in markup else " ".join(markup.split())


def read_section(page: BeautifulSoup, title: str, response: Response) -> Reading:
    """A rendered section or chapter: blocks of class rbox, headings by what they are called (Chapter, Section)."""
    if not page.select_one(".rbox, .Normal-Level"):
        raise LayoutChanged("the page has no block of a code of American Legal's (class rbox)", url=response.url)
    for chrome in page.select("codeoptions, header, footer, nav, .breadcrumb"):
        chrome.decompose()
    blocks = (block for block in codes.from_page(page, heading) if not published_by(block.text))
    return Reading(codes.document(response.url, title, list(blocks)))


def heading(text: str, tag: Tag) -> tuple[int, str] | None:
    """Level and number of a heading. Lists of the sections below (…-Analysis) are none."""
    holder = next((each for each in (tag, *list(tag.parents)[:2]) if "rbox" in pages.classes(each)), tag)
    names = {name.lower() for name in pages.classes(holder)}
    if any("analysis" in name for name in names):
        return None
    level = next((LEVELS[name] for name in LEVELS if name in names), 0)
    anchor = holder.find("a", attrs={"name": re.compile(r"\AJD_")})
    number = str(anchor["name"])[3:] if isinstance(anchor, Tag) else ""
    return (level, number) if level and len(text) <= codes.LONGEST_HEADING else None


def published_by(text: str) -> bool:
    """The publisher's imprint."""
    return bool(re.match(r"published by:?\s|american legal publishing", text, re.IGNORECASE))


# ------------------------------------------------------------------------------------------- the table of ordinances


def read_text(site: Site, response: Response) -> Reading:
    """The table of ordinances as plain text, a whole code as it is downloaded, else an export of a chapter."""
    text = pages.decoded(response)
    matters = tuple(rows_of(text, site)) if TABLE.search(text) else ()
    title = next((" ".join(line.split()) for line in text.splitlines() if line.strip()), "").lstrip("\ufeff")
    if not matters:
        if code_exports.is_wrapped(text):
            return Reading(codes.document(response.url, title, code_exports.passages(text)))
        if not codes.is_export(text):
            raise LayoutChanged("the text has no row of an ordinance table and no heading of a code", url=response.url)
        return Reading(codes.document(response.url, title, codes.from_text(text)))
    passages = tuple(
        Passage("\n".join(filter(None, (f"{m.file} {m.title}", m.text))), (m.kind,), m.id) for m in matters
    )
    return Reading(Document(response.url, title, "listing", passages), matters=matters)


def rows_of(text: str, site: Site) -> Iterator[Matter]:
    """Each row: number, file, effective date, title and sections affected. Exports glue the columns together, and a
    row's last figure to the next row's number ($250,0003-11): there the number that is due next tells them apart.
    """
    rows = list(ROW.finditer(text))
    due, last = 1, ""
    starts: list[tuple[int, str]] = []  # where a row begins, and its number
    for row in rows:
        if row["unnumbered"]:
            starts.append((row.start(), row["unnumbered"]))
            continue
        tails = [(int(row["digits"][i:]), i) for i in range(len(row["digits"])) if row["digits"][i] != "0"]
        tails = [tail for tail in tails if tail[0] < 10_000]
        ahead = [tail for tail in tails if tail[0] >= (due if row["year"] == last else 1)]
        exact = [tail for tail in tails if tail[0] == due]
        number, skip = exact[0] if exact else min(ahead or tails or [(int(row["digits"]), 0)])
        starts.append((row.start() + skip, f"{number}-{row['year']}"))
        due, last = number + 1, row["year"]
    ends = [*(start for start, _ in starts), len(text)][1:]
    for row, (_, name), end in zip(rows, starts, ends, strict=True):
        yield matter_of(text[row.end() : end], name, row, site)


def matter_of(said: str, number: str, row: re.Match[str], site: Site) -> Matter:
    """One ordinance out of its row."""
    said = AFTER_ROWS.split(said)[0]
    parted = AFFECTED.split(said, maxsplit=1)
    day = marks.moment(row["date"] or row["day"] or "", site.jurisdiction.time_zone)
    return Matter(
        id=number,
        file=number,
        kind="Ordinance",
        title=" ".join(parted[0].split()),
        history=(Step(day, "", "effective"),) if day else (),
        text=" ".join(parted[1].split()) if len(parted) > 1 else "",
    )


def detect(url: str, response: Response | None) -> float:
    """How sure it is that an address is American Legal's (0 to 1)."""
    parts = pages.split(url)
    host, body = (parts.hostname or "").lower(), response.body if response else b""
    if host.endswith("amlegal.com"):
        return 0.95
    if b"rbox" in body and (b"toc-destination" in body or b"AnnotationDrawer" in body or b"amlegal" in body):
        return 0.9
    if b'"currency_info"' in body or (
        b"Comprehensive Ordinance List" in body and b"Short Title and Code Sections" in body
    ):
        return 0.85
    return 0.4 if re.search(r"/(?:codes/[^/]+/latest/|api/(?:client-version|render-section)/)", parts.path) else 0.0
