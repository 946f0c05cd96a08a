// SPDX-License-Identifier: Apache-2.0
#include "api/history.h"

#include <algorithm>

namespace sluice::api {

using activity::Sample;

void History::add(Sample sample) {
    const std::lock_guard lock(mutex_);
    unsaved_.push_back(std::move(sample));
    if (unsaved_.size() > kUnsavedMax) unsaved_.pop_front();
}

base::Result<void> History::save() {
    std::vector<Sample> taken;
    {
        const std::lock_guard lock(mutex_);
        taken.assign(unsaved_.begin(), unsaved_.end());
    }
    if (auto added = store_.add_samples(taken); !added) return added;
    const std::lock_guard lock(mutex_);
    // Only the recorder adds, and it is here: the first ones are those that were taken.
    unsaved_.erase(unsaved_.begin(), unsaved_.begin() + static_cast<std::ptrdiff_t>(taken.size()));
    return {};
}

base::Result<std::vector<Sample>> History::samples(base::ActivityId activity, base::Instant from,
                                                   base::Instant to, std::size_t limit) const {
    // Memory first: what is saved in between is then seen twice, not missed.
    std::vector<Sample> newest;
    {
        const std::lock_guard lock(mutex_);
        std::ranges::copy_if(unsaved_, std::back_inserter(newest), [&](const Sample& one) {
            return one.activity == activity && from <= one.at && one.at <= to;
        });
    }
    auto found = store_.samples(activity, from, to, limit);
    if (!found) return found;
    for (Sample& sample : newest)
        if (found->size() < limit && (found->empty() || found->back().at < sample.at))
            found->push_back(std::move(sample));
    return found;
}

}  // namespace sluice::api
