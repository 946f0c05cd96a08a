// SPDX-License-Identifier: Apache-2.0
// Demo data: a shop to play with, made through the same steps that people take: products,
// activities that one operator submits and another approves, a warm-up, and one past sale with a
// history.
#pragma once

#include <filesystem>
#include <string>

#include "api/app.h"
#include "base/result.h"

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

/// Adds what is missing: customers, the two demo operators, an activity that is live and one that
/// starts in two minutes. After the turnstile has started.
[[nodiscard]] base::Result<DemoData> make_demo_data(api::App& app);

/// Puts the pictures of its products into this folder; those that are there stay.
[[nodiscard]] base::Result<void> write_demo_images(const std::filesystem::path& folder);

}  // namespace sluice::command
