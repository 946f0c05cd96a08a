// SPDX-License-Identifier: Apache-2.0
// Demo data: a shop to play with, made through the same steps that people take: products,
// activities that one operator submits and another approves, a warm-up. Its past sale is played on
// a clock of yesterday before the service opens (demo_crowd.h), so its orders, its report and its
// replay are those of a sale that was.
#pragma once

#include <filesystem>
#include <string>

#include "api/app.h"
#include "base/result.h"
#include "config.h"

namespace sluice::command {

struct DemoData {
    std::string buyer;           ///< name of a customer to try it with
    std::string buyer_password;  ///< the same for all 200 demo customers, drawn at the first start
    std::string operator_name;   ///< role operator
    std::string operator_password;  ///< drawn at every start
    std::string reviewer_name;      ///< role reviewer
    std::string reviewer_password;
    base::Instant next_start;  ///< of the next sale; none if there is none
};

/// In a folder without a store: customers, the two demo operators, products, and a sale that was
/// yesterday. Else nothing. Before the service opens.
[[nodiscard]] base::Result<void> make_demo_past(const Config& config);

/// Adds what is missing: an activity that is live and one that starts in two minutes, and who and
/// what they need. After the turnstile has started.
[[nodiscard]] base::Result<DemoData> make_demo_data(api::App& app);

/// Puts the pictures of its products into this folder; those that are there stay.
[[nodiscard]] base::Result<void> write_demo_images(const std::filesystem::path& folder);

}  // namespace sluice::command
