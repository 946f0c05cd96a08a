// SPDX-License-Identifier: Apache-2.0
#include "config.h"

#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>

namespace sluice {
namespace {

/// A file that is gone after the test.
class TempFile {
   public:
    explicit TempFile(const std::string& text) {
        std::string name =
            (std::filesystem::temp_directory_path() / "sluice-config-XXXXXX").string();
        const int file = mkstemp(name.data());
        EXPECT_GE(file, 0);
        std::fclose(fdopen(file, "w"));
        path_ = name;
        std::ofstream(path_) << text;
    }
    ~TempFile() { std::filesystem::remove(path_); }
    [[nodiscard]] const std::string& path() const { return path_; }

   private:
    std::string path_;
};

std::string error_of(const std::string& text) {
    const TempFile file(text);
    Config config;
    const auto read = read_file(config, file.path());
    if (!read) return read.error().what.substr(file.path().size());
    const auto checked = check(config);
    return checked ? "" : checked.error().what;
}

TEST(Config, TheFileInConfIsTheTableWithItsDefaults) {
    std::ifstream file(SLUICE_SOURCE_DIR "/conf/sluice.toml");
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    EXPECT_EQ(text, to_toml(Config{}))
        << "write it again: build/release/sluice config init > conf/sluice.toml";
}

TEST(Config, WhatIsWrittenIsReadBack) {
    Config changed;
    changed.public_server.port = 81;
    changed.api.public_url = "https://sale.example";
    changed.gates.user_rate.per_second = 2.5;
    changed.public_server.trusted_proxies = {"10.0.0.0/8", "::1/128"};
    changed.api.ticket_age = base::Duration{7000};
    changed.sandbox = true;
    changed.jwt_keys = {{.id = "the \"new\" one", .algorithm = "ES256", .file = "a\\b.pem"}};
    const TempFile file(to_toml(changed));
    Config read;
    const auto result = read_file(read, file.path());
    ASSERT_TRUE(result) << result.error().what;
    EXPECT_EQ(to_toml(read), to_toml(changed));
    EXPECT_NE(to_toml(read), to_toml(Config{}));
}

TEST(Config, EveryOptionHasItsOwnNameAndPlace) {
    Config config;
    std::set<std::string> names;
    std::set<const void*> places;
    for (const Option& option : options_of(config)) {
        EXPECT_TRUE(names.insert(option.name).second) << option.name;
        const void* place =
            std::visit([](auto* where) -> const void* { return where; }, option.where);
        EXPECT_TRUE(places.insert(place).second) << option.name;
        EXPECT_FALSE(option.text.empty()) << option.name;
    }
}

TEST(Config, MistakesAreNamedWithLineColumnAndTheNearestKey) {
    const std::array<std::pair<const char*, const char*>, 14> cases{{
        {"[public]\nprot = 80\n",
         ":2:1: unknown option `public.prot`; did you mean `public.port`?"},
        {"data_dri = \"x\"\n", ":1:1: unknown option `data_dri`; did you mean `data_dir`?"},
        {"[publik]\nport = 80\n",
         ":1:2: unknown option `publik`; `sluice config print` lists them all"},
        {"[public]\nport = \"80\"\n", ":2:8: `public.port` must be a whole number"},
        {"[public]\nport = 70000\n", ":2:8: `public.port` must be between 0 and 65535, not 70000"},
        {"[public]\nport = -1\n", ":2:8: `public.port` must be between 0 and 65535, not -1"},
        {"[public]\naccounts = 1\n", ":2:12: `public.accounts` must be true or false"},
        {"[gates]\nuser_per_second = nan\n",
         ":2:19: `gates.user_per_second` must be a number between 0 and 1000000"},
        {"[[jwt.keys]]\nid = \"a\"\nalgorithm = \"HS256\"\nfile = \"k\"\n",
         "[[jwt.keys]] needs jwt.issuer and jwt.audience, so that a token made for another service "
         "is not "
         "accepted here"},
        {"log_level = \"loud\"\n", "log_level is debug, info, warn or error, not `loud`"},
        {"[console]\nsecond_factor = \"Optional\"\n",
         "console.second_factor is required or optional, not `Optional`"},
        {"[console]\nsecond_factor = false\n",
         ":2:17: `console.second_factor` must be text in quotes"},
        {"[console]\nport = 8080\n", "public.port and console.port must differ"},
        {"watchdog_ms = 499\n", "watchdog_ms is 0 or at least 500, not 499"},
    }};
    for (const auto& [text, expected] : cases) EXPECT_EQ(error_of(text), expected) << text;
    EXPECT_NE(error_of("[public\nport = 1\n").find(":1:"), std::string::npos);
    EXPECT_NE(error_of("[(public]\nport = 1\n").find(":1:2: "), std::string::npos);
    EXPECT_NE(error_of("[public]\npört = 1\n").find(":2:"), std::string::npos);
}

TEST(Config, AFileThatCannotBeReadIsNamedWithTheReason) {
    const auto error = [](const std::string& file) {
        Config config;
        const auto read = read_file(config, file);
        return read ? "" : read.error().what;
    };
    EXPECT_EQ(error("/nowhere/sluice.toml"),
              "cannot read the configuration file /nowhere/sluice.toml: No such file or directory; "
              "check its name, or write one with `sluice config init`");
    EXPECT_NE(error("/").find("Is a directory"), std::string::npos);
    const TempFile endless(std::string((1 << 20) + 1, '\n'));
    EXPECT_NE(error(endless.path()).find("longer than 1 MiB"), std::string::npos);
}

TEST(Config, TheEnvironmentSetsOptionsAndUnknownVariablesStopTheStart) {
    Config config;
    const std::array<const char*, 4> good{"SLUICE_PUBLIC_PORT=81", "HOME=/", "SLUICE_DATA_DIR=/x",
                                          nullptr};
    ASSERT_TRUE(read_environment(config, good.data()));
    EXPECT_EQ(config.public_server.port, 81);
    EXPECT_EQ(config.data_dir, "/x");
    const std::array<const char*, 2> bad{"SLUICE_PUBLIC_PROT=81", nullptr};
    EXPECT_FALSE(read_environment(config, bad.data()));
    const std::array<const char*, 2> worse{"SLUICE_PUBLIC_PORT=81; x = 1", nullptr};
    EXPECT_FALSE(read_environment(config, worse.data()));
}

TEST(Config, ListsAreSetFromTextWithCommas) {
    Config config;
    ASSERT_TRUE(set_option(config, "public.trusted_proxies", "10.0.0.0/8,::1/128"));
    EXPECT_EQ(config.public_server.trusted_proxies,
              (std::vector<std::string>{"10.0.0.0/8", "::1/128"}));
    ASSERT_TRUE(set_option(config, "public.trusted_proxies", ""));
    EXPECT_TRUE(config.public_server.trusted_proxies.empty());
}

}  // namespace
}  // namespace sluice
