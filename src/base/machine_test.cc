// SPDX-License-Identifier: Apache-2.0
#include "base/machine.h"

#include <gtest/gtest.h>

namespace sluice::base {
namespace {

TEST(Machine, SaysWhatToDoExactlyWhenSomethingIsNotGood) {
    for (const Finding& found :
         {check_descriptors(1), check_descriptors(UINT64_MAX), check_accept_queue(), check_clock(),
          check_disk("/"), check_disk("/there/is/no/such/folder")}) {
        EXPECT_FALSE(found.subject.empty());
        EXPECT_FALSE(found.what.empty()) << found.subject;
        EXPECT_EQ(found.fix.empty(), found.health == Health::good) << found.subject;
    }
}

TEST(Machine, WantsAsManyDescriptorsAsItIsTold) {
    EXPECT_EQ(check_descriptors(1).health, Health::good);
    EXPECT_EQ(check_descriptors(UINT64_MAX).health, Health::warning);
}

}  // namespace
}  // namespace sluice::base
