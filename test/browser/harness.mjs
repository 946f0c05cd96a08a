// SPDX-License-Identifier: Apache-2.0
// The real server, the real Chromium. What a page logs as an error, what the Content-Security-Policy refuses and what a
// script throws fail the test whose page it was. Nothing here sleeps to wait: Playwright and until() ask again until a
// deadline. The program is $SLUICE, the browser $CHROMIUM or Debian's.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHmac, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const require = createRequire(new URL('../../web/package.json', import.meta.url));
const { chromium } = require('playwright-core');
const axeSource = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

const root = fileURLToPath(new URL('../..', import.meta.url));
const program = process.env.SLUICE ?? join(root, 'build/release/sluice');
const chromiumPath = process.env.CHROMIUM ?? '/usr/bin/chromium';
/** Pictures of what was seen, for a person to look at. */
const pictures = process.env.PICTURES ?? join(root, 'build/pictures');

export const patienceMs = 60_000; // far more than is needed, also on a busy machine
export const password = 'four quiet words here';
export const phone = { width: 390, height: 844 };
export const desktop = { width: 1440, height: 900 };

/** The first true answer of `question`, or a failure that says what never came. */
export async function until(question, what) {
  const deadline = Date.now() + patienceMs;
  for (;;) {
    const answer = await question();
    if (answer) return answer;
    if (Date.now() > deadline) throw new Error(`after ${patienceMs} ms still not: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** One run of `sluice serve` on a store of its own. */
export class Server {
  static async start(t, sets = {}) {
    const server = new Server();
    server.folder = mkdtempSync(join(tmpdir(), 'sluice-browser-'));
    t.after(() => server.remove());
    await server.begin(sets);
    return server;
  }

  async begin(sets = {}) {
    const all = {
      'public.port': '0',
      'console.port': '0',
      'public.doors': '2',
      'payment.sandbox': 'true',
      'gates.user_per_second': '0',
      'console.second_factor': 'optional',
      ...sets,
    };
    const words = Object.entries(all).flatMap(([name, value]) => ['--set', `${name}=${value}`]);
    const data = join(this.folder, 'data');
    const log = openSync(join(this.folder, 'log'), 'a');
    this.process = spawn(program, ['serve', '--json', '--data', data, ...words], {
      stdio: ['ignore', 'pipe', log],
    });
    const first = once(createInterface(this.process.stdout), 'line');
    const ended = once(this.process, 'exit').then(([code]) => {
      throw new Error(`sluice serve ended with ${code}:\n${this.log()}`);
    });
    ended.catch(() => {}); // also when it is stopped
    const [line] = await Promise.race([first, ended]);
    const greeting = JSON.parse(line);
    this.public = greeting.public;
    this.console = greeting.console;
    this.setupLink = greeting.setup_link;
  }

  log() {
    return readFileSync(join(this.folder, 'log'), 'utf8').slice(-4000);
  }

  async stop() {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    const ended = once(this.process, 'exit');
    this.process.kill('SIGTERM');
    await ended;
  }

  async remove() {
    await this.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** `sluice demo` on a store of its own, and what it prints for the reader. */
export async function startDemo(t, sets = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-demo-'));
  const output = join(folder, 'output');
  const all = { 'public.port': '0', 'console.port': '0', ...sets };
  const options = Object.entries(all).flatMap(([name, value]) => ['--set', `${name}=${value}`]);
  const words = ['demo', '--data', join(folder, 'data'), ...options];
  const demo = spawn(program, words, { stdio: ['ignore', openSync(output, 'a'), openSync(output, 'a')] });
  const ended = once(demo, 'exit');
  t.after(async () => {
    demo.kill('SIGTERM');
    await ended;
    rmSync(folder, { recursive: true, force: true });
  });
  const text = await until(() => {
    const printed = readFileSync(output, 'utf8');
    assert.equal(demo.exitCode, null, printed);
    return printed.includes('Running until Ctrl-C') && printed;
  }, 'the demo runs');
  const found = (pattern) => text.match(pattern)[1];
  return {
    public: found(/Storefront +(\S+)\//),
    buyerPassword: found(/buyer demo \/ (\S+)/),
    console: found(/Console +(\S+)\/admin/),
    setupLink: found(/(\S+#k=\S+)/),
    reviewerPassword: found(/demo-reviewer \/ (\S+)/),
  };
}

/** An operator who talks to the API as the console does. */
export class Operator {
  static async setUp(server, name = 'olga-owner') {
    const token = new URL(server.setupLink).hash.replace('#k=', '');
    return Operator.become(server, await post(`${server.console}/admin/v1/setup`, { token, name, password }));
  }

  static async signIn(server, name, secret = password) {
    const body = { name, password: secret };
    return Operator.become(server, await post(`${server.console}/admin/v1/sessions`, body));
  }

  static async become(server, answer) {
    const operator = new Operator();
    operator.url = server.console;
    assert.ok(answer.ok, await answer.clone().text());
    const cookie = answer.headers.getSetCookie()[0].split(';')[0];
    operator.headers = { Cookie: cookie, 'X-CSRF-Token': (await answer.json()).csrf };
    return operator;
  }

  /** The JSON of a 2xx answer; anything else is a failure. */
  async good(method, path, body) {
    const answer = await fetch(this.url + path, {
      method,
      headers: { ...this.headers, ...(body ? { 'Content-Type': 'application/json' } : {}) },
      body: body && JSON.stringify(body),
    });
    const text = await answer.text();
    assert.ok(answer.ok, `${method} ${path}: ${answer.status} ${text}`);
    return text ? JSON.parse(text) : undefined;
  }

  async addOperator(name, role) {
    await this.good('POST', '/admin/v1/operators', { name, role, password });
  }

  /** A sku to sell. */
  async sku(title = 'Phone, red', image) {
    const code = `P-${randomUUID().slice(0, 8)}`;
    const body = { code, title, ...(image ? { image_url: image } : {}), skus: [{ code: `${code}-1`, title }] };
    return (await this.good('POST', '/admin/v1/products', body)).skus[0].id;
  }
}

export function post(url, body) {
  const headers = { 'Content-Type': 'application/json' };
  return fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
}

/** A server with an owner and somebody who approves, and ready to sell. */
export class Shop {
  static async open(t, sets) {
    const shop = new Shop();
    shop.server = await Server.start(t, sets);
    shop.owner = await Operator.setUp(shop.server);
    await shop.owner.addOperator('rita-reviewer', 'reviewer');
    shop.reviewer = await Operator.signIn(shop.server, 'rita-reviewer');
    return shop;
  }

  /** An activity of one item that is approved and warm: `{activity, item}`, their ids. */
  async sell({ startsS = -1, endsS = 3600, name = 'Evening sale', title, image, ...item } = {}) {
    const draft = await this.owner.good('POST', '/admin/v1/activities', {
      name,
      description: kDescription,
      starts_at: instant(startsS),
      ends_at: instant(endsS),
      items: [
        {
          sku_id: await this.owner.sku(title, image),
          price: { amount: 199900, currency: 'CNY' },
          stock: 10,
          ...item,
        },
      ],
    });
    await this.owner.good('POST', `/admin/v1/activities/${draft.id}/submit`, {});
    await this.reviewer.good('POST', `/admin/v1/activities/${draft.id}/approve`, {});
    await this.owner.good('POST', `/admin/v1/activities/${draft.id}/warm`, {});
    return { activity: draft.id, item: draft.items[0].id };
  }

  async account(name) {
    assert.equal((await post(`${this.server.public}/v1/accounts`, { name, password })).status, 201);
  }
}

/** RFC 3339 of now and so many seconds. */
export function instant(offsetS = 0) {
  return new Date(Date.now() + offsetS * 1000).toISOString();
}

/** What an authenticator app shows for this secret now (RFC 6238). */
export function codeOf(secret) {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
  const bits = [...secret].map((letter) => letters.indexOf(letter).toString(2).padStart(5, '0'));
  const key = Buffer.from(bits.join('').match(/.{8}/g).map((byte) => parseInt(byte, 2)));
  const step = Buffer.alloc(8);
  step.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000)));
  const mac = createHmac('sha1', key).update(step).digest();
  const at = mac[19] & 15;
  return String((mac.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}

/** One Chromium for a test file; `options` are Playwright's. */
export async function openBrowser(options = {}) {
  assert.ok(existsSync(chromiumPath), `${chromiumPath} is missing; install it: tools/install test`);
  return chromium.launch({
    executablePath: chromiumPath,
    args: ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu'],
    ...options,
  });
}

/**
 * A person: a browser context of their own with one page. `allowed` are patterns of console errors that belong to the
 * test, such as the browser's own line about an answer of 401.
 */
export async function person(t, browser, { dark = false, language = 'en', size = desktop, allowed = [] } = {}) {
  const context = await browser.newContext({
    viewport: size,
    locale: language === 'zh' ? 'zh-CN' : 'en-GB',
    colorScheme: dark ? 'dark' : 'light',
    reducedMotion: 'reduce',
    timezoneId: 'Asia/Shanghai',
  });
  context.setDefaultTimeout(patienceMs);
  const wrong = [];
  // The browser logs each answer of 400 and more; refusals are a part of the day and are looked at on the page.
  const usual = [/Failed to load resource/, ...allowed];
  context.on('console', (message) => {
    const text = `${message.text()} at ${message.location().url}`;
    if (['error', 'warning'].includes(message.type()) && !usual.some((each) => each.test(text))) wrong.push(text);
  });
  context.on('weberror', (error) => wrong.push(String(error.error().stack)));
  await context.addInitScript(() => {
    addEventListener('securitypolicyviolation', (event) => {
      console.error(`CSP refuses ${event.violatedDirective}: ${event.blockedURI} ${event.sample}`);
    });
  });
  const page = await context.newPage();
  page.isDark = dark;
  page.wrong = wrong;
  page.asked = new Set(); // what has no answer yet; the live stream never has
  page.on('request', (request) => request.resourceType() !== 'eventsource' && page.asked.add(request));
  page.on('response', (response) => page.asked.delete(response.request())); // it may never be read to its end
  page.on('requestfailed', (request) => page.asked.delete(request));
  t.after(async () => {
    await context.close();
    assert.deepEqual(wrong, [], 'errors in the browser');
  });
  return page;
}

/** Opens a page of the console as this operator. */
export async function signIn(page, server, name, path = '') {
  await page.goto(`${server.console}/admin${path}`);
  await page.locator('input[name=name]').fill(name);
  await page.locator('input[name=password]').fill(password);
  await page.locator('button[type=submit]').click();
  await page.locator('nav').first().waitFor({ state: 'attached' });
}

/** Until the page has all that it asks for and has drawn it: an empty page has nothing wrong. */
export async function settled(page) {
  const drawn = () => page.evaluate(() => new Promise((next) => requestAnimationFrame(() => requestAnimationFrame(next))));
  let quiet = 0; // an answer may lead to the next question
  await until(async () => {
    await drawn();
    quiet = page.asked.size === 0 ? quiet + 1 : 0;
    return quiet === 3;
  }, 'a page that has asked for everything');
}

/** No violation of WCAG 2.2 A and AA or of axe's best practices on the page as it is now, in light and in dark. */
export async function checkAccess(page, what) {
  // What is under a modal dialog is out of reach, and was checked before it opened.
  const place = (await page.locator('dialog:modal').count()) ? 'dialog:modal' : 'html';
  // Through the debugger, which the page's policy does not bind.
  await page.evaluate(axeSource);
  await check(page, place, what, {});
  // In the other colours only what is about colours.
  await page.emulateMedia({ colorScheme: page.isDark ? 'light' : 'dark' });
  await check(page, place, `${what}, ${page.isDark ? 'light' : 'dark'}`, { runOnly: ['color-contrast'] });
  await page.emulateMedia({ colorScheme: page.isDark ? 'dark' : 'light' });
}

async function check(page, place, what, options) {
  const { violations } = await page.evaluate(async ([where, more]) => {
    // Half-way between two colours is neither; and what inherits its colour fades after its parent.
    const frame = () => new Promise(requestAnimationFrame);
    const isFading = () => document.getAnimations().some((each) => each.effect.getComputedTiming().endTime < Infinity);
    await frame();
    do await frame();
    while (isFading());
    return globalThis.axe.run(where, { resultTypes: ['violations'], ...more });
  }, [place, options]);
  const said = violations.map(
    ({ id, help, nodes }) =>
      `${id}: ${help}\n` + nodes.map((node) => `    ${node.html}\n    ${node.failureSummary}`).join('\n'),
  );
  assert.deepEqual(said, [], `accessibility of ${what}`);
}

/** No text that a dictionary lacks: keys are shown where words are missing. */
export async function checkWords(page, what) {
  const [text, holes] = await page.evaluate(() => [
    document.body.innerText,
    [...document.querySelectorAll('[data-t]')]
      .filter(({ dataset: { t: key }, textContent: said }) => key && (said === '' || (said === key && /_|^zh/.test(key + document.documentElement.lang))))
      .map((each) => each.outerHTML),
  ]);
  assert.ok(!/\bundefined\b|\[object |\bNaN\b|Invalid Date|\{\w+\}/.test(text), `${what} has a hole in its words:\n${text}`);
  assert.deepEqual(holes, [], `${what} has no word for what it wants to say`);
}

/** What people typed is theirs: of the sentences in it this is the one that pages show. */
const kDescription = 'A few of them, at eight.';

/** On a page in Chinese nothing is said in English. Names and codes may be: three words in a row are a sentence. */
export async function checkChinese(page, what) {
  const texts = await page.evaluate(() => {
    const found = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode())
      if (!walker.currentNode.parentElement.closest('code, pre, script, style, noscript')) found.push(walker.currentNode.data);
    return found;
  });
  const sentence = /[A-Za-z][a-z']*(?:[ ,]+[a-z']{2,}){2,}/;
  const english = texts.filter((text) => sentence.test(text) && text.trim() !== kDescription);
  assert.deepEqual(english, [], `${what} says something in English`);
}

/** The two looks that tests go through: each page in both languages, and (checkAccess) in both colours. */
export const looks = [
  { name: 'phone-light-zh', size: phone, dark: false, language: 'zh' },
  { name: 'desk-dark-en', size: desktop, dark: true, language: 'en' },
];

/** All that can be checked of a page as it is now; `name` is that of the picture, which ends with the look's. */
export async function lookAt(page, look, name) {
  await settled(page);
  await checkWords(page, name);
  if (look.language === 'zh') await checkChinese(page, name);
  await checkFits(page, name);
  await picture(page, `${name}-${look.name}`); // first: checkAccess goes through the other colours
  await checkAccess(page, `${name} (${look.name})`);
}

/** The page is not wider than the screen: nobody has to scroll sideways to read. */
async function checkFits(page, what) {
  const [wide, screen] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
  assert.ok(wide <= screen, `${what} is ${wide} wide on a screen of ${screen}`);
}

/** The console's words in a language, by area and key: so that a test presses what is written, in both. */
export async function consoleWords(language) {
  const { buildSync } = require('esbuild');
  const folder = join(root, 'web/console/src/words');
  const files = readdirSync(folder).map((file) => `export * from './${file}';`);
  const { outputFiles } = buildSync({
    stdin: { contents: files.join('\n'), resolveDir: folder },
    alias: { '@': join(root, 'web/console/src') },
    bundle: true,
    format: 'esm',
    write: false,
  });
  const areas = await import(`data:text/javascript,${encodeURIComponent(outputFiles[0].text)}`);
  return (area, key, values = {}) => {
    const text = areas[area][language][key];
    assert.ok(text, `there is no word ${area}.${key}`);
    return text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
  };
}

export async function picture(page, name) {
  mkdirSync(pictures, { recursive: true });
  await page.screenshot({ path: join(pictures, `${name}.png`), fullPage: true });
}
