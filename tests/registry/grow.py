"""Grows sites.yaml by the rows of a table of jurisdictions, by script and not by hand; `test_starter.py` checks what came out.

    python tests/registry/grow.py jurisdictions.csv > new.yaml && mv new.yaml sites.yaml

The table has the columns name, state, kind, ocd_id, lat, lon, body, agenda_platform, agenda_url, agenda_confidence,
code_publisher and code_url; optionally time_zone. Entries that stand in sites.yaml stay as they are, word for word; a row adds an entry
for its agendas and one for its code where that place has none of the kind yet. Only rows of confidence A, whose vendor has
a reader, are enabled: the others were not seen to answer, and their note says so.
"""

from __future__ import annotations

import csv
import re
import sys
import unicodedata
from collections.abc import Iterator, Mapping
from pathlib import Path

import yaml

from watcher import platforms
from watcher.registry.words import STATES

STARTER = Path(__file__).parents[2] / "sites.yaml"
HEADING = "  # -------------------- "
KINDS = {"city": "city", "county": "county", "consolidated": "city", "borough": "county"}
READERS = {
    "custom": "page",
    "own-site": "page",
    "agendanet": "page",
    "dc-lims": "page",
    "lims": "minneapolis_lims",
    "chicago-elms": "chicago_elms",
    "municode-meetings": "municode_meetings",
    "municode": "municode_library",
    "american-legal": "amlegal",
    "code-publishing": "code_publishing",
    "quality-code": "qcode",
    "dc-council": "openlaw",
}
NOT_SEEN = {
    "A": "no reader for its vendor: watched as a page it would tell of every change of layout",
    "B": "address from a public list, not seen to answer: try `watcher check` on it, then enable it",
    "C": "address from a public list of 2025, not seen to answer: try `watcher detect` on it, then enable it",
}
WHOLE_CODE = "the whole code: name the chapter to watch in the address, then enable it"


def main(table: Path) -> None:
    """Prints the grown sites.yaml."""
    head, sections = sections_of(STARTER.read_text("utf-8"))
    known = yaml.safe_load(STARTER.read_text("utf-8"))["sites"]
    places = {site["jurisdiction"]["division"]: site["id"] for site in known if isinstance(site["jurisdiction"], dict)}
    has_agenda = set(places.values())
    has_code = {
        site["jurisdiction"] if isinstance(site["jurisdiction"], str) else site["id"]
        for site in known
        if site.get("kind") == "code"
    }
    urls = {site["url"].rstrip("/") for site in known}
    for row in csv.DictReader(table.open(encoding="utf-8")):
        place = places.get(row["ocd_id"])
        blocks: list[str] = []
        if row["agenda_url"] and place not in has_agenda and row["agenda_url"].rstrip("/") not in urls:
            id, block = agenda_of(row)
            places[row["ocd_id"]], urls = id, urls | {row["agenda_url"].rstrip("/")}
            place = id
            blocks.append(block)
        if row["code_url"] and place not in has_code and row["code_url"].rstrip("/") not in urls:
            urls |= {row["code_url"].rstrip("/")}
            blocks.append(code_of(row, place))
        if blocks:
            sections.setdefault(STATES[row["state"]][0], []).extend(blocks)
    print(head, end="")
    for state in sorted(sections):
        print(f"\n{HEADING}{state}")
        print("".join(sections[state]), end="")


def sections_of(text: str) -> tuple[str, dict[str, list[str]]]:
    """What stands above the sites, and the entries of each state as they are written."""
    head, _, rest = text.partition("\n" + HEADING)
    written = re.sub(rf"(?m)^{re.escape(HEADING)}.*\n|^\n", "", HEADING + rest)
    entries = [entry for entry in re.split(r"(?m)^(?=  - id: )", written) if entry.strip()]
    sites = yaml.safe_load("sites:\n" + written)["sites"]
    places = {site["id"]: site["jurisdiction"] for site in sites}
    sections: dict[str, list[str]] = {}
    for site, entry in zip(sites, entries, strict=True):
        place = site["jurisdiction"]
        state = (places[place] if isinstance(place, str) else place)["state"]
        sections.setdefault(STATES[state][0], []).append(entry)
    return head.rstrip("\n") + "\n", sections


def agenda_of(row: Mapping[str, str]) -> tuple[str, str]:
    """Id and entry of a place's agendas."""
    reader = READERS.get(row["agenda_platform"], row["agenda_platform"])
    there = reader in platforms.names()
    reader = reader if there else "page"
    enabled = row["agenda_confidence"] == "A" and reader != "page"
    slug = slug_of(row)
    lines = [
        f"- id: {slug}-agendas",
        f"  jurisdiction: {place_of(row)}",
        *([f"  body: {quoted(row['body'])}"] if row["body"] else []),
        f"  platform: {reader}",
        f"  url: {quoted(row['agenda_url'])}",
        *closed(enabled, NOT_SEEN[row["agenda_confidence"] or "C"]),
    ]
    return f"{slug}-agendas", indented(lines)


def code_of(row: Mapping[str, str], place: str | None) -> str:
    """Entry of a place's code of ordinances; `place` is the entry that says where it is, None where none does yet."""
    reader = READERS.get(row["code_publisher"], row["code_publisher"])
    lines = [
        f"- id: {place.rpartition('-')[0] if place else slug_of(row)}-code",
        f"  jurisdiction: {place or place_of(row)}",
        f"  platform: {reader if reader in platforms.names() else 'page'}",
        "  kind: code",
        f"  url: {quoted(row['code_url'])}",
        "  every: 6h",
        *closed(False, WHOLE_CODE),
    ]
    return indented(lines)


def slug_of(row: Mapping[str, str]) -> str:
    """The jurisdiction's slug: nm-dona-ana-county."""
    folded = unicodedata.normalize("NFKD", row["name"]).encode("ascii", "ignore").decode().lower()
    return "-".join([row["state"].lower(), *re.findall(r"[a-z0-9]+", folded)])


def place_of(row: Mapping[str, str]) -> str:
    zone = row.get("time_zone") or STATES[row["state"]][1][0]
    return (
        f"{{name: {quoted(row['name'])}, state: {quoted(row['state'])}, kind: {KINDS[row['kind']]}, "
        f'division: "{row["ocd_id"]}", lat: {float(row["lat"]):.4f}, lon: {float(row["lon"]):.4f}, time_zone: {zone}}}'
    )


def closed(enabled: bool, why: str) -> Iterator[str]:
    if not enabled:
        yield "  enabled: false"
        yield f"  note: {quoted(why)}"


def quoted(text: str) -> str:
    """The text as YAML takes it, in quotes only where it must have them (NO is Norway to YAML, 08:30 a number)."""
    plain = re.fullmatch(r"[A-Za-z][A-Za-z0-9 .:/_?=&%~-]*[A-Za-z0-9/]|[A-Z]{2}", text)
    harmless = plain and ": " not in text and yaml.safe_load(text) == text
    return text if harmless else '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def indented(lines: list[str]) -> str:
    return "".join(f"  {line}\n" for line in lines)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
