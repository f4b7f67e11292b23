"""`watcher detect`: which vendor is this, and a ready entry for sites.yaml.

the address ─▶ its page ─▶ sure? ─▶ entry
                           └▶ the few links that lead to agendas, one step ─▶ the surest ─▶ entry
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated
from urllib.parse import urlsplit

import orjson
import typer

from watcher import platforms, settings
from watcher.app import fetching
from watcher.cli.frame import Json, configuration, exit_codes, refuse
from watcher.cli.reports import emit
from watcher.errors import FetchError, ReadError
from watcher.fetch import Fetcher
from watcher.model import Request, Response, Validators
from watcher.reading import pages
from watcher.registry.words import STATES

STEPS = 4  # links of a home page that are tried
AGENDAS = re.compile(
    r"\bagendas?\b|agenda ?center|\bmeetings?\b.{0,20}\b(?:minutes|calendar|portal|videos?)\b|\blegislat(?:ion|ive)\b|\b(?:city |town |county )?council meetings\b|\bpublic meetings\b",
    re.IGNORECASE,
)
NAMED = (
    re.compile(
        r"\b(?P<kind>City|Town|Village|Borough|Township|County) of (?P<name>[A-Z][\w.'’ -]{1,40}?)(?:,? (?P<state>[A-Z]{2})\b|$|[,|•–—:-])"
    ),
    re.compile(r"(?:^|[|•–—-] *)(?P<name>[A-Z][\w.'’ -]{1,40}?(?P<kind> County)?), (?P<state>[A-Z]{2})\b"),
)


@dataclass(frozen=True, slots=True)
class Find:
    """A page and who made it."""

    platform: str
    confidence: float
    response: Response


def detect(
    url: Annotated[
        str, typer.Argument(metavar="URL", help="A council's calendar, a city's home page, any page to watch.")
    ],
    as_json: Json = False,
) -> None:
    """Recognise a page's vendor and print an entry for sites.yaml.

    A home page is followed one step to its agendas. The entry is valid as it stands; the place in it is read off the
    page or guessed from the address, and must be looked at.
    """
    with exit_codes(as_json=as_json):
        if not url.startswith(("http://", "https://")):
            refuse(f"{url} is no web address: write https://{url.partition('://')[2] or url}", as_json=as_json)
        try:
            found = asyncio.run(look(configuration(), url))
        except FetchError as trouble:
            hint = "; WATCHER_ALLOW_NETWORKS names private networks that may be visited"
            words = f"{trouble} ({trouble.reason})" + hint * (trouble.reason == "forbidden_address")
            refuse(words, as_json=as_json, error=type(trouble).__name__, code=1)
        name, entry = found.platform, entry_for(found)
        if as_json:
            emit(
                {
                    "type": "detect",
                    "url": url,
                    "platform": name,
                    "confidence": found.confidence,
                    "entry": entry,
                    "found": found.response.url,
                }
            )
            return
        sure = "no vendor recognised; the page itself can be watched" if name == "page" else "recognised"
        where = f" at {found.response.url}" if found.response.url != url else ""
        typer.echo(f"{name} (confidence {found.confidence:.2f}): {sure}{where}\n\n{entry}")
        typer.echo(
            "Put it under `sites:` in sites.yaml, look at the place, then `watcher validate` and `watcher check ID`."
        )


async def look(config: settings.Settings, url: str) -> Find:
    """The page, or the page one step from it that is surer to hold the agendas. FetchError where the page is not had."""
    async with fetching(config) as fetcher:
        home = await visit(fetcher, url)
        finds = [home]
        if not is_listing(home):
            for link in tuple(to_agendas(home))[:STEPS]:
                try:
                    finds.append(await visit(fetcher, link))
                except FetchError:
                    continue  # one dead link of a home page says nothing of the others
                if finds[-1].platform != "page" and finds[-1].confidence >= platforms.SURE:
                    return finds[-1]
    return max(finds, key=lambda find: find.confidence if find.platform != "page" else 0.0)


def is_listing(find: Find) -> bool:
    """Whether the address itself is a vendor's page of meetings, and not some city's front door."""
    return find.confidence >= platforms.SURE and urlsplit(find.response.url).path.strip("/") != ""


def to_agendas(home: Find) -> Iterator[str]:
    """Addresses on a page that lead to agendas: a vendor's own host first, then what says so in its words."""
    if not pages.is_html(home.response):
        return
    try:
        links = list(pages.links(pages.page_of(home.response), home.response.url))
    except ReadError:
        return
    by_address = [url for _, url in links if platforms.recognise(url, None)[0][1] >= platforms.SURE]
    by_words = [url for text, url in links if AGENDAS.search(text) or AGENDAS.search(urlsplit(url).path)]
    here = home.response.url.partition("#")[0]
    yield from (url for url in dict.fromkeys(by_address + by_words) if url.partition("#")[0] != here)


async def visit(fetcher: Fetcher, url: str) -> Find:
    """One page, fetched by the same door and rules as any visit, and who made it."""
    answer = await fetcher.visit(Request(url), Validators(), min_delay=timedelta(seconds=2))
    if not isinstance(answer, Response):
        raise FetchError("the server answered 304 to a first visit", url=url)
    name, confidence = platforms.recognise(answer.url, answer)[0]
    return Find(name, confidence, answer)


def entry_for(find: Find) -> str:
    """An entry of `sites:` that validates; the place is read off the page's title or guessed from the address."""
    url, platform = find.response.url, find.platform
    host = urlsplit(url).hostname or ""
    label = "place" if re.fullmatch(r"[0-9.:]+", host) else host.removeprefix("www.").partition(".")[0]
    name, state, kind = place_of(find.response) or (label.replace("-", " ").title(), "US", "other")
    zone = STATES[state][1][0] if state in STATES and state != "US" else "America/New_York"
    slug = "-".join(re.findall(r"[a-z0-9]+", name.lower())) or "place"
    line = (
        "    kind: ordinance             # or code, minutes, legislation, list, agenda\n" if platform == "page" else ""
    )
    return (
        f"  - id: {slug}-{'page' if platform == 'page' else 'council'}\n"
        "    # look at the place: name, state (two letters), kind and time zone are a guess\n"
        f"    jurisdiction: {{name: {orjson.dumps(name).decode()}, state: {state}, kind: {kind}, time_zone: {zone}}}\n"
        f"    platform: {platform}\n{line}"
        f"    url: {orjson.dumps(url).decode()}\n"
    )


def place_of(response: Response) -> tuple[str, str, str] | None:
    """(name, state or "US", kind) as the page's title says it, or None."""
    if not pages.is_html(response):
        return None
    try:
        title = pages.seen(pages.page_of(response).title)
    except ReadError:
        return None
    for pattern in NAMED:
        if found := pattern.search(title):
            kind = (found["kind"] or "city").strip().lower()
            state = found["state"] if found["state"] in STATES else "US"
            name = " ".join(found["name"].split())
            return (
                (f"{name} County" if kind == "county" and "County" not in name else name),
                state,
                "county" if kind == "county" else "city",
            )
    return None
