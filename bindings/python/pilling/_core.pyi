from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import date
from os import PathLike
from typing import Any, final

from pilling._types import (
    AllRows,
    BatchAnswer,
    BatchStatus,
    BreakerStats,
    BudgetStats,
    CacheStats,
    ConfusableMedicine,
    ConfusableName,
    EngineStats,
    Holiday,
    HostStats,
    HttpResponse,
    ImportReport,
    LimiterStats,
    Medicine,
    ModelPrice,
    NameEntry,
    NameMatch,
    NearbyCursor,
    NearbyPharmacy,
    NearbyResult,
    NearbyTable,
    OpenStatus,
    Pharmacy,
    ProgressHook,
    QuotaStats,
    RefreshOptions,
    RefreshProgressHook,
    RefreshReport,
    RefreshSchedule,
    SearchResult,
    SlowCall,
    SourcePage,
    SummarizerStats,
    Summary,
    SummaryCost,
    SymptomResult,
    UnansweredSymptom,
)
from pilling.sources import PythonSummarizer, Source

__version__: str

def compass_word(bearing_degrees: float, korean: bool) -> str: ...
def hours_text(open: int, close: int) -> str: ...
def hours_in_words(open: int, close: int, korean: bool) -> str: ...
def status_in_words(status: OpenStatus, korean: bool) -> str: ...

def wait_for_threads(at_most: float) -> None: ...

class PharmacyList:
    def __len__(self) -> int: ...
    def __getitem__(self, index: int) -> Pharmacy: ...

class Nearby:
    def __init__(
        self,
        radius_meters: float | None,
        limit: int | None,
        open_at: int | None,
        include_unknown_hours: bool,
        name: str,
        ids: Collection[str] | None,
        after: NearbyCursor | None,
    ) -> None: ...

class NameIndex:
    def __init__(self, names: Iterable[str | NameEntry]) -> None: ...
    @staticmethod
    def open(path: str | PathLike[str]) -> NameIndex: ...
    def search(self, text: str, limit: int, filter: list[str], is_unfinished: bool) -> tuple[NameMatch, ...]: ...
    def confusable_names(self, name: str, limit: int) -> tuple[ConfusableName, ...]: ...
    def add(self, names: Iterable[str | NameEntry]) -> int: ...
    def remove(self, index: int) -> bool: ...
    def name(self, index: int) -> str | None: ...
    def save(self, path: str | PathLike[str]) -> None: ...
    @property
    def bytes(self) -> int: ...
    def __len__(self) -> int: ...

class MemoryCache:
    def __init__(
        self,
        maximum_weight: int = 10000,
        *,
        typical_weight: int = 1,
        time_to_live: float | None = None,
        jitter: float = 0.1,
    ) -> None: ...
    def get(self, key: str, default: Any = None, *, batch: bool = False) -> Any: ...
    def put(
        self, key: str, value: Any, weight: int = 1, *, time_to_live: float | None = None, batch: bool = False
    ) -> None: ...
    def erase(self, key: str) -> bool: ...
    def clear(self) -> None: ...
    def hottest_keys(self, limit: int) -> list[str]: ...
    def stats(self) -> CacheStats: ...
    def __len__(self) -> int: ...

class RetryOptions:
    def __init__(
        self,
        *,
        attempts: int = ...,
        first_wait: float = ...,
        minimum_wait: float = ...,
        maximum_wait: float = ...,
        jitter: float = ...,
        longest_retry_after: float = ...,
    ) -> None: ...

class RetryBudgetOptions:
    def __init__(self, *, per_success: float = ..., per_second: float = ..., capacity: float = ...) -> None: ...

class RateLimiterOptions:
    def __init__(
        self,
        *,
        requests_per_minute: float = ...,
        tokens_per_minute: float = ...,
        first_share: float = ...,
        ramp: float = ...,
        longest_wait: float = ...,
    ) -> None: ...

class CircuitBreakerOptions:
    def __init__(
        self,
        *,
        window_calls: int = ...,
        window_time: float = ...,
        minimum_calls: int = ...,
        failure_rate: float = ...,
        slow_call: float = ...,
        slow_call_rate: float = ...,
        first_open: float = ...,
        longest_open: float = ...,
        jitter: float = ...,
        longest_named: float = ...,
        probes: int = ...,
        longest_probe: float = ...,
    ) -> None: ...

@final
class BreakerCall:
    def succeeded(self, elapsed: float) -> None: ...
    def failed(self, elapsed: float, leave_alone_for: float | None = None) -> None: ...
    def ignored(self) -> None: ...
    @property
    def is_probe(self) -> bool: ...

class CircuitBreaker:
    def __init__(self, name: str, options: CircuitBreakerOptions = ...) -> None: ...
    def begin(self) -> BreakerCall: ...
    def check(self) -> None: ...
    def stats(self) -> BreakerStats: ...

@final
class RatePermit: ...

class RateLimiter:
    def __init__(self, name: str, options: RateLimiterOptions = ...) -> None: ...
    def acquire(self, tokens: int = 0, *, timeout: float | None = None) -> RatePermit: ...
    def give_back(self, permit: RatePermit) -> None: ...
    def settle(self, permit: RatePermit, used_tokens: int) -> None: ...
    def close_for(self, seconds: float) -> None: ...
    def stats(self) -> LimiterStats: ...

class CounterStore:
    def __init__(self) -> None: ...
    @staticmethod
    def open(path: str | PathLike[str]) -> CounterStore: ...
    def add(self, name: str, day: date, amount: int) -> int: ...
    def get(self, name: str, day: date) -> int: ...

class DailyQuota:
    def __init__(self, counters: CounterStore, *, calls_per_day: int = ..., name: str = ...) -> None: ...
    def take(self, operation: str) -> date: ...
    def give_back(self, operation: str, day: date) -> None: ...
    def close(self, operation: str, day: date) -> None: ...
    def remaining(self, operation: str) -> int: ...
    def stats(self) -> tuple[QuotaStats, ...]: ...

class ModelPrices:
    def __init__(self) -> None: ...
    @staticmethod
    def bundled() -> ModelPrices: ...
    @staticmethod
    def read(path: str | PathLike[str]) -> ModelPrices: ...
    def set(
        self,
        model: str,
        *,
        input: float,
        output: float,
        since: date,
        cached_input: float | None = None,
        cache_write: float | None = None,
        source: str = "",
    ) -> None: ...
    def find(self, model: str, day: date) -> ModelPrice | None: ...
    def dollars(
        self,
        model: str,
        day: date,
        *,
        input: int = 0,
        output: int = 0,
        cached_input: int = 0,
        cache_write: int = 0,
        batch: bool = False,
    ) -> float: ...
    def __len__(self) -> int: ...

@final
class Reservation:
    def settle(
        self, *, input: int = 0, output: int = 0, cached_input: int = 0, cache_write: int = 0
    ) -> None: ...
    def keep(self) -> None: ...
    def release(self) -> None: ...
    def __enter__(self) -> Reservation: ...
    def __exit__(self, *error: object) -> None: ...

class DollarBudget:
    def __init__(
        self,
        counters: CounterStore,
        prices: ModelPrices,
        *,
        dollars_per_day: float | None = None,
        dollars_per_month: float | None = None,
        name: str = ...,
    ) -> None: ...
    def reserve(
        self,
        model: str,
        *,
        input: int = 0,
        output: int = 0,
        cached_input: int = 0,
        cache_write: int = 0,
        batch: bool = False,
    ) -> Reservation: ...
    def set_prices(self, prices: ModelPrices) -> None: ...
    def stats(self) -> BudgetStats: ...

class HttpTransport:
    def send(
        self,
        url: str,
        *,
        method: str = "GET",
        query: Sequence[tuple[str, str]] = ...,
        headers: Sequence[tuple[str, str]] = ...,
        body: bytes = b"",
        repeatable: bool = False,
        timeout: float | None = None,
    ) -> HttpResponse: ...

class ResilientTransport(HttpTransport):
    def __init__(
        self,
        inner: HttpTransport,
        *,
        retry: RetryOptions = ...,
        retry_budget: RetryBudgetOptions = ...,
        breaker: CircuitBreakerOptions = ...,
        limiter: RateLimiterOptions = ...,
    ) -> None: ...
    def stats(self) -> tuple[HostStats, ...]: ...

def curl_transport(
    *,
    user_agent: str = "",
    proxy: str = "",
    ca_file: str | PathLike[str] | None = None,
    connect_timeout: float = ...,
    first_byte_timeout: float = ...,
    silence_timeout: float = ...,
    total_timeout: float = ...,
    maximum_response_bytes: int = ...,
) -> HttpTransport: ...
def metrics_text(*counted: ResilientTransport | DailyQuota | DollarBudget) -> str: ...

@final
class Call:
    @property
    def time_left(self) -> float | None: ...
    @property
    def is_over(self) -> bool: ...

class OpenAiOptions:
    def __init__(self, model: str, api_key: str = "", *, base_url: str = ...) -> None: ...
    @staticmethod
    def openai(model: str, api_key: str) -> OpenAiOptions: ...
    @staticmethod
    def azure(base_url: str, deployment: str, api_key: str) -> OpenAiOptions: ...
    @staticmethod
    def vllm(model: str, base_url: str = ..., api_key: str = "") -> OpenAiOptions: ...
    @staticmethod
    def ollama(model: str, base_url: str = ...) -> OpenAiOptions: ...
    @staticmethod
    def llama_cpp(model: str, base_url: str = ..., api_key: str = "") -> OpenAiOptions: ...
    base_url: str
    model: str
    headers: list[tuple[str, str]]
    query: list[tuple[str, str]]
    maximum_output_tokens: int
    reasoning_effort: str
    temperature: float | None
    seed: int | None
    offers_batches: bool
    budget: DollarBudget | None
    key_header: str
    output_limit_name: str
    answer_form: str
    retry: RetryOptions
    prices: ModelPrices
    api_key: str

class SummaryBatches:
    @property
    def maximum_entries(self) -> int: ...
    def submit(self, texts: dict[str, str], label: str, *, timeout: float | None = None) -> str: ...
    def find(self, label: str, *, timeout: float | None = None) -> tuple[BatchStatus, ...]: ...
    def status(self, id: str, *, timeout: float | None = None) -> BatchStatus: ...
    def answers(
        self, id: str, texts: dict[str, str], *, timeout: float | None = None
    ) -> tuple[BatchAnswer, ...]: ...
    def cancel(self, id: str, *, timeout: float | None = None) -> None: ...

class Summarizer:
    @property
    def maker(self) -> str: ...
    @property
    def is_free(self) -> bool: ...
    def summarize(self, text: str, keyword: str = "", *, timeout: float | None = None) -> Summary | None: ...
    def cost(self, text: str, keyword: str = "", *, batch: bool = False) -> SummaryCost: ...
    def stats(self) -> SummarizerStats: ...
    @property
    def batches(self) -> SummaryBatches | None: ...

def openai_summarizer(http: HttpTransport, options: OpenAiOptions) -> Summarizer: ...
def extractive_summarizer() -> Summarizer: ...

class MedicineSource:
    @property
    def name(self) -> str: ...
    def fetch(
        self, name: str = "", *, id: str = "", page: int = 1, rows: int = 100, timeout: float | None = None
    ) -> SourcePage[Medicine]: ...
    def fetch_all(
        self,
        name: str = "",
        *,
        rows: int = 100,
        page_limit: int = ...,
        timeout: float | None = None,
        on_page: Callable[[int, int], object] | None = None,
    ) -> AllRows[Medicine]: ...

class PharmacySource:
    @property
    def name(self) -> str: ...
    def fetch(self, *, page: int = 1, rows: int = 100, timeout: float | None = None) -> SourcePage[Pharmacy]: ...
    def fetch_all(
        self,
        *,
        rows: int = 100,
        page_limit: int = ...,
        timeout: float | None = None,
        on_page: Callable[[int, int], object] | None = None,
    ) -> AllRows[Pharmacy]: ...

class PublicDataOptions:
    def __init__(
        self,
        service_key: str,
        *,
        base_url: str = ...,
        retry: RetryOptions = ...,
        quota: DailyQuota | None = None,
    ) -> None: ...

def easy_drug_source(http: HttpTransport, options: PublicDataOptions) -> MedicineSource: ...
def permit_source(
    http: HttpTransport, options: PublicDataOptions, *, list_operation: str = ..., details_operation: str = ...
) -> MedicineSource: ...
def pharmacy_source(http: HttpTransport, options: PublicDataOptions) -> PharmacySource: ...
def openfda_source(
    http: HttpTransport, *, api_key: str = "", base_url: str = ..., retry: RetryOptions = ...
) -> MedicineSource: ...
def fetch_pharmacies_near(
    http: HttpTransport,
    options: PublicDataOptions,
    latitude: float,
    longitude: float,
    *,
    page: int = 1,
    rows: int = 100,
    timeout: float | None = None,
) -> SourcePage[Pharmacy]: ...
def fetch_pharmacy(
    http: HttpTransport, options: PublicDataOptions, id: str, *, timeout: float | None = None
) -> Pharmacy | None: ...
def fetch_holidays(
    http: HttpTransport, options: PublicDataOptions, year: int, *, timeout: float | None = None
) -> tuple[Holiday, ...]: ...

class Engine:
    def __init__(
        self,
        database: str | PathLike[str],
        aliases: list[tuple[str, str]],
        popularity: dict[str, int],
        holidays: str | PathLike[str] | None,
        concepts: str | PathLike[str] | None,
        cache_bytes: int,
        busy_timeout: float,
        watch_interval: float,
        sources: Iterable[MedicineSource | Source],
        summarizer: Summarizer | PythonSummarizer | None,
        background_summaries: bool,
        refresh_schedule: RefreshSchedule | None,
        live_timeout: float,
        slow_call_threshold: float,
        on_slow_call: Callable[[SlowCall], object] | None,
        on_span: Callable[[str], Callable[[float, bool], object] | None] | None,
        on_unanswered_symptom: Callable[[UnansweredSymptom], object] | None,
    ) -> None: ...
    @property
    def closed(self) -> bool: ...
    def close(self) -> None: ...
    def leave_to_parent(self) -> None: ...
    def require_usable(self) -> None: ...
    def search(self, text: str, limit: int, filter: list[str]) -> SearchResult: ...
    def suggest(self, text: str, limit: int, filter: list[str]) -> list[str]: ...
    def confusable_names(self, name: str, limit: int) -> tuple[ConfusableMedicine, ...]: ...
    def search_symptom(self, text: str, limit: int, dispensing: str) -> SymptomResult: ...
    def medicine(self, id: str) -> Medicine | None: ...
    def summarize(self, id: str, keyword: str) -> Summary | None: ...
    def wait_for_summary(self, id: str, keyword: str, timeout: float | None) -> Summary | None: ...
    def pharmacies_near(
        self,
        latitude: float,
        longitude: float,
        wanted: Nearby,
        rerank: Callable[[Sequence[NearbyPharmacy]], Iterable[float]] | None,
        rerank_first: int,
    ) -> NearbyResult: ...
    def count_pharmacies_near(self, latitude: float, longitude: float, wanted: Nearby) -> int: ...
    def pharmacies_near_many(self, latitudes: Any, longitudes: Any, wanted: Nearby) -> NearbyTable: ...
    def import_medicines(self, path: str | PathLike[str], on_progress: ProgressHook | None) -> ImportReport: ...
    def import_pharmacies(self, path: str | PathLike[str], on_progress: ProgressHook | None) -> ImportReport: ...
    def refresh(self, options: RefreshOptions, on_progress: RefreshProgressHook | None) -> RefreshReport: ...
    def stats(self) -> EngineStats: ...
    def metrics_text(self) -> str: ...
