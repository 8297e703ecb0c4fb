"""Runs Doxygen and fails on its warnings, except for members that say all by their name and type.

    build.py DOXYGEN VERSION FOLDER     the pages are put into FOLDER/cpp
"""

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]

# A field, a comparison, a dereference, and what copies and moves: documented where there is something to say.
SAYS_ALL_ITSELF = re.compile(
    r"Member (?:.* \(variable\)"
    r"|(?:operator\W|operator bool).* \(function\)"
    r"|(\w+)\((?:const )?\1 ?&&?.*\).* \(function\)) of (?:class|struct) \S+ is not documented\."
)


def problems(warnings: str) -> list[str]:
    """The warnings that count."""
    return [line for line in warnings.splitlines() if line.strip() and not SAYS_ALL_ITSELF.search(line)]


def unlisted(headers: list[str], pages: str) -> list[str]:
    """Headers that the main page leaves out."""
    return [f"docs/reference/cpp/pages.dox does not list {name}" for name in headers if f"| {name} |" not in pages]


def main(doxygen: str, version: str, folder: str) -> int:
    Path(folder).mkdir(parents=True, exist_ok=True)
    environment = os.environ | {"PILLING_VERSION": version, "PILLING_REFERENCE": folder}
    done = subprocess.run(
        [doxygen, "docs/reference/cpp/Doxyfile"],
        cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    headers = [header.name for header in sorted((ROOT / "include" / "pilling").glob("*.hpp"))]
    pages = (ROOT / "docs" / "reference" / "cpp" / "pages.dox").read_text(encoding="utf-8")
    found = problems(done.stderr) + unlisted(headers, pages)
    for line in found:
        print(line, file=sys.stderr)
    return 1 if found or done.returncode else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
