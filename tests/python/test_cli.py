import contextlib
import io
import json
import os
import pathlib
import pty
import subprocess
import sys

import pilling
import pytest
from conftest import CENTER, MEDICINES, many_medicines, write_medicines
from pilling._shell import program, terminal


def command(*arguments: object) -> list[str]:
    return [sys.executable, "-m", "pilling", *map(str, arguments)]


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    """One command in this process: a new one would take most of its time to import modules."""
    output, errors = (io.TextIOWrapper(io.BytesIO(), encoding="ascii") for _ in range(2))
    with contextlib.redirect_stdout(output), contextlib.redirect_stderr(errors):
        try:
            code = program.main([*map(str, arguments)])
        except SystemExit as left:  # how argparse goes
            code = left.code
    texts = []
    for stream in (output, errors):
        stream.flush()
        texts.append(stream.buffer.getvalue().decode("utf-8"))
    return subprocess.CompletedProcess(arguments, code, *texts)


def run_process(*arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(*arguments), env={**os.environ, **environment}, capture_output=True, encoding="utf-8", timeout=120
    )


def run_in_terminal(*arguments: object, **environment: str) -> str:
    """What a person would see: both streams are one pseudo-terminal."""
    try:
        ours, theirs = pty.openpty()
    except OSError:
        pytest.skip("this system offers no pseudo-terminals; mount /dev/pts to run this test")
    process = subprocess.Popen(command(*arguments), env={**os.environ, **environment}, stdout=theirs, stderr=theirs)
    os.close(theirs)
    seen = b""
    try:
        while chunk := os.read(ours, 65536):
            seen += chunk
    except OSError:  # Linux says so when the other side is closed.
        pass
    os.close(ours)
    assert process.wait(timeout=120) == 0
    return seen.decode("utf-8")


@pytest.fixture
def filled(engine: pilling.Engine, database: pathlib.Path) -> pathlib.Path:
    return database


def test_import_prints_a_report(database, medicine_file, pharmacy_file):
    done = run_process("--database", database, "import", "--medicines", medicine_file, "--pharmacies", pharmacy_file)

    assert done.returncode == 0, done.stderr
    assert "5 rows of medicines" in done.stdout
    assert "5 added" in done.stdout
    assert "3 rows of pharmacies" in done.stdout
    assert done.stderr == ""


def test_import_lists_the_first_bad_rows(database, tmp_path):
    bad = [{"itemName": f"번호 없는 약 {number}"} for number in range(7)]
    path = write_medicines(tmp_path / "bad.jsonl", [MEDICINES[0], *bad])

    done = run("--database", database, "import", "--medicines", path)

    assert done.returncode == 0
    assert "7 skipped" in done.stdout
    assert "line 2, skipped: " in done.stdout
    assert "line 7, skipped" not in done.stdout
    assert "2 more skipped" in done.stdout


def test_import_as_json(database, medicine_file):
    done = run("import", "--json", "--medicines", medicine_file, "--database", database)

    (report,) = json.loads(done.stdout)["imports"]
    assert report["kind"] == "medicines"
    assert report["file"] == str(medicine_file)
    assert (report["rows"], report["added"], report["skipped"]) == (5, 5, [])


def test_search_shows_kind_name_and_summary(filled):
    done = run_process("--database", filled, "search", "새봄정", "500밀리그램")

    assert done.returncode == 0
    assert done.stdout.splitlines()[0].split() == ["exact", "900000001", "새봄정500밀리그램", "들꽃제약(주)"]
    assert "두통" in done.stdout.splitlines()[1]
    assert "\x1b" not in done.stdout


def test_search_as_json_has_stable_keys(filled):
    document = json.loads(run("search", "새봄", "--json", "--limit", 2, "--database", filled).stdout)

    assert list(document) == ["query", "matches", "answer"]
    assert document["query"] == "새봄"
    assert len(document["matches"]) == 2
    assert list(document["matches"][0]) == [
        "medicine",
        "kind",
        "reading",
        "field",
        "edits",
        "score",
        "text",
        "spans",
        "approximate",
        "why",
    ]
    assert document["matches"][0]["kind"] == "brand"
    assert document["matches"][0]["spans"] == [[0, 2]]
    assert document["matches"][0]["medicine"]["summary"]["made_at"].endswith("+00:00")
    assert document["answer"]["origin"] == "index"


def test_search_asks_when_no_name_is_that(filled):
    done = run("--database", filled, "search", "새붐정", "500밀리그램")

    asked, name, why = done.stdout.splitlines()[:3]
    assert done.returncode == 0
    assert asked == "No name is 새붐정 500밀리그램. Did you mean:"
    assert name.split() == ["fuzzy", "900000001", "새봄정500밀리그램", "들꽃제약(주)"]
    assert why.strip() == "a similar spelling, 1 stroke away"


def test_search_asks_once_and_says_that_the_strength_is_another(filled):
    lines = run("--database", filled, "search", "새봄정", "20mg").stdout.splitlines()

    assert lines[0] == "No name is 새봄정 20mg. Did you mean:"
    assert sum("Did you mean" in line for line in lines) == 1
    assert [line.split()[0] for line in lines if "새봄정" in line][1:] == ["partial", "partial"]
    assert sum(line.strip() == "the text without its numbers, which were not found so" for line in lines) == 2


def test_search_parts_similar_names_from_those_that_hold_the_text(database, tmp_path):
    rows = [
        {**MEDICINES[0], "itemSeq": "900000011", "itemName": "어린하늘빛큰시럽"},
        {**MEDICINES[0], "itemSeq": "900000012", "itemName": "하늘빗정"},
    ]
    run("--database", database, "import", "--medicines", write_medicines(tmp_path / "alike.jsonl", rows))

    lines = run("--database", database, "search", "하늘빛").stdout.splitlines()

    (border,) = [position for position, line in enumerate(lines) if line == "Similar names:"]
    assert lines[0].split()[:3] == ["inside", "900000011", "어린하늘빛큰시럽"]
    assert lines[border + 1].split()[:3] == ["fuzzy", "900000012", "하늘빗정"]
    assert not any("Did you mean" in line for line in lines)


def test_search_says_why_only_where_the_name_does_not(filled):
    found = run("--database", filled, "search", "새봄").stdout
    initials = run("--database", filled, "search", "ㅅㅂㅈ").stdout

    assert "Did you mean" not in found + initials
    assert "Similar names" not in found + initials
    assert "the whole brand" not in found
    assert "initial consonants" in initials


def test_search_as_json_says_why_and_that_it_is_approximate(filled):
    (match, *_) = json.loads(run("search", "새붐정500밀리그램", "--json", "--database", filled).stdout)["matches"]

    assert (match["kind"], match["edits"], match["approximate"]) == ("fuzzy", 1, True)
    assert match["why"] == "a similar spelling, 1 stroke away"


def test_search_says_why_a_number_that_goes_on_is_approximate(filled):
    lines = run("search", "새봄정5", "--database", filled).stdout.splitlines()

    assert lines[0].startswith("No name is")
    assert "a part of the name whose number goes on" in [line.strip() for line in lines]


def test_search_says_that_the_text_was_typed_in_the_other_layout(filled):
    assert "typed with the Latin keyboard layout" in run("search", "toqha", "--database", filled).stdout


def test_symptom(filled):
    done = run("symptom", "코막힘", "--database", filled)
    document = json.loads(run("symptom", "코막힘", "--database", filled, "--json").stdout)

    assert "푸른솔연질캡슐(멘톨)" in done.stdout
    assert "코막힘" in done.stdout
    assert "understood: 코막힘" in done.stdout
    assert document["matches"][0]["concepts"] == ["stuffy_nose"]
    assert document["understood"][0]["name"] == "코막힘"
    assert document["red_flag"] is None
    assert document["matches"][0]["missing"] == []
    assert "not for" not in done.stdout


def test_symptom_says_what_a_medicine_is_not_for(filled):
    done = run("symptom", "코가 막히고", "두드러기가 났어요", "--database", filled)

    assert done.returncode == 0
    assert "not for: 두드러기" in done.stdout


def test_symptom_says_what_is_not_there(filled):
    done = run("symptom", "기침은 없고 코가 막혀요", "--database", filled)

    assert "not there:  기침" in done.stdout


def test_symptom_shows_a_red_flag_and_no_medicine(filled):
    done = run("symptom", "코가 막히고 가슴이 조여요", "--database", filled)

    assert done.stdout.startswith("!! 가슴 통증: 119\n")
    assert "푸른솔" not in done.stdout


def test_a_red_flag_is_an_answer_to_scripts_too(filled):
    for arguments in (), ("--json",):
        done = run("symptom", "코가 막히고 가슴이 조여요", "--database", filled, *arguments)

        assert done.returncode == 0
        assert "119" in done.stdout
        assert run("symptom", "하늘이 파랗다", "--database", filled, *arguments).returncode == 1


def test_symptom_shows_notes_and_how_it_read(filled):
    noted = run("symptom", "임산부 코막힘", "--database", filled)
    switched = run("symptom", "zhakrgla", "--database", filled)

    assert noted.stdout.startswith("!  임신: ")
    assert "푸른솔" in noted.stdout
    assert "switched to Korean" in switched.stdout
    assert "understood: 코막힘" in switched.stdout


def test_symptom_reads_another_table(filled, tmp_path):
    table = tmp_path / "concepts.txt"
    table.write_text("version 1\nconcept nose 코\n  text: 코막힘\n  say: 코 뚫다\n  from: test\n", encoding="utf-8")
    wrong = tmp_path / "wrong.txt"
    wrong.write_text("version 1\nthing\n", encoding="utf-8")

    done = run("symptom", "코를 뚫어 주세요", "--concepts", table, "--database", filled)
    refused = run("symptom", "코", "--concepts", wrong, "--database", filled)

    assert "푸른솔연질캡슐(멘톨)" in done.stdout
    assert "line 2" in refused.stderr


def test_usage_and_errors_name_a_command_that_can_be_typed(tmp_path):
    usage = run_process("--help").stdout
    error = run_process("--database", tmp_path / "none.db", "stats").stderr

    typed = f"{os.path.basename(sys.executable)} -m pilling"
    assert usage.startswith(f"usage: {typed} ")
    assert f"`{typed} import --help`" in error


def test_import_says_what_the_file_does_not_name(filled, tmp_path):
    path = write_medicines(tmp_path / "newer.jsonl", MEDICINES[:2])

    done = run("--database", filled, "import", "--medicines", path)

    assert "3 medicines of the database are not in this file; they stay" in done.stdout


def test_import_says_what_is_older_than_the_database(filled, tmp_path):
    path = write_medicines(tmp_path / "older.jsonl", [{**MEDICINES[0], "updateDe": "2023-12-31"}, *MEDICINES[1:]])

    done = run("--database", filled, "import", "--medicines", path)
    again = run("--database", filled, "import", "--json", "--medicines", path)

    assert "  1 older than what the database holds, and not written" in done.stdout
    assert json.loads(again.stdout)["imports"][0]["older"] == 1


def test_an_import_of_a_missing_file_makes_no_database(database):
    done = run("--database", database, "import", "--medicines", "/nonexistent")

    assert done.returncode == 3
    assert "/nonexistent" in done.stderr
    assert not database.exists()


def test_stats_of_a_path_that_is_not_utf8(medicine_file, tmp_path):
    path = os.fsdecode(os.fsencode(tmp_path) + b"/\xff.db")
    run_process("--database", path, "import", "--medicines", medicine_file)

    done = run_process("--database", path, "stats")

    assert done.returncode == 0, done.stderr
    assert "Medicines            5" in done.stdout


def test_an_unexpected_exception_does_not_look_like_nothing_found(filled, monkeypatch, capsys):
    def breaks(*arguments, **keywords):
        raise RuntimeError("this cannot happen")

    monkeypatch.setattr(pilling.Engine, "search", breaks)

    assert program.main(["--database", str(filled), "search", "새봄"]) == 4
    assert "this cannot happen" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "speaks_of_files"), [(("search", "새봄"), False), (("import", "--medicines", "medicines"), True)]
)
def test_only_an_interrupted_import_speaks_of_files(filled, monkeypatch, capsys, arguments, speaks_of_files):
    def interrupted(*arguments, **keywords):
        raise KeyboardInterrupt

    monkeypatch.setattr(pilling.Engine, "search", interrupted)
    monkeypatch.setattr(pilling.Engine, "import_medicines", interrupted)

    assert program.main(["--database", str(filled), *arguments]) == 130
    assert ("half imported" in capsys.readouterr().err) is speaks_of_files


def test_a_locked_database_is_waited_for_as_long_as_asked(medicine_file, database, write_lock):
    done = run_process("--database", database, "--busy-timeout", "0", "import", "--medicines", medicine_file)

    assert done.returncode == 3
    assert "locked" in done.stderr


def test_suggest(filled):
    assert len(run("suggest", "새봄정", "--database", filled).stdout.splitlines()) == 2
    assert len(json.loads(run("suggest", "새봄정", "--database", filled, "--json").stdout)["names"]) == 2


def test_near_shows_distance_state_and_hours(filled):
    done = run("near", *CENTER, "--open-at", "2026-07-06T10:00", "--include-unknown", "--database", filled)

    first, second, third = done.stdout.splitlines()
    assert first.split() == ["한길약국", "0", "m", "open", "until", "19:00", "09:00-19:00", "02-555-0001"]
    assert "09:00-01:00 (+1)" in second
    assert "hours unknown" in third
    assert "holidays" not in done.stderr


def test_near_does_not_say_that_there_are_no_pharmacies_when_their_hours_are_unknown(filled):
    third = ("near", 37.5717, 126.9779, "--radius", 50, "--database", filled)

    known = run(*third, "--open-now")
    named = run(*third, "--open-now", "--name", "세모", "--include-unknown", "--limit", 1)
    other = run(*third, "--open-now", "--name", "네모", "--include-unknown")
    nowhere = run("near", "1", "1", "--database", filled)

    assert (known.returncode, known.stdout) == (1, "")
    assert known.stderr == (
        "pilling: no pharmacy within 50 m is known to be open; --include-unknown adds those whose hours nobody gave\n"
    )
    assert named.returncode == 0 and "세모약국" in named.stdout
    assert other.stderr == "pilling: no pharmacy within 50 m has 네모 in its name and is open or may be\n"
    assert nowhere.stderr == "pilling: no pharmacy within 1.0 km\n"


def test_near_writes_a_page_and_geojson(filled, tmp_path):
    page = tmp_path / "near.html"

    done = run("near", *CENTER, "--geojson", "--map", page, "--database", filled)

    assert json.loads(done.stdout)["features"][0]["properties"] == {"kind": "center"}
    assert "한길약국" in page.read_text(encoding="utf-8")
    assert run("near", *CENTER, "--map", tmp_path / "no" / "x.html", "--database", filled).returncode == 3
    assert run("near", *CENTER, "--map", filled, "--database", filled).returncode == 2
    assert run("stats", "--database", filled).returncode == 0


def test_near_tells_korean_time_on_the_page(filled, tmp_path):
    page = tmp_path / "near.html"

    run("near", *CENTER, "--open-at", "2026-07-06T01:00+00:00", "--map", page, "--database", filled)

    assert "2026-07-06 10:00, Korean time" in page.read_text(encoding="utf-8")


def test_near_as_json(filled):
    document = json.loads(run("near", *CENTER, "--radius", 100, "--database", filled, "--json").stdout)

    assert list(document) == ["pharmacies", "next", "instant", "answer"]
    assert document["pharmacies"][0]["pharmacy"]["hours"]["days"][0] == {"open": 540, "close": 1140}


def test_near_takes_negative_coordinates(filled):
    assert run("near", "-37.5", "-127.0", "--database", filled).returncode == 1


def test_near_open_now(filled):
    assert run("near", *CENTER, "--open-now", "--include-unknown", "--database", filled).returncode == 0


def test_show(filled):
    done = run("show", "900000003", "--database", filled)
    document = json.loads(run("show", "900000003", "--database", filled, "--json").stdout)

    assert "이 약은 기침, 가래에 사용합니다." in done.stdout
    assert done.stdout.endswith("not medical advice.\n")
    assert document["name"] == "어린이새봄시럽"


def test_only_show_speaks_of_advice(filled):
    for arguments in (("search", "새봄"), ("symptom", "두통"), ("near", *CENTER), ("stats",)):
        done = run(*arguments, "--database", filled)
        assert "advice" not in done.stdout + done.stderr


def test_stats(filled):
    done = run("stats", "--database", filled)
    document = json.loads(run("stats", "--database", filled, "--json").stdout)

    assert "Medicines            5" in done.stdout
    assert (document["medicines"], document["pharmacies"]) == (5, 3)


def test_the_database_may_come_from_the_environment(filled):
    assert run_process("search", "새봄", PILLING_DATABASE=str(filled)).returncode == 0


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("search", "새봄"), 0),
        (("search", "없는이름"), 1),
        (("search", "없는이름", "--json"), 1),
        (("symptom", "없는증상"), 1),
        (("suggest", "없는이름"), 1),
        (("near", "1", "1"), 1),
        (("show", "000000000"), 1),
        (("show", "000000000", "--json"), 1),
        (("search",), 2),
        (("search", "새봄", "--limit", "0"), 2),
        (("search", "새봄", "--limit", "many"), 2),
        (("near", "100", "0"), 2),
        (("near", "1", "1", "--open-at", "noon"), 2),
        (("import",), 2),
        (("dance",), 2),
        (("import", "--medicines", "/nonexistent"), 3),
    ],
)
def test_exit_codes(filled, arguments, code):
    done = run_process("--database", filled, *arguments)

    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr


def test_help_tells_the_exit_codes():
    assert "130  interrupted" in run("--help").stdout
    assert "nothing was found" in run("search", "--help").stdout


def test_a_missing_database_is_not_made(tmp_path):
    path = tmp_path / "typo.db"

    done = run_process("--database", path, "search", "새봄")

    assert done.returncode == 3
    assert len(done.stderr.splitlines()) == 1
    assert str(path) in done.stderr
    assert not path.exists()


def test_a_file_that_is_no_database_is_one_line(tmp_path):
    path = tmp_path / "notes.txt"
    path.write_text("a shopping list\n" * 100)

    done = run_process("--database", path, "search", "새봄")

    assert done.returncode == 3
    assert len(done.stderr.splitlines()) == 1


def test_nothing_found_says_when_the_database_is_empty(database):
    with pilling.Engine(database):
        pass

    done = run("--database", database, "search", "새봄")

    assert "empty" in done.stderr


@pytest.mark.parametrize(
    "environment", [{"LC_ALL": "C"}, {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}]
)
def test_korean_works_in_any_locale(filled, environment):
    done = run_process("search", "새봄정500밀리그램", "--database", filled, **environment)

    assert done.returncode == 0, done.stderr
    assert "새봄정500밀리그램" in done.stdout


def test_a_reader_may_leave(filled, tmp_path):
    with pilling.Engine(filled) as engine:
        engine.import_medicines(write_medicines(tmp_path / "many.jsonl", many_medicines(2000)))
    process = subprocess.Popen(
        command("search", "가", "--limit", "2000", "--json", "--database", filled),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    process.stdout.close()

    complaint = process.stderr.read()

    process.stderr.close()
    assert process.wait(timeout=120) == 0
    assert complaint == b""


def test_a_terminal_sees_what_matched(filled):
    assert "\x1b[1m새봄\x1b[0m정" in run_in_terminal("search", "새봄", "--database", filled)
    assert "\x1b" not in run_in_terminal("search", "새봄", "--database", filled, NO_COLOR="1")


def test_a_terminal_sees_progress(database, tmp_path):
    path = write_medicines(tmp_path / "many.jsonl", many_medicines(600))

    seen = run_in_terminal("import", "--medicines", path, "--database", database)

    assert "600/600" in seen
    assert "600 added" in seen


def test_korean_takes_two_columns():
    assert terminal.width("약국 a") == 6
    assert terminal.width("\x1b[1m약\x1b[0m") == 2
    assert terminal.width("각") == terminal.width("\u1100\u1161\u11a8")
    assert list(terminal.table([("약국", "1"), ("abc", "2")])) == ["약국  1", "abc   2"]


def test_names_are_never_cut():
    name = "가" * 1645

    (line,) = terminal.table([(name, "1")])

    assert line == f"{name}  1"


def test_nothing_steers_the_terminal():
    assert terminal.highlight("a\x1b[2Jb\n", [], False) == "a [2Jb "
    assert terminal.highlight("abcd", [(2, 3), (1, 3)], True) == "a\x1b[1mbc\x1b[0md"


@pytest.mark.parametrize(
    ("seconds", "text"), [(3e-7, "0.3 µs"), (2.5e-5, "25 µs"), (0.0123, "12.3 ms"), (1234.5, "1,234.50 s")]
)
def test_durations_have_their_unit(seconds, text):
    assert terminal.duration(seconds) == text
