"""Pharmacies around a point as GeoJSON (RFC 7946), and as a page that needs no network."""

from __future__ import annotations

import html
import math
from collections.abc import Iterable
from typing import Any

import pilling

_PAGE = """\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Pharmacies near {place}</title>
<style>
body {{ font: 16px/1.4 sans-serif; margin: 1rem auto; max-width: 60rem; padding: 0 1rem; color: #222; background: #fff; }}
svg {{ width: 100%; height: auto; max-height: 80vh; }}
svg text {{ font-size: 11px; fill: #555; }}
.ring {{ fill: none; stroke: #ccc; }}
.open {{ fill: #1b8a3a; }} .closed {{ fill: #b33; }} .unknown {{ fill: #888; }}
.mark text {{ fill: #fff; text-anchor: middle; }}
.mark:target circle {{ stroke: #000; stroke-width: 3; }}
table {{ border-collapse: collapse; width: 100%; }}
th, td {{ text-align: left; padding: .3rem .6rem .3rem 0; border-bottom: 1px solid #eee; vertical-align: top; }}
td.number {{ text-align: right; white-space: nowrap; }}
</style>
</head>
<body>
<h1>Pharmacies near {place}</h1>
<svg viewBox="-300 -300 600 600" role="img" aria-label="Map; north is up">
{rings}
<line x1="-6" x2="6" y1="0" y2="0" stroke="#000"/><line y1="-6" y2="6" x1="0" x2="0" stroke="#000"/>
<text x="0" y="-286" text-anchor="middle">N</text>
{marks}
</svg>
<table>
<thead><tr><th>#</th><th>Name</th><th>Distance</th><th>Now</th><th>Today</th><th>Telephone</th><th>Address</th></tr></thead>
<tbody>
{rows}
</tbody>
</table>
{warnings}
<p>States as of {instant}, Korean time. Hours change: call before you go.</p>
</body>
</html>
"""

_RADIUS = 270  # of the outermost ring, in the picture's units


def geojson(latitude: float, longitude: float, found: Iterable[pilling.NearbyPharmacy]) -> dict[str, Any]:
    """A FeatureCollection; positions are longitude, then latitude."""
    return {
        "type": "FeatureCollection",
        "features": [
            _feature(longitude, latitude, {"kind": "center"}),
            *(_feature(n.pharmacy.position.longitude, n.pharmacy.position.latitude, _properties(n)) for n in found),
        ],
    }


def _feature(longitude: float, latitude: float, properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [longitude, latitude]},
        "properties": properties,
    }


def _properties(nearby: pilling.NearbyPharmacy) -> dict[str, Any]:
    return {
        "kind": "pharmacy",
        "id": nearby.pharmacy.id,
        "name": nearby.pharmacy.name,
        "address": nearby.pharmacy.address,
        "telephone": nearby.pharmacy.telephone,
        "distance_meters": round(nearby.distance_meters, 1),
        "direction": nearby.direction(),
        "state": nearby.state.value,
        "status": nearby.status.in_words(),
        "status_ko": nearby.status.in_words("korean"),
    }


def page(place: str, instant: str, found: pilling.NearbyResult) -> str:
    """The pharmacies in their directions from the center, and a list."""
    scale = _ring_meters(max((nearby.distance_meters for nearby in found), default=0))
    return _PAGE.format(
        place=html.escape(place),
        instant=html.escape(instant),
        rings="\n".join(_ring(part, scale) for part in (1, 2, 3)),
        marks="\n".join(_mark(number, nearby, 3 * scale) for number, nearby in enumerate(found, 1)),
        warnings="\n".join(f"<p>{html.escape(warning)}</p>" for warning in found.answer.warnings),
        rows="\n".join(_row(number, nearby) for number, nearby in enumerate(found, 1)),
    )


def _ring_meters(farthest: float) -> float:
    """A third of a round distance that holds all."""
    wanted = max(farthest, 1) / 3
    power = 10.0 ** math.floor(math.log10(wanted))
    return next(step * power for step in (1, 2, 5, 10) if step * power >= wanted)


def _ring(part: int, meters: float) -> str:
    radius = _RADIUS * part / 3
    far = meters * part
    label = f"{far:,.0f} m" if far < 1000 else f"{far / 1000:g} km"
    return f'<circle class="ring" r="{radius:g}"/><text x="4" y="{-radius - 3:g}">{label}</text>'


def _mark(number: int, nearby: pilling.NearbyPharmacy, outermost_meters: float) -> str:
    reach = _RADIUS * nearby.distance_meters / outermost_meters
    bearing = math.radians(nearby.bearing_degrees)
    x, y = reach * math.sin(bearing), -reach * math.cos(bearing)
    title = html.escape(f"{nearby.pharmacy.name}: {nearby.status.in_words()}")
    return (
        f'<g class="mark" id="p{number}" transform="translate({x:.1f} {y:.1f})"><title>{title}</title>'
        f'<circle class="{nearby.state.value}" r="8"/><text y="4">{number}</text></g>'
    )


def _row(number: int, nearby: pilling.NearbyPharmacy) -> str:
    today = "-" if nearby.today is None else str(nearby.today)
    telephone = html.escape(nearby.pharmacy.telephone)
    digits = "".join(character for character in nearby.pharmacy.telephone if character.isdigit())
    call = f'<a href="tel:{digits}">{telephone}</a>' if digits else "-"
    return (
        f'<tr><td><a href="#p{number}">{number}</a></td><td>{html.escape(nearby.pharmacy.name)}</td>'
        f'<td class="number">{nearby.distance_meters:,.0f} m {nearby.direction()}</td>'
        f"<td>{html.escape(nearby.status.in_words())}</td><td>{today}</td><td>{call}</td>"
        f"<td>{html.escape(nearby.pharmacy.address)}</td></tr>"
    )
