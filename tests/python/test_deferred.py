"""Matches and medicines become Python objects when they are looked at; nobody is to notice but by the time it takes."""

import copy
import dataclasses
import gc
import pickle
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import pilling
import pytest
from conftest import MEDICINES, write_medicines

SEARCHES = [("search", "새봄"), ("search_symptom", "두통")]


def looked_at(result):
    """The same, made of values that have been looked at all over."""
    return type(result)(**{field.name: getattr(result, field.name) for field in dataclasses.fields(result)})


def medicine_of(engine, name="새봄정500밀리그램"):
    return engine.search(name)[0].medicine


@pytest.fixture(params=SEARCHES, ids=[name for name, _ in SEARCHES])
def ask(request, engine):
    """A search, with new objects each time: no limit has the answer of another."""
    method, text = request.param
    limits = iter(range(50, 100))
    return lambda: getattr(engine, method)(text, limit=next(limits))


def test_what_has_not_been_looked_at_equals_what_has(ask):
    read = ask()
    for match in read:
        assert match.medicine.efficacy and match.medicine.summary

    assert ask() == read
    assert hash(ask()) == hash(read)
    assert repr(ask().matches) == repr(read.matches)


def test_what_has_not_been_looked_at_can_be_copied_and_taken_apart(ask):
    read = ask()

    assert pickle.loads(pickle.dumps(ask())) == read
    assert copy.copy(ask()) == read
    assert copy.deepcopy(ask()) == read
    assert dataclasses.asdict(ask())["matches"] == dataclasses.asdict(read)["matches"]
    assert dataclasses.replace(ask(), answer=read.answer) == read


def test_a_pickle_holds_all_texts_and_needs_no_engine(engine):
    pickled = pickle.dumps(engine.search("새봄정500밀리그램"))
    expected = MEDICINES[0]
    engine.close()

    medicine = pickle.loads(pickled)[0].medicine

    assert (medicine.efficacy, medicine.usage) == (expected["efcyQesitm"], expected["useMethodQesitm"])
    assert medicine.summary.text


def test_a_field_is_the_same_object_each_time(engine):
    result = engine.search("새봄")

    assert result.matches is result.matches
    for field in dataclasses.fields(pilling.Medicine):
        first = getattr(result[0].medicine, field.name)
        assert getattr(result[0].medicine, field.name) is first, field.name


def test_the_same_answer_gives_the_same_matches_whoever_looks_first(engine):
    first, second = engine.search("새봄"), engine.search("새봄")

    assert second.matches is first.matches
    assert engine.search("새봄").matches is first.matches


def test_every_field_says_what_the_medicine_of_that_code_says(engine, tmp_path):
    texts = {
        "entpName": "가제약", "useMethodQesitm": "나", "atpnWarnQesitm": "다", "atpnQesitm": "라", "intrcQesitm": "마",
        "seQesitm": "바", "depositMethodQesitm": "사", "itemImage": "https://example.org/a.png",
        "ITEM_ENG_NAME": "Ah", "ETC_OTC_CODE": "일반의약품",
    }  # fmt: skip
    engine.import_medicines(write_medicines(tmp_path / "full.jsonl", [{**MEDICINES[4], **texts}]))
    whole = engine.medicine("900000005")

    found = medicine_of(engine, "Haneul Plus 정")

    for field in dataclasses.fields(pilling.Medicine):
        assert getattr(found, field.name) == getattr(whole, field.name), field.name
    assert len({repr(getattr(whole, field.name)) for field in dataclasses.fields(whole)}) >= 15


def test_patterns_match_fields_that_have_not_been_looked_at(engine):
    match medicine_of(engine):
        case pilling.Medicine(id="900000001", efficacy=text):
            assert "두통" in text
        case other:
            pytest.fail(f"{other!r} did not match")


def test_results_outlive_their_engine(ask, engine):
    before = pickle.loads(pickle.dumps(ask()))
    result = ask()

    engine.close()
    del engine

    assert result == before


def test_results_stay_as_they_were_when_the_data_changes(engine, tmp_path):
    result = engine.search("새봄정500밀리그램")
    changed = {**MEDICINES[0], "efcyQesitm": "이 약은 치통에 사용합니다.", "updateDe": "2025-01-01"}

    engine.import_medicines(write_medicines(tmp_path / "changed.jsonl", [changed]))

    assert result[0].medicine.efficacy == MEDICINES[0]["efcyQesitm"]
    assert medicine_of(engine).efficacy == changed["efcyQesitm"]


def test_fields_cannot_be_set_or_deleted_before_or_after_they_are_looked_at(engine):
    medicine = medicine_of(engine)

    for _ in range(2):
        with pytest.raises(dataclasses.FrozenInstanceError):
            medicine.efficacy = ""
        with pytest.raises(dataclasses.FrozenInstanceError):
            del medicine.efficacy
        assert medicine.efficacy == MEDICINES[0]["efcyQesitm"]


def test_names_that_are_no_field_are_no_attribute(engine):
    for value in (medicine_of(engine), engine.search("새봄"), pilling.Medicine("1", "가")):
        with pytest.raises(AttributeError, match="eficacy"):
            value.eficacy
        assert not hasattr(value, "_nothing")
    with pytest.raises(AttributeError):
        object.__new__(pilling.Medicine).efficacy


def test_another_object_in_place_of_what_fields_are_made_of_is_an_error(engine):
    medicine = medicine_of(engine)

    object.__setattr__(medicine, "_source", "no capsule")

    with pytest.raises(ValueError, match="Capsule"):
        medicine.efficacy


def test_medicines_of_ones_own_have_what_they_were_given():
    medicine = pilling.Medicine("1", "가", efficacy="나")

    assert (medicine.name, medicine.efficacy, medicine.usage, medicine.summary) == ("가", "나", "", None)
    assert pickle.loads(pickle.dumps(medicine)) == medicine


def test_threads_that_look_at_once_see_the_same_objects(ask):
    """With threads that change places as often as they can."""
    threads, rounds = 8, 20
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(threads) as pool:
            for _ in range(rounds):
                result, start = ask(), threading.Barrier(threads)

                def look() -> tuple[object, ...]:
                    start.wait()
                    medicine = result[0].medicine
                    return result.matches, medicine, medicine.efficacy, medicine.summary, medicine.images

                seen = [one.result() for one in [pool.submit(look) for _ in range(threads)]]
                assert all(one is other for looks in seen for one, other in zip(looks, seen[0]))
    finally:
        sys.setswitchinterval(interval)


@pytest.mark.parametrize(("method", "text"), SEARCHES)
def test_what_is_made_while_it_is_being_made_is_made_once(engine, method, text):
    """The collector of garbage runs in the middle of making objects: at one of its turns, it looks at the same field."""
    turns = 0
    for turn in range(1, 30):
        first, second = (getattr(engine, method)(text, limit=100 + turn) for _ in range(2))
        left, seen = turn, []

        def look(phase: str, details: dict[str, int]) -> None:
            nonlocal left
            left -= phase == "start"
            if left == 0 and not seen:
                seen.append(None)
                seen[0] = first.matches

        threshold = gc.get_threshold()
        gc.callbacks.append(look)
        gc.set_threshold(1)
        try:
            matches = first.matches
        finally:
            gc.set_threshold(*threshold)
            gc.callbacks.remove(look)

        turns += bool(seen)
        assert not seen or seen[0] is matches
        assert first.matches is matches
        assert second.matches is matches
    assert turns >= 2


def living(kind):
    gc.collect()
    return sum(isinstance(thing, kind) for thing in gc.get_objects())


def test_an_engine_remembers_so_many_matches_and_no_more(engine):
    for limit in range(1, 6000):
        assert engine.search("새봄", limit=limit).matches

    # Of 17,993; what was pushed out is freed a little later.
    assert 1_000 < living(pilling.MedicineMatch) <= 10_240 + 1_000


def test_a_closed_engine_and_results_that_are_dropped_leave_nothing(engine):
    before = living((pilling.MedicineMatch, pilling.SymptomMatch, pilling.Medicine))
    results = [engine.search("새봄"), engine.search_symptom("두통")]
    assert [match.medicine.efficacy for result in results for match in result]
    match = None

    engine.close()
    del results, match

    assert living((pilling.MedicineMatch, pilling.SymptomMatch, pilling.Medicine)) <= before
