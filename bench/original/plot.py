"""The times of a run as bars on a logarithmic scale: an SVG by some lines of our own, a PNG where a tool makes one."""

from __future__ import annotations

import html
import math
import pathlib
import shutil
import subprocess
from typing import Any

from measure import time_text

KINDS = ("cached search", "new search", "symptom search", "pharmacy search", "average")
# Colours that stand out from white and from a dark grey alike.
WAYS = {
    "claim": ("the original's claim", "#8a8f98"),
    "first": ("its way, model on each search", "#d9822b"),
    "cached": ("its way, with its caches", "#c9a227"),
    "pilling": ("Pilling through Python", "#2f9e6e"),
}
SHORTEST, LONGEST = 1e-7, 10.0
LEFT, RIGHT, WIDTH, BAR, GAP = 130.0, 70.0, 860, 13, 16
TOP = 62

STYLE = """
text { font: 13px 'DejaVu Sans', Verdana, sans-serif; fill: #24292f }
.paper { fill: #ffffff }
.line { stroke: #8a8f98; stroke-opacity: .35 }
.small { font-size: 11px }
@media (prefers-color-scheme: dark) { text { fill: #e6edf3 } .paper { fill: #0d1117 } }
"""


def _x(seconds: float) -> float:
    share = math.log(max(seconds, SHORTEST) / SHORTEST) / math.log(LONGEST / SHORTEST)
    return LEFT + (WIDTH - LEFT - RIGHT) * min(share, 1.0)


def _text(x: float, y: float, words: str, more: str = "") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" {more}>{html.escape(words)}</text>'


def _grid(bottom: float) -> list[str]:
    parts = []
    for exponent in range(round(math.log10(SHORTEST)), round(math.log10(LONGEST)) + 1):
        x = _x(10.0**exponent)
        parts.append(f'<line class="line" x1="{x:.1f}" y1="{TOP - 6}" x2="{x:.1f}" y2="{bottom:.1f}"/>')
        label = "0.1 µs" if exponent == -7 else time_text(10.0**exponent)
        parts.append(_text(x, bottom + 16, label, 'text-anchor="middle" class="small"'))
    return parts


def _legend() -> list[str]:
    parts, x = [], 12.0
    for name, colour in WAYS.values():
        parts.append(f'<rect x="{x:.1f}" y="34" width="12" height="12" rx="2" fill="{colour}"/>')
        parts.append(_text(x + 17, 44, name))
        x += 34 + 7.4 * len(name)
    return parts


def _bars(row: dict[str, float | None], top: float) -> list[str]:
    parts: list[str] = []
    for at, (way, (_, colour)) in enumerate((way, look) for way, look in WAYS.items() if row[way] is not None):
        seconds, y = row[way], top + at * BAR
        assert seconds is not None
        width = max(_x(seconds) - LEFT, 2)
        size = f'x="{LEFT:.0f}" y="{y:.1f}" width="{width:.1f}" height="{BAR - 2}"'
        parts.append(f'<rect {size} rx="2" fill="{colour}"/>')
        label = "3–5 s" if way == "claim" and seconds > 1 else time_text(seconds)
        parts.append(_text(LEFT + width + 5, y + BAR - 3, label, 'class="small"'))
    return parts


def svg(figures: dict[str, Any]) -> str:
    parts: list[str] = []
    top = float(TOP)
    for kind in KINDS:
        row = figures["times"]["rows"][kind]
        bars = BAR * sum(row[way] is not None for way in WAYS)
        parts.append(_text(LEFT - 8, top + bars / 2 + 4, kind, 'text-anchor="end"'))
        parts += _bars(row, top)
        top += bars + GAP
    bottom = top - GAP / 2
    data = figures["data"]
    title = f"Time of a search, {data['medicines']:,} medicines, {data['pharmacies']:,} pharmacies"
    head = [f"<title>{title}</title>", f"<style>{STYLE}</style>", '<rect class="paper" width="100%" height="100%"/>']
    head.append(_text(12, 20, f"{title} (logarithmic scale)", 'font-weight="bold"'))
    body = "\n".join([*head, *_legend(), *_grid(bottom), *parts])
    height = bottom + 28
    size = f'width="{WIDTH}" height="{height:.0f}" viewBox="0 0 {WIDTH} {height:.0f}"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img">\n{body}\n</svg>\n'


def write_plot(figures: dict[str, Any], folder: pathlib.Path) -> str:
    """Writes the files, and says which."""
    folder.mkdir(parents=True, exist_ok=True)
    picture = folder / "original-vs-pilling.svg"
    picture.write_text(svg(figures), encoding="utf-8")
    tool = shutil.which("rsvg-convert")
    if tool is None:
        return f"Wrote {picture}. No PNG: rsvg-convert (Debian's librsvg2-bin) is not there."
    bitmap = picture.with_suffix(".png")
    subprocess.run([tool, "--output", str(bitmap), str(picture)], check=True)
    return f"Wrote {picture} and {bitmap}."
