"""Entries of the Web API: fields with and without their prefix, addresses, what two kinds of entry share."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from watcher.platforms import Link, Matter, Request, Response, pages

Fields = Mapping[str, Any]

CLIENT = re.compile(r"^(?P<root>.*?/v1/[^/]+)(?P<rest>/.*)?$", re.IGNORECASE)
JSON = (("accept", "application/json"),)


def is_api(url: str) -> bool:
    """Whether an address is one of the Web API's (…/v1/{client}/…)."""
    return CLIENT.match(pages.split(url).path) is not None


def root_of(url: str) -> str:
    """Address of the client, without a slash: https://webapi.legistar.com/v1/boston."""
    parts = pages.split(url)
    found = CLIENT.match(parts.path)
    return f"{parts.scheme}://{parts.netloc}{found['root'] if found else ''}"


def value(fields: Fields, *names: str) -> str:
    """The first of `names` that says something, as text in one line."""
    for name in names:
        found = fields.get(name)
        if found not in (None, ""):
            return " ".join(str(found).split())
    return ""


def prefixed(fields: Fields, prefix: str, name: str) -> str:
    """A field with or without its kind's prefix."""
    return value(fields, prefix + name, name)


def asking_json(requests: Iterable[Request]) -> tuple[Request, ...]:
    """The requests, those to the API with the header without which some councils' answers are XML."""
    return tuple(replace(request, headers=JSON) if is_api(request.url) else request for request in requests)


def versions_of(matter: Matter, address: str, response: Response) -> Request:
    """The versions of a matter's text: asked for beside the matter, so that the text itself is one step away."""
    return api_part(f"{address}/Versions", f"versions of {matter.file}", matter, response)


def api_part(url: str, why: str, matter: Matter | None, response: Response) -> Request:
    """A list that belongs to a matter. Its refusal is no failure of the site: some councils keep some of them shut."""
    path = pages.split(url).path
    found = CLIENT.match(path)
    return Request(
        url,
        headers=JSON,
        kind="legislation",
        why=why,
        title=matter.title if matter else "",
        stable_key="api:" + ((found["rest"] or "") if found else path).strip("/").lower(),
        meeting=response.request.meeting,
        matter=matter,
        context=(matter.title,) if matter and matter.title else (),
        optional=True,
    )


def attachments_of(entries: Sequence[Fields], response: Response) -> tuple[Link, ...]:
    """Attachments by their own id; their addresses may be signed and short-lived."""
    return tuple(
        Link(
            id=value(fields, "MatterAttachmentId", "ID"),
            url=url,
            title=value(fields, "MatterAttachmentName", "Name"),
        )
        for fields in entries
        if (url := pages.joined(response.url, value(fields, "MatterAttachmentHyperlink", "Link")))
    )
