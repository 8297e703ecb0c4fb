"""NameIndex on its own."""

import pickle
import re
import threading

import pytest

import pilling
from pilling import MatchKind, NameEntry, NameField, NameIndex, TextReading

NAMES = [
    "타이레놀정500밀리그람(아세트아미노펜)",
    "타이레놀콜드에스정",
    "게보린정",
    "어린이타이레놀현탁액",
]


@pytest.fixture(scope="module")
def index():
    return NameIndex(NAMES)


def cut(match):
    return [match.text[start:end] for start, end in match.spans]


def test_a_plain_list_of_names(index):
    match = index.search("타이레놀", limit=10)[0]

    assert (match.name, match.index, match.kind) == (NAMES[0], 0, MatchKind.brand)
    assert not match.approximate
    assert 0 < match.score < 1
    assert cut(match) == ["타이레놀"]
    assert match.name[slice(*match.brand)] == "타이레놀"
    assert match.why == "the whole brand"


def test_slips_of_the_finger_are_approximate(index):
    match = index.search("타이래놀")[0]

    assert (match.name, match.kind, match.edits) == (NAMES[0], MatchKind.fuzzy, 1)
    assert match.approximate
    assert cut(match) == ["타이레놀"]


def test_the_other_layout_and_initials(index):
    assert index.search("xkdlfpshf")[0].reading is TextReading.korean_layout
    assert index.search("ㅌㅇㄹㄴ")[0].kind is MatchKind.initials
    assert index.suggest("타이렌")[0].kind is MatchKind.prefix


def test_what_else_a_name_is_known_by():
    index = NameIndex([NameEntry(NAMES[0], aliases=("해열제",), english_name="Tylenol"), NAMES[2]])

    alias, english = index.search("해열제")[0], index.search("tylenol")[0]

    assert (alias.index, alias.field, cut(alias)) == (0, NameField.alias, ["해열제"])
    assert (english.index, english.field) == (0, NameField.english_name)


def test_filters():
    index = NameIndex([NameEntry(name, company=f"제약{number % 2}") for number, name in enumerate(NAMES)])

    assert {match.index % 2 for match in index.search("타이레놀", company="제약1")} == {1}
    assert index.search("타이레놀", company="없는제약") == ()


def test_added_and_removed_names_are_seen_at_once():
    index = NameIndex(NAMES)

    added = index.add(["새봄정"])
    assert index.search("새봄")[0].index == added == len(NAMES)
    assert index.remove(added)
    assert not index.remove(added)

    assert index.search("새봄정") == ()
    assert index.name(added) is None
    assert len(index) == len(NAMES)


def test_a_saved_index_answers_the_same(index, tmp_path):
    index.save(tmp_path / "names.pilling")
    index.save(tmp_path / "again.pilling")

    opened = NameIndex.open(tmp_path / "names.pilling")

    assert opened.search("타이래놀") == index.search("타이래놀")
    assert (tmp_path / "names.pilling").read_bytes() == (tmp_path / "again.pilling").read_bytes()
    assert index.bytes == (tmp_path / "names.pilling").stat().st_size


def test_a_damaged_file_is_refused(index, tmp_path):
    path = tmp_path / "names.pilling"
    index.save(path)
    whole = bytearray(path.read_bytes())
    whole[len(whole) // 2] ^= 1
    path.write_bytes(whole)

    with pytest.raises(pilling.BadData, match="checksum"):
        NameIndex.open(path)
    with pytest.raises(pilling.StorageError):
        NameIndex.open(tmp_path / "none.pilling")


def test_confusable_names():
    index = NameIndex(["로살탄정", "코살탄정", "게보린정"])

    nearest = index.confusable_names("로살탄")[0]

    assert (nearest.brand, nearest.edits) == ("코살탄", 1)


def test_bad_input_is_an_invalid_argument(index):
    for call in (lambda: index.search("\ud800"), lambda: index.search("타", 0), lambda: NameIndex(["\ud800"])):
        with pytest.raises(pilling.InvalidArgument):
            call()


def test_threads_share_an_index(index):
    found = []
    threads = [threading.Thread(target=lambda: found.append(index.search("타이래놀"))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(found) == 8
    assert len(set(found)) == 1


def test_an_index_is_not_pickled(index):
    with pytest.raises(TypeError, match="save it"):
        pickle.dumps(index)
    assert repr(index) == "NameIndex(4 names)"


def test_a_single_str_is_not_taken_for_a_list_of_letters():
    with pytest.raises(pilling.InvalidArgument, match="put it into a list"):
        pilling.NameIndex("타이레놀")
    index = pilling.NameIndex(["타이레놀"])
    with pytest.raises(pilling.InvalidArgument, match="put it into a list"):
        index.add("게보린")
    with pytest.raises(pilling.InvalidArgument, match="aliases are one str"):
        index.add([pilling.NameEntry("게보린", aliases="abc")])


@pytest.mark.parametrize("popularity", [-1, 2**32, 2**70, "x", 0.5, None])
def test_an_impossible_popularity_is_refused(database, popularity):
    words = re.escape(f"popularity {popularity!r} is not between 0 and 4294967295")
    with pytest.raises(pilling.InvalidArgument, match=words):
        pilling.NameIndex([pilling.NameEntry("게보린", popularity=popularity)])
    with pytest.raises(pilling.InvalidArgument, match=words):
        pilling.Engine(database, popularity={"202106092": popularity})


def test_an_index_that_was_never_given_is_not_there():
    index = pilling.NameIndex(["타이레놀"])

    assert not index.remove(-1)
    assert not index.remove(1)
    assert index.name(-1) is None
