import pathlib
import subprocess
import sys
import time

import pilling
import pytest
from conftest import many_medicines, write_medicines

READERS = 8
OLD, NEW = 200, 300

# Searches without end. Whatever it finds must be all of one edition, and never the old one after the new one.
READER = """
import sys
import pilling

database, old, new = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
companies, is_new = {old: "옛회사", new: "새회사"}, False
with pilling.Engine(database) as engine:
    while not is_new:
        found = engine.search_symptom("두통", limit=1000)
        assert {match.medicine.company for match in found} == {companies[len(found)]}
        assert engine.stats().medicines in companies
        if engine.search("가나", limit=1)[0].medicine.company == "옛회사":
            print("old", flush=True)
        is_new = len(found) == new
    assert engine.stats().medicines == new
    assert engine.stats().watch_failures == 0
print("new", flush=True)
"""


def edition(path: pathlib.Path, count: int, company: str) -> pathlib.Path:
    rows = many_medicines(count)
    for row in rows:
        row |= {"entpName": company, "efcyQesitm": "이 약은 두통에 사용합니다.", "itemName": "가나" + row["itemName"]}
    return write_medicines(path, rows)


def test_eight_processes_read_while_one_imports(database, tmp_path):
    old = edition(tmp_path / "old.jsonl", OLD, "옛회사")
    new = edition(tmp_path / "new.jsonl", NEW, "새회사")
    with pilling.Engine(database) as writer:
        writer.import_medicines(old)
        command = [sys.executable, "-c", READER, str(database), str(OLD), str(NEW)]
        readers = [
            subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(READERS)
        ]
        for reader in readers:
            assert reader.stdout.readline() == "old\n"
        writer.import_medicines(new)

    for reader in readers:
        output, errors = reader.communicate(timeout=120)
        assert errors == ""
        assert reader.returncode == 0
        assert output.endswith("new\n")


def test_without_a_watch_only_its_own_imports_are_seen(database, medicine_file, tmp_path):
    with pilling.Engine(database, watch_interval=0) as still, pilling.Engine(database, watch_interval=0.001) as watching:
        with pilling.Engine(database) as writer:
            writer.import_medicines(medicine_file)
        deadline = time.monotonic() + 60
        while watching.stats().watch_loads == 0 and time.monotonic() < deadline:
            pass

        assert (watching.stats().medicines, watching.stats().watch_loads) == (5, 1)
        assert (still.stats().medicines, still.stats().watch_loads) == (0, 0)
        assert "pilling_watch_loads_total 1" in watching.metrics_text()


@pytest.mark.parametrize("interval", [-1, float("nan")])
def test_an_impossible_interval_is_refused(database, interval):
    with pytest.raises(pilling.InvalidArgument, match="watch_interval"):
        pilling.Engine(database, watch_interval=interval)


# What a worker of gunicorn does that was forked after the application had been loaded, engine and all.
FORKED = """
import asyncio
import os
import sys
import traceback
import pilling

USES = (
    lambda engine: engine.search("새봄정"),
    lambda engine: engine.import_medicines(sys.argv[2]),
    lambda engine: engine.stats(),
    lambda engine: engine.metrics_text(),
)

def uses_of_parents_engine(engine):
    for use in USES:
        try:
            use(engine)
        except ValueError as error:
            assert "opened before this process was forked" in str(error) and "after the fork" in str(error)
        else:
            raise AssertionError("the parent's engine answered")

async def uses_of_parents_async_engine(engine):
    try:
        await engine.search("새봄정")
    except ValueError as error:
        assert "opened before this process was forked" in str(error)
    else:
        raise AssertionError("the parent's engine answered")

def in_child(work):
    child = os.fork()
    if child == 0:
        try:
            work()
        except BaseException:
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0

def child_of(engine, asynchronous):
    uses_of_parents_engine(engine)
    with pilling.Engine(sys.argv[1]) as own:
        assert len(own.search("새봄정")) > 0
    engine.close()
    asyncio.new_event_loop().run_until_complete(uses_of_parents_async_engine(asynchronous))

async def opened():
    engine = await pilling.AsyncEngine(sys.argv[1]).__aenter__()
    await engine.search("새봄정")
    return engine

with pilling.Engine(sys.argv[1]) as engine:
    asynchronous = asyncio.new_event_loop().run_until_complete(opened())
    in_child(lambda: child_of(engine, asynchronous))
    assert len(engine.search("새봄정")) > 0
"""


def test_an_engine_opened_before_a_fork_is_refused_in_the_child_and_goes_on_in_the_parent(
    database, medicine_file, engine
):
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", FORKED, str(database), str(medicine_file)],
        capture_output=True,
        encoding="utf-8",
        timeout=120,
    )

    assert (done.returncode, done.stderr) == (0, "")
