"""What the pages have at hand: one slim line for each alert, the places, their status, the true counts.

Read from the ledger once and then only what was added (`Ledger.alerts_after`), so that a page over 100,000 changes costs
what is new, not what is old. Derived: it is made anew at every start.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from watcher.alerts import masked, one_line, shortened, stages
from watcher.alerts.compose import title
from watcher.alerts.wording import place, what_happened
from watcher.ledger import Ledger
from watcher.model import Alert, Jurisdiction, Meeting, PolicyEntry, Site
from watcher.policy import NOTHING, Paper, Standing, cited, paper, place_of, standing
from watcher.registry.words import STATES

SUBJECT = 220  # UTF-16 units of what an entry of a list is about
NAMES = {code: name for code, (name, _) in STATES.items()}
TROUBLE = frozenset({"suspect", "failing", "blind"})
STILL = timedelta(hours=6)  # a meeting that began this long ago may still be sitting


@dataclass(frozen=True, slots=True)
class News:
    """One alert as lists show it. `change` is the entry of the ledger that says most of it, `changes` are all."""

    seq: int
    key: str
    site: str
    slug: str
    state: str
    place: str
    body: str
    label: str
    headline: str
    what: str  # the kind of change in words, without the time of the meeting
    subject: str  # what it is about: the headline without place and kind
    topics: tuple[str, ...]
    stance: str
    stage: str
    urgency: str
    at: datetime
    changes: tuple[str, ...]
    matter: str  # file number and title
    meeting: Meeting | None
    zone: str
    thread: str
    url: str
    date: datetime  # of the stage, as far as the source dates it

    @property
    def change(self) -> str:
        """The id of the change that leads."""
        return self.changes[0]


@dataclass(frozen=True, slots=True)
class Place:
    """One jurisdiction with its sites and its status."""

    jurisdiction: Jurisdiction
    sites: tuple[Site, ...]
    standing: Standing

    @property
    def slug(self) -> str:
        """Its slug."""
        return self.jurisdiction.slug

    @property
    def name(self) -> str:
        """As people write it."""
        return place(self.jurisdiction)


@dataclass(frozen=True, slots=True)
class Counts:
    """The figures of the first page, each true of the ledger at the moment of asking."""

    places: int
    sites: int
    troubled: int
    documents: int
    changes: int
    relevant: int


class Board:
    """Safe to use from several threads. `refresh` first, then ask."""

    def __init__(self, ledger: Ledger, sites: Mapping[str, Site], policy: Sequence[PolicyEntry]) -> None:
        self._ledger = ledger
        self._guard = threading.Lock()
        self.still = False  # True of what is to show one moment: a copy that is being written
        self._alerts = 0
        self._coming: tuple[tuple[int, int], list[tuple[Meeting, list[News]]]] | None = None
        self._places: tuple[tuple[int, int], list[Place]] | None = None
        self._changes = -1
        self._labels: dict[str, Mapping[str, int]] = {}  # of all under "", of a state under its code
        self.news: list[News] = []  # oldest first
        self._newest: tuple[int, list[News]] = (0, [])
        self.by_place: dict[str, list[News]] = defaultdict(list)
        self.by_change: dict[str, News] = {}
        self._papers: dict[str, list[Paper]] = defaultdict(list)
        self._texts: dict[str, list[Paper]] = {}  # in force when first seen
        self._standings: dict[str, tuple[datetime, Standing]] = {}
        self._sites: dict[str, list[Site]] = defaultdict(list)
        self._homes: dict[str, Jurisdiction] = {}
        for site in sites.values():
            self._sites[site.jurisdiction.slug].append(site)
            self._homes.setdefault(site.jurisdiction.slug, site.jurisdiction)
        for entry in policy:
            self._papers[entry.jurisdiction].append(cited(entry))

    def refresh(self) -> None:
        """Takes up what the ledger has got since the last time."""
        if self.still:
            return
        with self._guard:
            reach = self._ledger.reach()
            while self._alerts < reach.alerts and (more := self._ledger.alerts_after(self._alerts)):
                for seq, alert in more:
                    self._take(seq, alert)
            if (standing_texts := self._ledger.papers()) != self._texts:
                self._texts = standing_texts
                self._standings.clear()
            if reach.changes != self._changes:
                self._labels, self._changes = {"": self._ledger.change_labels()}, reach.changes

    def _take(self, seq: int, alert: Alert) -> None:
        self._alerts = seq
        slug = alert.jurisdiction.slug
        self._homes.setdefault(slug, alert.jurisdiction)
        if (found := paper(alert)) is not None and (home := place_of(alert, list(self._homes.values()), NAMES)):
            self._papers[home.slug].append(replace(found, title=masked(one_line(found.title))))
            self._standings.pop(home.slug, None)
        if alert.changes:  # what the operator hears of a broken site is no news of a place
            one = _news(seq, alert)
            self.news.append(one)
            self.by_place[slug].append(one)
            self.by_change.update(dict.fromkeys(one.changes, one))

    def newest(self) -> list[News]:
        """All news, what was noticed last first; put in order once for all who ask until something is new."""
        number, found = self._newest
        if number != len(self.news):
            known = list(self.news)  # another thread may add to it meanwhile
            found = newest(known)
            self._newest = len(known), found
        return found

    def places(self, now: datetime) -> list[Place]:
        """Every watched or cited place, by state and name."""
        key = self.moment(now)
        if self._places is None or self._places[0] != key:
            found = [self._place(slug, now) for slug in list(self._homes)]
            found.sort(key=lambda one: (one.jurisdiction.state, one.jurisdiction.name, one.slug))
            self._places = key, found
        return self._places[1]

    def moment(self, now: datetime) -> tuple[int, int]:
        """What a derived thing is good for: as long as nothing is new, and for a minute, since statuses age."""
        return self._alerts, int(now.timestamp() // 60)

    def place(self, slug: str, now: datetime) -> Place | None:
        """One place, or None where it is neither watched nor known from the past."""
        return self._place(slug, now) if slug in self._homes else None

    def _place(self, slug: str, now: datetime) -> Place:
        papers = [*self._texts.get(slug, ()), *self._papers.get(slug, ())]
        if not papers:
            found = Standing(NOTHING)
        else:
            made, found = self._standings.get(slug, (now, Standing(NOTHING)))
            if slug not in self._standings or not made <= now < made + timedelta(minutes=10):
                found = standing(papers, now)
                self._standings[slug] = now, found
        return Place(self._homes[slug], tuple(self._sites.get(slug, ())), found)

    def counts(self, sites: Mapping[str, Site], places: int, state: str = "") -> Counts:
        """The figures of the first page, or of a state's. `places` are those it shows."""
        figures = self._ledger.site_figures()
        here = [site for site in sites.values() if state in ("", site.jurisdiction.state)]
        watched = [figures.get(site.id) for site in here if site.enabled]
        labels = self._labels.get(state)
        if labels is None:
            labels = self._labels[state] = self._ledger.change_labels([site.id for site in here])
        return Counts(
            places=places,
            sites=len(watched),
            troubled=sum(found is not None and found[0] in TROUBLE for found in watched),
            documents=sum(found[1] for found in watched if found is not None),
            changes=sum(labels.values()),
            relevant=labels.get("relevant", 0),
        )

    def coming(self, now: datetime) -> list[tuple[Meeting, list[News]]]:
        """The coming meetings with relevant items, of all places; made once for all who ask within a minute."""
        key = self.moment(now)
        if self._coming is None or self._coming[0] != key:
            self._coming = key, self.meetings(now, (one for one in self.news if one.label == "relevant"))
        return self._coming[1]

    def meetings(self, now: datetime, among: Iterable[News] | None = None) -> list[tuple[Meeting, list[News]]]:
        """The coming meetings with relevant items, the next first, each as it was known last."""
        coming: dict[tuple[str, str], tuple[Meeting, list[News]]] = {}
        for one in self.news if among is None else among:
            meeting = one.meeting
            if meeting is None or meeting.start is None:
                continue
            key = (one.site, meeting.id)
            about = coming[key][1] if key in coming else []
            about.append(one)
            coming[key] = (meeting, about)
        ahead = [found for found in coming.values() if found[0].start and found[0].start > now - STILL]
        return sorted(ahead, key=lambda found: (found[0].start or now, found[1][0].place))


def newest(news: Iterable[News]) -> list[News]:
    """The news as a reader wants them: what was noticed last first, whenever it came into the ledger."""
    return sorted(news, key=lambda one: (one.at, one.seq), reverse=True)


def _what(alert: Alert) -> str:
    lead = alert.changes[0]
    meeting = replace(lead.meeting, start=None) if lead.meeting else None  # its time is told beside it
    return masked(one_line(what_happened(replace(lead, meeting=meeting), alert.kind, alert.time_zone)))


def _news(seq: int, alert: Alert) -> News:
    matter = alert.matter
    known = (matter.file, matter.title) if matter else ()
    return News(
        seq=seq,
        key=alert.key,
        site=alert.site,
        slug=alert.jurisdiction.slug,
        state=alert.jurisdiction.state,
        place=place(alert.jurisdiction),
        body=one_line(alert.body or ""),
        label=alert.label,
        headline=masked(one_line(alert.headline)),
        what=_what(alert),
        subject=shortened(masked(one_line(title(alert.changes[0]))), SUBJECT),
        topics=alert.topics,
        stance=alert.stance,
        stage=alert.stage,
        urgency=alert.urgency,
        at=max(change.seen_at for change in alert.changes),
        changes=tuple(change.id for change in alert.changes),
        matter=masked(" · ".join(one_line(part) for part in known if part)),
        meeting=replace(alert.meeting, documents=()) if alert.meeting else None,
        zone=alert.time_zone,
        thread=alert.thread,
        url=alert.source_url or alert.changes[0].url,
        date=next((one.date for one in stages([alert])), alert.created_at),
    )
