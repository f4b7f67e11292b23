"""Municode Library (CivicPlus): the JSON behind library.municode.com, and its plain-text exports.

    Clients/name → ClientContent/{client} → Jobs/latest/{product} → CodesContent     the watched node of a code
                                          → CoreContent/Ordinances                   adopted, not yet codified

The site's address is the page that people read, /{state}/{city}/codes/{product}?nodeId=…; without a nodeId the code's
table of contents is watched. An address of the API itself (Jobs/latest/{product}, CodesContent) is used as it stands.
Jobs/latest names the newest supplement: a new one is a new address of the same section, its words are compared.
A chapter that the API gives in parts only (ShowToc) lies two steps deeper than a visit goes from the page's address: watch
its articles, or give the address …/Jobs/latest/{product}?nodeId=….

Checked against plain-text exports of chapters (five Georgia jurisdictions 2023, Atlanta 2012 to 2023); the JSON is read as
open clients of the API describe it, and was never seen live.

Option `api`: address of the API instead of api.municode.com.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from urllib.parse import unquote, urlencode

from watcher.platforms import (
    About,
    Document,
    EmptyReading,
    LayoutChanged,
    Passage,
    Reading,
    Request,
    Response,
    Site,
    codes,
    pages,
)
from watcher.platforms.municode_library.fields import API, JSON, Fields, ask, field, seen, slug, text_of
from watcher.platforms.municode_library.sections import read_ordinances, read_sections

__all__ = ["ABOUT", "MIN_DELAY", "OPTIONS", "detect", "opening", "read"]

ABOUT = About(
    vendor="Municode Library (CivicPlus)",
    reads="the watched node of a code by section, table of contents, ordinances not yet codified; plain-text exports",
    checked="5 plain-text exports of Georgia codes, 2023, and 15 yearly ones of Atlanta; the JSON never seen live",
    amended="a new supplement (job): the words of its sections are compared",
    of="code",
)
OPTIONS = frozenset({"api"})
MIN_DELAY = timedelta(seconds=2.7)

PAGE = re.compile(r"/(?P<state>[a-z]{2})/(?P<city>[^/]+)(?:/\w+/(?P<product>[^/]+))?/?\Z", re.IGNORECASE)


def opening(site: Site, today: date) -> tuple[Request, ...]:
    """Who the client is (page address), or the newest supplement and the address itself (API address)."""
    parts = pages.split(site.url)
    if API.search(parts.path):
        product = pages.parameter(site.url, "productId")
        here = Request(site.url, headers=JSON, why="address of the API", stable_key=f"address:{site.url}")
        if not product or not re.search(r"/CodesContent\b", parts.path, re.IGNORECASE):
            return (here,)
        return (here, replace(ask(site, site.url, f"Jobs/latest/{product}", "job", "newest supplement"), optional=True))
    found = PAGE.search(parts.path)
    if found is None:
        return (Request(site.url, headers=JSON, why="the watched code"),)
    name = unquote(found["city"]).replace("_", " ").title()
    path = "Clients/name?" + urlencode({"clientName": name, "stateAbbr": found["state"].upper()})
    return (ask(site, site.url, path, "client", f"Municode client {name}"),)


def read(site: Site, response: Response) -> Reading:
    """What an answer of the API or a plain-text export says.

    Raises LayoutChanged for what is no answer of Municode's, EmptyReading for a section without words.
    """
    if codes.is_paper(response):
        return pages.read_document(response)
    if pages.is_json(response):
        answer = pages.json_of(response)
        reader = next((read_kind for kind, read_kind in KINDS if kind(answer)), None)
        if reader is None:
            raise LayoutChanged("the answer holds no client, code, supplement, section or ordinance", url=response.url)
        return reader(answer, site, response)
    if pages.is_html(response):
        raise LayoutChanged("a web page came where Municode's JSON was due", url=response.url)
    return codes_text(response)


def codes_text(response: Response) -> Reading:
    """A chapter as plain text, as the publisher's export writes it."""
    text = pages.decoded(response)
    if not codes.is_export(text):
        raise LayoutChanged("the text has no heading of a code (Chapter, Article, Sec.)", url=response.url)
    title = next(" ".join(line.split()) for line in text.splitlines() if line.strip())
    return Reading(codes.document(response.url, title.lstrip("\ufeff"), codes.from_text(text)))


# ------------------------------------------------------------------------------------------------ the way to a code


def read_client(answer: Fields, site: Site, response: Response) -> Reading:
    """Clients/name: who publishes, and where its products are listed."""
    name = text_of(answer, "ClientName")
    follow = ask(site, response.url, f"ClientContent/{text_of(answer, 'ClientID')}", "content", f"codes of {name}")
    return Reading(Document(response.url, name, "listing", (Passage(name),)), follow=(follow,))


def read_content(answer: Fields, site: Site, response: Response) -> Reading:
    """ClientContent: the products; the one of the site's address is followed, and its ordinances of this year."""
    products = [product for product in field(answer, "codes") or () if isinstance(product, Mapping)]
    if not products:
        raise EmptyReading("the client has no code", url=response.url)
    found = PAGE.search(pages.split(site.url).path)
    wanted = slug(unquote(found["product"] or "")) if found else ""
    chosen = next((p for p in products if slug(text_of(p, "productName", "Name")) == wanted), None)
    if chosen is None and wanted and len(products) > 1:
        names = ", ".join(text_of(p, "productName", "Name") for p in products)
        raise LayoutChanged(f"no code called {wanted!r} among: {names}", url=response.url)
    number = text_of(chosen or products[0], "productId", "Id")
    passages = tuple(
        Passage(text_of(p, "productName", "Name"), ("Codes",), text_of(p, "productId", "Id")) for p in products
    )
    follow = [ask(site, response.url, f"Jobs/latest/{number}", "job", "newest supplement")]
    if "legislation" in site.follow:
        follow += ordinances_of(number, site, response)
    return Reading(Document(response.url, "Codes", "listing", passages), follow=tuple(follow))


def ordinances_of(product: str, site: Site, response: Response) -> Iterator[Request]:
    """The ordinances of this year, which are not codified yet; of the last one too until the spring."""
    now = response.fetched_at
    for year in (now.year, now.year - 1) if now.month < 4 else (now.year,):
        path = "CoreContent/Ordinances?" + urlencode({"nodeId": year, "productId": product})
        key = "ordinances" if year == now.year else "ordinances:last-year"
        yield replace(ask(site, response.url, path, key, f"ordinances of {year}, not yet codified"), optional=True)


def read_job(answer: Fields, site: Site, response: Response) -> Reading:
    """Jobs/latest: the newest supplement, its banner, and where the watched node stands in it."""
    job, product = text_of(answer, "Id"), text_of(answer, "ProductId") or response.url.rstrip("/").rsplit("/", 1)[-1]
    if not job:
        raise LayoutChanged("the newest supplement has no number", url=response.url)
    name, banner = text_of(answer, "Name"), seen(text_of(answer, "BannerText"))
    said = tuple(Passage(text, (codes.BANNER,), codes.CODIFIED) for text in (name, banner) if text)
    node = pages.parameter(site.url, "nodeId")
    ids = {"jobId": job, "productId": product}
    if node:
        path, key, why = "CodesContent?" + urlencode({**ids, "nodeId": node}), f"section:{node}", f"section {node}"
    else:
        path, key, why = "codesToc?" + urlencode(ids), "toc", "table of contents"
    document = Document(response.url, name or f"Supplement {job}", "listing", said)
    return Reading(document, follow=(ask(site, response.url, path, key, why, kind="legislation"),))


def read_toc(answer: Fields | Sequence[Fields], site: Site, response: Response) -> Reading:
    """codesToc: the headings. Under a watched node their texts are followed, of a whole code they are watched alone."""
    nodes = field(answer, "Children") or () if isinstance(answer, Mapping) else answer
    passages = tuple(
        Passage(codes.MARK.sub("", text_of(node, "Heading")), key=text_of(node, "Id"))
        for node in nodes
        if text_of(node, "Heading")
    )
    if not passages:
        raise EmptyReading("the table of contents has no heading", url=response.url)
    follow: tuple[Request, ...] = ()
    if pages.parameter(response.url, "nodeId"):
        ids = {name: pages.parameter(response.url, name) for name in ("jobId", "productId")}
        follow = tuple(
            ask(site, response.url, "CodesContent?" + urlencode({**ids, "nodeId": passage.key}), f"section:{passage.key}",
                passage.text, kind="legislation")
            for passage in passages
        )  # fmt: skip
    return Reading(Document(response.url, "Table of contents", "code", passages), follow=follow)


def has(*names: str) -> Any:
    """Whether an answer is an object with these fields."""
    return lambda answer: (
        isinstance(answer, Mapping) and all(name.lower() in {str(key).lower() for key in answer} for name in names)
    )


def lists(name: str) -> Any:
    """Whether an answer is a list of objects with this field."""
    return lambda answer: isinstance(answer, list) and bool(answer) and has(name)(answer[0])


KINDS = (
    (has("Docs"), read_sections),
    (has("ords"), read_ordinances),
    (has("codes"), read_content),
    (has("ClientID", "ClientName"), read_client),
    (has("BannerText", "Id"), read_job),
    (has("Children", "Id"), read_toc),
    (has("ProductId", "Id", "IsLatest"), read_job),
    (lists("Heading"), read_toc),
    (lists("DocumentTitle"), read_ordinances),
)


def detect(url: str, response: Response | None) -> float:
    """How sure it is that an address is Municode Library's (0 to 1)."""
    parts = pages.split(url)
    host, body = (parts.hostname or "").lower(), response.body if response else b""
    if host in ("library.municode.com", "api.municode.com", "www.municode.com"):
        return 0.95
    if b'"ChunkGroupStartingNodeId"' in body or (b'"NodeDepth"' in body and b'"DocOrderId"' in body):
        return 0.9
    if b'"BannerText"' in body and b'"ProductId"' in body:
        return 0.85
    return 0.3 if re.search(r"/CodesContent\b|/Jobs/latest/", parts.path, re.IGNORECASE) else 0.0
