"""What an engine has done."""

from __future__ import annotations

from dataclasses import dataclass

from pilling._types.summaries import SummarizerStats


@dataclass(frozen=True, slots=True)
class CacheStats:
    """Counters of one cache since it was made. Weights are bytes in an engine, and in a ``MemoryCache`` what ``put`` was
    told."""

    hits: int
    """Look-ups that found a value; those of batches do not count."""
    misses: int
    """Look-ups that did not."""
    evictions: int
    """Values pushed out by weight; expiry and erasure do not count."""
    entries: int
    """Values that are there now."""
    weight: int
    """Of these, together."""
    maximum_weight: int
    """What it may become."""


@dataclass(frozen=True, slots=True)
class LatencySummary:
    """How long calls took. Quantiles are at most 25 % above the true value."""

    count: int
    """Calls."""
    total_seconds: float
    """Of all calls."""
    median_seconds: float
    """Half of the calls took no longer."""
    p99_seconds: float
    """99 of 100 calls took no longer."""
    maximum_seconds: float
    """Of the longest call, exact."""


@dataclass(frozen=True, slots=True)
class CacheTierStats:
    """Counters of one tier below memory since the engine was opened."""

    name: str
    """What it is and where, without credentials."""
    hits: int
    """Look-ups that found a value."""
    misses: int
    """Look-ups that did not."""
    damaged: int
    """Entries that were dropped because they made no sense."""
    failures: int
    """Operations that failed."""
    skipped: int
    """Operations that were not tried, because the tier had failed just before."""
    pending: int
    """Writes that wait until it answers again."""
    is_resting: bool
    """Left alone for a while, because it failed several times."""
    latency: LatencySummary
    """Of all operations."""


@dataclass(frozen=True, slots=True)
class TieredCacheStats:
    """Counters of one cache with its tiers since the engine was opened."""

    name: str
    """Of the cache."""
    memory: CacheStats
    """The memory above the tiers."""
    memory_latency: LatencySummary
    """Of one memory hit in 64."""
    stale: int
    """Answers that were past their time."""
    absent: int
    """Answers that there is none, remembered."""
    loads: int
    """Calls of what makes a value that no tier has."""
    load_failures: int
    """Of these."""
    loads_saved: int
    """Callers who shared the load of another."""
    early_refreshes: int
    """Loads that nobody waited for."""
    refused: int
    """Loads that there was no room for."""
    backed_off: int
    """Calls that found a failure remembered."""
    in_flight: int
    """Loads under way now."""
    load_latency: LatencySummary
    """Of loads."""
    tiers: tuple[CacheTierStats, ...]
    """In the order in which they are asked."""


@dataclass(frozen=True, slots=True)
class ModelStats:
    """What the summarizer was asked for, and what it was spared."""

    calls: int
    """Of the summarizer."""
    calls_saved: int
    """Summaries that memory, a tier, or another caller's call answered."""
    dollars_spent: float
    """US dollars at list prices; 0 for a model without a price."""
    dollars_saved: float
    """At the mean price of its calls."""


@dataclass(frozen=True, slots=True)
class OperationStats:
    """One operation of an engine since it was opened."""

    name: str
    """"search", "suggest" and so on."""
    failures: int
    """Calls that raised."""
    slow_calls: int
    """Calls above ``slow_call_threshold`` of the engine."""
    latency: LatencySummary
    """Of all calls."""


@dataclass(frozen=True, slots=True)
class EngineStats:
    """What an engine holds and has done."""

    store: str
    """What the database is and where."""
    medicines: int
    """In the catalogue."""
    pharmacies: int
    """As searched: a pharmacy that two sources know counts once."""
    catalogue_version: int
    """Of the database, as it was when what is loaded was read."""
    watch_loads: int
    """How often something that another process wrote was loaded."""
    watch_failures: int
    """Looks for it that failed; while it grows, what is loaded may be old."""
    answers: CacheStats
    """Finished answers in memory."""
    summaries: TieredCacheStats
    """Of ``summarize`` and ``wait_for_summary``."""
    look_ups: TieredCacheStats
    """Of names that were looked for at sources."""
    model: ModelStats
    """What summaries cost."""
    summarizer: SummarizerStats
    """As it counts itself, whoever called it."""
    operations: tuple[OperationStats, ...]
    """By name."""


@dataclass(frozen=True, slots=True)
class SlowCall:
    """A call that took longer than the threshold."""

    operation: str
    """As in ``OperationStats``."""
    elapsed_seconds: float
    """What it took."""
