# SPDX-License-Identifier: Apache-2.0
"""tools/tidy on small trees with planted faults."""
import unittest

import tree

LICENSE = "// SPDX-License-Identifier: Apache-2.0\n"


class Tidy(tree.TreeTest):
    def check(self, body, name="src/sale/buy.cc"):
        self.write(name, LICENSE + body)
        return self.run_tool("tidy")

    def test_clean_code_is_accepted(self):
        self.assert_content(self.check("int units() { return 1; }  // TODO(#12) count them.\n"))

    def test_each_ban_names_its_replacement(self):
        for body, found in (
                ("void f() { assert(true); }\n", "buy.cc:2: assert(: write CHECK"),
                ("try {\n} catch ( ... ) {\n}\n", "buy.cc:3: catch ( ... ): write a catch of"),
                ("    rc::check([] {});\n", "write EXPECT_TRUE(rc::check("),
                ("int x;  // FIXME\n", "buy.cc:2: FIXME: mend it"), ("int x;  // TODO later\n", "buy.cc:2: TODO: "),
                ("int x;  // TODO(me)\n", "buy.cc:2: TODO: "), ("\tint x;\n", "buy.cc:2: a tab"),
                ("int x;\r\n", "buy.cc:2: a carriage return"), ("int x;", "buy.cc:2: no newline"),
                ("// " + "x" * 98 + "\n", "buy.cc:2: 101 columns"), ("int goods_left;\n", '"goods" in goods_left: write sku'),
                ("int seckill_count;\n", '"seckill"'), ("int lock_stock_count;\n", '"lock_stock" in lock_stock_count'),
                ("void preDeduct();\n", '"pre_deduct" in preDeduct'), ("void deduct_one();\n", '"deduct" in deduct_one'),
                ("class StockManager;\n", '"manager" in StockManager'), ("namespace utils {}\n", '"utils" in utils'),
                ("struct ItemInfo;\n", '"info" in ItemInfo'), ("int user_info = 1;\n", '"info" in user_info'),
                ("struct TestHelper;\n", '"helper" in TestHelper'), ("bool miaosha_on;\n", '"miaosha"')):
            with self.subTest(body=body):
                self.assert_finds(self.check(body), found)

    def test_what_only_looks_like_a_ban_is_accepted(self):
        for body in ("static_assert(sizeof(int) == 4);\n", "log_info(event);\nauto a = LogLevel::info;\n",
                     "int information = 0;\n", "#include <utility>\n#include <cassert>\n", "addrinfo a;\n",
                     'auto a = "the goods manager";\n', "// the helper of util does not assert(x) here\n",
                     "/* an info\n a manager */\n", 'auto a = R"(seckill "info" manager)";\n', "// " + "x" * 97 + "\n",
                     "auto big = 1'000'000; auto c = 'x'; int d = 2'000;\n", "RC_ASSERT(true);\n",
                     "auto m = curl_multi_info_read(handle, &left);\n", 'auto a = R"html(\n' + "x" * 200 + '\n)html";\n',
                     "try {\n} catch (const std::exception& e) {\n}\n", "// 预约 is enrollment 预约预约预约\n"):
            with self.subTest(body=body):
                self.assert_content(self.check(body))

    def test_a_ban_behind_grouped_digits_is_still_found(self):
        self.assert_finds(self.check("auto a = 1'000; int goods = 0; auto b = 2'000;\n"), '"goods"')

    def test_everything_may_be_caught_in_an_adapter_only(self):
        body = "try {\n} catch (...) {\n}\n"
        self.assert_content(self.check(body, "src/adapter/sqlite/ledger.cc"))
        self.assert_finds(self.check(body, "src/http/server.cc"), "http/server.cc:3:")

    def test_names_of_files_and_folders_count(self):
        self.assert_finds(self.check("int x;\n", "src/base/string_util.h"), '"util" in the name of the file')
        self.assert_finds(self.check("int x;\n", "src/helpers/text.h"), '"helpers" in the name of the file')

    def test_words_are_free_outside_of_src(self):
        self.assert_content(self.check("int goods;\n", "bench/null_server.cc"))

    def test_a_missing_license_is_found_everywhere(self):
        for name in ("src/base/id.h", "test/sim/x.cc", "fuzz/x_fuzz.cc", "bench/x.cc"):
            with self.subTest(name=name):
                self.write(name, "int x;\n")
                self.assert_finds(self.run_tool("tidy"), f"{name}:1: the first line is not the license")

    def test_what_is_not_text_is_named(self):
        self.write("src/base/id.h", b"// \xff\xfe\n")
        self.assert_finds(self.run_tool("tidy"), "src/base/id.h:1: not UTF-8")


if __name__ == "__main__":
    unittest.main()
