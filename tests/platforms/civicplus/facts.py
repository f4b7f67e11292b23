"""How the manifest's facts of AgendaCenter show in the lines of `read`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from watcher.platforms import marks

FOLDERS = ("civicplus_agendacenter",)
ZONE = "America/New_York"
LABELS = "the labels “Amended …” are in the rows, their month within an <abbr>"
WRONG = {
    "civicplus_agendacenter/alameda-county-water-ca__search_results.html": {
        "categories": "the h2 are headers over categories; the bodies are the h3 below them",
    },
    "civicplus_agendacenter/avenal-ca__agendacenter.html": {"amended_labels": LABELS},
    "civicplus_agendacenter/chowchilla-ca__agendacenter.html": {"amended_labels": LABELS},
    "civicplus_agendacenter/kingsburg-ca__agendacenter.html": {"amended_labels": LABELS},
    "civicplus_agendacenter/las-cruces-nm__search_results.html": {"amended_labels": LABELS},
}


def facts(expect: dict[str, Any], lines: list[dict[str, Any]]) -> Iterator[tuple[str, object, object]]:
    meetings = [line for line in lines if line["type"] == "meeting"]
    papers = [document for meeting in meetings for document in meeting["documents"]]
    yield "rows", expect["rows"], len(meetings)
    yield "proof", expect["rows"] == 0, any(line["type"] == "empty" for line in lines)
    bodies = [name.lstrip("▼►▲◄ ") for name in expect["categories"]]
    yield "categories", bodies, list(dict.fromkeys(meeting["body"] for meeting in meetings))
    yield "unique_agenda_urls", expect["unique_agenda_urls"], len({first(meeting) for meeting in meetings})
    yield "minutes_links", expect["minutes_links"], sum(paper["kind"] == "minutes" for paper in papers)
    yield "previous_versions_links", expect["previous_versions_links"], sum(is_versions(paper) for paper in papers)
    amended = [meeting for meeting in meetings if any("mended" in (p["revised"] or "") for p in meeting["documents"])]
    yield "amended_labels", expect["amended_labels"], len(amended)
    for name, meeting in zip(("first", "last"), (meetings[:1] + meetings[-1:]), strict=False):
        told = expect[name]
        start = marks.moment(told["date"], ZONE)
        yield f"{name}.date", start.isoformat() if start else None, meeting["start"]
        yield f"{name}.text", True, meeting["title"][:40] in told["text"] and bool(meeting["title"])
        yield f"{name}.agenda_url", True, first(meeting).endswith(told["agenda_url"])
        versions = [paper["url"] for paper in meeting["documents"] if is_versions(paper)]
        yield f"{name}.previous_versions", len(told["previous_versions"]), len(versions)
        yield f"{name}.version", True, all(url.endswith(told["previous_versions"][0]) for url in versions)


def first(meeting: dict[str, Any]) -> str:
    return next(str(document["url"]) for document in meeting["documents"] if document["kind"] == "agenda")


def is_versions(document: dict[str, Any]) -> bool:
    return "/PreviousVersions/" in document["url"]
