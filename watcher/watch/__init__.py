"""From due to alert: one site watched once. This is the first of the two stories (the other is `deliver`).

    opening ─▶ visit ─▶ ladder of cheap exits ─▶ save ─▶ read ─▶ compare ─▶ judge ─▶ compose ─▶ route ─▶ Findings

`watch` decides nothing itself and writes nothing but bytes: its `Findings` go to the ledger in one transaction, so a
kill at any instant leaves the site exactly as it was before the visit, and the next visit finds the same news again.

    walk       which documents a site leads to, level by level
    look       one document: visit, the ladder of cheap exits, and only then save, read and compare
    stored     what was seen, as it is kept and as it is read again
    whole      the site after that: its changes, each once and with a verdict, and its state
    desk       what a watch works with, and what it brings back
"""

from __future__ import annotations

from collections.abc import Mapping
from zoneinfo import ZoneInfo

from watcher import alerts, platforms, policy
from watcher.model import DocumentState, Site, SiteState
from watcher.watch.desk import Desk, Findings
from watcher.watch.look import delay_of
from watcher.watch.stored import response_of
from watcher.watch.walk import Walk, place_of
from watcher.watch.whole import judged, not_listed_before, once_each, state_after, with_agenda

__all__ = ["Desk", "Findings", "delay_of", "judged", "once_each", "place_of", "response_of", "watch"]


async def watch(site: Site, state: SiteState, known: Mapping[str, DocumentState], desk: Desk) -> Findings:
    """Visits `site` once and returns what was found.

    opening → level by level: look at each document, collect what it lists → judge → compose → route.
    Trouble with a document is its visit's outcome; the rest of the site goes on.
    """
    started = desk.now()
    if state.url != site.url:  # a changed address is another document: it starts with a baseline of its own
        state, known = SiteState(site=site.id, url=site.url), {}
    today = started.astimezone(ZoneInfo(site.jurisdiction.time_zone)).date()
    walk = Walk(site, known, desk, started)
    await walk.go(platforms.load(site.platform).opening(site, today))
    changes = once_each(change for look in walk.looks for change in look.changes)
    changes = await not_listed_before(site, changes, known.values(), desk.objects)
    changes = [await with_agenda(site, change, walk.seen.values(), desk.objects) for change in changes]
    changes = judged(changes, desk.judge)
    known_matters = list(desk.matters(site.jurisdiction.slug)) if changes else []
    changes = alerts.linked(changes, [tie for tie, _ in known_matters])
    composed = alerts.compose(site, changes, started, known_matters)
    return Findings(
        state=state_after(state, walk),
        visits=[look.visit for look in walk.looks],
        documents=[document for key, document in walk.seen.items() if document is not known.get(key)],
        snapshots=[look.snapshot for look in walk.looks if look.snapshot],
        changes=list(changes),
        alerts=list(composed),
        papers=list(policy.agreed(walk.standing)),
        deliveries=[
            delivery
            for alert in composed
            for delivery in alerts.route(alert, desk.routes, site.channels, desk.operator, desk.mutes, started)
        ],
    )
