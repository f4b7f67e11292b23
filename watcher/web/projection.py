"""Where a place stands on the map: the Albers projection of the United States with Alaska and Hawaii as insets.

Albers' equal-area conic projection (Snyder, Map Projections, USGS Professional Paper 1395, equations 14-1 to 14-6), with
the parallels and insets that d3-geo's geoAlbersUsa made customary. The drawing is 975 by 610 units.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, radians, sin, sqrt

WIDTH, HEIGHT = 975, 610
SCALE = 1300.0


@dataclass(frozen=True, slots=True)
class Conic:
    """One equal-area cone. Degrees; `x`, `y` say in units of `SCALE` where its centre is drawn."""

    meridian: float
    centre: tuple[float, float]  # longitude from the meridian, latitude
    parallels: tuple[float, float]
    scale: float = 1.0
    x: float = 0.0
    y: float = 0.0

    def point(self, lon: float, lat: float) -> tuple[float, float]:
        """The place on the drawing."""
        x, y = self._raw(lon - self.meridian, lat)
        x0, y0 = self._raw(*self.centre)
        factor = SCALE * self.scale
        return (WIDTH / 2 + SCALE * self.x + factor * (x - x0), HEIGHT / 2 + SCALE * self.y - factor * (y - y0))

    def _raw(self, lon: float, lat: float) -> tuple[float, float]:
        lon = (lon + 180) % 360 - 180
        first, second = (sin(radians(parallel)) for parallel in self.parallels)
        cone = (first + second) / 2
        constant = 1 + first * (2 * cone - first)
        radius = sqrt(max(0.0, constant - 2 * cone * sin(radians(lat)))) / cone
        angle = radians(lon) * cone
        return radius * sin(angle), sqrt(constant) / cone - radius * cos(angle)


STATES_48 = Conic(-96, (-0.6, 38.7), (29.5, 45.5))
ALASKA = Conic(-154, (-2, 58.5), (55, 65), 0.35, -0.307, 0.201)
HAWAII = Conic(-157, (-3, 19.9), (8, 18), 1.0, -0.205, 0.212)


def drawn(lon: float, lat: float) -> tuple[float, float] | None:
    """x and y on the drawing, or None for a place that it does not show (the territories, the open sea)."""
    if 51 < lat < 72 and (lon < -129 or lon > 172):
        return ALASKA.point(lon, lat)
    if 18.5 < lat < 22.5 and -161 < lon < -154:
        return HAWAII.point(lon, lat)
    if 24 < lat < 50 and -125.5 < lon < -66.5:
        return STATES_48.point(lon, lat)
    return None
