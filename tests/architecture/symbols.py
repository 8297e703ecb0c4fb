"""Asks nm what the built library refers to and what it shows.

    symbols.py silence libpilling.a    it never prints, ends the process or reads the environment
    symbols.py exports libpilling.so   it shows the public names of namespace pilling and nothing else
"""

import re
import subprocess
import sys

from layers import MODULES

LOUD = re.compile(
    r"""
      std::(cout|cerr|clog|cin|wcout|wcerr|wclog|wcin)\b | std::ios_base::Init\b
    | std::(abort|exit|quick_exit|_Exit|getenv)\b
    | (__)?v?f?w?printf(_chk)?$ | puts$ | f?puts$ | f?putw?c$ | putw?char$ | perror$ | psignal$ | syslog$
    | stdout$ | stderr$ | stdin$
    | abort$ | _?exit$ | _Exit$ | quick_exit$ | __assert_fail$
    | (secure_)?getenv$ | setenv$ | putenv$ | unsetenv$
    """,
    re.VERBOSE,
)

PRIVATE = "|".join(MODULES)
# `pilling::detail` is what the templates in public headers rest on.
PUBLIC = re.compile(
    rf"(?:(?:vtable|VTT|typeinfo|typeinfo name) for )?pilling::(?!(?:{PRIVATE}|\(anonymous namespace\))::)"
)


def nm(*arguments: str) -> list[str]:
    listing = subprocess.run(["nm", "--demangle", *arguments], check=True, capture_output=True, text=True).stdout
    return listing.splitlines()


def loud_references(symbols: list[str]) -> list[str]:
    """Lines are "    U name", maybe with a version after an @; headings name the object file that follows."""
    violations, heading = [], ""
    for line in symbols:
        parts = line.split(maxsplit=1)
        if line.endswith(":"):
            heading = line
        elif len(parts) == 2 and parts[0] in "Uwv" and LOUD.match(parts[1].split("@")[0]):
            violations.append(f"{heading} refers to {parts[1]}")
    return violations


def leaked_names(symbols: list[str]) -> list[str]:
    """Lines are "address type name"."""
    names = [line.split(maxsplit=2)[2] for line in symbols if len(line.split(maxsplit=2)) == 3]
    return [f"exported, but not public: {name}" for name in names if not PUBLIC.match(name)]


def main(check: str, library: str) -> int:
    if check == "silence":
        symbols = nm("--undefined-only", library)
        violations = loud_references(symbols)
    else:
        symbols = nm("--dynamic", "--defined-only", library)
        violations = leaked_names(symbols)
    if not any("pilling::" in symbol for symbol in symbols):
        violations.append(f"{library} holds no symbol of pilling: is it the right file?")
    print("\n".join(violations) or f"{library}: {len(symbols)} symbols, none out of place.")
    return bool(violations)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2]))
