"""The memory cache by itself: useful to those who want nothing else of Pilling."""

from __future__ import annotations

from typing import NoReturn

from pilling import _core


class MemoryCache(_core.MemoryCache):
    """Objects by text, bounded by weight.

    A hit gives the very object that was put, waits for nobody and costs a few hundred nanoseconds. What is used often
    or lately stays, and a pass over everything, such as a nightly job, pushes nothing out: use ``batch=True`` for it.
    May be shared between threads.

    ``maximum_weight`` counts entries unless ``put`` is told other weights. ``typical_weight`` is about that of one
    entry. Entries live for ``time_to_live`` seconds, or up to the part ``jitter`` less, so that they do not end
    together. A value that refers to its own cache is never freed.
    """

    def __repr__(self) -> str:
        return f"MemoryCache({len(self):,} entries)"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a MemoryCache cannot be pickled or copied; make another one")
