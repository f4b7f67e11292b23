"""Fields of Municode's answers, and addresses of its API."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from bs4 import BeautifulSoup

from watcher.platforms import Request, Site, pages

JSON = (("accept", "application/json"),)
API = re.compile(r"/(?:Jobs|CodesContent|codesToc|ClientContent|Clients|CoreContent|Products)\b", re.IGNORECASE)
Fields = Mapping[str, Any]


def ask(site: Site, near: str, path: str, key: str, why: str, kind: str = "listing") -> Request:
    """A request to the API."""
    return Request(f"{api_of(site, near)}/{path}", headers=JSON, kind=kind, why=why, title=why, stable_key=key)


def api_of(site: Site, near: str) -> str:
    """The API's address: the site's option, else api.municode.com beside library.municode.com, else the same host."""
    if api := site.options.get("api", "").rstrip("/"):
        return api
    parts = pages.split(near)
    if API.search(parts.path):
        return f"{parts.scheme}://{parts.netloc}{API.split(parts.path, maxsplit=1)[0]}"
    host = re.sub(r"\Alibrary\.", "api.", parts.netloc, flags=re.IGNORECASE)
    return f"{parts.scheme}://{host}"


def field(answer: Fields, *names: str) -> Any:
    """The first of the fields that says something, whatever its letter case."""
    folded = {str(key).lower(): value for key, value in answer.items()}
    return next((folded[name.lower()] for name in names if folded.get(name.lower()) not in (None, "")), None)


def text_of(answer: Fields, *names: str) -> str:
    """A field as text."""
    value = field(answer, *names)
    return "" if value is None else str(value).strip()


def whole(answer: Fields, name: str) -> int:
    """A field as a number, 0 where it is none."""
    value = field(answer, name)
    return int(value) if isinstance(value, int | float) or str(value).isdigit() else 0


def seen(markup: str) -> str:
    """A text without its mark-up, in one line."""
    return pages.seen(BeautifulSoup(markup, "lxml")) if "<" in markup or "&" in markup else " ".join(markup.split())


def slug(name: str) -> str:
    """A product's name as the page's address writes it: code_of_ordinances."""
    return re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")
