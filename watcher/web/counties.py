"""Outlines of counties by state and name, drawn by `docs/map_shapes.py`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import TypedDict, cast
from unicodedata import combining, normalize

import orjson

from watcher.model import Jurisdiction

KINDS = re.compile(
    r"\s+(?:county|parish|(?:city and )?borough|census area|municipality|municipio|planning region)\Z", re.IGNORECASE
)


class Outline(TypedDict):
    """A state or county: its path, and its box as left, top, right, bottom."""

    d: str
    box: list[int]


@cache
def outlines(name: str) -> Mapping[str, Outline]:
    """One drawing: "shapes", the states as the whole country shows them, "fine", as one state does, or "counties"."""
    return cast("Mapping[str, Outline]", orjson.loads(files("watcher.web").joinpath(f"{name}.json").read_bytes()))


def county_key(state: str, name: str) -> str:
    """What a county is called among the outlines, however its name is written: "LA st tammany"."""
    plain = "".join(one for one in normalize("NFKD", KINDS.sub("", name.strip())) if not combining(one))
    words = re.sub(r"[^a-z0-9]+", " ", plain.casefold().replace("'", "")).split()
    return " ".join([state, *("st" if word == "saint" else word for word in words)])


def county(one: Jurisdiction) -> Outline | None:
    """The outline of a place that is a county; None for any other and where none is known."""
    return outlines("counties").get(county_key(one.state, one.name)) if one.kind == "county" else None
