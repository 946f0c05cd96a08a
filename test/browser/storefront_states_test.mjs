// SPDX-License-Identifier: Apache-2.0
// What the pages of the storefront look like besides as they are opened: each dialog, each state of a sale and of an
// order, each thing that goes wrong, and the cashier; checked as in pages_test.mjs.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { lookAt, looks, openBrowser, password, person, post, Shop, until } from './harness.mjs';

let browser;
before(async () => (browser = await openBrowser()));
after(() => browser.close());

/** Somebody else has the only unit. */
async function buyOut(shop, item) {
  await shop.account('faster');
  const { token } = await (await post(`${shop.server.public}/v1/sessions`, { name: 'faster', password })).json();
  const headers = { Authorization: `Bearer ${token}`, 'Idempotency-Key': 'faster', 'Content-Type': 'application/json' };
  const body = JSON.stringify({ quantity: 1 });
  const bought = await fetch(`${shop.server.public}/v1/items/${item}/orders`, { method: 'POST', headers, body });
  assert.equal(bought.status, 201);
}

const canBuy = (page) => page.locator('#buy[data-t=buy]:not([aria-disabled=true])').waitFor();
const isSaid = (page, where, key) => page.locator(`${where}[data-t=${key}]`).first().waitFor({ state: 'attached' });

async function buy(page) {
  await canBuy(page);
  await page.locator('#buy').click();
}

/** In the page: buys one and begins to pay; the cashier's address, unless the time to pay was over before. */
async function cashierOf(item) {
  const headers = {
    Authorization: `Bearer ${localStorage.getItem('sluice.token')}`,
    'Content-Type': 'application/json',
    'Idempotency-Key': crypto.randomUUID(),
  };
  const ask = (path, body) =>
    fetch(path, { method: 'POST', headers, body: JSON.stringify(body) }).then((answer) => answer.json());
  const { id } = await ask(`/v1/items/${item}/orders`, { quantity: 1 });
  return (await ask(`/v1/orders/${id}/payments`, {})).cashier_url;
}

for (const look of looks)
  test(`the storefront in its states, ${look.name}`, async (t) => {
    const shop = await Shop.open(t);
    const page = await person(t, browser, look);
    const seen = (what) => lookAt(page, look, `storefront-${what}`);
    const open = (path) => page.goto(shop.server.public + path);
    const clickIn = (selector) => page.locator(selector).click();

    await open('/');
    await seen('nothing');

    // Nobody is signed in, and the sale is an hour away.
    const soon = await shop.sell({ title: 'Kettle', name: 'Morning sale', startsS: 3600, endsS: 7200 });
    await open(`/items/${soon.item}`);
    await isSaid(page, '#buy', 'e_not_started');
    await seen('before');
    await clickIn('#ready-button');
    await clickIn('#sign-go');
    await page.locator('#sign-password-rule').waitFor();
    await seen('sign-in-empty');
    await page.locator('#sign-name').fill('nobody');
    await page.locator('#sign-password').fill('wrong password');
    await clickIn('#sign-go');
    await isSaid(page, '#sign-note', 'e_credentials');
    await seen('sign-in-refused');
    await clickIn('#sign-other');
    await page.locator('#sign-password').fill('short');
    await clickIn('#sign-go');
    await isSaid(page, '#sign-password-rule', 'password_bad');
    await seen('sign-up-refused');

    await open('/account');
    await clickIn('#sign-other');
    await page.locator('#sign-name').fill('No one');
    await clickIn('#sign-go');
    await isSaid(page, '#sign-name-rule', 'name_bad');
    await seen('account-refused');
    await page.locator('#sign-name').fill('shopper');
    await page.locator('#sign-password').fill(password);
    await clickIn('#sign-go');
    await page.locator('#in').waitFor();
    await seen('account-in');
    await open('/orders');
    await page.locator('#none').waitFor();
    await seen('orders-none');

    // A purchase, from the button to the payment.
    const several = await shop.sell({
      title: 'Phone, red', limit_per_user: 3, list_price: { amount: 259900, currency: 'CNY' },
    });
    await open(`/items/${several.item}`);
    await canBuy(page);
    await seen('open');
    await buy(page);
    await page.locator('#bought-title').waitFor();
    await seen('won');
    await open('/orders');
    await page.locator('.orders .badge.pending').waitFor();
    await page.locator('.orders .actions button').nth(1).click();
    await page.locator('#sure').waitFor();
    await seen('orders-cancel');
    await clickIn('#sure-keep');
    await page.locator('.orders .actions button').first().click();
    await page.waitForURL(/\/sandbox\/cashier\//);
    const cashier = page.url();
    await lookAt(page, look, 'cashier');
    await page.locator('button[value=pay]').click();
    await page.waitForURL(/\/orders/);
    await page.locator('.orders .badge.paid').waitFor();
    await page.goto(cashier);
    await lookAt(page, look, 'cashier-paid');
    await page.goto(cashier.replace(/[^/]+$/, 'none'));
    await lookAt(page, look, 'cashier-unknown');
    await open(`/items/${several.item}`);
    await isSaid(page, '#pay-until', 's_paid');
    await seen('won-paid');

    // More than one person may have; then one is bought and cancelled, and one is not paid in time.
    await page.locator('#quantity').selectOption('3');
    await buy(page);
    await isSaid(page, '#note', 'e_limit_reached');
    const [button, note] = [await page.locator('#buy').boundingBox(), await page.locator('#note').boundingBox()];
    assert.ok(note.y - button.y - button.height < 24, 'what happened is said at the button');
    await seen('refused');
    await page.locator('#quantity').selectOption('1');
    await buy(page);
    await page.locator('#buying').waitFor({ state: 'hidden' });
    await open('/orders');
    await page.locator('.orders .actions button').nth(1).click();
    await clickIn('#sure-cancel');
    await page.locator('.orders .badge.cancelled').waitFor();
    const hurried = await shop.sell({ title: 'Clock', name: 'Short sale', pay_window_ms: 3000 });
    await open(`/items/${hurried.item}`);
    await buy(page);
    await isSaid(page, '#bought-title', 's_expired');
    await seen('won-too-late');
    await open('/orders');
    await page.locator('.orders .badge.expired').waitFor();
    await seen('orders');

    // The answer is lost, the connection is lost, the page is old.
    await page.route('**/orders', (route) =>
      route.request().method() === 'POST' ? route.abort('connectionreset') : route.fallback(),
    );
    const unsure = await shop.sell({ title: 'Lamp', name: 'Unlucky sale' });
    await open(`/items/${unsure.item}`);
    const failed = page.waitForEvent('requestfailed', (request) => request.url().endsWith('/orders'));
    await buy(page);
    await failed;
    await page.reload();
    await isSaid(page, '#buy', 'ask');
    await seen('unsure');
    await page.context().setOffline(true);
    await page.locator('#lost').waitFor();
    await seen('offline');
    await page.context().setOffline(false);
    await page.route('**/state', async (route) => {
      const answer = await route.fetch();
      await route.fulfill({ response: answer, json: { ...(await answer.json()), page: 'ffffffff' } });
    });
    await open(`/items/${several.item}`);
    await page.locator('#old').waitFor();
    await seen('old');
    await page.unrouteAll({ behavior: 'wait' });

    // The end of a sale: nothing is left, it is paused, it is over.
    const last = await shop.sell({ title: 'Kite', name: 'Last sale', stock: 1 });
    await buyOut(shop, last.item);
    await open(`/items/${last.item}`);
    await isSaid(page, '#buy', 'none');
    await seen('sold-out');
    await shop.owner.good('POST', `/admin/v1/activities/${last.activity}/pause`, { reason: 'Drill.' });
    await open(`/items/${last.item}`);
    await isSaid(page, '#buy', 'e_paused');
    await seen('paused');
    await shop.owner.good('POST', `/admin/v1/activities/${last.activity}/end`, { reason: 'Drill.' });
    await open(`/items/${last.item}`);
    await isSaid(page, '#buy', 'e_ended');
    await seen('ended');
    await open(`/activities/${last.activity}`);
    await isSaid(page, '#phase', 'past');
    await seen('activity-ended');
    await until(async () => {
      await open('/');
      return page.locator('#past-part').isVisible();
    }, 'the home page has a part of what is over');
    await seen('home');

    // After the deadline the cashier says so. What was too slow to get there in time is bought again.
    const late = await shop.sell({ title: 'Bell', name: 'Late sale', pay_window_ms: 1000, limit_per_user: 0, stock: 100 });
    await page.goto(await until(() => page.evaluate(cashierOf, late.item), 'a payment is begun in time'));
    await until(async () => {
      await page.reload();
      return (await page.locator('.note').count()) === 2;
    }, 'the time to pay has passed');
    await lookAt(page, look, 'cashier-late');
  });
