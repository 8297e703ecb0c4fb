"""The engine for asyncio: the same calls on threads of its own."""

from __future__ import annotations

import asyncio
import functools
import os
import threading
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from types import TracebackType
from typing import TYPE_CHECKING, Any, NoReturn, ParamSpec, TypeVar

from pilling._types import (
    ConfusableMedicine,
    EngineStats,
    ImportReport,
    Medicine,
    NearbyCursor,
    NearbyPharmacy,
    NearbyResult,
    NearbyTable,
    ProgressHook,
    RefreshOptions,
    RefreshProgressHook,
    RefreshReport,
    RefreshSchedule,
    SearchResult,
    SlowCall,
    Summary,
    SymptomResult,
    UnansweredSymptom,
)
from pilling.engine import Engine

if TYPE_CHECKING:
    from pilling._core import MedicineSource, Summarizer
    from pilling.sources import PythonSummarizer, Source

_Parameters = ParamSpec("_Parameters")
_Result = TypeVar("_Result")


class AsyncEngine:
    """An ``Engine`` whose methods are awaited. ``async with`` opens and closes it.

    At most ``threads`` calls run at the same time; more wait for their turn. ``on_progress``, ``on_slow_call``,
    ``on_span`` and ``on_unanswered_symptom`` are called on those threads: to reach the event loop from them, use
    ``loop.call_soon_threadsafe``. A cancelled import or refresh stops at its next step, and an import then leaves the
    database as it was.
    """

    def __init__(
        self,
        database: str | os.PathLike[str] = "pilling.db",
        *,
        threads: int = 8,
        aliases: Mapping[str, str] | None = None,
        popularity: Mapping[str, int] | None = None,
        holidays: str | os.PathLike[str] | None = None,
        concepts: str | os.PathLike[str] | None = None,
        cache_bytes: int = 32 << 20,
        busy_timeout: float = 5.0,
        watch_interval: float = 0.25,
        sources: Iterable[MedicineSource | Source] = (),
        summarizer: Summarizer | PythonSummarizer | None = None,
        background_summaries: bool = True,
        refresh_schedule: RefreshSchedule | None = None,
        live_timeout: float = 10.0,
        slow_call_threshold: float = 1.0,
        on_slow_call: Callable[[SlowCall], object] | None = None,
        on_span: Callable[[str], Callable[[float, bool], object] | None] | None = None,
        on_unanswered_symptom: Callable[[UnansweredSymptom], object] | None = None,
    ) -> None:
        self._database = os.fspath(database)
        self._open = functools.partial(
            Engine,
            database,
            aliases=aliases,
            popularity=popularity,
            holidays=holidays,
            concepts=concepts,
            cache_bytes=cache_bytes,
            busy_timeout=busy_timeout,
            watch_interval=watch_interval,
            sources=sources,
            summarizer=summarizer,
            background_summaries=background_summaries,
            refresh_schedule=refresh_schedule,
            live_timeout=live_timeout,
            slow_call_threshold=slow_call_threshold,
            on_slow_call=on_slow_call,
            on_span=on_span,
            on_unanswered_symptom=on_unanswered_symptom,
        )
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="pilling")
        self._engine: Engine | None = None
        self._closed = False

    async def __aenter__(self) -> AsyncEngine:
        if self._closed or self._engine is not None:
            raise ValueError("an AsyncEngine is opened once; make another one")
        try:
            self._engine = await self._run(self._open)
        except BaseException:
            await self.close()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Closes the database; calls under way end as usual. Closing twice is fine."""
        if self._closed:
            return
        self._closed = True
        if self._engine is not None:
            await self._run(self._engine.close)
        self._threads.shutdown(wait=False)

    async def search(
        self, text: str, *, limit: int = 10, company: str = "", form: str = "", dispensing: str = ""
    ) -> SearchResult:
        """See ``Engine.search``."""
        filters = {"company": company, "form": form, "dispensing": dispensing}
        return await self._run(functools.partial(self._opened().search, text, limit=limit, **filters))

    async def suggest(
        self, text: str, *, limit: int = 10, company: str = "", form: str = "", dispensing: str = ""
    ) -> list[str]:
        """See ``Engine.suggest``."""
        filters = {"company": company, "form": form, "dispensing": dispensing}
        return await self._run(functools.partial(self._opened().suggest, text, limit=limit, **filters))

    async def confusable_names(self, name: str, *, limit: int = 5) -> tuple[ConfusableMedicine, ...]:
        """See ``Engine.confusable_names``."""
        return await self._run(self._opened().confusable_names, name, limit=limit)

    async def search_symptom(self, text: str, *, limit: int = 10, dispensing: str = "") -> SymptomResult:
        """See ``Engine.search_symptom``."""
        return await self._run(self._opened().search_symptom, text, limit=limit, dispensing=dispensing)

    async def medicine(self, id: str) -> Medicine | None:
        """See ``Engine.medicine``."""
        return await self._run(self._opened().medicine, id)

    async def summarize(self, id: str, keyword: str = "") -> Summary | None:
        """See ``Engine.summarize``."""
        return await self._run(self._opened().summarize, id, keyword)

    async def wait_for_summary(
        self, id: str, keyword: str = "", *, timeout: float | None = None
    ) -> Summary | None:
        """See ``Engine.wait_for_summary``."""
        waiting = functools.partial(self._opened().wait_for_summary, id, keyword, timeout=timeout)
        return await self._run(waiting)

    async def pharmacies_near(
        self,
        latitude: float,
        longitude: float,
        *,
        radius_meters: float | None = 1000,
        limit: int | None = None,
        open_at: datetime | None = None,
        include_unknown_hours: bool = False,
        name: str = "",
        ids: Collection[str] | None = None,
        after: NearbyCursor | None = None,
        rerank: Callable[[Sequence[NearbyPharmacy]], Iterable[float]] | None = None,
        rerank_first: int = 30,
    ) -> NearbyResult:
        """See ``Engine.pharmacies_near``. ``rerank`` is called on the thread that searches."""
        return await self._run(
            self._opened().pharmacies_near,
            latitude,
            longitude,
            radius_meters=radius_meters,
            limit=limit,
            open_at=open_at,
            include_unknown_hours=include_unknown_hours,
            name=name,
            ids=ids,
            after=after,
            rerank=rerank,
            rerank_first=rerank_first,
        )

    async def count_pharmacies_near(
        self,
        latitude: float,
        longitude: float,
        *,
        radius_meters: float | None = 1000,
        open_at: datetime | None = None,
        include_unknown_hours: bool = False,
        name: str = "",
        ids: Collection[str] | None = None,
    ) -> int:
        """See ``Engine.count_pharmacies_near``."""
        return await self._run(
            self._opened().count_pharmacies_near,
            latitude,
            longitude,
            radius_meters=radius_meters,
            open_at=open_at,
            include_unknown_hours=include_unknown_hours,
            name=name,
            ids=ids,
        )

    async def pharmacies_near_many(
        self,
        latitudes: Any,
        longitudes: Any,
        *,
        limit: int = 10,
        radius_meters: float | None = 1000,
        open_at: datetime | None = None,
        include_unknown_hours: bool = False,
        name: str = "",
        ids: Collection[str] | None = None,
    ) -> NearbyTable:
        """See ``Engine.pharmacies_near_many``."""
        return await self._run(
            self._opened().pharmacies_near_many,
            latitudes,
            longitudes,
            limit=limit,
            radius_meters=radius_meters,
            open_at=open_at,
            include_unknown_hours=include_unknown_hours,
            name=name,
            ids=ids,
        )

    async def import_medicines(
        self, path: str | os.PathLike[str], *, on_progress: ProgressHook | None = None
    ) -> ImportReport:
        """See ``Engine.import_medicines``."""
        importing = functools.partial(self._opened().import_medicines, path)
        return await self._run_long(lambda hook: importing(on_progress=hook), on_progress)

    async def import_pharmacies(
        self, path: str | os.PathLike[str], *, on_progress: ProgressHook | None = None
    ) -> ImportReport:
        """See ``Engine.import_pharmacies``."""
        importing = functools.partial(self._opened().import_pharmacies, path)
        return await self._run_long(lambda hook: importing(on_progress=hook), on_progress)

    async def refresh(
        self, options: RefreshOptions | None = None, *, on_progress: RefreshProgressHook | None = None
    ) -> RefreshReport:
        """See ``Engine.refresh``."""
        refreshing = functools.partial(self._opened().refresh, options)
        return await self._run_long(lambda hook: refreshing(on_progress=hook), on_progress)

    async def stats(self) -> EngineStats:
        """See ``Engine.stats``."""
        return await self._run(self._opened().stats)

    async def metrics_text(self) -> str:
        """See ``Engine.metrics_text``."""
        return await self._run(self._opened().metrics_text)

    def __repr__(self) -> str:
        return f"AsyncEngine({self._database!r}{', closed' if self._closed else ''})"

    def __reduce__(self) -> NoReturn:
        raise TypeError(
            "an AsyncEngine holds an open database and cannot be pickled or copied; "
            "pass the database's path and open an AsyncEngine where it is needed"
        )

    def _opened(self) -> Engine:
        if self._closed:
            raise ValueError("the engine is closed; open another one")
        if self._engine is None:
            raise ValueError("the engine is not open yet; use `async with AsyncEngine(...) as engine:`")
        # Before a thread is asked: those of a forked child's parent did not come along, and would be waited for forever.
        self._engine._core.require_usable()
        return self._engine

    async def _run(
        self, work: Callable[_Parameters, _Result], *args: _Parameters.args, **kwargs: _Parameters.kwargs
    ) -> _Result:
        call = functools.partial(work, *args, **kwargs)
        return await asyncio.get_running_loop().run_in_executor(self._threads, call)

    async def _run_long(
        self, work: Callable[[Callable[..., None]], _Result], on_progress: Callable[..., object] | None
    ) -> _Result:
        cancelled = threading.Event()

        def tell(*progress: object) -> None:
            if cancelled.is_set():
                raise asyncio.CancelledError
            if on_progress is not None:
                on_progress(*progress)

        try:
            return await self._run(work, tell)
        except asyncio.CancelledError:
            cancelled.set()
            raise
