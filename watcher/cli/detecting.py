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
COUNCIL = re.compile(
    r"\b(?:city|town|village|borough|county|common|municipal) (?:council|board|commission)\b|\bcouncil\b|\bcommissioners\b"
    r"|\bboard of (?:supervisors|trustees|aldermen|selectmen)\b|\baldermen\b|\bselect ?board\b|agenda ?center|\bagendas\b.{0,12}\bminutes\b",
    re.IGNORECASE,
)
# Bodies of another kind, which often publish with a vendor of their own.
OTHERS = re.compile(
    r"\b(?:librar(?:y|ies)|schools?|education|isd|utilit(?:y|ies)|water|sewer|sanitary|electric|power|airport|port|transit|housing authority|hospital|health|parks?"
    r"|recreation|planning|zoning|historic|cemetery|jobs?|careers|bids?|rfp|permits?|pay)\b|\b(?:municipal|city|county|town) code\b|\bcode of ordinances\b",
    re.IGNORECASE,
)
FRONT = re.compile(r"(?:(?:index|default|home|homepage|main|welcome|en|web)(?:\.\w{2,5})?/?)+\Z", re.IGNORECASE)
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
    """Whether the address itself is a vendor's page of meetings or of a code, and not some city's front door.

    A vendor's own host says so; any other page must speak of meetings in its address or title.
    """
    url = find.response.url
    path = urlsplit(url).path.strip("/")
    if find.confidence < platforms.SURE or not path or FRONT.match(path):
        return False
    name, by_address = platforms.recognise(url, None)[0]
    return (name == find.platform and by_address >= platforms.SURE) or bool(
        AGENDAS.search(path.replace("-", " ").replace("_", " ")) or AGENDAS.search(title_of(find.response))
    )


def to_agendas(home: Find) -> Iterator[str]:
    """Addresses on a page that lead to agendas, the likeliest first: the council's own, on a vendor's host or in words.

    A vendor of codes or of recordings is no place of agendas, and the library's board is not the council.
    """
    if not pages.is_html(home.response):
        return
    try:
        links = list(pages.links(pages.page_of(home.response), home.response.url))
    except ReadError:
        return
    here = home.response.url.partition("#")[0]
    ranked: dict[str, float] = {}
    for text, url in links:
        if url.partition("#")[0] != here and (likely := likelihood(text, url)) > 0:
            ranked[url] = max(likely, ranked.get(url, 0))
    yield from sorted(ranked, key=lambda url: -ranked[url])


def likelihood(text: str, url: str) -> float:
    """How likely a link leads to the agendas of the place's own council: more is likelier, 0 where nothing says so."""
    name, sure = platforms.recognise(url, None)[0]
    words = f"{text} {re.sub(r'[-_/+.]', ' ', urlsplit(url).path)} {urlsplit(url).hostname or ''}"
    by_vendor = sure >= platforms.SURE
    if by_vendor and platforms.load(name).ABOUT.of != "meetings":
        return 0.0
    likely = 2.0 * by_vendor + bool(AGENDAS.search(words))
    if not likely:
        return 0.0
    likely += 1.5 * bool(COUNCIL.search(words))
    return max(0.1, likely - 3.0 * bool(OTHERS.search(words)))


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
    name, state, kind = place_of(find.response) or place_in(url)
    about = platforms.load(platform).ABOUT.of
    zone = STATES[state][1][0] if state in STATES and state != "US" else "America/New_York"
    slug = "-".join(re.findall(r"[a-z0-9]+", name.lower())) or "place"
    line = {"code": "    kind: code\n", "agreements": "    kind: list\n"}.get(about, "")
    if platform == "page":
        line = "    kind: ordinance             # or code, minutes, legislation, list, agenda\n"
    part = "page" if platform == "page" else {"code": "code", "agreements": "list"}.get(about, "council")
    return (
        f"  - id: {slug}-{part}\n"
        "    # look at the place: name, state (two letters), kind and time zone are a guess\n"
        f"    jurisdiction: {{name: {orjson.dumps(name).decode()}, state: {state}, kind: {kind}, time_zone: {zone}}}\n"
        f"    platform: {platform}\n{line}"
        f"    url: {orjson.dumps(url).decode()}\n"
    )


def place_in(url: str) -> tuple[str, str, str]:
    """(name, state or "US", "other") as vendors write places into addresses: /co/elm_falls, co-elmfalls.civicplus.com."""
    parts = urlsplit(url)
    host = (parts.hostname or "").removeprefix("www.")
    label = "place" if re.fullmatch(r"[0-9.:]+", host) else host.partition(".")[0]
    for found in (
        re.search(r"/(?P<state>[a-z]{2})/(?P<name>[a-z][\w.'-]+)", parts.path, re.IGNORECASE),
        re.match(r"(?P<state>[a-z]{2})-(?P<name>[a-z][a-z-]+)\Z", label, re.IGNORECASE),
    ):
        if found and (state := found["state"].upper()) in STATES and state != "US":
            return re.sub(r"[_-]+", " ", found["name"]).title(), state, "other"
    return label.replace("-", " ").title(), "US", "other"


def title_of(response: Response) -> str:
    """The page's title, "" for what is no whole page."""
    try:
        return pages.seen(pages.page_of(response).title) if pages.is_html(response) else ""
    except ReadError:
        return ""


def place_of(response: Response) -> tuple[str, str, str] | None:
    """(name, state or "US", kind) as the page's title says it, or None."""
    title = title_of(response)
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
