"""The map of the region as lines that a browser draws, made of the counties' borders."""

import json
from functools import cache
from math import cos, radians
from typing import Any

from services.cooperatives.queries.law import county_features, outer_rings
from shared import contracts

WIDTH = 320
SHADES = ("#eef3f4", "#b9d3d8", "#6fa3ad", "#0b5563")
"""None, one or two, up to five, more."""


def county_map(counts: dict[str, int], *, chosen: str | None, address: str) -> dict[str, Any]:
    """Each county with how many cooperatives it has; the numbers stand in words beside the drawing."""
    lines, height = _outlines()
    return {
        "width": WIDTH,
        "height": height,
        "counties": [
            {
                "teryt": teryt,
                "name": contracts.county_name(teryt),
                "count": counts.get(teryt, 0),
                "line": line,
                "fill": _shade(counts.get(teryt, 0)),
                "chosen": teryt == chosen,
                "href": f"{address}?teryt={teryt}",
            }
            for teryt, line in lines.items()
        ],
    }


def _shade(count: int) -> str:
    return SHADES[0 if not count else 1 if count <= 2 else 2 if count <= 5 else 3]


@cache
def _outlines() -> tuple[dict[str, str], int]:
    """SVG paths by TERYT code, cities last so that they lie on top, and the height of the drawing."""
    rings = {one["properties"]["teryt"]: outer_rings(one) for one in county_features()}
    points = [point for found in rings.values() for ring in found for point in ring]
    west, east = min(x for x, _y in points), max(x for x, _y in points)
    south, north = min(y for _x, y in points), max(y for _x, y in points)
    narrow = cos(radians((south + north) / 2))
    scale = WIDTH / ((east - west) * narrow)

    def line(ring: list[tuple[float, float]]) -> str:
        moved = [f"{(x - west) * narrow * scale:.1f} {(north - y) * scale:.1f}" for x, y in ring]
        return "M" + "L".join(moved) + "Z"

    drawn = {teryt: "".join(line(ring) for ring in found) for teryt, found in sorted(rings.items())}
    return drawn, round((north - south) * scale)


def as_json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
