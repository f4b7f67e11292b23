"""Draws the outlines once: us-atlas's TopoJSON in, `shapes.json`, `fine.json` and `counties.json` of `watcher/web` out.

    npm pack us-atlas && tar xzf us-atlas-*.tgz && python docs/map_shapes.py package

us-atlas (ISC licence) is the Census Bureau's cartographic boundary file. Arcs are simplified before they are joined, so
that neighbours keep one border. Nothing of this runs where the page is served.
"""

from __future__ import annotations

import re
import sys
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Any

import orjson

from watcher.registry.words import STATES
from watcher.web.counties import county_key
from watcher.web.projection import drawn

Point = tuple[float, float]
# file, source, tolerance in units of the drawing (of 975) and steps to a unit: for the country, and for one state seen from near
DRAWINGS = (
    ("shapes", "states", (0.75, 10)),
    ("fine", "states", (0.12, 40)),
    ("counties", "counties", (0.25, 20)),
)
CODES = {name: code for code, (name, _) in STATES.items()}
SMALLEST = 1.6  # square units for each unit of tolerance; islets below that are left out, never a state's last ring


def decoded(transform: dict[str, tuple[float, float]], arc: list[list[int]]) -> list[Point]:
    """One arc as longitudes and latitudes (TopoJSON specification 2.1.4)."""
    (kx, ky), (dx, dy) = transform["scale"], transform["translate"]
    xs, ys = (list(accumulate(step[axis] for step in arc)) for axis in (0, 1))
    return [(x * kx + dx, y * ky + dy) for x, y in zip(xs, ys, strict=True)]


def simplified(line: list[Point], tolerance: float) -> list[Point]:
    """Douglas and Peucker's line within `tolerance`; a closed one is halved first, for its ends are one point."""
    if len(line) < 3:
        return line
    if line[0] == line[-1]:
        far = max(range(len(line)), key=lambda i: _distance(line[i], line[0], line[0]))
        return (
            simplified(line[: far + 1], tolerance)[:-1] + simplified(line[far:], tolerance)
            if 0 < far < len(line) - 1
            else line
        )
    distances = [_distance(point, line[0], line[-1]) for point in line]
    far = max(range(len(line)), key=distances.__getitem__)
    if distances[far] <= tolerance:
        return [line[0], line[-1]]
    return simplified(line[: far + 1], tolerance)[:-1] + simplified(line[far:], tolerance)


def _distance(point: Point, start: Point, end: Point) -> float:
    (x, y), (x0, y0), (x1, y1) = point, start, end
    length = ((x1 - x0) ** 2 + (y1 - y0) ** 2) ** 0.5
    if length == 0:
        return float(((x - x0) ** 2 + (y - y0) ** 2) ** 0.5)
    return float(abs((x1 - x0) * (y0 - y) - (x0 - x) * (y1 - y0)) / length)


def area(ring: list[Point]) -> float:
    """Square units (the shoelace formula)."""
    pairs = zip(ring, ring[1:] + ring[:1], strict=True)
    return abs(sum(x0 * y1 - x1 * y0 for (x0, y0), (x1, y1) in pairs)) / 2


def path(rings: list[list[Point]], grain: int) -> str:
    """SVG path data with relative steps, `grain` of them to a unit."""
    said = ""
    for ring in rings:
        steps_of = [(round(x * grain), round(y * grain)) for x, y in ring]
        said += f"M{steps_of[0][0] / grain:g} {steps_of[0][1] / grain:g}l"
        steps = [(b[0] - a[0], b[1] - a[1]) for a, b in pairwise(steps_of)]
        said += " ".join(f"{dx / grain:g} {dy / grain:g}" for dx, dy in steps if dx or dy) + "z"
    return re.sub(r"(?<![\d.])0\.", ".", said.replace(" -", "-"))


def main() -> None:
    """Writes the outlines."""
    package = Path(sys.argv[1])
    for name, source, (tolerance, grain) in DRAWINGS:
        topology = orjson.loads((package / f"{source}-10m.json").read_bytes())
        placed = [
            [spot for lon, lat in decoded(topology["transform"], arc) if (spot := drawn(lon, lat))]
            for arc in topology["arcs"]
        ]
        arcs = [simplified(line, tolerance) for line in placed]
        out = Path(__file__).parents[1] / f"watcher/web/{name}.json"
        states = {
            one["id"]: CODES.get(one["properties"]["name"]) for one in topology["objects"]["states"]["geometries"]
        }
        keyed = [
            (key, one) for one in topology["objects"][source]["geometries"] if (key := key_of(one, states, source))
        ]
        shapes = outlines(keyed, arcs, SMALLEST * tolerance, grain)
        lines = (
            orjson.dumps(key) + b": " + orjson.dumps(shapes[key], option=orjson.OPT_SORT_KEYS) for key in sorted(shapes)
        )
        out.write_bytes(b"{\n" + b",\n".join(lines) + b"\n}\n")  # a line a shape: what changed is seen


def key_of(geometry: dict[str, Any], states: dict[str, str | None], source: str) -> str | None:
    """A state's code, or what `county_key` calls a county; None for the territories, for which the drawing has no room,
    and for independent cities (numbers from 510), whose names counties beside them have too."""
    number = geometry["id"]
    code = states.get(number[:2])
    if source == "states" or code is None:
        return code
    return county_key(code, geometry["properties"]["name"]) if int(number[2:]) < 510 else None


def outlines(
    keyed: list[tuple[str, dict[str, Any]]], arcs: list[list[Point]], smallest: float, grain: int
) -> dict[str, object]:
    """Each outline's path and box by its key."""
    shapes: dict[str, object] = {}
    for code, geometry in keyed:
        polygons = geometry["arcs"] if geometry["type"] == "MultiPolygon" else [geometry["arcs"]]
        rings = []
        for number in (ring for polygon in polygons for ring in polygon):
            parts = [arcs[index] if index >= 0 else arcs[~index][::-1] for index in number]
            ring = [point for part in parts for point in part[:-1]]
            if len(ring) > 2:
                rings.append(ring)
        if not rings:
            continue
        rings.sort(key=area, reverse=True)
        kept = [rings[0], *(ring for ring in rings[1:] if area(ring) >= smallest)]
        xs, ys = ([point[axis] for ring in kept for point in ring] for axis in (0, 1))
        shapes[code] = {"d": path(kept, grain), "box": [round(min(xs)), round(min(ys)), round(max(xs)), round(max(ys))]}
    return shapes


if __name__ == "__main__":
    main()
