"""Public services asked from Python, and sources and summarizers that are written in it."""

import asyncio
import datetime
import subprocess
import sys
import textwrap
import threading
from collections.abc import Iterator
from typing import Any

import pilling
import pytest
from conftest import MEDICINES, write_medicines
from pilling.sources import MedicineQuery, PublicDataOptions, SourcePage
from pilling.testing.fake_services import FakePublicData, PublicRows


@pytest.fixture
def service(tmp_path) -> Iterator[FakePublicData]:
    with FakePublicData(PublicRows(medicines=write_medicines(tmp_path / "served.jsonl", MEDICINES))) as running:
        yield running


@pytest.fixture
def http() -> pilling.limits.HttpTransport:
    return pilling.limits.curl_transport()


def options(service: FakePublicData, **more: Any) -> PublicDataOptions:
    return PublicDataOptions("kSECRET", base_url=service.url, **more)


GARGLE = pilling.Medicine(id="990000001", name="솔숲병원가글액", efficacy="이 약은 구내염에 사용합니다.")


class Table:
    """A source that answers what it was made with, and remembers what it was asked."""

    name = "hospital table"

    def __init__(self, answer: Any = (GARGLE,)) -> None:
        self.answer = answer
        self.queries: list[MedicineQuery] = []
        self.calls: list[Any] = []

    def fetch(self, query: MedicineQuery, call: Any) -> Any:
        self.queries.append(query)
        self.calls.append(call)
        if isinstance(self.answer, BaseException):
            raise self.answer
        return self.answer


def warnings_of(database: Any, source: Any) -> str:
    with pilling.Engine(database, sources=[source]) as engine:
        answer = engine.search("솔숲병원").answer
    assert answer.degraded
    return "; ".join(answer.warnings)


def test_a_public_source_gives_its_pages(service, http):
    source = pilling.sources.easy_drug_source(http, options(service))

    page = source.fetch("새봄", rows=2)

    assert source.name == "e약은요 of data.go.kr"
    assert page.total == 3
    assert [medicine.id for medicine in page.rows] == ["900000001", "900000002"]
    assert source.fetch(id="900000004").rows[0].name == "푸른솔연질캡슐(멘톨)"


def test_all_pages_are_walked_until_the_listener_says_no(service, http):
    source = pilling.sources.easy_drug_source(http, options(service))
    told = []

    everything = source.fetch_all(rows=2)
    source.fetch_all(rows=2, on_page=lambda rows, total: told.append((rows, total)) or False)

    assert everything.is_complete
    assert len(everything.rows) == everything.total == len(MEDICINES)
    assert everything.pages == 3
    assert told == [(2, 5)]


def test_what_a_listener_of_pages_raises_ends_the_walk(service, http):
    def fail(rows: int, total: int) -> None:
        raise LookupError("enough")

    with pytest.raises(LookupError, match="enough"):
        pilling.sources.easy_drug_source(http, options(service)).fetch_all(on_page=fail)


def test_permits_pharmacies_and_holidays_are_fetched(service, http):
    permits = pilling.sources.permit_source(http, options(service)).fetch()
    pharmacies = pilling.sources.pharmacy_source(http, options(service))
    first = pharmacies.fetch(rows=3).rows[0]
    position = first.position
    near = pilling.sources.fetch_pharmacies_near(http, options(service), position.latitude, position.longitude, rows=1)
    holidays = pilling.sources.fetch_holidays(http, options(service), 2026)

    assert permits.total >= len(MEDICINES)
    assert len(pharmacies.fetch_all(rows=500).rows) == pharmacies.fetch(rows=1).total
    assert near.rows[0].position == position
    assert pilling.sources.fetch_pharmacy(http, options(service), first.id) == first
    assert pilling.sources.fetch_pharmacy(http, options(service), "C0000000") is None
    assert pilling.sources.Holiday(datetime.date(2026, 1, 1), "1월1일") in holidays


def test_the_openfda_source_is_offered_though_its_service_is_not_played(http, service):
    source = pilling.sources.openfda_source(http, base_url=service.url, api_key="kSECRET")

    assert source.name == "openFDA"
    assert source.fetch("타이레놀").rows == ()  # it knows no other than Latin letters, so nothing was asked
    with pytest.raises(pilling.ServiceError) as raised:
        source.fetch("advil")
    assert "SECRET" not in str(raised.value)


def test_sources_count_against_a_quota(service, http):
    quota = pilling.limits.DailyQuota(pilling.limits.CounterStore(), calls_per_day=2)
    source = pilling.sources.easy_drug_source(http, options(service, quota=quota))
    source.fetch("새봄")
    source.fetch("새봄")

    with pytest.raises(pilling.Refused, match="midnight in Korea"):
        source.fetch("새봄")

    assert quota.remaining("getDrbEasyDrugList") == 0
    assert service.log.as_json()["operations"]["easy_drug"]["requests"] == 2


def test_a_quota_that_the_service_says_is_gone_is_closed(service, http):
    quota = pilling.limits.DailyQuota(pilling.limits.CounterStore())
    source = pilling.sources.easy_drug_source(http, options(service, quota=quota))
    service.fail("quota", operation="easy_drug", times=1)

    with pytest.raises(pilling.ServiceError) as raised:
        source.fetch("새봄")

    assert raised.value.status == 22
    assert quota.remaining("getDrbEasyDrugList") == 0


def test_a_public_source_serves_an_engine(service, http, database):
    source = pilling.sources.easy_drug_source(http, options(service))
    with pilling.Engine(database, sources=[source]) as engine:
        first = engine.search("푸른솔연질캡슐")
        second = engine.search("푸른솔연질캡슐")

    assert first[0].medicine.id == "900000004"
    assert first.answer.origin is pilling.Origin.live
    assert second.answer.origin is not pilling.Origin.live


def test_a_source_of_ones_own_is_asked_and_its_rows_are_kept(database):
    source = Table()
    with pilling.Engine(database, sources=[source]) as engine:
        fetched = engine.search("솔숲병원")
        again = engine.search("솔숲병원가글액")

    assert fetched.answer.origin is pilling.Origin.live
    assert fetched[0].medicine.id == "990000001"
    assert fetched[0].medicine.summary.text == "구내염"
    assert again[0].medicine.name == "솔숲병원가글액"
    assert [query.name for query in source.queries] == ["솔숲병원"]
    assert 0 <= source.calls[0].time_left <= 10


def test_a_source_gives_pages_when_it_wants_to(database):
    class Paged(Table):
        def fetch(self, query, call):
            super().fetch(query, call)
            row = pilling.Medicine(id=str(990000000 + query.page), name=f"솔숲병원 {'가나다'[query.page - 1]}액")
            return SourcePage([row], total=300, skipped=[pilling.SkippedRow(7, "is too old")])

    source = Paged()
    with pilling.Engine(database, sources=[source]) as engine:
        answer = engine.search("솔숲병원").answer

    assert [query.page for query in source.queries] == [1, 2, 3]
    assert any("is too old" in warning for warning in answer.warnings)


def test_rows_that_are_none_are_left_out_with_their_reason(database):
    wrong_name = pilling.Medicine(id="990000002", name=5)
    told = warnings_of(database, Table([GARGLE, "솔숲병원", wrong_name, pilling.Medicine(id="", name="솔숲병원")]))

    assert "row 2 was left out: is no pilling.Medicine" in told
    assert "row 3 was left out: its name is no str" in told
    assert "row 4 was left out: has no id or no name" in told


@pytest.mark.parametrize("answer", [5, SourcePage([GARGLE], total="many"), SourcePage([GARGLE], total=-1)])
def test_an_answer_that_is_none_is_a_warning(database, answer):
    assert "hospital table" in warnings_of(database, Table(answer))


def test_the_words_of_a_foreign_exception_are_not_shown(database):
    told = warnings_of(database, Table(KeyError("https://example.org/?serviceKey=kSECRET")))

    assert "SECRET" not in told
    assert "hospital table raised KeyError in test_sources.py, line " in told


@pytest.mark.parametrize(
    "error",
    [
        pilling.Error("the table is locked"),
        pilling.InvalidArgument("the table is locked"),
        pilling.StorageError("the table is locked", location="/table"),
        pilling.NetworkError("the table is locked", host="table"),
        pilling.Timeout("the table is locked", host="table"),
        pilling.ServiceError("the table is locked", service="table", status=503, retry_after=2.5),
        pilling.Refused("the table is locked", retry_after=1.0),
        pilling.BadData("the table is locked", source="table"),
    ],
)
def test_an_error_of_pilling_keeps_its_words(database, error):
    assert "the table is locked" in warnings_of(database, Table(error))


def test_later_sources_are_asked_when_one_fails(database):
    with pilling.Engine(database, sources=[Table(ConnectionError("kSECRET")), Table()]) as engine:
        result = engine.search("솔숲병원")

    assert result[0].medicine.id == "990000001"
    assert "ConnectionError" in result.answer.warnings[0]
    assert not any("SECRET" in warning for warning in result.answer.warnings)


@pytest.mark.parametrize("wrong", [object(), Table, "name", None])
def test_what_is_no_source_is_refused_when_the_engine_opens(database, wrong):
    with pytest.raises(pilling.InvalidArgument, match="`name` and `fetch`"):
        pilling.Engine(database, sources=[wrong])


def test_other_threads_go_on_while_a_source_is_asked(database, patient_threads):
    """The source waits for a thread that searches in the same engine: with the GIL held it would wait for ever."""
    has_begun, may_end = threading.Event(), threading.Event()

    class Waiting(Table):
        def fetch(self, query, call):
            if query.name == "솔숲병원":
                has_begun.set()
                assert may_end.wait(60)
                return [GARGLE]
            return []

    with pilling.Engine(database, sources=[Waiting()], live_timeout=60) as engine:
        found = []
        thread = threading.Thread(target=lambda: found.append(engine.search("솔숲병원")))
        thread.start()
        assert has_begun.wait(60)
        assert len(engine.search("다른이름")) == 0
        may_end.set()
        thread.join()

    assert found[0][0].medicine.id == "990000001"


def test_closing_lets_go_of_a_source_and_waits_for_the_one_that_is_asked(database):
    has_begun, may_end = threading.Event(), threading.Event()

    class Waiting(Table):
        def fetch(self, query, call):
            has_begun.set()
            assert may_end.wait(60)
            return [GARGLE]

    source = Waiting()
    references = sys.getrefcount(source)
    engine = pilling.Engine(database, sources=[source], live_timeout=60)
    found = []
    thread = threading.Thread(target=lambda: found.append(engine.search("솔숲병원")))
    thread.start()
    assert has_begun.wait(60)
    engine.close()
    may_end.set()
    thread.join()

    assert found[0][0].medicine.id == "990000001"
    assert sys.getrefcount(source) == references


def test_an_engine_that_is_left_open_lets_the_interpreter_end(tmp_path):
    program = tmp_path / "program.py"
    program.write_text(
        textwrap.dedent(
            """
            import threading, time, pilling

            class Slow:
                name = "slow"
                def fetch(self, query, call):
                    asked.set()
                    while not call.is_over:
                        time.sleep(0.01)
                    return []

            asked = threading.Event()
            engine = pilling.Engine("left.db", sources=[Slow()], live_timeout=0.2)
            threading.Thread(target=engine.search, args=("솔숲",), daemon=True).start()
            asked.wait()
            print("at the end", flush=True)
            """
        ),
        encoding="utf-8",
    )

    done = subprocess.run([sys.executable, str(program)], cwd=tmp_path, capture_output=True, text=True, timeout=120)

    assert (done.returncode, done.stdout, done.stderr) == (0, "at the end\n", "")


def test_an_async_engine_asks_sources_and_summarizers_too(database):
    async def search() -> Any:
        async with pilling.AsyncEngine(database, sources=[Table()], summarizer=Shouting(), live_timeout=60) as engine:
            found = await engine.search("솔숲병원")
            return found, await engine.wait_for_summary("990000001")

    found, summary = asyncio.run(search())

    assert found[0].medicine.id == "990000001"
    assert summary.maker == "shouting/1"


class Shouting:
    """A summarizer that answers what it was made with."""

    maker = "shouting/1"

    def __init__(self, answer: Any = "두통!") -> None:
        self.answer = answer
        self.asked: list[tuple[str, str]] = []

    def summarize(self, text: str, keyword: str, call: Any) -> Any:
        self.asked.append((text, keyword))
        if isinstance(self.answer, BaseException):
            raise self.answer
        return self.answer


def test_a_summarizer_of_ones_own_writes_summaries(database, medicine_file):
    summarizer = Shouting()
    with pilling.Engine(database, summarizer=summarizer) as engine:
        engine.import_medicines(medicine_file)
        summary = engine.wait_for_summary("900000001")
        keyword = engine.wait_for_summary("900000001", "치통")

    assert (summary.text, summary.maker) == ("두통!", "shouting/1")
    assert keyword.maker == "shouting/1"
    assert (MEDICINES[0]["efcyQesitm"], "치통") in summarizer.asked


def test_a_summarizer_may_give_a_whole_summary_or_none(database, medicine_file):
    made_at = datetime.datetime(2026, 11, 28, tzinfo=datetime.timezone.utc)
    whole = pilling.Summary("두통과 치통", ("두통", "치통"), "ignored", made_at)
    with pilling.Engine(database, summarizer=Shouting(whole)) as engine:
        engine.import_medicines(medicine_file)
        assert engine.wait_for_summary("900000001").indications == ("두통", "치통")


def test_what_a_summarizer_raises_falls_back_without_its_words(database, medicine_file):
    with pilling.Engine(database, summarizer=Shouting(ValueError("kSECRET"))) as engine:
        engine.import_medicines(medicine_file)
        summary = engine.wait_for_summary("900000001", "치통")

    assert summary.maker.startswith("extractive")


def test_a_summarizer_needs_its_two_members(database):
    with pytest.raises(pilling.InvalidArgument, match="`maker` and `summarize`"):
        pilling.Engine(database, summarizer=Table())
