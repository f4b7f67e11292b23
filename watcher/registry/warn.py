"""What is odd in a correct registry: things that can never happen, and guesses that a person should confirm."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from watcher.errors import Problem
from watcher.model import Channel, Route, Site
from watcher.registry import words
from watcher.registry.cross import entries, mapping
from watcher.registry.grammar import shown
from watcher.registry.marks import Marked, Trail
from watcher.registry.schema import RegistryFile, SiteEntry, Vocabulary

_EASTERN = frozenset({"AK", "GU", "MP"})  # lie, in part, east of Greenwich


def warnings(
    main: Marked,
    files: Sequence[Marked],
    sites: Sequence[Site],
    routes: Sequence[Route],
    channels: Mapping[str, Channel],
    operator: Sequence[str],
    vocabulary: Vocabulary,
) -> Iterator[Problem]:
    """Each oddity with its place, like a problem."""
    if not sites:
        yield main.problem(("sites",), "no site is watched")
    yield from _include(main, files)
    yield from _routes(main, [site for site in sites if site.enabled], routes)
    yield from _untaken(main, [site for site in sites if site.enabled], routes, operator)
    yield from _unheard(main, sites, routes, channels, operator)
    yield from _idle(main, files, vocabulary)
    for marked in files:
        for trail, site in entries(marked, "sites"):
            place = mapping(site.get("jurisdiction"))
            state = place.get("state")
            if not isinstance(state, str):
                continue
            zones = words.STATES[state][1]
            if "time_zone" not in place and len(zones) > 1:
                message = f"is not given; {words.STATES[state][0]} has {' and '.join(zones)}, and {zones[0]} is taken"
                yield marked.problem((*trail, "jurisdiction", "time_zone"), message)
            if place.get("lon", -1) > 0 and state not in _EASTERN:
                message = f"{place['lon']} lies east of Greenwich, outside the United States"
                yield marked.problem((*trail, "jurisdiction", "lon"), message, f'did you mean "-{place["lon"]}"?')


def _idle(main: Marked, files: Sequence[Marked], vocabulary: Vocabulary) -> Iterator[Problem]:
    """Keys that are taken and not acted on yet, or not here: whoever wrote one expects it to do something."""
    written: list[tuple[Marked, Trail, object]] = [(main, (), RegistryFile)]
    for name, entry in mapping(mapping(main.value).get("channels")).items():
        written.append((main, ("channels", name), vocabulary.channels.get(mapping(entry)["kind"])))
    for marked in files:
        written += [(marked, trail, SiteEntry) for trail, _ in entries(marked, "sites")]
    for marked, trail, model in written:
        idle: Mapping[str, str] = getattr(model, "IDLE", {})
        for key, value in mapping(marked.at(trail)).items():
            if key in idle and value:
                yield marked.problem((*trail, key), f"has no effect yet: {idle[key]}")
            if model is SiteEntry and key in vocabulary.lacking and value:
                yield marked.problem((*trail, key), vocabulary.lacking[key])


def _include(main: Marked, files: Sequence[Marked]) -> Iterator[Problem]:
    if mapping(main.value).get("include") and len(files) == 1:
        yield main.problem(("include",), "matches no file")


def _routes(main: Marked, watched: Sequence[Site], routes: Sequence[Route]) -> Iterator[Problem]:
    for number, route in enumerate(routes):
        where = ("routes", number, "when")
        left = list(watched)
        for key, wanted, word in (
            ("states", route.states, "state"),
            ("jurisdictions", route.jurisdictions, "slug"),
            ("kind", route.kind, "kind"),
        ):
            have = {site.kind if word == "kind" else str(getattr(site.jurisdiction, word)) for site in watched}
            for name in wanted:
                if watched and name not in have:
                    hint = words.nearest(name, sorted(have)) if word == "slug" else ""
                    yield main.problem(
                        (*where, key), f"no enabled site is {'of kind' if word == 'kind' else 'in'} {shown(name)}", hint
                    )
            left = [
                site
                for site in left
                if not wanted or (site.kind if word == "kind" else getattr(site.jurisdiction, word)) in wanted
            ]
        if watched and not left:
            yield main.problem(where, "this route can never match: no enabled site fits all its conditions")
        elif route in routes[:number]:
            yield main.problem(("routes", number), "says the same as an earlier route")


def _untaken(
    main: Marked, watched: Sequence[Site], routes: Sequence[Route], operator: Sequence[str]
) -> Iterator[Problem]:
    """States whose alerts no route can take, whatever they say."""
    if not routes:
        return
    heard = {
        site.jurisdiction.state
        for site in watched
        for route in routes
        if (not route.states or site.jurisdiction.state in route.states)
        and (not route.jurisdictions or site.jurisdiction.slug in route.jurisdictions)
        and (not route.kind or site.kind in route.kind)
    }
    missed = sorted({site.jurisdiction.state for site in watched} - heard)
    if missed and heard:  # where none can match at all, each of them was named
        message = f"no route takes alerts of {', '.join(missed)}: they go to the operator ({', '.join(operator)})"
        yield main.problem(("routes",), message)


def _unheard(
    main: Marked,
    sites: Sequence[Site],
    routes: Sequence[Route],
    channels: Mapping[str, Channel],
    operator: Sequence[str],
) -> Iterator[Problem]:
    heard = {*operator, *(name for route in routes for name in route.to)}
    if not routes:
        heard |= {name for site in sites if site.enabled for name in site.channels}
        if any(site.enabled and not site.channels for site in sites):
            message = f"without routes and without defaults: channels:, alerts go to the operator ({', '.join(operator)}) alone"
            yield main.problem(("channels",), message)
    for name in mapping(mapping(main.value).get("channels")):
        if name not in heard and name in channels:
            yield main.problem(("channels", name), "nothing is ever sent to this channel")
