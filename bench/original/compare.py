"""The original's way and Pilling on the same data, searches and fake services, in one run.

    PYTHONPATH=build/release/python PILLING_DATA_DIR=... /usr/bin/python3 bench/original/compare.py [--plot DIR]

Prints tables in Markdown: times, calls of the model and dollars, hit ratio, requests a minute. Without
PILLING_DATA_DIR, the bundled sample is used, on which everything is small. What is measured, what is counted and what
is extrapolated stands below the tables; ``original.py`` says what the original's way is and what it is spared.
"""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import datetime
import json
import os
import pathlib
import platform
import random
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pilling
from pilling import Origin, RefreshOptions, RefreshReport
from pilling.limits import curl_transport
from pilling.sources import PublicDataOptions, easy_drug_source
from pilling.summaries import OpenAiOptions, openai_summarizer

from measure import each_timed, each_timed_and_read, median_of_repeated, requests_per_minute
from original import ChatModel, KeptConnection, MedicineTable, Model, Original, Pharmacy, PublicService, Row
from plot import write_plot
from report import report
from services import CountedModel, FakeServices, Usage
from workload import Workload, draw, points_near, read_medicines, write_medicines

ROOT = pathlib.Path(__file__).resolve().parents[2]

# What the original says of itself, in seconds: 3 to 5 for a search that asks the model, 0.08 for a cached one.
CLAIMED_NEW, CLAIMED_CACHED = 4.0, 0.08
TIME_TO_LIVE = 3600.0
RADIUS_METERS, LIMIT = 3000.0, 10


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    data = os.environ.get("PILLING_DATA_DIR")
    sample = ROOT / "examples" / "data"
    medicines = pathlib.Path(data, "easydrug/easydrug_2024-07.jsonl.gz") if data else sample / "medicines.jsonl"
    pharmacies = pathlib.Path(data, "pharmacy/hira_pharmacy_2023Q1.csv.gz") if data else sample / "pharmacies.csv"
    option = parser.add_argument
    option("--medicines", type=pathlib.Path, default=medicines, metavar="FILE", help="rows of e약은요, JSON lines")
    option("--pharmacies", type=pathlib.Path, default=pharmacies, metavar="FILE", help="a file that Pilling imports")
    option("--searches", type=int, default=10_000, help="by name (default: 10,000)")
    option("--ranks", choices=("products", "chance"), default="products",
           help="whether brands of many products are the popular ones, or any (default: products)")
    option("--seed", type=int, default=20261128)
    option("--samples", type=int, default=5, help="searches of each kind that wait for the services (default: 5)")
    option("--model", default="gpt-5.6-luna", help="whose list price is taken (default: gpt-5.6-luna)")
    # A search of ten rows then takes the first stage the 3 to 5 s that it says of itself.
    option("--model-latency", type=float, default=0.4, metavar="SECONDS", help="of each call (default: 0.4)")
    option("--service-latency", type=float, default=0.2, metavar="SECONDS", help="of data.go.kr (default: 0.2)")
    option("--clients", type=int, default=100, help="threads that search at the same time (default: 100)")
    option("--seconds", type=float, default=3.0, help="for which they do (default: 3)")
    option("--requests-bench", type=pathlib.Path, default=ROOT / "build/release/bench/requests_per_minute",
           metavar="PROGRAM", help="the same in C++; left out when it was not built")
    option("--json", type=pathlib.Path, metavar="FILE", help="writes all figures there")
    option("--plot", type=pathlib.Path, metavar="DIR", help="writes original-vs-pilling.svg, and .png, there")
    return parser  # fmt: skip


@dataclasses.dataclass(frozen=True, slots=True)
class Bench:
    """Everything that is measured, ready: one database each, the same rows in all of them."""

    options: argparse.Namespace
    folder: pathlib.Path
    workload: Workload
    services: FakeServices
    public_data: KeptConnection
    model_server: KeptConnection
    engine: pilling.Engine
    pharmacies: list[Pharmacy]
    counted: CountedModel
    tables: dict[str, MedicineTable]
    once: dict[str, Usage]
    """Calls of the model before the first search."""
    refreshed: RefreshReport

    def original(self, stage: str, waits: bool = False) -> Original:
        """A service on the database of its stage, with empty caches. ``waits``: for a model that is really asked."""
        model: Model = self.counted
        if waits:
            model = ChatModel(self.model_server, self.options.model)
        time_to_live = TIME_TO_LIVE if stage == "cached" else None
        return Original(self.tables[stage], self.pharmacies, model, PublicService(self.public_data), time_to_live)


def _make_engine(folder: pathlib.Path, options: argparse.Namespace, services: FakeServices) -> pilling.Engine:
    source = easy_drug_source(curl_transport(), PublicDataOptions("key", base_url=services.public_data))
    model = OpenAiOptions.openai(options.model, "key")
    model.base_url = services.openai
    return pilling.Engine(
        folder / "pilling.db",
        sources=[source],
        summarizer=openai_summarizer(curl_transport(total_timeout=120), model),
    )


@contextlib.contextmanager
def prepared(options: argparse.Namespace) -> Iterator[Bench]:
    workload = draw(read_medicines(options.medicines), options.searches, options.seed, options.samples, options.ranks)
    with contextlib.ExitStack() as stack:
        folder = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory()))
        write_medicines(folder / "known.jsonl", workload.known)
        write_medicines(folder / "service.jsonl", workload.known + workload.held_out)
        services = stack.enter_context(FakeServices(folder / "service.jsonl"))
        engine = stack.enter_context(_make_engine(folder, options, services))
        engine.import_medicines(folder / "known.jsonl")
        engine.import_pharmacies(options.pharmacies)
        # The rows of the file only: what is held out is to be found by searches.
        refreshed = engine.refresh(RefreshOptions(fetches_rows=False))
        if not refreshed.is_complete:
            raise RuntimeError(f"the refresh left something to do: {'; '.join(refreshed.failures)}")
        once = {"first": Usage(), "pilling": services.counts()[1]}
        everywhere = engine.pharmacies_near(36.5, 127.8, radius_meters=None)
        places = [(n.pharmacy.id, n.pharmacy.position.latitude, n.pharmacy.position.longitude) for n in everywhere]
        tables = {stage: MedicineTable(folder / f"{stage}.db") for stage in ("first", "cached")}
        for medicines in tables.values():
            medicines.add(workload.known)
        counted = CountedModel(options.model)
        public_data, model_server = (
            stack.enter_context(contextlib.closing(KeptConnection(url)))
            for url in (services.public_data, services.openai)
        )
        bench = Bench(options, folder, workload, services, public_data, model_server, engine, places, counted, tables,
                      once, refreshed)  # fmt: skip
        bench.original("cached").precompute()
        once["cached"] = bench.counted.take()
        yield bench


def _wait_for_background(engine: pilling.Engine) -> None:
    while engine.stats().summaries.in_flight:
        time.sleep(0.01)


def _first_times(searches: Sequence[str], seconds: Sequence[float], new: set[str]) -> list[float]:
    """Of names that are in the database, the first time that each was asked for."""
    firsts = {text: at for at, text in reversed(list(enumerate(searches)))}
    return [seconds[at] for text, at in firsts.items() if text not in new]


def _read_rows(rows: list[Row]) -> list[tuple[str, str]]:
    """What a page of results shows. The original's rows are ready; Pilling makes what is looked at."""
    return [(row["name"], row["summary"]) for row in rows]


def _read_names(result: pilling.SearchResult) -> list[tuple[str, str]]:
    medicines = [match.medicine for match in result]
    return [(medicine.name, medicine.summary.text if medicine.summary else "") for medicine in medicines]


def _read_symptoms(result: pilling.SymptomResult) -> list[tuple[str, str]]:
    return [(match.medicine.name, match.summary) for match in result]


def run_mix(bench: Bench) -> dict[str, dict[str, Any]]:
    """All searches, one after the other, with services that answer at once. What each asked of them is counted."""
    searches, new = bench.workload.searches, set(bench.workload.new_names)
    mix: dict[str, dict[str, Any]] = {}
    for stage in ("first", "cached"):
        service = bench.original(stage)
        bench.services.forget()
        seconds, until_read, answers = each_timed_and_read(service.search, _read_rows, searches)
        mix[stage] = {
            "seconds": sum(seconds),
            "first_times": _first_times(searches, seconds, new),
            "first_times_read": _first_times(searches, until_read, new),
            "answered": sum(map(bool, answers)),
            "service_calls": bench.services.counts()[0],
            "usage": bench.counted.take(),
            "from_memory": service.answers.hits if service.answers else 0,
            # The model on each search; with caches, of a name that the service has just brought only.
            "searches_that_went_out": len(searches) if stage == "first" else bench.services.counts()[0],
        }
    bench.services.forget()
    seconds, until_read, results = each_timed_and_read(bench.engine.search, _read_names, searches)
    _wait_for_background(bench.engine)
    origins = Counter(result.answer.origin for result in results)
    service_calls, usage = bench.services.counts()
    mix["pilling"] = {
        "seconds": sum(seconds),
        "first_times": _first_times(searches, seconds, new),
        "first_times_read": _first_times(searches, until_read, new),
        "answered": sum(bool(result) and not result[0].approximate for result in results),
        "service_calls": service_calls,
        "usage": usage,
        "from_memory": origins[Origin.memory_cache],
        # One request each; those that found nothing do not say so in their origin.
        "searches_that_went_out": service_calls,
    }
    return mix


def _samples(bench: Bench) -> tuple[list[str], list[str]]:
    """Names and symptoms that the slow ways are asked for: from all over the searches, each once."""
    new = set(bench.workload.new_names)
    names = list(dict.fromkeys(text for text in bench.workload.searches if text not in new))
    count = bench.options.samples
    return names[:: max(1, len(names) // count)][:count], bench.workload.symptoms[:count]


def _median(ask: Callable[[str], object], texts: Sequence[str]) -> float:
    return statistics.median(each_timed(ask, texts)[0])


def run_waiting(bench: Bench) -> dict[str, float]:
    """Medians of few searches, with services that take their time."""
    names, symptoms = _samples(bench)
    waiting = {stage: bench.original(stage, waits=True) for stage in ("first", "cached")}
    bench.services.set_latency(bench.options.service_latency, bench.options.model_latency)
    bench.services.forget()
    seconds, answers = each_timed(waiting["first"].search, names)
    measured = {"first, new": statistics.median(seconds)}
    calls = max(1, bench.services.counts()[1].calls)
    measured["model call"] = sum(seconds) / calls
    measured["rows of a sample"] = sum(map(len, answers)) / max(1, len(answers))
    measured["first, symptom"] = _median(waiting["first"].search_symptom, symptoms)
    for stage, service in waiting.items():
        measured[f"{stage}, unknown"] = _median(service.search, bench.workload.sample_names)
    measured["pilling, unknown"] = _median(bench.engine.search, bench.workload.sample_names)
    _wait_for_background(bench.engine)
    bench.services.set_latency(0, 0)
    return measured


def run_places(bench: Bench) -> dict[str, float]:
    points = points_near(random.Random(bench.options.seed), bench.pharmacies, 1000)
    looped = points[:50]
    near = bench.engine.pharmacies_near
    slow, expected = each_timed(
        lambda point: bench.original("cached").pharmacies_near(*point, RADIUS_METERS, LIMIT), looped
    )
    fast, answers = each_timed(lambda point: near(*point, radius_meters=RADIUS_METERS, limit=LIMIT), points)
    found = [[nearby.pharmacy.id for nearby in answer] for answer in answers[: len(looped)]]
    agreeing = sum(one == other for one, other in zip(found, expected)) / len(looped)
    return {"cached": statistics.median(slow), "pilling": statistics.median(fast), "agreeing": agreeing}


def _row(claim: float | None, first: float, cached: float, pilling: float) -> dict[str, float | None]:
    return {"claim": claim, "first": first, "cached": cached, "pilling": pilling}


def run_times(bench: Bench, mix: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """Seconds: what was claimed, both stages of the original, and Pilling. None: nothing was claimed."""
    engine, cached, workload = bench.engine, bench.original("cached"), bench.workload
    waiting, places = run_waiting(bench), run_places(bench)
    popular = [text for text, _ in Counter(workload.searches).most_common(200)]
    symptoms = {
        "cached": each_timed_and_read(cached.search_symptom, _read_rows, workload.symptoms)[:2],
        "pilling": each_timed_and_read(
            lambda text: engine.search_symptom(text, limit=LIMIT), _read_symptoms, workload.symptoms
        )[:2],
    }
    # The first stage has no cache, so that a search asked again takes it as long; and no model finds pharmacies.
    first = [waiting["first, new"], waiting["first, new"], waiting["first, symptom"], places["cached"]]
    with_caches = [
        median_of_repeated(cached.search, popular),
        statistics.median(mix["cached"]["first_times"]),
        statistics.median(symptoms["cached"][0]),
        places["cached"],
    ]
    through_pilling = [
        median_of_repeated(engine.search, popular),
        statistics.median(mix["pilling"]["first_times"]),
        statistics.median(symptoms["pilling"][0]),
        places["pilling"],
    ]
    ways = (first, with_caches, through_pilling)
    kinds = ("cached search", "new search", "symptom search", "pharmacy search")
    claims = (CLAIMED_CACHED, CLAIMED_NEW, None, None)
    rows = {kind: _row(claim, *times) for kind, claim, *times in zip(kinds, claims, *ways)}
    rows["average"] = _row(None, *(statistics.mean(way) for way in ways))
    # What reading adds to a search that waits for the model is lost in it.
    ways_with_caches = ("cached", "pilling")
    new_read = [statistics.median(mix[way]["first_times_read"]) for way in ways_with_caches]
    symptoms_read = [statistics.median(symptoms[way][1]) for way in ways_with_caches]
    rows["new search, and its rows read"] = _row(None, waiting["first, new"], *new_read)
    rows["symptom search, and its rows read"] = _row(None, waiting["first, symptom"], *symptoms_read)
    unknown = (waiting[f"{way}, unknown"] for way in ("first", "cached", "pilling"))
    rows["name that the database lacks"] = _row(None, *unknown)
    return {"rows": rows, "waiting": waiting, "agreeing_pharmacies": places["agreeing"]}


def _known_searches(bench: Bench) -> list[str]:
    new = set(bench.workload.new_names)
    return [text for text in bench.workload.searches if text not in new]


def run_clients(bench: Bench) -> dict[str, float | None]:
    """Requests a minute, of searches that were asked before."""
    options, searches = bench.options, _known_searches(bench)
    cached = bench.original("cached")
    each_timed(cached.search, searches)
    each_timed(bench.engine.search, searches)
    rates: dict[str, float | None] = {
        "cached": requests_per_minute(cached.search, searches, options.clients, options.seconds),
        "pilling": requests_per_minute(bench.engine.search, searches, options.clients, options.seconds),
        "cpp": None,
    }
    if options.requests_bench.exists():
        queries = bench.folder / "queries.txt"
        queries.write_text("\n".join(searches) + "\n", encoding="utf-8")
        command = [options.requests_bench, bench.folder / "pilling.db", queries, options.clients, options.seconds]
        output = subprocess.run([str(word) for word in command], check=True, capture_output=True, text=True).stdout
        rates["cpp"] = float(output.split()[0])
    return rates


def run(options: argparse.Namespace) -> dict[str, Any]:
    """All figures, as ``--json`` writes them."""
    load_before = os.getloadavg()[0]
    with prepared(options) as bench:
        mix = run_mix(bench)
        times = run_times(bench, mix)
        clients = run_clients(bench)
        workload, stats = bench.workload, bench.engine.stats()
        once, refreshed = bench.once, bench.refreshed
    for way, part in mix.items():
        part["once"] = once[way]
        for name in ("once", "usage"):
            usage = part[name]
            part[name] = {**dataclasses.asdict(usage), "dollars": usage.dollars(options.model)}
        del part["first_times"], part["first_times_read"]
    return {
        "day": datetime.date.today().isoformat(),
        "machine": f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}, "
        f"SQLite {sqlite3.sqlite_version}",
        "load_before": load_before,
        "options": {name: str(value) if isinstance(value, pathlib.Path) else value
                    for name, value in vars(options).items()},
        "data": {
            "medicines": len(workload.known), "held_out": len(workload.held_out), "pharmacies": stats.pharmacies,
            "different_searches": len(set(workload.searches)), "new_names": len(workload.new_names),
            "is_sample": options.medicines == ROOT / "examples/data/medicines.jsonl",
        },
        "refresh": {"texts": refreshed.texts, "asked_again": refreshed.asked_again, "replaced": refreshed.replaced},
        "times": times,
        "mix": mix,
        "requests_per_minute": clients,
    }  # fmt: skip


def main(arguments: Sequence[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    if options.searches < 50:
        print("compare: --searches must be at least 50, for 2 % of them are new names", file=sys.stderr)
        return 2
    for file in (options.medicines, options.pharmacies):
        if not file.exists():
            print(f"compare: {file} is not there; name a file, or the folder in PILLING_DATA_DIR", file=sys.stderr)
            return 2
    try:
        Usage().dollars(options.model)
    except ValueError as error:
        print(f"compare: {error}", file=sys.stderr)
        return 2
    figures = run(options)
    print(report(figures))
    if options.json:
        options.json.write_text(json.dumps(figures, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    if options.plot:
        print(write_plot(figures, options.plot))
    return 0


if __name__ == "__main__":
    sys.exit(main())
