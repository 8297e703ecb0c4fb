"""``python3 -m pilling refresh``: what it is told, what it asks, and what it shows."""

from __future__ import annotations

import argparse
import datetime
import os
import sys
import time
from typing import Any

import pilling
from pilling import limits, sources, summaries
from pilling._shell import terminal

PUBLIC_DATA_KEY = "DATA_GO_KR_KEY"
MODEL_KEY = "OPENAI_API_KEY"
LINES_SHOWN = 5

DESCRIPTION = f"""\
Fetches all medicines from data.go.kr, writes what is new or changed, marks what is no longer listed as withdrawn, and
has the texts summarised that are new: by a language model when one is named, else by the text's own words. What is
interrupted goes on the next time, and no text is paid for twice.

Keys come from the environment, so that no list of processes shows them: ${PUBLIC_DATA_KEY} for data.go.kr,
${MODEL_KEY} for the model. To try it without any, see `python3 -m pilling.testing.fake_services --help`.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Of the command."""
    parser.description = DESCRIPTION
    parser.add_argument("--dry-run", action="store_true", help="fetch, and say what would change and cost; only the pages are kept, for the next")
    rows = parser.add_argument_group("medicines")
    rows.add_argument("--permits", action="store_true", help="also all products with a permit: some 86 calls more")
    rows.add_argument("--summaries-only", action="store_true", help="fetch nothing; only what the database holds")
    rows.add_argument("--public-data", metavar="URL", default="", help="of another data.go.kr, such as a fake one")
    rows.add_argument(
        "--calls-per-day", metavar="N", type=int, default=1000, help="of each operation that the key allows; 1000"
    )
    model = parser.add_argument_group("language model")
    model.add_argument("--model", metavar="NAME", default="", help="who writes the summaries; there is no default one")
    model.add_argument(
        "--server",
        choices=["openai", "azure", "vllm", "ollama", "llama-cpp"],
        default="openai",
        help="what kind of server it runs on",
    )
    model.add_argument("--base-url", metavar="URL", default="", help="of the server, up to /v1; needed for azure")
    model.add_argument("--workers", metavar="N", type=int, default=4, help="calls at the same time; 4")
    model.add_argument("--requests-per-minute", metavar="N", type=int, help="at most so many")
    model.add_argument("--tokens-per-minute", metavar="N", type=int, help="at most so many, as far as can be guessed")
    model.add_argument("--dollars-per-day", metavar="X", type=float, help="no call is made that could pass it")
    model.add_argument("--dollars-per-month", metavar="X", type=float, help="as above")
    model.add_argument(
        "--prices", metavar="FILE", help="of models, in place of Pilling's: a changed copy of data/model_prices.txt"
    )
    model.add_argument("--batch", action="store_true", help="half the price, within a day")
    model.add_argument("--no-wait", action="store_true", help="with --batch: leave the answers to the next refresh")


def check(options: argparse.Namespace) -> str | None:
    """What is missing, in words."""
    if not options.summaries_only and not os.environ.get(PUBLIC_DATA_KEY):
        return f"no key for data.go.kr; put it into ${PUBLIC_DATA_KEY}, or say --summaries-only"
    if options.model and options.server == "azure" and not options.base_url:
        return "an Azure server needs its --base-url: https://RESOURCE.openai.azure.com/openai/v1"
    if not options.model and (options.batch or options.base_url or options.prices):
        return "name the model with --model; there is no default one"
    if options.no_wait and not options.batch:
        return "--no-wait goes with --batch"
    if options.model and options.server in ("openai", "azure") and not os.environ.get(MODEL_KEY):
        return f"no key for the model's server; put it into ${MODEL_KEY}"
    limits_given = (
        options.requests_per_minute,
        options.tokens_per_minute,
        options.dollars_per_day,
        options.dollars_per_month,
    )
    if not options.model and any(limit is not None for limit in limits_given):
        return "limits are for a model; name it with --model"
    return None


def engine_arguments(options: argparse.Namespace) -> dict[str, Any]:
    """Sources and summarizer for the engine."""
    counters = limits.CounterStore.open(options.database)
    arguments: dict[str, Any] = {}
    if not options.summaries_only:
        arguments["sources"] = _sources(options, counters)
    if options.model:
        arguments["summarizer"] = summaries.openai_summarizer(_model_transport(options), _model(options, counters))
    return arguments


def _sources(options: argparse.Namespace, counters: limits.CounterStore) -> list[sources.MedicineSource]:
    http = limits.ResilientTransport(limits.curl_transport(total_timeout=60, silence_timeout=30))
    address = {"base_url": options.public_data} if options.public_data else {}
    public_data = sources.PublicDataOptions(
        os.environ[PUBLIC_DATA_KEY],
        quota=limits.DailyQuota(counters, calls_per_day=options.calls_per_day, name="data.go.kr"),
        **address,
    )
    listed = [sources.easy_drug_source(http, public_data)]
    if options.permits:
        listed.append(sources.permit_source(http, public_data))
    return listed


def _model_transport(options: argparse.Namespace) -> limits.HttpTransport:
    rates = {
        name: value
        for name, value in (
            ("requests_per_minute", options.requests_per_minute),
            ("tokens_per_minute", options.tokens_per_minute),
        )
        if value is not None
    }
    patient = limits.curl_transport(first_byte_timeout=110, silence_timeout=110, total_timeout=120)
    return limits.ResilientTransport(patient, limiter=limits.RateLimiterOptions(**rates))


def _model(options: argparse.Namespace, counters: limits.CounterStore) -> summaries.OpenAiOptions:
    key = os.environ.get(MODEL_KEY, "")
    address = {"base_url": options.base_url} if options.base_url else {}
    if options.server == "azure":
        model = summaries.OpenAiOptions.azure(options.base_url, options.model, key)
    elif options.server == "vllm":
        model = summaries.OpenAiOptions.vllm(options.model, api_key=key, **address)
    elif options.server == "ollama":
        model = summaries.OpenAiOptions.ollama(options.model, **address)
    elif options.server == "llama-cpp":
        model = summaries.OpenAiOptions.llama_cpp(options.model, api_key=key, **address)
    else:
        model = summaries.OpenAiOptions.openai(options.model, key)
        model.base_url = options.base_url or model.base_url
    prices = limits.ModelPrices.read(options.prices) if options.prices else limits.ModelPrices.bundled()
    model.prices = prices
    if options.dollars_per_day is not None or options.dollars_per_month is not None:
        if prices.find(options.model, datetime.date.today()) is None:
            raise pilling.InvalidArgument(
                f"no price of {options.model} is known, so that no ceiling can be kept; add a line for it to a copy of "
                "data/model_prices.txt, and name that with --prices FILE"
            )
        model.budget = limits.DollarBudget(
            counters,
            prices,
            dollars_per_day=options.dollars_per_day,
            dollars_per_month=options.dollars_per_month,
        )
    return model


def run(options: argparse.Namespace, engine: pilling.Engine) -> pilling.RefreshReport:
    """Refreshes with a bar on a terminal's standard error."""
    wanted = pilling.RefreshOptions(
        dry_run=options.dry_run,
        fetches_rows=not options.summaries_only,
        workers=options.workers,
        uses_batches=options.batch,
        waits_for_batches=not options.no_wait,
        page_rows=500,
        call_timeout=180,
    )
    with terminal.ProgressBar("refresh") as bar:
        return engine.refresh(wanted, on_progress=_Shown(bar))


class _Shown:
    """Puts on a bar: the stage, how much of it is done, how fast, how long it will take, and what it has cost."""

    def __init__(self, bar: terminal.ProgressBar) -> None:
        self._bar = bar
        self._stage = ""
        self._began = time.monotonic()
        self._done_before = 0

    def __call__(self, progress: pilling.RefreshProgress) -> None:
        if progress.stage != self._stage:
            self._stage = progress.stage
            self._began = time.monotonic()
            self._done_before = progress.done
        self._bar.show(progress.stage, progress.done, progress.total, self._details(progress))

    def _details(self, progress: pilling.RefreshProgress) -> str:
        elapsed = time.monotonic() - self._began
        newly_done = progress.done - self._done_before
        details = []
        if elapsed > 0 and newly_done > 0:
            rate = newly_done / elapsed
            details.append(f"{rate:,.0f}/s" if rate >= 10 else f"{rate:,.1f}/s")
            details.append(f"{_clock(max(0, progress.total - progress.done) / rate)} left")
        if progress.dollars > 0:
            details.append(dollars(progress.dollars))
        return "  ".join(details)


def _clock(seconds: float) -> str:
    minutes, seconds = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


def dollars(amount: float) -> str:
    """With as many digits as small sums need."""
    return f"${amount:,.2f}" if amount >= 1 else f"${amount:.4f}"


def _expected_cost(options: argparse.Namespace, report: pilling.RefreshReport) -> str:
    if not options.model:
        return " by the text's own words, at no cost"
    if report.is_price_known:
        return f": {report.calls:,} calls, about {dollars(report.dollars)}"
    return f": {report.calls:,} calls, at a price that is not known (--prices FILE)"


def print_report(options: argparse.Namespace, report: pilling.RefreshReport) -> None:
    """In a few lines, for people."""
    would = "would be " if options.dry_run else ""
    if not options.summaries_only:
        print(
            f"{report.rows:,} medicines listed: {report.added:,} {would}added, {report.updated:,} {would}updated, "
            f"{report.unchanged:,} unchanged, {report.older:,} older than the database's, "
            f"{report.withdrawn:,} {would}withdrawn"
        )
    texts = f"{report.texts:,} different texts: {report.kept:,} with a summary"
    if report.without:
        texts += f", {report.without:,} without an indication"
    if options.dry_run:
        print(f"{texts}, {report.calls:,} to summarise{_expected_cost(options, report)}")
    else:
        by_extractive = f", {report.replaced:,} of them by the text's own words" if report.replaced else ""
        print(f"{texts}, {report.made:,} made now{by_extractive}")
        again = f", {report.asked_again:,} answers asked for again" if report.asked_again else ""
        elapsed = terminal.duration(report.elapsed_seconds)
        price = dollars(report.dollars) if report.is_price_known else "at an unknown price"
        print(f"{report.calls:,} calls{again}, {price}, in {elapsed}")
    if report.in_batches:
        print(f"{report.in_batches:,} texts wait for a batch; a later refresh takes the answers")
    if report.repeated_calls:
        print(
            f"{report.repeated_calls:,} of the calls {'would repeat' if options.dry_run else 'repeated'} one that had "
            "been sent and had no answer: at most so many texts are paid for twice"
        )
    if report.pages_taken_up:
        print(f"{report.pages_taken_up:,} pages had been fetched before")
    for outcome, lines in (
        ("left out", [row.reason for row in report.skipped]),
        ("doubtful", report.warnings),
        ("not done", report.failures),
    ):
        for line in lines[:LINES_SHOWN]:
            print(f"  {outcome}: {terminal.printable(line)}")
        if len(lines) > LINES_SHOWN:
            print(f"  {outcome}: and {len(lines) - LINES_SHOWN:,} more; --json lists all")
    if report.not_listed:
        print(f"{report.not_listed:,} medicines of the database are not from these sources; they stay")
    if not report.is_complete and not options.dry_run:
        print("not complete: run it again, and it goes on from here", file=sys.stderr)
