// SPDX-License-Identifier: Apache-2.0
#include "page/content.h"

namespace sluice::page {

Content orders_page() {
    Content content;
    content.path = "/orders";
    content.title = "我的订单 · My orders";
    content.script = content.style = "orders";
    content.signs_in = true;
    content.main = R"html(<div class="narrow">
<h1 data-t="orders"></h1>
<p id="note" class="note"></p>
<div id="please" class="center" hidden><p data-t="please_sign_in"></p><button type="button" id="please-button" class="main wide" data-t="sign_in"></button></div>
<div id="none" class="center" hidden><h2 data-t="no_orders"></h2><p data-t="no_orders_hint"></p></div>
<ul id="list" class="orders"></ul>
<p class="actions list-end"><button type="button" id="refresh" data-t="refresh" hidden></button>
<button type="button" id="more" data-t="more" hidden></button></p>
</div>
<dialog id="sure" aria-labelledby="sure-title" aria-describedby="sure-hint">
<h2 id="sure-title" data-t="cancel_title"></h2>
<p id="sure-hint" class="hint" data-t="cancel_hint"></p>
<p class="actions"><button type="button" id="sure-keep" class="main" data-t="keep"></button><button type="button" id="sure-cancel" class="danger" data-t="cancel"></button></p>
</dialog>
)html";
    return content;
}

}  // namespace sluice::page
