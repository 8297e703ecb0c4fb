"""Makes C++ files of the pages' snippets, whose lines keep their places in the pages.

    cpp_sources.py FOLDER    writes them there

A block with a main function becomes a program of its own: programs/*.cpp. One with an #include becomes a file:
files/*.cpp. All others become fragments.cpp, one function for each page, in which a block sees the names of those above
it and may use them anew; what they take for granted is in given.hpp. A block that is a passage of an example is left to
that example's test.
"""

from __future__ import annotations

import functools
import pathlib
import re
import sys

from blocks import ROOT, Block, WrongPage, pages, read_page


@functools.cache
def readable(page: str) -> list[Block]:
    """The blocks of a page. One that test_snippets.py will refuse must not keep others from being built."""
    try:
        return read_page(page)
    except WrongPage as error:
        print(f"{error}\nThis page is left out.", file=sys.stderr)
        return []


def is_passage_of_an_example(block: Block) -> bool:
    return any(block.text in path.read_text(encoding="utf-8") for path in ROOT.glob("examples/*.cpp"))


def is_program(block: Block) -> bool:
    return re.search(r"^int main\(", block.text, re.MULTILINE) is not None


def file_name(block: Block) -> str:
    """After the page, and which of its blocks it is. Lines would come and go."""
    blocks = [other for other in readable(block.file) if other.language == "cpp"]
    return re.sub(r"\W+", "_", block.file.removesuffix(".md")) + f"_{blocks.index(block) + 1}"


def program_of(block: Block) -> str:
    """The name of the program of a block. Pages that show the same program share one."""
    programs = (other for page in pages() for other in readable(page) if other.language == "cpp" and is_program(other))
    return file_name(next(other for other in programs if other.text == block.text))


@functools.cache
def sources() -> dict[str, str]:
    """Of all pages: texts by the name of the file."""
    made = {}
    fragments = ['#include "given.hpp"\n']
    for page in pages():
        blocks = [block for block in readable(page) if block.language == "cpp" and not is_passage_of_an_example(block)]
        scopes = []
        for block in blocks:
            lines = f'#line {block.line} "{ROOT / block.file}"\n{block.text}'
            if is_program(block):
                made.setdefault(f"programs/{program_of(block)}.cpp", lines)
            elif "#include" in block.text:
                made[f"files/{file_name(block)}.cpp"] = f'#include "given.hpp"\n{lines}'
            else:
                scopes.append("{\n" + lines)
        if scopes:
            name = re.sub(r"\W+", "_", page)
            fragments.append(f"void {name}() {{\n" + "".join(scopes) + "}" * len(scopes) + "\n}\n")
    made["fragments.cpp"] = "".join(fragments)
    return made


def is_as_built(folder: pathlib.Path) -> bool:
    """Whether the files there are those of the pages, but for the lines that the blocks stand in."""

    def without_lines(text: str) -> str:
        return re.sub(r"^#line \d+", "#line", text, flags=re.MULTILINE)

    built = {str(path.relative_to(folder)): path.read_text(encoding="utf-8") for path in folder.rglob("*.cpp")}
    wanted = sources()
    return {name: without_lines(text) for name, text in built.items()} == {
        name: without_lines(text) for name, text in wanted.items()
    }


def write(folder: pathlib.Path) -> None:
    wanted = sources()
    for path in folder.rglob("*.cpp"):
        if str(path.relative_to(folder)) not in wanted:
            path.unlink()
    for name, text in wanted.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        # One that is as it was keeps its time, and is not compiled again.
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write(pathlib.Path(sys.argv[1]))
