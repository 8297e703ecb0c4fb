"""The engine: medicine and pharmacy look-ups in this process."""

from __future__ import annotations

import atexit
import importlib
import math
import os
import sys
import weakref
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta, timezone
from types import TracebackType
from typing import TYPE_CHECKING, Any, NoReturn

from pilling import _core
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

if TYPE_CHECKING:
    from pilling._core import MedicineSource, Summarizer
    from pilling.sources import PythonSummarizer, Source

KOREAN_TIME = timezone(timedelta(hours=9), "KST")


def _seconds_since_epoch(time: datetime | None) -> int | None:
    if time is None:
        return None
    if time.utcoffset() is None:
        time = time.replace(tzinfo=KOREAN_TIME)
    return math.floor(time.timestamp())


def _require_numpy() -> None:
    try:
        importlib.import_module("numpy")
    except ModuleNotFoundError as error:
        if error.name != "numpy":
            raise
        raise ImportError(
            "pharmacies_near_many takes and gives NumPy arrays, and NumPy is not installed for "
            f"{sys.executable}; `pip install numpy`, or python3-numpy on Debian. pharmacies_near needs none",
            name="numpy",
        ) from None


# Threads inside of an engine may want the GIL, which they must not once the interpreter ends.
_LONGEST_WAIT_AT_EXIT = 10.0

_open_engines: weakref.WeakSet[Engine] = weakref.WeakSet()


def _leave_engines_to_parent() -> None:
    for engine in tuple(_open_engines):
        engine._core.leave_to_parent()
    _open_engines.clear()


os.register_at_fork(after_in_child=_leave_engines_to_parent)


@atexit.register
def _close_engines() -> None:
    for engine in tuple(_open_engines):
        engine.close()
    _core.wait_for_threads(_LONGEST_WAIT_AT_EXIT)


class Engine:
    """Medicine and pharmacy look-ups over a local database, which is made when it is missing.

    Open one per process and share it: every method may be called from any thread, and other threads go on while one
    waits. After ``fork``, open another one. Raises StorageError when the database at ``database`` cannot be opened, and
    InvalidArgument for arguments that make no sense. A closed engine raises ValueError, and so does one that was opened
    before the fork. Texts are looked for up to 4,096 bytes of UTF-8; longer ones, and a ``limit`` below 1, raise InvalidArgument.

    ``busy_timeout`` is how many seconds another process may keep the database locked before a call gives up.

    Several processes may use one database. Every ``watch_interval`` seconds, a thread of the engine looks whether another
    process has changed it, and loads what is new while queries go on with what was there before. With 0 there is no such
    thread: the engine shows what was there when it was opened, and what is imported through it.

    ``aliases`` are other names that people use, each with the whole name, the brand or the product code that it means:
    ``{"tylenol": "타이레놀"}``. ``popularity`` says, by product code, which of equally good matches come first: higher
    ones.

    ``cache_bytes`` bounds the memory of finished answers, that of summaries, and that of look-ups: each may take so many
    bytes.

    ``sources`` are asked in order when a name is not found here: public ones such as ``pilling.sources.easy_drug_source``,
    or objects with ``name`` and ``fetch`` (``pilling.sources.Source``). ``summarizer`` writes summaries in place of the
    extractive one (``pilling.sources.PythonSummarizer``). A call to them takes no longer than ``live_timeout`` seconds.
    With a ``refresh_schedule``, the engine refreshes by itself, every night at two in Korea unless told otherwise.

    With ``background_summaries``, those are made that a search shows the extractive one in place of. When the engine
    closes, those written in Python are let go of at once: calls that are under way go on without them.

    ``holidays`` is a file of public holidays in place of the one that comes with Pilling.

    ``concepts`` is a table of symptom concepts in place of the one that comes with Pilling: what people complain of, and
    which complaints are signs of an emergency. ``on_unanswered_symptom`` is told of phrases that had no sure answer, on
    the thread that searches, so that the table can grow; what it raises is reported as unraisable. Such a phrase is what
    a person said of their health.

    Calls that take longer than ``slow_call_threshold`` seconds are told to ``on_slow_call``, on the thread that made
    them; what it raises is reported as unraisable.

    ``on_span`` is told when a piece of work begins, by a name such as "pilling.search" or "pilling.cache.load", on the
    thread that does it. What it returns, if anything, is called when the work has ended, with the seconds it took and
    whether it failed: enough to begin and end a span of OpenTelemetry.
    """

    def __init__(
        self,
        database: str | os.PathLike[str] = "pilling.db",
        *,
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
        self._core = _core.Engine(
            database,
            list((aliases or {}).items()),
            dict(popularity or {}),
            holidays,
            concepts,
            cache_bytes,
            busy_timeout,
            watch_interval,
            sources,
            summarizer,
            background_summaries,
            refresh_schedule,
            live_timeout,
            slow_call_threshold,
            on_slow_call,
            on_span,
            on_unanswered_symptom,
        )
        _open_engines.add(self)

    def search(
        self, text: str, *, limit: int = 10, company: str = "", form: str = "", dispensing: str = ""
    ) -> SearchResult:
        """Medicines by name, best first. ``approximate`` ones may be another medicine: ask before you take them for it.

        A number in the text matches whole numbers only: "10" does not find "100". The filters let through only medicines
        of that company, form ("서방정", as in the name) or dispensing ("otc", "prescription").
        """
        return self._core.search(text, limit, [company, form, dispensing])

    def suggest(
        self, text: str, *, limit: int = 10, company: str = "", form: str = "", dispensing: str = ""
    ) -> list[str]:
        """Names for typing ahead, best first, each once. The filters are those of ``search``."""
        return self._core.suggest(text, limit, [company, form, dispensing])

    def confusable_names(self, name: str, *, limit: int = 5) -> tuple[ConfusableMedicine, ...]:
        """Medicines of other brands that are written or sound nearly like the brand of ``name``, nearest first."""
        return self._core.confusable_names(name, limit)

    def search_symptom(self, text: str, *, limit: int = 10, dispensing: str = "") -> SymptomResult:
        """Medicines for what a phrase complains of, in the words of patients: "콧물은 없는데 목이 칼칼해요".

        The result says which concepts were understood, and which were denied, over or set aside. Medicines for more of
        the former come first, then those that are for little else, those sold over the counter first where that is
        known. ``SymptomMatch.missing`` names what a medicine is not for, ``wider`` what its text names only in wider words.
        ``notes`` say what people should hear besides; for a baby below one year, there are no matches. A phrase that nothing is understood of finds
        texts that hold its words, marked as approximate, or nothing.

        When the phrase holds a sign of an emergency, ``red_flag`` says what to do, and there are no matches. That there
        is none does not mean that all is well. ``dispensing`` lets through only "otc" or "prescription".
        """
        return self._core.search_symptom(text, limit, dispensing)

    def medicine(self, id: str) -> Medicine | None:
        """The medicine with this product code, or nothing when the catalogue does not hold it."""
        return self._core.medicine(id)

    def summarize(self, id: str, keyword: str = "") -> Summary | None:
        """The summary of a medicine's efficacy, for a keyword when one is given.

        The one of the engine's summarizer when it was made before, else the extractive one at once, while the other is
        made in the background. None when the medicine or its text is not there, or when no indication speaks of the
        keyword.
        """
        return self._core.summarize(id, keyword)

    def wait_for_summary(self, id: str, keyword: str = "", *, timeout: float | None = None) -> Summary | None:
        """As ``summarize``, but waits for the engine's summarizer: for ``timeout`` seconds, and no longer than the
        engine's ``live_timeout``. When it fails or takes longer, the extractive summary."""
        return self._core.wait_for_summary(id, keyword, timeout)

    def pharmacies_near(
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
        """Pharmacies within the radius, or anywhere with ``radius_meters=None``, nearest first.

        With ``open_at``, only those known to be open then, and with ``include_unknown_hours`` also those whose hours
        are unknown. A time without a time zone is Korean time. ``name`` lets through only names that hold it, ``ids``
        only these pharmacies.

        With a limit, ``NearbyResult.next`` leads to the next page, as ``after``. ``rerank`` is given the first
        ``rerank_first`` results and gives a distance of its own for each, such as a walking route: they are put in its
        order, infinite ones last.

        Raises InvalidArgument for an impossible position, a radius that is no distance, and a cursor beside ``rerank``;
        and what ``rerank`` raises.
        """
        instant = _seconds_since_epoch(open_at)
        wanted = _core.Nearby(radius_meters, limit, instant, include_unknown_hours, name, ids, after)
        return self._core.pharmacies_near(latitude, longitude, wanted, rerank, rerank_first)

    def count_pharmacies_near(
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
        """How many pharmacies ``pharmacies_near`` would give."""
        instant = _seconds_since_epoch(open_at)
        wanted = _core.Nearby(radius_meters, None, instant, include_unknown_hours, name, ids, None)
        return self._core.count_pharmacies_near(latitude, longitude, wanted)

    def pharmacies_near_many(
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
        """The pharmacies nearest to each of many points, several times faster than one by one. Needs NumPy, and raises
        ImportError without it.

        The points are two one-dimensional arrays, or buffers, of floats of the same length.
        """
        _require_numpy()
        instant = _seconds_since_epoch(open_at)
        wanted = _core.Nearby(radius_meters, limit, instant, include_unknown_hours, name, ids, None)
        return self._core.pharmacies_near_many(latitudes, longitudes, wanted)

    def import_medicines(
        self, path: str | os.PathLike[str], *, on_progress: ProgressHook | None = None
    ) -> ImportReport:
        """Reads e약은요 rows: JSON lines, a JSON array, or an API response body; plain or gzip. Queries see
        the new rows when it returns. ``on_progress`` is told, on this thread, the rows done and in all.

        A bad row is reported and skipped; a file that is not what it claims raises BadData. A row that is older than
        the stored one, as ``updated_on`` tells, is not written; the report counts it as ``older``. It is one
        transaction: what ends it early, such as Ctrl-C or an exception of ``on_progress``, leaves the database as it
        was.
        """
        return self._core.import_medicines(path, on_progress)

    def import_pharmacies(
        self, path: str | os.PathLike[str], *, on_progress: ProgressHook | None = None
    ) -> ImportReport:
        """Reads pharmacies: tables of 건강보험심사평가원 or Seoul, or JSON of 국립중앙의료원; plain or gzip. As
        ``import_medicines``; ``ImportReport.doubts`` names points that hold pharmacies of different districts."""
        return self._core.import_pharmacies(path, on_progress)

    def refresh(
        self, options: RefreshOptions | None = None, *, on_progress: RefreshProgressHook | None = None
    ) -> RefreshReport:
        """Fetches all rows of the sources, writes what changed, and has the texts summarised that are new.

        Medicines that a source no longer lists are marked as withdrawn. What changed becomes visible at once, at the
        end, in every process. A refresh that was cut off is taken up by the next one; no call is made again whose
        answer had come. Only one runs at a time: others raise Refused. ``on_progress`` is called on this thread; what
        it raises ends the refresh.
        """
        return self._core.refresh(options or RefreshOptions(), on_progress)

    def stats(self) -> EngineStats:
        """What the engine holds and has done since it was opened."""
        return self._core.stats()

    def metrics_text(self) -> str:
        """The statistics in the Prometheus text exposition format, version 0.0.4."""
        return self._core.metrics_text()

    def close(self) -> None:
        """Closes the database; calls under way on other threads end as usual. Closing twice is fine."""
        self._core.close()

    def __enter__(self) -> Engine:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Engine({self._database!r}{', closed' if self._core.closed else ''})"

    def __reduce__(self) -> NoReturn:
        raise TypeError(
            "an Engine holds an open database and cannot be pickled or copied; "
            "pass the database's path and open an Engine where it is needed"
        )
