// SPDX-License-Identifier: Apache-2.0
#include "page/style.h"

namespace sluice::page {

std::string_view style() {
    return R"css(
:root{color-scheme:light dark;--page:#f5f5f7;--card:#fff;--text:#1b1b1f;--quiet:#5a5a63;--line:#d9d9df;--main:#b3001e;--on-main:#fff;--good:#0b6b33;--bad:#a8001c}
@media (prefers-color-scheme:dark){:root{--page:#121215;--card:#1d1d22;--text:#f1f1f4;--quiet:#b0b0ba;--line:#3a3a42;--main:#ff8a94;--on-main:#2a0006;--good:#6fdc9a;--bad:#ff9aa3}}
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--text);font:16px/1.5 system-ui,-apple-system,"PingFang SC","Microsoft YaHei","Noto Sans CJK SC",sans-serif;overflow-wrap:anywhere}
header,main{max-width:42rem;margin:0 auto;padding:.75rem 1rem}
header{display:flex;flex-wrap:wrap;align-items:center;gap:.25rem .75rem}
header .brand{font-weight:700;margin-right:auto}
a{color:inherit}
header a,h2 a,h3 a{display:inline-block;padding:.6rem 0}
h1{font-size:1.5rem;line-height:1.3;margin:.5rem 0}
h2,h3{font-size:1.125rem;margin:.25rem 0}
.lines{white-space:pre-line}
.quiet,dt,time{color:var(--quiet)}
ul{list-style:none;margin:0;padding:0}
.card{background:var(--card);border:1px solid var(--line);border-radius:.75rem;padding:1rem;margin:.75rem 0}
li{background:var(--card);border:1px solid var(--line);border-radius:.75rem;padding:.75rem 1rem;margin:.5rem 0}
dl{display:grid;grid-template-columns:auto 1fr;gap:.25rem 1rem;margin:.5rem 0}
dd{margin:0}
.price{font-size:1.75rem;font-weight:700;color:var(--main)}
s{color:var(--quiet);margin-left:.5rem}
#clock{display:block;font-size:2rem;font-variant-numeric:tabular-nums;font-weight:700;min-height:3rem}
button,select,input{font:inherit;min-height:48px;border-radius:.5rem;border:1px solid var(--quiet);background:var(--card);color:var(--text);padding:.25rem .9rem}
button{cursor:pointer}
button.main{background:var(--main);color:var(--on-main);border-color:var(--main);font-weight:700}
button.wide{width:100%;font-size:1.125rem}
button:disabled{background:var(--line);color:var(--quiet);border-color:var(--line);cursor:default}
:focus-visible{outline:3px solid var(--main);outline-offset:2px}
label{display:block;margin:.5rem 0}
input{width:100%;display:block}
dialog{border:1px solid var(--line);border-radius:.75rem;background:var(--card);color:var(--text);width:min(24rem,92vw)}
dialog::backdrop{background:rgba(0,0,0,.5)}
.actions{display:flex;flex-wrap:wrap;gap:.5rem}
.bad{color:var(--bad);font-weight:600}
.good{color:var(--good);font-weight:600}
.badge{font-weight:600;margin:.25rem 0}
.heard{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
#note,#level{min-height:1.5em}
[hidden]{display:none!important}
)css";
}

}  // namespace sluice::page
