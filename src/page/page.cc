// SPDX-License-Identifier: Apache-2.0
#include "page/page.h"

#include "page/content.h"
#include "page/document.h"

namespace sluice::page {

std::vector<Page> render(const Shop& shop) {
    std::vector<Page> pages;
    pages.push_back(document(shop, home(shop)));
    for (const activity::Activity& activity : shop.activities) {
        pages.push_back(document(shop, activity_page(shop, activity)));
        for (const activity::Item& item : activity.items)
            pages.push_back(document(shop, item_page(shop, activity, item)));
    }
    for (const Content& content : {orders_page(), account_page(), later_page(), not_found_page()})
        pages.push_back(document(shop, content));
    return pages;
}

}  // namespace sluice::page
