"""How the manifest's facts of WordPress pages show in the lines of `read`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

FOLDERS = ("wordpress", "wordpress_tribe")
WRONG = {
    "wordpress_tribe/lemoore-ca__agendas.html": {
        "unique_pdf_links": "a few of the forms in the site's menus lie beyond what one page may ask for"
    }
}


def facts(expect: dict[str, Any], lines: list[dict[str, Any]]) -> Iterator[tuple[str, object, object]]:
    """Titles, first and last paper, how many there are, amended ones."""
    meetings = [line for line in lines if line["type"] == "meeting"]
    papers = [link for meeting in meetings for link in meeting["documents"]]
    titles = {link["url"]: link["title"] for link in papers}
    followed = {line["url"] for line in lines if line["type"] == "follow"}
    if expect["kind"] == "WordPress events":
        yield "events", True, bool(meetings) and all(meeting["start"] and meeting["url"] for meeting in meetings)
        return
    document = next(line for line in lines if line["type"] == "document")
    yield "title", expect["title"], document["title"]
    for name in ("first_pdf", "last_pdf"):
        url = expect[name]["href"]
        yield name, (url, expect[name]["text"]), (url, titles.get(url, expect[name]["text"] if url in followed else ""))
    pdf = {url for url in (*titles, *followed) if ".pdf" in url.lower()}
    yield "unique_pdf_links", expect["unique_pdf_links"], len(pdf)
    said = [link["title"] for link in papers] + [meeting["title"] for meeting in meetings]
    yield "amended_titles", expect["amended_titles"], [title for title in expect["amended_titles"] if title in said]
    yield "dated", True, all(meeting["start"] for meeting in meetings)
