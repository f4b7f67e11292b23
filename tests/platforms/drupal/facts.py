"""How the manifest's facts of Drupal pages show in the lines of `read`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from urllib.parse import urljoin

MENU = "the first and the last link, and two others, are the site's own menu"
WRONG = {
    "drupal/san-francisco-ca__bos.html": {
        "matches": "one of the 31 rows is the table's header",
    },
    "drupal/dekalb-county-ga__boc.html": {"unique_links": MENU, "first": MENU, "last": MENU},
}


def facts(expect: dict[str, Any], lines: list[dict[str, Any]]) -> Iterator[tuple[str, object, object]]:
    """The title, how many rows or papers there are, the first and the last."""
    meetings = [line for line in lines if line["type"] == "meeting"]
    papers = [link for meeting in meetings for link in meeting["documents"]]
    document = next(line for line in lines if line["type"] == "document")
    addresses = {link["url"]: link["title"] for link in papers}
    pages = {meeting["url"] for meeting in meetings if meeting["url"]}
    yield "title", expect["title"], document["title"]
    yield "dated", True, all(meeting["start"] for meeting in meetings)
    if "matches" in expect:
        yield "matches", expect["matches"], len(meetings)
        for name, meeting in (("first_text", meetings[0]), ("last_text", meetings[-1])):
            words = (meeting["title"], meeting["location"])
            yield name, [], [word for word in words if word not in expect[name]]
            yield f"{name} start", clock(expect[name]), meeting["start"][:16]
        yield (
            "first_links",
            expect["first_links"],
            [href for href in expect["first_links"] if ends(href, addresses, pages)],
        )
        return
    if "pdf_links" in expect:
        yield "unique_pdf_links", expect["unique_pdf_links"], len({url for url in addresses if ".pdf" in url})
    elif expect["link_pattern"] == "event":
        yield "unique_links", expect["unique_links"], len([url for url in pages if "event" in url])
    else:
        found = [url for url in addresses if re.search(expect["link_pattern"], url)]
        yield "unique_links", expect["unique_links"], len(found)
    for name in ("first", "last", "first_pdf", "last_pdf"):
        if name in expect:
            url = urljoin("https://www.x.gov/", expect[name]["href"])
            told = addresses.get(url, expect[name]["text"] if url in pages else None)
            yield name, (url, expect[name]["text"] or told or "?"), (url, told)


def ends(href: str, *places: Any) -> bool:
    """Whether an address is among those of the reading."""
    return any(url.endswith(href) for place in places for url in place)


def clock(text: str) -> str:
    """The moment at the start of a row, as ISO: "Monday, March 22, 2021 - 4:30pm …"."""
    found = re.search(r"[A-Z][a-z]+ \d+, \d{4} - \d+:\d+[ap]m", text)
    return f"{datetime.strptime(found[0] + ' +0000', '%B %d, %Y - %I:%M%p %z'):%Y-%m-%dT%H:%M}" if found else ""
