"""What the pages promise beyond their snippets: links lead somewhere, both READMEs show the same, tables are true."""

import builtins
import inspect
import json
import os
import pathlib
import pkgutil
import re

import pilling
import pytest
from blocks import ROOT, Block, pages, read_page

LINK = re.compile(r"\]\(([^)\s]+)\)")
GUIDE = sorted(str(path.relative_to(ROOT)) for path in ROOT.glob("docs/guide/*.md"))
INDEX = "docs/guide/README.md"

# What a reader sees without scrolling twice.
FIRST_SCREEN = 60


def prose(page: str) -> str:
    """The page without its fenced blocks."""
    return re.sub(r"^```.*?^```$", "", (ROOT / page).read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)


def links(page: str) -> list[tuple[str, str]]:
    """The files that a page links to, from the root, each with its #part."""
    found = []
    for target in LINK.findall(prose(page)):
        if "://" not in target:
            file, _, part = target.partition("#")
            path = os.path.normpath(pathlib.Path(page).parent / file) if file else page
            found.append((path, part))
    return found


def parts(page: str) -> set[str]:
    """The names that GitHub gives to the headings."""
    headings = re.findall(r"^#+ (.*)$", prose(page), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def rows(page: str, heading: str) -> list[list[str]]:
    """The cells of the first table below the heading, without its head."""
    table = re.search(r"((?:^\|.*\n)+)", prose(page).split(f"\n{heading}\n", 1)[1], flags=re.MULTILINE)
    assert table, f"{page} has no table below {heading!r}"
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table[1].splitlines()[2:]]


DECISIONS = [str(path.relative_to(ROOT)) for path in ROOT.glob("docs/decisions/*.md")]


@pytest.mark.parametrize("page", [*pages(), *DECISIONS])
def test_links_lead_somewhere(page):
    assert [path for path, _ in links(page) if not (ROOT / path).exists()] == []
    assert [f"{path}#{part}" for path, part in links(page) if part and part not in parts(path)] == []


@pytest.mark.parametrize("start", ["README.md", "README.ko.md"])
def test_every_page_of_the_guide_is_reached_from_the_readme(start):
    reached, to_read = set(), [start]
    while to_read:
        page = to_read.pop()
        if page not in reached and page.endswith(".md"):
            reached.add(page)
            to_read += [path for path, _ in links(page) if (ROOT / path).is_file()]

    assert [page for page in GUIDE if page not in reached] == []


def test_the_index_lists_each_page_once():
    listed = re.findall(r"^\d+\. \[[^]]+\]\(([\w-]+\.md)\)", prose(INDEX), flags=re.MULTILINE)

    assert sorted(f"docs/guide/{name}" for name in listed) == [page for page in GUIDE if page != INDEX]


@pytest.mark.parametrize("page", ["README.md", "README.ko.md"])
def test_the_first_screen_leads_to_an_answer_of_ones_own_data(page):
    first = "\n".join((ROOT / page).read_text(encoding="utf-8").splitlines()[:FIRST_SCREEN])

    assert "\nexamples/quickstart.sh --data DIR" in first
    assert "e약은요" in first
    assert "$ /usr/bin/python3 -m pilling search" in first


def in_either_language(block: Block) -> tuple[str, str, str | None]:
    """What must be equal in both READMEs: comments and what is said to people may be Korean."""

    def common(text: str) -> str:
        without_comments = re.sub(r"\s+(#|//) .*$", "", text, flags=re.MULTILINE)
        without_hours = re.sub(r"영업 중, ([\d:]+)까지", r"open until \1", without_comments)
        without_language = without_hours.replace('in_words("korean")', "in_words()")
        return re.sub(r"혹시 (.*?)\?", r"did you mean \1?", without_language)

    if block.language == "text":
        return block.language, "", None
    return block.language, common(block.text), None if block.output is None else common(block.output)


def test_both_readmes_show_the_same_snippets():
    english, korean = (list(map(in_either_language, read_page(page))) for page in ("README.md", "README.ko.md"))

    assert korean == english


def test_both_readmes_link_to_the_same_pages():
    other = {"README.md": "README.ko.md"}
    english = {other.get(path, path) for path, _ in links("README.md")} | {"README.ko.md"}
    korean = {other.get(path, path) for path, _ in links("README.ko.md")} | {"README.ko.md"}

    assert korean == english


def named(pattern: str, of: list[str] | None = None) -> list[tuple[str, str]]:
    """What stands between backticks on the pages and matches, each with its page."""
    words = ((page, word) for page in of or pages() for word in re.findall(r"`([^`\n]+)`", prose(page)))
    return sorted({(page, match[0]) for page, word in words for match in re.finditer(pattern, word)})


def test_files_that_the_pages_name_exist():
    folders = r"(?:\.ci|bench|bindings|cmake|data|docs|examples|include|src|tests)"
    files = named(rf"(?<![\w./-]){folders}/[\w./-]+\w")

    assert files
    assert [(page, file) for page, file in files if not (ROOT / file).exists()] == []


def test_options_of_the_shell_that_the_guide_names_exist():
    commands = [*ROOT.glob("bindings/python/pilling/**/*.py"), *ROOT.glob("examples/*.sh"), *ROOT.glob("tests/run.sh")]
    texts = "".join(path.read_text(encoding="utf-8") for path in commands) + "--help"
    options = named(r"(?<![\w-])--[a-z][a-z-]+", ["README.md", "README.ko.md", *GUIDE])

    assert options
    assert [(page, option) for page, option in options if option not in texts] == []


def test_python_names_of_the_pages_exist():
    # Not the database of the examples, nor names of spans.
    names = named(r"^pilling\.(?!db\b|search\b|cache\.|tier\.)[a-zA-Z][\w.]+\b")

    def exists(name: str) -> bool:
        try:
            pkgutil.resolve_name(name)
        except (AttributeError, ImportError):
            return False
        return True

    assert names
    assert [(page, name) for page, name in names if not exists(name)] == []


def test_members_that_the_pages_name_are_in_the_headers():
    headers = "".join(path.read_text(encoding="utf-8") for path in ROOT.glob("include/pilling/*.hpp"))
    members = [(page, *name.split("::")) for page, name in named(r"^[A-Z]\w+::\w+")]
    own = [(page, kind, member) for page, kind, member in members if re.search(rf"\b{kind}\b", headers)]

    assert own
    assert [(page, kind, member) for page, kind, member in own if not re.search(rf"\b{member}\b", headers)] == []


def test_metrics_that_the_guide_names_exist():
    sources = "".join(path.read_text(encoding="utf-8") for path in ROOT.glob("src/**/*.cpp"))
    metrics = named(r"pilling_[a-z_]+", GUIDE)

    assert metrics
    assert [(page, name) for page, name in metrics if re.sub("_bucket$", "", name) not in sources] == []


def sample_names() -> list[str]:
    lines = (ROOT / "examples/data/medicines.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line)["itemName"] for line in lines]


def test_the_table_of_what_can_be_typed_is_true():
    index = pilling.NameIndex(sample_names())
    table = rows("docs/guide/name-search.md", "## What can be typed")

    assert len(table) > 10
    for _, typed, answer, kind in table:
        first = index.search(typed)[0]
        assert (typed, first.name) == (typed, answer)
        assert (typed, f"`{first.kind.value}`") == (typed, kind.removesuffix(", approximate"))
        assert first.approximate or "approximate" not in kind


def test_every_red_flag_of_the_table_is_raised_by_its_examples(tmp_path: pathlib.Path):
    table = rows("docs/guide/safety.md", "## Red flags")
    raised: dict[str, str] = {}

    with pilling.Engine(tmp_path / "pilling.db") as engine:
        for ids, examples, number in table:
            wanted = re.findall(r"`(\w+)`", ids)
            for example in examples.split(", "):
                flag = engine.search_symptom(example).red_flag
                assert flag is not None, example
                assert flag.id in wanted, example
                assert flag.number == number, example
                raised[flag.id] = example
            assert [flag for flag in wanted if flag not in raised] == []
    concepts = (ROOT / "data/symptom_concepts.txt").read_text(encoding="utf-8")
    assert set(re.findall(r"^red-flag (\w+)", concepts, flags=re.MULTILINE)) == set(raised)


def first_cells(page: str, heading: str) -> set[str]:
    """The names in the first cells of a table."""
    return {name for cells in rows(page, heading) for name in re.findall(r"`(\w+)`", cells[0])}


def test_the_table_of_options_has_all_of_them():
    header = (ROOT / "include/pilling/engine.hpp").read_text(encoding="utf-8")
    members = re.search(r"struct EngineOptions \{\n(.*?)\n\};", header, flags=re.DOTALL)
    assert members
    code = re.sub(r"//.*", "", members[1])
    in_cpp = set(re.findall(r"(\w+)\s*(?:\{[^;]*\}|=[^;]*)?;", code))
    in_python = set(inspect.signature(pilling.Engine).parameters)
    table = first_cells("docs/guide/getting-started.md", "## How an engine is set up")

    assert table == in_cpp
    assert in_python <= table


def test_the_table_of_calls_has_all_of_them():
    calls = {name for name in vars(pilling.Engine) if not name.startswith("_")} - {"close"}

    assert first_cells("docs/guide/getting-started.md", "## What can be asked") == calls


def test_the_table_of_exceptions_has_all_of_them():
    types = [value for value in vars(pilling).values() if isinstance(value, type)]
    kinds = {kind.__name__: kind for kind in types if issubclass(kind, pilling.Error)}
    table = rows("docs/guide/getting-started.md", "## When a call fails")
    named = {re.findall(r"`(\w+)`", cells[0])[0]: cells[2].strip("`") for cells in table}

    assert set(named) == set(kinds) - {"Error"}
    assert [name for name, base in named.items() if base and not issubclass(kinds[name], getattr(builtins, base))] == []
