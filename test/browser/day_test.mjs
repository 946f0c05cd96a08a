// SPDX-License-Identifier: Apache-2.0
// A whole day of the shop, by hand: the first owner comes in, a second person is added, a product and an activity are
// written, approved by the second person and warmed up; several people buy at once and pay; one lets the time pass and
// the unit is sold again; the sale is paused in the middle and resumed, ended, exported and reported.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';

import { openBrowser, password, person, phone, picture, Server, until } from './harness.mjs';

const kName = 'Evening sale';
const [kPhone, kCase] = ['Phone, red', 'Case, red'];
/** Who buys a phone has ample time to pay; who buys a case has so little that letting it pass is no wait. */
const kItems = [
  { title: kPhone, stock: '2', payMinutes: '60' },
  { title: kCase, stock: '1', payMinutes: '0.1' },
];

let browser;
before(async () => (browser = await openBrowser()));
after(() => browser.close());

const button = (place, name) => place.getByRole('button', { name, exact: true });

/** As the pickers of the console show it, in the time zone of the browsers here. */
function typed(offsetS) {
  return new Date(Date.now() + offsetS * 1000).toLocaleString('sv-SE', { timeZone: 'Asia/Shanghai' });
}

/** Presses a button that asks again, and says yes. */
async function press(page, name, { reason, type } = {}) {
  await button(page, name).first().click();
  const dialog = page.getByRole('dialog');
  if (type) await dialog.getByLabel(/to confirm/).fill(type);
  if (reason) await dialog.getByLabel(/Reason/).fill(reason);
  await button(dialog, name).click();
  await dialog.waitFor({ state: 'hidden' });
}

async function signUpAt(page, url, name) {
  await page.goto(url);
  await button(page, 'Sign in').click();
  const dialog = page.getByRole('dialog');
  await button(dialog, 'Create account').click();
  await dialog.getByLabel('Name', { exact: true }).fill(name);
  await dialog.getByLabel('Password', { exact: true }).fill(password);
  await button(dialog, 'Create account').click();
  await dialog.waitFor({ state: 'hidden' });
}

async function buy(page) {
  await page.locator('#buy:not([aria-disabled=true])', { hasText: 'Buy now' }).waitFor();
  await button(page, 'Buy now').click();
}

const got = (page) => page.getByRole('heading', { name: 'You got it!' });

/** One part of the day; what follows needs it. */
async function step(what, does) {
  try {
    await does();
  } catch (error) {
    throw new Error(`${what}: ${error.message}`, { cause: error });
  }
}

/** The sign of the state, beside the title. */
const isIn = (page, state) => page.locator('main .tag', { hasText: state }).first().waitFor();

/** The figure of an item in the control room. */
async function figure(page, item, name) {
  const cell = page.getByRole('row', { name: item }).locator(`[data-label=${name}]`);
  return Number((await cell.innerText()).replace(/\D/g, '') || NaN);
}

/** Units of it that are paid. */
async function paid(page, item) {
  const text = await page.getByRole('row', { name: item }).locator('[data-label=Sold]').innerText();
  return Number(/(\d+) paid/.exec(text)?.[1]);
}

test('the whole day of a sale', async (t) => {
  const server = await Server.start(t, { 'console.second_factor': 'optional' });
  const owner = await person(t, browser);
  let reviewerPassword;
  let [phoneUrl, caseUrl] = [];
  let activityPath;

  await step('the first owner comes in and adds a second person', async () => {
    await owner.goto(server.setupLink);
    await owner.locator('input[name=name]').fill('olga-owner');
    await owner.locator('input[name=password]').fill(password);
    await owner.locator('button[type=submit]').click();
    await owner.getByRole('navigation').first().waitFor();
    await owner.goto(`${server.console}/admin/users`);
    await button(owner, 'Add a person').first().click();
    const dialog = owner.getByRole('dialog');
    await dialog.getByLabel('Name').fill('rita-reviewer');
    await dialog.getByLabel('Role').selectOption('reviewer');
    reviewerPassword = await dialog.getByLabel('First password').inputValue();
    await button(dialog, 'Add a person').click();
    await button(owner, 'I have copied it').click();
  });

  await step('a product and an activity are written', async () => {
    await owner.goto(`${server.console}/admin/products/new`);
    await owner.locator('input[name=code]').fill('P-1');
    await owner.locator('input[name=title]').fill('Phone');
    await button(owner, 'Add a SKU').click();
    for (const [number, { title }] of kItems.entries()) {
      await owner.getByLabel('SKU code').nth(number).fill(`P-1-${number}`);
      await owner.getByLabel('SKU title').nth(number).fill(title);
    }
    await button(owner, 'Save').click();
    await owner.getByRole('link', { name: 'P-1', exact: true }).waitFor();

    await owner.goto(`${server.console}/admin/activities/new`);
    await owner.locator('input[name=name]').fill(kName);
    for (const [label, offsetS] of [['Starts', 20], ['Ends', 3600]]) {
      const field = owner.getByLabel(label, { exact: true }).locator('visible=true').first();
      await field.fill(typed(offsetS));
      await field.press('Enter');
    }
    for (const [index, { title, stock, payMinutes }] of kItems.entries()) {
      const item = owner.getByRole('group', { name: `Item ${index + 1}` });
      if ((await item.count()) === 0) await button(owner, 'Add an item').click();
      await item.getByRole('combobox', { name: 'SKU' }).click();
      await item.getByRole('combobox', { name: 'SKU' }).pressSequentially('red');
      await item.getByRole('option', { name: title }).click();
      await item.getByLabel('Price', { exact: true }).fill('1999.00');
      await item.getByLabel('Stock', { exact: true }).fill(stock);
      await item.getByLabel('Limit for each customer').fill('1');
      await item.getByLabel('Time to pay, in minutes').fill(payMinutes);
    }
    await button(owner, 'Save the draft').click();
    await owner.getByRole('heading', { level: 1, name: kName }).waitFor();
    await owner.waitForURL(/\/activities\/\d+$/);
    activityPath = new URL(owner.url()).pathname;
    await press(owner, 'Submit for review');
    await isIn(owner, 'In review');
    await owner.getByText('Whoever wrote or submitted it cannot approve it').waitFor();
    assert.ok(await button(owner, 'Approve').isDisabled(), 'nobody approves their own');
  });

  await step('another person reads and approves it', async () => {
    const reviewer = await person(t, browser);
    await reviewer.goto(`${server.console}/admin/approvals`);
    await reviewer.locator('input[name=name]').fill('rita-reviewer');
    await reviewer.locator('input[name=password]').fill(reviewerPassword);
    await reviewer.locator('button[type=submit]').click();
    await reviewer.getByRole('link', { name: new RegExp(kName) }).first().click();
    await reviewer.getByRole('heading', { level: 1, name: kName }).waitFor();
    await reviewer.getByRole('heading', { name: 'What changed' }).waitFor();
    await press(reviewer, 'Approve');
    await isIn(reviewer, 'Approved');
  });

  await step('it is warmed up, and the control room counts down', async () => {
    await owner.reload();
    await press(owner, 'Warm up');
    await owner.getByRole('heading', { name: 'Pre-flight checklist' }).waitFor();
    await button(owner, 'Control room').first().click();
    await until(async () => (await figure(owner, kPhone, 'Available')) === 2, 'the stock is in the sale');
    const { data } = await (await fetch(`${server.public}/v1/activities`)).json();
    [phoneUrl, caseUrl] = data[0].items.map(({ id }) => `${server.public}/items/${id}`);
  });

  await step('several people buy at once, and as many get one as there are', async () => {
    const people = [];
    for (const name of ['anna', 'bert', 'cora']) {
      const page = await person(t, browser, { size: phone });
      await signUpAt(page, phoneUrl, name);
      people.push(page);
    }
    await Promise.all(people.map((page) => page.locator('#buy', { hasText: 'Buy now' }).waitFor()));
    const won = await Promise.all(people.map(async (page) => {
      await button(page, 'Buy now').click();
      await Promise.race([got(page).waitFor(), page.locator('#buy', { hasText: 'Sold out' }).waitFor()]);
      return got(page).isVisible();
    }));
    assert.equal(won.filter(Boolean).length, 2, 'two units, two winners');
    await until(async () => (await figure(owner, kPhone, 'Available')) === 0, 'the control room shows none left');
    for (const page of people.filter((_, number) => won[number])) {
      await button(page, 'Pay now').click();
      await page.waitForURL(/\/sandbox\/cashier\//);
      await page.getByRole('button', { name: /^Pay/ }).first().click();
    }
    await until(async () => (await paid(owner, kPhone)) === 2, 'both are paid');
    await picture(owner, 'day-control-room');
  });

  await step('one lets the time pass, and the page of another opens by itself', async () => {
    const [slow, waiting] = [await person(t, browser, { size: phone }), await person(t, browser, { size: phone })];
    await signUpAt(waiting, caseUrl, 'dora');
    await signUpAt(slow, caseUrl, 'emil');
    await buy(slow);
    await slow.getByRole('heading', { name: 'Not paid in time' }).waitFor();
    await until(async () => {
      const open = waiting.locator('#buy:not([aria-disabled=true])', { hasText: 'Buy now' });
      if (await open.isVisible()) await open.click();
      return waiting.locator('#bought').isVisible();
    }, 'the unit is sold again');
  });

  await step('it is paused and resumed', async () => {
    const late = await person(t, browser);
    await signUpAt(late, phoneUrl, 'fred');
    await press(owner, 'Pause', { reason: 'A wrong picture.', type: kName });
    await late.locator('#buy', { hasText: 'The sale is paused' }).waitFor();
    await press(owner, 'Resume', { reason: 'The picture is right now.', type: kName });
    await late.locator('#buy', { hasText: 'Sold out' }).waitFor();
  });

  await step('it is ended; the orders are exported and the sale is reported', async () => {
    await press(owner, 'End now', { reason: 'All is sold.', type: kName });
    await isIn(owner, 'Ended');
    await owner.getByText('It adds up', { exact: true }).first().waitFor();
    await owner.goto(`${server.console}/admin/orders`);
    const [download] = await Promise.all([
      owner.waitForEvent('download'),
      owner.getByRole('link', { name: 'Download CSV' }).click(),
    ]);
    const lines = readFileSync(await download.path(), 'utf8').trim().split(/\r?\n/);
    assert.equal(lines.length, 1 + 4, 'two phones, and the case twice');
    assert.equal(lines.filter((line) => line.includes(',paid,')).length, 2);
    const rest = lines.filter((line) => /,(expired|pending),/.test(line)); // the second buyer may be late by now, too
    assert.equal(rest.length, 2);
    assert.ok(rest.some((line) => line.includes(',expired,')));
    await owner.goto(`${server.console}${activityPath.replace('activities', 'report')}`);
    await owner.getByRole('heading', { level: 1 }).waitFor();
    await owner.getByText(kPhone).first().waitFor();
    await picture(owner, 'day-report');
  });
});
