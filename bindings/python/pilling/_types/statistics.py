"""What an engine has done."""

from __future__ import annotations

from dataclasses import dataclass

from pilling._types.summaries import SummarizerStats


@dataclass(frozen=True, slots=True)
class CacheStats:
    """Counters of one cache since the engine was opened. Weights are bytes."""

    hits: int
    misses: int
    evictions: int
    entries: int
    weight: int
    maximum_weight: int


@dataclass(frozen=True, slots=True)
class LatencySummary:
    """How long calls took. Quantiles are at most 25 % above the true value."""

    count: int
    total_seconds: float
    median_seconds: float
    p99_seconds: float
    maximum_seconds: float


@dataclass(frozen=True, slots=True)
class CacheTierStats:
    """Counters of one tier below memory since the engine was opened."""

    name: str
    hits: int
    misses: int
    damaged: int
    """Entries that were dropped because they made no sense."""
    failures: int
    skipped: int
    """Operations that were not tried, because the tier had failed just before."""
    pending: int
    """Writes that wait until it answers again."""
    is_resting: bool
    latency: LatencySummary


@dataclass(frozen=True, slots=True)
class TieredCacheStats:
    """Counters of one cache with its tiers since the engine was opened."""

    name: str
    memory: CacheStats
    memory_latency: LatencySummary
    """Of one memory hit in 64."""
    stale: int
    """Answers that were past their time."""
    absent: int
    """Answers that there is none, remembered."""
    loads: int
    load_failures: int
    loads_saved: int
    """Callers who shared the load of another."""
    early_refreshes: int
    refused: int
    backed_off: int
    """Calls that found a failure remembered."""
    in_flight: int
    load_latency: LatencySummary
    tiers: tuple[CacheTierStats, ...]


@dataclass(frozen=True, slots=True)
class ModelStats:
    """What the summarizer was asked for, and what it was spared."""

    calls: int
    calls_saved: int
    dollars_spent: float
    dollars_saved: float


@dataclass(frozen=True, slots=True)
class OperationStats:
    """One operation of an engine since it was opened."""

    name: str
    failures: int
    slow_calls: int
    latency: LatencySummary


@dataclass(frozen=True, slots=True)
class EngineStats:
    """What an engine holds and has done."""

    store: str
    medicines: int
    pharmacies: int
    """As searched: a pharmacy that two sources know counts once."""
    catalogue_version: int
    watch_loads: int
    """How often something that another process wrote was loaded."""
    watch_failures: int
    """Looks for it that failed; while it grows, what is loaded may be old."""
    answers: CacheStats
    """Finished answers in memory."""
    summaries: TieredCacheStats
    look_ups: TieredCacheStats
    """Of names that were looked for at sources."""
    model: ModelStats
    summarizer: SummarizerStats
    """As it counts itself, whoever called it."""
    operations: tuple[OperationStats, ...]


@dataclass(frozen=True, slots=True)
class SlowCall:
    """A call that took longer than the threshold."""

    operation: str
    elapsed_seconds: float
