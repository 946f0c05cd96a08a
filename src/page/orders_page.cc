// SPDX-License-Identifier: Apache-2.0
#include "page/content.h"
#include "page/script.h"

namespace sluice::page {

Content orders_page() {
    Content content;
    content.path = "/orders";
    content.title = "我的订单 · My orders";
    content.main = R"html(<h1 data-t="orders"></h1>
<p id="note" role="status"></p>
<div id="please" hidden><p data-t="please_sign_in"></p><button type="button" id="please-button" class="main" data-t="sign_in"></button></div>
<p id="none" data-t="no_orders" hidden></p>
<ul id="list"></ul>
<p class="actions"><button type="button" id="refresh" data-t="refresh" hidden></button>
<button type="button" id="more" data-t="more" hidden></button></p>
)html";
    content.script = orders_script();
    return content;
}

}  // namespace sluice::page
