"""The command about pharmacies."""

from __future__ import annotations

import argparse
import datetime
import os

import pilling
from pilling._shell import map as maps
from pilling._shell import terminal
from pilling._shell.output import print_answer_json, print_json, print_outcome, print_table
from pilling.engine import KOREAN_TIME


def near(options: argparse.Namespace, engine: pilling.Engine) -> int:
    open_at = datetime.datetime.now(KOREAN_TIME) if options.open_now else options.open_at
    result = engine.pharmacies_near(
        options.latitude,
        options.longitude,
        radius_meters=options.radius,
        limit=options.limit,
        open_at=open_at,
        include_unknown_hours=options.include_unknown,
        name=options.name,
    )
    if options.map is not None:
        _write_map(options, result)
    if options.json:
        return print_answer_json(result)
    if options.geojson:
        print_json(maps.geojson(options.latitude, options.longitude, result))
        return _print_near_outcome(options, result, engine)
    rows = [
        (
            terminal.printable(nearby.pharmacy.name),
            f"{terminal.distance(nearby.distance_meters)} {nearby.direction()}".rstrip(),
            nearby.status.in_words(),
            "-" if nearby.today is None else str(nearby.today),
            terminal.printable(nearby.pharmacy.telephone) or "-",
        )
        for nearby in result
    ]
    print_table(rows)
    return _print_near_outcome(options, result, engine)


def _print_near_outcome(options: argparse.Namespace, result: pilling.NearbyResult, engine: pilling.Engine) -> int:
    what = f"pharmacy within {terminal.distance(options.radius).strip()}"
    if options.name:
        what += f" has {options.name} in its name"
    if options.open_now or options.open_at is not None:
        what += " and" if options.name else ""
        what += " is open or may be" if options.include_unknown else " is known to be open"
        what += "" if options.include_unknown else "; --include-unknown adds those whose hours nobody gave"
    return print_outcome(result, result.answer, engine, what)


def _write_map(options: argparse.Namespace, result: pilling.NearbyResult) -> None:
    place = f"{options.latitude:g}, {options.longitude:g}"
    page = maps.page(place, f"{result.instant.astimezone(KOREAN_TIME):%Y-%m-%d %H:%M}", result)
    if os.path.exists(options.map) and os.path.samefile(options.map, options.database):
        raise pilling.InvalidArgument(f"{options.map} is the database; name another file for the page")
    partial = f"{options.map}.partial"
    try:
        with open(partial, "w", encoding="utf-8") as file:
            file.write(page)
        os.replace(partial, options.map)
    except OSError as error:
        raise pilling.StorageError(f"cannot write {options.map}: {error.strerror}") from None
