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
    """In English, with what was found."""


@dataclass(frozen=True, slots=True)
class MedicineQuery:
    """What a source is asked for. What is empty does not restrict."""

    name: str = ""
    """Part of the product name."""
    id: str = ""
    """The product code."""
    page: int = 1
    """Counted from 1."""
    rows: int = 100
    """Of a page; a source may give fewer."""


_Row = TypeVar("_Row")


@dataclass(frozen=True, slots=True)
class SourcePage(Generic[_Row]):
    """One page of a source."""

    rows: Sequence[_Row]
    """Those of this page that match."""
    total: int
    """Rows of all pages."""
    skipped: Sequence[SkippedRow] = ()
    """Rows that made no sense."""


@dataclass(frozen=True, slots=True)
class AllRows(Generic[_Row]):
    """All pages of a source, each id once."""

    rows: tuple[_Row, ...]
    """In the order in which they came."""
    skipped: tuple[SkippedRow, ...]
    """Rows that made no sense; lines are counted over all pages."""
    total: int
    """As the source said last."""
    pages: int
    """That were fetched."""
    repeated: int
    """Rows whose id had come before; when data moves, others are missing in their place."""
    is_complete: bool
    """As many rows came as the source said, and it said the same number all the time."""


@dataclass(frozen=True, slots=True)
class Holiday:
    """A public holiday."""

    day: date
    """Of the Korean calendar."""
    name: str
    """In Korean."""


@dataclass(frozen=True, slots=True)
class HttpResponse:
    """A reply of whatever status."""

    status: int
    """Of HTTP."""
    headers: tuple[tuple[str, str], ...]
    """Names in lower case."""
    body: bytes
    """Unpacked."""

    def header(self, name: str) -> str:
        """The first header of that lower-case name, or empty."""
        return next((value for key, value in self.headers if key == name), "")
