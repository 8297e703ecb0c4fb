"""Pharmacies nearby: filters, pages, many points, and words for people."""

import array
import datetime
import json
import sys

import numpy
import pytest

import pilling
from conftest import CENTER
from pilling import OpenState

MONDAY_TEN = datetime.datetime(2026, 7, 6, 10)


def names(result):
    return [nearby.pharmacy.name for nearby in result]


def test_direction_and_state_come_in_words(engine):
    first, second = engine.pharmacies_near(*CENTER, open_at=MONDAY_TEN)

    assert second.bearing_degrees == pytest.approx(0, abs=0.01)
    assert (second.direction(), second.direction("korean")) == ("north", "북")
    assert first.status.closes_in == datetime.timedelta(hours=9)
    assert first.status.is_holiday_known and not first.status.is_holiday
    assert first.status.in_words() == "open until 19:00"
    assert first.status.in_words("korean") == "영업 중, 19:00까지"
    assert first.today.in_words() == "09:00 to 19:00"
    assert second.today.in_words("korean") == "09:00부터 다음 날 01:00까지"
    assert first.direction() == ""
    with pytest.raises(pilling.InvalidArgument, match="'ko'"):
        first.status.in_words("ko")


def test_closing_soon_is_told(engine):
    almost_seven = datetime.datetime(2026, 7, 6, 18, 40)

    status = engine.pharmacies_near(*CENTER, open_at=almost_seven)[0].status

    assert status.is_closing_soon()
    assert not status.is_closing_soon(datetime.timedelta(minutes=10))
    assert "20 min" in status.in_words()


def test_a_public_holiday_has_hours_of_its_own(engine):
    # 광복절 2026 is a Saturday; its substitute is Monday, of whose holiday hours nothing is known.
    substitute = datetime.datetime(2026, 8, 17, 10)

    result = engine.pharmacies_near(*CENTER, open_at=substitute, include_unknown_hours=True)

    assert {nearby.state for nearby in result} == {OpenState.unknown}
    assert all(nearby.status.is_holiday for nearby in result)
    assert result.answer.warnings == ()


def test_years_that_the_calendar_does_not_cover_are_told(engine):
    result = engine.pharmacies_near(*CENTER, open_at=datetime.datetime(2031, 7, 7, 10))

    assert not result[0].status.is_holiday_known
    assert "holidays are not known" in result.answer.warnings[0]
    nobody = engine.pharmacies_near(*CENTER, open_at=datetime.datetime(2031, 7, 7, 3))
    assert not nobody and "holidays are not known" in nobody.answer.warnings[0]


def test_pages_follow_each_other(engine):
    first = engine.pharmacies_near(*CENTER, limit=2)
    second = engine.pharmacies_near(*CENTER, limit=2, after=first.next)

    assert names(first) + names(second) == names(engine.pharmacies_near(*CENTER))
    assert second.next is None
    assert first.next.id == first[-1].pharmacy.id


def test_names_and_sets_of_the_caller_filter(engine):
    assert names(engine.pharmacies_near(*CENTER, name="두 레")) == ["두레약국"]
    assert names(engine.pharmacies_near(*CENTER, ids={"C9000001", "C9000003"})) == ["한길약국", "세모약국"]
    assert names(engine.pharmacies_near(*CENTER, ids=[])) == []
    with pytest.raises(pilling.InvalidArgument, match="the ids are one str"):
        engine.pharmacies_near(*CENTER, ids="C9000001")
    with pytest.raises(pilling.InvalidArgument, match="an id is no str"):
        engine.pharmacies_near(*CENTER, ids=[None])


def test_the_radius_may_be_left_out(engine):
    assert len(engine.pharmacies_near(0, 0, radius_meters=None)) == 3
    assert names(engine.pharmacies_near(0, 0, radius_meters=None, limit=1, name="세모")) == ["세모약국"]


def test_counting_needs_no_list(engine):
    assert engine.count_pharmacies_near(*CENTER) == 3
    assert engine.count_pharmacies_near(*CENTER, radius_meters=400) == 2
    assert engine.count_pharmacies_near(*CENTER, open_at=MONDAY_TEN) == 2


def test_a_callers_own_distances_decide_the_order(engine):
    given = []

    def walk(nearby):
        given.extend(names(nearby))
        return [900, 400, float("inf")]

    result = engine.pharmacies_near(*CENTER, limit=2, rerank=walk)

    assert given == ["한길약국", "두레약국", "세모약국"]
    assert names(result) == ["두레약국", "한길약국"]
    assert result.next is None


def test_what_reranking_raises_comes_out(engine):
    def fail(nearby):
        raise LookupError("no route")

    with pytest.raises(LookupError, match="no route"):
        engine.pharmacies_near(*CENTER, rerank=fail)
    with pytest.raises(pilling.InvalidArgument):
        engine.pharmacies_near(*CENTER, rerank=lambda nearby: [1.0])
    with pytest.raises(pilling.InvalidArgument, match="position 1"):
        engine.pharmacies_near(*CENTER, rerank=lambda nearby: [1.0, None, 2.0])


@pytest.mark.parametrize("make", [numpy.array, lambda values: array.array("d", values), list])
def test_many_points_come_as_arrays(engine, make):
    latitudes, longitudes = make([CENTER[0], 37.5717]), make([CENTER[1], CENTER[1]])

    table = engine.pharmacies_near_many(latitudes, longitudes, limit=2, radius_meters=400)

    assert table.indexes.shape == table.distances_meters.shape == (2, 2)
    assert (table.indexes.dtype, table.distances_meters.dtype) == (numpy.int32, numpy.float64)
    assert [table.pharmacies[i].name for i in table.indexes[0]] == ["한길약국", "두레약국"]
    assert table.distances_meters[1][0] == pytest.approx(0)
    assert list(table.distances_meters[0]) == [
        nearby.distance_meters for nearby in engine.pharmacies_near(*CENTER, radius_meters=400)
    ]


def test_arrays_without_numpy_are_refused_in_words(engine, monkeypatch):
    monkeypatch.setitem(sys.modules, "numpy", None)

    with pytest.raises(ImportError, match="NumPy is not installed for .*; `pip install numpy`"):
        engine.pharmacies_near_many([CENTER[0]], [CENTER[1]])
    assert len(engine.pharmacies_near(*CENTER)) == 3


def test_where_there_are_no_more_the_table_says_so(engine):
    table = engine.pharmacies_near_many([0.0], [0.0], limit=3)

    assert list(table.indexes[0]) == [-1, -1, -1]
    assert numpy.isnan(table.distances_meters).all()
    assert list(table.pharmacies) == []
    with pytest.raises(IndexError):
        engine.pharmacies_near_many([CENTER[0]], [CENTER[1]]).pharmacies[-1]


def test_points_that_are_none_are_refused(engine):
    with pytest.raises(pilling.InvalidArgument, match="same length"):
        engine.pharmacies_near_many([37.5], [127.0, 127.1])
    with pytest.raises(pilling.InvalidArgument, match="91"):
        engine.pharmacies_near_many([91.0], [127.0])
    with pytest.raises(pilling.InvalidArgument, match="limit"):
        engine.pharmacies_near_many([37.5], [127.0], limit=0)


def test_geojson_has_longitude_first_and_the_page_needs_no_network(engine):
    from pilling._shell import map

    result = engine.pharmacies_near(*CENTER, open_at=MONDAY_TEN)

    document = json.loads(json.dumps(map.geojson(*CENTER, result)))
    page = map.page("<here>", "2026-07-06 10:00", result)

    assert document["type"] == "FeatureCollection"
    assert document["features"][1]["geometry"]["coordinates"] == [126.9779, 37.5663]
    assert document["features"][1]["properties"]["status_ko"] == "영업 중, 19:00까지"
    assert "한길약국" in page and "&lt;here&gt;" in page
    assert "http" not in page and "src=" not in page
