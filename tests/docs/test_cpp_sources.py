import cpp_sources
import pytest
from blocks import ROOT, Block, WrongPage, pages, read_page

PAGES = {
    "one.md": [
        Block("one.md", 4, "cpp", "int a = 1;\n"),
        Block("one.md", 9, "cpp", "int b = a;\n"),
        Block("one.md", 20, "cpp", "#include <vector>\nint main() {\n}\n"),
    ],
    "two.md": [
        Block("two.md", 3, "python", "pass\n"),
        Block("two.md", 7, "cpp", '#include "a.hpp"\nstruct A {};\n'),
        Block("two.md", 12, "cpp", "#include <vector>\nint main() {\n}\n"),
    ],
    "none.md": [],
}


@pytest.fixture
def invented(monkeypatch):
    monkeypatch.setattr(cpp_sources, "pages", lambda: list(PAGES))
    monkeypatch.setattr(cpp_sources, "read_page", PAGES.__getitem__)
    cpp_sources.sources.cache_clear()
    cpp_sources.readable.cache_clear()
    yield
    cpp_sources.sources.cache_clear()
    cpp_sources.readable.cache_clear()


def test_a_block_sees_the_names_of_those_above_it(invented):
    place = ROOT / "one.md"

    assert cpp_sources.sources()["fragments.cpp"] == (
        '#include "given.hpp"\nvoid one_md() {\n'
        f'{{\n#line 4 "{place}"\nint a = 1;\n'
        f'{{\n#line 9 "{place}"\nint b = a;\n'
        "}}\n}\n"
    )


def test_programs_and_files_are_sources_of_their_own(invented):
    sources = cpp_sources.sources()

    assert sorted(sources) == ["files/two_1.cpp", "fragments.cpp", "programs/one_3.cpp"]
    assert sources["files/two_1.cpp"].endswith(f'#line 7 "{ROOT / "two.md"}"\n#include "a.hpp"\nstruct A {{}};\n')
    assert sources["programs/one_3.cpp"] == f'#line 20 "{ROOT / "one.md"}"\n#include <vector>\nint main() {{\n}}\n'


def test_pages_that_show_the_same_program_share_it(invented):
    assert cpp_sources.program_of(PAGES["two.md"][-1]) == "one_3"


def test_a_page_that_cannot_be_read_is_left_out_and_named(invented, monkeypatch, capsys):
    def read(page):
        if page == "one.md":
            raise WrongPage("one.md:4: nobody tests this")
        return PAGES[page]

    monkeypatch.setattr(cpp_sources, "read_page", read)

    assert sorted(cpp_sources.sources()) == ["files/two_1.cpp", "fragments.cpp", "programs/two_2.cpp"]
    assert "one.md:4: nobody tests this" in capsys.readouterr().err


def test_what_is_as_it_was_is_not_written_again(invented, tmp_path):
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "old_9.cpp").touch()
    cpp_sources.write(tmp_path)
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.cpp")}
    cpp_sources.write(tmp_path)

    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.cpp")} == before
    assert sorted(str(path.relative_to(tmp_path)) for path in before) == sorted(cpp_sources.sources())


def test_a_build_is_older_when_a_text_has_changed_and_not_when_a_line_has(invented, tmp_path):
    cpp_sources.write(tmp_path)
    assert cpp_sources.is_as_built(tmp_path)

    fragments = tmp_path / "fragments.cpp"
    fragments.write_text(fragments.read_text().replace("#line 4 ", "#line 40 "))
    assert cpp_sources.is_as_built(tmp_path)

    fragments.write_text(fragments.read_text().replace("int b", "int c"))
    assert not cpp_sources.is_as_built(tmp_path)


def test_every_block_of_the_pages_is_compiled_or_a_passage_of_an_example():
    sources = cpp_sources.sources().values()
    blocks = [block for page in pages() for block in read_page(page) if block.language == "cpp"]
    missing = [
        block.place
        for block in blocks
        if not cpp_sources.is_passage_of_an_example(block) and not any(block.text in text for text in sources)
    ]

    assert blocks
    assert missing == []
