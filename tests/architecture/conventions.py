"""House rules that a compiler does not know.

    conventions.py FOLDER    the root of the project
"""

import re
import sys
from pathlib import Path

CODE = (".cpp", ".hpp", ".py", ".sh", ".cmake", ".in", ".toml", ".txt", ".json", ".map")

# (where to look, what must not be there, why)
FORBIDDEN = (
    ("src", r"#\s*include\s*<iostream>", "the library never prints"),
    ("include", r"#\s*include\s*<iostream>", "the library never prints"),
    ("include", r"^\s*using namespace\b", "a header takes no names from others"),
    ("src", r"^\s*using namespace\b", "write out where a name comes from"),
    ("tests", r"\bsleep_(for|until)\b|\busleep\(|\bnanosleep\(", "a test that sleeps is slow or flaky"),
    ("src", r"\bTODO\b|\bFIXME\b", "open an issue instead"),
)


def files(root: Path, folder: str):
    return sorted(path for path in (root / folder).rglob("*") if path.suffix in CODE and path.is_file())


def matches(root: Path, folder: str, pattern: str, reason: str) -> list[str]:
    expression = re.compile(pattern)
    return [
        f"{path.relative_to(root)}:{number}: {reason}: {line.strip()}"
        for path in files(root, folder)
        if path.name != Path(__file__).name and not path.name.endswith("conventions_test.py")
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if expression.search(line)
    ]


def copies_of_the_version(root: Path) -> list[str]:
    """The version has one home, project() in CMakeLists.txt; everything else reads it from there."""
    home = (root / "CMakeLists.txt").read_text(encoding="utf-8")
    version = re.search(r"^project\(Pilling VERSION (\d+\.\d+\.\d+)\b", home, re.MULTILINE)
    if not version:
        return ["CMakeLists.txt: no project(Pilling VERSION major.minor.patch)"]
    number = rf"(?<![\d.]){re.escape(version[1])}(?![\d.])"
    reason = "a second home of the version"
    folders = ("bindings", "cmake", "examples", "include", "src")
    copies = [copy for folder in folders for copy in matches(root, folder, number, reason)]
    for name in ("pyproject.toml", "CMakePresets.json"):
        if (root / name).exists() and re.search(number, (root / name).read_text(encoding="utf-8")):
            copies.append(f"{name}: {reason}")
    again = len(re.findall(number, home)) - 1
    return copies + [f"CMakeLists.txt: {reason}"] * again


def violations_in(root: Path) -> list[str]:
    return [found for rule in FORBIDDEN for found in matches(root, *rule)] + copies_of_the_version(root)


if __name__ == "__main__":
    violations = violations_in(Path(sys.argv[1]))
    print("\n".join(violations) or "Every house rule is kept.")
    sys.exit(bool(violations))
