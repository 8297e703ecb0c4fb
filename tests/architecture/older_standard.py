"""Compiled below C++20, a public header must first of all say that it needs C++20.

    older_standard.py COMPILER INCLUDE_FOLDER...    the folders that hold pilling/*.hpp
"""

import os
import subprocess
import sys
from pathlib import Path

# It holds macros only, which any standard understands.
UNDERSTOOD_BY_ALL = "version.hpp"


def first_error(compiler: str, folders: list[str], header: str) -> str:
    process = subprocess.run(
        [compiler, "-std=c++17", "-fsyntax-only", "-x", "c++", *(f"-I{folder}" for folder in folders), "-"],
        input=f'#include "pilling/{header}"\n',
        env={**os.environ, "LC_ALL": "C"},
        capture_output=True,
        text=True,
    )
    return next((line for line in process.stderr.splitlines() if "error:" in line), "no error at all")


def violations_in(compiler: str, folders: list[str]) -> list[str]:
    headers = sorted({path.name for folder in folders for path in Path(folder, "pilling").glob("*.hpp")})
    if not headers:
        return [f"no header in {folders}"]
    errors = {header: first_error(compiler, folders, header) for header in headers if header != UNDERSTOOD_BY_ALL}
    return [f"{header}: {error}" for header, error in errors.items() if "Pilling needs C++20" not in error]


if __name__ == "__main__":
    violations = violations_in(sys.argv[1], sys.argv[2:])
    print("\n".join(violations) or "Every public header names the standard that it needs.")
    sys.exit(bool(violations))
