// SPDX-License-Identifier: Apache-2.0
// Every page of the storefront and of the console: no violation of accessibility, no hole in the words, no error in the
// browser; in both languages, light and dark, on a telephone and on a desk. The pictures are for a person to look at.
import { after, before, test } from 'node:test';

import { lookAt, looks, openBrowser, password, person, Shop } from './harness.mjs';

let browser;
before(async () => (browser = await openBrowser()));
after(() => browser.close());

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
    const copy = await shop.owner.good('POST', `/admin/v1/activities/${activity}/clone`, {});
    const page = await person(t, browser, look);
    await page.goto(`${shop.server.console}/admin`);
    await page.locator('input[name=name]').waitFor();
    await lookAt(page, look, 'console-sign-in');
    await page.locator('input[name=name]').fill('olga-owner');
    await page.locator('input[name=password]').fill(password);
    await page.locator('button[type=submit]').click();
    await page.locator('nav').first().waitFor({ state: 'attached' });
    const pages = { live: `live/${activity}`, activities: 'activities', activity: `activities/${activity}`,
      'new-activity': 'activities/new', edit: `activities/${copy.id}/edit`, warm: `activities/${activity}/edit`,
      approvals: 'approvals',
      products: 'products', 'new-product': 'products/new', import: 'products/import', orders: 'orders',
      order: `orders/${order.id}`, report: `report/${activity}`, risk: 'risk', switches: 'switches', users: 'users',
      audit: 'audit', reconcile: 'reconcile', system: 'system', account: 'account',
      unknown: 'live/999', missing: 'nothing-here' };
    for (const [name, path] of Object.entries(pages)) {
      await page.goto(`${shop.server.console}/admin/${path}`);
      await page.locator('main h1').first().waitFor();
      await page.waitForLoadState('load');
      await lookAt(page, look, `console-${name}`);
    }
  });
}
