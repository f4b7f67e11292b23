"""The long lists of places, sites and documents, a page at a time, with filters in the address."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response

from watcher.exhibit import happened
from watcher.lines import site_line
from watcher.model import Change, Site
from watcher.policy import STATUSES
from watcher.registry.words import STATES
from watcher.web.filters import Filters, UnknownChoice, asked
from watcher.web.pages import Pages, subject_of
from watcher.web.paging import BLOCK, number, page_of, part

SHOWN = 100  # entries a page
STEP = BLOCK + 1  # changes read at once
LOOKED = 20_000  # and looked through for one page: what no column filters
HEALTHS = ("blind", "failing", "suspect", "new", "ok", "off")  # as the list orders them


class Lists:
    """What answers with a long table, over the pages' view."""

    def __init__(self, pages: Pages) -> None:
        self.pages = pages
        self.view = pages.view

    def places(self, request: Request) -> Response:
        """Every place with its status."""
        view = self.view
        try:
            chosen = {"status": _one(request, "status", STATUSES), "state": _one(request, "state", STATES)}
            page = page_of(request.query_params.get("page", ""))
        except UnknownChoice as trouble:
            return self.pages.missing(str(trouble), 400)
        view.board.refresh()
        every = view.board.places(view.now())
        found = [
            one
            for one in every
            if chosen["status"] in ("", one.standing.status) and chosen["state"] in ("", one.jurisdiction.state)
        ]
        states = sorted({one.jurisdiction.state for one in every})
        return self.pages.page(
            "places.html", here="map", part=part(found, page, SHOWN, "/places", chosen), chosen=chosen,
            known={code: STATES[code][0] for code in states if code in STATES}, any=bool(every),
        )  # fmt: skip

    def sites(self, request: Request) -> Response:
        """Health of each site, those in trouble first."""
        try:
            chosen = {"health": _one(request, "health", HEALTHS), "state": _one(request, "state", STATES)}
            page = page_of(request.query_params.get("page", ""))
        except UnknownChoice as trouble:
            return self.pages.missing(str(trouble), 400)
        paired = [(site, site_line(site, state, self.view.now()), state) for site, state in self.view.paired()]
        told = [(_health(site, line), (site, line, state)) for site, line, state in paired]
        counts = Counter(health for health, _ in told)
        states = sorted({site.jurisdiction.state for site, _, _ in paired})
        kept = [
            (health, row)
            for health, row in told
            if chosen["health"] in ("", health) and chosen["state"] in ("", row[0].jurisdiction.state)
        ]
        kept.sort(key=lambda one: HEALTHS.index(one[0]))
        rows = [row for _, row in kept]
        return self.pages.page(
            "sites.html", here="sites", part=part(rows, page, SHOWN, "/sites", chosen), chosen=chosen,
            tallies=[(health, counts[health]) for health in HEALTHS if counts[health]],
            known={code: STATES[code][0] for code in states if code in STATES},
        )  # fmt: skip

    def documents(self, request: Request) -> Response:
        """Every watched document of a place, those changed last first."""
        view = self.view
        try:
            page = page_of(request.query_params.get("page", ""))
        except UnknownChoice as trouble:
            return self.pages.missing(str(trouble), 400)
        view.board.refresh()
        found = view.board.place(request.path_params["slug"], view.now())
        if found is None:
            return self.pages.missing("This place is not watched")
        known = view.ledger.documents_of([site.id for site in found.sites])
        rows = [
            (site, document, change)
            for site in found.sites
            for document, change in view.documents(site, known[site.id])
        ]
        shown = part(rows, page, SHOWN, f"/j/{found.slug}/documents", {})
        figures = view.ledger.site_figures()
        watched = sum(figures[site.id][1] for site in found.sites if site.id in figures)
        return self.pages.page("documents.html", here="map", found=found, part=shown, watched=watched)

    def changes(self, request: Request) -> Response:
        """Every change of the ledger, page by page, newest first."""
        view, query = self.view, request.query_params
        try:
            filters, before = asked(query), number(query.get("before", ""))
            slug = query.get("place", "").strip()
            if slug and slug not in {site.jurisdiction.slug for site in view.sites.values()}:
                raise UnknownChoice(f"There is no place called “{slug[:60]}”")
        except UnknownChoice as trouble:
            return self.pages.missing(str(trouble), 400)
        plain = not (filters.chosen or slug)
        rows, at = view.block(before) if plain and not view.live else self._matching(filters, slug, before)
        return self.pages.page(
            "changes.html", here="changes", filters=filters, slug=slug, chosen=not plain, first=before is None,
            rows=[(change, view.sites.get(change.site)) for _, change in rows],
            older=f"/changes{filters.query(before=str(at), place=slug)}" if at else "",
            subject=subject_of, happened=happened,
        )  # fmt: skip

    def _matching(self, filters: Filters, slug: str, before: int | None) -> tuple[list[tuple[int, Change]], int | None]:
        """The entries of one page, and the number before which the next page looks.

        Topic, direction and stage stand in the verdict, not in a column: the database looks for their words in what it
        stores, through no more than `LOOKED` entries for one page, so that a rare one gives a short page with a way on.
        """
        view = self.view
        among = None
        if filters.state or slug:
            homes = ((site.id, site.jurisdiction) for site in view.sites.values())
            among = [name for name, home in homes if filters.state in ("", home.state) and slug in ("", home.slug)]
        holding = _stored(filters)
        start = before or view.ledger.reach().changes + 1
        least = max(0, start - 1 - LOOKED) if holding else 0
        rows: list[tuple[int, Change]] = []
        at = start
        while True:
            more = view.ledger.changes_before(
                at, STEP, among=among, label=filters.label or None, since=filters.after, until=filters.before,
                after=least, holding=holding,
            )  # fmt: skip
            rows += [pair for pair in more if self._takes(filters, pair[1])]
            if len(rows) > BLOCK:
                return rows[:BLOCK], rows[BLOCK - 1][0]
            if len(more) < STEP:
                return rows, least + 1 if least else None
            at = more[-1][0]

    def _takes(self, filters: Filters, change: Change) -> bool:
        verdict, site = change.verdict, self.view.sites.get(change.site)
        return filters.takes(
            site.jurisdiction.state if site else "",
            verdict.topics if verdict else (),
            verdict.stance if verdict else "unclear",
            verdict.stage if verdict else "unknown",
            verdict.label if verdict else "",
            change.seen_at,
        )


def _stored(filters: Filters) -> list[str]:
    """What the stored form of a change with these properties holds, beside what else holds it."""
    said = [f'"{filters.topic}"'] if filters.topic else []
    said += [f'"stance":"{filters.direction}"'] if filters.direction else []
    return said + ([f'"stage":"{filters.stage}"'] if filters.stage else [])


def _health(site: Site, line: Mapping[str, object]) -> str:
    return str(line["health"]) if site.enabled else "off"


def _one(request: Request, name: str, words: object) -> str:
    """The word of a filter, "" for none. Raises UnknownChoice for one that is none of `words`."""
    word = request.query_params.get(name, "").strip()
    word = word.upper() if name == "state" else word
    if word and word not in words:  # type: ignore[operator]
        raise UnknownChoice(f"There is no {name} called “{word[:60]}”")
    return word
