"""What people see: tables, highlights and progress bars that get the width of Korean text right."""

from __future__ import annotations

import re
import sys
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from types import TracebackType

from pilling._types import Span

_STYLE = re.compile("\x1b\\[[0-9;]*m")
_BOLD = "\x1b[1m"
_PLAIN = "\x1b[0m"

# A longer cell is printed whole and pushes the rest of its line: a name cut before its strength is another name.
_WIDEST_COLUMN = 44


def printable(text: str) -> str:
    """The text on one line, character for character, without what could steer a terminal."""
    return "".join(character if character.isprintable() else " " for character in text)


def highlight(text: str, spans: Iterable[Span], is_colored: bool) -> str:
    """The printable text, with its spans in bold."""
    text = printable(text)
    if not is_colored:
        return text
    parts = []
    position = 0
    for start, end in sorted(spans):
        start = max(start, position)
        if start < end:
            parts += [text[position:start], _BOLD, text[start:end], _PLAIN]
            position = end
    return "".join(parts) + text[position:]


def width(text: str) -> int:
    """How many columns a terminal takes for the text."""
    return sum(_character_width(character) for character in _STYLE.sub("", text))


def _character_width(character: str) -> int:
    is_joined_jamo = "\u1160" <= character <= "\u11ff"
    if is_joined_jamo or unicodedata.category(character) in {"Mn", "Me", "Cf"}:
        return 0
    return 2 if unicodedata.east_asian_width(character) in {"W", "F"} else 1


def table(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """The rows as lines with aligned columns."""
    columns = max((len(row) for row in rows), default=0)
    widths = [
        min(_WIDEST_COLUMN, max((width(row[column]) for row in rows if column < len(row)), default=0))
        for column in range(columns)
    ]
    for row in rows:
        cells = (cell + " " * max(0, widths[column] - width(cell)) for column, cell in enumerate(row))
        yield "  ".join(cells).rstrip()


def distance(meters: float) -> str:
    """Right-aligned meters, or kilometers from 1000 on."""
    return f"{meters:,.0f} m".rjust(8) if meters < 999.5 else f"{meters / 1000:,.1f} km".rjust(8)


def duration(seconds: float) -> str:
    """A duration in the unit that suits it."""
    if seconds < 1e-3:
        return f"{seconds * 1e6:,.3g} µs"
    if seconds < 1:
        return f"{seconds * 1e3:,.3g} ms"
    return f"{seconds:,.2f} s"


class ProgressBar:
    """One line on standard error that fills up and vanishes; nothing when that is not a terminal."""

    _CELLS = 30

    def __init__(self, label: str) -> None:
        self._label = printable(label)
        self._is_shown = sys.stderr.isatty()

    def __enter__(self) -> ProgressBar:
        return self

    def __call__(self, done: int, total: int) -> None:
        self.show(self._label, done, total)

    def show(self, label: str, done: int, total: int, details: str = "") -> None:
        """The bar under another label, with something behind it."""
        if self._is_shown and total > 0:
            filled = self._CELLS * min(done, total) // total
            bar = "#" * filled + "." * (self._CELLS - filled)
            line = f"{label} [{bar}] {done:,}/{total:,}  {details}".rstrip()
            print(f"\r{line}\x1b[K", end="", file=sys.stderr, flush=True)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._is_shown:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)
