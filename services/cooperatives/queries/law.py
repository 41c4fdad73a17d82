"""The law as it is configured, and the counties of the region: data files of this service, read once."""

import json
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from services.cooperatives.domain.law import Law

DATA = Path(__file__).parents[1] / "data"
Ring = list[tuple[float, float]]


@cache
def law() -> Law:
    return Law.of(json.loads((DATA / "legal_terms.json").read_text(encoding="utf-8")))


@cache
def county_features() -> tuple[dict[str, Any], ...]:
    """GeoJSON features of the counties, with `properties.teryt`."""
    return tuple(json.loads((DATA / "podlaskie-counties.json").read_text(encoding="utf-8"))["features"])


def outer_rings(feature: dict[str, Any]) -> list[Ring]:
    geometry = feature["geometry"]
    polygons = [geometry["coordinates"]] if geometry["type"] == "Polygon" else geometry["coordinates"]
    return [[(x, y) for x, y, *_height in polygon[0]] for polygon in polygons]


@cache
def centroids() -> dict[str, tuple[float, float]]:
    """Longitude and latitude of the middle of each county, by TERYT code."""
    return {one["properties"]["teryt"]: _centroid(max(outer_rings(one), key=_area)) for one in county_features()}


def _area(ring: Ring) -> float:
    return abs(sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in pairwise(ring))) / 2


def _centroid(ring: Ring) -> tuple[float, float]:
    x = y = area = 0.0
    for (x1, y1), (x2, y2) in pairwise(ring):
        cross = x1 * y2 - x2 * y1
        x, y, area = x + (x1 + x2) * cross, y + (y1 + y2) * cross, area + cross
    return round(x / (3 * area), 4), round(y / (3 * area), 4)
