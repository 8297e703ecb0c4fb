"""Medicines, found by name."""

from __future__ import annotations

from dataclasses import dataclass, field

from pilling._types.names import MatchKind, NameField, TextReading
from pilling._types.results import Answer, Deferred, Results, Span
from pilling._types.summaries import Summary


@dataclass(frozen=True, slots=True)
class Medicine(Deferred):
    """One product, as e약은요 describes it. An empty text means "not given"."""

    id: str
    """품목기준코드, the product code: nine digits."""
    name: str
    """As registered."""
    english_name: str = ""
    """As registered."""
    company: str = ""
    """Whose product it is."""
    ingredients: str = ""
    """Comma-separated, as given."""
    dispensing: str = ""
    """"otc" or "prescription"."""
    efficacy: str = ""
    """What it is for."""
    usage: str = ""
    """How to take it."""
    warnings: str = ""
    """What to know before taking it."""
    precautions: str = ""
    """Who must not take it."""
    interactions: str = ""
    """Which medicines and foods to watch."""
    side_effects: str = ""
    """What may go wrong."""
    storage: str = ""
    """How to keep it."""
    images: tuple[str, ...] = ()
    """Addresses, in the order they were given."""
    published_on: str = ""
    """ISO date, or empty."""
    updated_on: str = ""
    """ISO date, or empty."""
    withdrawn_on: str = ""
    """ISO date on which a refresh no longer found it at its sources, or empty."""
    summary: Summary | None = None
    """Of ``efficacy``; none when there is no text."""


@dataclass(frozen=True, slots=True)
class MedicineMatch:
    """One medicine found by name."""

    medicine: Medicine
    """Of the catalogue."""
    kind: MatchKind
    """How it matched."""
    reading: TextReading
    """How the text was read."""
    field: NameField
    """What ``text`` is."""
    edits: int
    """Strokes that were changed, dropped, added or swapped."""
    score: float
    """Above 0, up to 1; 1 only for the exact name. Comparable within one result."""
    text: str
    """What was matched: the name, or something else it is known by."""
    spans: tuple[Span, ...]
    """What matched in ``text``."""
    approximate: bool
    """It may be another medicine: letters had to be changed, or looser."""
    why: str
    """Why it matched, in one English line."""


@dataclass(frozen=True, slots=True)
class ConfusableMedicine:
    """One medicine of another brand that a name may be mistaken for."""

    medicine: Medicine
    """One of that brand."""
    brand: str
    """What the name begins with before its form, strength and brackets."""
    edits: int
    """Strokes between the two brands."""
    similarity: float
    """Between 0 and 1: looks and sounds taken together."""


@dataclass(frozen=True, slots=True)
class SearchResult(Results[MedicineMatch], Deferred):
    """A sequence of matches, best first. Equal to another one with the same matches."""

    matches: tuple[MedicineMatch, ...]
    """Best first."""
    answer: Answer = field(compare=False)
    """How they were found."""

    def _items(self) -> tuple[MedicineMatch, ...]:
        return self.matches
