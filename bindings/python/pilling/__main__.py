"""Pilling from the shell: ``python3 -m pilling --help``."""

from __future__ import annotations

import argparse
import dataclasses
import datetime
import enum
import io
import json
import os
import sys
import traceback
from collections.abc import Callable, Sequence
from typing import Any

import pilling
from pilling import _map, _refresh
from pilling import _terminal as terminal
from pilling.engine import KOREAN_TIME

FOUND, NOTHING_FOUND, WRONG_USAGE, CANNOT_DO, BROKEN, INTERRUPTED = 0, 1, 2, 3, 4, 130

# What people can type: Debian has no `python`.
PROGRAM = f"{os.path.basename(sys.executable) or 'python3'} -m pilling"

EXIT_CODES = """\
exit codes:
  0  something was found, or the work was done
  1  nothing was found
  2  the call is wrong
  3  the database, or a file to import, cannot be used; or a refresh is not complete
  4  Pilling itself broke; what it prints is worth reporting
  130  interrupted
"""

ROWS_SHOWN = 5

# Matches that speak for themselves.
PLAIN_KINDS = (
    pilling.MatchKind.exact,
    pilling.MatchKind.brand,
    pilling.MatchKind.prefix,
    pilling.MatchKind.inside,
)

Command = Callable[[argparse.Namespace, pilling.Engine], int]


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command and returns the exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    options = _parser().parse_args(arguments)
    try:
        code = _run(options)
        sys.stdout.flush()
        return code
    except BrokenPipeError:
        # Whoever read this has read enough. What is still buffered must not fail at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FOUND
    except KeyboardInterrupt:
        _complain("interrupted" + AFTER_INTERRUPTION.get(options.command, ""))
        return INTERRUPTED
    except pilling.InvalidArgument as error:
        _complain(str(error))
        return WRONG_USAGE
    except pilling.Error as error:
        _complain(str(error))
        return CANNOT_DO
    except Exception:
        # Python would exit with 1, which says that nothing was found.
        traceback.print_exc()
        return BROKEN


def _run(options: argparse.Namespace) -> int:
    command: Command = options.command
    if command is _import and not options.medicines and not options.pharmacies:
        _complain("nothing to import; name files with --medicines FILE or --pharmacies FILE")
        return WRONG_USAGE
    if command is _refresh_all and (missing := _refresh.check(options)):
        _complain(missing)
        return WRONG_USAGE
    is_new = not os.path.exists(options.database)
    if command is _import and is_new:
        # Before a database is made that would hold nothing.
        for file in options.medicines + options.pharmacies:
            if not os.path.exists(file):
                _complain(f"there is no file {file} to import")
                return CANNOT_DO
    if command not in (_import, _refresh_all) and is_new:
        _complain(f"there is no database at {options.database}; `{PROGRAM} import --help` says how to make one")
        return CANNOT_DO
    parts = _refresh.engine_arguments(options) if command is _refresh_all else {}
    concepts = getattr(options, "concepts", None)
    with pilling.Engine(options.database, busy_timeout=options.busy_timeout, concepts=concepts, **parts) as engine:
        return command(options, engine)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=PROGRAM,
        description="Medicines and pharmacies in Korea, from a local database.",
        epilog=EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"Pilling {pilling.__version__}")
    _add_common(parser, os.environ.get("PILLING_DATABASE") or "pilling.db", 5.0, False)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def add(name: str, command: Command, summary: str) -> argparse.ArgumentParser:
        added = commands.add_parser(
            name,
            help=summary,
            description=summary,
            epilog=EXIT_CODES,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        # Options may stand before or after the command: here they have no default that would hide the one before.
        _add_common(added, argparse.SUPPRESS, argparse.SUPPRESS, argparse.SUPPRESS)
        added.set_defaults(command=command)
        return added

    importing = add("import", _import, "read files of medicines and pharmacies into the database")
    importing.add_argument(
        "--medicines", metavar="FILE", action="append", default=[], help="e약은요 JSON or JSON lines, plain or gzip"
    )
    importing.add_argument(
        "--pharmacies",
        metavar="FILE",
        action="append",
        default=[],
        help="HIRA or Seoul CSV, or NMC JSON, plain or gzip",
    )
    _refresh.add_arguments(
        add("refresh", _refresh_all, "bring the database up to date from the public services, with new summaries")
    )
    for name, command, summary in (
        ("search", _search, "find medicines by name"),
        ("symptom", _symptom, "find medicines by what they are for"),
        ("suggest", _suggest, "names for typing ahead"),
    ):
        searching = add(name, command, summary)
        searching.add_argument("text", metavar="TEXT", nargs="+", type=_text)
        _add_limit(searching)
        if command is _symptom:
            searching.add_argument("--concepts", metavar="FILE", help="a table of symptom concepts in place of Pilling's")
        else:
            searching.add_argument("--company", default="", help="only of this company")
            searching.add_argument("--form", default="", help="only in this form, as in the name: 서방정")
        searching.add_argument("--dispensing", choices=["otc", "prescription"], default="", help="only these")
    confusing = add("confusable", _confusable, "other brands that a name may be mistaken for")
    confusing.add_argument("text", metavar="NAME", nargs="+", type=_text)
    _add_limit(confusing)
    near = add("near", _near, "find pharmacies around a point")
    near.add_argument("latitude", metavar="LAT", type=float)
    near.add_argument("longitude", metavar="LON", type=float)
    near.add_argument("--radius", metavar="METERS", type=float, default=1000, help="1000 unless told otherwise")
    when = near.add_mutually_exclusive_group()
    when.add_argument(
        "--open-at", metavar="TIME", type=_time, help="only those known to be open then: 2026-07-01T22:30, Korean time"
    )
    when.add_argument("--open-now", action="store_true", help="only those known to be open now")
    near.add_argument(
        "--include-unknown", action="store_true", help="with --open-...: also those whose hours are unknown"
    )
    near.add_argument("--name", metavar="TEXT", type=_text, default="", help="only names that hold this")
    near.add_argument("--map", metavar="FILE", help="also write a page to look at, which needs no network")
    near.add_argument("--geojson", action="store_true", help="one GeoJSON document instead of lines, without --json")
    _add_limit(near)
    showing = add("show", _show, "all about one medicine")
    showing.add_argument("id", metavar="ID", type=_text, help="product code, as the other commands print it")
    add("stats", _stats, "what the database holds")
    return parser


def _add_common(
    parser: argparse.ArgumentParser, database: str, busy_timeout: float | str, as_json: bool | str
) -> None:
    parser.add_argument(
        "--database", metavar="PATH", default=database, help="$PILLING_DATABASE, else pilling.db, unless told otherwise"
    )
    parser.add_argument(
        "--busy-timeout",
        metavar="SECONDS",
        type=float,
        default=busy_timeout,
        help="how long another process may keep the database locked; 5 unless told otherwise",
    )
    parser.add_argument("--json", action="store_true", default=as_json, help="one JSON document, for programs")


def _add_limit(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--limit", metavar="N", type=int, default=10, help="at most so many; 10 unless told otherwise")


def _text(argument: str) -> str:
    """The argument as UTF-8, whatever the locale made of it."""
    try:
        return os.fsencode(argument).decode("utf-8")
    except UnicodeDecodeError:
        raise argparse.ArgumentTypeError("it is not UTF-8") from None


def _time(argument: str) -> datetime.datetime:
    try:
        return datetime.datetime.fromisoformat(argument)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{argument!r} is not a time like 2026-07-01T22:30") from None


def _import(options: argparse.Namespace, engine: pilling.Engine) -> int:
    imports: list[dict[str, Any]] = []
    try:
        _import_files(options, engine, imports)
    finally:
        # What was imported before a file that failed stays imported, so it is reported.
        if options.json:
            _print_json({"imports": imports})
    return FOUND


def _refresh_all(options: argparse.Namespace, engine: pilling.Engine) -> int:
    report = _refresh.run(options, engine)
    if options.json:
        _print_json(dataclasses.asdict(report))
    else:
        _refresh.print_report(options, report)
    return FOUND if report.is_complete or options.dry_run else CANNOT_DO


def _import_files(options: argparse.Namespace, engine: pilling.Engine, imports: list[dict[str, Any]]) -> None:
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


def _search(options: argparse.Namespace, engine: pilling.Engine) -> int:
    text = " ".join(options.text)
    result = engine.search(text, limit=options.limit, **_filters(options))
    if options.json:
        return _print_answer_json(result, query=text)
    rows = [
        (
            match.kind.value.replace("_", " "),
            match.medicine.id,
            _highlighted_name(match),
            terminal.printable(match.medicine.company),
        )
        for match in result
    ]
    indent = 2 + max((sum(map(terminal.width, row[:2])) + 2 for row in rows), default=0)
    has_asked = False
    for position, (line, match) in enumerate(zip(terminal.table(rows), result)):
        if match.approximate and not has_asked:
            has_asked = True
            print("Similar names:" if position else f"No name is {terminal.printable(text)}. Did you mean:")
        print(line)
        is_plain = match.kind in PLAIN_KINDS and match.reading is pilling.TextReading.literal
        if match.approximate or not is_plain:
            print(" " * indent + match.why)
        if match.medicine.summary is not None:
            print(" " * indent + terminal.printable(match.medicine.summary.text))
    return _print_outcome(result, result.answer, engine, "medicine of that name")


def _filters(options: argparse.Namespace) -> dict[str, str]:
    return {"company": options.company, "form": options.form, "dispensing": options.dispensing}


def _confusable(options: argparse.Namespace, engine: pilling.Engine) -> int:
    text = " ".join(options.text)
    found = engine.confusable_names(text, limit=options.limit)
    if options.json:
        _print_json({"query": text, "medicines": [dataclasses.asdict(one) for one in found]})
    rows = [
        (
            terminal.printable(one.brand),
            f"{one.edits} stroke{'' if one.edits == 1 else 's'} away",
            f"{one.similarity:.0%} alike",
            one.medicine.id,
            terminal.printable(one.medicine.name),
        )
        for one in found
    ]
    if not options.json:
        _print_table(rows)
        if not rows:
            _complain("no other brand is that near")
    return FOUND if found else NOTHING_FOUND


def _highlighted_name(match: pilling.MedicineMatch) -> str:
    name = match.medicine.name
    if match.text == name:
        return terminal.highlight(name, match.spans, _is_colored())
    known_as = terminal.highlight(match.text, match.spans, _is_colored())
    return f"{terminal.printable(name)} ({match.field.value.replace('_', ' ')}: {known_as})"


def _symptom(options: argparse.Namespace, engine: pilling.Engine) -> int:
    text = " ".join(options.text)
    result = engine.search_symptom(text, limit=options.limit, dispensing=options.dispensing)
    if options.json:
        return _print_answer_json(result, query=text)
    if result.red_flag is not None:
        flag = result.red_flag
        print(f"!! {terminal.printable(flag.name)}: {flag.number}")
        print(f"   {terminal.printable(flag.sentence)}")
        return NOTHING_FOUND
    names = {symptom.id: symptom.name for symptom in result.understood}
    if result.understood:
        print(f"understood: {_named(result.understood)}")
    if result.absent:
        print(f"not there:  {_named(result.absent)}")
    for match in result:
        found = [match.medicine.efficacy[begin:end] for begin, end in match.spans]
        words = [(start, start + len(word)) for word in found if (start := match.summary.find(word)) >= 0]
        name, company = terminal.printable(match.medicine.name), terminal.printable(match.medicine.company)
        print(f"{match.medicine.id}  {name}  {company}".rstrip())
        print(f"           {terminal.highlight(match.summary, words, _is_colored())}")
        if match.missing:
            print(f"           not for: {terminal.printable(', '.join(names[id] for id in match.missing))}")
        if match.approximate:
            print("           may be for something else")
    return _print_outcome(result, result.answer, engine, "medicine for that")


def _named(symptoms: Sequence[pilling.UnderstoodSymptom]) -> str:
    return terminal.printable(", ".join(one.name + (" (?)" if one.approximate else "") for one in symptoms))


def _suggest(options: argparse.Namespace, engine: pilling.Engine) -> int:
    text = " ".join(options.text)
    names = engine.suggest(text, limit=options.limit, **_filters(options))
    if options.json:
        _print_json({"query": text, "names": names})
    else:
        for name in names:
            print(terminal.printable(name))
    return FOUND if names else NOTHING_FOUND


def _near(options: argparse.Namespace, engine: pilling.Engine) -> int:
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
        return _print_answer_json(result)
    if options.geojson:
        _print_json(_map.geojson(options.latitude, options.longitude, result))
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
    _print_table(rows)
    return _print_near_outcome(options, result, engine)


def _print_near_outcome(options: argparse.Namespace, result: pilling.NearbyResult, engine: pilling.Engine) -> int:
    asks_for_open = options.open_now or options.open_at is not None
    if not result and asks_for_open and not options.include_unknown:
        _complain("none is known to be open; --include-unknown adds those whose hours nobody gave")
    return _print_outcome(result, result.answer, engine, f"pharmacy within {terminal.distance(options.radius).strip()}")


def _write_map(options: argparse.Namespace, result: pilling.NearbyResult) -> None:
    place = f"{options.latitude:g}, {options.longitude:g}"
    page = _map.page(place, f"{result.instant.astimezone(KOREAN_TIME):%Y-%m-%d %H:%M}", result)
    if os.path.exists(options.map) and os.path.samefile(options.map, options.database):
        raise pilling.InvalidArgument(f"{options.map} is the database; name another file for the page")
    partial = f"{options.map}.partial"
    try:
        with open(partial, "w", encoding="utf-8") as file:
            file.write(page)
        os.replace(partial, options.map)
    except OSError as error:
        raise pilling.StorageError(f"cannot write {options.map}: {error.strerror}") from None


def _show(options: argparse.Namespace, engine: pilling.Engine) -> int:
    medicine = engine.medicine(options.id)
    if options.json:
        _print_json(None if medicine is None else dataclasses.asdict(medicine))
    elif medicine is None:
        _complain(f"no medicine has the product code {options.id}")
    else:
        _print_medicine(medicine)
    return NOTHING_FOUND if medicine is None else FOUND


def _print_medicine(medicine: pilling.Medicine) -> None:
    print(terminal.highlight(medicine.name, [(0, len(medicine.name))], _is_colored()))
    facts = [
        ("Product code", medicine.id),
        ("English name", medicine.english_name),
        ("Company", medicine.company),
        ("Ingredients", medicine.ingredients),
        ("Dispensing", medicine.dispensing),
        ("In short", medicine.summary.text if medicine.summary else ""),
        ("Published", medicine.published_on),
        ("Updated", medicine.updated_on),
        ("Withdrawn", medicine.withdrawn_on),
        *(("Image", image) for image in medicine.images),
    ]
    _print_table([(name, terminal.printable(value)) for name, value in facts if value])
    for title, text in (
        ("What it is for", medicine.efficacy),
        ("How to take it", medicine.usage),
        ("Before taking it", medicine.warnings),
        ("Who must not take it", medicine.precautions),
        ("What it does not go with", medicine.interactions),
        ("Side effects", medicine.side_effects),
        ("Storage", medicine.storage),
    ):
        if text:
            print(f"\n{terminal.highlight(title, [(0, len(title))], _is_colored())}")
            for line in text.splitlines():
                print(f"  {terminal.printable(line)}".rstrip())
    print("\nAs the imported data says; not medical advice.")


def _stats(options: argparse.Namespace, engine: pilling.Engine) -> int:
    stats = engine.stats()
    if options.json:
        _print_json(dataclasses.asdict(stats))
        return FOUND
    rows = [
        ("Database", terminal.printable(stats.store)),
        ("Medicines", f"{stats.medicines:,}"),
        ("Pharmacies", f"{stats.pharmacies:,}"),
        ("Version of the data", f"{stats.catalogue_version:,}"),
    ]
    _print_table(rows)
    return FOUND


def _print_outcome(found: Sequence[object], answer: pilling.Answer, engine: pilling.Engine, what: str) -> int:
    for warning in answer.warnings:
        _complain(f"note: {warning}")
    if found:
        sys.stdout.flush()
        elapsed = terminal.duration(answer.elapsed_seconds)
        results = "1 result" if len(found) == 1 else f"{len(found):,} results"
        print(f"{results} in {elapsed} ({answer.origin.value})", file=sys.stderr)
        return FOUND
    stats = engine.stats()
    is_empty = stats.medicines == 0 and stats.pharmacies == 0
    _complain(f"no {what}{'; the database is empty' if is_empty else ''}")
    return NOTHING_FOUND


def _print_answer_json(
    result: pilling.SearchResult | pilling.SymptomResult | pilling.NearbyResult, **extra: object
) -> int:
    _print_json({**extra, **dataclasses.asdict(result)})
    return FOUND if result else NOTHING_FOUND


def _print_table(rows: Sequence[Sequence[str]]) -> None:
    for line in terminal.table(rows):
        print(line)


def _print_json(document: object) -> None:
    print(json.dumps(document, ensure_ascii=False, indent=2, default=_json_value))


def _json_value(value: Any) -> object:
    if isinstance(value, enum.Enum):
        return value.value
    if isinstance(value, datetime.datetime):
        return value.isoformat()
    if isinstance(value, datetime.timedelta):
        return value.total_seconds()
    raise TypeError(f"{type(value).__name__} has no JSON form")


def _complain(message: str) -> None:
    sys.stdout.flush()
    print("pilling: " + terminal.printable(" ".join(message.split())), file=sys.stderr)


def _is_colored() -> bool:
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR")


AFTER_INTERRUPTION = {
    _import: "; a file that was only half imported left nothing behind",
    _refresh_all: "; the next refresh goes on from here",
}

if __name__ == "__main__":
    sys.exit(main())
