"""Each rule must find its violation in an invented house."""

import tempfile
import unittest
from pathlib import Path

import conventions


class Conventions(unittest.TestCase):
    def setUp(self):
        self.root = Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.write("CMakeLists.txt", "project(Pilling VERSION 4.5.6 LANGUAGES CXX)\n")

    def write(self, path, text):
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")

    def test_accepts_a_house_in_order(self):
        self.write("src/core/a.cpp", "#include <string>\n")
        self.write("cmake/version.hpp.in", '#define PILLING_VERSION "@PROJECT_VERSION@"\n')
        self.write("src/http/b.cpp", "// 14.5.6 and 4.5.60 are other numbers.\n")
        self.assertEqual(conventions.violations_in(self.root), [])

    def test_finds_each_violation(self):
        for path, text in (
            ("src/core/a.cpp", "#include <iostream>\n"),
            ("include/pilling/a.hpp", "#include <iostream>\n"),
            ("src/core/a.cpp", "using namespace std;\n"),
            ("tests/unit/core/a_test.cpp", "std::this_thread::sleep_for(1ms);\n"),
            ("bindings/python/pilling/__init__.py", '__version__ = "4.5.6"\n'),
            ("pyproject.toml", 'version = "4.5.6"\n'),
            ("CMakeLists.txt", "project(Pilling LANGUAGES CXX)\n"),
            ("CMakeLists.txt", 'project(Pilling VERSION 4.5.6)\nset(SOVERSION "4.5.6")\n'),
        ):
            with self.subTest(path=path, text=text):
                self.setUp()
                self.write(path, text)
                self.assertEqual(len(conventions.violations_in(self.root)), 1)


if __name__ == "__main__":
    unittest.main()
