"""JSON as public bodies' programs serve it: OData, REST answers, files kept in git; also one object a line (NDJSON)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

import orjson

from watcher.errors import Unreadable
from watcher.extractors import rtf
from watcher.extractors.html import document_path, plain
from watcher.extractors.text import blank, decode, paragraphs, tidy
from watcher.model import WHOLE, Document, Passage, View

MEDIA_TYPES = frozenset(
    {"application/json", "text/json", "application/ld+json", "application/geo+json", "application/x-ndjson"}
)

MAX_DEPTH = 100
MAX_PASSAGES = 200_000
LABEL = 160  # characters of an object's name in the heading trail

# Fields that move without anything being said: when a row was touched, where it stands, what carried it.
NOISE = re.compile(
    r"last_?(?:modified|updated?|changed|edited)|(?:date_?)?(?:modified|updated|changed)(?:_?(?:at|on|by|date|time|utc))*\Z"
    r"|modification|row_?version|row_?num|\Ae_?tag\Z|odata|timestamp|\Ats\Z|__typename|sequence\Z|sort|(?:\A|display|_)order\Z"
    r"|check_?sum|hash\Z|token|nonce|csrf|encr|session|request_?id|trace|elapsed|\Atook\Z|view_?count|hits\Z|cache"
    r"|generated|retrieved|fetched|\Aversion_?id\Z|thumbnail|colou?r\Z|\Acss|icon|\Aslug\Z",
    re.I,
)
IDENTITY = re.compile(r"(?:id|guid|uuid|unid)\Z", re.I)
IDENTITIES = ("id", "guid", "uuid", "unid", "unique", "key", "slug", "file", "number")
FILE_NUMBER = re.compile(
    r"(?:\A|matter|case|docket|ordinance|bill|legislative)_?(?:file|number|no)(?:_?(?:number|no))?\Z", re.I
)
TITLE = (
    re.compile(r"title\Z|\Asubject\Z|\Aheading\Z", re.I),
    re.compile(r"(?<!type)(?<!status)name\Z|\Alabel\Z", re.I),
)
NEVER = re.compile(r"(?:0001|1900|1753)-01-01")  # how databases write "no date"
GUID = re.compile(r"\{?[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}\}?", re.I)
OPAQUE = re.compile(r"(?=\S*\d)(?=\S*[A-Za-z])[A-Za-z0-9+/=_\-.]{28,}")
URL = re.compile(r"(?:https?:)?//\S+", re.I)
MARKUP = re.compile(r"<[a-zA-Z/!][^<>]*>|&(?:[a-zA-Z]{2,8}|#\d{1,6}|#x[0-9a-fA-F]{1,5});")


def extract(
    body: bytes, url: str, *, charset: str | None = None, view: View = WHOLE, kind: str = "document"
) -> Document:
    """Return the fields that say something, in document order, with their path as the heading trail.

    Objects of a list are named by their own id in the passage's key ("Items/406003/Title"), so that an inserted one
    moves nothing; a long text is cut into its paragraphs. Left out: ids, empty values, addresses of pages, and
    fields that only tell when a row was touched. Raises Unreadable for what is no JSON.
    """
    tree = _load(decode(body, charset), url)
    passages: list[Passage] = []
    for passage in _walk(tree, (), "", 0, url):
        text = blank(passage.text, view)
        if text:
            passages.append(replace(passage, text=text) if view.ignore_text else passage)
        if len(passages) > MAX_PASSAGES:
            raise Unreadable(f"more than {MAX_PASSAGES} fields", url=url)
    return Document(url=url, title=_name(tree) if isinstance(tree, dict) else "", kind=kind, passages=tuple(passages))


def _load(text: str, url: str) -> object:
    try:
        return orjson.loads(text.encode("utf-8", "replace"))
    except orjson.JSONDecodeError as error:
        lines = [line for line in text.splitlines() if line.strip()]
        if len(lines) > 1 and lines[0].lstrip().startswith("{"):
            try:
                return [orjson.loads(line.encode("utf-8", "replace")) for line in lines]
            except orjson.JSONDecodeError:
                pass
        raise Unreadable(f"not JSON: {str(error)[:120]}", url=url) from None


def _walk(value: object, trail: tuple[str, ...], key: str | None, depth: int, url: str) -> Iterator[Passage]:
    """Yield a value's passages. `key` is its path by identities, None below an object that has none."""
    if depth > MAX_DEPTH:
        raise Unreadable(f"nested more than {MAX_DEPTH} deep", url=url)
    if isinstance(value, dict):
        yield from _object(value, trail, key, depth, url)
    elif isinstance(value, list):
        identity = _identity(value)
        for each in value:
            if isinstance(each, dict):
                name = _name(each)
                inner = f"{key}/{each[identity]}" if identity and key is not None else None
                yield from _walk(each, (*trail, name) if name else trail, inner, depth + 1, url)
            else:
                yield from _walk(each, trail, None, depth + 1, url)
    else:
        yield from _texts(value, trail, key)


def _object(
    fields: Mapping[str, object], trail: tuple[str, ...], key: str | None, depth: int, url: str
) -> Iterator[Passage]:
    said: set[str] = set()
    rich = any(
        isinstance(value, str) and len(value) > LABEL and not value.startswith("{\\rtf") for value in fields.values()
    )
    for name, value in fields.items():
        if NOISE.search(name) or (rich and isinstance(value, str) and value.startswith("{\\rtf")):
            continue
        if IDENTITY.search(name) and isinstance(value, int | str):
            continue
        inner = None if key is None else f"{key}/{name}" if key else name
        for passage in _walk(value, (*trail, name), inner, depth + 1, url):
            # Title and Name, or Text and RTF, often say the same twice.
            if isinstance(value, str):
                if passage.text in said:
                    continue
                said.add(passage.text)
            yield passage


def _texts(value: object, trail: tuple[str, ...], key: str | None) -> Iterator[Passage]:
    if isinstance(value, bool | int | float):
        field = trail[-1] if trail else ""
        yield Passage(f"{field}: {str(value).lower()}" if field else str(value), trail[:-1], key or "")
    elif isinstance(value, str) and value.strip():
        parts = [part for part in _prose(value) if part]
        for part in parts:
            if len(parts) == 1:
                yield Passage(part, trail, key or "")
            elif not part.isdecimal():  # page numbers stand between the paragraphs of texts taken from print
                yield Passage(part, trail)


def _prose(value: str) -> Iterator[str]:
    value = value.strip()
    if URL.fullmatch(value):
        yield document_path(value) or ""
    elif not (NEVER.match(value) or GUID.fullmatch(value) or OPAQUE.fullmatch(value)):
        if value.startswith("{\\rtf"):
            value = rtf.words(value)
        if MARKUP.search(value):
            yield from plain(value).split("\n")
        else:
            yield from (paragraph for _, paragraph in paragraphs(value))


def _identity(values: list[object]) -> str | None:
    """Return the field that names the objects of a list: there in each, a short scalar, never twice the same."""
    objects = [value for value in values if isinstance(value, dict)]
    if not objects or len(objects) != len(values):
        return None
    names = [name for name in objects[0] if name.lower() in IDENTITIES or IDENTITY.search(name)]
    names.sort(key=lambda name: IDENTITIES.index(name.lower()) if name.lower() in IDENTITIES else len(IDENTITIES))
    for name in names:
        found = [each.get(name) for each in objects]
        if all(isinstance(one, int | str) and one != "" for one in found) and len(set(map(str, found))) == len(found):
            return str(name)
    return None


def _name(fields: Mapping[str, object]) -> str:
    """Return what people call an object: its file number and title, or its name, else ""."""
    number = _said(fields, FILE_NUMBER)
    title = next(filter(None, (_said(fields, pattern) for pattern in TITLE)), "")
    return ": ".join(filter(None, (number, title)))[:LABEL]


def _said(fields: Mapping[str, object], pattern: re.Pattern[str]) -> str:
    for name, value in fields.items():
        if pattern.search(name) and isinstance(value, str) and value.strip() and not URL.fullmatch(value.strip()):
            return tidy(plain(value))
    return ""
