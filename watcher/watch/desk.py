"""What a watch works with, and what it brings back."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime

from watcher.fetch import Fetcher
from watcher.judge import Judge
from watcher.model import (
    Alert,
    Change,
    Delivery,
    DocumentState,
    Mute,
    Paper,
    Reading,
    Route,
    SiteState,
    Snapshot,
    Tie,
    Visit,
)
from watcher.snapshots import Objects


@dataclass(frozen=True, slots=True)
class Desk:
    """What a watch works with. Everything concrete is chosen by `app`."""

    fetcher: Fetcher
    objects: Objects
    judge: Judge
    now: Callable[[], datetime]
    routes: tuple[Route, ...]
    operator: tuple[str, ...]
    mutes: tuple[Mute, ...] = ()
    matters: Callable[[str], Iterable[tuple[Tie, datetime]]] = lambda jurisdiction: ()


@dataclass(frozen=True, slots=True)
class Look:
    """One document looked at: the visit, the document as known from now on, and what was read if it was read."""

    visit: Visit
    document: DocumentState
    reading: Reading | None = None
    changes: tuple[Change, ...] = ()
    snapshot: Snapshot | None = None
    quiet: bool = False  # read silently: what it lists for the first time is no news either


@dataclass(slots=True)
class Findings:
    """All that one watch of one site found, ready to be recorded in one transaction."""

    state: SiteState
    visits: list[Visit] = field(default_factory=list)
    documents: list[DocumentState] = field(default_factory=list)
    snapshots: list[Snapshot] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    alerts: list[Alert] = field(default_factory=list)
    deliveries: list[Delivery] = field(default_factory=list)
    papers: list[Paper] = field(default_factory=list)
