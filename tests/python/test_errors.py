import math
import os
import pathlib
import re
import shutil
import sqlite3
import subprocess
import sys

import pilling
import pytest
from conftest import CENTER


@pytest.mark.parametrize(
    ("error", "builtin"),
    [
        (pilling.InvalidArgument, ValueError),
        (pilling.StorageError, OSError),
        (pilling.NetworkError, ConnectionError),
        (pilling.Timeout, TimeoutError),
        (pilling.Timeout, pilling.NetworkError),
        (pilling.ServiceError, Exception),
        (pilling.BadData, Exception),
    ],
)
def test_errors_are_also_the_builtin_ones(error, builtin):
    assert issubclass(error, pilling.Error)
    assert issubclass(error, builtin)
    assert str(error("what and why")) == "what and why"


@pytest.mark.parametrize("limit", [0, -1, -(2**40)])
def test_a_limit_below_one_is_refused(engine, limit):
    for call in (engine.search, engine.suggest, engine.search_symptom):
        with pytest.raises(pilling.InvalidArgument, match="limit"):
            call("새봄", limit=limit)
    with pytest.raises(pilling.InvalidArgument, match="limit"):
        engine.pharmacies_near(*CENTER, limit=limit)


@pytest.mark.parametrize(("latitude", "longitude"), [(91, 0), (0, 181), (math.nan, 0), (0, math.inf)])
def test_an_impossible_position_is_refused(engine, latitude, longitude):
    with pytest.raises(ValueError):
        engine.pharmacies_near(latitude, longitude)


@pytest.mark.parametrize("radius", [-1, math.nan])
def test_an_impossible_radius_is_refused(engine, radius):
    with pytest.raises(pilling.InvalidArgument, match="radius"):
        engine.pharmacies_near(*CENTER, radius_meters=radius)


def test_half_a_character_is_refused(engine):
    for call in (engine.search, engine.suggest, engine.search_symptom, engine.medicine):
        with pytest.raises(pilling.InvalidArgument, match="surrogate"):
            call("새봄\ud83d")


def test_a_text_too_long_is_refused(engine):
    with pytest.raises(pilling.InvalidArgument, match="4096"):
        engine.search("가" * 2000)


def test_wrong_types_are_type_errors(engine):
    with pytest.raises(TypeError):
        engine.search(5)
    with pytest.raises(TypeError):
        engine.search("새봄", 5)
    with pytest.raises(TypeError):
        engine.pharmacies_near("here", "there")


@pytest.mark.parametrize("threshold", [-1, math.nan])
def test_an_impossible_threshold_is_refused(database, threshold):
    with pytest.raises(pilling.InvalidArgument, match="slow_call_threshold"):
        pilling.Engine(database, slow_call_threshold=threshold)


@pytest.mark.parametrize("timeout", [-1, math.nan])
def test_an_impossible_timeout_is_refused(database, timeout):
    with pytest.raises(pilling.InvalidArgument, match="busy_timeout"):
        pilling.Engine(database, busy_timeout=timeout)


def test_an_endless_threshold_is_fine(database):
    with pilling.Engine(database, slow_call_threshold=math.inf, busy_timeout=math.inf) as engine:
        assert engine.stats().medicines == 0


def test_a_file_that_is_no_database_is_left_alone(tmp_path):
    path = tmp_path / "notes.txt"
    path.write_text("a shopping list, rather longer than the header that every database begins with\n" * 20)
    before = path.read_bytes()

    with pytest.raises(pilling.StorageError) as raised:
        pilling.Engine(path)

    assert raised.value.location == str(path)
    assert isinstance(raised.value, OSError)
    assert str(path) in str(raised.value)
    assert path.read_bytes() == before


def test_a_database_of_another_program_is_left_alone(tmp_path):
    path = tmp_path / "other.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE songs (title TEXT)")
    connection.close()

    with pytest.raises(pilling.StorageError):
        pilling.Engine(path)

    with sqlite3.connect(path) as connection:
        assert connection.execute("SELECT name FROM sqlite_master").fetchall() == [("songs",)]
    connection.close()


def test_a_file_name_need_not_be_utf8(tmp_path):
    path = os.fsdecode(os.fsencode(tmp_path) + b"/\xff.db/none.db")

    with pytest.raises(pilling.StorageError) as raised:
        pilling.Engine(path)

    assert raised.value.location == path


def test_a_missing_file_is_a_storage_error(engine, tmp_path):
    path = tmp_path / "none.jsonl"

    with pytest.raises(pilling.StorageError) as raised:
        engine.import_medicines(path)

    assert raised.value.location == str(path)


def test_a_file_that_is_not_what_it_claims_is_bad_data(engine, tmp_path):
    path = tmp_path / "odd.json"
    path.write_text("<html>Sorry, come back later</html>")

    with pytest.raises(pilling.BadData) as raised:
        engine.import_medicines(path)

    assert raised.value.source == str(path)
    assert engine.stats().medicines == 5


def test_every_method_of_a_closed_engine_says_so(engine, medicine_file):
    engine.close()

    for call in (
        lambda: engine.search("새봄"),
        lambda: engine.suggest("새봄"),
        lambda: engine.search_symptom("두통"),
        lambda: engine.medicine("900000001"),
        lambda: engine.summarize("900000001"),
        lambda: engine.pharmacies_near(*CENTER),
        lambda: engine.import_medicines(medicine_file),
        lambda: engine.import_pharmacies(medicine_file),
        engine.refresh,
        engine.stats,
        engine.metrics_text,
    ):
        with pytest.raises(ValueError, match="closed"):
            call()


@pytest.mark.parametrize(
    ("module", "words"),
    [
        ("_core.cpython-399-x86_64-linux-gnu.so", r"was built for cpython 3\.99, and this is cpython 3\.\d+ \("),
        (None, "the compiled part of Pilling, _core, is not in "),
    ],
)
def test_a_python_that_the_module_was_not_built_for_is_told(tmp_path, module, words):
    package = tmp_path / "pilling"
    package.mkdir()
    for file in "__init__.py", "_built_for.py":
        shutil.copy(pathlib.Path(pilling.__file__).with_name(file), package)
    if module:
        (package / module).touch()

    done = subprocess.run(
        [sys.executable, "-c", "import pilling"],
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        encoding="utf-8",
        timeout=60,
    )

    last = done.stderr.splitlines()[-1]
    assert done.returncode == 1
    assert last.startswith("ImportError: ") and re.search(words, last)
    assert f"-DPython_EXECUTABLE={sys.executable}" in last
