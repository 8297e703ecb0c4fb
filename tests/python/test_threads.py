import gc
import threading
import weakref
from concurrent.futures import ThreadPoolExecutor

import pilling
import pytest
from conftest import CENTER, MEDICINES, many_medicines, write_medicines


def test_eight_threads_search_while_one_imports(engine, tmp_path):
    path = write_medicines(tmp_path / "many.jsonl", many_medicines(2000))
    is_done = threading.Event()

    def search() -> int:
        rounds = 0
        while not is_done.is_set() or rounds == 0:
            assert engine.search("새봄정500밀리그램")[0].medicine.id == "900000001"
            assert engine.search_symptom("코막힘")[0].medicine.id == "900000004"
            assert len(engine.pharmacies_near(*CENTER)) == 3
            rounds += 1
        return rounds

    with ThreadPoolExecutor(8) as threads:
        searches = [threads.submit(search) for _ in range(8)]
        try:
            report = engine.import_medicines(path)
        finally:
            is_done.set()

    assert all(search.result() > 0 for search in searches)
    assert report.added == 2000
    assert engine.stats().medicines == len(MEDICINES) + 2000


def test_other_threads_go_on_while_one_waits_in_cpp(database, medicine_file, write_lock, patient_threads):
    """Only another Python thread can give back the lock that the import waits for: with the GIL held it would fail."""
    is_ready = threading.Event()
    reports = []

    def release() -> None:
        is_ready.wait()
        write_lock.rollback()

    thread = threading.Thread(target=release)
    thread.start()
    with pilling.Engine(database) as engine:
        is_ready.set()
        reports.append(engine.import_medicines(medicine_file))
    thread.join()

    assert reports[0].added == len(MEDICINES)


def test_closing_lets_calls_under_way_end(database, tmp_path):
    path = write_medicines(tmp_path / "many.jsonl", many_medicines(600))
    engine = pilling.Engine(database)
    has_begun, may_go_on = threading.Event(), threading.Event()

    def wait(done: int, total: int) -> None:
        has_begun.set()
        may_go_on.wait()

    with ThreadPoolExecutor(1) as threads:
        importing = threads.submit(engine.import_medicines, path, on_progress=wait)
        has_begun.wait()
        engine.close()
        with pytest.raises(ValueError, match="closed"):
            engine.search("새봄")
        may_go_on.set()
        assert importing.result().added == 600

    with pilling.Engine(database) as again:
        assert again.stats().medicines == 600


def test_many_threads_may_close(database):
    engine = pilling.Engine(database)

    with ThreadPoolExecutor(8) as threads:
        for closing in [threads.submit(engine.close) for _ in range(32)]:
            closing.result()

    assert repr(engine).endswith("closed)")


def test_threads_race_with_close(database, medicine_file):
    for _ in range(20):
        engine = pilling.Engine(database)

        def search() -> None:
            while True:
                try:
                    engine.search("새봄")
                except ValueError:
                    return

        with ThreadPoolExecutor(4) as threads:
            searches = [threads.submit(search) for _ in range(4)]
            engine.close()
        assert all(search.result() is None for search in searches)


def test_closing_lets_go_of_the_slow_call_hook(database):
    class Hook:
        def __call__(self, call: pilling.SlowCall) -> None:
            pass

    hook = Hook()
    is_alive = weakref.ref(hook)
    engine = pilling.Engine(database, on_slow_call=hook)
    del hook
    assert is_alive() is not None

    engine.close()
    gc.collect()

    assert is_alive() is None


def test_a_forgotten_engine_is_closed(database, medicine_file):
    engine = pilling.Engine(database)
    engine.import_medicines(medicine_file)
    del engine

    with pilling.Engine(database) as again:
        assert again.stats().medicines == len(MEDICINES)
