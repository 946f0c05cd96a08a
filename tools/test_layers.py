# SPDX-License-Identifier: Apache-2.0
"""tools/layers on small trees with planted faults, under the rules of the project itself."""
import unittest

import tree


class Layers(tree.TreeTest):
    def setUp(self):
        super().setUp()
        self.write("tools/layers.txt", (tree.TOOLS / "layers.txt").read_text())
        self.write("src/base/id.h", "#include <cstdint>\n")

    def check(self, **files):
        """Adds files, named with __ for / and _h or _cc for the ending, and runs the tool."""
        for name, text in files.items():
            path, _, ending = name.replace("__", "/").rpartition("_")
            self.write(f"src/{path}.{ending}", text + "\n")
        return self.run_tool("layers")

    def test_what_the_rules_allow_is_accepted(self):
        self.assert_content(self.check(
            stock__stock_h='#include "base/id.h"', sale__sale_h='#include "stock/stock.h"\n#include <vector>',
            sale__turnstile_h="#include <mutex>\n#include <thread>\n#include <atomic>",
            adapter__sqlite__ledger_cc='#include <sqlite3.h>\n#include "sale/sale.h"',
            main_cc='#include "adapter/sqlite/ledger.h"\n#include "stock/stock.h"'))

    def test_siblings_do_not_include_each_other(self):
        self.assert_finds(self.check(stock__stock_h="", order__order_h='#include "stock/stock.h"'),
                          "order/order.h:1:", '"stock/stock.h"', "order may include only: base account/audit")

    def test_an_audit_entry_may_be_known_to_everybody_but_accounts_may_not(self):
        self.assert_content(self.check(account__audit_h="", catalog__catalog_h='#include "account/audit.h"'))
        self.assert_finds(self.check(account__account_h="", catalog__skus_h='#include "account/account.h"'),
                          "catalog/skus.h:1:")

    def test_base_includes_nothing_of_the_project(self):
        self.assert_finds(self.check(sale__sale_h="", base__text_cc='#include "sale/sale.h"'),
                          "base may include only: itself")

    def test_the_domain_does_not_know_http(self):
        self.assert_finds(self.check(http__request_h="", sale__buy_cc='#include "http/request.h"'), "sale/buy.cc:1:")

    def test_adapters_do_not_include_another(self):
        self.assert_finds(self.check(adapter__memory__ledger_h="",
                                     adapter__sqlite__ledger_cc='#include "adapter/memory/ledger.h"'),
                          "adapter/sqlite/ledger.cc:1:", "adapter/sqlite may include only")

    def test_a_test_may_use_the_memory_adapter(self):
        files = {"adapter__memory__ledger_h": "", "adapter__sqlite__x_h": ""}
        self.assert_content(self.check(**files, sale__sale_test_cc='#include "adapter/memory/ledger.h"'))
        self.assert_finds(self.check(**files, sale__other_test_cc='#include "adapter/sqlite/x.h"'),
                          "sale/other_test.cc:1:")

    def test_a_folder_without_a_rule_is_an_error(self):
        self.assert_finds(self.check(misc__thing_h=""), "misc/thing.h:1:", "no line of tools/layers.txt")

    def test_restricted_headers_stay_where_they_belong(self):
        for place, header, wanted in (
                ("order__order_h", "<mutex>", "sale/turnstile"), ("sale__sale_cc", "<atomic>", "sale/board"),
                ("guard__ticket_cc", "<atomic>", "guard/gates"), ("adapter__memory__x_cc", "<sqlite3.h>", "adapter/sqlite"),
                ("api__buy_cc", "<boost/asio/post.hpp>", "http"), ("page__page_cc", "<sys/stat.h>", "base"),
                ("http__server_cc", "<spdlog/spdlog.h>", "base/log"), ("base__x_h", "<gtest/gtest.h>", "tests")):
            with self.subTest(header=header, place=place):
                self.assert_finds(self.check(**{place: f"#include {header}"}), f"includes {header}: allowed only in", wanted)
                (self.root / "src" / (place.replace("__", "/")[::-1].replace("_", ".", 1)[::-1])).unlink()

    def test_a_test_may_use_threads(self):
        self.assert_content(self.check(stock__stock_test_cc="#include <thread>\n#include <gtest/gtest.h>"))

    def test_the_test_of_a_single_file_belongs_to_that_file(self):
        self.assert_content(self.check(config_h="", stock__stock_h="",
                                       config_test_cc='#include "config.h"\n#include "stock/stock.h"'))

    def test_clocks_are_read_in_one_file(self):
        for call in ("std::chrono::system_clock::now()", "steady_clock::now()", "clock_gettime(CLOCK_REALTIME, &t)",
                     "time(nullptr)", "std::time( NULL )", "gettimeofday(&t, nullptr)", "using clock = std::chrono::steady_clock"):
            with self.subTest(call=call):
                self.assert_finds(self.check(sale__buy_cc=f"auto x = {call};"), "sale/buy.cc:1: reads a clock")
        self.assert_content(self.check(sale__buy_cc="", base__time_cc="clock_gettime(CLOCK_MONOTONIC, &at);"))

    def test_what_only_names_a_clock_is_accepted(self):
        self.assert_content(self.check(
            sale__buy_cc='// never time(nullptr)\n/* steady_clock\n */ auto x = "system_clock::now()"; run_time(0);'))
        self.assert_content(self.check(http__door_cc="using Timer = asio::basic_waitable_timer<std::chrono::steady_clock>;"))

    def test_a_line_number_counts_the_lines_of_comments(self):
        self.assert_finds(self.check(sale__buy_cc="/* one\n two */\nauto x = time(nullptr);"), "sale/buy.cc:3:")

    def test_the_shortest_cycle_is_printed(self):
        self.assert_finds(
            self.check(stock__a_h='#include "stock/b.h"', stock__b_h='#include "stock/c.h"\n#include "stock/a.h"',
                       stock__c_h='#include "stock/a.h"'),
            "a cycle of files: stock/a.h -> stock/b.h -> stock/a.h (at stock/a.h:1, stock/b.h:2)")

    def test_a_cycle_of_folders_is_found_without_one_of_files(self):
        self.assert_finds(self.check(stock__a_h='#include "order/b.h"', stock__c_h="",
                                     order__b_h="", order__d_h='#include "stock/c.h"'),
                          "a cycle of folders: order -> stock -> order")

    def test_only_names_below_src_are_included(self):
        self.assert_finds(self.check(stock__a_cc='#include "../order/b.h"'), "only what is below src/")
        self.assert_finds(self.check(stock__a_cc='#include "test/sim/x.h"'), "only what is below src/")


if __name__ == "__main__":
    unittest.main()
