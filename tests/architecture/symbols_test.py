"""The checks of symbols must find what they are there for, and only that."""

import unittest

import symbols


class Silence(unittest.TestCase):
    def test_finds_each_way_of_being_loud(self):
        for name in (
            "std::cout", "std::cerr@GLIBCXX_3.4", "std::ios_base::Init::Init()", "printf", "fprintf@GLIBC_2.2.5",
            "__printf_chk", "vfprintf", "puts", "fputs", "putchar", "perror", "stderr", "abort", "exit", "_exit",
            "__assert_fail", "getenv", "secure_getenv", "setenv",
        ):  # fmt: skip
            found = symbols.loud_references(["engine.cpp.o:", f"                 U {name}"])
            self.assertEqual(found, [f"engine.cpp.o: refers to {name}"], name)

    def test_allows_what_only_formats_or_ends_by_an_exception(self):
        for name in ("snprintf", "vsnprintf", "__snprintf_chk", "std::terminate()", "exits_at", "pilling::puts()"):
            self.assertEqual(symbols.loud_references([f"                 U {name}"]), [], name)


class Exports(unittest.TestCase):
    def test_allows_public_names(self):
        for name in (
            "pilling::Engine::Engine(pilling::EngineOptions)",
            "pilling::make_sqlite_store(std::filesystem::__cxx11::path const&)",
            "vtable for pilling::Error",
            "typeinfo name for pilling::Store",
            "pilling::detail::CacheTable::clear()",
        ):
            self.assertEqual(symbols.leaked_names([f"0000000000001000 T {name}"]), [], name)

    def test_finds_what_leaks(self):
        for name in (
            "pilling::store::open(int)",
            "vtable for pilling::http::CurlTransport",
            "pilling::cache::Tiers::all() const",
            "pilling::(anonymous namespace)::find()",
            "simdjson::dom::parser::parse()",
            "std::vector<pilling::Medicine>::_M_realloc_insert()",
            "sqlite3_open",
        ):
            self.assertEqual(len(symbols.leaked_names([f"0000000000001000 W {name}"])), 1, name)


if __name__ == "__main__":
    unittest.main()
