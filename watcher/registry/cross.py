"""What only the whole registry can show: names that must exist, things that stand twice, keys that exclude each other.

Looks at the plain values, so that one broken entry does not hide what is wrong with the others.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import pydantic

from watcher.registry import grammar, words
from watcher.registry.marks import Marked, Trail
from watcher.registry.schema import Vocabulary
from watcher.registry.wording import explain

Keys = Mapping[str, Any]
BUILT_IN = "console"  # the destination that is there without being configured


def mapping(value: object) -> Keys:
    """The value where it is a mapping, else an empty one."""
    return value if isinstance(value, dict) else {}


def entries(marked: Marked, top: str) -> Iterator[tuple[Trail, Keys]]:
    """The entries of a top-level list that are mappings, with their trails."""
    listed = mapping(marked.value).get(top)
    for number, entry in enumerate(listed if isinstance(listed, list) else ()):
        if isinstance(entry, dict):
            yield (top, number), entry


def check(main: Marked, files: Iterable[Marked], vocabulary: Vocabulary) -> None:
    """Report to each file what is wrong with it in view of all."""
    files = list(files)
    if isinstance(main.value, dict) and not {"sites", "include"} & set(main.value):
        main.report(("sites",), "is missing; name at least one site to watch")
    channels = _channel_kinds(main, vocabulary)
    _channel_names(main, files, channels)
    _twice(files)
    _jurisdictions(files)
    for marked in files:
        for trail, site in entries(marked, "sites"):
            _site(marked, trail, site, vocabulary)


def _channel_kinds(main: Marked, vocabulary: Vocabulary) -> set[str]:
    """Checks each channel's options by the model of its kind; returns the names that may be used."""
    configured = mapping(mapping(main.value).get("channels"))
    for name, entry in configured.items():
        if not isinstance(entry, dict):
            continue
        trail: Trail = ("channels", name)
        kind = entry.get("kind")
        if "kind" not in entry:
            main.report((*trail, "kind"), f"is missing; one of {', '.join(sorted(vocabulary.channels))}")
        elif not isinstance(kind, str) or kind not in vocabulary.channels:
            known = sorted(vocabulary.channels)
            message = f"{grammar.shown(kind)} is not a kind of channel; there are {', '.join(known)}"
            main.report((*trail, "kind"), message, words.nearest(str(kind), known))
        else:
            model = vocabulary.channels[kind]
            try:
                model.model_validate({key: value for key, value in entry.items() if key != "kind"})
            except pydantic.ValidationError as error:
                explain(error, main, model, trail)
    return {*configured, BUILT_IN}


def _channel_names(main: Marked, files: list[Marked], known: set[str]) -> None:
    def look(marked: Marked, trail: Trail, names: object) -> None:
        for number, name in enumerate(names if isinstance(names, list) else ()):
            if isinstance(name, str) and name not in known:
                message = f"there is no channel {grammar.shown(name)}"
                marked.report((*trail, number), message, words.nearest(name, sorted(known)))

    top = mapping(main.value)
    look(main, ("operator",), top.get("operator"))
    look(main, ("defaults", "channels"), mapping(top.get("defaults")).get("channels"))
    for trail, route in entries(main, "routes"):
        look(main, (*trail, "to"), route.get("to"))
    for marked in files:
        for trail, site in entries(marked, "sites"):
            look(marked, (*trail, "channels"), site.get("channels"))


def _twice(files: list[Marked]) -> None:
    ids: dict[str, str] = {}
    pages: dict[tuple[str, ...], str] = {}
    for marked in files:
        for trail, site in entries(marked, "sites"):
            name, here = site.get("id"), f"{marked.file}:{marked.line(trail)}"
            if isinstance(name, str):
                if name in ids:
                    marked.report((*trail, "id"), f"another site is called {grammar.shown(name)} ({ids[name]})")
                ids.setdefault(name, here)
            page = _page(site)
            if page is not None:
                if page in pages:
                    marked.report((*trail, "url"), f"another site watches the same page ({pages[page]})")
                pages.setdefault(page, f"{name if isinstance(name, str) else 'a site'}, {here}")


def _page(site: Keys) -> tuple[str, ...] | None:
    """What a site watches. Two parts (`select`) or two settings (`options`) of one address are two pages."""
    platform, url = site.get("platform"), site.get("url")
    if not isinstance(platform, str) or not isinstance(url, str):
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    same = urlunsplit((parts.scheme, parts.netloc.lower(), parts.path or "/", parts.query, ""))
    return platform, same, str(site.get("select", "")), repr(site.get("options", {}))


def _jurisdictions(files: list[Marked]) -> None:
    places = {
        site["id"]: site.get("jurisdiction")
        for marked in files
        for _, site in entries(marked, "sites")
        if isinstance(site.get("id"), str)
    }
    slugs: dict[str, str] = {}
    seen: dict[str, tuple[str, Keys]] = {}
    for name, place in places.items():
        if isinstance(place, dict):
            slugs.setdefault(slug_of(place), name)
    for marked in files:
        for trail, site in entries(marked, "sites"):
            place = site.get("jurisdiction")
            if isinstance(place, str):
                _reuse(marked, (*trail, "jurisdiction"), place, places, slugs)
            elif isinstance(place, dict):
                _place(marked, (*trail, "jurisdiction"), site, place, seen)


def _reuse(marked: Marked, trail: Trail, name: str, places: Mapping[str, Any], slugs: Mapping[str, str]) -> None:
    if name in slugs and name not in places:
        marked.report(trail, "the place is reused by the id of a site", f'did you mean "{slugs[name]}"?')
    elif name not in places:
        having = sorted(site for site, place in places.items() if isinstance(place, dict))
        marked.report(
            trail, f"there is no site {grammar.shown(name)} to take the place from", words.nearest(name, having)
        )
    else:
        walked = [name]
        while isinstance(following := places.get(walked[-1]), str) and following in places:
            if following in walked:
                marked.report(
                    trail,
                    f"sites point at each other in a circle ({' → '.join([*walked, following])}); give one a place",
                )
                return
            walked.append(following)


def _place(marked: Marked, trail: Trail, site: Keys, place: Keys, seen: dict[str, tuple[str, Keys]]) -> None:
    state, division, slug = place.get("state"), place.get("division"), slug_of(place)
    if isinstance(place.get("name"), str) and place["name"].strip() and slug.endswith("-"):
        marked.report((*trail, "name"), "needs at least one letter or digit")
    if ("lat" in place) != ("lon" in place):
        given, absent = ("lat", "lon") if "lat" in place else ("lon", "lat")
        marked.report((*trail, absent), f"is missing; {given} needs it beside it")
    if isinstance(division, str) and isinstance(state, str):
        steps = division.split("/")[2:3]
        within = steps[0].partition(":")[2].upper() if steps else "US"
        if state in words.STATES and within in words.STATES and within not in (state, "US"):
            marked.report((*trail, "division"), f"lies in {within}, but state says {state}")
    first = seen.setdefault(slug, (str(site.get("id")), place))
    for key in ("division", "kind", "time_zone"):
        if key in place and key in first[1] and place[key] != first[1][key]:
            message = f"site {grammar.shown(first[0])} gives {slug} another {key}; one of the two is wrong, or their names must differ"
            marked.report((*trail, key), message)


def slug_of(place: Keys) -> str:
    """`<state>-<name>` of a place as written."""
    return f"{str(place.get('state', '')).lower()}-{words.slug(str(place.get('name', '')))}"


def refuse_credentials(marked: Marked) -> None:
    """Report every text shaped like a known service's token, before anything might quote it."""
    _credentials(marked, marked.value, ())


def _credentials(marked: Marked, value: object, trail: Trail) -> None:
    if isinstance(value, str):
        in_channel = trail[:1] == ("channels",)  # a site's address has words of its own for this
        if grammar.is_credential(value) or (in_channel and grammar.holds_password(value)):
            marked.doubt(trail, "a secret stands here in clear; put it in an environment variable and write env:NAME")
    elif isinstance(value, dict):
        for key, inner in value.items():
            _credentials(marked, inner, (*trail, key))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            _credentials(marked, inner, (*trail, number))


def _site(marked: Marked, trail: Trail, site: Keys, vocabulary: Vocabulary) -> None:
    platform = site.get("platform")
    if isinstance(platform, str) and platform.strip() and platform not in vocabulary.platforms:
        known = sorted(vocabulary.platforms)
        hint = words.nearest(platform, known)
        message = f"there is no platform {grammar.shown(platform)}" + (
            "" if hint else f"; there are {', '.join(known)}"
        )
        marked.report((*trail, "platform"), message, hint)
    elif isinstance(platform, str):
        _options(marked, trail, platform, site.get("options"), vocabulary.platforms.get(platform, frozenset()))
    if "every" in site and "cron" in site:
        marked.report((*trail, "cron"), "stands beside every; keep one of the two")
    if site.get("enabled") is False and not str(site.get("note") or "").strip():
        marked.report((*trail, "note"), "is missing; enabled: false needs a note that says why")


def _options(marked: Marked, trail: Trail, platform: str, options: object, known: frozenset[str]) -> None:
    for key, value in mapping(options).items():
        if key not in known:
            listed = f"; it has {', '.join(sorted(known))}" if known else "; it has none"
            message = f"the platform {platform} has no such option{listed}"
            marked.report((*trail, "options", key), message, words.nearest(key, sorted(known)))
        elif key == "api" and isinstance(value, str):
            try:
                grammar.web_address(value)
            except grammar.Wrong as wrong:
                marked.report((*trail, "options", key), str(wrong), wrong.hint)
