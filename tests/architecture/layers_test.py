"""The checker must find what it is there for: each invented house has one thing wrong."""

import tempfile
import unittest
from pathlib import Path

import layers


class Layers(unittest.TestCase):
    def setUp(self):
        folder = self.enterContext(tempfile.TemporaryDirectory())
        self.root = Path(folder)
        self.write(
            "CMakeLists.txt",
            "\n".join(
                f"pilling_module({name}{' USES ' + ' '.join(module.uses) if module.uses else ''}\n  SOURCES a)"
                for name, module in layers.MODULES.items()
            ),
        )

    def write(self, path, text):
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")

    def violations(self):
        return layers.violations_in(self.root)

    def assert_one(self, path, text, reason):
        self.write(path, text)
        violations = self.violations()
        self.assertEqual(len(violations), 1, violations)
        self.assertIn(reason, violations[0])
        self.assertTrue(violations[0].startswith(path), violations[0])

    def test_accepts_a_house_in_order(self):
        self.write("include/pilling/store.hpp", '#include <span>\n#include "pilling/medicine.hpp"\n')
        self.write("include/pilling/pilling.hpp", '#include "pilling/engine.hpp"\n')
        self.write("src/geo/a.cpp", '#include <boost/geometry.hpp>\n#include "text/normalize.hpp"\n#include "geo/a.hpp"\n')
        self.write("src/engine/a.cpp", '#include "pilling/engine.hpp"\n#include "cache/b.hpp"\n')
        self.write("bindings/core.cpp", '#include <pybind11/pybind11.h>\n#include "pilling/engine.hpp"\n')
        self.assertEqual(self.violations(), [])

    def test_finds_an_upward_include(self):
        self.assert_one("src/store/a.cpp", '#include "engine/catalogue.hpp"\n', "store may not use engine")

    def test_finds_a_sideways_include(self):
        self.assert_one("src/cache/a.cpp", '#include "search/symptom_index.hpp"\n', "cache may not use search")

    def test_finds_the_public_header_of_a_sibling(self):
        self.assert_one("src/geo/a.cpp", '#include "pilling/search.hpp"\n', "geo may not include")

    def test_finds_the_facade_below_the_engine(self):
        self.assert_one("src/refresh/a.cpp", '#include "pilling/engine.hpp"\n', "refresh may not include")

    def test_finds_a_library_in_the_wrong_folder(self):
        self.assert_one("src/engine/a.cpp", "#include <sqlite3.h>\n", "only src/store may see it")

    def test_finds_an_unknown_library(self):
        self.assert_one("src/text/a.cpp", "#  include <unicode/uchar.h>\n", "not in the standard library")

    def test_finds_a_library_in_a_public_header(self):
        self.assert_one("include/pilling/http.hpp", "#include <curl/curl.h>\n", "standard library and public headers")

    def test_finds_a_private_header_in_a_public_one(self):
        self.assert_one("include/pilling/geo.hpp", '#include "geo/same_pharmacy.hpp"\n', "standard library and public")

    def test_finds_the_facade_in_another_public_header(self):
        self.assert_one("include/pilling/cache.hpp", '#include "pilling/engine.hpp"\n', "public may not include")

    def test_finds_public_headers_in_a_circle(self):
        self.write("include/pilling/source.hpp", '#include "pilling/store.hpp"\n')
        self.write("include/pilling/store.hpp", '#include "pilling/source.hpp"\n')
        self.assertEqual(len(self.violations()), 2)

    def test_finds_an_include_by_bare_file_name(self):
        self.assert_one("src/core/a.cpp", '#include "retry.hpp"\n', "write private headers as")

    def test_finds_an_include_of_a_macro(self):
        self.assert_one("src/core/a.cpp", "#include HEADER\n", "write private headers as")

    def test_finds_an_unknown_module(self):
        self.assert_one("src/util/a.cpp", "#include <string>\n", "not in the table")

    def test_finds_a_private_header_in_the_bindings(self):
        self.assert_one("bindings/core.cpp", '#include "store/sqlite.hpp"\n', "public headers only")

    def test_finds_a_build_that_links_more_than_the_table_allows(self):
        text = (self.root / "CMakeLists.txt").read_text(encoding="utf-8")
        text = text.replace("pilling_module(cache USES core", "pilling_module(cache USES core search")
        self.assert_one("CMakeLists.txt", text, "cache: USES core search text differs")


if __name__ == "__main__":
    unittest.main()
