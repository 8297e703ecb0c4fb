"""The comparison with the original's way: it runs, it counts right, and the original's way is what it says it is."""

import contextlib
import json
import math
import pathlib
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from conftest import ROOT, medicine_row

sys.path.insert(0, str(ROOT / "bench" / "original"))

import compare
import plot
import report
import workload
from original import ChatModel, KeptConnection, MedicineTable, Original, PublicService, haversine_meters
from pilling.testing.fake_services import FakeOpenAi, FakePublicData, PublicRows
from services import CountedModel, Usage

ROWS = [
    medicine_row(900000001, "새봄정", "두통, 치통에 사용합니다."),
    medicine_row(900000002, "새봄정500밀리그램", "이 약은 두통에 사용합니다."),
    medicine_row(900000003, "어린이새봄시럽", "이 약은 기침, 가래에 사용합니다."),
    medicine_row(900000004, "100%솔정", "이 약은 코막힘, 두통의 완화에 사용합니다."),
]
NEW = medicine_row(900000005, "푸른솔캡슐", "이 약은 속쓰림에 사용합니다.")
MODEL = "gpt-5.6-luna"
PHARMACIES = [("near", 37.5665, 126.9780), ("nearer", 37.5663, 126.9779), ("far", 35.1796, 129.0756)]


@pytest.fixture
def table(tmp_path: pathlib.Path) -> MedicineTable:
    medicines = MedicineTable(tmp_path / "original.db")
    medicines.add(ROWS)
    return medicines


@pytest.fixture
def public_data(tmp_path: pathlib.Path) -> Iterator[FakePublicData]:
    file = tmp_path / "service.jsonl"
    workload.write_medicines(file, [*ROWS, NEW])
    with FakePublicData(PublicRows(file)) as service:
        yield service


@pytest.fixture
def service(public_data: FakePublicData) -> Iterator[PublicService]:
    with contextlib.closing(KeptConnection(public_data.url)) as server:
        yield PublicService(server)


@pytest.fixture
def model_server() -> Iterator[FakeOpenAi]:
    with FakeOpenAi() as server:
        yield server


@pytest.fixture
def model(model_server: FakeOpenAi) -> Iterator[ChatModel]:
    with contextlib.closing(KeptConnection(model_server.base_url)) as server:
        yield ChatModel(server, MODEL)


@pytest.fixture
def counted() -> CountedModel:
    return CountedModel(MODEL)


@pytest.fixture
def with_caches(table: MedicineTable, counted: CountedModel, service: PublicService) -> Original:
    return Original(table, PHARMACIES, counted, service, time_to_live=3600)


@pytest.fixture(scope="module")
def figures(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Of one run on the sample."""
    folder = tmp_path_factory.mktemp("figures")
    few = ["--searches", "100", "--samples", "2", "--clients", "4", "--seconds", "0.05"]
    swift = ["--model-latency", "0.001", "--service-latency", "0.001"]
    sample = ROOT / "examples" / "data"
    files = ["--medicines", sample / "medicines.jsonl", "--pharmacies", sample / "pharmacies.csv"]
    written = ["--json", folder / "figures.json", "--plot", folder]
    assert compare.main([str(word) for word in (*few, *swift, *files, *written)]) == 0
    assert "<svg" in (folder / "original-vs-pilling.svg").read_text(encoding="utf-8")
    result: dict[str, Any] = json.loads((folder / "figures.json").read_text(encoding="utf-8"))
    return result


def names(rows: list[dict[str, str]]) -> list[str]:
    return [row["name"] for row in rows]


def test_the_original_puts_the_exact_name_first_and_shorter_ones_before_longer(table):
    assert names(table.by_name("새봄정", 10)) == ["새봄정", "새봄정500밀리그램"]
    assert names(table.by_name("새봄", 10)) == ["새봄정", "새봄정500밀리그램", "어린이새봄시럽"]
    assert names(table.by_name("새봄", 1)) == ["새봄정"]


def test_the_original_takes_what_is_typed_for_letters(table):
    assert names(table.by_name("100%", 10)) == ["100%솔정"]
    assert table.by_name("새_정", 10) == []


def test_the_original_finds_every_text_that_holds_the_symptom(table):
    expected = {row["itemName"] for row in ROWS if "두통" in row["efcyQesitm"]}

    found = names(table.by_symptom("두통", 10))

    assert set(found) == expected
    assert found[0] == "새봄정"  # It begins so.


def test_the_first_stage_asks_the_model_for_each_row_of_each_search(table, service, model, model_server):
    original = Original(table, PHARMACIES, model, service)

    first, second = original.search("새봄"), original.search("새봄")

    assert first == second
    assert all(row["summary"] for row in first)
    assert model_server.log.as_json()["billed"]["answers"] == 6


def test_the_caches_spare_the_model_whatever_was_made_beforehand(with_caches, counted):
    with_caches.precompute()
    assert counted.take().calls == len(ROWS)

    answers = [with_caches.search("새봄"), with_caches.search("새봄"), with_caches.search_symptom("두통")]

    assert counted.usage.calls == 0
    assert all(row["summary"] for answer in answers for row in answer)
    assert (with_caches.answers.hits, with_caches.answers.misses) == (1, 2)


def test_the_dictionary_forgets_what_is_past_its_time(table, counted, service):
    original = Original(table, PHARMACIES, counted, service, time_to_live=-1)

    assert names(original.search("새봄")) == names(original.search("새봄"))
    assert original.answers.hits == 0


def test_a_name_that_the_database_lacks_is_asked_of_the_service_and_kept(with_caches, counted, public_data):
    assert names(with_caches.search("푸른솔캡슐")) == ["푸른솔캡슐"]
    assert names(with_caches.search("푸른솔")) == ["푸른솔캡슐"]
    assert public_data.log.as_json()["requests"] == 1
    assert counted.usage.calls == 1


def test_the_loop_gives_the_nearest_first(with_caches):
    assert with_caches.pharmacies_near(37.5663, 126.9779, 3000, 10) == ["nearer", "near"]
    assert with_caches.pharmacies_near(37.5663, 126.9779, 3000, 1) == ["nearer"]
    assert haversine_meters(0, 0, ("", 0, 1)) == pytest.approx(math.radians(1) * 6_371_000)


def test_what_is_counted_is_what_the_model_server_bills(counted, model, model_server):
    for row in ROWS:
        assert counted.summarize(row["efcyQesitm"]) == model.summarize(row["efcyQesitm"])
    billed = model_server.log.as_json()["billed"]

    assert counted.usage.calls == billed["answers"] == len(ROWS)
    assert counted.usage.prompt_tokens == billed["tokens"]["prompt_tokens"]
    assert counted.usage.completion_tokens == billed["tokens"]["completion_tokens"]


def test_dollars_are_those_of_the_price_list():
    assert Usage(1, 1_000_000, 1_000_000).dollars("gpt-4.1-mini") == pytest.approx(0.40 + 1.60)


@pytest.mark.parametrize("ranks", ["products", "chance"])
def test_searches_are_the_same_for_the_same_seed_and_have_their_share_of_new_names(ranks):
    rows = workload.read_medicines(ROOT / "examples/data/medicines.jsonl")
    drawn, again = (workload.draw(rows, 500, 7, ranks=ranks) for _ in range(2))

    assert drawn == again
    assert drawn != workload.draw(rows, 500, 8, ranks=ranks)
    assert len(drawn.searches) == 500
    assert len(set(drawn.new_names)) == 10
    assert all(drawn.searches.count(name) == 1 for name in drawn.new_names)
    known = {row["itemName"] for row in drawn.known}
    assert not known & set(drawn.new_names + drawn.sample_names)
    assert len(drawn.known) + len(drawn.held_out) == len(rows)


@pytest.mark.parametrize(
    ("name", "brand"),
    [
        ("새봄정500밀리그램(아세트아미노펜)", "새봄"),
        ("푸른솔연질캡슐(멘톨)", "푸른솔"),
        ("어린이새봄시럽", "어린이새봄"),
        ("활명수", "활명수"),
    ],
)
def test_people_type_the_brand(name, brand):
    assert workload.brand_of(name) == brand


def test_the_tables_have_all_rows(figures):
    text = report.report(figures)

    kinds = ("cached search", "new search", "symptom search", "pharmacy search", "average")
    assert all(f"\n| {kind} |" in text for kind in kinds)
    assert all(head in text for head in ("model calls of 100 searches", "hit ratio", "requests a minute, 4 clients"))
    assert "the bundled sample" in text
    assert all(kind in plot.svg(figures) for kind in kinds)


def test_the_figures_fit_together(figures):
    mix, searches = figures["mix"], figures["options"]["searches"]

    assert mix["first"]["once"]["calls"] == 0
    assert mix["cached"]["once"]["calls"] == figures["data"]["medicines"]
    assert 0 < mix["pilling"]["once"]["calls"] <= figures["refresh"]["texts"] + figures["refresh"]["asked_again"]
    assert mix["first"]["usage"]["calls"] > mix["cached"]["usage"]["calls"]
    for way in ("first", "cached", "pilling"):
        assert 0 <= mix[way]["from_memory"] <= searches
        assert mix[way]["service_calls"] == figures["data"]["new_names"]
        assert mix[way]["answered"] == searches - figures["data"]["new_names"] // 2
    assert all(seconds is None or seconds > 0 for row in figures["times"]["rows"].values() for seconds in row.values())
    assert figures["times"]["agreeing_pharmacies"] == 1


def test_a_cut_counts_what_was_made_beforehand():
    def way(once: int, usage: int) -> dict[str, dict[str, int]]:
        return {"once": {"calls": once}, "usage": {"calls": usage}}

    figures = {"mix": {"first": way(0, 1000), "pilling": way(200, 10)}}

    assert report.cut_per_cent(figures, "pilling", 0) == pytest.approx(99)
    assert report.cut_per_cent(figures, "pilling", 1) == pytest.approx(79)
    assert report.cut_per_cent(figures, "pilling", 10) == pytest.approx(97)


def test_a_file_that_is_not_there_is_named(capsys):
    assert compare.main(["--medicines", "nowhere.jsonl"]) == 2
    assert "nowhere.jsonl is not there" in capsys.readouterr().err
