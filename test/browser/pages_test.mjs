// SPDX-License-Identifier: Apache-2.0
// Every page of the storefront and of the console: no violation of accessibility, no hole in the words, no error in the
// browser; in both languages, light and dark, on a telephone and on a desk. The pictures are for a person to look at.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { checkAccess, lookAt, looks, openBrowser, password, person, phone, picture, settled, Shop } from './harness.mjs';

let browser;
before(async () => (browser = await openBrowser()));
after(() => browser.close());

/** The addresses in the console's router that none of `paths` is of. */
function routesWithout(paths) {
  const router = readFileSync(new URL('../../web/console/src/router.ts', import.meta.url), 'utf8');
  const routes = [...router.matchAll(/path: '\/?([\w-][^']*)'/g)].map(([, route]) => route);
  assert.ok(routes.length > 20, String(routes));
  const patternOf = (route) => new RegExp(`^${route.replace(/\/:\w+\?/, '(/\\w+)?').replace(/:\w+/, '\\d+')}$`);
  return routes.filter((route) => !paths.some((path) => patternOf(route).test(path)));
}

for (const look of looks) {
  test(`the storefront, ${look.name}`, async (t) => {
    const shop = await Shop.open(t);
    const { activity, item } = await shop.sell({ title: 'Phone, red' });
    await shop.sell({ title: 'Kettle', startsS: 3600, endsS: 7200, name: 'Morning sale' });
    const page = await person(t, browser, look);
    const pages = { home: '/', activity: `/activities/${activity}`, item: `/items/${item}`, orders: '/orders',
      account: '/account', later: '/later', missing: '/nothing-here' };
    for (const [name, path] of Object.entries(pages)) {
      await page.goto(shop.server.public + path);
      await page.locator('main').waitFor();
      await lookAt(page, look, `storefront-${name}`);
    }
  });

  test(`the console, ${look.name}`, async (t) => {
    const shop = await Shop.open(t);
    const { activity, item } = await shop.sell({ title: 'Phone, red' });
    await shop.account('buyer');
    const customer = await fetch(`${shop.server.public}/v1/sessions`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ name: 'buyer', password }),
    }).then((answer) => answer.json());
    const order = await fetch(`${shop.server.public}/v1/items/${item}/orders`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'Idempotency-Key': 'one-key-0000000001',
        Authorization: `Bearer ${customer.token}` },
      body: JSON.stringify({ quantity: 1 }),
    }).then((answer) => answer.json());
    const product = (await shop.owner.good('GET', '/admin/v1/products')).products[0].id;
    const copy = await shop.owner.good('POST', `/admin/v1/activities/${activity}/clone`, {});
    const page = await person(t, browser, look);
    await page.goto(`${shop.server.console}/admin`);
    await page.locator('input[name=name]').waitFor();
    await lookAt(page, look, 'console-sign-in');
    await page.goto(`${shop.server.console}/admin/setup#k=once`);
    await page.locator('input[name=name]').waitFor();
    await lookAt(page, look, 'console-setup');
    await page.goto(`${shop.server.console}/admin/sign-in`);
    await page.locator('input[name=name]').fill('olga-owner');
    await page.locator('input[name=password]').fill(password);
    await page.locator('button[type=submit]').click();
    await page.locator('nav').first().waitFor({ state: 'attached' });
    const pages = { live: `live/${activity}`, activities: 'activities', activity: `activities/${activity}`,
      'new-activity': 'activities/new', edit: `activities/${copy.id}/edit`, warm: `activities/${activity}/edit`,
      approvals: 'approvals',
      products: 'products', 'new-product': 'products/new', product: `products/${product}`, import: 'products/import', orders: 'orders',
      order: `orders/${order.id}`, report: `report/${activity}`, risk: 'risk', switches: 'switches', users: 'users',
      audit: 'audit', reconcile: 'reconcile', system: 'system', account: 'account',
      unknown: 'live/999', missing: 'nothing-here' };
    assert.deepEqual(routesWithout([...Object.values(pages), 'sign-in', 'setup']), [], 'each page is looked at');
    for (const [name, path] of Object.entries(pages)) {
      await page.goto(`${shop.server.console}/admin/${path}`);
      await page.locator('main h1').first().waitFor();
      await page.waitForLoadState('load');
      await lookAt(page, look, `console-${name}`);
    }
  });
}

test('a page is painted after one request, asks for its picture second, and nothing in it moves', async (t) => {
  const images = fileURLToPath(new URL('../../web/storefront/demo', import.meta.url));
  const shop = await Shop.open(t, { 'public.image_dir': images });
  const { activity, item } = await shop.sell({ title: 'Mug, blue', image: '/images/mug.svg' });
  const page = await person(t, browser, { size: phone });
  await page.addInitScript(() => {
    globalThis.shifts = [];
    const note = (list) =>
      list.getEntries().forEach((entry) => {
        const moved = entry.sources.map(({ node }) => node?.id || node?.className || node?.nodeName);
        if (!entry.hadRecentInput) globalThis.shifts.push(...moved);
      });
    new PerformanceObserver(note).observe({ type: 'layout-shift', buffered: true });
  });
  for (const path of ['/', `/activities/${activity}`, `/items/${item}`, '/orders', '/account', '/later']) {
    const asked = [];
    const note = (request) => asked.push([request.resourceType(), new URL(request.url()).pathname]);
    page.on('request', note);
    await page.goto(shop.server.public + path);
    await settled(page);
    if (path.startsWith('/items/')) await page.locator('#buy[data-t=buy]').waitFor();
    page.off('request', note);
    const [first, second, ...rest] = asked.filter(([kind]) => kind !== 'fetch');
    assert.deepEqual(first, ['document', path]);
    const hasPicture = /^.(items.*|activities.*)?$/.test(path);
    assert.deepEqual(second, hasPicture ? ['image', '/images/mug.svg'] : undefined, path);
    assert.deepEqual(rest, [], path);
    assert.deepEqual(await page.evaluate(() => globalThis.shifts), [], `something moves on ${path}`);
  }
});

test('without script a page says that it needs it, and what it still shows can be read by all', async (t) => {
  const shop = await Shop.open(t);
  const { activity, item } = await shop.sell({ title: 'Phone, red', limit_per_user: 3 });
  const context = await browser.newContext({ javaScriptEnabled: false, viewport: phone });
  t.after(() => context.close());
  const still = await context.newPage();
  const page = await person(t, browser, { size: phone });
  const paths = { home: '/', activity: `/activities/${activity}`, item: `/items/${item}`, orders: '/orders',
    account: '/account', later: '/later', missing: '/nothing-here' };
  for (const [name, path] of Object.entries(paths)) {
    const url = shop.server.public + path;
    await still.goto(url);
    assert.ok(await still.locator('noscript h1').first().isVisible(), path);
    assert.deepEqual(await still.locator('button, input, select').filter({ visible: true }).all(), [], path);
    for (const link of await still.locator('main a').filter({ visible: true }).all())
      assert.match(await link.innerText(), /\p{L}/u, `a link of ${path} has no words`);
    await picture(still, `storefront-${name}-without-script`);
    // axe is a script: it looks at the same elements and styles where scripts run, but none is left.
    const html = (await still.evaluate(() => document.documentElement.outerHTML))
      .replace(/<script[^]*?<\/script>/g, '')
      .replace(/<(\/?)noscript>/g, '<$1div>')
      .replace(/<meta http-equiv="Content-Security-Policy"[^>]*>/, '');
    const dead = (route) => route.fulfill({ contentType: 'text/html; charset=utf-8', body: `<!doctype html>${html}` });
    await page.route(url, dead);
    await page.goto(url);
    assert.equal(await page.evaluate(() => document.scripts.length), 0);
    await checkAccess(page, `${name} without script`);
    await page.unroute(url, dead);
  }
});
