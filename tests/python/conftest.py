import gzip
import json
import os
import pathlib
import sqlite3
import sys
from collections.abc import Callable, Iterator

import pilling
import pytest

ROOT = pathlib.Path(__file__).parents[2]


def medicine_row(code: int, name: str, efficacy: str, **more: str) -> dict[str, str]:
    return {
        "itemSeq": str(code),
        "itemName": name,
        "entpName": "들꽃제약(주)",
        "efcyQesitm": efficacy,
        "useMethodQesitm": "하루 세 번 물과 함께 드십시오.",
        "openDe": "2020-03-02",
        "updateDe": "2024-01-16",
        **more,
    }


MEDICINES = [
    medicine_row(900000001, "새봄정500밀리그램", "이 약은 두통, 치통, 열이 나는 감기에 사용합니다."),
    medicine_row(900000002, "새봄정160밀리그램", "이 약은 두통, 치통, 열이 나는 감기에 사용합니다."),
    medicine_row(900000003, "어린이새봄시럽", "이 약은 기침, 가래에 사용합니다.", itemImage="https://example.org/a.png"),
    medicine_row(900000004, "푸른솔연질캡슐(멘톨)", "이 약은 코막힘, 재채기의 완화에 사용합니다."),
    medicine_row(900000005, "Haneul Plus 정", "이 약은 속쓰림, 소화불량(체함)에 사용합니다."),
]

# One for each digit: a number in a name would match whole numbers only.
SYLLABLES = "가나다라마바사아자차"


def many_medicines(count: int) -> list[dict[str, str]]:
    def name(number: int) -> str:
        return "".join(SYLLABLES[int(digit)] for digit in f"{number:05}") + "정"

    return [
        medicine_row(910000000 + number, name(number), f"이 약은 {name(number)[:-1]}통에 사용합니다.")
        for number in range(count)
    ]


def pharmacy_row(code: str, name: str, latitude: float, longitude: float, **hours: object) -> dict[str, object]:
    return {
        "hpid": code,
        "dutyName": name,
        "dutyAddr": "어느시 어느구 어느길 1",
        "dutyTel1": f"02-555-{code[-4:]}",
        "wgs84Lat": latitude,
        "wgs84Lon": longitude,
        **hours,
    }


# The last two rows have strings and numbers mixed, and no hours at all. Monday is day 1.
PHARMACIES = [
    pharmacy_row("C9000001", "한길약국", 37.5663, 126.9779, dutyTime1s="0900", dutyTime1c="1900"),
    pharmacy_row("C9000002", "두레약국", 37.5690, 126.9779, dutyTime1s="0900", dutyTime1c=2500),
    pharmacy_row("C9000003", "세모약국", 37.5717, 126.9779),
]

CENTER = (37.5663, 126.9779)


def write_medicines(path: pathlib.Path, rows: list[dict[str, str]]) -> pathlib.Path:
    text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()
    path.write_bytes(gzip.compress(text) if path.suffix == ".gz" else text)
    return path


def write_pharmacies(path: pathlib.Path, rows: list[dict[str, object]]) -> pathlib.Path:
    body = {"items": {"item": rows}, "numOfRows": len(rows), "pageNo": 1, "totalCount": len(rows)}
    reply = {"response": {"header": {"resultCode": "00", "resultMsg": "NORMAL SERVICE."}, "body": body}}
    path.write_text(json.dumps(reply, ensure_ascii=False), encoding="utf-8")
    return path


@pytest.fixture
def medicine_file(tmp_path: pathlib.Path) -> pathlib.Path:
    return write_medicines(tmp_path / "medicines.jsonl", MEDICINES)


@pytest.fixture
def pharmacy_file(tmp_path: pathlib.Path) -> pathlib.Path:
    return write_pharmacies(tmp_path / "pharmacies.json", PHARMACIES)


@pytest.fixture
def database(tmp_path: pathlib.Path) -> pathlib.Path:
    return tmp_path / "pilling.db"


@pytest.fixture
def engine(
    database: pathlib.Path, medicine_file: pathlib.Path, pharmacy_file: pathlib.Path
) -> Iterator[pilling.Engine]:
    with pilling.Engine(database) as opened:
        opened.import_medicines(medicine_file)
        opened.import_pharmacies(pharmacy_file)
        yield opened


@pytest.fixture
def write_lock(database: pathlib.Path) -> Iterator[sqlite3.Connection]:
    """Holds the database's write lock until it is closed or rolled back: an import waits for it inside C++."""
    with pilling.Engine(database):
        pass
    connection = sqlite3.connect(database, isolation_level=None, check_same_thread=False)
    connection.execute("BEGIN IMMEDIATE")
    yield connection
    connection.close()


@pytest.fixture
def patient_threads() -> Iterator[None]:
    """Python threads change only where one of them lets go of the GIL."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1000)
    yield
    sys.setswitchinterval(before)


@pytest.fixture(scope="session")
def real_data() -> Callable[[str], pathlib.Path]:
    folder = pathlib.Path(os.environ.get("PILLING_DATA_DIR") or ROOT.parent / "shared" / "data")

    def find(relative: str) -> pathlib.Path:
        path = folder / relative
        if not path.exists():
            pytest.skip(f"{relative} is not there; PILLING_DATA_DIR names the folder of the real data")
        return path

    return find
