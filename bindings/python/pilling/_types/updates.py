"""How the database is filled and kept up to date."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import time

from pilling._errors import InvalidArgument
from pilling._types.sources import SkippedRow

ProgressHook = Callable[[int, int], object]
"""Told how much is done and how much there is in all, on the thread that works. What it raises ends the work."""


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did. ``repeated`` rows were joined into another row of the same id."""

    rows: int
    """Of the file, the skipped included."""
    added: int
    """Rows that were not there."""
    updated: int
    """Rows that said something new."""
    unchanged: int
    """Rows that said nothing new."""
    older: int
    """Rows that were not written, for the database holds newer ones. 0 for pharmacies, whose rows have no dates."""
    repeated: int
    not_in_file: int
    """Medicines of the catalogue that the file does not name; they stay. 0 for pharmacies."""
    skipped: tuple[SkippedRow, ...]
    """Rows that made no sense, and why."""
    notes: tuple[SkippedRow, ...]
    """Rows that were kept with a part left out, and why."""
    doubts: tuple[str, ...]
    """About what the catalogue holds now, when rows were written: pharmacies of different districts on one point."""
    elapsed_seconds: float
    """From the call to its return."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RefreshOptions:
    """How to refresh. Times are seconds."""

    dry_run: bool = False
    """Fetch, and say what would change and cost; no row changes and no model is asked."""
    fetches_rows: bool = True
    """False: only the summaries of what the database holds."""
    workers: int = 4
    """Calls of the summarizer at the same time."""
    uses_batches: bool = False
    """At half the price, within a day. Needs a summarizer that makes batches."""
    waits_for_batches: bool = True
    """False: hand them over; the next refresh takes them up."""
    batch_interval: float = 60
    """Between looks whether a batch is done."""
    page_rows: int = 100
    """Asked of a source at a time."""
    page_lifetime: float = 6 * 3600
    """Pages of a refresh that was cut off are taken up for so long."""
    call_timeout: float = 60
    """Of one call to a source or the summarizer."""
    patience: float = 120
    """With a summarizer that answers nothing but "later"."""
    largest_loss: float = 0.2
    """A source that all at once lacks a larger share of what it had is not believed: nothing is marked as withdrawn."""
    lease: float = 60
    """How long a refresh that was cut off keeps others off another machine."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RefreshSchedule:
    """Refreshes by the clock, on a thread of the engine.

    One that was missed, since no process ran, is caught up with; one that was not complete is tried again after 15
    minutes, an hour and three hours. Several processes may have the same schedule: one of them refreshes.
    """

    at: time = time(2)
    """Of every day in Korea; seconds do not count."""
    options: RefreshOptions = RefreshOptions()
    """How to refresh; a dry run raises InvalidArgument."""
    on_report: Callable[[RefreshReport], object] | None = None
    """Called on the thread that refreshed; what it raises is reported as unraisable."""
    on_failure: Callable[[str], object] | None = None
    """Of a refresh that gave no report. As above."""

    def __post_init__(self) -> None:
        if self.at.tzinfo is not None:
            raise InvalidArgument("RefreshSchedule.at is a time in Korea; leave its tzinfo out")


@dataclass(frozen=True, slots=True)
class RefreshProgress:
    """How far a refresh has come."""

    stage: str
    """"fetching" rows, "summarizing" texts, "waiting" for a batch, or "publishing"."""
    done: int
    """Of this stage: rows, or texts, those that had a summary before included."""
    total: int
    """0 while it is not known."""
    dollars: float
    """Spent so far, at list prices."""


RefreshProgressHook = Callable[[RefreshProgress], object]


@dataclass(frozen=True, slots=True, kw_only=True)
class RefreshReport:
    """What a refresh did; of a dry run, what one would do."""

    rows: int
    """Different ones that the sources listed."""
    added: int
    """Rows that were not there."""
    updated: int
    """Rows that said something new."""
    unchanged: int
    """Rows that said nothing new."""
    older: int
    """Rows that were not written, for the database holds newer ones."""
    withdrawn: int
    """Medicines that a source listed before and none lists any more: see ``Medicine.withdrawn_on``."""
    not_listed: int
    """Medicines of the database that no source of this refresh lists or ever listed; they stay."""
    pages_taken_up: int
    """That a refresh before had fetched."""
    skipped: tuple[SkippedRow, ...]
    """Rows that made no sense, and why."""
    texts: int
    """Distinct efficacy texts of medicines that are not withdrawn."""
    kept: int
    """Summaries that were there."""
    made: int
    """Summaries made now."""
    replaced: int
    """Of these, by the extractive summary, since no answer of the model passed the check."""
    without: int
    """Texts that the summarizer finds no indication in."""
    calls: int
    """Of the summarizer; of a dry run, those it would take."""
    repeated_calls: int
    """Repetitions of calls of which no answer came: at most so many texts were paid for twice."""
    asked_again: int
    """Answers that did not pass the check, and were paid for once more."""
    dollars: float
    """At list prices; of a dry run, what it may be expected to cost."""
    is_price_known: bool
    """False: the model has no price, so that ``dollars`` lacks it."""
    in_batches: int
    """Texts that wait for a batch."""
    failures: tuple[str, ...]
    """What was not done and why; the next refresh tries it again."""
    warnings: tuple[str, ...]
    """What was done, and is doubtful."""
    is_complete: bool
    """Nothing is left to do."""
    elapsed_seconds: float
    """From the call to its return."""
