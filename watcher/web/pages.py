"""The pages for people. Each function turns a request into one page; what it shows is read, never written."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib.metadata import version
from urllib.parse import urlencode

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response

from watcher.alerts import clean, masked, offices_kept, one_line, timing, web_address
from watcher.alerts.wording import DIRECTIONS, STAGES, TOPICS, URGENCIES, likely, local, place, voted
from watcher.errors import ReadError, StoreError
from watcher.exhibit import DIRECTIONS as DIRECTIONS_IN_FULL
from watcher.exhibit import happened, sitting, subject
from watcher.judge import accuracy, builtin
from watcher.ledger.stream import Reach
from watcher.lines import site_line
from watcher.model import Change, DocumentState, Meeting, Site, Snapshot
from watcher.policy import AGREEMENT, CONSIDERED, EXPANDS, LIMITS, NOTHING, STATUSES, Paper
from watcher.registry.words import STATES
from watcher.web import drawing, redline, timeline
from watcher.web.board import STILL, News, Place, newest
from watcher.web.entries import PAGE, Found, phrases_of
from watcher.web.filters import CHOICES, UnknownChoice, asked
from watcher.web.paging import page_of
from watcher.web.view import View

NEWEST, NEXT, LISTED, FIRST = 15, 8, 50, 25
CHANGE_KINDS = {
    "added": "new text", "removed": "text gone", "reworded": "reworded", "moved": "moved", "cancelled": "cancelled",
    "rescheduled": "rescheduled", "revised": "revised",
}  # fmt: skip
FEW_PLACES = 150
REASONS = {  # why a visit failed, as a person would say it
    "wall": "a bot wall stood before the page", "login": "the page asks for a log-in", "soft_404": "an error page in its place",
    "empty": "the page came empty", "layout": "the page is built differently now", "unreadable": "the document cannot be read",
    "too_large": "the document is too large", "timeout": "no answer in time", "unreachable": "the server cannot be reached",
    "tls": "its certificate is not right", "refused": "the server refused", "robots": "robots.txt forbids it",
    "forbidden_address": "the address is none on the open internet",
}  # fmt: skip
UNDRAWN = 12  # places without a spot on the map that are named below it
PAPERS = 6  # behind a status, as far as its page shows them
MEANINGS = {  # each status in a sentence
    LIMITS: "A text on file limits cooperation with federal immigration enforcement.",
    EXPANDS: "A text on file requires or expands cooperation with federal immigration enforcement.",
    AGREEMENT: "An agreement under section 287(g) is on file: local officers act for federal immigration enforcement.",
    CONSIDERED: "A matter on cooperation with federal immigration enforcement is before a body and has not been decided.",
    NOTHING: "No text, agreement or open matter on cooperation with federal immigration enforcement is on file.",
}
FILES = {"application/pdf": ".pdf", "text/html": ".html.txt", "application/json": ".json.txt", "text/plain": ".txt"}


class Pages:
    """Everything that answers with HTML, over one view."""

    def __init__(self, view: View) -> None:
        self.view = view
        self._why = view.why or builtin().why
        self._maps: dict[str, tuple[tuple[int, int], Markup, list[Place]]] = {}
        self.made = Environment(
            loader=PackageLoader("watcher.web"),
            autoescape=True,
            finalize=_shown,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self.made.filters.update(
            when=when,
            opening=_opening,
            own=_own,
            likely=likely,
            mark=drawing.key_mark,
            line=_quoted,
            truncate=_short,
            address=web_address,
            mail=_mail,
            plain=clean,
            reason=lambda words: re.sub(r"(?<=\w)_(?=\w)", " ", words),  # names of cues, as ledgers hold them
            offices=lambda words: offices_kept(one_line(words)),
        )
        self.made.globals.update(
            choices=CHOICES, directions=DIRECTIONS, stages=STAGES, topics=TOPICS, states=STATES, statuses=STATUSES,
            kinds=CHANGE_KINDS, meanings=MEANINGS, reasons=REASONS, shapes=drawing.NAMED, place=place, version=version("ordinance-watcher"),
        )  # fmt: skip

    def page(self, name: str, code: int = 200, **words: object) -> HTMLResponse:
        """One template filled in."""
        view = self.view
        told = {"live": view.live, "searched": view.index is not None, "operated": bool(view.token) and view.live}
        return HTMLResponse(self.made.get_template(name).render(**told, **words), code)

    def missing(self, what: str, status: int = 404) -> HTMLResponse:
        """The page that says that something is not here."""
        return self.page("missing.html", status, here="", what=what)

    # ---------------------------------------------------------------------------------------- map, lists, places

    def home(self, request: Request) -> Response:
        """The map, the newest relevant changes, the next meetings, and counts that are true."""
        return self._map(request, "")

    def state(self, request: Request) -> Response:
        """The same of one state."""
        code = request.path_params["state"].upper()
        if code not in STATES:
            return self.missing("There is no such state")
        return self._map(request, code)

    def _map(self, request: Request, state: str) -> Response:
        view, now = self.view, self.view.now()
        try:
            filters = asked(request.query_params)
        except UnknownChoice as trouble:
            return self.missing(str(trouble), 400)
        state = state or filters.state
        view.board.refresh()
        places = view.board.places(now)
        here = [one for one in places if not state or one.jurisdiction.state == state]
        shown = [
            one
            for one in view.board.newest()
            if (not state or one.state == state)
            and filters.takes(one.state, one.topics, one.stance, one.stage, one.label, one.at)
            and (filters.label or one.label == "relevant")
        ]
        by_state: dict[str, list[Place]] = {}
        for one in places:
            by_state.setdefault(one.jurisdiction.state, []).append(one)
        drawn, undrawn = self._drawn(places, state, now)
        return self.page(
            "home.html",
            here="map",
            state=state,
            filters=filters,
            map=drawn,
            undrawn=undrawn[:UNDRAWN],
            undrawn_more=len(undrawn) > UNDRAWN,
            places=here if len(here) <= FEW_PLACES or state else [],
            tallies=[(code, drawing.tally(found)) for code, found in sorted(by_state.items())],
            statuses_here=_tally(here),
            news=shown[:NEWEST],
            total=len(shown),
            meetings=(view.board.meetings(now, shown[::-1]) if filters.chosen or state else view.board.coming(now))[
                :NEXT
            ],
            counts=view.board.counts(view.sites, len(here), state),
            mutes=view.ledger.mutes(now),
            labels=view.board.by_change,
        )

    def _drawn(self, places: list[Place], state: str, now: datetime) -> tuple[Markup, list[Place]]:
        """The map and the places that are not on it, drawn once for all who ask within a minute, until something is new."""
        key = self.view.board.moment(now)
        drawn = self._maps.get(state)
        if drawn is None or drawn[0] != key:
            here = (one for one in places if state in ("", one.jurisdiction.state))
            undrawn = [one for one in here if drawing.spot(one) is None]
            drawn = self._maps[state] = key, drawing.whole_map(places, state), undrawn
        return drawn[1:]

    def place(self, request: Request) -> Response:
        """One jurisdiction: status, bodies, meetings, matters, documents, health."""
        view, now = self.view, self.view.now()
        view.board.refresh()
        found = view.board.place(request.path_params["slug"], now)
        if found is None:
            return self.missing("This place is not watched")
        news = view.board.by_place.get(found.slug, [])
        states = view.ledger.site_states()
        known = view.ledger.documents_of([site.id for site in found.sites])
        documents = [(site, view.documents(site, known[site.id])) for site in found.sites]
        lines = timeline.matters([one for one in news if one.label == "relevant"])
        shown = timeline.scale(lines, now)
        return self.page(
            "place.html",
            here="map",
            found=found,
            papers=[(paper, self._kept_by(found, paper)) for paper in found.standing.papers[:PAPERS]],
            zone=found.jurisdiction.time_zone,
            sites=[(site, site_line(site, states.get(site.id), now), states.get(site.id)) for site in found.sites],
            meetings=_meetings(known, view.board.meetings(now, news), now),
            lines=[(line, timeline.strip(line, shown, now)) for line in lines],
            axis=timeline.axis(shown, now, found.jurisdiction.time_zone),
            news=newest(news)[:LISTED],
            documents=[
                (site, listed[:FIRST], states[site.id].documents if site.id in states else 0, len(listed))
                for site, listed in documents
            ],
            further=max(0, len(news) - LISTED),
        )

    def _permalink(self, request: Request, change: Change) -> str:
        """The whole address of the page of a change; "" in a copy that does not know where it will stand."""
        base = self.view.base
        if base is None and self.view.live:
            base = f"{request.url.scheme}://{request.url.netloc}"
        return f"{base}/changes/{change.id}" if base else ""

    def _kept_by(self, found: Place, paper: Paper) -> str:
        """The id of the site under which the bytes of a paper are kept; "" where none are."""
        told = self.view.board.by_change.get(paper.change or "")
        among = [told.site] if told else [site.id for site in found.sites] if paper.digest else []
        return next((one for one in among if self.view.ledger.sighting(one, paper.digest or "")), "")

    # ----------------------------------------------------------------------------------------- changes and search

    def change(self, request: Request) -> Response:
        """One change: redline both ways, evidence and reasons, both snapshots, hashes, interval."""
        view = self.view
        try:
            found = view.change(request.path_params["id"])
        except StoreError as trouble:  # several ids begin so
            return self.missing(str(trouble))
        if found is None:
            return self.missing("No such change")
        view.board.refresh()
        site = view.sites.get(found.site)
        told = view.board.by_change.get(found.id)
        verdict = found.verdict
        return self.page(
            "change.html",
            here="changes",
            change=found,
            site=site,
            told=told,
            zone=site.jurisdiction.time_zone if site else "UTC",
            title=f"{happened(found, site)[:1].upper()}{happened(found, site)[1:]}",
            subject=subject_of(found),
            sitting=sitting,
            votes=voted(found, site.jurisdiction.time_zone if site else "UTC"),
            direction=DIRECTIONS_IN_FULL[verdict.stance] if verdict else "",
            redline=redline.shown(found, self._why),
            grounds=redline.grounds(found, self._why),
            timing=timing.told(found, site.jurisdiction) if site else "",
            permalink=self._permalink(request, found),
            snapshots=[
                (side, digest, view.ledger.sighting(found.site, digest, last=side == "before"))
                for side, digest in (("before", found.snapshot_before), ("after", found.snapshot_after))
                if digest
            ],
            heading=[masked(one_line(part)) for part in found.heading],
            elsewhere=self._elsewhere(found, told.changes if told else ()),
        )

    def _elsewhere(self, found: Change, told: tuple[str, ...]) -> list[tuple[str, str, str]]:
        """The other changes told together with one: id, what happened, and what it is about."""
        others = [name for name in told if name != found.id]
        named = self.view.ledger.changes_named(others) if others else {}
        site = self.view.sites.get(found.site)
        return [(name, happened(named[name], site), subject_of(named[name])) for name in others if name in named]

    def search(self, request: Request) -> Response:
        """Full text of current documents and of changes."""
        view, query = self.view, request.query_params
        words = query.get("q", "")[:400]
        try:
            filters = asked(query)
            page = page_of(query.get("page", ""))
        except UnknownChoice as trouble:
            return self.missing(str(trouble), 400)
        kind = query.get("kind", "")
        facets = [f"state{filters.state.lower()}"] if filters.state else []
        for name in ("topic", "direction", "stage", "label"):
            if word := getattr(filters, name):
                facets.append(f"{name}{word.replace('_', '')}")
        if kind in ("change", "document"):
            facets.append(f"kind{kind}")
        found = Found((), 0, False)
        if view.index is not None and page <= 1_000:
            found = view.index.search(words, tuple(facets), page)
        further = f"/search?{urlencode({**dict(query), 'page': page + 1})}" if found.total > page * PAGE else ""
        return self.page(
            "search.html", here="search", words=words, wordy=bool(phrases_of(words)), bare=not words and view.ledger.reach() == Reach(0, 0, 0), filters=filters, kind=kind, found=found, further=further,
            sites=view.sites, zone=lambda name: _zone(view.sites.get(name)), moment=datetime.fromisoformat,
        )  # fmt: skip

    # ------------------------------------------------------------------------------------------------- the watcher

    def method(self, request: Request) -> Response:
        """What is watched, how it is judged, how right that is, how to correct us."""
        view = self.view
        return self.page(
            "method.html", here="method", contact=view.contact, urgencies=URGENCIES, sites=view.sites,
            measured=accuracy(), judge=builtin().name,
        )  # fmt: skip

    # ------------------------------------------------------------------------------------------ texts and snapshots

    def text_before(self, request: Request) -> Response:
        """The side before a change as plain text, whole."""
        return self._side(request, "before")

    def text_after(self, request: Request) -> Response:
        """The side after a change as plain text, whole."""
        return self._side(request, "after")

    def _side(self, request: Request, side: str) -> Response:
        try:
            found = self.view.change(request.path_params["id"])
        except StoreError as trouble:
            return self.missing(str(trouble))
        if found is None:
            return self.missing("No such change")
        return PlainTextResponse(clean(masked(found.before if side == "before" else found.after)))

    def snapshot_text(self, request: Request) -> Response:
        """What a snapshot says, read by today's reader, as plain text."""
        view, snapshot = self.view, self._snapshot(request)
        if snapshot is None or view.texts is None:
            return self.missing("No such snapshot")
        try:
            return PlainTextResponse(masked(clean(view.texts(view.sites[snapshot.site], snapshot))))
        except (ReadError, StoreError) as trouble:
            return self.missing(f"This snapshot cannot be read as text: {trouble}")

    def snapshot_bytes(self, request: Request) -> Response:
        """The bytes of a snapshot to keep, never to be run by a browser."""
        snapshot = self._snapshot(request)
        if snapshot is None or self.view.objects is None:
            return self.missing("No such snapshot")
        try:
            body = self.view.objects.load(snapshot.digest)
        except StoreError as trouble:
            return self.missing(str(trouble))
        name = f"{snapshot.site}-{snapshot.digest[:12]}{FILES.get(snapshot.media_type, '.bin')}"
        headers = {"content-disposition": f'attachment; filename="{name}"'}
        return Response(body, media_type="application/octet-stream", headers=headers)

    def _snapshot(self, request: Request) -> Snapshot | None:
        site, digest = request.path_params["site"], request.path_params["digest"]
        return self.view.ledger.sighting(site, digest, last=True) if site in self.view.sites else None


def when(moment: datetime | None, zone: str) -> Markup:
    """A time in a zone, with the same in UTC on hover (a script of ours adds the reader's own)."""
    if moment is None:
        return Markup("–")
    utc = moment.astimezone(UTC)
    return Markup('<time datetime="{}" title="{}">{}</time>').format(
        utc.isoformat(timespec="seconds"), f"{utc:%Y-%m-%d %H:%M} UTC", local(moment, zone)
    )


def _mail(address: str) -> str:
    """The address as a link that opens a letter; "" for what is none."""
    return f"mailto:{address}" if re.fullmatch(r"[\w.+-]+@[\w.-]+", address, re.ASCII) else ""


def _shown(value: object) -> object:
    """A text without what a screen obeys and no reader sees, wherever it comes from: a registry, a form, a page."""
    return clean(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _opening(words: str) -> str:
    """The words as a sentence begins."""
    return words[:1].upper() + words[1:]


def _own(words: str, name: str) -> str:
    """What is said of a place on its own page, where its name need not stand before everything."""
    return _opening(words.removeprefix(name).lstrip(" –:")) or words


def _short(text: str, length: int) -> str:
    """No more than `length` characters, cut between words where that is not far."""
    if len(text) <= length:
        return text
    kept = text[: length - 1]
    return (kept.rsplit(" ", 1)[0] if " " in kept[-40:] else kept).rstrip(" ,;:–-") + "…"


def _quoted(text: str) -> str:
    """Words of a page in one line, private contact data blotted out."""
    return masked(one_line(text))


def subject_of(change: Change) -> str:
    """What a change is about, in one line, private contact data blotted out."""
    return masked(subject(change))


def _zone(site: Site | None) -> str:
    return site.jurisdiction.time_zone if site else "UTC"


def _tally(places: list[Place]) -> list[tuple[str, int]]:
    return [(status, sum(one.standing.status == status for one in places)) for status in STATUSES]


def _meetings(
    known: Mapping[str, Mapping[str, DocumentState]], told: list[tuple[Meeting, list[News]]], now: datetime
) -> list[tuple[Meeting, list[News]]]:
    """The coming meetings of a place: those with relevant items, and all others that its documents are of."""
    found = {(one[1][0].site, one[0].id): one for one in told}
    for site, documents in known.items():
        for document in documents.values():
            meeting = document.request.meeting
            if meeting and meeting.start and meeting.start > now - STILL and document.request.found_on:
                found.setdefault((site, meeting.id), (meeting, []))
    return sorted(found.values(), key=lambda pair: pair[0].start or now)[:NEXT]
