"""Nearby pharmacies through the bindings, beside the loop of the service that Pilling grew out of.

    PILLING_DATA_DIR=... PYTHONPATH=build/release/python /usr/bin/python3 bench/pharmacies_python.py

The loop computes the haversine distance of every pharmacy in Python, keeps those within the radius, and sorts them. Both
answer the same questions over the same pharmacies, and must agree. Without PILLING_DATA_DIR, the bundled sample is used.
"""

from __future__ import annotations

import math
import os
import pathlib
import random
import statistics
import tempfile
import time
from collections.abc import Callable

import numpy
import pilling

ROOT = pathlib.Path(__file__).parents[1]
RADIUS_METERS = 6_371_000.0

Row = tuple[str, float, float]
Answer = list[str]


def find_file() -> pathlib.Path:
    data = os.environ.get("PILLING_DATA_DIR")
    return pathlib.Path(data, "pharmacy/hira_pharmacy_2023Q1.csv.gz") if data else ROOT / "examples/data/pharmacies.csv"


def haversine_meters(latitude: float, longitude: float, row: Row) -> float:
    one, other = math.radians(latitude), math.radians(row[1])
    a = (
        math.sin((other - one) / 2) ** 2
        + math.cos(one) * math.cos(other) * math.sin(math.radians(row[2] - longitude) / 2) ** 2
    )
    return RADIUS_METERS * 2 * math.atan2(math.sqrt(a), math.sqrt(1 - a))


def loop(rows: list[Row], latitude: float, longitude: float, radius: float, limit: int | None) -> Answer:
    found = []
    for row in rows:
        meters = haversine_meters(latitude, longitude, row)
        if meters <= radius:
            found.append((meters, row[0]))
    found.sort()
    return [id for _, id in found[:limit]]


def median_seconds(ask: Callable[[float, float], Answer], points: list[tuple[float, float]]) -> tuple[float, list[Answer]]:
    times, answers = [], []
    for point in points:
        begin = time.perf_counter()
        answers.append(ask(*point))
        times.append(time.perf_counter() - begin)
    return statistics.median(times), answers


def main() -> None:
    file = find_file()
    with tempfile.TemporaryDirectory() as folder, pilling.Engine(pathlib.Path(folder, "bench.db")) as engine:
        engine.import_pharmacies(file)
        everywhere = engine.pharmacies_near(36.5, 127.8, radius_meters=None)
        rows = [(n.pharmacy.id, n.pharmacy.position.latitude, n.pharmacy.position.longitude) for n in everywhere]
        chance = random.Random(20261125)
        points = [
            (latitude + chance.gauss(0, 0.01), longitude + chance.gauss(0, 0.01))
            for _, latitude, longitude in chance.choices(rows, k=1000)
        ]
        print(f"{len(rows):,} pharmacies; medians over {len(points):,} points, the loop over the first 50")
        print(f"{'':24}{'loop':>12}{'Pilling':>12}{'ratio':>10}")
        for name, radius, limit in (("10 within 3 km", 3000.0, 10), ("all within 1 km", 1000.0, None)):
            slow, expected = median_seconds(lambda y, x: loop(rows, y, x, radius, limit), points[:50])
            fast, answers = median_seconds(
                lambda y, x: [
                    n.pharmacy.id for n in engine.pharmacies_near(y, x, radius_meters=radius, limit=limit)
                ],
                points,
            )
            if answers[:50] != expected:
                print(f"{name}: the two do not agree")
            print(f"{name:24}{slow * 1e6:10,.0f}µs{fast * 1e6:10,.1f}µs{slow / fast:9,.0f}×")
        latitudes, longitudes = numpy.array(points).T.copy()
        begin = time.perf_counter()
        engine.pharmacies_near_many(latitudes, longitudes, limit=10, radius_meters=3000)
        each = (time.perf_counter() - begin) / len(points)
        print(f"{'10 within 3 km, in bulk':24}{'':12}{each * 1e6:10,.1f}µs")


if __name__ == "__main__":
    main()
