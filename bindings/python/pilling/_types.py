"""What an engine answers: frozen values that can be compared, hashed, pickled, matched and turned into dicts.

Durations are seconds. A span is a pair ``(start, end)`` that cuts a ``str``: ``name[start:end]``; in C++ the same span
counts bytes.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Literal, TypeVar, overload

from pilling._errors import InvalidArgument

if TYPE_CHECKING:
    from pilling._core import PharmacyList

Span = tuple[int, int]

Language = Literal["english", "korean"]

ProgressHook = Callable[[int, int], object]
"""Told how much is done and how much there is in all, on the thread that works. What it raises ends the work."""


def _is_korean(language: str) -> bool:
    if language in ("english", "korean"):
        return language == "korean"
    raise InvalidArgument(f'{language!r} is no language that is spoken here; "english" and "korean" are')


class MatchKind(enum.Enum):
    """How a name matched, so that a similar name is never taken for the same name."""

    exact = "exact"
    """The whole name, but for spaces, punctuation, case and the spelling of units."""
    brand = "brand"
    """The whole brand: what the name begins with before its form, strength and brackets."""
    prefix = "prefix"
    """The beginning of the name; its last syllable may be unfinished."""
    other_name = "other_name"
    """The whole or the beginning of something else it is known by."""
    same_brand = "same_brand"
    """Its brand is that of a name found by its English name or an alias."""
    inside = "inside"
    """Some other part of the name."""
    words = "words"
    """All words of the text, in any order; numbers whole."""
    initials = "initials"
    """The initial consonants of the name, alone or among whole syllables."""
    fuzzy = "fuzzy"
    """Letters had to be changed."""
    sound = "sound"
    """Sounds alike in the other script."""
    partial = "partial"
    """The text without its numbers, which were not found so: it may be of another strength."""


class TextReading(enum.Enum):
    """How the text that was typed was read."""

    literal = "literal"
    korean_layout = "korean_layout"
    """Typed with the Latin layout, read as Korean: xkdlfpshf is 타이레놀."""
    latin_layout = "latin_layout"
    """Typed with the Korean layout, read as Latin: 쇼ㅣ두ㅐㅣ is tylenol."""


class NameField(enum.Enum):
    """What of a medicine the text was found in."""

    name = "name"
    """Before its brackets."""
    brackets = "brackets"
    """Of the name; they mostly hold an ingredient."""
    export_name = "export_name"
    """In the brackets of the name."""
    ingredient = "ingredient"
    english_name = "english_name"
    alias = "alias"


class Origin(enum.Enum):
    """Where an answer was found, cheapest first."""

    memory_cache = "memory_cache"
    index = "index"
    store = "store"
    shared_cache = "shared_cache"
    live = "live"


class OpenState(enum.Enum):
    """Whether a pharmacy is open. ``unknown`` when no source gave hours for the day."""

    unknown = "unknown"
    closed = "closed"
    open = "open"


@dataclass(frozen=True, slots=True)
class Summary:
    """What a medicine is for, in few words, and who wrote it."""

    text: str
    indications: tuple[str, ...]
    maker: str
    made_at: datetime


@dataclass(frozen=True, slots=True)
class Medicine:
    """One product, as e약은요 describes it. An empty text means "not given"."""

    id: str
    """품목기준코드, the product code: nine digits."""
    name: str
    english_name: str = ""
    company: str = ""
    ingredients: str = ""
    dispensing: str = ""
    """"otc" or "prescription"."""
    efficacy: str = ""
    usage: str = ""
    warnings: str = ""
    """What to know before taking it."""
    precautions: str = ""
    """Who must not take it."""
    interactions: str = ""
    """Which medicines and foods to watch."""
    side_effects: str = ""
    storage: str = ""
    images: tuple[str, ...] = ()
    published_on: str = ""
    """ISO date, or empty."""
    updated_on: str = ""
    """ISO date, or empty."""
    withdrawn_on: str = ""
    """ISO date on which a refresh no longer found it at its sources, or empty."""
    summary: Summary | None = None
    """Of ``efficacy``; none when there is no text."""


@dataclass(frozen=True, slots=True)
class Answer:
    """How an answer was found."""

    origin: Origin
    elapsed_seconds: float
    degraded: bool
    """Something that should have helped did not; ``warnings`` say what."""
    warnings: tuple[str, ...]
    stale: bool = False
    """Past its time, for want of a newer one; ``warnings`` say why."""
    age_seconds: float | None = None
    """Of what is kept for a time."""


@dataclass(frozen=True, slots=True)
class MedicineMatch:
    """One medicine found by name."""

    medicine: Medicine
    kind: MatchKind
    reading: TextReading
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
class NameEntry:
    """A name to index, and what else is known."""

    name: str
    ingredients: str = ""
    """Separated by commas or slashes."""
    english_name: str = ""
    aliases: tuple[str, ...] = ()
    company: str = ""
    form: str = ""
    """Empty: read out of the name."""
    dispensing: str = ""
    """"otc", "prescription", or whatever is filtered by."""
    popularity: int = 0
    """Higher comes first among equally good matches."""


@dataclass(frozen=True, slots=True)
class NameMatch:
    """One name of a NameIndex. Most members are those of MedicineMatch."""

    name: str
    index: int
    """Position in the names that the index was built from, then in the order of ``add``."""
    kind: MatchKind
    reading: TextReading
    field: NameField
    edits: int
    score: float
    text: str
    spans: tuple[Span, ...]
    brand: Span
    """The brand in ``name``."""
    approximate: bool
    why: str


@dataclass(frozen=True, slots=True)
class ConfusableName:
    """Another brand that a name may be mistaken for."""

    index: int
    brand: str
    edits: int
    similarity: float
    """Between 0 and 1: looks and sounds taken together."""


@dataclass(frozen=True, slots=True)
class ConfusableMedicine:
    """One medicine of another brand that a name may be mistaken for."""

    medicine: Medicine
    brand: str
    edits: int
    similarity: float
    """Between 0 and 1: looks and sounds taken together."""


@dataclass(frozen=True, slots=True)
class UnderstoodSymptom:
    """A concept that a phrase was understood to speak of."""

    id: str
    """For programs: "headache"."""
    name: str
    """For people: "두통"."""
    spans: tuple[Span, ...]
    """The words of the phrase that it came from."""
    approximate: bool
    """Whether letters had to be changed for that."""


@dataclass(frozen=True, slots=True)
class RedFlag:
    """A sign of an emergency. No medicine is an answer to it."""

    id: str
    """For programs: "chest_pain"."""
    name: str
    """For people: "가슴 통증"."""
    sentence: str
    """What to do, in Korean, for people."""
    number: str
    """To call: "119", or "109" for thoughts of suicide."""
    spans: tuple[Span, ...]
    """The words of the phrase that it came from."""


@dataclass(frozen=True, slots=True)
class UnansweredSymptom:
    """A phrase that had no sure answer. It is what a person said of their health: keep it as such, or not at all."""

    phrase: str
    is_understood: bool
    """Whether a concept was understood, which no medicine here is for."""
    approximate: int
    """How many approximate matches were given."""


@dataclass(frozen=True, slots=True)
class SymptomMatch:
    """One medicine whose efficacy text speaks of what was complained of."""

    medicine: Medicine
    score: float
    """Above 0, up to 1; 1 when the text speaks of nothing else than all of it."""
    concepts: tuple[str, ...]
    """The ids of those that were found; none when nothing was understood."""
    missing: tuple[str, ...]
    """The ids of those that were not: unless it is empty, this is not for all that was asked."""
    spans: tuple[Span, ...]
    """What matched in ``medicine.efficacy``."""
    summary: str
    """Of the efficacy, for what was asked."""
    approximate: bool
    """Whether it may be for something else: a concept that was guessed, or mere words."""


_Item = TypeVar("_Item", covariant=True)


class _Results(Sequence[_Item]):
    """The hits of a result, so that it can be looped over, counted and cut like any sequence."""

    __slots__ = ()

    def _items(self) -> tuple[_Item, ...]:
        raise NotImplementedError

    def __len__(self) -> int:
        return len(self._items())

    @overload
    def __getitem__(self, index: int) -> _Item: ...

    @overload
    def __getitem__(self, index: slice) -> tuple[_Item, ...]: ...

    def __getitem__(self, index: int | slice) -> _Item | tuple[_Item, ...]:
        return self._items()[index]


@dataclass(frozen=True, slots=True)
class SearchResult(_Results[MedicineMatch]):
    """A sequence of matches, best first. Equal to another one with the same matches."""

    matches: tuple[MedicineMatch, ...]
    answer: Answer = field(compare=False)

    def _items(self) -> tuple[MedicineMatch, ...]:
        return self.matches


@dataclass(frozen=True, slots=True)
class SymptomResult(_Results[SymptomMatch]):
    """A sequence of matches, best first, and what was understood. Equal to another one that says the same."""

    understood: tuple[UnderstoodSymptom, ...]
    absent: tuple[UnderstoodSymptom, ...]
    """What was denied, is over, or was set aside: "콧물은 안 나요", "감기는 나았는데", "기침 말고"."""
    red_flag: RedFlag | None
    """Then there are no matches."""
    matches: tuple[SymptomMatch, ...]
    answer: Answer = field(compare=False)

    def _items(self) -> tuple[SymptomMatch, ...]:
        return self.matches


@dataclass(frozen=True, slots=True)
class Coordinate:
    """WGS 84 position in degrees."""

    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True)
class OpenInterval:
    """Opening time of one day in minutes after its midnight. ``close`` may pass midnight: 1500 is 01:00 of the next
    day. Open round the clock is 0 to 1440. ``str`` gives "09:00-19:00"."""

    open: int
    close: int

    def __str__(self) -> str:
        from pilling import _core

        return _core.hours_text(self.open, self.close)

    def in_words(self, language: Language = "english") -> str:
        """"09:00 to 01:00 the next day"; "09:00부터 다음 날 01:00까지"."""
        from pilling import _core

        return _core.hours_in_words(self.open, self.close, _is_korean(language))


@dataclass(frozen=True, slots=True)
class OpeningHours:
    """A week of opening times. A day without an interval is *unknown*: the sources leave out closed days and days
    that nobody entered alike."""

    days: tuple[OpenInterval | None, ...]
    """Monday to Sunday, as ``datetime.weekday`` counts, then public holidays."""

    holiday: ClassVar[int] = 7

    def is_known(self) -> bool:
        """Whether any day has an interval."""
        return any(day is not None for day in self.days)


@dataclass(frozen=True, slots=True)
class Pharmacy:
    """A pharmacy. ``id`` is the one that its source gave."""

    id: str
    name: str
    address: str
    telephone: str
    position: Coordinate
    hours: OpeningHours


@dataclass(frozen=True, slots=True)
class OpenStatus:
    """What opening hours say about an instant, in Korean time."""

    state: OpenState
    today: OpenInterval | None
    """The hours of the day; on a public holiday, its own."""
    closes_in: timedelta | None
    """While open: until it closes, over midnight when the next day goes on without a gap."""
    opens_in: timedelta | None
    """While closed or unknown: until the next opening that is known, within eight days."""
    may_open_before: bool
    """While closed: nothing is known of some day before ``opens_in``."""
    is_holiday: bool
    is_holiday_known: bool
    """False outside of the years that the calendar of public holidays covers: then ordinary hours were taken."""
    instant: datetime
    """When it holds."""

    def is_closing_soon(self, within: timedelta = timedelta(minutes=30)) -> bool:
        """Whether it is open and closes within that time."""
        return self.closes_in is not None and self.closes_in <= within

    def in_words(self, language: Language = "english") -> str:
        """"open until 19:00, closing in 20 min"; "영업 중, 19:00까지 (20분 뒤 마감)"."""
        from pilling import _core

        return _core.status_in_words(self, _is_korean(language))


@dataclass(frozen=True, slots=True)
class NearbyPharmacy:
    """A pharmacy and how far it is."""

    pharmacy: Pharmacy
    distance_meters: float
    bearing_degrees: float
    """From the center, clockwise from north."""
    status: OpenStatus
    """At ``open_at``, else at the time of the call."""

    @property
    def state(self) -> OpenState:
        """Of ``status``."""
        return self.status.state

    @property
    def today(self) -> OpenInterval | None:
        """Of ``status``."""
        return self.status.today

    def direction(self, language: Language = "english") -> str:
        """"north-east"; "북동". Empty at the very place."""
        from pilling import _core

        return _core.compass_word(self.bearing_degrees, _is_korean(language)) if self.distance_meters else ""


@dataclass(frozen=True, slots=True)
class NearbyCursor:
    """Where a page of results ended: what ``after`` takes for the next one. It holds over a refresh of the data."""

    distance_meters: float
    id: str
    version: int


@dataclass(frozen=True, slots=True)
class NearbyResult(_Results[NearbyPharmacy]):
    """A sequence of pharmacies, nearest first. Equal to another one with the same pharmacies."""

    pharmacies: tuple[NearbyPharmacy, ...]
    next: NearbyCursor | None = field(compare=False)
    """Where the next page begins; none when there is none, or no limit was given."""
    instant: datetime = field(compare=False)
    """When the states hold."""
    answer: Answer = field(compare=False)

    def _items(self) -> tuple[NearbyPharmacy, ...]:
        return self.pharmacies


@dataclass(frozen=True, slots=True, eq=False)
class NearbyTable:
    """The pharmacies nearest to each of many points: row i belongs to point i."""

    pharmacies: PharmacyList
    """Each once; to be counted, indexed from 0 on and looped over. Like the arrays, it is made for this process."""
    indexes: Any
    """NumPy array of int32, a row a point: positions in ``pharmacies``, -1 where there are no more."""
    distances_meters: Any
    """NumPy array of float64 of the same shape, NaN where there are no more."""


@dataclass(frozen=True, slots=True)
class SkippedRow:
    """A row that was passed over, or kept with a part left out."""

    line: int
    """Counted from 1; the number of the record where there are no lines."""
    reason: str


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did. ``repeated`` rows were joined into another row of the same id."""

    rows: int
    added: int
    updated: int
    unchanged: int
    older: int
    """Rows that were not written, for the database holds newer ones. 0 for pharmacies, whose rows have no dates."""
    repeated: int
    not_in_file: int
    """Medicines of the catalogue that the file does not name; they stay. 0 for pharmacies."""
    skipped: tuple[SkippedRow, ...]
    notes: tuple[SkippedRow, ...]
    """Rows that were kept with a part left out, and why."""
    doubts: tuple[str, ...]
    """About what the catalogue holds now, when rows were written: pharmacies of different districts on one point."""
    elapsed_seconds: float


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
    updated: int
    unchanged: int
    older: int
    """Rows that were not written, for the database holds newer ones."""
    withdrawn: int
    """Medicines that a source listed before and none lists any more: see ``Medicine.withdrawn_on``."""
    not_listed: int
    """Medicines of the database that no source of this refresh lists or ever listed; they stay."""
    pages_taken_up: int
    """That a refresh before had fetched."""
    skipped: tuple[SkippedRow, ...]
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


@dataclass(frozen=True, slots=True)
class MedicineQuery:
    """What a source is asked for. What is empty does not restrict."""

    name: str = ""
    """Part of the product name."""
    id: str = ""
    page: int = 1
    rows: int = 100


_Row = TypeVar("_Row")


@dataclass(frozen=True, slots=True)
class SourcePage(Generic[_Row]):
    """One page of a source."""

    rows: Sequence[_Row]
    total: int
    """Rows of all pages."""
    skipped: Sequence[SkippedRow] = ()
    """Rows that made no sense."""


@dataclass(frozen=True, slots=True)
class AllRows(Generic[_Row]):
    """All pages of a source, each id once."""

    rows: tuple[_Row, ...]
    skipped: tuple[SkippedRow, ...]
    total: int
    """As the source said last."""
    pages: int
    repeated: int
    """Rows whose id had come before; when data moves, others are missing in their place."""
    is_complete: bool
    """As many rows came as the source said, and it said the same number all the time."""


@dataclass(frozen=True, slots=True)
class Holiday:
    """A public holiday."""

    day: date
    name: str


@dataclass(frozen=True, slots=True)
class HttpResponse:
    """A reply of whatever status."""

    status: int
    headers: tuple[tuple[str, str], ...]
    """Names in lower case."""
    body: bytes

    def header(self, name: str) -> str:
        """The first header of that lower-case name, or empty."""
        return next((value for key, value in self.headers if key == name), "")


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
