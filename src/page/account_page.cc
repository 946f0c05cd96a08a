// SPDX-License-Identifier: Apache-2.0
#include "page/content.h"

namespace sluice::page {

Content account_page() {
    Content content;
    content.path = "/account";
    content.title = "账号 · Account";
    content.script = "account";
    content.style = "plain";
    content.main =
        "<h1 class=\"heard\" data-t=\"account\"></h1>\n<div id=\"sign-part\" class=\"form\">\n";
    content.main += sign_form();
    content.main += R"html(</div>
<div id="in" class="form" hidden>
<h2 data-t="account"></h2>
<p id="who" class="who"></p>
<p id="lasts" class="hint"></p>
<p class="actions"><a class="as-button" href="/orders" data-t="orders"></a><button type="button" id="leave" data-t="sign_out"></button></p>
</div>
)html";
    return content;
}

}  // namespace sluice::page
