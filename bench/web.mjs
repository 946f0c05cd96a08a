// SPDX-License-Identifier: Apache-2.0
// What a browser makes of the pages, as JSON lines: `node bench/web.mjs '{"pages":{"home":"http://…"},"rounds":5}'`;
// bench/web_rows.py starts the server and tells the figures. Each round has a browser context of its own, so nothing is
// cached. The device is a middling telephone: four times slower than this processor, on Slow 4G.
import { createRequire } from 'node:module';

const require = createRequire(new URL('../web/package.json', import.meta.url));
const { chromium } = require('playwright-core');

const order = JSON.parse(process.argv[2]);
/** What the developer tools call Slow 4G, which Lighthouse applies: the latency is that of a request with its handshakes. */
const kSlow4G = { offline: false, latency: 562.5, downloadThroughput: (1.6e6 * 0.9) / 8, uploadThroughput: (750e3 * 0.9) / 8 };
const kSlowdown = 4;
const kPhone = { viewport: { width: 412, height: 823 }, deviceScaleFactor: 1.75, isMobile: true, hasTouch: true };
const kSettleMs = 3000; // after the load: whatever the page has still to do has begun by then
const kRestMs = 200; // what scrolling there was is painted

const tell = (row) => console.log(JSON.stringify(row));

/** Runs before the page: what the browser reports from then on. */
function observe() {
  const seen = (globalThis.seen = { lcp: 0, cls: 0, shifts: [], tasks: [], events: [] });
  const on = (type, act, more) =>
    new PerformanceObserver((list) => list.getEntries().forEach(act)).observe({ type, buffered: true, ...more });
  on('largest-contentful-paint', (entry) => {
    seen.lcp = entry.startTime;
    seen.lcpOf = entry.element?.tagName ?? '';
  });
  on('layout-shift', (entry) => {
    if (entry.hadRecentInput) return;
    seen.cls += entry.value;
    seen.shifts.push(...entry.sources.map((source) => source.node?.id || source.node?.nodeName));
  });
  on('longtask', (entry) => seen.tasks.push(entry.duration));
  on('event', (entry) => entry.interactionId && seen.events.push([entry.name, entry.duration]), { durationThreshold: 16 });
}

async function metricsOf(cdp) {
  const { metrics } = await cdp.send('Performance.getMetrics');
  return Object.fromEntries(metrics.map(({ name, value }) => [name, value]));
}

/**
 * What a person presses while they look around: colours and language; and where there is one, the way in. A bare touch
 * on a page at rest: locator.tap() looks for the button while it touches, on the page's own slow thread.
 */
async function press(page) {
  for (const id of ['theme-dark', 'theme-light', 'language', 'language', 'ready-button']) {
    const button = page.locator(`#${id}`);
    if (!(await button.isVisible())) continue;
    await button.scrollIntoViewIfNeeded();
    const { x, y, width, height } = await button.boundingBox();
    await page.waitForTimeout(kRestMs);
    await page.touchscreen.tap(x + width / 2, y + height / 2);
    await page.evaluate(() => new Promise((next) => requestAnimationFrame(() => setTimeout(next))));
  }
  const name = page.locator('#sign-name');
  if (await name.isVisible()) await name.pressSequentially('shopper');
}

async function visit(browser, name, url) {
  const context = await browser.newContext(kPhone);
  const page = await context.newPage();
  const cdp = await context.newCDPSession(page);
  await cdp.send('Network.enable');
  await cdp.send('Network.emulateNetworkConditions', kSlow4G);
  await cdp.send('Emulation.setCPUThrottlingRate', { rate: kSlowdown });
  await page.addInitScript(observe);
  await page.goto(url, { waitUntil: 'load' });
  await page.waitForTimeout(kSettleMs);
  const loaded = await page.evaluate(() => globalThis.seen);
  const painted = await page.evaluate(() => performance.getEntriesByName('first-contentful-paint')[0].startTime);
  await press(page);
  await page.waitForTimeout(300);
  const pressed = await page.evaluate(() => globalThis.seen);
  await context.close();
  return {
    page: name,
    fcp_ms: painted,
    lcp_ms: loaded.lcp,
    lcp_of: loaded.lcpOf,
    cls: pressed.cls,
    shifts: pressed.shifts,
    blocking_ms: loaded.tasks.reduce((sum, each) => sum + Math.max(0, each - 50), 0),
    // Nothing slower than 16 ms is reported as 16.
    inp_ms: Math.max(16, ...pressed.events.map(([, duration]) => duration)),
    slowest: pressed.events.sort((one, other) => other[1] - one[1])[0]?.[0] ?? '',
  };
}

/**
 * What a page costs the main thread: processor time, which a busy machine does not lengthen, and for the same reason
 * not throttled but multiplied.
 */
async function weigh(browser, name, url) {
  const context = await browser.newContext(kPhone);
  const page = await context.newPage();
  const cdp = await context.newCDPSession(page);
  await cdp.send('Performance.enable', { timeDomain: 'threadTicks' });
  const before = await metricsOf(cdp);
  await page.goto(url, { waitUntil: 'load' });
  await page.waitForTimeout(kSettleMs);
  const after = await metricsOf(cdp);
  await context.close();
  const ms = (metric) => (after[metric] - before[metric]) * 1000 * kSlowdown;
  return { page: name, script_ms: ms('ScriptDuration') + ms('V8CompileDuration'), main_thread_ms: ms('TaskDuration'),
    style_ms: ms('RecalcStyleDuration'), layout_ms: ms('LayoutDuration') };
}

/** The control room while people buy: the processor time of its page, and the bytes of the stream. */
async function watch(browser, { url, name, password, seconds }) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  const page = await context.newPage();
  const cdp = await context.newCDPSession(page);
  await page.goto(`${url}/admin`);
  await page.locator('input[name=name]').fill(name);
  await page.locator('input[name=password]').fill(password);
  await page.locator('button[type=submit]').click();
  await page.locator('canvas').first().waitFor();
  let bytes = 0;
  const streams = new Set();
  cdp.on('Network.requestWillBeSent', (event) => event.type === 'EventSource' && streams.add(event.requestId));
  cdp.on('Network.dataReceived', (event) => {
    if (streams.has(event.requestId)) bytes += event.encodedDataLength || event.dataLength;
  });
  await cdp.send('Network.enable');
  await cdp.send('Performance.enable', { timeDomain: 'threadTicks' });
  await page.reload();
  await page.locator('canvas').first().waitFor();
  await page.waitForTimeout(3000);
  bytes = 0;
  const [before, begun] = [await metricsOf(cdp), performance.now()];
  await page.waitForTimeout(seconds * 1000);
  const after = await metricsOf(cdp);
  const spent = (performance.now() - begun) / 1000;
  await context.close();
  tell({
    page: 'control_room',
    streams: streams.size,
    bytes_per_s: bytes / spent,
    main_thread: (after.TaskDuration - before.TaskDuration) / spent,
    script: (after.ScriptDuration - before.ScriptDuration) / spent,
  });
}

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu'],
});
for (let round = 0; round < order.rounds; ++round)
  for (const [name, url] of Object.entries(order.pages))
    tell({ ...(await visit(browser, name, url)), ...(await weigh(browser, name, url)) });
if (order.console) await watch(browser, order.console);
await browser.close();
