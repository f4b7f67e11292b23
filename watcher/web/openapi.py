"""The OpenAPI 3.1 description of the JSON interface."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.metadata import version
from typing import Any

from watcher.policy import STATUSES
from watcher.web.filters import CHOICES
from watcher.web.paging import LARGEST_NUMBER, MOST_PAGES

Schema = dict[str, Any]

TEXT: Schema = {"type": "string"}
MAYBE: Schema = {"type": ["string", "null"]}
MOMENT: Schema = {"type": ["string", "null"], "format": "date-time"}
TEXTS: Schema = {"type": "array", "items": TEXT}


def shape(required: Iterable[str], **fields: Schema) -> Schema:
    """An object with these fields."""
    return {"type": "object", "required": list(required), "properties": fields}


def listed(name: str) -> Schema:
    """An array of one of the shapes."""
    return {"type": "array", "items": {"$ref": f"#/components/schemas/{name}"}}


SHAPES: Schema = {
    "Paper": shape(
        ("status", "ends", "date", "title", "url", "sha256", "change"),
        status={"enum": list(STATUSES)}, ends={"type": "boolean"}, date=MOMENT, title=TEXT, url=TEXT, section=MAYBE, sha256=MAYBE, change=MAYBE,
    ),
    "Jurisdiction": shape(
        ("slug", "name", "state", "kind", "status", "papers", "pending"),
        slug=TEXT, name=TEXT, state=TEXT, kind=TEXT, division=MAYBE, lat={"type": ["number", "null"]},
        lon={"type": ["number", "null"]}, time_zone=TEXT, status={"enum": list(STATUSES)}, papers=listed("Paper"),
        pending=listed("Paper"), sites=listed("Site"), meetings=listed("Meeting"), alerts=listed("Alert"),
    ),
    "Alert": shape(
        ("seq", "key", "site", "jurisdiction", "label", "headline", "changes"),
        seq={"type": "integer"}, key=TEXT, site=TEXT, jurisdiction=TEXT, state=TEXT, label={"enum": list(CHOICES["label"])},
        headline=TEXT, topics=TEXTS, stance={"enum": list(CHOICES["direction"])}, stage=TEXT, urgency=TEXT, noticed_at=MOMENT,
        meeting_start=MOMENT, matter=MAYBE, changes=TEXTS, url=TEXT,
    ),
    "Change": shape(
        ("type", "id", "site", "url", "kind", "heading", "before", "after", "redline", "verdict", "seen_at"),
        type={"const": "change"}, id=TEXT, site=TEXT, url=TEXT, kind=TEXT, heading=TEXTS, before=TEXT, after=TEXT,
        redline={"type": "array", "items": {"type": "array", "items": TEXT}}, meeting={"type": ["object", "null"]},
        matter={"type": ["object", "null"]}, verdict={"type": ["object", "null"]}, seen_at=MOMENT,
        last_seen_unchanged_at=MOMENT, context=TEXTS, snapshots={"type": "object"},
        votes={"type": "array", "items": {"type": "object"}}, ordinances={"type": "array", "items": {"type": "object"}},
    ),
    "Stage": shape(
        ("type", "matter", "stage", "words", "date", "noticed_at", "votes", "change", "snapshot", "url"),
        type={"const": "stage"}, matter=TEXT, stage=TEXT, words=TEXT, date=MOMENT, noticed_at=MOMENT, body=MAYBE,
        meeting={"type": ["object", "null"]}, votes={"type": "array", "items": {"type": "object"}}, undoes=MOMENT, change=TEXT,
        snapshot=MAYBE, site=TEXT, url=TEXT,
    ),
    "Meeting": shape(
        ("id", "body", "start", "status", "alerts"),
        id=TEXT, body=TEXT, title=TEXT, start=MOMENT, end=MOMENT, status=TEXT, location=TEXT, url=MAYBE,
        documents={"type": "array"}, attend=TEXT, jurisdiction=TEXT, alerts=TEXTS,
    ),
    "Site": shape(
        ("type", "site", "jurisdiction", "platform", "enabled", "health"),
        type={"const": "site"}, site=TEXT, jurisdiction=TEXT, platform=TEXT, enabled={"type": "boolean"}, health=TEXT,
        last_good=MOMENT, last_outcome=MAYBE, reason=MAYBE, next_due=MOMENT, documents={"type": "integer"}, note=MAYBE,
    ),
    "Problem": shape(("title", "status"), title=TEXT, status={"type": "integer"}),
}  # fmt: skip


def asked(name: str, schema: Schema, words: str) -> Schema:
    """One parameter of a query."""
    return {"name": name, "in": "query", "required": False, "schema": schema, "description": words}


def chosen(*names: str) -> list[Schema]:
    """The filters of these names."""
    return [asked(name, {"enum": [*CHOICES[name], ""]}, f"only this {name}; empty: any") for name in names]


def whole(most: int) -> Schema:
    """A number from 1, or nothing."""
    return {"anyOf": [{"type": "integer", "minimum": 1, "maximum": most}, {"const": ""}]}


DAY: Schema = {"anyOf": [{"type": "string", "format": "date"}, {"const": ""}]}
DAYS = [asked("since", DAY, "first day, UTC"), asked("until", DAY, "last day, UTC")]
LIMIT = asked(
    "limit",
    whole(LARGEST_NUMBER),
    "entries a page, no more than 200 in any case; usually 50, of places, sites and meetings 200",
)
PAGING = [asked("before", whole(LARGEST_NUMBER), "only entries before this number; `next` holds it"), LIMIT]
PAGES = [asked("page", whole(MOST_PAGES), "the page, from 1"), LIMIT]


def got(summary: str, schema: Schema, query: list[Schema] | None = None, named: str = "", *, refuses: bool = False) -> Schema:  # fmt: skip
    """One GET operation. `named` are the parameters of the path."""
    problem = {"content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}}
    path = [{"name": name, "in": "path", "required": True, "schema": TEXT} for name in named.split()]
    answers: Schema = {
        "200": {"description": "found", "content": {"application/json": {"schema": schema}}},
        "304": {"description": "unchanged since the ETag that If-None-Match names"},
    }
    if refuses:
        answers["400"] = {"description": "a filter says what does not exist", **problem}
    if named:
        answers["404"] = {"description": "there is none", **problem}
    return {"get": {"summary": summary, "parameters": path + (query or []), "responses": answers}}


def page_of(name: str) -> Schema:
    """A page of a list, with the address of the next one."""
    return shape(("items", "next"), items=listed(name), next=MAYBE)


DESCRIPTION: Schema = {
    "openapi": "3.1.0",
    "info": {
        "title": "Ordinance Watcher",
        "version": version("ordinance-watcher"),
        "description": "What public bodies changed about cooperation with ICE. Read-only. Fields are added, never renamed.",
    },
    "paths": {
        "/api/v1/jurisdictions": got("every place with its policy status", page_of("Jurisdiction"), [*chosen("state"), *PAGES], refuses=True),
        "/api/v1/jurisdictions/{slug}": got("one place", {"$ref": "#/components/schemas/Jurisdiction"}, named="slug"),
        "/api/v1/alerts": got("alerts, newest first", page_of("Alert"), [*chosen("state", "topic", "direction", "stage", "label"), *DAYS, *PAGING], refuses=True),
        "/api/v1/changes": got("changes, newest first", page_of("Change"), [*chosen("state", "label"), asked("site", TEXT, "only this site"), *DAYS, *PAGING], refuses=True),
        "/api/v1/changes/{id}": got("one change", {"$ref": "#/components/schemas/Change"}, named="id"),
        "/api/v1/matters/{slug}/{number}": got("the stages of one matter, oldest first, by any of its file numbers", shape(("thread", "items"), thread=TEXT, items=listed("Stage")), named="slug number"),
        "/api/v1/meetings": got("coming meetings with relevant items", page_of("Meeting"), PAGES, refuses=True),
        "/api/v1/sites": got("the health of each site", page_of("Site"), PAGES, refuses=True),
    },
    "components": {"schemas": SHAPES},
}  # fmt: skip
