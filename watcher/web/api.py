"""The same as JSON: version 1 of the interface for programs, its description, and the exports.

Pages of entries are walked by `before`, the number of the last one shown, so that those that arrive in between move
nothing; pages of places, sites and meetings by `page`. `next` is the address of the following page, or null.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TypeVar

import orjson
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from watcher.alerts import masked_change, stages
from watcher.errors import StoreError
from watcher.lines import TABLE, Line, as_table, change_line, flat, meeting_object, site_line, stage_line, stamp
from watcher.model import Change, Meeting
from watcher.policy import Paper
from watcher.web.board import News, Place
from watcher.web.filters import Filters, UnknownChoice, asked
from watcher.web.openapi import DESCRIPTION
from watcher.web.paging import number, page_of, part
from watcher.web.view import View

PAGE, LARGEST = 50, 200
T = TypeVar("T")


def answer(value: object, status: int = 200) -> Response:
    """One JSON body."""
    return Response(_packed(value), status, media_type="application/json")


def _packed(value: object) -> bytes:
    try:
        return orjson.dumps(value)
    except orjson.JSONEncodeError:  # half a character (a lone surrogate) costs itself, not the answer
        return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def refused(words: str, status: int) -> Response:
    """An error in the form of RFC 9457."""
    body = _packed({"title": words, "status": status})
    return Response(body, status, media_type="application/problem+json")


class Api:
    """Everything that answers with JSON or CSV, over one view."""

    def __init__(self, view: View) -> None:
        self.view = view

    def described(self, request: Request) -> Response:
        """The OpenAPI description."""
        return answer(DESCRIPTION)

    def jurisdictions(self, request: Request) -> Response:
        """Every place with its status."""
        self.view.board.refresh()
        try:
            state = asked({"state": request.query_params.get("state", "")}).state
        except UnknownChoice as trouble:
            return refused(str(trouble), 400)
        found = [one for one in self.view.board.places(self.view.now()) if state in ("", one.jurisdiction.state)]
        return _page(request, found, place_object, state=state)

    def jurisdiction(self, request: Request) -> Response:
        """One place, with its sites, coming meetings and newest alerts."""
        view, now = self.view, self.view.now()
        view.board.refresh()
        found = view.board.place(request.path_params["slug"], now)
        if found is None:
            return refused("no such jurisdiction", 404)
        states = view.ledger.site_states()
        news = view.board.by_place.get(found.slug, [])
        return answer(
            place_object(found)
            | {
                "sites": [site_line(site, states.get(site.id), now) for site in found.sites],
                "meetings": [
                    {**meeting_object(meeting), "alerts": [one.key for one in about]}
                    for meeting, about in view.board.meetings(now, news)
                ],
                "alerts": [news_object(one) for one in reversed(news)][:PAGE],
            }
        )

    def alerts(self, request: Request) -> Response:
        """Alerts, newest first, filtered as on the first page."""
        query = request.query_params
        try:
            filters, before, limit = asked(query), number(query.get("before", "")), _limit(query)
        except UnknownChoice as trouble:
            return refused(str(trouble), 400)
        self.view.board.refresh()
        found = [
            one
            for one in reversed(self.view.board.news)
            if (before is None or one.seq < before)
            and filters.takes(one.state, one.topics, one.stance, one.stage, one.label, one.at)
        ]
        further = _next("alerts", filters, found[limit - 1].seq, query) if len(found) > limit else None
        return answer({"items": [news_object(one) for one in found[:limit]], "next": further})

    def changes(self, request: Request) -> Response:
        """Changes, newest first, by label, state, site and dates."""
        view, query = self.view, request.query_params
        try:
            filters, before, limit = asked(query), number(query.get("before", "")), _limit(query)
        except UnknownChoice as trouble:
            return refused(str(trouble), 400)
        if filters.topic or filters.direction or filters.stage:
            return refused("topic, direction and stage filter /api/v1/alerts; changes are filtered by label, state, site and dates", 400)  # fmt: skip
        if not view.live:
            return self._copied(before)
        rows = view.ledger.changes_before(
            before, limit + 1, among=self._sites(filters, query.get("site")),
            label=filters.label or None, since=filters.after, until=filters.before,
        )  # fmt: skip
        further = None
        if len(rows) > limit:
            more = {"site": site} if (site := query.get("site")) else {}
            further = _next("changes", filters, rows[limit - 1][0], query, **more)
        return answer({"items": [masked_line(change) for _, change in rows[:limit]], "next": further})

    def _copied(self, before: int | None) -> Response:
        """A page of a copy, which nothing newer moves once it is an old one."""
        rows, further = self.view.block(before)
        following = f"/api/v1/changes?before={further}" if further else None
        return answer({"items": [masked_line(change) for _, change in rows], "next": following})

    def _sites(self, filters: Filters, site: str | None) -> list[str] | None:
        if site:
            return [site]
        if filters.state:
            return [one.id for one in self.view.sites.values() if one.jurisdiction.state == filters.state]
        return None

    def change(self, request: Request) -> Response:
        """One change."""
        try:
            found = self.view.change(request.path_params["id"])
        except StoreError as trouble:
            return refused(str(trouble), 404)
        return answer(masked_line(found)) if found else refused("no such change", 404)

    def matter(self, request: Request) -> Response:
        """The stages of one matter, by any of its numbers, oldest first."""
        name = f"{request.path_params['slug']}/{request.path_params['number']}"
        found = self.view.ledger.alerts_of(name)
        if not found:
            return refused("no such matter", 404)
        way = stages([replace(one, changes=tuple(map(masked_change, one.changes))) for one in found])
        return answer({"thread": found[-1].thread, "items": [stage_line(name, one) for one in way]})

    def meetings(self, request: Request) -> Response:
        """The coming meetings with relevant items."""
        self.view.board.refresh()
        return _page(request, self.view.board.coming(self.view.now()), _coming_object)

    def sites(self, request: Request) -> Response:
        """The health of each site."""
        now = self.view.now()
        return _page(request, self.view.paired(), lambda pair: site_line(*pair, now))

    # ---------------------------------------------------------------------------------------------------- exports

    def export_csv(self, request: Request) -> Response:
        """Every change as a table, streamed: defused for spreadsheets, UTF-8 with the mark they look for."""
        try:
            rows = self._exported(asked(request.query_params))
        except UnknownChoice as trouble:
            return refused(str(trouble), 400)
        return StreamingResponse(self._table(rows), media_type="text/csv; charset=utf-8", headers=_saved("changes.csv"))

    def _table(self, rows: Iterator[Change]) -> Iterator[bytes]:
        yield b"\xef\xbb\xbf" + _csv(list(TABLE))
        for change in rows:
            _, cells = as_table([flat(masked_line(change), self.view.sites.get(change.site))])
            yield _csv(cells[0])

    def export_json(self, request: Request) -> Response:
        """Every change as JSON lines, streamed."""
        try:
            rows = self._exported(asked(request.query_params))
        except UnknownChoice as trouble:
            return refused(str(trouble), 400)
        lines = (_packed(masked_line(change)) + b"\n" for change in rows)
        return StreamingResponse(lines, media_type="application/x-ndjson", headers=_saved("changes.jsonl"))

    def _exported(self, filters: Filters) -> Iterator[Change]:
        sites = self._sites(filters, None)

        def rows() -> Iterator[Change]:
            at = None
            while more := self.view.ledger.changes_before(
                at, 500, among=sites, label=filters.label or None, since=filters.after, until=filters.before
            ):
                yield from (change for _, change in more)
                at = more[-1][0]

        return rows()


def _page(request: Request, items: Sequence[T], shown: Callable[[T], Line], **chosen: str) -> Response:
    """One page of what is numbered by its place in the list."""
    query = request.query_params
    try:
        page, limit = page_of(query.get("page", "")), _limit(query, LARGEST)
    except UnknownChoice as trouble:
        return refused(str(trouble), 400)
    found = part(items, page, limit, request.url.path, chosen | {"limit": query.get("limit", "")})
    return answer({"items": [shown(one) for one in found.items], "next": found.after or None})


def _coming_object(coming: tuple[Meeting, list[News]]) -> Line:
    meeting, about = coming
    return {**meeting_object(meeting), "jurisdiction": about[0].slug, "alerts": [one.key for one in about]}


def _limit(query: Mapping[str, str], usual: int = PAGE) -> int:
    return min(number(query.get("limit", "")) or usual, LARGEST)


def _next(what: str, filters: Filters, before: int, query: Mapping[str, str], **more: str) -> str:
    return f"/api/v1/{what}{filters.query(before=str(before), limit=query.get('limit', ''), **more)}"


def _csv(cells: list[object]) -> bytes:
    line = io.StringIO()
    csv.writer(line).writerow(cells)
    return line.getvalue().encode("utf-8", "replace")  # half a character (a lone surrogate) costs itself, not the table


def _saved(name: str) -> dict[str, str]:
    return {"content-disposition": f'attachment; filename="{name}"'}


def masked_line(change: Change) -> Line:
    """A change with private contact data blotted out, as on the pages."""
    return change_line(masked_change(change))


def place_object(one: Place) -> Line:
    """A place with its status and the papers behind it."""
    home = one.jurisdiction
    return {
        "slug": one.slug, "name": home.name, "state": home.state, "kind": home.kind, "division": home.division,
        "lat": home.lat, "lon": home.lon, "time_zone": home.time_zone, "status": one.standing.status,
        "papers": [_paper(paper) for paper in one.standing.papers],
        "pending": [_paper(paper) for paper in one.standing.pending],
    }  # fmt: skip


def _paper(paper: Paper) -> Line:
    return {
        "status": paper.status, "ends": paper.ends, "date": stamp(paper.at), "title": paper.title, "url": paper.url,
        "section": paper.section or None, "sha256": paper.digest, "change": paper.change,
    }  # fmt: skip


def news_object(one: News) -> Line:
    """An alert as lists show it."""
    moment: datetime | None = one.meeting.start if one.meeting else None
    return {
        "seq": one.seq, "key": one.key, "site": one.site, "jurisdiction": one.slug, "state": one.state, "label": one.label,
        "headline": one.headline, "topics": list(one.topics), "stance": one.stance, "stage": one.stage,
        "urgency": one.urgency, "noticed_at": stamp(one.at), "meeting_start": stamp(moment), "matter": one.matter or None,
        "changes": list(one.changes), "url": one.url,
    }  # fmt: skip
