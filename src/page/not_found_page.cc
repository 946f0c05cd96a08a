// SPDX-License-Identifier: Apache-2.0
#include "page/content.h"

namespace sluice::page {

Content not_found_page() {
    Content content;
    content.path = "/404";
    content.title = "404";
    content.main = R"html(<h1 data-t="gone"></h1>
<p data-t="gone_hint"></p>
<p><a href="/" data-t="home"></a></p>
)html";
    content.script = "\nstart();\n";
    return content;
}

}  // namespace sluice::page
