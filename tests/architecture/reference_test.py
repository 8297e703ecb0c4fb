"""The reference of C++ must name what lacks a comment, and pass over what needs none."""

import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "docs" / "reference" / "cpp"))
import build


class Reference(unittest.TestCase):
    def test_counts_what_is_not_documented(self):
        for warning in (
            "a.hpp:1: warning: Compound pilling::Answer is not documented.",
            "a.hpp:1: warning: Member size() const noexcept (function) of class pilling::A is not documented.",
            "a.hpp:1: warning: Member A(std::string name) (function) of class pilling::A is not documented.",
            "a.hpp:1: warning: Member State (enumeration) of namespace pilling is not documented.",
            "a.hpp:1: warning: unable to resolve reference to 'x' for \\ref command",
            "error: tag INPUT: input source 'include' does not exist",
        ):
            with self.subTest(warning):
                self.assertEqual(build.problems(f"{warning}\n\n"), [warning])

    def test_passes_over_what_says_all_itself(self):
        for member in (
            "name (variable) of struct pilling::A",
            "operator==(const A &) const =default (function) of struct pilling::A",
            "operator bool() const noexcept (function) of class pilling::A",
            "A(A &&) noexcept (function) of class pilling::A",
            "A(const A &other) noexcept (function) of class pilling::A",
            "operator=(A other) noexcept (function) of class pilling::A",
        ):
            with self.subTest(member):
                self.assertEqual(build.problems(f"a.hpp:1: warning: Member {member} is not documented.\n"), [])

    def test_names_headers_that_the_main_page_leaves_out(self):
        pages = "/// | a.hpp | something |\n"
        self.assertEqual(build.unlisted(["a.hpp", "b.hpp"], pages), ["docs/reference/cpp/pages.dox does not list b.hpp"])


if __name__ == "__main__":
    unittest.main()
