// SPDX-License-Identifier: Apache-2.0
#include "page/page.h"

#include "page/content.h"
#include "page/document.h"

namespace sluice::page {

std::vector<Page> render(const std::vector<activity::Activity>& activities) {
    std::vector<Page> pages;
    pages.push_back(document(home(activities)));
    for (const activity::Activity& activity : activities) {
        pages.push_back(document(activity_page(activity)));
        for (const activity::Item& item : activity.items) {
            pages.push_back(document(item_page(activity, item)));
        }
    }
    pages.push_back(document(orders_page()));
    pages.push_back(document(not_found_page()));
    return pages;
}

}  // namespace sluice::page
