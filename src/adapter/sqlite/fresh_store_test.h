// SPDX-License-Identifier: Apache-2.0
// What the tests of this folder share: a directory of their own, and results that must be there.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "account/audit.h"
#include "adapter/sqlite/database.h"
#include "base/result.h"

namespace sluice::adapter {

/// A new directory, gone with the object.
class FreshDirectory {
   public:
    FreshDirectory() {
        std::string name = (std::filesystem::temp_directory_path() / "sluice-XXXXXX").string();
        path_ = ::mkdtemp(name.data());
    }
    ~FreshDirectory() { std::filesystem::remove_all(path_); }
    FreshDirectory(const FreshDirectory&) = delete;
    FreshDirectory& operator=(const FreshDirectory&) = delete;

    [[nodiscard]] const std::filesystem::path& path() const { return path_; }
    [[nodiscard]] std::filesystem::path file() const { return path_ / "sluice.db"; }

   private:
    std::filesystem::path path_;
};

/// A store in a directory of its own.
struct FreshStore {
    FreshDirectory directory;
    std::unique_ptr<Database> database = open();

    [[nodiscard]] std::unique_ptr<Database> open() const {
        auto opened = Database::open(directory.path());
        if (!opened) {
            ADD_FAILURE() << opened.error().what;
            std::abort();
        }
        return std::move(*opened);
    }
    /// Runs SQL behind the back of the store, as a person with the sqlite3 shell would.
    void meddle(const char* sql) const {
        Connection(directory.file(), Connection::Mode::read_write).execute(sql);
    }
};

/// The value, or the end of the test program with the words of the error.
template <class T>
T must(base::Result<T> result) {
    if (!result) {
        ADD_FAILURE() << result.error().what;
        std::abort();
    }
    if constexpr (!std::is_void_v<T>) return std::move(*result);
}

template <class T>
base::Error error_of(const base::Result<T>& result) {
    EXPECT_FALSE(result) << "an error was expected";
    return result ? base::Error{base::ErrorCode::invalid, "no error"} : result.error();
}

inline account::AuditEntry entry(std::string_view action, std::string_view subject = "x/1") {
    account::AuditEntry made;
    made.at = {1'700'000'000'000};
    made.who = {1};
    made.who_name = "li.wei";
    made.action = action;
    made.subject = subject;
    made.before = "{}";
    made.after = R"({"name":"秋季"})";
    made.reason = "because";
    made.address = "127.0.0.1";
    return made;
}

}  // namespace sluice::adapter
