// SPDX-License-Identifier: Apache-2.0
#include "page/script.h"

namespace sluice::page {

std::string_view common_script() {
    return R"js(
const find = id => document.getElementById(id);
const page = JSON.parse(find('data').textContent);

// Storage may be forbidden; then things are remembered as long as the page lives.
function storage(name) {
  const own = {};
  return {
    get(key) {
      if (key in own) return own[key];
      try { return window[name].getItem(key); } catch (e) { return null; }
    },
    set(key, value) {
      own[key] = value;
      try {
        if (value === null) window[name].removeItem(key); else window[name].setItem(key, value);
      } catch (e) {}
    }
  };
}
const tab = storage('sessionStorage'), device = storage('localStorage');

// Language.
let language = device.get('sluice.language');
if (!words[language]) language = /^zh/i.test(navigator.language || '') ? 'zh' : 'en';
const locale = () => language === 'zh' ? 'zh-CN' : 'en';
const t = (key, values) => (words[language][key] || key)
  .replace(/\{(\w+)\}/g, (all, name) => values && name in values ? values[name] : all);
const meant = new WeakMap();
function say(element, key, values) {
  meant.set(element, values);
  element.dataset.t = key;
  element.textContent = key ? t(key, values && values()) : '';
}
const timeText = ms => new Date(ms).toLocaleString(locale());
function moneyText(amount, currency) {
  const digits = zeroDigits.includes(currency) ? 0 : threeDigits.includes(currency) ? 3 : 2;
  const text = String(amount).padStart(digits + 1, '0');
  const major = text.slice(0, text.length - digits), minor = text.slice(text.length - digits);
  const tail = digits ? '.' + minor : '';
  try {
    return new Intl.NumberFormat(locale(), {style: 'currency', currency: currency,
      minimumFractionDigits: 0, maximumFractionDigits: 0}).format(Number(major)) + tail;
  } catch (e) { return currency + ' ' + major + tail; }
}
function translate() {
  document.documentElement.lang = locale();
  document.querySelectorAll('[data-t]').forEach(e => {
    const values = meant.get(e);
    e.textContent = e.dataset.t ? t(e.dataset.t, values ? values() : e.dataset) : '';
  });
  document.querySelectorAll('time[data-ms]').forEach(e => {
    e.textContent = timeText(Number(e.dataset.ms));
  });
  document.querySelectorAll('[data-amount]').forEach(e => {
    e.textContent = moneyText(e.dataset.amount, e.dataset.currency);
  });
}
let redraw = () => {};

// The server's clock: the offset of the quickest answer, on the clock of the page, which does not
// step. A sleeping device stops that clock, so becoming visible measures again.
let offset = Date.now() - performance.now(), quickest = Infinity;
const now = () => performance.now() + offset;
function sample(serverMs, sent, received) {
  if (!(serverMs > 0) || received - sent > quickest) return;
  quickest = received - sent;
  offset = serverMs - (sent + received) / 2;
}
async function synchronize(tries) {
  try {
    const sent = performance.now();
    const answer = await fetch('/v1/time', {cache: 'no-store'});
    const body = await answer.json();
    sample(body.now_ms, sent, performance.now());
  } catch (e) {}
  redraw();
  if (quickest > 200 && tries > 1) {
    setTimeout(() => synchronize(tries - 1), 2000 + Math.random() * 6000);
  }
}
document.addEventListener('visibilitychange', () => {
  if (document.hidden) return;
  quickest = Infinity;
  synchronize(3);
});

// Requests. A lost connection is status 0.
async function request(method, path, options) {
  const {body, key, personal} = options || {};
  const headers = {Accept: 'application/json'};
  if (body !== undefined) headers['Content-Type'] = 'application/json';
  if (key) headers['Idempotency-Key'] = key;
  if (personal && token()) headers.Authorization = 'Bearer ' + token();
  const stop = window.AbortController ? new AbortController() : null;
  const deadline = stop && setTimeout(() => stop.abort(), 15000);
  try {
    const answer = await fetch(path, {method: method, headers: headers, signal: stop ? stop.signal : undefined,
      body: body === undefined ? undefined : JSON.stringify(body),
      cache: personal ? 'no-store' : 'default', credentials: 'omit'});
    let content = {};
    try { content = await answer.json(); } catch (e) {
      if (answer.ok && answer.status !== 204) return {status: 0, body: {}, code: 'network', wait: 0};
    }
    content = content || {};
    const seconds = Number(answer.headers.get('Retry-After'));
    if (answer.status === 401 && personal) leave();
    return {status: answer.status, body: content, code: content.code || 'other',
      wait: Number(content.retry_after_ms) || (seconds > 0 ? seconds * 1000 : 0)};
  } catch (e) {
    return {status: 0, body: {}, code: 'network', wait: 0};
  } finally { clearTimeout(deadline); }
}
const done = answer => answer.status >= 200 && answer.status < 300;
function refuse(element, code) {
  element.className = 'bad';
  if (words.en['e_' + code]) say(element, 'e_' + code);
  else say(element, 'e_other', () => ({code: code}));
}
const pause = ms => new Promise(resolve => setTimeout(resolve, ms));

// The session lives in this tab only.
function token() {
  const until = Number(tab.get('sluice.until'));
  return until && until < now() ? null : tab.get('sluice.token');
}
function leave() {
  ['token', 'until', 'name'].forEach(key => tab.set('sluice.' + key, null));
  drawSession();
}
function drawSession() {
  const there = Boolean(token());
  say(find('session'), there ? 'sign_out' : 'sign_in');
  find('name-shown').textContent = there ? tab.get('sluice.name') || '' : '';
  redraw();
}
let afterSignIn = null, signedIn = () => {};  // what was interrupted; what the page does
function askSignIn(then) {
  afterSignIn = then || null;
  const dialog = find('sign');
  say(find('sign-note'), '');
  if (dialog.showModal) { if (!dialog.open) dialog.showModal(); } else dialog.setAttribute('open', '');
  find('sign-name').focus();
}
function closeSign() {
  const dialog = find('sign');
  if (dialog.close) dialog.close(); else dialog.removeAttribute('open');
}
async function sign(creating) {
  const note = find('sign-note'), buttons = find('sign').querySelectorAll('button');
  const person = {name: find('sign-name').value.trim().toLowerCase(), password: find('sign-password').value};
  buttons.forEach(b => { b.disabled = true; });
  note.className = '';
  say(note, 'working');
  let code = '';
  if (creating) {
    const made = await request('POST', '/v1/accounts', {body: person});
    if (!done(made)) {
      code = made.status === 409 ? 'taken' : made.status === 404 || made.status === 403 ? 'no_accounts' : made.code;
    }
  }
  if (!code) {
    const opened = await request('POST', '/v1/sessions', {body: person});
    if (done(opened)) {
      tab.set('sluice.token', opened.body.token);
      tab.set('sluice.until', String(Date.parse(opened.body.expires_at) || ''));
      tab.set('sluice.name', person.name);
    } else code = opened.status === 401 ? 'credentials' : opened.code;
  }
  buttons.forEach(b => { b.disabled = false; });
  if (code) { refuse(note, code); return; }
  find('sign-password').value = '';
  closeSign();
  drawSession();
  (afterSignIn || signedIn)();
}
find('sign-form').addEventListener('submit', event => { event.preventDefault(); sign(false); });
find('sign-create').addEventListener('click', () => {
  if (find('sign-form').reportValidity()) sign(true);
});
find('sign-close').addEventListener('click', closeSign);
find('session').addEventListener('click', () => { if (token()) leave(); else askSignIn(); });
find('language').addEventListener('click', () => {
  language = language === 'zh' ? 'en' : 'zh';
  device.set('sluice.language', language);
  translate();
  redraw();
});

// Opens the cashier of an order. Only web addresses are followed.
async function pay(id, note) {
  say(note, 'working');
  note.className = '';
  const answer = await request('POST', '/v1/orders/' + id + '/payments', {body: {}, personal: true});
  if (answer.status === 401) { askSignIn(() => pay(id, note)); return; }
  const address = done(answer) ? new URL(answer.body.cashier_url, location.href) : null;
  if (address && /^https?:$/.test(address.protocol)) location.assign(address.href);
  else refuse(note, done(answer) ? 'other' : answer.code);
}

function start() {
  translate();
  drawSession();
  synchronize(3);
}
)js";
}

}  // namespace sluice::page
