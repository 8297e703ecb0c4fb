"""What stands before services, and what it has done."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class BreakerStats:
    """A ``CircuitBreaker`` since it was made. Counts of the window are those of now."""

    state: str
    """"closed", "open" or "half open"."""
    opened: int
    """How often it opened."""
    refused: int
    """Calls that were not let through."""
    written_off: int
    """Probes that never ended."""
    window_calls: int
    """In the window now."""
    window_failures: int
    """Of these."""
    window_slow: int
    """Of these."""
    open_for: float
    """While open: how many more seconds."""


@dataclass(frozen=True, slots=True)
class LimiterStats:
    """A ``RateLimiter`` now, and what it did since it was made."""

    requests: float
    """In the bucket now; below 0: promised to those who wait."""
    tokens: float
    """Of a language model, as above."""
    requests_per_minute: float
    """That are allowed now; 0: not limited."""
    tokens_per_minute: float
    """As above."""
    waits: int
    """Calls that had to wait."""
    refused: int
    """Calls that would have had to wait for too long."""
    waited: float
    """Seconds, in all."""
    closed_for: float
    """How many more seconds the service asked to be left alone."""


@dataclass(frozen=True, slots=True)
class HostStats:
    """What a ``ResilientTransport`` did with one host."""

    host: str
    """Its name, as in the address."""
    calls: int
    """Of ``send``."""
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
    """Of this host."""
    limiter: LimiterStats
    """Of this host."""


@dataclass(frozen=True, slots=True)
class QuotaStats:
    """One operation of a ``DailyQuota`` today."""

    name: str
    """Of the counters."""
    operation: str
    """As ``take`` was given it."""
    calls_per_day: int
    """In all."""
    remaining: int
    """Calls; 0 when the service said that none is left."""


@dataclass(frozen=True, slots=True)
class BudgetStats:
    """What a ``DollarBudget`` has settled and reserved."""

    name: str
    """Of the counters."""
    dollars_today: float
    """US dollars, of all processes."""
    dollars_this_month: float
    """As above."""
    refused: int
    """Calls, of this object."""


@dataclass(frozen=True, slots=True)
class ModelPrice:
    """US dollars for a million tokens, from a day on."""

    model: str
    """As its server names it."""
    input: float
    """Of the question."""
    output: float
    """Of the answer."""
    cached_input: float | None
    """None: as ``input``."""
    cache_write: float | None
    """None: as ``input``."""
    since: date
    """The first day on which it holds."""
    source: str
    """Where it was read, for people."""
