"""The map as inline SVG: outlines of the states, a mark for each place. Shape and word say the status, not colour alone.

Outlines are drawn once by `docs/map_shapes.py`; of counties only those of watched ones are shown. With few places every
mark is a link of its own; with many, the marks of one status become one path and the states are the links, so that the
first page stays small and a keyboard comes through it; then outlines of counties stop at `ROOM`.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

from watcher.policy import AGREEMENT, CONSIDERED, EXPANDS, LIMITS, NOTHING
from watcher.registry.words import STATES
from watcher.web.board import Place
from watcher.web.counties import Outline, county, outlines
from watcher.web.projection import HEIGHT, WIDTH, drawn

SHAPES = outlines("shapes")
ROOM = (
    66_000  # bytes of a map of many places; outlines of counties get what is left, and a state's own map has them all
)
FEW = 150  # places whose marks are links of their own
CODES = {LIMITS: "limits", EXPANDS: "expands", AGREEMENT: "agreement", CONSIDERED: "considered", NOTHING: "nothing"}
NAMED = {LIMITS: "square", EXPANDS: "triangle", AGREEMENT: "diamond", CONSIDERED: "ring", NOTHING: "dot"}


@dataclass(frozen=True, slots=True)
class Frame:
    """What part of the drawing is seen, and how large a mark is in its units."""

    left: float
    top: float
    width: float
    height: float
    mark: float


INSETS = '<path class="inset" d="M0 432H148L212 482V610M212 496H262L345 556V610"/>'  # around Alaska and Hawaii
WHOLE = Frame(0, 0, WIDTH, HEIGHT, 5.0)


def frame_of(state: str) -> Frame:
    """The part around one state; the whole where it has no outline."""
    if state not in SHAPES:
        return WHOLE
    left, top, right, bottom = SHAPES[state]["box"]
    width, height = right - left, bottom - top
    span = max(width, height * WIDTH / HEIGHT) * 1.16
    tall = span * HEIGHT / WIDTH
    return Frame((left + right - span) / 2, (top + bottom - tall) / 2, span, tall, 5.0 * span / WIDTH)


def mark(status: str, x: float, y: float, size: float) -> str:
    """Path data of one mark, its centre at x, y: square, triangle, diamond, ring or dot."""
    s = size
    match status:
        case "limits":
            return f"M{_n(x - s * 0.95)} {_n(y - s * 0.95)}h{_n(1.9 * s)}v{_n(1.9 * s)}h{_n(-1.9 * s)}z"
        case "requires or expands":
            return f"M{_n(x)} {_n(y - s * 1.25)}l{_n(1.25 * s)} {_n(2.2 * s)}h{_n(-2.5 * s)}z"
        case "287(g) agreement":
            wide, back = _n(1.4 * s), _n(-1.4 * s)
            return f"M{_n(x)} {_n(y - s * 1.4)}l{wide} {wide} {back} {wide} {back} {back}z"
        case "under consideration":
            return _ring(x, y, s) + _ring(x, y, s * 0.45, 0)
        case _:
            return _ring(x, y, s * 0.6)


def _ring(x: float, y: float, r: float, sweep: int = 1) -> str:
    """A circle as one arc, whose ends a hundredth of its radius apart no eye can tell."""
    return f"M{_n(x)} {_n(y + r)}a{_n(r)} {_n(r)} 0 1 {sweep} {_n(max(r / 100, 0.01) * (sweep or -1))} 0z"


def _n(value: float) -> str:
    """A number of the drawing, to the hundredth, without what says nothing."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def key_mark(status: str) -> Markup:
    """The mark of a status for the legend and beside names, with its word for those who do not see it."""
    shape = mark(status, 8, 8, 5)
    return Markup(  # noqa: S704 - made of our own numbers and words
        f'<svg class="key" viewBox="0 0 16 16" aria-hidden="true"><path class="m {CODES[status]}" d="{shape}"/></svg>'
    )


def whole_map(places: Sequence[Place], state: str = "") -> Markup:
    """The map of the country, or of one state, as an SVG element. Escaped; links are paths of this site."""
    seen = frame_of(state) if state else WHOLE
    by_state = defaultdict(list)
    for one in places:
        by_state[one.jurisdiction.state].append(one)
    shown = by_state[state] if state else places
    shapes = (
        {code: one for code, one in outlines("fine").items() if _sheet(code) == _sheet(state) and _seen(one, seen)}
        if state in SHAPES
        else SHAPES
    )
    land = (_outline(code, one, by_state[code], state) for code, one in sorted(shapes.items()))
    said = [f'<g class="states">{"".join(land)}</g>']
    if not state:
        said.append(INSETS)
    spots = [(one, found) for one in shown if (found := spot(one))]
    spots.sort(key=lambda pair: pair[0].standing.status != NOTHING)  # what has a status is drawn over what has none
    marks = _links(spots, seen) if len(spots) <= FEW or state else _heaps(spots)
    if len(spots) > FEW and not state:
        said.append(_counties(shown, ROOM - len(said[0]) - len(marks)))
    said.append(marks)
    label = f"Map of {STATES[state][0]}" if state else "Map of the United States"
    box = f"{seen.left:.0f} {seen.top:.0f} {seen.width:.0f} {seen.height:.0f}"
    return Markup(  # noqa: S704 - every text in it went through escape()
        f'<svg class="map" viewBox="{box}" role="group" aria-label="{escape(label)}">{"".join(said)}</svg>'
    )


def spot(one: Place) -> tuple[float, float] | None:
    """Where a place stands on the drawing; None where it is not on it, or nobody knows where it is."""
    home = one.jurisdiction
    if home.lat is not None and home.lon is not None:
        return drawn(home.lon, home.lat)
    outline = SHAPES.get(home.state) if home.kind == "state" else county(home)
    if outline is not None:
        left, top, right, bottom = outline["box"]
        return (left + right) / 2, (top + bottom) / 2
    return None


def _sheet(code: str) -> str:
    """Alaska and Hawaii are drawn beside the others, on sheets of their own, which are no neighbours of theirs."""
    return code if code in ("AK", "HI") else ""


def _seen(one: Outline, seen: Frame) -> bool:
    left, top, right, bottom = one["box"]
    return left < seen.left + seen.width and right > seen.left and top < seen.top + seen.height and bottom > seen.top


def _outline(code: str, one: Outline, places: Sequence[Place], state: str) -> str:
    shape = f'<path d="{one["d"]}"/>'
    if not places or code == state:
        return shape if code != state else shape.replace("<path", '<path class="here"')
    said = escape(f"{STATES[code][0]}: {tally(places)}")
    return f'<a href="/states/{code}"><title>{said}</title>{shape}</a>'


def tally(places: Iterable[Place]) -> str:
    """In words: "12 places, 3 limits, 1 under consideration"."""
    counted = Counter(one.standing.status for one in places)
    number = sum(counted.values())
    parts = [f"{number} place{'' if number == 1 else 's'}"]
    parts += [f"{counted[status]} {status}" for status in CODES if counted[status] and status != NOTHING]
    return ", ".join(parts)


def _links(spots: Sequence[tuple[Place, tuple[float, float]]], seen: Frame) -> str:
    said = []
    for one, (x, y) in spots:
        words = escape(f"{one.name}: {one.standing.status}")
        shape, code = mark(one.standing.status, x, y, seen.mark), CODES[one.standing.status]
        around = f'<path class="c {code}" d="{outline["d"]}"/>' if (outline := county(one.jurisdiction)) else ""
        said.append(
            f'<a href="/j/{escape(one.slug)}"><title>{words}</title>{around}<path class="m {code}" d="{shape}"/></a>'
        )
    return f'<g class="places">{"".join(said)}</g>'


def _counties(places: Iterable[Place], room: int) -> str:
    """Outlines of the watched counties, those with a status first, as many as `room` bytes hold."""
    found = [(one.standing.status, outline["d"]) for one in places if (outline := county(one.jurisdiction))]
    found.sort(key=lambda pair: pair[0] == NOTHING)
    by_status: dict[str, list[str]] = defaultdict(list)
    for status, shape in found:
        room -= len(shape)
        if room < 0:
            break
        by_status[status].append(shape)
    paths = (f'<path class="c {CODES[status]}" d="{"".join(shapes)}"/>' for status, shapes in by_status.items())
    return f'<g class="still" aria-hidden="true">{"".join(paths)}</g>'


def _heaps(spots: Sequence[tuple[Place, tuple[float, float]]]) -> str:
    """The marks of many places: one line of points for each status, its shape the marker of every point.

    A shape stands once, so that a small screen draws all of them larger by one rule of style.
    """
    heaps: dict[str, dict[str, None]] = defaultdict(dict)
    for one, (x, y) in spots:
        heaps[one.standing.status][f"{round(x)} {round(y)}"] = None
    drawn_first = [status for status in dict.fromkeys((NOTHING, *CODES)) if status in heaps]
    shapes = "".join(
        f'<marker id="m-{CODES[status]}" markerUnits="userSpaceOnUse" overflow="visible">'
        f'<path class="m {CODES[status]}" d="{mark(status, 0, 0, 4.0)}"/></marker>'
        for status in drawn_first
    )
    return f'<g class="places still" aria-hidden="true"><defs>{shapes}</defs>{"".join(_line(CODES[status], list(heaps[status])) for status in drawn_first)}</g>'


def _line(code: str, points: list[str]) -> str:
    """The points as an unseen line; the first stands twice, since a line of one point is none."""
    ends = " ".join(f'marker-{part}="url(#m-{code})"' for part in ("start", "mid", "end"))
    return f'<polyline points="{",".join([points[0], *points])}" {ends}/>'
