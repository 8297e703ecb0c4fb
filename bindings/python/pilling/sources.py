"""Where medicines, pharmacies and holidays come from: public services, and sources of one's own."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from pilling._core import (
    Call,
    MedicineSource,
    PharmacySource,
    PublicDataOptions,
    easy_drug_source,
    fetch_holidays,
    fetch_pharmacies_near,
    fetch_pharmacy,
    openfda_source,
    permit_source,
    pharmacy_source,
)
from pilling._types import AllRows, Holiday, Medicine, MedicineQuery, SourcePage, Summary

__all__ = [
    "AllRows",
    "Call",
    "Holiday",
    "MedicineQuery",
    "MedicineSource",
    "PharmacySource",
    "PublicDataOptions",
    "PythonSummarizer",
    "Source",
    "SourcePage",
    "easy_drug_source",
    "fetch_holidays",
    "fetch_pharmacies_near",
    "fetch_pharmacy",
    "openfda_source",
    "permit_source",
    "pharmacy_source",
]


class Source(Protocol):
    """A source of one's own, for ``Engine(sources=[...])``. Nothing needs to be inherited.

    The engine asks it from threads of its own, several at once. What it raises becomes a warning of the answer: with its
    words when it is an error of Pilling, such as ``pilling.ServiceError``; of others only the type and the place are
    shown, for their words may hold a key. ``TimeoutError`` and ``ConnectionError`` count as those of Pilling.

    With a member ``lists_all = False``, it cannot list all it has without a name, and a refresh leaves it out.
    """

    @property
    def name(self) -> str:
        """Read once, when the engine is opened. For warnings."""

    def fetch(self, query: MedicineQuery, call: Call) -> SourcePage[Medicine] | Iterable[Medicine]:
        """The medicines that match: one page of ``total`` rows as a ``SourcePage``, or else all that there are.

        ``call`` says how many seconds are left, and whether anybody waits still.
        """


class PythonSummarizer(Protocol):
    """A summarizer of one's own, for ``Engine(summarizer=...)``. As a ``Source``.

    With a member ``is_free = True``, it answers at once and at no cost, so that its summaries need not be kept.
    """

    @property
    def maker(self) -> str:
        """Of its summaries. Changes whenever the same text may give another summary."""

    def summarize(self, text: str, keyword: str, call: Call) -> Summary | str | None:
        """What the text says in few words, about the keyword when there is one; nothing when it does not speak of it."""
