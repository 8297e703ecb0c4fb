from collections.abc import Callable
from os import PathLike

from pilling._types import (
    EngineStats,
    ImportReport,
    Medicine,
    NearbyResult,
    ProgressHook,
    RefreshReport,
    SearchResult,
    SlowCall,
    Summary,
    SymptomResult,
)

__version__: str

class Engine:
    def __init__(
        self,
        database: str | PathLike[str],
        cache_bytes: int,
        busy_timeout: float,
        slow_call_threshold: float,
        on_slow_call: Callable[[SlowCall], object] | None,
    ) -> None: ...
    @property
    def closed(self) -> bool: ...
    def close(self) -> None: ...
    def search(self, text: str, limit: int) -> SearchResult: ...
    def suggest(self, text: str, limit: int) -> list[str]: ...
    def search_symptom(self, text: str, limit: int) -> SymptomResult: ...
    def medicine(self, id: str) -> Medicine | None: ...
    def summarize(self, id: str, keyword: str) -> Summary | None: ...
    def pharmacies_near(
        self,
        latitude: float,
        longitude: float,
        radius_meters: float,
        limit: int | None,
        open_at: int | None,
        include_unknown_hours: bool,
    ) -> NearbyResult: ...
    def import_medicines(self, path: str | PathLike[str], on_progress: ProgressHook | None) -> ImportReport: ...
    def import_pharmacies(self, path: str | PathLike[str], on_progress: ProgressHook | None) -> ImportReport: ...
    def refresh(self, commit_every: int, on_progress: ProgressHook | None) -> RefreshReport: ...
    def stats(self) -> EngineStats: ...
    def metrics_text(self) -> str: ...
