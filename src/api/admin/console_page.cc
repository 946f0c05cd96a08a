// SPDX-License-Identifier: Apache-2.0
// The console's page: one document, the same for everybody but for the nonce of its policy; what it
// shows comes from /admin/v1 with the session. Plain on purpose. Only the script and the style that
// carry the nonce may run, so text that somebody typed never can.
#include "api/admin/handlers.h"
#include "base/secret.h"
#include "base/text.h"

namespace sluice::api::admin {

namespace {

constexpr std::string_view kStyle = R"css(
body{font:15px/1.45 system-ui,sans-serif;margin:0 auto;max-width:72rem;padding:1rem;color:#1b1b1f;background:#fff}
h1{font-size:1.2rem}h2{font-size:1.05rem;margin:1.5rem 0 .5rem}
table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.3rem .5rem;border-bottom:1px solid #ddd}
td.n{text-align:right;font-variant-numeric:tabular-nums}
button{font:inherit;padding:.25rem .7rem;margin:.1rem}button.red{color:#fff;background:#b3261e;border:1px solid #8c1d18}
input,textarea{font:inherit;padding:.3rem;width:22rem;max-width:100%;box-sizing:border-box}textarea{width:100%;height:13rem;font-family:monospace}
label{display:block;margin:.4rem 0}pre{overflow:auto;background:#f4f4f6;padding:.6rem}nav button[aria-current=page]{font-weight:bold}
[role=alert]{color:#b3261e;min-height:1.4em;white-space:pre-wrap}[hidden]{display:none}
)css";

constexpr std::string_view kScript = R"js(
'use strict';
let csrf = '', live = {items: []}, timer = 0;
const $ = id => document.getElementById(id);
const say = text => { $('say').textContent = text || ''; };
function el(tag, text, attributes) {
  const e = document.createElement(tag);
  if (text !== undefined) e.textContent = text;
  Object.assign(e, attributes || {});
  return e;
}
async function api(method, path, body, headers) {
  const h = Object.assign({'Accept': 'application/json'}, headers || {});
  if (method !== 'GET') h['X-CSRF-Token'] = csrf;
  if (body !== undefined && !h['Content-Type']) h['Content-Type'] = 'application/json';
  const answer = await fetch('/admin/v1' + path, {method, headers: h,
    body: body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body)});
  const text = await answer.text();
  const json = text ? JSON.parse(text) : {};
  if (!answer.ok) {
    if (answer.status === 401 && csrf) { csrf = ''; show('login'); }
    const errors = (json.errors || []).map(e => '\n' + (e.line ? e.line + ':' + e.column : e.pointer) + ' ' + e.detail);
    throw new Error((json.title || answer.status) + ' ' + (json.detail || '') + errors.join(''));
  }
  return json;
}
async function act(work) { say(''); try { await work(); } catch (e) { say(e.message); } }
function show(view) {
  for (const s of document.querySelectorAll('main > section')) s.hidden = s.id !== view;
  for (const b of $('tabs').children) b.toggleAttribute('aria-current', false);
  const tab = $('tab-' + view);
  if (tab) tab.setAttribute('aria-current', 'page');
  $('tabs').hidden = !csrf;
  clearInterval(timer);
  if (!csrf) return;
  const load = {activities: loadActivities, orders: loadOrders, reconcile: loadReconcile,
                approvals: loadApprovals, switches: loadSwitches, audit: loadAudit}[view];
  if (load) act(load);
  if (view === 'activities') timer = setInterval(() => act(loadActivities), 2000);
}
function signedIn(session) {
  csrf = session.csrf;
  $('who').textContent = session.operator.name + ' (' + session.operator.role + ')';
  show('activities');
}
function reason(what) { const r = prompt(what + ': why?'); if (!r) throw new Error('Nothing was done: a reason is needed.'); return r; }
function row(cells, head) {
  const tr = el('tr');
  for (const c of cells) {
    if (c instanceof Node) { const td = el('td'); td.append(c); tr.append(td); continue; }
    tr.append(el(head ? 'th' : 'td', String(c ?? ''), typeof c === 'number' ? {className: 'n'} : {}));
  }
  return tr;
}
function fill(id, head, rows) { $(id).replaceChildren(row(head, true), ...rows); }
const kSteps = {draft: ['submit'], in_review: ['approve', 'reject'], approved: ['warm', 'reject'],
  warming: ['pause', 'end'], running: ['pause', 'end'], paused: ['resume', 'end'], ended: []};
function steps(a) {
  const box = el('span');
  for (const step of kSteps[a.state] || []) {
    const red = step === 'pause' || step === 'end' || step === 'resume';
    box.append(el('button', step, {className: red ? 'red' : '', onclick: () => act(async () => {
      const body = red ? {reason: reason(step)} : step === 'reject' ? {note: reason(step)} : {};
      await api('POST', '/activities/' + a.id + '/' + step, body, {'If-Match': '"' + a.version + '"'});
      await loadActivities();
    })}));
  }
  box.append(el('button', 'edit', {onclick: () => edit(a)}));
  return box;
}
async function loadActivities() {
  const [list, now] = await Promise.all([api('GET', '/activities?limit=50'), api('GET', '/live/now')]);
  live = now;
  const rows = [];
  for (const a of list.activities) {
    rows.push(row([a.id, (a.rehearsal ? '[rehearsal] ' : '') + a.name, a.state, a.starts_at, '', '', '', '', steps(a)]));
    for (const i of a.items) {
      const f = now.items.find(x => x.item_id === i.id);
      const b = el('span');
      if (f) b.append(
        el('button', f.stopped ? 'go on' : 'stop', {className: 'red', onclick: () => act(async () => {
          await api('POST', '/items/' + i.id + (f.stopped ? '/resume' : '/stop'), {reason: reason('item ' + i.id)});
          await loadActivities(); })}),
        el('button', 'stock…', {onclick: () => act(async () => {
          const delta = Number(prompt('Units to add (or take, with a minus)'));
          if (!delta) return;
          await api('POST', '/items/' + i.id + '/stock-changes', {delta, reason: reason('stock change')});
          say('Proposed. Another person approves it under "approvals".'); })}));
      rows.push(row(['', i.id + ' ' + i.title, f ? (f.stopped ? 'stopped' : f.phase) : '', i.policy,
        f ? f.total : i.stock, f ? f.available : '', f ? f.reserved : '', f ? f.sold : '', b]));
    }
  }
  fill('activity-rows', ['id', 'name', 'state', 'starts at / policy', 'total', 'available', 'reserved', 'sold', ''], rows);
  $('doors').textContent = (now.read_only ? 'READ ONLY: ' + now.read_only_reason + '\n' : '') +
    (now.purchases_stopped ? 'ALL PURCHASES ARE STOPPED\n' : '') +
    JSON.stringify({purchases: now.purchases, accepted_ms: now.accepted_ms, ledger: now.ledger});
}
const kProduct = {code: 'P-1', title: 'Phone', skus: [{code: 'P-1-RED', title: 'red'}]};
function sample() {
  const at = minutes => new Date(Date.now() + minutes * 60000).toISOString();
  return {name: 'Evening sale', description: '', rehearsal: false, starts_at: at(5), ends_at: at(125),
    items: [{sku_id: '1', title: 'Phone, red', price: {amount: 199900, currency: 'CNY'}, stock: 100, limit_per_user: 1, policy: 'reserve', entry: 'open', pay_window_ms: 600000}]};
}
let editing = null;
function edit(a) {
  editing = a;
  const keep = ['name', 'description', 'rehearsal', 'starts_at', 'ends_at', 'items'];
  $('activity-json').value = JSON.stringify(a ? Object.fromEntries(keep.map(k => [k, a[k]])) : sample(), null, 1);
  $('activity-title').textContent = a ? 'Edit activity ' + a.id : 'New activity';
  show('create');
}
async function loadOrders() {
  const q = new URLSearchParams();
  for (const k of ['item_id', 'user_id', 'state']) if ($('order-' + k).value) q.set(k, $('order-' + k).value);
  const list = await api('GET', '/orders?' + q);
  fill('order-rows', ['id', 'item', 'user', 'units', 'amount', 'state', 'created', ''], list.orders.map(o => {
    const b = el('span'), post = (what, more) => act(async () => {
      await api('POST', '/orders/' + o.id + '/' + what, Object.assign({reason: reason(what)}, more)); await loadOrders(); });
    b.append(el('button', 'show', {onclick: () => act(async () => { $('order-one').textContent = JSON.stringify(await api('GET', '/orders/' + o.id), null, 1); })}));
    if (o.state === 'pending') b.append(el('button', 'cancel', {className: 'red', onclick: () => post('cancel')}), el('button', 'mark paid', {className: 'red', onclick: () => post('mark-paid')}));
    if (o.state === 'paid') b.append(el('button', 'refund', {className: 'red', onclick: () => post('refund', {returns_units: confirm('Do its units go back on sale?')})}));
    return row([o.id, o.item_id, o.user_id, o.quantity, o.amount.amount / 100 + ' ' + o.amount.currency, o.state, o.created_at, b]);
  }));
}
async function loadReconcile() {
  const r = await api('GET', '/reconcile');
  $('balanced').textContent = r.balanced ? 'Balanced: the orders prove the counters.' : 'NOT BALANCED';
  fill('reconcile-rows', ['item', 'total', 'available', 'reserved', 'sold', 'oversold', 'over limit', 'orders', 'findings'], r.items.map(i =>
    row([i.item_id, i.total, i.available, i.reserved, i.sold, i.oversold, i.limit_violations, JSON.stringify(i.orders), i.findings.join(' ')])));
}
async function loadApprovals() {
  const rows = [];
  for (const i of live.items) for (const p of (await api('GET', '/items/' + i.item_id + '/stock-changes')).stock_changes) {
    const b = el('span');
    if (p.state === 'open') for (const step of ['approve', 'reject']) b.append(el('button', step, {onclick: () => act(async () => {
      await api('POST', '/stock-changes/' + p.id + '/' + step, {}); await loadApprovals(); })}));
    rows.push(row([p.id, p.item_id, p.delta, p.reason, p.state, p.proposed_by, b]));
  }
  fill('approval-rows', ['id', 'item', 'units', 'reason', 'state', 'proposed by', ''], rows);
}
async function loadSwitches() {
  const list = await api('GET', '/switches');
  fill('switch-rows', ['name', 'on', 'reason', ''], list.switches.map(s => row([s.name, s.on ? 'on' : 'OFF', s.reason,
    el('button', s.on ? 'switch off' : 'switch on', {className: 'red', onclick: () => act(async () => {
      await api('PUT', '/switches/' + s.name, {on: !s.on, reason: reason(s.name)}); await loadSwitches(); })})])));
}
async function loadAudit() {
  const list = await api('GET', '/audit?limit=100');
  fill('audit-rows', ['#', 'at', 'who', 'action', 'subject', 'reason', 'from'], list.entries.map(e =>
    row([e.seq, e.at, e.who_name, e.action, e.subject, e.reason, e.address])));
}
for (const view of ['activities', 'create', 'approvals', 'orders', 'reconcile', 'switches', 'audit'])
  $('tabs').append(el('button', view, {id: 'tab-' + view, onclick: () => view === 'create' ? edit(null) : show(view)}));
$('tabs').append(el('button', 'sign out', {onclick: () => act(async () => { await api('DELETE', '/sessions/current'); csrf = ''; show('login'); })}));
const form = id => Object.fromEntries(new FormData($(id)));
$('login-form').onsubmit = e => { e.preventDefault(); act(async () => signedIn(await api('POST', '/sessions', form('login-form')))); };
$('setup-form').onsubmit = e => { e.preventDefault(); act(async () => {
  const token = new URLSearchParams(location.hash.slice(1)).get('k') || '';
  const session = await api('POST', '/setup', Object.assign({token}, form('setup-form')));
  history.replaceState(null, '', '/admin');
  signedIn(session);
}); };
$('product-save').onclick = () => act(async () => { const p = await api('POST', '/products', $('product-json').value); say('Added. Sku ids: ' + p.skus.map(s => s.code + ' = ' + s.id).join(', ')); });
$('activity-save').onclick = () => act(async () => {
  if (editing) await api('PUT', '/activities/' + editing.id, $('activity-json').value, {'If-Match': '"' + editing.version + '"'});
  else await api('POST', '/activities', $('activity-json').value);
  show('activities');
});
$('order-find').onclick = () => act(loadOrders);
$('product-json').value = JSON.stringify(kProduct, null, 1);
if (location.pathname === '/admin/setup') show('setup');
else fetch('/admin/v1/sessions/current').then(async r => r.ok ? signedIn(await r.json()) : show('login'));
)js";

constexpr std::string_view kBody = R"html(<h1>Sluice console <small id="who"></small></h1>
<nav id="tabs" hidden aria-label="Views"></nav><p id="say" role="alert"></p>
<main>
<section id="login" hidden><h2>Sign in</h2><form id="login-form">
<label>Name <input name="name" autocomplete="username" required></label>
<label>Password <input name="password" type="password" autocomplete="current-password" required></label><button>Sign in</button></form></section>
<section id="setup" hidden><h2>First owner</h2><p>This link works once. Choose your name and a password of at least 10 characters.</p><form id="setup-form">
<label>Name <input name="name" autocomplete="username" required></label>
<label>Password <input name="password" type="password" autocomplete="new-password" minlength="10" required></label><button>Create the owner</button></form></section>
<section id="activities" hidden><h2>Activities</h2><table id="activity-rows"></table><pre id="doors"></pre></section>
<section id="create" hidden><h2 id="activity-title">New activity</h2><textarea id="activity-json" aria-label="Activity as JSON" spellcheck="false"></textarea><button id="activity-save">Save the activity</button>
<h2>New product</h2><textarea id="product-json" aria-label="Product as JSON" spellcheck="false"></textarea><button id="product-save">Save the product</button></section>
<section id="approvals" hidden><h2>Stock changes</h2><table id="approval-rows"></table></section>
<section id="orders" hidden><h2>Orders</h2><label>Item <input id="order-item_id"></label><label>Customer <input id="order-user_id"></label><label>State <input id="order-state"></label>
<button id="order-find">Find</button> <a href="/admin/v1/orders/export">Export as CSV</a><table id="order-rows"></table><pre id="order-one"></pre></section>
<section id="reconcile" hidden><h2>Reconcile</h2><p id="balanced"></p><table id="reconcile-rows"></table></section>
<section id="switches" hidden><h2>Switches</h2><table id="switch-rows"></table></section>
<section id="audit" hidden><h2>Audit</h2><table id="audit-rows"></table></section>
</main>)html";

}  // namespace

Response console_page(App&, const Request&) {
    const std::string nonce = base::to_base64url(base::random_bytes32());
    std::string body = "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">";
    body += "<meta name=\"viewport\" content=\"width=device-width\"><title>Sluice console</title>";
    body += "<style nonce=\"" + nonce + "\">";
    body.append(kStyle).append("</style></head><body>").append(kBody);
    body += "<script nonce=\"" + nonce + "\">";
    body.append(kScript).append("</script></body></html>");
    Response response = http::html(200, std::move(body));
    response.add_header("Content-Security-Policy",
                        "default-src 'none'; connect-src 'self'; script-src 'nonce-" + nonce +
                            "'; style-src 'nonce-" + nonce +
                            "'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'");
    response.add_header("Referrer-Policy", "no-referrer");  // the set-up link is a secret
    response.add_header("Cache-Control", "no-store");
    return response;
}

}  // namespace sluice::api::admin
