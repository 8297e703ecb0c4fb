import asyncio
import inspect
import threading

import pilling
import pytest
from conftest import CENTER, MEDICINES, many_medicines, write_medicines


def run(work):
    return asyncio.run(work, debug=True)


def test_all_calls_can_be_awaited(database, medicine_file, pharmacy_file):
    async def use():
        async with pilling.AsyncEngine(database) as engine:
            assert (await engine.import_medicines(medicine_file)).added == len(MEDICINES)
            assert (await engine.import_pharmacies(pharmacy_file)).added == 3
            assert (await engine.search("새봄정500밀리그램"))[0].medicine.id == "900000001"
            assert len(await engine.suggest("새봄정", limit=1)) == 1
            assert (await engine.search_symptom("코막힘"))[0].medicine.id == "900000004"
            assert (await engine.medicine("900000003")).name == "어린이새봄시럽"
            assert (await engine.summarize("900000003", "가래")).indications
            assert len(await engine.pharmacies_near(*CENTER, limit=2)) == 2
            assert (await engine.refresh()).is_complete
            assert (await engine.stats()).medicines == len(MEDICINES)
            assert "search" in await engine.metrics_text()

    run(use())


def test_calls_run_side_by_side(database, medicine_file):
    async def use():
        async with pilling.AsyncEngine(database, threads=4) as engine:
            await engine.import_medicines(medicine_file)
            return await asyncio.gather(*(engine.search(row["itemName"]) for row in MEDICINES * 10))

    results = run(use())

    assert [result[0].medicine.id for result in results] == [row["itemSeq"] for row in MEDICINES * 10]


def test_the_event_loop_goes_on_while_a_call_waits(database, medicine_file, write_lock):
    async def use():
        async with pilling.AsyncEngine(database) as engine:
            importing = asyncio.create_task(engine.import_medicines(medicine_file))
            await asyncio.sleep(0)
            write_lock.rollback()
            return await importing

    assert run(use()).added == len(MEDICINES)


def test_a_cancelled_import_leaves_nothing(database, tmp_path):
    path = write_medicines(tmp_path / "many.jsonl", many_medicines(600))
    may_go_on = threading.Event()

    async def use():
        loop = asyncio.get_running_loop()
        has_begun = asyncio.Event()

        def wait(done: int, total: int) -> None:
            loop.call_soon_threadsafe(has_begun.set)
            may_go_on.wait()

        async with pilling.AsyncEngine(database, threads=1) as engine:
            importing = asyncio.create_task(engine.import_medicines(path, on_progress=wait))
            await has_begun.wait()
            importing.cancel()
            with pytest.raises(asyncio.CancelledError):
                await importing
            may_go_on.set()
            return await engine.stats()

    assert run(use()).medicines == 0


def test_errors_come_through(database):
    async def use():
        async with pilling.AsyncEngine(database) as engine:
            with pytest.raises(pilling.InvalidArgument):
                await engine.search("새봄", limit=0)

    run(use())


def test_a_database_that_cannot_be_opened_raises(tmp_path):
    async def use():
        async with pilling.AsyncEngine(tmp_path):
            pytest.fail("a folder was opened")

    with pytest.raises(pilling.StorageError):
        run(use())


def test_it_must_be_open(database):
    async def use():
        engine = pilling.AsyncEngine(database)
        with pytest.raises(ValueError, match="async with"):
            await engine.search("새봄")
        async with engine:
            pass
        await engine.close()
        with pytest.raises(ValueError, match="closed"):
            await engine.search("새봄")
        with pytest.raises(ValueError, match="once"):
            await engine.__aenter__()
        return repr(engine)

    assert run(use()).endswith("closed)")


def test_it_has_the_methods_of_the_engine():
    def signatures(kind):
        return {
            name: inspect.signature(method)
            for name, method in inspect.getmembers(kind, inspect.isfunction)
            if not name.startswith("_")
        }

    assert signatures(pilling.AsyncEngine) == signatures(pilling.Engine)
