"""ICE's spreadsheets of participating and pending agencies: one item for each agreement, and its memorandum."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from urllib.parse import parse_qs, unquote, urljoin

from rapidfuzz import fuzz, process

from watcher.extractors import xlsx
from watcher.platforms import (
    AgendaItem,
    Document,
    EmptyReading,
    LayoutChanged,
    Reading,
    Request,
    Response,
    Site,
    following,
    pages,
)

FILE = re.compile(r"(participating|pending)[-_ ]?agencies[^/]*\.xlsx\Z", re.IGNORECASE)
LISTS = {"participating": "287(g) participating agencies", "pending": "287(g) pending agencies"}
SAID = {"participating": "287(g) agreement", "pending": "287(g) application pending"}
MOST_MEMORANDA = 30  # of one list: those signed last

COLUMNS = (
    ("state", re.compile(r"state(?: (?:or )?territory)?\Z")),
    ("agency", re.compile(r"(?:name of )?(?:the )?(?:law enforcement )?agency(?: name)?(?: lea)?\Z|lea(?: name)?\Z")),
    (
        "support",
        re.compile(r"(?:g )?(?:support|program|model) ?(?:types?|models?)?\Z|types? of (?:support|agreement|model)\Z"),
    ),
    ("type", re.compile(r"(?:agency )?type\Z")),
    ("signed", re.compile(r"(?:date )?signed|sign(?:ed|ature) date")),
    ("moa", re.compile(r"mo[au]\b|memorandum")),
)
NEEDED = ("state", "agency", "support")
HEADED_BY = 12  # rows from the top in which the column names are looked for
DAY = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-]?(\d{4})\Z")  # "7/72025" too
EPOCH = date(1899, 12, 30)  # day 0 of a spreadsheet's dates (ECMA-376 part 1, 18.17.4)
STATES = (
    "ALABAMA", "ALASKA", "ARIZONA", "ARKANSAS", "CALIFORNIA", "COLORADO", "CONNECTICUT", "DELAWARE",
    "DISTRICT OF COLUMBIA", "FLORIDA", "GEORGIA", "GUAM", "HAWAII", "IDAHO", "ILLINOIS", "INDIANA", "IOWA", "KANSAS",
    "KENTUCKY", "LOUISIANA", "MAINE", "MARYLAND", "MASSACHUSETTS", "MICHIGAN", "MINNESOTA", "MISSISSIPPI", "MISSOURI",
    "MONTANA", "NEBRASKA", "NEVADA", "NEW HAMPSHIRE", "NEW JERSEY", "NEW MEXICO", "NEW YORK", "NORTH CAROLINA",
    "NORTH DAKOTA", "NORTHERN MARIANA ISLANDS", "OHIO", "OKLAHOMA", "OREGON", "PENNSYLVANIA", "PUERTO RICO",
    "RHODE ISLAND", "SOUTH CAROLINA", "SOUTH DAKOTA", "TENNESSEE", "TEXAS", "UTAH", "VERMONT", "VIRGINIA",
    "VIRGIN ISLANDS", "WASHINGTON", "WEST VIRGINIA", "WISCONSIN", "WYOMING",
)  # fmt: skip
MISSPELT = 85  # per cent: the nearest state is meant ("UTAHJ")
SHORT = {
    "dept": "department",
    "dep": "department",
    "pd": "police department",
    "co": "county",
    "st": "saint",
    "ft": "fort",
}
TOWN = re.compile(r"^(?:the )?(?:city|town|village|borough|township) of ")


@dataclass(frozen=True, slots=True)
class Agreement:
    """One row of a list."""

    state: str
    agency: str
    support: str
    type: str
    signed: date | None
    moa: str | None  # where the memorandum is published


def list_named(url: str) -> str | None:
    """Return which list a file is by its name, participating or pending; None for any other address."""
    found = FILE.search(unquote(pages.split(url).path))
    return found[1].lower() if found else None


def here(url: str, base: str) -> str:
    """Return an address at ICE on the host that the list came from, so that a copy of the site leads to itself."""
    parts = pages.split(url)
    if (parts.hostname or "").endswith("ice.gov"):
        return urljoin(base, parts.path + (f"?{parts.query}" if parts.query else ""))
    return url


def unwrapped(url: str) -> str:
    """Return where a link leads that Outlook's "safe links" has wrapped; many of the lists' links are."""
    parts = pages.split(url.strip())
    if (parts.hostname or "").endswith("safelinks.protection.outlook.com"):
        return parse_qs(parts.query).get("url", [url])[0]
    return url.strip()


def read_list(site: Site, response: Response) -> Reading:
    """Return the agreements of a list and the memoranda to follow. Raises EmptyReading, LayoutChanged, Unreadable."""
    name = response.request.stable_key if response.request.stable_key in LISTS else list_named(response.url)
    name = name or "participating"
    agreements = list(_agreements(response))
    if not agreements:
        raise EmptyReading("the list holds no agreement", url=response.url)
    items = tuple(_items(name, agreements))
    follow = _memoranda(agreements, items, response.url) if "attachments" in site.follow else ()
    return Reading(Document(response.url, LISTS[name], "list"), items=items, follow=follow)


def _agreements(response: Response) -> Iterator[Agreement]:
    missing: list[tuple[str, ...]] = []
    for sheet in xlsx.sheets(response.body, response.url, links=True):
        if not sheet.rows:
            continue
        top, columns = _columns(sheet.rows)
        lacking = tuple(name for name in NEEDED if name not in columns)
        missing.append(lacking)
        if lacking:
            continue
        for number, row in enumerate(sheet.rows[top + 1 :], sheet.start[0] + top + 1):
            if found := _agreement(row, columns):
                link = sheet.links.get((number, sheet.start[1] + columns["moa"])) if "moa" in columns else None
                yield replace(found, moa=unwrapped(link) if link else None)
    if all(missing):
        names = " or ".join(sorted({name for lacking in missing for name in lacking})) or "any"
        raise LayoutChanged(f"no column for {names} in the spreadsheet", url=response.url)


def _columns(rows: Sequence[Sequence[xlsx.Value]]) -> tuple[int, dict[str, int]]:
    """Return the row of the column names and where each column stands: the row that names most."""
    best: tuple[int, dict[str, int]] = (0, {})
    for number, row in enumerate(rows[:HEADED_BY]):
        found: dict[str, int] = {}
        for place, cell in enumerate(row):
            words = " ".join(re.sub(r"[^a-z]+", " ", str(cell).lower()).split())
            name = next((name for name, pattern in COLUMNS if pattern.match(words) and name not in found), None)
            if name:
                found[name] = place
        if len(found) > len(best[1]):
            best = number, found
    return best


def _agreement(row: Sequence[xlsx.Value], columns: dict[str, int]) -> Agreement | None:
    def cell(name: str) -> xlsx.Value:
        return row[columns[name]] if name in columns and columns[name] < len(row) else ""

    said = {name: xlsx.said(cell(name)) for name in ("state", "agency", "support", "type")}
    if not said["state"] or not said["agency"] or said["state"].lower() == "state":
        return None
    return Agreement(
        state=_state(said["state"].upper()),
        agency=said["agency"],
        support=said["support"],
        type=said["type"],
        signed=_day(cell("signed")),
        moa=None,
    )


def _state(written: str) -> str:
    if written in STATES:
        return written
    nearest = process.extractOne(written, STATES, scorer=fuzz.ratio, score_cutoff=MISSPELT)
    return nearest[0] if nearest else written


def _day(value: xlsx.Value) -> date | None:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    if isinstance(value, int | float) and 20_000 < value < 80_000:  # 1954 to 2119, in a cell without a date's format
        return EPOCH + timedelta(days=int(value))
    found = DAY.match(str(value).strip())
    try:
        return date(int(found[3]), int(found[1]), int(found[2])) if found else None
    except ValueError:
        return None


def _items(name: str, agreements: Iterable[Agreement]) -> Iterator[AgendaItem]:
    twins: Counter[str] = Counter()
    for order, each in enumerate(agreements, 1):
        key = "/".join((name, "-".join(each.state.lower().split()), _loosely(each.agency), _loosely(each.support)))
        twins[key] += 1
        yield AgendaItem(
            id=f"{key}#{twins[key]}" if twins[key] > 1 else key,
            meeting="",
            order=order,
            number="",
            title=_line(name, each),
            section=f"{LISTS[name]} / {each.state}",
        )


def _line(name: str, each: Agreement) -> str:
    """Return an agreement as people read it: state, agency, support type, type of agency, day of signing.

    The county is left out: it is filled in and respelt later, and says nothing of the agreement.
    """
    kind = f"{SAID[name]}: {each.support}" if each.support else SAID[name]
    signed = f"signed {each.signed.month}/{each.signed.day}/{each.signed.year}" if each.signed else ""
    return " · ".join(part for part in (each.state, each.agency, kind, each.type, signed) if part)


def _loosely(text: str) -> str:
    """Return a name as it is compared: no accents, apostrophes, doubled letters, nor an s or e at a word's end."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    plain = TOWN.sub("", re.sub(r"[^a-z0-9]+", " ", re.sub(r"['`]", "", plain).replace("&", " and ")).strip())
    words = " ".join(SHORT.get(word, word) for word in plain.split()).split()
    return "-".join(re.sub(r"(.)\1+", r"\1", re.sub(r"(?<=..)(?:e?s|e)\Z", "", word)) for word in words)


def _memoranda(agreements: Sequence[Agreement], items: Sequence[AgendaItem], base: str) -> tuple[Request, ...]:
    """Return the memoranda of the agreements signed last."""
    pairs = [(each, item) for each, item in zip(agreements, items, strict=True) if each.moa]
    pairs.sort(key=lambda pair: pair[0].signed or date.min, reverse=True)
    return following.bounded(
        Request(
            here(each.moa, base),
            kind="attachment",
            why=f"memorandum of agreement of {each.agency}",
            title=f"Memorandum of agreement, {each.agency}, {each.state}",
            stable_key=f"moa:{unquote(pages.split(each.moa).path).rpartition('/')[2]}",
            context=(item.title,),
        )
        for each, item in pairs
        if each.moa
    )[:MOST_MEMORANDA]
