# SPDX-License-Identifier: Apache-2.0
"""tools/path on small trees: sound paths are printed, each planted fault is found."""
import unittest

import tree

BUY = ["http/connection.cc", "http/router.cc", "api/buy.cc", "sale/turnstile.cc", "sale/buy.cc",
       "adapter/sqlite/ledger.cc", "sale/turnstile.cc", "http/connection.cc"]
PAGE = "# Architecture\n\nBefore.\n<!-- path:begin -->\n<!-- path:end -->\nBehind.\n"


class Path(tree.TreeTest):
    def setUp(self):
        super().setUp()
        self.texts = {}
        self.mark("buy", BUY)
        for name in ("settle", "expire", "recover"):
            self.mark(name, ["sale/turnstile.cc", f"sale/{name}.cc"])
        self.write("ARCHITECTURE.md", PAGE)

    def mark(self, path, files):
        """Marks a path through the files, a function for each stop."""
        for at, file in enumerate(files, 1):
            following = files[at] if at < len(files) else "-"
            self.texts[file] = self.texts.get(file, "") + (
                f"// PATH {path} {at}/{len(files)} Does part {at} of it. Next: {following}\n"
                f"void Thing::{path}_{at}(int x) {{\n}}\n")

    def run_path(self, *words, **changes):
        """Writes the tree, with `file=(old, new)` replaced (__ for /), and runs the tool."""
        for file, text in self.texts.items():
            old, new = changes.get(file.replace("/", "__").removesuffix(".cc"), ("", ""))
            self.assertIn(old, text)
            self.write(f"src/{file}", text.replace(old, new, 1) if old else text)
        return self.run_tool("path", *words)

    def test_sound_paths_are_printed_in_order(self):
        said = self.run_path()
        self.assert_content(said)
        self.assertIn("| 5 | `sale/buy.cc` buy_5 | Does part 5 of it. |", said[1])
        places = [said[1].index(f"**{name}**") for name in ("buy", "settle", "expire", "recover")]
        self.assertEqual(sorted(places), places)

    def test_the_table_is_written_and_then_agrees(self):
        self.assert_finds(self.run_path("--check"), "ARCHITECTURE.md shows another table")
        self.assert_content(self.run_path("--write"))
        self.assert_content(self.run_path("--check"))
        page = (self.root / "ARCHITECTURE.md").read_text()
        self.assertTrue(page.startswith("# Architecture\n\nBefore.\n<!-- path:begin -->\n\n**buy**"), page)
        self.assertTrue(page.endswith("<!-- path:end -->\nBehind.\n"), page)

    def test_a_changed_sentence_is_noticed(self):
        self.run_path("--write")
        self.assert_finds(self.run_path("--check", sale__buy=("part 5", "another part")), "another table")

    def test_a_page_without_the_marks_is_an_error(self):
        self.write("ARCHITECTURE.md", "# Architecture\n")
        self.assert_finds(self.run_path("--check"), "<!-- path:begin -->")

    def test_a_missing_stop_is_found(self):
        self.assert_finds(self.run_path(sale__buy=("// PATH", "// path")), "PATH buy 5/8: no file has this stop")

    def test_a_double_stop_is_found(self):
        self.assert_finds(self.run_path(api__buy=("buy 3/8", "buy 5/8")), "buy 5/8: this stop is marked 2 times",
                          "PATH buy 3/8: no file has this stop")

    def test_a_stop_beyond_the_end_is_found(self):
        self.assert_finds(self.run_path(api__buy=("buy 3/8", "buy 9/8")), "PATH buy 9/8: there is no such stop")

    def test_next_must_name_the_file_of_the_next_stop(self):
        self.assert_finds(self.run_path(sale__buy=("Next: adapter/sqlite/ledger.cc", "Next: adapter/memory/ledger.cc")),
                          "src/sale/buy.cc:1:", "but the next stop is in adapter/sqlite/ledger.cc")

    def test_the_last_stop_has_no_next(self):
        self.assert_finds(self.run_path(sale__settle=("Next: -", "Next: sale/buy.cc")), "but the next stop is in -")

    def test_stops_agree_how_many_they_are(self):
        self.assert_finds(self.run_path(sale__settle=("2/2", "2/3")), "PATH settle 1/2: the path has 3 stops")

    def test_a_purchase_has_eight_stops(self):
        for file in self.texts:
            self.texts[file] = self.texts[file].replace("/8 ", "/9 ")
        self.assert_finds(self.run_path(), "the path has 8 stops")

    def test_a_path_that_nothing_marks_is_an_error(self):
        for file in self.texts:
            self.texts[file] = self.texts[file].replace("// PATH expire", "// expire")
        self.assert_finds(self.run_path(), "PATH expire: no file marks this path")

    def test_what_only_looks_like_a_mark_is_an_error(self):
        self.assert_finds(self.run_path(sale__buy=(" Next: adapter/sqlite/ledger.cc", "")), "src/sale/buy.cc:1: not a mark")

    def test_a_mark_without_a_function_is_an_error(self):
        self.assert_finds(self.run_path(sale__buy=("void Thing::buy_5(int x) {", "int x = {")), "no function follows")

    def test_a_sentence_may_go_on_in_the_next_line(self):
        said = self.run_path(sale__buy=("part 5 of it. Next:", "part 5\n// of it. Next:"))
        self.assert_content(said)
        self.assertIn("buy_5 | Does part 5 of it. |", said[1])
        said = self.run_path(sale__buy=("Next: adapter", "Next:\n// adapter"))
        self.assert_content(said)

    def test_marks_that_a_formatter_joined_are_told_apart(self):
        said = self.run_path(
            sale__settle=("// PATH settle 2/2 Does part 2 of it. Next: -\n",
                          "// PATH settle 2/2 Does part 2 of it.\n// Next: - PATH note 1/1 Shares the comment. Next: -\n"
                          "// It says more.\n"))
        self.assert_content(said)
        self.assertIn("| 1 | `sale/settle.cc` settle_2 | Shares the comment. |", said[1])

    def test_the_path_of_a_purchase_stays_readable_in_one_sitting(self):
        self.texts["sale/buy.cc"] += "\n" * 2000
        self.assert_finds(self.run_path(), "PATH buy: its files have", "at most 2000")


if __name__ == "__main__":
    unittest.main()
