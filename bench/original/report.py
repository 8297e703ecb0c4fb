"""The figures of a run as Markdown."""

from __future__ import annotations

import textwrap
from typing import Any

from measure import ratio_text, table, time_text

DAYS = 30
WIDTH = 120
WAYS = {"first": "model on each search", "cached": "with its caches", "pilling": "Pilling"}


def _head(figures: dict[str, Any]) -> str:
    data, options = figures["data"], figures["options"]
    sample = "the bundled sample" if data["is_sample"] else options["medicines"].rsplit("/", 1)[-1]
    popular = "those with most products" if options["ranks"] == "products" else "any, by chance"
    text = (
        f"{data['medicines']:,} medicines ({sample}), {data['pharmacies']:,} pharmacies; {options['searches']:,} "
        f"searches for {data['different_searches']:,} names by Zipf's law, seed {options['seed']}, the popular ones "
        f"being {popular}; {data['new_names']:,} of them for new names. {figures['machine']}; load of the machine "
        f"before: {figures['load_before']:.1f}; {figures['day']}."
    )
    if data["is_sample"]:
        text += " A scan of the sample has little to scan: the ratios say nothing about real data."
    return textwrap.fill(text, WIDTH)


def _times(figures: dict[str, Any]) -> str:
    rows = []
    for name, row in figures["times"]["rows"].items():
        claim = "3–5 s" if name == "new search" else time_text(row["claim"])
        times = [time_text(row[way]) for way in WAYS]
        ratios = [ratio_text(row[way], row["pilling"]) for way in ("claim", "first", "cached")]
        rows.append([name, claim, *times, *ratios])
    heads = ["median", "its claim", *WAYS.values(), "claim ÷ Pilling", "model ÷ Pilling", "caches ÷ Pilling"]
    return table(heads, rows)


def calls_in_days(part: dict[str, Any], days: int, what: str = "calls") -> float:
    """Of one way: what is made once beforehand, and so many days of the searches. ``what``: calls or dollars."""
    return float(part["once"][what] + days * part["usage"][what])


def cut_per_cent(figures: dict[str, Any], way: str, days: int, what: str = "calls") -> float:
    """By how much less than the model on each search; of 0 days, what the searches alone take."""
    mix = figures["mix"]
    if days == 0:
        return float(100 * (1 - mix[way]["usage"][what] / mix["first"]["usage"][what]))
    return 100 * (1 - calls_in_days(mix[way], days, what) / calls_in_days(mix["first"], days, what))


def _calls(figures: dict[str, Any]) -> str:
    mix, searches = figures["mix"], figures["options"]["searches"]

    def line(name: str, claim: str, cell: Any) -> list[str]:
        return [name, claim, *(cell(way) for way in WAYS)]

    def cut(days: int, what: str = "calls") -> Any:
        return lambda way: "–" if way == "first" else f"{cut_per_cent(figures, way, days, what):.2f} %"

    def dollars(days: int) -> Any:
        return lambda way: f"${calls_in_days(mix[way], days, 'dollars'):,.2f}"

    rows = [
        line("model calls beforehand, once", "–", lambda way: f"{mix[way]['once']['calls']:,}"),
        line(f"model calls of {searches:,} searches", "–", lambda way: f"{mix[way]['usage']['calls']:,}"),
        line("calls cut, of the searches", "95 %", cut(0)),
        line("… all calls beforehand charged to them", "–", cut(1)),
        line(f"… over {DAYS} days of so many searches", "–", cut(DAYS)),
        line(f"dollars of {searches:,} searches and what was made beforehand", "–", dollars(1)),
        line(f"dollars of {DAYS} such days", "$150 a month", dollars(DAYS)),
        line("… cut", "95 %", cut(DAYS, "dollars")),
        line("requests to data.go.kr", "–", lambda way: f"{mix[way]['service_calls']:,}"),
        line("hit ratio: answered from memory", "–", lambda way: f"{100 * mix[way]['from_memory'] / searches:.1f} %"),
        line("answered without a service or a model", "–", lambda way: f"{100 * _at_hand(mix[way], searches):.1f} %"),
        line("searches with an answer, similar names not counted", "–", lambda way: f"{mix[way]['answered']:,}"),
        line("mean search, extrapolated", "–", lambda way: time_text(mean_search(figures, way))),
    ]
    return table(["", "its claim", *WAYS.values()], rows)


def _at_hand(part: dict[str, Any], searches: int) -> float:
    return float(1 - part["searches_that_went_out"] / searches)


def mean_search(figures: dict[str, Any], way: str) -> float:
    """Seconds: what the searches took with services that answer at once, and the latencies that they were spared."""
    part, options, waiting = figures["mix"][way], figures["options"], figures["times"]["waiting"]
    calls = 0 if way == "pilling" else part["usage"]["calls"]  # Pilling asks the model in the background.
    waited = part["service_calls"] * options["service_latency"] + calls * waiting["model call"]
    return float((part["seconds"] + waited) / options["searches"])


def _requests(figures: dict[str, Any]) -> str:
    rates, options = figures["requests_per_minute"], figures["options"]
    first = options["clients"] * 60 / mean_search(figures, "first")
    cells = [f"{rate:,.0f}" if rate is not None else "not built" for rate in (rates["cached"], rates["pilling"])]
    cpp = "not built" if rates["cpp"] is None else f"{rates['cpp']:,.0f}"
    heads = ["", *WAYS.values(), "Pilling, C++ threads"]
    return table(heads, [[f"requests a minute, {options['clients']} clients", f"{first:,.0f}", *cells, cpp]])


def _measured(figures: dict[str, Any]) -> str:
    options, times = figures["options"], figures["times"]
    waiting = times["waiting"]
    return (
        f"Measured: all times of the first table, in this process. Where a model or data.go.kr is waited for, these "
        f"are fakes that answer after {options['model_latency']} s and {options['service_latency']} s, and the medians "
        f"are of {options['samples']} searches ({waiting['rows of a sample']:.1f} rows each, "
        f"{time_text(waiting['model call'])} a row). The model on each search has no cache: a search asked again takes "
        f"as long as a new one. With caches, a cached search is the dictionary alone and a new one the SQL alone, "
        f"without what Django does around them, which is in the claim. New and symptom searches of Pilling are the "
        f"first of their text; where their rows are read, all names and summaries have been looked at, too, which Pilling "
        f'makes then. "average" is the mean of the four rows above it. The 10 nearest pharmacies within 3 km '
        f"of the loop and of Pilling were the same at {100 * times['agreeing_pharmacies']:.0f} % of the points."
    )


def _counted(figures: dict[str, Any]) -> str:
    options, refresh, mix = figures["options"], figures["refresh"], figures["mix"]
    bound = 100 * (1 - mix["cached"]["usage"]["calls"] / mix["first"]["usage"]["calls"])
    return (
        f"Counted, with services that answer at once: calls and tokens of the searches, one call for each row that is "
        f"shown. Those of the original's model are counted as the fake counts them, but not sent. Dollars are the list "
        f"price of {options['model']}; the original's prompts are the shorter ones. Beforehand, the original asks once "
        f"for each product; Pilling once for each of {refresh['texts']:,} different texts, but for those that name no "
        f"use, and {refresh['asked_again']:,} times again, because the fake's answer did not pass the check. Pilling's "
        f"calls in the background are included. The text of a new name is sent to the model when the name is searched "
        f"again; if each row that the service brought had cost a call, as with the original's caches, {bound:.2f} % "
        f"would be cut."
    )


def _extrapolated(figures: dict[str, Any]) -> str:
    return (
        f"Extrapolated: the {DAYS} days (no text changes; as many new names every day), the mean search (time of the "
        f"searches plus the latencies that they would have waited for), and the requests a minute of the model on each "
        f"search (clients ÷ mean search, with no limit of the model's server). The other requests a minute are "
        f"measured over {figures['options']['seconds']} s of searches that were asked before."
    )


def report(figures: dict[str, Any]) -> str:
    notes = (textwrap.fill(note(figures), WIDTH) for note in (_measured, _counted, _extrapolated))
    return "\n\n".join((_head(figures), _times(figures), _calls(figures), _requests(figures), *notes))
