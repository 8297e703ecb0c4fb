"""What results have in common."""

from __future__ import annotations

import enum
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar, overload

Span = tuple[int, int]


class Origin(enum.Enum):
    """Where an answer was found, cheapest first."""

    memory_cache = "memory_cache"
    """Finished before, in this process."""
    index = "index"
    """Made now from the catalogue in memory."""
    store = "store"
    """The database."""
    shared_cache = "shared_cache"
    """A cache outside of the process."""
    live = "live"
    """A source or summarizer was asked."""


@dataclass(frozen=True, slots=True)
class Answer:
    """How an answer was found."""

    origin: Origin
    """Where it was found."""
    elapsed_seconds: float
    """From the call to the answer."""
    degraded: bool
    """Something that should have helped did not; ``warnings`` say what."""
    warnings: tuple[str, ...]
    """For people, in English."""
    stale: bool = False
    """Past its time, for want of a newer one; ``warnings`` say why."""
    age_seconds: float | None = None
    """Of what is kept for a time."""


_Item = TypeVar("_Item", covariant=True)


class Results(Sequence[_Item]):
    """The hits of a result, so that it can be looped over, counted and cut like any sequence."""

    __slots__ = ()

    def _items(self) -> tuple[_Item, ...]:
        raise NotImplementedError

    def __len__(self) -> int:
        return len(self._items())

    def __iter__(self) -> Iterator[_Item]:
        return iter(self._items())

    @overload
    def __getitem__(self, index: int) -> _Item: ...

    @overload
    def __getitem__(self, index: slice) -> tuple[_Item, ...]: ...

    def __getitem__(self, index: int | slice) -> _Item | tuple[_Item, ...]:
        return self._items()[index]


class Deferred:
    """Values whose fields the engine makes when they are first looked at, and which are ordinary ones from then on.

    ``pilling._core`` adds ``__getattr__``, which does that, and keeps what they are made of in ``_source``.
    """

    __slots__ = ("_source",)
