// SPDX-License-Identifier: Apache-2.0
// The pages that stand in for others.
#include "page/content.h"

namespace sluice::page {

Content not_found_page() {
    Content content;
    content.path = "/404";
    content.title = "404";
    content.script = content.style = "plain";
    content.is_canonical = false;
    content.main = R"html(<div class="center">
<h1 data-t="gone"></h1>
<p data-t="gone_hint"></p>
<noscript><p>没有这个页面。There is no such page.</p></noscript>
<a class="as-button" href="/" data-t="home"></a>
</div>
)html";
    return content;
}

Content later_page() {
    Content content;
    content.path = "/later";
    content.title = "请稍后再来 · Please come back";
    content.script = "later";
    content.style = "plain";
    content.is_canonical = false;
    content.main = R"html(<div class="center">
<svg viewBox="0 0 72 72" aria-hidden="true"><circle cx="36" cy="36" r="34" fill="none" stroke="currentColor" stroke-width="4" opacity=".3"/><path d="M36 16v20l12 8" fill="none" stroke="currentColor" stroke-width="4" stroke-linecap="round" stroke-linejoin="round"/></svg>
<h1 data-t="later"></h1>
<p data-t="later_hint"></p>
<button type="button" id="try" class="main" data-t="try_now"></button>
<noscript><p>商店暂时无法访问，请一分钟后刷新。The shop cannot be reached right now; please reload in a minute.</p></noscript>
</div>
)html";
    return content;
}

}  // namespace sluice::page
