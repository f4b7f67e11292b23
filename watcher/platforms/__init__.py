"""The front desk of the vendor readers: every name of ours that a reader may use, and the loader.

One file a vendor; the file's name is the word in sites.yaml. A reader turns a site into requests and a response into
a reading. It touches nothing: several steps are returned as `follow`, "now" is `response.fetched_at`. A new vendor is
one file here and one folder of saved cases in tests/platforms/.
"""

from __future__ import annotations

import pkgutil
import re
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib import import_module
from typing import Literal, Protocol, cast, runtime_checkable
from urllib.parse import urlsplit

from watcher import votes
from watcher.errors import Blocked, EmptyReading, LayoutChanged, ReadError, Unreadable
from watcher.extractors import extract, fingerprint
from watcher.model import (
    WHOLE,
    AgendaItem,
    Document,
    Link,
    Matter,
    Meeting,
    Passage,
    Reading,
    Request,
    Response,
    Site,
    Step,
    View,
    Vote,
)
from watcher.reading import attending, codes, feeds, following, marks, outline, pages, records, shelves

__all__ = [
    "WHOLE",
    "About",
    "AgendaItem",
    "Blocked",
    "Document",
    "EmptyReading",
    "LayoutChanged",
    "Link",
    "Matter",
    "Meeting",
    "Passage",
    "Platform",
    "ReadError",
    "Reading",
    "Request",
    "Response",
    "Site",
    "Step",
    "Unreadable",
    "View",
    "Vote",
    "attending",
    "codes",
    "elsewhere",
    "extract",
    "feeds",
    "fingerprint",
    "following",
    "load",
    "marks",
    "names",
    "outline",
    "own_or_nobodys",
    "pages",
    "recognise",
    "records",
    "shelves",
    "votes",
]

SURE = 0.8  # from here on a vendor is named as a fact
BEYOND_DOUBT = 0.85  # by its page alone
NOWHERE = "https://nowhere.invalid/"  # an address that speaks for nobody
PRODUCTS = (
    r"(?:Legistar|Granicus|CivicPlus|CivicClerk|PrimeGov|eSCRIBE|NovusAGENDA|BoardDocs|Diligent|IQM2|Municode|CivicWeb|OnBase|Destiny"
    r"|AgendaQuick|BoardBook|Simbli|Swagit|AgendaLink|OneMeeting|eCode360|American Legal|enCodePlus)"
)
MOVED = re.compile(
    r"(?:(?:\b(?:we|this (?:web ?)?(?:site|page|portal)|(?:the |our |municipal |city |county |town )*code|meetings|agendas?|minutes)\b[^.]{0,60}?)"
    r" (?:have|has) (?:been )?moved\b|(?:new|current) (?:agendas?|meetings?)[^.]{0,40} (?:portal|site|website|system|platform)\b"
    r"|\b(?:our|the) new (?:[\w-]+ ){0,3}(?:portal|web ?site|site|platform|address)\b"
    r"|\b(?:can|may|are|is) now (?:be )?(?:found|available|hosted|posted|published|located) (?:at|on|by|in|through)\b"
    rf"|\bwill be (?:posted|published|available|found) (?:at|on) (?:https?:|www\.|{PRODUCTS})|\buses? {PRODUCTS}\b"
    r"|\bno longer (?:used|updated|maintained|in use|active)|\b(?:site|page|portal) has been (?:retired|archived|discontinued|replaced)"
    r"|\bupdate your bookmarks?\b|\byou (?:will|are) be(?:ing)? redirected\b)[^.]{0,160}",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class About:
    """What the README's table of platforms says of a reader, in a few plain words each."""

    vendor: str  # the product and who sells it
    reads: str  # which pages and documents
    checked: str  # against what: how many recorded responses of which places and years, or that it was never seen live
    amended: str  # how an amended or republished document is recognised; "" where the vendor gives no sign
    of: Literal["meetings", "recordings", "code", "agreements"] = "meetings"  # what the vendor's pages are there for


@runtime_checkable
class Platform(Protocol):
    """What a vendor's file offers. It may add `link_id(href) -> str | None`, the stable name of what a link leads to."""

    ABOUT: About
    OPTIONS: frozenset[str]  # keys allowed under `options:` of a site
    MIN_DELAY: timedelta  # the least pause between two requests to this vendor

    def opening(self, site: Site, today: date) -> tuple[Request, ...]:
        """Return what to ask for first, at every visit."""
        ...

    def read(self, site: Site, response: Response) -> Reading:
        """Return what a response says. Raises ReadError kinds or Blocked rather than return a doubtful emptiness."""
        ...

    def detect(self, url: str, response: Response | None) -> float:
        """Return how sure we are that the address is this vendor's, 0 to 1."""
        ...


@cache
def names() -> tuple[str, ...]:
    """Return the words that `platform:` accepts: the files of this folder."""
    return tuple(sorted(module.name for module in pkgutil.iter_modules(__path__) if not module.name.startswith("_")))


@cache
def load(name: str) -> Platform:
    """Return one reader by its name. Raises LookupError for a name without a file, TypeError for an incomplete file."""
    if name not in names():
        raise LookupError(f"no platform named {name!r}; there are: {', '.join(names())}")
    module = import_module(f"{__name__}.{name}")
    if not isinstance(module, Platform):
        missing = [
            part for part in ("ABOUT", "OPTIONS", "MIN_DELAY", "opening", "read", "detect") if not hasattr(module, part)
        ]
        raise TypeError(f"platforms/{name}.py lacks {', '.join(missing)}")
    return cast(Platform, module)


def recognise(url: str, response: Response | None) -> tuple[tuple[str, float], ...]:
    """Return (platform, confidence 0 to 1) for every reader, the surest first; `page` at 0 for what is no address."""
    try:
        urlsplit(url)
    except ValueError:
        return (("page", 0.0),)
    guesses = ((name, load(name).detect(url, response)) for name in names())
    return tuple(sorted(guesses, key=lambda guess: -guess[1]))


def own_or_nobodys(platform: str, response: Response) -> Response:
    """Return a response that came in place of a published document, unless its page is another vendor's.

    A clerk's page has no marks that could be missed, so that the list of another vendor would be read as an agenda.
    Raises LayoutChanged where the page alone, without its address, tells another vendor beyond doubt.
    """
    if pages.is_html(response):
        name, sure = recognise(NOWHERE, response)[0]
        if sure >= BEYOND_DOUBT and name != platform:
            raise LayoutChanged(f"a page of {name} came in place of the document", url=response.url)
    return response


def elsewhere(site: Site, response: Response) -> str:
    """Return where a place has moved, in words for its operator, or "" where nothing speaks for a move.

    For a response that its reader refused: another vendor's page, or a page that says itself that it has moved.
    """
    name, sure = recognise(response.url, response)[0]
    if name != site.platform and sure >= SURE:
        return f"this is a page of {name} now: `watcher detect {response.url}` prints its entry"
    if pages.is_html(response) and (found := MOVED.search(pages.seen(pages.page_of(response)))):
        return (
            f"the page says “{' '.join(found.group(0).split())}”: `watcher detect` on the new address prints its entry"
        )
    return ""
