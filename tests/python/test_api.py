import csv
import dataclasses
import datetime
import gzip
import json
import signal
import sys
import threading

import pilling
import pytest
from conftest import CENTER, MEDICINES, PHARMACIES, many_medicines, medicine_row, write_medicines
from hypothesis import given, settings
from hypothesis import strategies as st
from pilling import MatchKind, MedicineMatch, OpenInterval, OpenState, Origin, SearchResult

MONDAY_TEN = datetime.datetime(2026, 7, 6, 10, 0)
KOREAN_TIME = datetime.timezone(datetime.timedelta(hours=9))


def names_of(result: SearchResult) -> list[str]:
    return [match.medicine.name for match in result]


def test_the_whole_name_comes_first(engine):
    result = engine.search("새봄정500밀리그램")

    assert result[0].medicine.id == "900000001"
    assert result[0].kind is MatchKind.exact
    assert result[0].score == 1
    assert not result[0].approximate


def test_every_name_is_found_by_itself(engine):
    for row in MEDICINES:
        assert engine.search(row["itemName"])[0].medicine.id == row["itemSeq"]


def test_a_number_finds_whole_numbers_only(engine):
    assert all(match.approximate for match in engine.search("새봄정50"))
    assert names_of(engine.search("새봄정160")) == ["새봄정160밀리그램"]


def test_prefixes_come_before_parts(engine):
    kinds = [(match.medicine.id, match.kind) for match in engine.search("새봄")]

    assert kinds[-1] == ("900000003", MatchKind.inside)
    assert {kind for _, kind in kinds[:-1]} == {MatchKind.brand}


def test_spans_cut_python_strings(engine):
    (match,) = engine.search("멘톨")

    assert [match.medicine.name[start:end] for start, end in match.spans] == ["멘톨"]


def test_symptom_spans_cut_the_efficacy_text(engine):
    (match,) = engine.search_symptom("소화불량")

    assert [match.medicine.efficacy[start:end] for start, end in match.spans] == ["소화불량"]
    assert match.concepts == ("indigestion",)
    assert match.missing == ()
    assert not match.approximate
    assert "소화불량" in match.summary


def test_a_phrase_says_what_was_understood(engine):
    phrase = "기침은 없는데 소화가 안 돼요"

    result = engine.search_symptom(phrase)

    (understood,) = result.understood
    assert (understood.id, understood.name) == ("indigestion", "소화불량")
    assert [phrase[start:end] for start, end in understood.spans] == ["소화", "돼"]
    assert [symptom.name for symptom in result.absent] == ["기침"]
    assert result.red_flag is None
    assert len(result) == 1


def test_an_emergency_has_a_red_flag_and_no_matches(engine):
    result = engine.search_symptom("소화가 안 되고 숨쉬기 힘들어요")

    assert result.red_flag is not None
    assert (result.red_flag.id, result.red_flag.number) == ("breathing", "119")
    assert "119" in result.red_flag.sentence
    assert not result


def test_notes_say_whom_a_phrase_speaks_of(engine):
    (note,) = engine.search_symptom("임신 중인데 소화가 안 돼요").notes

    assert (note.id, note.name, note.withholds_medicines) == ("pregnancy", "임신", False)
    assert "의사" in note.sentence
    assert engine.search_symptom("소화가 안 돼요").notes == ()


def test_a_baby_gets_no_medicine_from_a_list(engine):
    result = engine.search_symptom("신생아가 소화가 안 돼요")

    assert not result
    assert any(note.withholds_medicines for note in result.notes)


def test_a_phrase_typed_in_the_other_layout_says_so(engine):
    result = engine.search_symptom("thghkqnffid")

    assert result.reading is pilling.TextReading.korean_layout
    assert [symptom.id for symptom in result.understood] == ["indigestion"]
    assert result.understood[0].spans == ((0, 11),)
    assert engine.search_symptom("소화불량").reading is pilling.TextReading.literal


def test_a_match_says_what_it_names_only_in_wider_words(engine):
    (exact,) = engine.search_symptom("소화불량")
    (wider,) = engine.search_symptom("비염")

    assert exact.wider == ()
    assert wider.wider == wider.concepts == ("rhinitis",)


def test_phrases_without_an_answer_are_told(database):
    told = []
    with pilling.Engine(database, on_unanswered_symptom=told.append) as engine:
        engine.search_symptom("뭐라고요")
        engine.search_symptom("가슴이 아파요")

    assert told == [pilling.UnansweredSymptom(phrase="뭐라고요", is_understood=False, approximate=0)]


def test_results_are_sequences(engine):
    result = engine.search("새봄정")

    assert len(result) == 2
    assert result[-1] is result.matches[1]
    assert result[:1] == result.matches[:1]
    assert result[0] in result
    assert list(reversed(result)) == list(result.matches)[::-1]
    assert engine.search("없는이름").matches == ()
    assert not engine.search("없는이름")


def test_results_can_be_matched(engine):
    match engine.search("푸른솔연질캡슐(멘톨)"):
        case [MedicineMatch(medicine=pilling.Medicine(name=name), kind=MatchKind.exact), *_]:
            assert name == "푸른솔연질캡슐(멘톨)"
        case other:
            pytest.fail(f"not matched: {other}")


def test_the_same_search_gives_equal_results_and_says_where_from(engine):
    first = engine.search("새봄정")
    second = engine.search("새봄정")

    assert first == second
    assert hash(first) == hash(second)
    assert first.answer.origin is Origin.index
    assert second.answer.origin is Origin.memory_cache
    assert second.answer.elapsed_seconds > 0
    assert not second.answer.degraded


def test_limits_are_kept(engine):
    assert len(engine.search("새봄", limit=1)) == 1
    assert len(engine.suggest("새봄", limit=2)) == 2
    assert len(engine.search_symptom("두통", limit=1)) == 1
    assert len(engine.pharmacies_near(*CENTER, limit=1)) == 1


def test_suggestions_are_names(engine):
    assert set(engine.suggest("새봄정")) == {"새봄정500밀리그램", "새봄정160밀리그램"}


def test_a_medicine_has_all_its_texts(engine):
    medicine = engine.medicine("900000003")

    assert medicine.name == "어린이새봄시럽"
    assert medicine.company == "들꽃제약(주)"
    assert medicine.efficacy == "이 약은 기침, 가래에 사용합니다."
    assert medicine.usage == "하루 세 번 물과 함께 드십시오."
    assert medicine.images == ("https://example.org/a.png",)
    assert medicine.updated_on == "2024-01-16"
    assert medicine.summary.indications == ("기침", "가래")
    assert medicine.summary.made_at.utcoffset() == datetime.timedelta(0)
    assert abs(datetime.datetime.now(datetime.timezone.utc) - medicine.summary.made_at) < datetime.timedelta(minutes=10)


def test_an_unknown_medicine_is_none(engine):
    assert engine.medicine("000000000") is None
    assert engine.summarize("000000000") is None


def test_summaries_can_be_asked_for_a_keyword(engine):
    assert "가래" in engine.summarize("900000003", "가래").text
    assert engine.summarize("900000003").indications == ("기침", "가래")


def test_values_are_frozen_and_become_dicts(engine):
    match = engine.search("어린이새봄시럽")[0]

    with pytest.raises(dataclasses.FrozenInstanceError):
        match.score = 2
    assert dataclasses.asdict(match)["medicine"]["summary"]["indications"] == ("기침", "가래")


def test_pharmacies_come_nearest_first(engine):
    result = engine.pharmacies_near(*CENTER)

    assert [nearby.pharmacy.name for nearby in result] == ["한길약국", "두레약국", "세모약국"]
    assert result[0].distance_meters == pytest.approx(0)
    assert result[1].distance_meters == pytest.approx(300.2, abs=0.1)
    assert result[1].pharmacy.position == pilling.Coordinate(37.5690, 126.9779)
    assert len(engine.pharmacies_near(*CENTER, radius_meters=400)) == 2


def test_open_at_without_a_time_zone_is_korean_time(engine):
    aware = MONDAY_TEN.replace(tzinfo=KOREAN_TIME).astimezone(datetime.timezone.utc)

    naive_result = engine.pharmacies_near(*CENTER, open_at=MONDAY_TEN)
    aware_result = engine.pharmacies_near(*CENTER, open_at=aware)

    assert [nearby.pharmacy.name for nearby in naive_result] == ["한길약국", "두레약국"]
    assert naive_result == aware_result
    assert naive_result[0].state is OpenState.open
    assert naive_result[0].today == OpenInterval(540, 1140)
    assert naive_result.answer.warnings == ()


def test_hours_past_midnight_belong_to_the_day_before(engine):
    half_past_midnight = datetime.datetime(2026, 7, 7, 0, 30)

    (nearby,) = engine.pharmacies_near(*CENTER, open_at=half_past_midnight)

    assert nearby.pharmacy.name == "두레약국"
    assert str(nearby.pharmacy.hours.days[0]) == "09:00-01:00 (+1)"


def test_unknown_hours_are_left_out_unless_asked_for(engine):
    result = engine.pharmacies_near(*CENTER, open_at=MONDAY_TEN, include_unknown_hours=True)

    assert result[-1].pharmacy.name == "세모약국"
    assert result[-1].state is OpenState.unknown
    assert not result[-1].pharmacy.hours.is_known()


@pytest.mark.parametrize(
    ("interval", "text"),
    [
        (OpenInterval(540, 1140), "09:00-19:00"),
        (OpenInterval(510, 1500), "08:30-01:00 (+1)"),
        (OpenInterval(0, 1440), "24 hours"),
        (OpenInterval(600, 1440), "10:00-24:00"),
    ],
)
def test_intervals_read_as_in_cpp(interval, text):
    assert str(interval) == text


def test_an_import_reports_what_it_did(engine, medicine_file):
    changed = [*MEDICINES[1:], medicine_row(900000001, "새봄정500밀리그램", "이 약은 두통에 사용합니다.")]
    changed.append(medicine_row(900000006, "새달정", "이 약은 몸살에 사용합니다."))

    again = engine.import_medicines(medicine_file)
    report = engine.import_medicines(str(write_medicines(medicine_file, changed)))

    assert (again.rows, again.added, again.updated, again.unchanged) == (5, 0, 0, 5)
    assert (report.rows, report.added, report.updated, report.unchanged) == (6, 1, 1, 4)
    assert report.elapsed_seconds > 0
    assert engine.medicine("900000001").summary.indications == ("두통",)


def test_an_older_row_is_counted_and_not_written(engine, tmp_path):
    older = {**MEDICINES[0], "efcyQesitm": "이 약은 몸살에 사용합니다.", "updateDe": "2023-12-31"}

    report = engine.import_medicines(write_medicines(tmp_path / "older.jsonl", [older, *MEDICINES[1:]]))

    assert (report.rows, report.updated, report.unchanged, report.older) == (5, 0, 4, 1)
    assert engine.medicine("900000001").efficacy == MEDICINES[0]["efcyQesitm"]


def test_bad_rows_are_reported_with_their_lines(engine, tmp_path):
    path = write_medicines(tmp_path / "bad.jsonl", [MEDICINES[0], {"itemName": "번호 없는 약"}, MEDICINES[1]])

    report = engine.import_medicines(path)

    assert [row.line for row in report.skipped] == [2]
    assert report.skipped[0].reason
    assert report.unchanged == 2


def test_compressed_files_are_read(database, tmp_path):
    path = write_medicines(tmp_path / "medicines.jsonl.gz", MEDICINES)

    with pilling.Engine(database) as engine:
        assert engine.import_medicines(path).added == len(MEDICINES)


def test_seoul_csv_is_read(database, tmp_path):
    days = [f"dutyTime{day}{end}" for day in range(1, 9) for end in "sc"]
    path = tmp_path / "seoul.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, ["hpid", "dutyName", "dutyAddr", "dutyTel1", "wgs84Lon", "wgs84Lat", *days])
        writer.writeheader()
        writer.writerows(PHARMACIES)

    with pilling.Engine(database) as engine:
        assert engine.import_pharmacies(path).added == len(PHARMACIES)
        assert engine.pharmacies_near(*CENTER)[0].pharmacy.hours.days[0] == OpenInterval(540, 1140)


def test_progress_ends_with_everything_done(database, tmp_path):
    steps = []

    with pilling.Engine(database) as engine:
        engine.import_medicines(
            write_medicines(tmp_path / "many.jsonl", many_medicines(600)), on_progress=lambda *step: steps.append(step)
        )

    assert len(steps) > 1
    assert steps[-1] == (600, 600)
    assert steps == sorted(steps)


def test_an_exception_of_the_progress_hook_undoes_the_import(database, tmp_path):
    class Enough(Exception):
        pass

    enough = Enough()

    def stop(done, total):
        raise enough

    with pilling.Engine(database) as engine:
        with pytest.raises(Enough) as raised:
            engine.import_medicines(write_medicines(tmp_path / "many.jsonl", many_medicines(600)), on_progress=stop)
        assert raised.value is enough
        assert engine.stats().medicines == 0
    with pilling.Engine(database) as engine:
        assert engine.stats().medicines == 0


def test_an_exception_at_the_last_step_undoes_the_import(database, medicine_file):
    def stop(done, total):
        if done == total:
            raise RuntimeError("too late?")

    with pilling.Engine(database) as engine:
        with pytest.raises(RuntimeError, match="too late"):
            engine.import_medicines(medicine_file, on_progress=stop)
        assert engine.stats().medicines == 0
    with pilling.Engine(database) as engine:
        assert engine.stats().medicines == 0


def test_ctrl_c_ends_an_import(database, tmp_path, write_lock, patient_threads):
    path = write_medicines(tmp_path / "many.jsonl", many_medicines(600))
    is_ready = threading.Event()

    def interrupt() -> None:
        is_ready.wait()
        signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)
        write_lock.rollback()

    thread = threading.Thread(target=interrupt)
    thread.start()
    with pilling.Engine(database) as engine:
        is_ready.set()
        with pytest.raises(KeyboardInterrupt):
            engine.import_medicines(path)
        thread.join()
        assert engine.stats().medicines == 0


def test_refresh_finds_every_summary_made(engine):
    steps = []

    report = engine.refresh(on_progress=steps.append)

    assert report.is_complete
    assert report.texts == 4
    assert report.made + report.kept == 4
    assert steps[-1] == pilling.RefreshProgress("publishing", 1, 1, 0.0)


def test_stats_count_calls_and_hits(engine):
    engine.search("새봄정")
    engine.search("새봄정")

    stats = engine.stats()

    assert (stats.medicines, stats.pharmacies) == (5, 3)
    assert stats.answers.hits >= 1
    (search,) = [operation for operation in stats.operations if operation.name == "search"]
    assert search.latency.count == 2
    assert 0 < search.latency.median_seconds <= search.latency.total_seconds
    assert "search" in engine.metrics_text()


def test_slow_calls_are_told(database, medicine_file):
    calls = []

    with pilling.Engine(database, slow_call_threshold=0, on_slow_call=calls.append) as engine:
        engine.search("새봄")

    assert [call.operation for call in calls] == ["search"]
    assert calls[0].elapsed_seconds > 0


def test_exceptions_of_the_slow_call_hook_are_unraisable(database, monkeypatch):
    unraisable = []
    monkeypatch.setattr(sys, "unraisablehook", lambda hooked: unraisable.append(hooked.exc_value))

    def fail(call):
        raise RuntimeError("no")

    with pilling.Engine(database, slow_call_threshold=0, on_slow_call=fail) as engine:
        assert len(engine.search("새봄")) == 0

    assert [str(error) for error in unraisable] == ["no"]


def test_data_outlives_the_engine(database, medicine_file):
    with pilling.Engine(database) as engine:
        engine.import_medicines(medicine_file)
        result = engine.search("새봄정500밀리그램")

    assert result[0].medicine.name == "새봄정500밀리그램"
    with pilling.Engine(str(database)) as engine:
        assert engine.search("새봄정500밀리그램") == result


def test_repr_says_where_and_whether_it_is_open(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    engine = pilling.Engine()

    assert repr(engine) == "Engine('pilling.db')"
    engine.close()
    engine.close()
    assert repr(engine) == "Engine('pilling.db', closed)"


def test_a_closed_engine_says_so(engine):
    engine.close()

    with pytest.raises(ValueError, match="closed"):
        engine.search("새봄")


def test_everything_public_is_there():
    assert sorted(pilling.__all__) == pilling.__all__
    assert all(hasattr(pilling, name) for name in pilling.__all__)
    assert all(getattr(pilling, name).__doc__ for name in pilling.__all__ if not name.startswith("_"))


@pytest.fixture(scope="module")
def shared_engine(tmp_path_factory):
    folder = tmp_path_factory.mktemp("shared")
    with pilling.Engine(folder / "pilling.db") as engine:
        engine.import_medicines(write_medicines(folder / "medicines.jsonl", MEDICINES))
        yield engine


@given(text=st.text(max_size=60) | st.text(alphabet="새봄정 500밀리그램mg(멘톨).·ㆍ½０", max_size=20))
@settings(deadline=None, max_examples=300)
def test_any_text_may_be_searched(shared_engine, text):
    for match in shared_engine.search(text):
        assert 0 < match.score <= 1
        assert (match.score == 1) == (match.kind is MatchKind.exact)
        assert all(0 <= start < end <= len(match.text) for start, end in match.spans)
    for match in shared_engine.search_symptom(text):
        assert 0 < match.score <= 1
        assert all(0 <= start < end <= len(match.medicine.efficacy) for start, end in match.spans)


@given(name=st.sampled_from([row["itemName"] for row in MEDICINES]), data=st.data())
@settings(deadline=None)
def test_spaces_and_case_do_not_matter(shared_engine, name, data):
    spaced = "".join(letter if letter.isascii() else data.draw(st.sampled_from(["", " "])) + letter for letter in name)

    result = shared_engine.search(data.draw(st.sampled_from([spaced, spaced.upper(), spaced.lower()])))

    assert result[0].medicine.name == name
    assert result[0].kind is MatchKind.exact


def test_real_medicines_are_unchanged_the_second_time(database, real_data):
    path = real_data("easydrug/easydrug_2024-07.jsonl.gz")

    with pilling.Engine(database) as engine:
        first = engine.import_medicines(path)
        second = engine.import_medicines(path)

    assert first.added > 4000
    assert (second.added, second.updated) == (0, 0)
    assert second.unchanged == first.added + first.updated


def test_real_names_come_first_when_they_are_searched_whole(database, real_data):
    path = real_data("easydrug/easydrug_2024-07.jsonl.gz")
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines][::50]

    with pilling.Engine(database) as engine:
        engine.import_medicines(path)
        found = {row["itemSeq"]: engine.search(row["itemName"]) for row in rows}

    assert [code for code, result in found.items() if not result or result[0].kind is not MatchKind.exact] == []
    assert [code for code, result in found.items() if code not in {match.medicine.id for match in result}] == []


def test_names_are_searched_with_filters(engine):
    assert {match.medicine.name for match in engine.search("새봄", form="시럽")} == {"어린이새봄시럽"}
    assert engine.suggest("새봄", form="시럽") == ["어린이새봄시럽"]
    assert len(engine.search("새봄", company="들꽃제약")) == 3
    assert not engine.search("새봄", company="아무제약")
    assert not engine.search("새봄", dispensing="otc")


def test_brands_that_are_taken_for_each_other_are_listed(engine):
    (found,) = engine.confusable_names("새붐정")

    assert found.brand == "새봄"
    assert found.edits == 1
    assert 0 < found.similarity < 1
    assert found.medicine.name.startswith("새봄")


def test_aliases_and_popularity_are_the_users(tmp_path, medicine_file):
    path = tmp_path / "with_aliases.db"
    with pilling.Engine(path, aliases={"spring": "새봄"}, popularity={"900000002": 3}) as engine:
        engine.import_medicines(medicine_file)

        matches = engine.search("spring")

    assert [match.medicine.id for match in matches] == ["900000002", "900000001"]
    assert matches[0].text == "spring"
    with pytest.raises(pilling.InvalidArgument, match="no letter or digit"):
        pilling.Engine(path, aliases={" ": "새봄"})
