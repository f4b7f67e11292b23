"""Checked entries to the values of the model, with every default filled in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import timedelta
from types import MappingProxyType

from watcher.model import Channel, Contact, Jurisdiction, PolicyEntry, Route, Site, View
from watcher.registry import cross, words
from watcher.registry.schema import DefaultsEntry, JurisdictionEntry, RegistryFile, SiteEntry

EVERY = timedelta(hours=1)
NEAR_MEETING = timedelta(minutes=15)
MIN_DELAY = timedelta(seconds=2)
_LISTED = frozenset({"agenda", "legislation"})  # kinds whose page is a list of further documents


def channels(entry: RegistryFile, listed: Sequence[SiteEntry]) -> dict[str, Channel]:
    """The configured channels, and the console that is always there, where none is configured or its name is used."""
    made = {
        name: Channel(
            name, options["kind"], MappingProxyType({key: value for key, value in options.items() if key != "kind"})
        )
        for name, options in entry.channels.items()
    }
    named = [*(entry.operator or ()), *(entry.defaults.channels or ())]
    named += [name for route in entry.routes for name in route.to]
    named += [name for site in listed for name in site.channels or ()]
    if cross.BUILT_IN not in made and (
        cross.BUILT_IN in named or all(channel.kind != "console" for channel in made.values())
    ):
        made[cross.BUILT_IN] = Channel(cross.BUILT_IN, "console")
    return made


def console_of(made: Mapping[str, Channel]) -> str:
    """The channel that hears what nobody else does: the first console."""
    return next((name for name, channel in made.items() if channel.kind == "console"), cross.BUILT_IN)


def sites(listed: Sequence[SiteEntry], defaults: DefaultsEntry, made: Mapping[str, Channel]) -> tuple[Site, ...]:
    """The sites in the order they stand, each with its place resolved."""
    by_id = {site.id: site for site in listed}
    fallback = tuple(defaults.channels or ()) or (tuple(made) if set(made) == {cross.BUILT_IN} else ())
    return tuple(_site(site, jurisdiction(_place(site, by_id)), defaults, fallback) for site in listed)


def _place(site: SiteEntry, by_id: Mapping[str, SiteEntry]) -> JurisdictionEntry:
    while isinstance(site.jurisdiction, str):
        site = by_id[site.jurisdiction]
    return site.jurisdiction


def jurisdiction(entry: JurisdictionEntry) -> Jurisdiction:
    """A place; its zone is that of the state (of most of its people, where the state has two)."""
    return Jurisdiction(
        slug=f"{entry.state.lower()}-{words.slug(entry.name)}",
        name=entry.name,
        state=entry.state,
        kind=entry.kind,
        time_zone=entry.time_zone or words.STATES[entry.state][1][0],
        division=entry.division,
        lat=entry.lat,
        lon=entry.lon,
    )


def _site(entry: SiteEntry, place: Jurisdiction, defaults: DefaultsEntry, fallback: tuple[str, ...]) -> Site:
    follow = entry.follow
    if follow is None:
        follow = list(words.FOLLOW_BY_DEFAULT) if entry.kind in _LISTED else []
    return Site(
        id=entry.id,
        jurisdiction=place,
        platform=entry.platform,
        url=entry.url,
        body=entry.body,
        kind=entry.kind,
        every=_first(entry.every, defaults.every, EVERY),
        cron=entry.cron,
        near_meeting=_first(entry.near_meeting, defaults.near_meeting, NEAR_MEETING),
        min_delay=_first(entry.min_delay, defaults.min_delay, MIN_DELAY),
        follow=tuple(dict.fromkeys(follow)),
        view=View(entry.select, tuple(entry.ignore), tuple(entry.ignore_text)),
        render=entry.render,
        ocr=entry.ocr,
        contact=Contact(entry.contact.url, entry.contact.phone, entry.contact.email) if entry.contact else None,
        options=MappingProxyType({key: str(value) for key, value in entry.options.items()}),
        channels=tuple(dict.fromkeys(entry.channels or fallback)),
        enabled=entry.enabled,
        note=entry.note,
    )


def _first(own: timedelta | None, default: timedelta | None, otherwise: timedelta) -> timedelta:
    return own if own is not None else default if default is not None else otherwise


def routes(entry: RegistryFile, watched: Sequence[Site]) -> tuple[Route, ...]:
    """The routes in the order they stand. A digest without `tz` is one message for all places, so it needs one clock:
    that of most of the sites."""
    zones = Counter(site.jurisdiction.time_zone for site in watched).most_common(1)
    most = zones[0][0] if zones else None
    return tuple(
        Route(
            to=tuple(dict.fromkeys(route.to)),
            at_least="unsure" if route.when.at_least == "unsure" else "relevant",
            states=tuple(route.when.states),
            jurisdictions=tuple(route.when.jurisdictions),
            topics=tuple(route.when.topics),
            stance=tuple(route.when.stance),
            stage=tuple(route.when.stage),
            kind=tuple(route.when.kind),
            urgency=tuple(route.when.urgency),
            tier=tuple(route.when.tier),
            digest=route.digest,
            quiet=route.quiet,
            time_zone=route.tz or (most if route.digest else None),
        )
        for route in entry.routes
    )


def policy(entry: RegistryFile) -> tuple[PolicyEntry, ...]:
    """The cited statuses in the order they stand."""
    return tuple(PolicyEntry(line.jurisdiction, line.status, line.title, line.date, line.url) for line in entry.policy)
