"""What sources are asked for and answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Generic, TypeVar


@dataclass(frozen=True, slots=True)
class SkippedRow:
    """A row that was passed over, or kept with a part left out."""

    line: int
    """Counted from 1; the number of the record where there are no lines."""
    reason: str


@dataclass(frozen=True, slots=True)
class MedicineQuery:
    """What a source is asked for. What is empty does not restrict."""

    name: str = ""
    """Part of the product name."""
    id: str = ""
    page: int = 1
    rows: int = 100


_Row = TypeVar("_Row")


@dataclass(frozen=True, slots=True)
class SourcePage(Generic[_Row]):
    """One page of a source."""

    rows: Sequence[_Row]
    total: int
    """Rows of all pages."""
    skipped: Sequence[SkippedRow] = ()
    """Rows that made no sense."""


@dataclass(frozen=True, slots=True)
class AllRows(Generic[_Row]):
    """All pages of a source, each id once."""

    rows: tuple[_Row, ...]
    skipped: tuple[SkippedRow, ...]
    total: int
    """As the source said last."""
    pages: int
    repeated: int
    """Rows whose id had come before; when data moves, others are missing in their place."""
    is_complete: bool
    """As many rows came as the source said, and it said the same number all the time."""


@dataclass(frozen=True, slots=True)
class Holiday:
    """A public holiday."""

    day: date
    name: str


@dataclass(frozen=True, slots=True)
class HttpResponse:
    """A reply of whatever status."""

    status: int
    headers: tuple[tuple[str, str], ...]
    """Names in lower case."""
    body: bytes

    def header(self, name: str) -> str:
        """The first header of that lower-case name, or empty."""
        return next((value for key, value in self.headers if key == name), "")
