"""A refresh from the fake services, over HTTP, in good weather and in a storm."""

import dataclasses
import pathlib
from collections.abc import Iterator

import pilling
import pytest
from conftest import SYLLABLES, medicine_row, write_medicines
from pilling.limits import RetryOptions, curl_transport
from pilling.sources import PublicDataOptions, easy_drug_source
from pilling.summaries import OpenAiOptions, Summarizer, openai_summarizer
from pilling.testing.fake_services import FakeOpenAi, FakePublicData, PublicRows

NO_WAIT = RetryOptions(attempts=2, first_wait=0.0)
OPTIONS = pilling.RefreshOptions(workers=4, page_rows=7, call_timeout=0.25)
TEXTS = 20


def text(number: int) -> str:
    return f"이 약은 {SYLLABLES[number // 10]}{SYLLABLES[number % 10]}통에 사용합니다."


def rows(count: int) -> list[dict[str, str]]:
    """Every third has the text of another one."""
    return [medicine_row(910000000 + at, f"가상{SYLLABLES[at // 10]}{SYLLABLES[at % 10]}정", text(at % TEXTS))
            for at in range(count)]  # fmt: skip


class Services:
    """Both fakes, and an engine that asks them."""

    def __init__(self, folder: pathlib.Path, seed: int = 0) -> None:
        self.folder = folder
        self.data = FakePublicData(self.listed(rows(30)), seed=seed)
        self.model = FakeOpenAi(seed=seed)

    def listed(self, medicines: list[dict[str, str]]) -> PublicRows:
        return PublicRows(medicines=write_medicines(self.folder / "rows.json", medicines))

    def list_instead(self, medicines: list[dict[str, str]]) -> None:
        self.data.stop()
        self.data = FakePublicData(self.listed(medicines))

    def stop(self) -> None:
        self.data.stop()
        self.model.stop()

    def summarizer(self) -> Summarizer:
        options = OpenAiOptions.openai("gpt-5.6-luna", "sk-SECRET")
        options.base_url = self.model.base_url
        options.retry = NO_WAIT
        return openai_summarizer(curl_transport(), options)

    def engine(self) -> pilling.Engine:
        options = PublicDataOptions("key", base_url=self.data.url, retry=NO_WAIT)
        source = easy_drug_source(curl_transport(), options)
        return pilling.Engine(self.folder / "pilling.db", sources=[source], summarizer=self.summarizer())

    def refresh(self, options: pilling.RefreshOptions = OPTIONS) -> pilling.RefreshReport:
        with self.engine() as engine:
            return engine.refresh(options)

    def billed(self) -> dict[str, int]:
        return dict(self.model.log.as_json()["billed"]["texts"])


@pytest.fixture
def services(tmp_path: pathlib.Path) -> Iterator[Services]:
    running = Services(tmp_path)
    yield running
    running.stop()


def expect_all(services: Services, medicines: list[dict[str, str]]) -> None:
    maker = services.summarizer().maker
    with services.engine() as engine:
        assert engine.stats().medicines == len(medicines)
        for row in medicines:
            stored = engine.medicine(row["itemSeq"])
            assert stored is not None
            assert (stored.name, stored.efficacy, stored.withdrawn_on) == (row["itemName"], row["efcyQesitm"], "")
            assert stored.summary is not None
            assert stored.summary.text == row["efcyQesitm"].removeprefix("이 약은 ").removesuffix("에 사용합니다.")
            assert stored.summary.maker == maker


def test_a_refresh_brings_every_row_and_pays_for_each_text_once(services):
    dry = services.refresh(dataclasses.replace(OPTIONS, dry_run=True))
    assert services.billed() == {}

    report = services.refresh()

    assert report.is_complete
    assert (dry.added, dry.calls) == (report.added, report.calls) == (30, TEXTS)
    assert services.billed() == {text(number): 1 for number in range(TEXTS)}
    expect_all(services, rows(30))


def test_a_later_export_costs_only_what_is_new(services):
    services.refresh()
    before = services.billed()
    later = rows(33)
    later[0] |= {"efcyQesitm": "이 약은 어깨통에 사용합니다.", "updateDe": "2025-02-01"}
    del later[1]
    services.list_instead(later)
    services.model.log.clear()

    dry = services.refresh(dataclasses.replace(OPTIONS, dry_run=True))
    report = services.refresh()

    assert (report.added, report.updated, report.withdrawn) == (3, 1, 1)
    assert (dry.added, dry.updated, dry.withdrawn, dry.calls) == (3, 1, 1, report.calls)
    assert services.billed() == {"이 약은 어깨통에 사용합니다.": 1}
    assert len(before) == TEXTS
    with services.engine() as engine:
        gone = engine.medicine("910000001")
        assert gone is not None
        assert gone.withdrawn_on


DATA_FAULTS = ("reset", "truncated", "empty", "html", "xml", "agency", "rate", "moved_rows", "lost_rows", "short_page")
MODEL_FAULTS = ("reset", "truncated", "empty", "html", "rate_limit", "request_timeout", "context_length", "refusal",
                "ungrounded", "wrong_language")  # fmt: skip


@pytest.mark.parametrize("seed", range(6))
def test_a_storm_loses_no_row_and_pays_for_nothing_twice_that_it_does_not_tell(tmp_path, seed):
    services = Services(tmp_path, seed)
    for name in DATA_FAULTS:
        services.data.fail(name, operation="easy_drug", rate=0.04)
    for name in MODEL_FAULTS:
        services.model.fail(name, operation="chat", rate=0.03)
    services.model.fail("slow", operation="chat", rate=0.02, seconds=0.5)
    try:
        reports = [services.refresh() for _ in range(4)]
        services.data.plan.clear()
        services.model.plan.clear()
        while not reports[-1].is_complete:
            assert len(reports) < 8, reports[-1]
            reports.append(services.refresh())
        # What was read in the storm may lack rows.
        reports.append(services.refresh())

        assert reports[-1].is_complete
        assert (reports[-1].calls, reports[-1].withdrawn) == (0, 0)
        billed = services.billed()
        assert set(billed) == {text(number) for number in range(TEXTS)}
        again = sum(billed.values()) - TEXTS
        assert again <= sum(report.repeated_calls + report.asked_again for report in reports)
        with services.engine() as engine:
            stored = [engine.medicine(row["itemSeq"]) for row in rows(30)]
            assert [medicine and medicine.withdrawn_on for medicine in stored] == [""] * 30
            assert [medicine and medicine.efficacy for medicine in stored] == [text(at % TEXTS) for at in range(30)]
            assert all(medicine and medicine.summary for medicine in stored)
    finally:
        services.stop()


def test_a_storm_is_one(tmp_path):
    """The test above would prove nothing if nothing went wrong in it."""
    services = Services(tmp_path, seed=1)
    try:
        services.model.fail("reset", operation="chat", rate=0.3)
        report = services.refresh()
        assert report.repeated_calls > 0
        assert max(services.billed().values()) > 1
    finally:
        services.stop()
