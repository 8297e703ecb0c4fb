"""What a medicine is for in few words, and what it takes to write that."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Summary:
    """What a medicine is for, in few words, and who wrote it."""

    text: str
    indications: tuple[str, ...]
    maker: str
    made_at: datetime


@dataclass(frozen=True, slots=True)
class TokenUsage:
    """What calls to a language model used. ``input`` includes the other two kinds of input."""

    input: int
    cached_input: int
    cache_write: int
    output: int


@dataclass(frozen=True, slots=True)
class SummaryCost:
    """What a summary may be expected to cost, which is less than the worst case that a budget sets aside."""

    tokens: TokenUsage
    dollars: float | None
    """At list prices; nothing for a model without a price."""


@dataclass(frozen=True, slots=True)
class SummarizerStats:
    """Of one summarizer since it was made."""

    calls: int
    """That a model answered or may have answered, the lines of batches included."""
    made: int
    asked_again: int
    replaced: int
    """By the extractive summary, or by none, since no answer passed."""
    faults: Mapping[str, int] = field(hash=False)
    """How many answers did not pass, by reason: ``grounding``, ``language``, ``length`` and others."""
    tokens: TokenUsage
    dollars: float


@dataclass(frozen=True, slots=True)
class BatchStatus:
    """How far a batch of summaries is."""

    id: str
    state: str
    """In the service's words, as ``in_progress``."""
    is_over: bool
    total: int
    completed: int
    failed: int


@dataclass(frozen=True, slots=True)
class BatchAnswer:
    """What became of one text of a batch."""

    id: str
    summary: Summary | None
    is_replaced: bool
    """By the extractive summary, since the model's answer did not pass the check."""
    failure: str
    """Why there is no summary; empty without one: the text holds no indication."""
