import copy
import gc
import pickle
import threading
import weakref

import pilling
import pytest


def test_gives_the_object_that_was_put():
    cache = pilling.MemoryCache()
    value = {"english": "headache"}

    cache.put("두통", value)

    assert cache.get("두통") is value
    assert cache.get("두통") is value
    assert cache.get("치통") is None
    assert cache.get("치통", "unknown") == "unknown"
    assert len(cache) == 1
    assert repr(cache) == "MemoryCache(1 entries)"


def test_never_weighs_more_than_it_may():
    cache = pilling.MemoryCache(100)

    for number in range(1000):
        cache.put(str(number), number, 7)
        assert cache.stats().weight <= 100

    assert cache.stats().evictions == 1000 - len(cache)


def test_a_batch_pushes_nothing_out():
    cache = pilling.MemoryCache(100)
    for number in range(100):
        cache.put(str(number), number)

    for number in range(50, 1000):
        cache.put(str(number), -number, batch=True)

    assert [cache.get(str(number), batch=True) for number in range(50)] == list(range(50))
    assert [cache.get(str(number), batch=True) for number in range(50, 100)] == [-number for number in range(50, 100)]
    assert cache.stats().evictions == 0
    assert (cache.stats().hits, cache.stats().misses) == (0, 0)


def test_forgets_what_is_erased_cleared_or_past_its_time():
    cache = pilling.MemoryCache()
    cache.put("a", 1)
    cache.put("b", 2)
    cache.put("over at once", 3, time_to_live=0)

    assert cache.get("over at once") is None
    assert cache.erase("a")
    assert not cache.erase("a")
    assert cache.get("a") is None
    cache.clear()
    assert cache.get("b") is None


def test_knows_its_hottest_keys():
    cache = pilling.MemoryCache()
    for name in "abc":
        cache.put(name, name)
    cache.get("b")

    assert cache.hottest_keys(1) == ["b"]
    assert sorted(cache.hottest_keys(10)) == ["a", "b", "c"]


def test_lets_go_of_values():
    class Value:
        pass

    cache = pilling.MemoryCache()
    value = Value()
    watched = weakref.ref(value)
    cache.put("a", value)
    del value
    gc.collect()
    assert watched() is not None

    cache.clear()

    assert watched() is None


def test_a_value_may_use_the_cache_while_it_dies():
    cache = pilling.MemoryCache(1)

    class Value:
        def __del__(self):
            cache.put("last words", "gone")

    cache.put("a", Value())
    cache.clear()

    assert cache.get("last words") == "gone"


def test_many_threads_get_what_was_put():
    cache = pilling.MemoryCache(50)
    wrong = []

    def work(seed):
        for number in range(2000):
            key = str((number * seed) % 97)
            found = cache.get(key)
            if found is not None and found != key:
                wrong.append((key, found))
            cache.put(key, key)

    threads = [threading.Thread(target=work, args=(seed,)) for seed in (3, 5, 7, 11)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert wrong == []


@pytest.mark.parametrize(
    "options", [{"maximum_weight": -1}, {"typical_weight": -1}, {"time_to_live": -1.0}, {"time_to_live": float("nan")}]
)
def test_refuses_what_makes_no_sense(options):
    with pytest.raises(pilling.InvalidArgument):
        pilling.MemoryCache(**options)


def test_cannot_be_pickled_or_copied():
    for copied in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError, match="make another one"):
            copied(pilling.MemoryCache())


def test_the_same_answer_has_the_same_matches(engine):
    first = engine.search("새봄")
    second = engine.search("새봄")
    symptoms = engine.search_symptom("두통")

    assert second.answer.origin is pilling.Origin.memory_cache
    assert second.matches is first.matches
    assert engine.search_symptom("두통").matches is symptoms.matches


def test_another_catalogue_has_other_matches(engine, tmp_path):
    from conftest import medicine_row, write_medicines

    before = engine.search("새봄")
    engine.import_medicines(write_medicines(tmp_path / "more.jsonl", [medicine_row(900000009, "새봄골드정", "두통")]))

    after = engine.search("새봄")

    assert len(after) == len(before) + 1
    assert after.matches is not before.matches
