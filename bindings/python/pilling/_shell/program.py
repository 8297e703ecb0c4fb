"""The shell program: its arguments, and what becomes of them."""

from __future__ import annotations

import argparse
import datetime
import io
import os
import sys
import traceback
from collections.abc import Callable, Sequence

import pilling
from pilling._shell import database, medicines, pharmacies, refresh
from pilling._shell.output import BROKEN, CANNOT_DO, FOUND, INTERRUPTED, WRONG_USAGE, complain

# What people can type: Debian has no `python`.
PROGRAM = f"{os.path.basename(sys.executable) or 'python3'} -m pilling"

EXIT_CODES = """\
exit codes:
  0  something was found, be it a sign of an emergency; or the work was done
  1  nothing was found
  2  the call is wrong
  3  the database, or a file to import, cannot be used; or a refresh is not complete
  4  Pilling itself broke; what it prints is worth reporting
  130  interrupted
"""

Command = Callable[[argparse.Namespace, pilling.Engine], int]
AddCommand = Callable[[str, Command, str], argparse.ArgumentParser]

AFTER_INTERRUPTION = {
    database.import_files: "; a file that was only half imported left nothing behind",
    database.refresh_all: "; the next refresh goes on from here",
}


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
        complain("interrupted" + AFTER_INTERRUPTION.get(options.command, ""))
        return INTERRUPTED
    except pilling.InvalidArgument as error:
        complain(str(error))
        return WRONG_USAGE
    except pilling.Error as error:
        complain(str(error))
        return CANNOT_DO
    except Exception:
        # Python would exit with 1, which says that nothing was found.
        traceback.print_exc()
        return BROKEN


def _run(options: argparse.Namespace) -> int:
    command: Command = options.command
    if command is database.import_files and not options.medicines and not options.pharmacies:
        complain("nothing to import; name files with --medicines FILE or --pharmacies FILE")
        return WRONG_USAGE
    if command is database.refresh_all and (missing := refresh.check(options)):
        complain(missing)
        return WRONG_USAGE
    is_new = not os.path.exists(options.database)
    if command is database.import_files and is_new:
        # Before a database is made that would hold nothing.
        for file in options.medicines + options.pharmacies:
            if not os.path.exists(file):
                complain(f"there is no file {file} to import")
                return CANNOT_DO
    if command not in (database.import_files, database.refresh_all) and is_new:
        complain(f"there is no database at {options.database}; `{PROGRAM} import --help` says how to make one")
        return CANNOT_DO
    parts = refresh.engine_arguments(options) if command is database.refresh_all else {}
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

    _add_import(add)
    refresh.add_arguments(
        add("refresh", database.refresh_all, "bring the database up to date from the public services, with new summaries")
    )
    _add_searches(add)
    _add_near(add)
    showing = add("show", medicines.show, "all about one medicine")
    showing.add_argument("id", metavar="ID", type=_text, help="product code, as the other commands print it")
    add("stats", database.stats, "what the database holds")
    return parser


def _add_import(add: AddCommand) -> None:
    importing = add("import", database.import_files, "read files of medicines and pharmacies into the database")
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


def _add_searches(add: AddCommand) -> None:
    for name, command, summary in (
        ("search", medicines.search, "find medicines by name"),
        ("symptom", medicines.symptom, "find medicines by what they are for"),
        ("suggest", medicines.suggest, "names for typing ahead"),
    ):
        searching = add(name, command, summary)
        searching.add_argument("text", metavar="TEXT", nargs="+", type=_text)
        _add_limit(searching)
        if command is medicines.symptom:
            searching.add_argument("--concepts", metavar="FILE", help="a table of symptom concepts in place of Pilling's")
        else:
            searching.add_argument("--company", default="", help="only of this company")
            searching.add_argument("--form", default="", help="only in this form, as in the name: 서방정")
        searching.add_argument("--dispensing", choices=["otc", "prescription"], default="", help="only these")
    confusing = add("confusable", medicines.confusable, "other brands that a name may be mistaken for")
    confusing.add_argument("text", metavar="NAME", nargs="+", type=_text)
    _add_limit(confusing)


def _add_near(add: AddCommand) -> None:
    near = add("near", pharmacies.near, "find pharmacies around a point")
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


def _add_common(
    parser: argparse.ArgumentParser, path: str, busy_timeout: float | str, as_json: bool | str
) -> None:
    parser.add_argument(
        "--database", metavar="PATH", default=path, help="$PILLING_DATABASE, else pilling.db, unless told otherwise"
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
