"""Reads the #include lines of the project and fails on an upward, sideways or foreign one.

    layers.py FOLDER    the folder that holds include/ and src/
"""

import re
import sys
from pathlib import Path
from typing import NamedTuple


class Module(NamedTuple):
    """A folder of src/: the modules it may use, and the libraries that only it may see."""

    uses: tuple[str, ...] = ()
    sees: tuple[str, ...] = ()


MODULES = {
    "core":    Module(sees=("unistd.h",)),
    "text":    Module(sees=("utf8proc.h", "xxhash.h")),
    "store":   Module(uses=("core",), sees=("sqlite3.h",)),
    "http":    Module(uses=("core",), sees=("curl/",)),
    "cache":   Module(uses=("core", "text")),
    "search":  Module(uses=("core", "text"), sees=("fcntl.h", "sys/mman.h", "sys/stat.h", "unistd.h")),
    "geo":     Module(uses=("core", "text"), sees=("boost/",)),
    "sources": Module(uses=("core", "text", "http"), sees=("csv.h", "expat.h", "simdjson.h", "zlib.h")),
    "refresh": Module(uses=("core", "text")),
    "engine":  Module(uses=("core", "text", "store", "http", "cache", "search", "geo", "sources", "refresh")),
}

EVERYONE = tuple(MODULES) + ("public",)

# Who may include a public header; "public" stands for the other public headers. Values and interfaces are for all,
# what one module implements is for that module and for those who use it.
PUBLIC_HEADERS = {
    "call.hpp":       EVERYONE,
    "error.hpp":      EVERYONE,
    "export.hpp":     EVERYONE,
    "geo.hpp":        EVERYONE,
    "hours.hpp":      EVERYONE,
    "medicine.hpp":   EVERYONE,
    "pharmacy.hpp":   EVERYONE,
    "version.hpp":    EVERYONE,
    "metrics.hpp":    ("public", "core", "cache", "engine"),
    "store.hpp":      ("public", "store", "refresh", "engine"),
    "http.hpp":       ("public", "http", "sources", "engine"),
    "retry.hpp":           ("public", "core", "http", "sources", "engine"),
    "circuit_breaker.hpp": ("public", "core", "http", "engine"),
    "rate_limiter.hpp":    ("public", "core", "http", "engine"),
    "spending.hpp":        ("public", "core", "store", "sources", "engine"),
    "resilient_transport.hpp": ("public", "http", "sources", "engine"),
    "resilience.hpp":          ("public", "engine"),
    "cache.hpp":      ("public", "cache", "engine"),
    "detail/cache_table.hpp":   ("public", "cache"),
    "detail/pins.hpp":          ("public", "cache"),
    "detail/policy_entry.hpp":  ("public", "cache"),
    "detail/read_sections.hpp": ("public", "cache"),
    "memory_cache.hpp":  ("public", "cache", "engine"),
    "shared_cache.hpp":  ("public", "core", "store", "cache", "engine"),
    "tiered_cache.hpp":  ("public", "cache", "engine"),
    "worker_pool.hpp":   ("public", "cache", "engine"),
    "shared_list.hpp":   ("public", "search", "engine"),
    "search.hpp":     ("public", "search", "engine"),
    "symptoms.hpp":   ("public", "search", "engine"),
    "source.hpp":     ("public", "sources", "engine"),
    "summarizer.hpp": ("public", "sources", "refresh", "engine"),
    "refresh.hpp":    ("public", "refresh", "engine"),
    "engine.hpp":     ("pilling.hpp", "engine"),
    "pilling.hpp":    (),
}

# Outside of the house: what may be included beside the standard library and the public headers.
OUTSIDE = {
    "bindings": ("pybind11/",),
    "examples": (),
}

STANDARD = frozenset(
    """algorithm any array atomic barrier bit bitset cassert cctype cerrno cfenv cfloat charconv chrono cinttypes
    climits clocale cmath compare complex concepts condition_variable coroutine csetjmp csignal cstdarg cstddef cstdint
    cstdio cstdlib cstring ctime cuchar cwchar cwctype deque exception execution filesystem forward_list fstream
    functional future initializer_list iomanip ios iosfwd iostream istream iterator latch limits list locale map memory
    memory_resource mutex new numbers numeric optional ostream queue random ranges ratio regex scoped_allocator
    semaphore set shared_mutex source_location span sstream stack stdexcept stop_token streambuf string string_view
    system_error thread tuple type_traits typeindex typeinfo unordered_map unordered_set utility valarray variant vector
    version""".split()
)

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]*)[>"]')
ANY_INCLUDE = re.compile(r"^\s*#\s*include\b")


class Include(NamedTuple):
    file: Path
    line: int
    quoted: bool
    name: str

    def violation(self, reason: str) -> str:
        return f"{self.file}:{self.line}: {self.name}: {reason}"


def includes(root: Path, folder: str):
    for path in sorted((root / folder).rglob("*")):
        if path.suffix not in (".hpp", ".cpp", ".h"):
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            if ANY_INCLUDE.match(line):
                named = INCLUDE.match(line)
                yield Include(path.relative_to(root), number, *(named and (named[1] == '"', named[2]) or (True, "")))


def starts_with_any(name: str, beginnings: tuple[str, ...]) -> bool:
    return any(name == beginning or beginning.endswith("/") and name.startswith(beginning) for beginning in beginnings)


def owner_of(library_header: str) -> str:
    owners = [name for name, module in MODULES.items() if starts_with_any(library_header, module.sees)]
    return f"only src/{owners[0]} may see it" if owners else "not in the standard library, nor in the table of modules"


def check_public_use(include: Include, user: str) -> str | None:
    header = include.name.removeprefix("pilling/")
    if header not in PUBLIC_HEADERS:
        return include.violation("no such public header in the table")
    if user not in PUBLIC_HEADERS[header] and include.file.name not in PUBLIC_HEADERS[header]:
        return include.violation(f"{user} may not include this public header")
    return None


def check_module_file(include: Include, name: str) -> str | None:
    if name not in MODULES:
        return include.violation(f"src/{name} is not in the table of modules")
    if not include.quoted:
        known = include.name in STANDARD or starts_with_any(include.name, MODULES[name].sees)
        return None if known else include.violation(owner_of(include.name))
    if include.name.startswith("pilling/"):
        return check_public_use(include, name)
    used = include.name.split("/")[0] if "/" in include.name else ""
    if used not in MODULES:
        return include.violation('write private headers as "module/file.hpp", public ones as "pilling/file.hpp"')
    if used != name and used not in MODULES[name].uses:
        return include.violation(f"{name} may not use {used}")
    return None


def check_public_header(include: Include) -> str | None:
    if include.name.startswith("pilling/") and include.quoted:
        return check_public_use(include, "public")
    if include.quoted or include.name not in STANDARD:
        return include.violation("a public header includes only the standard library and public headers")
    return None


def check_outside(include: Include, folder: str, root: Path) -> str | None:
    if include.name.startswith("pilling/") and include.name.removeprefix("pilling/") in PUBLIC_HEADERS:
        return None
    if include.quoted and (root / include.file.parent / include.name).exists():
        return None
    if include.name in STANDARD or starts_with_any(include.name, OUTSIDE[folder]):
        return None
    return include.violation(f"{folder} may include public headers only")


def cycles(root: Path) -> list[str]:
    """Public headers that include themselves by way of others."""
    graph: dict[str, set[str]] = {}
    for include in includes(root, "include/pilling"):
        graph.setdefault(include.file.name, set()).add(include.name.removeprefix("pilling/"))

    def reaches(begin: str, goal: str, seen: set[str]) -> bool:
        later = graph.get(begin, set()) - seen
        return goal in later or any(reaches(header, goal, seen | later) for header in later)

    return [f"include/pilling/{header}: includes itself by way of others" for header in graph if reaches(header, header, set())]


def uses_in_cmake(root: Path) -> list[str]:
    """CMakeLists.txt must tell the linker what the table tells the reader."""
    text = re.sub(r"#.*", "", (root / "CMakeLists.txt").read_text(encoding="utf-8"))
    calls = dict(re.findall(r"^pilling_module\((\w+)([^)]*)\)", text, re.MULTILINE))
    violations = []
    for name in sorted(calls.keys() | MODULES.keys()):
        uses = re.search(r"\bUSES\s+([\w\s]*?)(?=\bSOURCES\b|\bSEES\b|$)", calls.get(name, ""))
        written = tuple(uses[1].split()) if uses else ()
        if name not in calls or name not in MODULES or set(written) != set(MODULES[name].uses):
            violations.append(f"CMakeLists.txt: {name}: USES {' '.join(written)} differs from the table of modules")
    return violations


def violations_in(root: Path) -> list[str]:
    found = [check_public_header(include) for include in includes(root, "include")]
    found += [check_module_file(include, include.file.parts[1]) for include in includes(root, "src")]
    for folder in OUTSIDE:
        found += [check_outside(include, folder, root) for include in includes(root, folder)]
    return [violation for violation in found if violation] + cycles(root) + uses_in_cmake(root)


if __name__ == "__main__":
    violations = violations_in(Path(sys.argv[1]))
    print("\n".join(violations) or "Every include keeps to its layer.")
    sys.exit(bool(violations))
