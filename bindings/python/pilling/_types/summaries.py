"""What a medicine is for in few words, and what it takes to write that."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Summary:
    """What a medicine is for, in few words, and who wrote it."""

    text: str
    """One short line."""
    indications: tuple[str, ...]
    """In the order of the text."""
    maker: str
    """Who wrote it: "extractive/1", or a model and the version of its prompt."""
    made_at: datetime
    """In UTC."""


@dataclass(frozen=True, slots=True)
class TokenUsage:
    """What calls to a language model used. ``input`` includes the other two kinds of input."""

    input: int
    cached_input: int
    """Read from the service's cache."""
    cache_write: int
    """Written to it."""
    output: int
    """What a model thinks to itself included."""


@dataclass(frozen=True, slots=True)
class SummaryCost:
    """What a summary may be expected to cost, which is less than the worst case that a budget sets aside."""

    tokens: TokenUsage
    """Of one call."""
    dollars: float | None
    """At list prices; nothing for a model without a price."""


@dataclass(frozen=True, slots=True)
class SummarizerStats:
    """Of one summarizer since it was made."""

    calls: int
    """That a model answered or may have answered, the lines of batches included."""
    made: int
    """Summaries that a model wrote and that passed the check."""
    asked_again: int
    """Since the first answer did not pass."""
    replaced: int
    """By the extractive summary, or by none, since no answer passed."""
    faults: Mapping[str, int] = field(hash=False)
    """How many answers did not pass, by reason: ``grounding``, ``language``, ``length`` and others."""
    tokens: TokenUsage
    """As far as replies told."""
    dollars: float
    """US dollars for these, at list prices; 0 for a model without a price."""


@dataclass(frozen=True, slots=True)
class BatchStatus:
    """How far a batch of summaries is."""

    id: str
    """That ``submit`` gave."""
    state: str
    """In the service's words, as ``in_progress``."""
    is_over: bool
    """No more answers come."""
    total: int
    """Texts."""
    completed: int
    """Of these, answered."""
    failed: int
    """Of these."""


@dataclass(frozen=True, slots=True)
class BatchAnswer:
    """What became of one text of a batch."""

    id: str
    """Of the text."""
    summary: Summary | None
    """None: see ``failure``."""
    is_replaced: bool
    """By the extractive summary, since the model's answer did not pass the check."""
    failure: str
    """Why there is no summary; empty without one: the text holds no indication."""
