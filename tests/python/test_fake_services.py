"""data.go.kr as the fake plays it, and what both fakes share. The model server: test_fake_models.py."""

import contextlib
import http.client
import json
import os
import pathlib
import signal
import socket
import subprocess
import sys
import threading
import urllib.parse
import xml.etree.ElementTree
from collections.abc import Iterator
from typing import Any

import pytest
from conftest import MEDICINES, write_medicines
from pilling.testing.fake_services import FakePublicData, PublicDataSettings, PublicRows, WrongControl

EASY_DRUG = "/1471000/DrbEasyDrugInfoService/getDrbEasyDrugList"
PERMITS = "/1471000/DrugPrdtPrmsnInfoService08/getDrugPrdtPrmsnInq08"
DETAILS = "/1471000/DrugPrdtPrmsnInfoService08/getDrugPrdtPrmsnDtlInq08"
CENTRE = "/B552657/ErmctInsttInfoInqireService"
HOLIDAYS = "/B090041/openapi/service/SpcdeInfoService/getRestDeInfo"
AGENT = {"User-Agent": "test"}


@pytest.fixture
def service() -> Iterator[FakePublicData]:
    with FakePublicData() as running:
        yield running


def connect(service: FakePublicData) -> http.client.HTTPConnection:
    return http.client.HTTPConnection("127.0.0.1", urllib.parse.urlsplit(service.url).port, timeout=20)


def get(service: FakePublicData, path: str, headers: dict[str, str] = AGENT, **query: object) -> tuple[int, str]:
    with contextlib.closing(connect(service)) as connection:
        connection.request("GET", f"{path}?{urllib.parse.urlencode(query)}", headers=headers)
        with connection.getresponse() as reply:
            return reply.status, reply.read().decode()


def ask(service: FakePublicData, path: str = EASY_DRUG, **query: object) -> Any:
    """The JSON of a reply. Both agencies' ways to ask for it: each ignores the other's."""
    return json.loads(get(service, path, serviceKey="k", type="json", _type="json", **query)[1])


def change(service: FakePublicData, method: str, path: str, document: object = None) -> tuple[int, Any]:
    with contextlib.closing(connect(service)) as connection:
        connection.request(method, path, body=None if document is None else json.dumps(document))
        with connection.getresponse() as reply:
            return reply.status, json.loads(reply.read())


def test_the_ministry_answers_flat_rows_of_texts(service):
    document = ask(service, itemName="활명수", numOfRows=2)

    assert document["header"] == {"resultCode": "00", "resultMsg": "NORMAL SERVICE."}
    body = document["body"]
    assert (body["pageNo"], body["numOfRows"], body["totalCount"]) == (1, 2, 3)
    assert len(body["items"]) == 2
    assert body["items"][0]["itemSeq"] == "195700020"
    assert body["items"][0]["atpnWarnQesitm"] is None


def test_without_rows_the_ministry_leaves_the_items_out(service):
    assert ask(service, itemName="없는약")["body"] == {"pageNo": 1, "totalCount": 0, "numOfRows": 10}
    assert ask(service, pageNo=99)["body"] == {"pageNo": 99, "totalCount": 180, "numOfRows": 10}


def test_unknown_parameters_are_ignored(service):
    assert ask(service, item_seq="195700020")["body"]["totalCount"] == 180


def test_rows_come_from_a_file(tmp_path):
    file = write_medicines(tmp_path / "rows.jsonl.gz", MEDICINES)

    with FakePublicData(PublicRows(medicines=file)) as service:
        assert ask(service, itemSeq="900000002")["body"]["items"][0]["itemName"] == "새봄정160밀리그램"


def test_permits_hold_products_that_the_other_service_lacks(service):
    listed = ask(service, PERMITS, item_name="모형스타틴")["body"]["items"]
    detailed = ask(service, DETAILS, item_seq=listed[0]["ITEM_SEQ"])["body"]["items"]

    assert listed[0]["SPCLTY_PBLC"] == "전문의약품"
    assert detailed[0]["EE_DOC_DATA"].startswith('<DOC title="효능효과" type="EE">\r\n')
    assert "<![CDATA[고콜레스테롤혈증]]>" in detailed[0]["EE_DOC_DATA"]
    assert ask(service, itemSeq=listed[0]["ITEM_SEQ"])["body"]["totalCount"] == 0


def test_rows_may_be_wrapped(service):
    service.set(wrapped=("easy_drug",))

    assert ask(service, itemSeq="195700020")["body"]["items"][0]["item"]["itemSeq"] == "195700020"


def test_the_medical_centre_mixes_texts_and_numbers(service):
    rows = ask(service, f"{CENTRE}/getParmacyFullDown", numOfRows=300)["response"]["body"]["items"]["item"]

    assert len(rows) == 300
    assert (rows[0]["dutyTime1s"], rows[0]["dutyTime1c"]) == ("0900", 2000)
    assert isinstance(rows[0]["wgs84Lat"], float)
    assert any("dutyTime7s" not in row for row in rows)


def test_one_row_is_an_object_and_no_row_a_text(service):
    one = ask(service, f"{CENTRE}/getParmacyBassInfoInqire", HPID="C1100001")["response"]["body"]
    none = ask(service, f"{CENTRE}/getParmacyBassInfoInqire", HPID="C0000000")["response"]["body"]

    assert one["items"]["item"]["dutyName"] == "다나약국"
    assert none == {"items": "", "numOfRows": 10, "pageNo": 1, "totalCount": 0}


def test_pharmacies_near_come_by_distance_in_kilometres(service):
    found = ask(service, f"{CENTRE}/getParmacyLcinfoInqire", WGS84_LON=126.978, WGS84_LAT=37.5665, numOfRows=20)

    distances = [row["distance"] for row in found["response"]["body"]["items"]["item"]]
    assert distances == sorted(distances)
    assert distances[0] < 0.2
    missing = ask(service, f"{CENTRE}/getParmacyLcinfoInqire", WGS84_LON=126.978)
    assert missing["response"]["header"]["resultCode"] == "11"


def test_holidays_are_those_of_a_year_or_month(service):
    year = ask(service, HOLIDAYS, solYear=2026, numOfRows=100)["response"]["body"]
    month = ask(service, HOLIDAYS, solYear=2026, solMonth="12")["response"]["body"]["items"]["item"]
    default = ask(service, HOLIDAYS, solYear=2026)["response"]["body"]["items"]["item"]

    assert year["totalCount"] == len(year["items"]["item"]) > 10
    assert month["locdate"] == 20261225
    assert len(default) == 10


def test_xml_is_what_nobody_asked_otherwise_for(service):
    _, body = get(service, EASY_DRUG, serviceKey="k", itemName="활명수")

    root = xml.etree.ElementTree.fromstring(body)
    assert root.findtext("header/resultCode") == "00"
    assert root.findtext("body/totalCount") == "3"
    assert len(root.findall("body/items/item")) == 3


def test_too_many_rows_give_nothing_or_an_error(service):
    assert get(service, EASY_DRUG, serviceKey="k", type="json", numOfRows=501) == (200, "")

    service.set(over_cap="error")

    assert ask(service, numOfRows=501)["header"]["resultCode"] == "11"


def test_pages_may_be_smaller_than_asked(service):
    service.set(row_cap=7)

    body = ask(service, numOfRows=100, pageNo=2)["body"]

    assert (len(body["items"]), body["numOfRows"], body["totalCount"]) == (7, 7, 180)


@pytest.mark.parametrize(
    ("generation", "status", "beginning"),
    [
        (1, 200, "<OpenAPI_ServiceResponse>"),
        (2, 401, "Unauthorized"),
        (3, 401, '{"OpenAPI_ServiceResponse":{"cmmMsgHeader":{"errMsg":"SERVICE_KEY_IS_NULL"'),
    ],
)
def test_a_missing_key_is_told_in_three_ways(service, generation, status, beginning):
    service.set(generation=generation)

    got, body = get(service, EASY_DRUG, type="json")

    assert got == status
    assert body.removeprefix('<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n').startswith(beginning)


def test_keys_are_told_apart():
    settings = PublicDataSettings(keys=("a+b/c==",), denied=("permits",))
    with FakePublicData(settings=settings) as service:

        def status(path: str, key: str) -> int:
            return get(service, path, serviceKey=key)[0]

        assert status(EASY_DRUG, "a+b/c==") == 200
        assert status(EASY_DRUG, "a%2Bb%2Fc%3D%3D") == 401
        assert status(EASY_DRUG, "other") == 401
        assert status(PERMITS, "a+b/c==") == 403


def test_a_client_without_a_name_is_refused(service):
    assert get(service, EASY_DRUG, {}, serviceKey="k") == (403, "Forbidden")


def test_wrong_paths_are_told_apart(service):
    service.set(generation=2)

    assert get(service, EASY_DRUG + "9", serviceKey="k") == (404, "API not found")
    assert get(service, "/1471000/NoService/getNothing", serviceKey="k") == (500, "Unexpected errors")


def test_a_quota_holds_for_a_day_in_korea_and_one_operation():
    now = [1_800_000_000.0]
    settings = PublicDataSettings(generation=2, quota=2)
    with FakePublicData(settings=settings, now=lambda: now[0]) as service:
        answers = [get(service, EASY_DRUG, serviceKey="k") for _ in range(3)]

        assert [status for status, _ in answers] == [200, 200, 429]
        assert answers[2][1] == "API token quota exceeded"
        assert get(service, HOLIDAYS, serviceKey="k", solYear=2026)[0] == 200
        now[0] += 86_400
        assert get(service, EASY_DRUG, serviceKey="k")[0] == 200


def test_calls_of_one_second_are_limited():
    with FakePublicData(settings=PublicDataSettings(generation=2, per_second=1), now=lambda: 1e9) as service:
        get(service, EASY_DRUG, serviceKey="k")

        assert get(service, EASY_DRUG, serviceKey="k") == (429, "API rate limit exceeded")


def test_faults_strike_as_often_as_they_should_and_where(service):
    service.fail("agency", code="05", operation="easy_drug", times=2, after=1)

    codes = [ask(service)["header"]["resultCode"] for _ in range(4)]

    assert codes == ["00", "05", "05", "00"]
    assert ask(service, HOLIDAYS, solYear=2026)["response"]["header"]["resultCode"] == "00"


def test_faults_of_the_way_spoil_replies(service):
    for fault in ("empty", "html", "xml"):
        service.fail(fault)

    assert get(service, EASY_DRUG, serviceKey="k", type="json") == (200, "")
    status, page = get(service, EASY_DRUG, serviceKey="k", type="json")
    assert (status, page[:15]) == (502, "<!DOCTYPE html>")
    assert get(service, EASY_DRUG, serviceKey="k", type="json")[1].startswith("<?xml")


def test_replies_break_off_or_never_come(service):
    service.fail("truncated")
    service.fail("reset")

    with pytest.raises(http.client.IncompleteRead):
        ask(service)
    with pytest.raises(ConnectionResetError):
        ask(service)
    assert ask(service)["header"]["resultCode"] == "00"


@pytest.mark.parametrize(
    ("fault", "second_page", "total"),
    [
        ("repeated_rows", [1, 2], 5),
        ("moved_rows", [1, 2], 6),
        ("lost_rows", [3, 4], 4),
        ("changed_rows", [2, 2, 3], 5),
        ("short_page", [2], 5),
    ],
)
def test_rows_move_between_pages(tmp_path, fault, second_page, total):
    file = write_medicines(tmp_path / "rows.jsonl", MEDICINES)
    with FakePublicData(PublicRows(medicines=file)) as service:
        service.fail(fault, after=1)
        ask(service, numOfRows=2)

        body = ask(service, numOfRows=2, pageNo=2)["body"]

    assert [int(row["itemSeq"]) - 900000001 for row in body["items"]] == second_page
    assert body["totalCount"] == total


def test_rates_are_drawn_by_the_seed():
    def draw(seed: int) -> list[bool]:
        with FakePublicData(seed=seed) as service:
            service.fail("agency", rate=0.5)
            return [ask(service)["header"]["resultCode"] == "01" for _ in range(24)]

    assert draw(1) == draw(1)
    assert draw(1) != draw(2)
    assert 4 <= sum(draw(1)) <= 20


def test_control_plans_and_forgets_faults(service):
    status, state = change(
        service, "POST", "/control", {"faults": [{"fault": "quota", "times": None}], "settings": {"generation": 1}}
    )

    assert status == 200
    assert state["faults"][0]["fault"] == "quota"
    assert get(service, EASY_DRUG, serviceKey="k")[1].startswith("<OpenAPI_ServiceResponse>")
    assert change(service, "GET", "/control")[1]["settings"]["generation"] == 1
    change(service, "DELETE", "/control")
    assert ask(service)["header"]["resultCode"] == "00"
    assert change(service, "GET", "/control")[1]["settings"]["generation"] == 3


def test_control_refuses_what_it_does_not_know(service):
    for wrong in ({"faults": [{"fault": "typhoon"}]}, {"settings": {"colour": 1}}, {"mood": 1}, []):
        status, answer = change(service, "POST", "/control", wrong)

        assert status == 400
        assert answer["error"]
    assert change(service, "GET", "/control/nothing")[0] == 404
    with pytest.raises(WrongControl, match="typhoon"):
        service.fail("typhoon")


def test_the_log_counts_operations_and_questions_without_keys(service):
    service.fail("quota", after=2)
    for _ in range(3):
        get(service, EASY_DRUG, serviceKey="SECRET", itemName="활명수")
    ask(service, HOLIDAYS, solYear=2026)

    log = change(service, "GET", "/control/log")[1]

    assert log["requests"] == 4
    drugs = log["operations"]["easy_drug"]
    assert (drugs["requests"], drugs["statuses"], drugs["faults"]) == (3, {"200": 2, "429": 1}, {"quota": 1})
    assert drugs["questions"] == {"itemName=활명수": 3}
    assert "SECRET" not in json.dumps(log)
    change(service, "DELETE", "/control/log")
    assert change(service, "GET", "/control/log")[1]["requests"] == 0


def test_many_clients_are_served_at_once(service):
    gate = threading.Barrier(16)
    answers: list[str] = []

    def client() -> None:
        gate.wait()
        answers.extend(ask(service)["header"]["resultCode"] for _ in range(5))

    threads = [threading.Thread(target=client) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert answers == ["00"] * 80
    assert service.log.as_json()["requests"] == 80


def test_stopping_lets_late_replies_go_and_frees_the_port():
    service = FakePublicData(latency_seconds=3600)
    port = urllib.parse.urlsplit(service.url).port
    connection = connect(service)
    connection.request("GET", f"{EASY_DRUG}?serviceKey=k", headers=AGENT)
    while not service.log.as_json()["requests"]:
        pass  # The request is on its way.

    service.stop()

    assert connection.getresponse().status == 200
    connection.close()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=5)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_command_serves_until_it_is_interrupted(number, tmp_path):
    command = [sys.executable, "-m", "pilling.testing.fake_services", "--fault", "data.go.kr:agency", "--seed", "3"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=tmp_path, text=True) as process:
        assert process.stdout
        url = process.stdout.readline().split()[1]
        model = process.stdout.readline().split()[1]
        address = urllib.parse.urlsplit(url).netloc
        with contextlib.closing(http.client.HTTPConnection(address, timeout=20)) as connection:
            connection.request("GET", f"{EASY_DRUG}?serviceKey=k&type=json", headers=AGENT)
            body = connection.getresponse().read()
        process.send_signal(number)
        output, errors = process.communicate(timeout=30)

    assert b'"resultCode":"01"' in body
    assert model.endswith("/v1")
    assert "ended after 1 requests to data.go.kr" in output
    assert (process.returncode, errors) == (0, "")


def test_the_command_runs_another_and_says_what_is_wrong(tmp_path):
    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "pilling.testing.fake_services", *arguments]
        return subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, env=os.environ, timeout=60)

    assert "Ctrl-C" in run("--help").stdout
    missing = run("--medicines", str(pathlib.Path("nowhere.jsonl")))
    assert (missing.returncode, "nowhere.jsonl" in missing.stderr) == (2, True)
    inner = "import sys, urllib.request as u; print(u.urlopen(sys.argv[1] + '/control').status); sys.exit(5)"
    command = run("--seed", "1", "--", sys.executable, "-c", inner, "{public_data}")
    assert (command.returncode, command.stdout, command.stderr) == (5, "200\n", "")
    unknown = run("--fault", "typhoon")
    assert (unknown.returncode, "typhoon" in unknown.stderr) == (2, True)
