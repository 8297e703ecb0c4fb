import copy
import pickle

import pilling
import pytest
from conftest import CENTER


def round_trip(value):
    return pickle.loads(pickle.dumps(value))


def test_results_survive(engine, medicine_file):
    for value in (
        engine.search("새봄"),
        engine.search_symptom("두통"),
        engine.medicine("900000003"),
        engine.pharmacies_near(*CENTER),
        engine.import_medicines(medicine_file),
        engine.refresh(),
        engine.stats(),
    ):
        assert round_trip(value) == value
        assert copy.deepcopy(value) == value
        assert hash(round_trip(value)) == hash(value)


def test_answers_survive(engine):
    result = engine.search("새봄")

    assert round_trip(result).answer == result.answer


def test_pickles_that_name_the_one_module_of_before_are_read():
    assert pickle.loads(b"cpilling._types\nSkippedRow\n(I7\nVno name\ntR.") == pilling.SkippedRow(7, "no name")


@pytest.mark.parametrize(
    "error",
    [
        pilling.InvalidArgument("limit is 0"),
        pilling.StorageError("cannot open a.db", location="a.db"),
        pilling.NetworkError("no reply", host="example.org"),
        pilling.Timeout("no reply in time", host="example.org"),
        pilling.ServiceError("refused", service="e약은요", status=22, retry_after=1.5),
        pilling.BadData("not JSON", source="a.json", byte_offset=7),
    ],
)
def test_errors_survive(error):
    copied = round_trip(error)

    assert type(copied) is type(error)
    assert str(copied) == str(error)
    assert vars(copied) == vars(error)


def test_engines_refuse(engine, database):
    for value in (engine, pilling.AsyncEngine(database)):
        for attempt in (pickle.dumps, copy.copy, copy.deepcopy):
            with pytest.raises(TypeError, match="open an"):
                attempt(value)
