"""What stands before services, and what it has done."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class BreakerStats:
    """A circuit breaker."""

    state: str
    """"closed", "open" or "half open"."""
    opened: int
    refused: int
    written_off: int
    """Probes that never ended."""
    window_calls: int
    window_failures: int
    window_slow: int
    open_for: float
    """While open: how many more seconds."""


@dataclass(frozen=True, slots=True)
class LimiterStats:
    """A rate limiter."""

    requests: float
    """In the bucket now; below 0: promised to those who wait."""
    tokens: float
    requests_per_minute: float
    """That are allowed now; 0: not limited."""
    tokens_per_minute: float
    waits: int
    refused: int
    waited: float
    """Seconds, in all."""
    closed_for: float
    """How many more seconds the service asked to be left alone."""


@dataclass(frozen=True, slots=True)
class HostStats:
    """What a ``ResilientTransport`` did with one host."""

    host: str
    calls: int
    tries: int
    """Requests that were sent."""
    retries: int
    """Of these, repetitions."""
    refused: int
    """Calls of which nothing was sent."""
    waits: int
    """Before a repetition."""
    waited: float
    """Seconds, in all."""
    breaker: BreakerStats
    limiter: LimiterStats


@dataclass(frozen=True, slots=True)
class QuotaStats:
    """One operation of a ``DailyQuota`` today."""

    name: str
    """Of the counters."""
    operation: str
    calls_per_day: int
    remaining: int


@dataclass(frozen=True, slots=True)
class BudgetStats:
    """What a ``DollarBudget`` has settled and reserved."""

    name: str
    """Of the counters."""
    dollars_today: float
    dollars_this_month: float
    refused: int


@dataclass(frozen=True, slots=True)
class ModelPrice:
    """US dollars for a million tokens, from a day on."""

    model: str
    input: float
    output: float
    cached_input: float | None
    """None: as ``input``."""
    cache_write: float | None
    """None: as ``input``."""
    since: date
    source: str
