// SPDX-License-Identifier: Apache-2.0
// What customers do in the storefront, and what goes wrong around them.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';

import {
  checkAccess, checkWords, openBrowser, password, person, phone, picture, post, settled, Shop, until,
} from './harness.mjs';

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
    const token = localStorage.getItem('sluice.token');
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

test('who declines at the cashier is told that the order is not paid, and pays after all', async (t) => {
  const shop = await Shop.open(t);
  const { item } = await shop.sell();
  const page = await person(t, browser);
  await customerAt(page, shop, item, 'doubtful');
  await buyIsOpen(page);
  await button(page, 'Buy now').click();
  await button(page, 'Pay now').click();
  await page.getByRole('button', { name: /^Decline/ }).click();
  await page.waitForURL(/\/orders#/);
  await page.getByText('No payment has arrived yet.').waitFor();
  await button(page, 'Pay now').click();
  await page.getByRole('button', { name: /^Pay/ }).first().click();
  await page.waitForURL(/\/orders#/);
  await page.getByText('Paid', { exact: true }).waitFor();
  assert.equal(await page.getByText('No payment has arrived yet.').count(), 0);
});

test('the button opens at the start by the clock of the server, without a reload', async (t) => {
  const shop = await Shop.open(t);
  const page = await person(t, browser);
  // The device is an hour fast and believes that the sale began long ago.
  await page.addInitScript(() => {
    const real = Date.now.bind(Date);
    Date.now = () => real() + 3_600_000;
  });
  // On a machine too slow to see the page before the start, a later one is waited for.
  const seesItWait = async (startsS) => {
    const { item } = await shop.sell({ startsS });
    await page.goto(`${shop.server.public}/items/${item}`);
    const waits = () =>
      page.evaluate(() => [document.getElementById('counts').textContent, document.getElementById('buy').ariaDisabled]);
    const state = async () => (await fetch(`${shop.server.public}/v1/items/${item}/state`)).json();
    return until(async () => {
      const [counts, isOff] = await waits();
      if (counts === 'Starts in') assert.equal(isOff, 'true');
      return counts === 'Starts in' ? 'seen' : (await state()).phase !== 'waiting' && 'too late';
    }, 'the page waits for the start, or it has come');
  };
  for (let startsS = 5; (await seesItWait(startsS)) !== 'seen'; startsS *= 2);
  await buyIsOpen(page);
});

test('a phone whose clock is behind is set right by the press of a button that it keeps shut', async (t) => {
  const shop = await Shop.open(t);
  const { item } = await shop.sell();
  const page = await person(t, browser);
  await page.addInitScript(() => {
    const behindMs = 50 * 60_000;
    const Right = Date;
    globalThis.Date = class extends Right {
      constructor(...parts) {
        super(...(parts.length ? parts : [Right.now() - behindMs]));
      }
      static now = () => Right.now() - behindMs;
    };
    // Nothing that the page would do later by itself.
    Math.random = () => 0.999;
    const later = globalThis.setTimeout;
    globalThis.setTimeout = (act, ms, ...rest) => (ms > 2000 ? 0 : later(act, ms, ...rest));
  });
  await page.goto(`${shop.server.public}/items/${item}`);
  await button(page, 'The sale has not started').click({ force: true }); // aria-disabled
  await buyIsOpen(page);
});

test('a server that does not tell the time at first is asked until it does', async (t) => {
  const shop = await Shop.open(t);
  const { item } = await shop.sell();
  const page = await person(t, browser);
  await page.clock.install({ time: Date.now() - 50 * 60_000 });
  let asked = 0;
  await page.route('**/v1/time', (route) =>
    ++asked <= 4 ? route.fulfill({ status: 429, json: { code: 'too_fast' } }) : route.continue(),
  );
  await page.goto(`${shop.server.public}/items/${item}`);
  await button(page, 'The sale has not started').waitFor();
  await until(async () => {
    await page.clock.runFor(5_000);
    return page.locator('#buy:not([aria-disabled=true])', { hasText: 'Buy now' }).isVisible();
  }, 'the button opens by the clock of the server');
});

test('who wants more than are left is asked to choose less, and is not told that all are gone', async (t) => {
  const shop = await Shop.open(t);
  const { item } = await shop.sell({ stock: 3, limit_per_user: 9 });
  const page = await person(t, browser);
  await customerAt(page, shop, item, 'greedy');
  await buyIsOpen(page);
  await page.locator('#quantity').selectOption('5');
  await button(page, 'Buy now').click();
  await page.getByText('Fewer are left. Choose less.').first().waitFor();
  await page.locator('#quantity').selectOption('3');
  await button(page, 'Buy now').click();
  await page.getByRole('heading', { name: 'You got it!' }).waitFor();
});

test('who creates an account and gets no answer is signed in by the next try, unless somebody else has the name', async (t) => {
  const shop = await Shop.open(t);
  const page = await person(t, browser);
  await page.goto(`${shop.server.public}/account`);
  await button(page, 'Create account').click();
  const create = async (name) => {
    await page.getByLabel('Name', { exact: true }).fill(name);
    await page.getByLabel('Password', { exact: true }).fill(password);
    await button(page, 'Create account').click();
  };
  const lose = (act) => page.route('**/v1/accounts', async (route) => (await act(route), route.abort()), { times: 1 });
  await shop.account('taken');
  await create('taken'); // the same password, but never tried here before
  await page.getByText('This name is taken.').waitFor();
  const others = { name: 'of-another', password: 'other quiet words here' };
  await lose(() => post(`${shop.server.public}/v1/accounts`, others));
  await create('of-another');
  await page.locator('#sign-note', { hasText: 'No connection' }).waitFor();
  await create('of-another');
  await page.getByText('This name is taken.').waitFor();
  await lose((route) => route.fetch()); // made, and the answer is lost
  await create('unlucky');
  await page.locator('#sign-note', { hasText: 'No connection' }).waitFor();
  await create('unlucky');
  await page.getByText('Signed in as unlucky').waitFor();
});

test('a password that the server finds too easy is told beside its field, and nothing else is said', async (t) => {
  const shop = await Shop.open(t);
  const page = await person(t, browser);
  await page.goto(`${shop.server.public}/account`);
  await button(page, 'Create account').click();
  await page.getByLabel('Name', { exact: true }).fill('teapot');
  for (const easy of ['teapot loves tea', 'aaaaaaaaaaaa']) {
    await page.getByLabel('Password', { exact: true }).fill(easy);
    await button(page, 'Create account').click();
    await page.locator('#sign-password[aria-invalid=true]').waitFor();
    await page.getByText('At least 10 characters, hard to guess.').waitFor();
    assert.equal(await page.locator('#sign-note').textContent(), '');
    await page.getByLabel('Password', { exact: true }).fill('');
    await button(page, 'Create account').click();
  }
});

test('who has an account but got no session for it signs in with the next press', async (t) => {
  const shop = await Shop.open(t);
  const page = await person(t, browser);
  await page.goto(`${shop.server.public}/account`);
  await page.route('**/v1/sessions', (route) => route.abort('connectionreset'), { times: 1 });
  await button(page, 'Create account').click();
  await page.getByLabel('Name', { exact: true }).fill('halfway');
  await page.getByLabel('Password', { exact: true }).fill(password);
  await button(page, 'Create account').click();
  await page.locator('#sign-note', { hasText: 'No connection' }).waitFor();
  await page.locator('#sign-go').click();
  await page.getByText('Signed in as halfway').waitFor();
});

const closings = {
  'with Escape': (page) => page.keyboard.press('Escape'),
  'with the button': (page) => page.locator('#sign-close').click(),
  'in an old web view': (page) => page.locator('#sign-close').click(),
};
for (const [how, close] of Object.entries(closings))
  test(`who closes the dialog ${how} while signing in is signed in, and has bought nothing`, async (t) => {
    const shop = await Shop.open(t);
    const { item } = await shop.sell();
    await shop.account('undecided');
    const page = await person(t, browser);
    if (how === 'in an old web view')
      await page.addInitScript(() => {
        delete HTMLDialogElement.prototype.showModal;
        delete HTMLDialogElement.prototype.close;
      });
    let arrive;
    await page.route('**/v1/sessions', async (route) => {
      await new Promise((resolve) => (arrive = resolve));
      await route.continue();
    });
    const bought = [];
    page.on('request', (request) => request.url().endsWith('/orders') && bought.push(request.url()));
    await page.goto(`${shop.server.public}/items/${item}`);
    await buyIsOpen(page);
    await button(page, 'Buy now').click();
    await page.getByLabel('Name', { exact: true }).fill('undecided');
    await page.getByLabel('Password', { exact: true }).fill(password);
    await page.locator('#sign-go').click();
    await until(() => arrive, 'the request is on its way');
    await close(page);
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    arrive();
    await page.getByRole('link', { name: 'undecided' }).waitFor();
    await buyIsOpen(page);
    assert.deepEqual(bought, []);
  });

test('who did not pay in time may try again on the same page', async (t) => {
  const shop = await Shop.open(t);
  const { item } = await shop.sell({ stock: 1, pay_window_ms: 1000 });
  const page = await person(t, browser);
  await customerAt(page, shop, item, 'late');
  await buyIsOpen(page);
  await button(page, 'Buy now').click();
  await page.getByRole('heading', { name: 'Not paid in time' }).waitFor();
  await until(async () => {
    await button(page, 'Buy now').click();
    return (await ordersOf(page)) === 2;
  }, 'a second order');
});

/** On the page of an order to be paid: opens the cashier in another tab of the same browser, and pays there. */
async function payElsewhere(page, shop) {
  const other = await page.context().newPage();
  await other.goto(`${shop.server.public}/orders`);
  await button(other, 'Pay now').click();
  await other.locator('button[value=pay]').click();
  await other.locator('.named .badge.paid').waitFor();
  await other.close();
}

test('what was paid in another tab is not called late when the time to pay is over, nor waiting when one looks', async (t) => {
  const shop = await Shop.open(t);
  const page = await person(t, browser);
  await page.clock.install();
  const items = [await shop.sell({ name: 'First sale' }), await shop.sell({ name: 'Second sale' })];
  await customerAt(page, shop, items[0].item, 'two-tabs');
  const meanwhile = [
    () => page.clock.fastForward(11 * 60_000), // the time to pay is ten minutes
    () => page.evaluate(() => document.dispatchEvent(new Event('visibilitychange'))),
  ];
  for (const [i, { item }] of items.entries()) {
    await page.goto(`${shop.server.public}/items/${item}`);
    await buyIsOpen(page);
    await button(page, 'Buy now').click();
    await page.getByRole('heading', { name: 'You got it!' }).waitFor();
    await payElsewhere(page, shop);
    await meanwhile[i]();
    await page.locator('#pay-until', { hasText: 'Paid' }).waitFor();
    await page.getByRole('heading', { name: 'You got it!' }).waitFor();
    assert.ok(await button(page, 'Pay now').isHidden());
  }
});

test('what was paid in another tab is neither called late nor sold again while nobody has answered', async (t) => {
  const shop = await Shop.open(t);
  const { item } = await shop.sell();
  const page = await person(t, browser);
  await page.clock.install();
  await page.route('**/v1/time', (route) => route.fulfill({ status: 503, json: {} })); // it stays at the hour it is put to
  await customerAt(page, shop, item, 'two-tabs');
  await buyIsOpen(page);
  await button(page, 'Buy now').click();
  await page.getByRole('heading', { name: 'You got it!' }).waitFor();
  await payElsewhere(page, shop);
  const held = [];
  await page.route('**/v1/orders/*', (route) => held.push(route));
  await page.clock.fastForward(11 * 60_000); // the time to pay is ten minutes
  const saysNothing = async () => {
    await page.locator('#pay').waitFor({ state: 'hidden' });
    await page.getByRole('heading', { name: 'You got it!' }).waitFor();
    assert.ok(await page.locator('#buying').isHidden());
  };
  for (const lose of [(route) => route.abort('connectionreset'), (route) => route.fulfill({ status: 503, json: {} })]) {
    await until(async () => {
      await page.clock.runFor(1000);
      return held.length;
    }, 'it is asked for');
    await saysNothing();
    await lose(held.pop());
    await settled(page);
    await saysNothing();
  }
  await page.unroute('**/v1/orders/*');
  await until(async () => {
    await page.clock.runFor(1000);
    return page.locator('#pay-until', { hasText: 'Paid' }).isVisible();
  }, 'it is asked for until there is an answer');
  await saysNothing();
});

test('who goes back from the cashier is not told that something is being sent', async (t) => {
  const shop = await Shop.open(t);
  const { item } = await shop.sell();
  // As browsers are: the page that was left comes back as it was, without a load.
  const keeping = await openBrowser({ ignoreDefaultArgs: ['--disable-back-forward-cache'] });
  t.after(() => keeping.close());
  const page = await person(t, keeping);
  await customerAt(page, shop, item, 'wavering');
  await buyIsOpen(page);
  await button(page, 'Buy now').click();
  await page.evaluate(() => addEventListener('pageshow', (event) => (globalThis.isKept = event.persisted)));
  await button(page, 'Pay now').click();
  await page.waitForURL(/\/sandbox\/cashier\//);
  await page.evaluate(() => history.back());
  await until(() => page.evaluate(() => globalThis.isKept).catch(() => false), 'the page is back as it was');
  await button(page, 'Pay now').waitFor();
  assert.equal(await page.locator('#pay-note').textContent(), '');
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
  await first.getByText('You have as many as one person may have').first().waitFor();

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
    const token = localStorage.getItem('sluice.token');
    localStorage.setItem('sluice.token', token.slice(0, -4) + 'AAAA');
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

test('all tabs of a browser have one session, and what belongs to who left is seen in none', async (t) => {
  const shop = await Shop.open(t);
  const { item } = await shop.sell({ limit_per_user: 2 });
  const page = await person(t, browser);
  await page.goto(`${shop.server.public}/items/${item}`);
  await buyIsOpen(page);
  const [orders, account] = [await page.context().newPage(), await page.context().newPage()];
  await orders.goto(`${shop.server.public}/orders`);
  await button(orders, 'Sign in').waitFor();

  await button(page, 'Sign in').click();
  await signUp(page, 'two-tabs');
  await page.getByRole('dialog').waitFor({ state: 'hidden' });
  await button(orders, 'Sign in').waitFor({ state: 'hidden' });
  await button(page, 'Buy now').click();
  await page.getByRole('heading', { name: 'You got it!' }).waitFor();
  await button(orders, 'Refresh').click();
  await orders.getByRole('heading', { name: /Phone/ }).waitFor();

  await account.goto(`${shop.server.public}/account`);
  await button(account, 'Sign out').click();
  await orders.getByRole('heading', { name: /Phone/ }).waitFor({ state: 'detached' });
  await button(account, 'Create account').click();
  await account.getByLabel('Name', { exact: true }).fill('somebody-else');
  await account.getByLabel('Password', { exact: true }).fill(password);
  await button(account, 'Create account').click();
  await page.getByRole('heading', { name: 'You got it!' }).waitFor({ state: 'hidden' });
  await orders.getByText('You have no orders yet.').waitFor();
  assert.equal(await ordersOf(page), 0, 'the other one has the order');
});

test('a purchase on its way is not repeated in the name of who signs in meanwhile in another tab', async (t) => {
  const shop = await Shop.open(t);
  const { item } = await shop.sell();
  const page = await person(t, browser);
  await customerAt(page, shop, item, 'first-one');
  await buyIsOpen(page);
  const others = [];
  const isWaiting = new Promise((reached) => {
    void page.route('**/orders', async (route) => {
      if (route.request().method() !== 'POST') return route.continue();
      others.push(route.request().headers().authorization);
      if (others.length > 1) return route.continue();
      reached(route);
    });
  });
  await button(page, 'Buy now').click();
  const first = await isWaiting;
  const account = await page.context().newPage();
  await account.goto(`${shop.server.public}/account`);
  await button(account, 'Sign out').click();
  await button(account, 'Create account').click();
  await account.getByLabel('Name', { exact: true }).fill('second-one');
  await account.getByLabel('Password', { exact: true }).fill(password);
  await button(account, 'Create account').click();
  await account.getByText('Signed in as second-one').waitFor();
  await first.abort(); // no answer: the page would ask again with the same key
  await page.getByRole('dialog').getByLabel('Name', { exact: true }).waitFor();
  assert.equal(others.length, 1);
  assert.equal(await ordersOf(page), 0);
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

test('an order that is cancelled is shown so at once, also one that a list on its way does not know of', async (t) => {
  const shop = await Shop.open(t);
  const { item } = await shop.sell();
  const page = await person(t, browser);
  await customerAt(page, shop, item, 'hasty');
  await buyIsOpen(page);
  await button(page, 'Buy now').click();
  await page.getByRole('heading', { name: 'You got it!' }).waitFor();
  await page.goto(`${shop.server.public}/orders`);
  await page.getByText('Waiting for payment').waitFor();
  // A list that is made before the order is cancelled, and is long on its way.
  let arrive;
  await page.route('**/v1/orders', async (route) => {
    const response = await route.fetch();
    await new Promise((resolve) => (arrive = resolve));
    await route.fulfill({ response });
  }, { times: 1 });
  await button(page, 'Refresh').click();
  await until(() => arrive, 'the list is on its way');
  await button(page, 'Cancel order').click();
  await button(page.getByRole('dialog'), 'Cancel order').click();
  await page.locator('.badge.cancelled').waitFor();
  const renewed = page.waitForRequest((request) => request.url().endsWith('/v1/orders'));
  arrive();
  await renewed;
  assert.ok(await page.locator('.badge.cancelled').isVisible());
  assert.equal(await page.getByText('Sending…').count(), 0);
});

test('a tab that is older than the server says so, and reloads only when it is asked to', async (t) => {
  const shop = await Shop.open(t);
  const { item } = await shop.sell();
  const page = await person(t, browser);
  let isUpgraded = false;
  await page.route('**/state', async (route) => {
    const answer = await route.fetch();
    const state = await answer.json();
    await route.fulfill({ response: answer, json: isUpgraded ? { ...state, page: 'ffffffff' } : state });
  });
  await page.goto(`${shop.server.public}/items/${item}`);
  await buyIsOpen(page);
  const strip = page.getByRole('status').filter({ hasText: 'There is a newer version of this page.' });
  assert.ok(await strip.isHidden(), 'nothing is newer yet');
  await button(page, 'Sign in').click();
  await page.getByRole('dialog').getByLabel('Name', { exact: true }).fill('typing');
  isUpgraded = true;
  await strip.waitFor();
  assert.equal(await page.getByRole('dialog').getByLabel('Name', { exact: true }).inputValue(), 'typing');
  await button(page.getByRole('dialog'), 'Close').click();
  await checkAccess(page, 'an older tab');
  isUpgraded = false;
  await Promise.all([page.waitForEvent('load'), button(strip, 'Reload').click()]);
  await page.getByText('In stock', { exact: true }).waitFor(); // the server was asked
  assert.ok(await strip.isHidden(), 'the new page is the newest');
});

test('a sale that ends while somebody signs in to buy is told inside the dialog, and nothing is bought', async (t) => {
  const shop = await Shop.open(t);
  const { item, activity } = await shop.sell();
  const page = await person(t, browser);
  await page.goto(`${shop.server.public}/items/${item}`);
  await buyIsOpen(page);
  await button(page, 'Buy now').click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Name', { exact: true }).fill('late');
  await shop.owner.good('POST', `/admin/v1/activities/${activity}/end`, { reason: 'Drill.' });
  await dialog.getByText('This sale is over', { exact: true }).waitFor();
  assert.equal(await dialog.getByLabel('Name', { exact: true }).inputValue(), 'late', 'what was typed is kept');
  const bought = [];
  page.on('request', (request) => {
    if (request.method() === 'POST' && request.url().includes(`/items/${item}/`)) bought.push(request.url());
  });
  await signUp(page, 'late');
  await dialog.waitFor({ state: 'hidden' });
  await page.locator('#buy[aria-disabled=true]', { hasText: 'This sale is over' }).waitFor();
  assert.ok(await page.getByRole('heading', { name: 'You got it!' }).isHidden());
  assert.equal(await ordersOf(page), 0);
  assert.deepEqual(bought, []);
});

/** As if the person had turned to something else, or back to the page. */
const look = (page, hidden) =>
  page.evaluate((value) => {
    Object.defineProperty(document, 'hidden', { value, configurable: true });
    document.dispatchEvent(new Event('visibilitychange'));
  }, hidden);

test('the page of an activity that stays open tells an early end, by itself and to who comes back to it', async (t) => {
  const shop = await Shop.open(t);
  const isBadge = (page, text) => page.locator('#phase', { hasText: text }).waitFor();
  const atStateOf = (item) => (request) => request.url().endsWith(`/v1/items/${item}/state`);
  for (const comesBack of [false, true]) {
    const { activity, item } = await shop.sell();
    const page = await person(t, browser);
    const asked = [];
    page.on('request', (request) => atStateOf(item)(request) && asked.push(request));
    await page.clock.install();
    await page.goto(`${shop.server.public}/activities/${activity}`);
    await isBadge(page, 'On now');
    if (comesBack) {
      await look(page, true);
      await page.clock.runFor(120_000);
      assert.deepEqual(asked, [], 'nobody looks');
    } else {
      const first = page.waitForResponse((response) => atStateOf(item)(response.request()));
      await page.clock.runFor(30_000);
      await (await first).finished();
      await isBadge(page, 'On now');
    }
    const planned = await page.locator('.when time').last().getAttribute('datetime');
    await shop.owner.good('POST', `/admin/v1/activities/${activity}/end`, { reason: 'Drill.' });
    if (comesBack) await look(page, false);
    await until(async () => {
      await page.clock.runFor(comesBack ? 1000 : 10_000);
      return page.locator('#phase', { hasText: 'Over' }).isVisible();
    }, 'the page says that it is over');
    assert.ok(await page.locator('#clock').isHidden());
    assert.equal(await page.locator('#live-region').textContent(), 'Over');
    assert.notEqual(await page.locator('.when time').last().getAttribute('datetime'), planned);
    const times = asked.length;
    await page.clock.runFor(300_000);
    assert.equal(asked.length, times, 'what is over is not asked for');
  }
});

test('the page of an activity takes over another window, offers a newer version, and is over when it is gone', async (t) => {
  const shop = await Shop.open(t);
  const { activity, item } = await shop.sell();
  const page = await person(t, browser);
  const hours = (n) => Date.now() + n * 3_600_000;
  const running = { phase: 'running', level: 'few', next_poll_ms: 2000, page: 'ffffffff' };
  let answer = { json: { ...running, starts_at_ms: hours(-1), ends_at_ms: hours(72) } };
  await page.route('**/v1/items/*/state', (route) => route.fulfill(answer));
  await page.goto(`${shop.server.public}/activities/${activity}`);
  await page.locator('#phase', { hasText: 'On now' }).waitFor();
  const old = page.getByText('There is a newer version of this page.');
  assert.ok(await old.isHidden());
  await look(page, false);
  await old.waitFor();
  await page.locator('#clock .cell').first().waitFor(); // the days
  const times = page.locator('.when time');
  const written = async () => Date.parse(await times.last().getAttribute('datetime'));
  assert.equal(await written(), answer.json.ends_at_ms);
  await checkAccess(page, 'an activity with another window');
  answer = { status: 404, json: { code: 'not_found', item } };
  await look(page, false);
  await page.locator('#phase', { hasText: 'Over' }).waitFor();
});

test('an activity that was ended before its start is not called coming up', async (t) => {
  const shop = await Shop.open(t);
  const { activity } = await shop.sell({ startsS: 600 });
  await shop.owner.good('POST', `/admin/v1/activities/${activity}/end`, { reason: 'Drill.' });
  const page = await person(t, browser);
  await page.goto(`${shop.server.public}/activities/${activity}`);
  await page.locator('#phase', { hasText: 'Over' }).waitFor();
});

test('before the start a page asks the server for the time, twice at most, and for nothing else', async (t) => {
  const shop = await Shop.open(t);
  const [first, second] = [await shop.sell({ startsS: 600 }), await shop.sell({ startsS: 7200, endsS: 9000 })];
  const page = await person(t, browser);
  await page.clock.install();
  const asked = [];
  page.on('request', (request) => {
    const { pathname } = new URL(request.url());
    if (pathname.startsWith('/v1/')) asked.push(pathname);
  });
  await page.goto(`${shop.server.public}/items/${first.item}`);
  await page.getByText('Starts in', { exact: true }).waitFor();
  // In steps, so that the answers come in between; not up to the start, for the clock also goes by itself.
  for (let minute = 0; minute < 8; ++minute) await page.clock.runFor(60_000);
  await until(() => asked.length > 0, 'the time was asked for');
  assert.ok(asked.length <= 2, String(asked));
  await page.goto(`${shop.server.public}/items/${second.item}`);
  await page.clock.runFor(5_000);
  await page.goto(`${shop.server.public}/activities/${second.activity}`);
  await page.getByText('Starts in', { exact: true }).waitFor();
  await look(page, false); // who comes back to it
  for (let minute = 0; minute < 5; ++minute) await page.clock.runFor(60_000);
  assert.ok(asked.length <= 2, `the next pages of a visit ask again: ${asked}`);
  assert.deepEqual([...new Set(asked)], ['/v1/time']);
});

/**
 * The page of an item that asks a question: what src/page makes of one, which the server does not offer yet, out of the
 * page of an item with tickets. `server` plays the two answers: of the question, and of the ticket.
 */
async function askingPage(page, shop, item, server) {
  const file = (name) => readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8');
  const hash = (text) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
  const dialog = file('src/page/item_page.cc').match(/kChallenge =\s+R"html\(([^]*?)\)html"/)[1];
  const parts = ['js', 'css'].map((kind) =>
    ['item', 'question'].map((name) => file(`build/web/storefront/${name}.${kind}`).trimEnd()),
  );
  await page.route(`**/items/${item}`, async (route) => {
    if (route.request().resourceType() !== 'document') return route.fallback();
    const answer = await route.fetch();
    let body = (await answer.text()).replace('</main>', () => dialog + '</main>');
    let policy = answer.headers()['content-security-policy'];
    assert.ok(body.includes('"entry":"ticket"'));
    body = body.replace('"entry":"ticket"', '"entry":"challenge"');
    for (const [ticket, question] of parts) {
      assert.ok(body.includes(ticket) && body.includes(hash(ticket)));
      body = body.replace(ticket, () => question).replace(hash(ticket), hash(question));
      policy = policy.replace(hash(ticket), hash(question));
    }
    await route.fulfill({ response: answer, body, headers: { ...answer.headers(), 'content-security-policy': policy } });
  });
  await page.route('**/challenge', (route) => route.fulfill(server.question()));
  await page.route('**/tickets', (route) => {
    const refusal = server.ticket(route.request().postDataJSON());
    return refusal ? route.fulfill(refusal) : route.continue({ postData: '{}' });
  });
}

/** Questions with running numbers; `right` is the answer of all. */
function quiz(right) {
  const seen = { asked: 0, answers: [] };
  return {
    seen,
    question: () => ({ status: 201, json: { challenge_id: `q${++seen.asked}`, question: `What is ${seen.asked} + 5?` } }),
    ticket: (body) => {
      seen.answers.push(body);
      return body.answer === right ? null : { status: 403, json: { code: 'challenge_failed' } };
    },
  };
}

const asksWhat = (page, number) => page.getByRole('dialog').getByText(`What is ${number} + 5?`, { exact: true }).waitFor();

for (const language of ['en', 'zh']) {
  test(`a question stands before the purchase, and a wrong answer brings another one (${language})`, async (t) => {
    const say = (en, zh) => (language === 'en' ? en : zh);
    const shop = await Shop.open(t);
    const { item } = await shop.sell({ entry: 'ticket' });
    const page = await person(t, browser, { language, size: phone });
    const server = quiz('7');
    await askingPage(page, shop, item, server);
    await shop.account('thinker');
    await page.goto(`${shop.server.public}/items/${item}`);
    await page.locator('#buy:not([aria-disabled=true])').click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel(say('Name', '用户名'), { exact: true }).fill('thinker');
    await dialog.getByLabel(say('Password', '密码'), { exact: true }).fill(password);
    await button(dialog, say('Sign in', '登录')).click();
    await asksWhat(page, 1);
    assert.equal(await page.evaluate(() => document.activeElement.id), 'challenge-answer');
    await button(dialog, say('Send', '提交')).click();
    await dialog.getByText(say('Type your answer.', '请输入答案。')).waitFor();
    await checkWords(page, 'the question');
    await checkAccess(page, `the question (${language})`);
    await picture(page, `storefront-question-phone-light-${language}`);
    const answer = dialog.getByLabel(say('Your answer', '您的答案'), { exact: true });
    await answer.fill('<b>5</b>');
    await answer.press('Enter');
    await asksWhat(page, 2);
    await dialog.getByText(say('Not right. Here is another question.', '答案不对，请回答新的问题。')).waitFor();
    assert.equal(await answer.inputValue(), '');
    await answer.fill(' 7 ');
    await answer.press('Enter');
    await page.getByRole('heading', { name: say('You got it!', '抢购成功！') }).waitFor();
    assert.deepEqual(server.seen.answers, [
      { challenge_id: 'q1', answer: '<b>5</b>' },
      { challenge_id: 'q2', answer: '7' },
    ]);
    assert.equal(await ordersOf(page), 1);
  });
}

test('who closes the question has bought nothing, and the next press asks another one', async (t) => {
  const shop = await Shop.open(t);
  const { item } = await shop.sell({ entry: 'ticket' });
  const page = await person(t, browser);
  const server = quiz('7');
  await askingPage(page, shop, item, server);
  await customerAt(page, shop, item, 'hesitant');
  await buyIsOpen(page);
  await button(page, 'Buy now').click();
  await asksWhat(page, 1);
  await button(page.getByRole('dialog'), 'Close').click();
  await buyIsOpen(page);
  await button(page, 'Buy now').click();
  await asksWhat(page, 2);
  await page.keyboard.press('Escape');
  await buyIsOpen(page);
  assert.deepEqual(server.seen.answers, []);
  assert.equal(await ordersOf(page), 0);
});

test('a question that cannot be asked is told in words, and a sale that ends takes the question away', async (t) => {
  const shop = await Shop.open(t);
  const { item, activity } = await shop.sell({ entry: 'ticket' });
  const page = await person(t, browser);
  const server = quiz('7');
  const asks = server.question;
  server.question = () => ({ status: 403, json: { code: 'blocked' } });
  await askingPage(page, shop, item, server);
  await customerAt(page, shop, item, 'unlucky');
  await buyIsOpen(page);
  await button(page, 'Buy now').click();
  await page.locator('#note', { hasText: 'This account or network cannot take part.' }).waitFor();
  server.question = asks;
  await button(page, 'Buy now').click();
  await asksWhat(page, 1);
  await shop.owner.good('POST', `/admin/v1/activities/${activity}/end`, { reason: 'Drill.' });
  await page.getByRole('dialog').waitFor({ state: 'hidden' });
  await page.locator('#note', { hasText: 'This sale is over' }).waitFor();
  assert.deepEqual(server.seen.answers, []);
  assert.equal(await ordersOf(page), 0);
});
