// SPDX-License-Identifier: Apache-2.0
// The control room and the report: what a sale does is seen within a second, a red button says when it took effect, a
// second person changes the stock, and after the sale the same screen plays it again and the report has its proof.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import {
  checkAccess,
  checkWords,
  consoleWords,
  lookAt,
  looks,
  openBrowser,
  password,
  person,
  phone,
  picture,
  Shop,
} from './harness.mjs';

let browser;
before(async () => (browser = await openBrowser()));
after(() => browser.close());

async function signIn(page, shop, path, name = 'olga-owner') {
  await page.goto(`${shop.server.console}/admin${path}`);
  await page.locator('input[name=name]').fill(name);
  await page.locator('input[name=password]').fill(password);
  await page.locator('button[type=submit]').click();
  await page.locator('nav').first().waitFor({ state: 'attached' });
}

/** A customer buys one unit. */
async function buy(shop, item, name) {
  await shop.account(name);
  const json = { 'Content-Type': 'application/json' };
  const signedIn = await fetch(`${shop.server.public}/v1/sessions`, {
    method: 'POST',
    headers: json,
    body: JSON.stringify({ name, password }),
  });
  const { token } = await signedIn.json();
  const bought = await fetch(`${shop.server.public}/v1/items/${item}/orders`, {
    method: 'POST',
    headers: { ...json, Authorization: `Bearer ${token}`, 'Idempotency-Key': name },
    body: JSON.stringify({ quantity: 1 }),
  });
  assert.equal(bought.status, 201, await bought.text());
}

test('a sale is watched, paused, given more stock, ended, replayed and reported', async (t) => {
  const shop = await Shop.open(t);
  const { activity, item } = await shop.sell({ title: 'Phone, red' });
  const page = await person(t, browser);
  await signIn(page, shop, '/live');
  await page.getByRole('heading', { name: 'Evening sale' }).waitFor();
  const row = page.getByRole('row', { name: /Phone, red/ });
  await row.getByText('On sale').waitFor();
  await page.getByText(/Counted again from 0 orders/).waitFor(); // by itself

  await buy(shop, item, 'first-buyer');
  await row.locator('[data-label=Reserved]', { hasText: /^1$/ }).waitFor();
  await row.locator('[data-label=Available]', { hasText: /^9$/ }).waitFor();
  await page.getByText('9 + 1 + 0 = 10').waitFor();
  await page.getByRole('button', { name: 'Count again from the orders' }).click();
  await page.getByText(/Counted again from 1 orders/).waitFor();
  await page.locator('canvas').waitFor();
  await page.getByText('Of this activity alone.').waitFor();
  await checkAccess(page, 'the control room');
  await checkWords(page, 'the control room');
  await picture(page, 'control-room');

  await page.getByRole('button', { name: 'Pause' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: 'Pause' }).click();
  await dialog.getByText('Type it exactly').or(dialog.locator('[aria-invalid=true]')).first().waitFor();
  await dialog.getByLabel(/^Type/).fill('Evening sale');
  await dialog.getByLabel('Reason').fill('The picture is wrong.');
  await dialog.getByRole('button', { name: 'Pause' }).click();
  await page.getByText(/“Evening sale” is paused: in effect, seen in the stream after/).waitFor();
  await page.getByRole('button', { name: 'Resume' }).first().click();
  await dialog.getByLabel(/^Type/).fill('Evening sale');
  await dialog.getByLabel('Reason').fill('It is right again.');
  await dialog.getByRole('button', { name: 'Resume' }).click();
  await page.getByText(/“Evening sale” is resumed: in effect/).waitFor();

  await page.getByRole('button', { name: 'Stock…: Phone, red' }).click();
  await dialog.getByLabel('Less').check();
  await dialog.getByLabel('Units').fill('10');
  await dialog.getByText('Only 9 units are free to take.').waitFor();
  await dialog.getByLabel('More').check();
  await dialog.getByLabel('Reason').fill('A second pallet arrived.');
  await checkAccess(page, 'the dialog of the stock');
  await dialog.getByRole('button', { name: 'Propose' }).click();
  await page.getByText('Your own: another person decides.').waitFor();
  const rita = await person(t, browser, { size: phone, dark: true });
  await signIn(rita, shop, `/live/${activity}`, 'rita-reviewer');
  await rita.getByRole('button', { name: 'Approve' }).click();
  await rita.getByRole('dialog').getByLabel(/^Type/).fill('+10');
  await rita.getByRole('dialog').getByRole('button', { name: 'Approve' }).click();
  await rita.getByText(/Stock of “Phone, red” is now 20: in effect/).waitFor();
  await checkAccess(rita, 'the control room on a phone');
  await picture(rita, 'control-room-phone');

  await page.keyboard.press('b');
  await page.locator('.wall').getByText('19 + 1 + 0 = 20').waitFor();
  await checkAccess(page, 'the projector view');
  await page.keyboard.press('Escape');

  await page.getByRole('button', { name: 'End now' }).click();
  await dialog.getByLabel(/^Type/).fill('Evening sale');
  await dialog.getByLabel('Reason').fill('Enough.');
  await dialog.getByRole('button', { name: 'End now' }).click();
  await page.getByText(/“Evening sale” is ended: in effect/).waitFor();
  await page.getByRole('button', { name: 'Replay' }).click();
  await page.getByText(/What the server has kept of the sale/).waitFor();
  await page.getByRole('slider').press('Home');
  await page.getByText('10 + 0 + 0 = 10').or(page.getByText('9 + 1 + 0 = 10')).waitFor();
  await checkAccess(page, 'a replay');

  await page.goto(`${shop.server.console}/admin/report/${activity}`);
  await page.getByText('Not one unit too many was sold.').waitFor();
  await page.getByText('127.0.0.0/24').waitFor();
  await page.locator('canvas').first().waitFor();
  await checkAccess(page, 'the report');
  await checkWords(page, 'the report');
  const tooWide = () =>
    page
      .getByRole('columnheader', { name: 'Pending' })
      .evaluate((cell) => cell.closest('table').offsetWidth - cell.closest('table').parentElement.clientWidth);
  assert.ok((await tooWide()) <= 0, 'the items fit beside each other');
  await picture(page, 'report');
  for (const [button, name] of [
    ['Download CSV', `sluice-report-${activity}.csv`],
    ['Download JSON', `sluice-report-${activity}.json`],
    ['Export the proof', `sluice-proof-${activity}.json`],
  ]) {
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: button }).click(),
    ]);
    assert.equal(file.suggestedFilename(), name);
  }
});

test('a red button asks the same on every page, and says there that it took effect', async (t) => {
  const shop = await Shop.open(t);
  const { activity } = await shop.sell({ title: 'Phone, red' });
  const page = await person(t, browser);
  await signIn(page, shop, '/live');
  const dialog = page.getByRole('dialog');
  const press = (name) => page.getByRole('main').getByRole('button', { name, exact: true }).first().click();
  /** What the dialog says and asks when nothing is filled in. */
  const asked = async (path, name) => {
    await page.goto(`${shop.server.console}/admin/${path}`);
    await press(name);
    await dialog.locator('[type=submit]').click();
    await dialog.locator('[aria-invalid=true]').nth(1).waitFor();
    const said = await dialog.innerText();
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    return said;
  };
  const [live, terms] = [`live/${activity}`, `activities/${activity}`];
  for (const [name, places] of [
    ['Pause', [live, terms]],
    ['End now', [live, terms]],
    ['Stop: Phone, red', [live, terms]],
    ['Switch off: Payments', [live, 'switches']],
  ]) {
    const [one, other] = [await asked(places[0], name), await asked(places[1], name)];
    assert.match(one, /Type “.+” to confirm/);
    assert.equal(other, one, name);
  }

  await page.goto(`${shop.server.console}/admin/${terms}`);
  for (const [button, done] of [['Pause', 'paused'], ['Resume', 'resumed']]) {
    await press(button);
    await dialog.getByLabel(/^Type/).fill('Evening sale');
    await dialog.getByLabel('Reason').fill('A drill.');
    await dialog.getByRole('button', { name: button }).click();
    await page.getByText(`“Evening sale” is ${done}: in effect, seen in the stream after`).waitFor();
  }
  await checkAccess(page, 'a red button that took effect');
});

test('what the order takes for good is sold before it is paid', async (t) => {
  const shop = await Shop.open(t);
  const { item } = await shop.sell({ title: 'Buds', policy: 'on_order' });
  const page = await person(t, browser, { language: 'zh' });
  await signIn(page, shop, '/live');
  const tile = page.locator('.tile', { hasText: '已售' });
  await tile.getByText('占 0% · 已支付 0').waitFor();
  // What moves by steps lays the page out again with each: with new figures each second that costs a screen that is
  // open all day more than the figures.
  await page.emulateMedia({ reducedMotion: 'no-preference' });
  const moving = await page.evaluateHandle(() => {
    const seen = [];
    for (const type of ['transitionrun', 'animationstart'])
      document.querySelector('main').addEventListener(type, ({ target }) => seen.push(target.outerHTML));
    return seen;
  });
  await buy(shop, item, 'first-buyer');
  await tile.getByText('占 10% · 已支付 0').waitFor();
  await page.getByText('9 + 0 + 1 = 10').waitFor();
  await page.getByText('可售 + 预占 + 已售 = 总量').waitFor();
  const { orders } = await shop.owner.good('GET', '/admin/v1/orders');
  await shop.owner.good('POST', `/admin/v1/orders/${orders[0].id}/mark-paid`, { reason: 'Bank transfer.' });
  await tile.getByText('占 10% · 已支付 1').waitFor();
  await page.locator('[data-label=已售]', { hasText: '已支付 1' }).waitFor();
  assert.deepEqual(await moving.jsonValue(), []);
  await checkWords(page, 'the control room');
  await page.keyboard.press('b');
  await page.locator('.wall').getByText('占 10% · 已支付 1').waitFor();
});

test('nothing is called on sale while all purchases are switched off', async (t) => {
  const shop = await Shop.open(t);
  await shop.sell({ title: 'Phone, red' });
  const turn = (on) => shop.owner.good('PUT', '/admin/v1/switches/purchases', { on, reason: 'A drill.' });
  for (const look of looks) {
    const say = await consoleWords(look.language);
    const page = await person(t, browser, look);
    await signIn(page, shop, '/live');
    const [row, head] = [page.getByRole('row', { name: /Phone, red/ }), page.locator('.page-head')];
    await row.getByText(say('controlRoom', 'onSale')).waitFor();
    await turn(false);
    await row.getByText(say('controlRoom', 'nobodyBuys')).waitFor();
    await head.getByText(say('controlRoom', 'nobodyBuys')).waitFor();
    assert.equal(await row.getByText(say('controlRoom', 'onSale')).count(), 0);
    await lookAt(page, look, 'control-room-purchases-off');
    await page.keyboard.press('b');
    await page.locator('.wall').getByText(say('controlRoom', 'nobodyBuys')).waitFor();
    await lookAt(page, look, 'projector-purchases-off');
    await page.keyboard.press('Escape');
    await turn(true);
    await row.getByText(say('controlRoom', 'onSale')).waitFor();
    await head.getByText(say('controlRoom', 'nobodyBuys')).waitFor({ state: 'detached' });
  }
});

test('the projector view stays over a reload, and says of a replay that it is one', async (t) => {
  const shop = await Shop.open(t);
  const { activity } = await shop.sell({ title: 'Phone, red' });
  for (const look of looks) {
    const say = await consoleWords(look.language);
    const live = say('controlRoom', 'serverTime');
    const page = await person(t, browser, look);
    await signIn(page, shop, `/live/${activity}`);
    await page.getByText(/[1-9]\d* \+ 0 \+ 0 = 10/).waitFor();
    await page.keyboard.press('b');
    const wall = page.locator('.wall');
    await wall.getByText(live).waitFor();
    await page.reload();
    await wall.getByText(live).waitFor();
    assert.equal(await wall.getByText(say('controlRoom', 'replayTitle')).count(), 0);
    const next = await page.context().newPage(); // of the same person, to work in
    await next.goto(page.url());
    await next.locator('.page-head').waitFor();
    await next.close();

    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: say('controlRoom', 'replay'), exact: true }).click();
    await page.getByRole('slider').waitFor();
    await page.locator('.tile').getByText(say('controlRoom', 'momentShown')).waitFor();
    await page.keyboard.press('b');
    await wall.getByText(say('controlRoom', 'replayTitle')).waitFor();
    await wall.getByText(say('controlRoom', 'momentShown')).waitFor();
    assert.equal(await wall.getByText(live).count(), 0);
    await lookAt(page, look, 'projector-replay');
    await page.keyboard.press('Escape');
    await page.reload();
    await page.locator('.page-head').waitFor();
  }
});

test('lines that nobody sees are not drawn until somebody does', async (t) => {
  const shop = await Shop.open(t);
  await shop.sell({ title: 'Phone, red' });
  const page = await person(t, browser, { size: { width: 390, height: 500 } });
  await signIn(page, shop, '/live');
  const canvas = page.locator('canvas');
  await canvas.waitFor();
  await page.evaluate(() => {
    const { prototype } = CanvasRenderingContext2D;
    const { clearRect } = prototype;
    globalThis.drawn = 0;
    prototype.clearRect = function (...where) {
      ++globalThis.drawn;
      clearRect.apply(this, where);
    };
  });
  const drawn = () => page.evaluate(() => globalThis.drawn);
  /** Two figures later. */
  const later = async () => {
    const clock = page.locator('.tile .muted .number').first();
    for (let turn = 0; turn < 2; ++turn) {
      const was = await clock.innerText();
      await page.waitForFunction(([at, text]) => at.innerText !== text, [await clock.elementHandle(), was]);
    }
  };
  await canvas.scrollIntoViewIfNeeded();
  await later();
  await later();
  assert.notEqual(await drawn(), 0, 'it draws while it is seen');
  await page.locator('.foot').last().scrollIntoViewIfNeeded();
  await later();
  const before = await drawn();
  await later();
  await later();
  assert.equal(await drawn(), before, 'nobody sees it');
  await canvas.scrollIntoViewIfNeeded();
  await page.waitForFunction((count) => globalThis.drawn > count, before);
});

test('the loud side: figures that do not add up are an alarm', async (t) => {
  const shop = await Shop.open(t);
  await shop.sell({ title: 'Phone, red' });
  const page = await person(t, browser, { language: 'zh' });
  // A server that lies: the page must not take its word.
  const spoil = (text) => text.replace(/"sold":\d+/, '"sold":99');
  await page.route('**/admin/v1/live', (route) => route.abort());
  await page.route('**/admin/v1/live/now', async (route) => {
    const answer = await route.fetch();
    await route.fulfill({ response: answer, body: spoil(await answer.text()) });
  });
  await signIn(page, shop, '/live');
  const alarm = page.getByRole('alert').getByText('账实不符');
  await alarm.waitFor();
  await page.getByText(/超卖 89 件/).waitFor();
  await checkAccess(page, 'the alarm');
  await checkWords(page, 'the alarm');
  await page.unrouteAll({ behavior: 'wait' }); // the server goes before the page, and nobody is left to ask
});
