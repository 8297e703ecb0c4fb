"""What all commands print, and the codes they end with."""

from __future__ import annotations

import dataclasses
import datetime
import enum
import json
import os
import sys
from collections.abc import Sequence
from typing import Any

import pilling
from pilling._shell import terminal

FOUND, NOTHING_FOUND, WRONG_USAGE, CANNOT_DO, BROKEN, INTERRUPTED = 0, 1, 2, 3, 4, 130


def complain(message: str) -> None:
    sys.stdout.flush()
    print("pilling: " + terminal.printable(" ".join(message.split())), file=sys.stderr)


def print_outcome(found: Sequence[object], answer: pilling.Answer, engine: pilling.Engine, what: str) -> int:
    for warning in answer.warnings:
        complain(f"note: {warning}")
    if found:
        sys.stdout.flush()
        elapsed = terminal.duration(answer.elapsed_seconds)
        results = "1 result" if len(found) == 1 else f"{len(found):,} results"
        print(f"{results} in {elapsed} ({answer.origin.value})", file=sys.stderr)
        return FOUND
    stats = engine.stats()
    is_empty = stats.medicines == 0 and stats.pharmacies == 0
    complain(f"no {what}{'; the database is empty' if is_empty else ''}")
    return NOTHING_FOUND


def print_answer_json(
    result: pilling.SearchResult | pilling.SymptomResult | pilling.NearbyResult, **extra: object
) -> int:
    print_json({**extra, **dataclasses.asdict(result)})
    return FOUND if result else NOTHING_FOUND


def print_table(rows: Sequence[Sequence[str]]) -> None:
    for line in terminal.table(rows):
        print(line)


def print_json(document: object) -> None:
    print(json.dumps(document, ensure_ascii=False, indent=2, default=_json_value))


def _json_value(value: Any) -> object:
    if isinstance(value, enum.Enum):
        return value.value
    if isinstance(value, datetime.datetime):
        return value.isoformat()
    if isinstance(value, datetime.timedelta):
        return value.total_seconds()
    raise TypeError(f"{type(value).__name__} has no JSON form")


def is_colored() -> bool:
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR")
