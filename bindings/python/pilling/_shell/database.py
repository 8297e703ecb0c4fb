"""The commands that fill the database and say what it holds."""

from __future__ import annotations

import argparse
import dataclasses
from collections.abc import Sequence
from typing import Any

import pilling
from pilling._shell import refresh, terminal
from pilling._shell.output import CANNOT_DO, FOUND, print_json, print_table

ROWS_SHOWN = 5


def import_files(options: argparse.Namespace, engine: pilling.Engine) -> int:
    imports: list[dict[str, Any]] = []
    try:
        _read_files(options, engine, imports)
    finally:
        # What was imported before a file that failed stays imported, so it is reported.
        if options.json:
            print_json({"imports": imports})
    return FOUND


def refresh_all(options: argparse.Namespace, engine: pilling.Engine) -> int:
    report = refresh.run(options, engine)
    if options.json:
        print_json(dataclasses.asdict(report))
    else:
        refresh.print_report(options, report)
    # A dry run leaves everything to do, but it must have seen everything.
    is_done = not report.failures if options.dry_run else report.is_complete
    return FOUND if is_done else CANNOT_DO


def stats(options: argparse.Namespace, engine: pilling.Engine) -> int:
    stats = engine.stats()
    if options.json:
        print_json(dataclasses.asdict(stats))
        return FOUND
    rows = [
        ("Database", terminal.printable(stats.store)),
        ("Medicines", f"{stats.medicines:,}"),
        ("Pharmacies", f"{stats.pharmacies:,}"),
        ("Version of the data", f"{stats.catalogue_version:,}"),
    ]
    print_table(rows)
    return FOUND


def _read_files(options: argparse.Namespace, engine: pilling.Engine, imports: list[dict[str, Any]]) -> None:
    for kind, files, read in (
        ("medicines", options.medicines, engine.import_medicines),
        ("pharmacies", options.pharmacies, engine.import_pharmacies),
    ):
        for file in files:
            with terminal.ProgressBar(kind) as bar:
                report = read(file, on_progress=bar)
            imports.append({"kind": kind, "file": file, **dataclasses.asdict(report)})
            if not options.json:
                _print_report(kind, file, report)


def _print_report(kind: str, file: str, report: pilling.ImportReport) -> None:
    print(
        f"{terminal.printable(file)}: {report.rows:,} rows of {kind} in {terminal.duration(report.elapsed_seconds)}: "
        f"{report.added:,} added, {report.updated:,} updated, {report.unchanged:,} unchanged, "
        f"{report.repeated:,} repeated, {len(report.skipped):,} skipped"
    )
    if report.older:
        print(f"  {report.older:,} older than what the database holds, and not written")
    if report.not_in_file:
        print(f"  {report.not_in_file:,} medicines of the database are not in this file; they stay")
    for outcome, rows in (("skipped", report.skipped), ("kept in part", report.notes)):
        _print_first([f"{_place(row)}, {outcome}: {row.reason}" for row in rows], outcome)
    _print_first([f"in the database now: {doubt}" for doubt in report.doubts], "like these")


def _place(row: pilling.SkippedRow) -> str:
    return f"line {row.line}" if row.line else "whole file"


def _print_first(lines: Sequence[str], which: str) -> None:
    for line in lines[:ROWS_SHOWN]:
        print(f"  {terminal.printable(line)}")
    if len(lines) > ROWS_SHOWN:
        print(f"  and {len(lines) - ROWS_SHOWN:,} more {which}; --json lists all")
