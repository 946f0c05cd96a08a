// SPDX-License-Identifier: Apache-2.0
// What customers do in the storefront, and what goes wrong around them.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { openBrowser, password, person, phone, Shop, until } from './harness.mjs';

let browser;
before(async () => (browser = await openBrowser()));
after(() => browser.close());

const button = (page, name) => page.getByRole('button', { name, exact: true });
const buyIsOpen = (page) => page.locator('#buy:not([aria-disabled=true])', { hasText: 'Buy now' }).waitFor();

/** In the dialog that asks who buys. */
async function signUp(page, name) {
  const dialog = page.getByRole('dialog');
  await button(dialog, 'Create account').click();
  await dialog.getByLabel('Name', { exact: true }).fill(name);
  await dialog.getByLabel('Password', { exact: true }).fill(password);
  await button(dialog, 'Create account').click();
}

/** On the page of an item, signed in as somebody new. */
async function customerAt(page, shop, item, name) {
  await page.goto(`${shop.server.public}/items/${item}`);
  await button(page, 'Sign in').click();
  await signUp(page, name);
  await page.getByRole('dialog').waitFor({ state: 'hidden' });
}

/** How many orders the page's customer has at the server. */
async function ordersOf(page) {
  return page.evaluate(async () => {
    const token = sessionStorage.getItem('sluice.token');
    const answer = await fetch('/v1/orders', { headers: { Authorization: `Bearer ${token}` } });
    return (await answer.json()).data.length;
  });
}

test('a stranger buys within a few presses, pays, and finds the order paid', async (t) => {
  const shop = await Shop.open(t);
  await shop.sell({ title: 'Phone, red' });
  const page = await person(t, browser, { size: phone });
  await page.goto(shop.server.public);
  await page.getByRole('link', { name: /Evening sale/ }).first().click();
  await page.getByRole('link', { name: /Phone, red/ }).first().click();
  await buyIsOpen(page);
  await button(page, 'Buy now').click();
  await signUp(page, 'stranger');
  await page.getByRole('heading', { name: 'You got it!' }).waitFor();
  await button(page, 'Pay now').click();
  await page.waitForURL(/\/sandbox\/cashier\//);
  await page.getByRole('button', { name: /^Pay/ }).first().click();
  await until(async () => {
    await page.goto(`${shop.server.public}/orders`);
    await page.getByText(/Paid|Waiting for payment/).first().waitFor();
    return page.getByText('Paid', { exact: true }).isVisible();
  }, 'the order is paid');
});

test('the button opens at the start by the clock of the server, without a reload', async (t) => {
  const shop = await Shop.open(t);
  const { item } = await shop.sell({ startsS: 6 });
  const page = await person(t, browser);
  // The device is an hour fast and believes that the sale began long ago.
  await page.addInitScript(() => {
    const real = Date.now.bind(Date);
    Date.now = () => real() + 3_600_000;
  });
  await page.goto(`${shop.server.public}/items/${item}`);
  await page.getByText('Starts in', { exact: true }).waitFor();
  assert.equal(await page.locator('#buy').getAttribute('aria-disabled'), 'true');
  await buyIsOpen(page);
});

test('pressing twice buys once', async (t) => {
  const shop = await Shop.open(t);
  const { item } = await shop.sell({ limit_per_user: 0 });
  const page = await person(t, browser);
  await customerAt(page, shop, item, 'double');
  await buyIsOpen(page);
  await page.evaluate(() => {
    for (let i = 0; i < 5; ++i) document.getElementById('buy').click();
  });
  await page.getByRole('heading', { name: 'You got it!' }).waitFor();
  assert.equal(await ordersOf(page), 1);
});

test('an answer that got lost is found with the same key, also after a reload', async (t) => {
  const shop = await Shop.open(t);
  const { item } = await shop.sell({ limit_per_user: 0 });
  const page = await person(t, browser);
  await customerAt(page, shop, item, 'unlucky');
  await buyIsOpen(page);
  const keys = new Set();
  let lost = 0;
  await page.route('**/orders', async (route) => {
    if (route.request().method() !== 'POST') return route.continue();
    keys.add(route.request().headers()['idempotency-key']);
    await route.fetch(); // the server has it
    ++lost;
    return route.abort('connectionreset');
  });
  await button(page, 'Buy now').click();
  await until(() => lost > 0, 'the first answer is lost');
  await page.reload();
  await page.unroute('**/orders');
  page.on('request', (request) => {
    if (request.method() === 'POST' && request.url().endsWith('/orders'))
      keys.add(request.headers()['idempotency-key']);
  });
  await button(page, 'Ask for the result').click();
  await page.getByRole('heading', { name: 'You got it!' }).waitFor();
  assert.equal(keys.size, 1, 'one intent has one key');
  assert.equal(await ordersOf(page), 1);
});

test('who comes back from the cashier while the payment is being stored sees the order without a press', async (t) => {
  const shop = await Shop.open(t);
  const { item } = await shop.sell();
  const page = await person(t, browser);
  await customerAt(page, shop, item, 'payer');
  await buyIsOpen(page);
  await button(page, 'Buy now').click();
  await page.getByRole('heading', { name: 'You got it!' }).waitFor();
  let asked = 0;
  await page.route('**/v1/orders', (route) =>
    ++asked === 1
      ? route.fulfill({ status: 503, headers: { 'Retry-After': '1' }, json: { code: 'in_progress' } })
      : route.continue(),
  );
  await page.goto(`${shop.server.public}/orders`);
  await page.getByText('Waiting for payment').waitFor();
  assert.ok(await page.getByText('It is being worked on').isHidden());
});

test('refusals are said in plain words, in both languages', async (t) => {
  const shop = await Shop.open(t);
  const { item, activity } = await shop.sell({ stock: 2, limit_per_user: 1 });
  const [first, second] = [await person(t, browser), await person(t, browser, { language: 'zh' })];
  await customerAt(first, shop, item, 'greedy');
  await buyIsOpen(first);
  await button(first, 'Buy now').click();
  await first.getByRole('heading', { name: 'You got it!' }).waitFor();
  // Somebody who goes round the page's memory: a new tab has none.
  await first.evaluate(() => {
    for (const key of Object.keys(sessionStorage))
      if (/won|intent/.test(key)) sessionStorage.removeItem(key);
  });
  await first.reload();
  await buyIsOpen(first);
  await button(first, 'Buy now').click();
  await first.getByText('You have as many as one person may have.').first().waitFor();

  await shop.owner.good('POST', `/admin/v1/activities/${activity}/pause`, { reason: 'Drill.' });
  await second.goto(`${shop.server.public}/items/${item}`);
  await second.getByText('活动暂停中，请稍候').first().waitFor();
  await shop.owner.good('POST', `/admin/v1/activities/${activity}/end`, { reason: 'Drill.' });
  await second.getByText('本场活动已结束').first().waitFor();
});

test('who was signed out in the middle of a purchase signs in and has the order', async (t) => {
  const shop = await Shop.open(t);
  const { item } = await shop.sell();
  const page = await person(t, browser);
  await customerAt(page, shop, item, 'sleepy');
  await buyIsOpen(page);
  await page.evaluate(() => {
    const token = sessionStorage.getItem('sluice.token');
    sessionStorage.setItem('sluice.token', token.slice(0, -4) + 'AAAA');
  });
  await page.reload();
  await buyIsOpen(page);
  await button(page, 'Buy now').click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Name', { exact: true }).fill('sleepy');
  await dialog.getByLabel('Password', { exact: true }).fill(password);
  await button(dialog, 'Sign in').click();
  await page.getByRole('heading', { name: 'You got it!' }).waitFor();
  assert.equal(await ordersOf(page), 1);
});

test('without a connection the page says so and goes on when it is back', async (t) => {
  const shop = await Shop.open(t);
  const { item } = await shop.sell();
  const page = await person(t, browser);
  await customerAt(page, shop, item, 'tunnel');
  await buyIsOpen(page);
  await page.context().setOffline(true);
  await button(page, 'Buy now').click();
  await page.getByText(/No connection/).first().waitFor();
  await page.context().setOffline(false);
  await until(async () => {
    const ask = button(page, 'Ask for the result');
    if (await ask.isVisible()) await ask.click().catch(() => {}); // it may have gone on by itself
    return page.getByRole('heading', { name: 'You got it!' }).isVisible();
  }, 'the purchase went on');
  assert.equal(await ordersOf(page), 1);
});

test('an order that is cancelled is for sale again, and somebody else gets it', async (t) => {
  const shop = await Shop.open(t);
  const { item } = await shop.sell({ stock: 1 });
  const [first, second] = [await person(t, browser), await person(t, browser)];
  await customerAt(first, shop, item, 'undecided');
  await customerAt(second, shop, item, 'patient');
  await buyIsOpen(first);
  await button(first, 'Buy now').click();
  await first.getByRole('heading', { name: 'You got it!' }).waitFor();
  await second.locator('#buy', { hasText: 'Sold out' }).waitFor();
  await first.goto(`${shop.server.public}/orders`);
  await button(first, 'Cancel order').click();
  await button(first.getByRole('dialog'), 'Cancel order').click();
  await first.getByText('Cancelled', { exact: true }).first().waitFor();
  await buyIsOpen(second);
  await button(second, 'Buy now').click();
  await second.getByRole('heading', { name: 'You got it!' }).waitFor();
});
