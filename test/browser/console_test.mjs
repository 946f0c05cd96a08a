// SPDX-License-Identifier: Apache-2.0
// The console in the moments that go wrong: a session that ends, two editors, an upgrade, a field that is refused; and
// the way in, from the one-time link to a red button that wants a second factor.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';

import {
  checkAccess, checkChinese, codeOf, consoleWords, instant, lookAt, looks, Operator, openBrowser, password, person, post, Server,
  settled, Shop, signIn, until,
} from './harness.mjs';

let browser;
before(async () => (browser = await openBrowser()));
after(() => browser.close());

test('the first owner comes in by the link, once', async (t) => {
  const server = await Server.start(t);
  const page = await person(t, browser);
  await page.goto(server.setupLink);
  await page.locator('input[name=name]').fill('No');
  await page.locator('input[name=password]').fill('short');
  await page.locator('button[type=submit]').click();
  await page.locator('[aria-invalid=true]').first().waitFor();
  assert.equal(await page.locator('input[name=name]').inputValue(), 'No', 'what was typed stays');
  await checkAccess(page, 'the set-up with errors');
  await page.locator('input[name=name]').fill('olga-owner');
  await page.locator('input[name=password]').fill(password);
  await page.locator('button[type=submit]').click();
  await page.getByRole('navigation').first().waitFor();
  assert.ok(!page.url().includes('#k='), 'the token is not in the address any more');
  const other = await person(t, browser);
  await other.goto(server.setupLink);
  await other.locator('input[name=name]').fill('second');
  await other.locator('input[name=password]').fill(password);
  await other.locator('button[type=submit]').click();
  await other.locator('[role=alert] .alert').waitFor();
});

test('a red button wants the second factor that was set up elsewhere', async (t) => {
  const shop = await Shop.open(t);
  const { activity } = await shop.sell();
  const [desk, home] = [await person(t, browser), await person(t, browser)];
  await signIn(desk, shop.server, 'olga-owner', `/activities/${activity}`);
  await signIn(home, shop.server, 'olga-owner', '/account');

  await home.getByRole('button', { name: 'Set it up' }).click();
  const dialog = home.getByRole('dialog');
  await dialog.locator('input[name=password]').fill(password);
  await dialog.getByRole('button', { name: 'Continue' }).click();
  await dialog.getByRole('img', { name: /QR code/ }).waitFor();
  await checkAccess(home, 'the set-up of the second factor');
  const secret = (await dialog.locator('code').first().innerText()).replaceAll(' ', '');
  await dialog.locator('input[name=code]').fill(codeOf(secret));
  await dialog.getByRole('button', { name: 'Switch it on' }).click();
  const codes = dialog.locator('li code');
  await codes.nth(9).waitFor();
  const recovery = await codes.first().innerText();
  await dialog.getByRole('button', { name: 'I have kept them' }).click();
  await home.getByRole('button', { name: 'Switch it off' }).waitFor();

  await desk.getByRole('button', { name: 'Pause' }).click();
  const pause = desk.getByRole('dialog');
  await pause.getByLabel(/^Type/).fill('Evening sale');
  await pause.getByLabel('Reason').fill('A wrong picture.');
  await pause.getByRole('button', { name: 'Pause' }).click();
  await pause.locator('[data-code]').fill('000000');
  await pause.getByRole('button', { name: 'Pause' }).click();
  await pause.getByText('This code is wrong').waitFor();
  await checkAccess(desk, 'a red button that wants a code');
  await pause.locator('[data-code]').fill(recovery);
  await pause.getByRole('button', { name: 'Pause' }).click();
  await desk.getByRole('button', { name: 'Resume' }).waitFor();
  const log = await shop.reviewer.good('GET', `/admin/v1/audit?subject=activity/${activity}&limit=1`);
  assert.equal(log.entries[0].reason, 'A wrong picture.');
});

test('proposed stock changes of all activities are decided in one list', async (t) => {
  const shop = await Shop.open(t);
  const activities = {};
  for (const [name, title, delta] of [
    ['Lunch sale', 'Mug, blue', 5],
    ['Evening sale', 'Phone, red', -2],
  ]) {
    const { activity, item } = await shop.sell({ name, title });
    activities[name] = activity;
    const body = { delta, reason: `For the ${name}.` };
    await shop.owner.good('POST', `/admin/v1/items/${item}/stock-changes`, body);
  }
  const page = await person(t, browser);
  await signIn(page, shop.server, 'rita-reviewer', '/approvals');
  const row = (title) => page.getByRole('row', { name: title });
  await row('Phone, red').getByRole('link', { name: 'Evening sale' }).waitFor();
  await row('Phone, red').getByText('For the Evening sale.').waitFor();
  await checkAccess(page, 'the approvals');
  await row('Mug, blue').getByRole('button', { name: 'Approve' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel(/^Type/).fill('+5');
  await dialog.getByRole('button', { name: 'Approve' }).click();
  await row('Mug, blue').waitFor({ state: 'detached' });
  await row('Phone, red').getByRole('button', { name: 'Refuse' }).click();
  await dialog.getByRole('button', { name: 'Refuse' }).click();
  await page.getByText('Nothing waits for you').waitFor();
  const waits = await shop.owner.good('GET', '/admin/v1/stock-changes');
  assert.deepEqual(waits.stock_changes, []);

  // The page of an activity asks for what was decided of all its items, once, when somebody wants to see it.
  const asked = [];
  page.on('request', (request) => /(?:activities|items)\/\d+\/stock-changes/.test(request.url()) && asked.push(new URL(request.url()).pathname));
  await page.goto(`${shop.server.console}/admin/activities/${activities['Lunch sale']}`);
  const show = page.getByRole('button', { name: 'Show decided changes too' });
  await show.waitFor();
  await settled(page);
  assert.deepEqual(asked, []);
  await show.click();
  await row('For the Lunch sale.').getByText('Approved').waitFor();
  assert.deepEqual(asked, [`/admin/v1/activities/${activities['Lunch sale']}/stock-changes`]);
  await checkAccess(page, 'the decided stock changes');
});

test('what is wrong with a draft is said before it is approved, with the way to mend it', async (t) => {
  const shop = await Shop.open(t);
  const free = { amount: 0, currency: 'CNY' };
  const draft = await shop.owner.good('POST', '/admin/v1/activities', {
    name: 'Evening sale',
    starts_at: instant(3600),
    ends_at: instant(7200),
    items: [{ sku_id: await shop.owner.sku(), price: free, stock: 10, policy: 'on_order', pay_window_ms: 30_000 }],
  });
  const page = await person(t, browser);
  await signIn(page, shop.server, 'olga-owner', `/activities/${draft.id}`);
  const list = page.locator('section', { has: page.getByRole('heading', { name: 'Pre-flight checklist' }) });
  await list.getByText(/point.? to look at before it is approved/).waitFor();
  await list.getByText('Phone, red costs nothing.').waitFor();
  assert.equal(await list.getByText('Warm it up').count(), 0, 'that comes later');

  // An order that takes the unit for good has no time to be paid in.
  const terms = page.getByRole('row', { name: /Phone, red/ });
  assert.equal(await terms.locator('[data-label="Pay within"]').innerText(), '—');
  await list.getByRole('link', { name: 'Edit' }).click();
  await page.getByRole('group', { name: 'Item 1' }).getByLabel('Stock', { exact: true }).waitFor();
  assert.equal(await page.getByLabel('Time to pay, in minutes').count(), 0);

  await shop.owner.good('POST', `/admin/v1/activities/${draft.id}/submit`, {});
  const rita = await person(t, browser);
  await signIn(rita, shop.server, 'rita-reviewer', `/activities/${draft.id}`);
  await rita.getByText('Phone, red costs nothing.').waitFor();
});

test('a review is told of the version it was of, and a total with what was approved on top of the plan', async (t) => {
  const shop = await Shop.open(t);
  const draft = await shop.owner.good('POST', '/admin/v1/activities', {
    name: 'Night sale',
    starts_at: instant(3600),
    ends_at: instant(7200),
    items: [{ sku_id: await shop.owner.sku(), price: { amount: 100, currency: 'CNY' }, stock: 20 }],
  });
  const page = await person(t, browser);
  await signIn(page, shop.server, 'rita-reviewer', `/activities/${draft.id}`);
  await page.getByText('It is new: no version of it was approved before.').waitFor();
  assert.equal(await page.getByText('Compared with version').count(), 0);
  const step = (who, what, body = {}) => who.good('POST', `/admin/v1/activities/${draft.id}/${what}`, body);
  await step(shop.owner, 'submit');
  await step(shop.reviewer, 'reject', { note: 'Too dear.' });
  await page.reload();
  await page.getByText('Sent back by').waitFor();
  await step(shop.owner, 'submit');
  await page.reload();
  await page.getByText('Note on the earlier version').waitFor();
  await page.getByText('Earlier version reviewed by').waitFor();
  assert.equal(await page.getByText('Note of the review').count(), 0);

  await step(shop.reviewer, 'approve');
  await step(shop.owner, 'warm');
  const item = draft.items[0].id;
  const change = await shop.owner.good('POST', `/admin/v1/items/${item}/stock-changes`, { delta: 2, reason: 'Two more.' });
  await shop.reviewer.good('POST', `/admin/v1/stock-changes/${change.id}/approve`, {});
  await step(shop.owner, 'end', { reason: 'Enough.' });
  await page.reload();
  await page.getByText('22 units').waitFor();
  await page.getByText('22 (planned 20)').waitFor();
  await page.getByRole('row', { name: /Two more/ }).getByText('Approved').waitFor();
});

test('the tables of an activity are cards on a phone, and a wrong password is told once', async (t) => {
  const shop = await Shop.open(t);
  const { activity } = await shop.sell({ title: 'Phone, red, with a name as long as a name of a phone can be' });
  const page = await person(t, browser, { size: { width: 360, height: 780 } });
  await page.goto(`${shop.server.console}/admin/sign-in`);
  await page.locator('input[name=name]').fill('olga-owner');
  await page.locator('input[name=password]').fill('wrong password');
  await page.locator('button[type=submit]').click();
  const alert = page.locator('.alert');
  await alert.waitFor();
  assert.equal((await alert.innerText()).trim(), 'The name or the password is wrong.');
  assert.equal(await page.getByText(/password is wrong/).count(), 1);
  assert.equal(await page.locator('.field .error').count(), 0);

  await signIn(page, shop.server, 'olga-owner', `/activities/${activity}`);
  const tables = page.getByRole('main').getByRole('region');
  await tables.nth(1).waitFor();
  for (const table of await tables.all()) {
    const [wide, seen] = await table.evaluate((box) => [box.scrollWidth, box.clientWidth]);
    assert.ok(wide <= seen, `${await table.getAttribute('aria-label')}: ${wide} px in ${seen}`);
  }
});

test('an owner signs somebody out everywhere, and finds that in the audit log', async (t) => {
  const shop = await Shop.open(t);
  const [owner, reviewer] = [await person(t, browser), await person(t, browser)];
  await signIn(reviewer, shop.server, 'rita-reviewer', '/approvals');
  await signIn(owner, shop.server, 'olga-owner', '/users');
  await owner.getByRole('button', { name: 'Sessions: rita-reviewer' }).click();
  const dialog = owner.getByRole('dialog');
  await dialog.getByText('127.0.0.1').first().waitFor();
  await checkAccess(owner, 'the sessions of somebody');
  await dialog.getByRole('button', { name: 'Sign out everywhere' }).click();
  await dialog.getByLabel('Reason').fill('A lost phone.');
  await dialog.getByRole('button', { name: 'Sign out everywhere' }).click();
  await owner.getByText(/rita-reviewer: 2 sessions were ended/).waitFor(); // hers here and the test's own
  await reviewer.getByRole('button', { name: 'Reload' }).click();
  await reviewer.getByRole('dialog', { name: 'Your session has ended' }).waitFor();

  await owner.goto(`${shop.server.console}/admin/audit?action=operator.&who=olga-owner`);
  await owner.getByText('A lost phone.').waitFor();
  assert.equal(await owner.getByRole('button', { name: 'rita-reviewer' }).count(), 0);
  await owner.getByLabel('Who').fill('rita-reviewer');
  await owner.getByLabel('Who').press('Enter');
  await owner.getByRole('button', { name: 'rita-reviewer' }).first().waitFor();
  await owner.getByText('A lost phone.').waitFor({ state: 'detached' });
  await checkAccess(owner, 'the audit log');
});

test('a session that ends while somebody types is renewed over the page', async (t) => {
  const shop = await Shop.open(t);
  const page = await person(t, browser);
  await signIn(page, shop.server, 'olga-owner', '/products/new');
  await page.locator('input[name=code]').fill('P-77');
  await page.locator('input[name=title]').fill('Kettle');
  await page.getByLabel('SKU code').fill('P-77-1');
  await page.getByLabel('SKU title').fill('Kettle, steel');
  await page.context().clearCookies();
  await page.getByRole('button', { name: 'Save' }).click();
  const dialog = page.getByRole('dialog', { name: 'Your session has ended' });
  await dialog.locator('input[name=password]').fill(password);
  await checkAccess(page, 'the sign-in over a page');
  await dialog.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('link', { name: 'P-77', exact: true }).waitFor(); // it was saved without a second click
});

test('who was slower is told who was faster, and loses nothing', async (t) => {
  const shop = await Shop.open(t);
  await shop.owner.addOperator('otto-operator', 'operator');
  const otto = await Operator.signIn(shop.server, 'otto-operator');
  const draft = {
    name: 'Evening sale',
    starts_at: instant(3600),
    ends_at: instant(7200),
    items: [{ sku_id: await shop.owner.sku(), price: { amount: 199900, currency: 'CNY' }, stock: 10 }],
  };
  const { id } = await shop.owner.good('POST', '/admin/v1/activities', draft);
  const page = await person(t, browser);
  await signIn(page, shop.server, 'olga-owner', `/activities/${id}/edit`);
  const name = page.locator('input[name=name]');
  await name.waitFor();
  await name.fill('Night sale');
  const item = { ...draft.items[0], stock: 25 };
  const answer = await fetch(`${shop.server.console}/admin/v1/activities/${id}`, {
    method: 'PUT',
    headers: { ...otto.headers, 'Content-Type': 'application/json', 'If-Match': '"1"' },
    body: JSON.stringify({ ...draft, items: [item] }),
  });
  assert.equal(answer.status, 200, await answer.text());
  await page.getByRole('button', { name: 'Look over and save' }).click();
  await page.getByText('otto-operator saved version 2; you began with version 1.').waitFor();
  assert.equal(await name.inputValue(), 'Night sale');
  await checkAccess(page, 'a conflict');
  await page.getByRole('button', { name: 'Drop mine, take theirs' }).click();
  assert.equal(await page.getByLabel('Stock', { exact: true }).inputValue(), '25');
  await name.fill('Late night sale');
  await page.getByRole('button', { name: 'Look over and save' }).click();
  await page.getByRole('dialog').getByText('Late night sale').waitFor();
  await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
  await page.getByRole('heading', { name: 'Late night sale' }).waitFor();
});

test('a copy is called what the person says, and is offered a name in the language of the page', async (t) => {
  const shop = await Shop.open(t);
  const { activity } = await shop.sell({ name: 'Evening sale' });
  for (const [language, clone, offered] of [
    ['en', 'Clone', 'Evening sale (copy)'],
    ['zh', '复制', 'Evening sale（副本）'],
  ]) {
    const page = await person(t, browser, { language });
    await signIn(page, shop.server, 'olga-owner', `/activities/${activity}`);
    await page.getByRole('button', { name: clone, exact: true }).click();
    const dialog = page.getByRole('dialog');
    const name = dialog.locator('input[name=name]');
    assert.equal(await name.inputValue(), offered);
    assert.ok(await name.evaluate((field) => field === document.activeElement), 'it can be typed at once');
    await name.fill(' ');
    await dialog.getByRole('button', { name: clone, exact: true }).click();
    await dialog.locator('.field.wrong .error').waitFor();
    await checkAccess(page, 'the name of a copy that is refused');
    await name.fill(`${offered} 2`);
    await dialog.locator('.error').waitFor({ state: 'detached' });
    await dialog.getByRole('button', { name: clone, exact: true }).click();
    await page.waitForURL(/\/edit$/);
    await page.locator('input[name=name]').waitFor();
    assert.equal(await page.locator('input[name=name]').inputValue(), `${offered} 2`);
  }
});

test('a draft is deleted after one question, unless somebody was faster', async (t) => {
  const shop = await Shop.open(t);
  const { activity: sold } = await shop.sell({ name: 'Evening sale' });
  const copy = (name) => shop.owner.good('POST', `/admin/v1/activities/${sold}/clone`, { name });
  const [wrong, submitted] = [await copy('Night sale'), await copy('Lunch sale')];
  const page = await person(t, browser);
  await signIn(page, shop.server, 'olga-owner', `/activities/${wrong.id}`);
  const remove = page.getByRole('button', { name: 'Delete draft' });
  const dialog = page.getByRole('dialog');
  await remove.click();
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await dialog.waitFor({ state: 'detached' });
  await remove.click();
  assert.equal(await dialog.locator('input, textarea').count(), 0, 'nothing has to be typed');
  await dialog.getByRole('button', { name: 'Delete draft' }).click();
  await page.getByText('The draft “Night sale” was deleted.').waitFor();
  await page.getByRole('heading', { name: 'Activities', level: 1 }).waitFor();
  await page.getByRole('link', { name: 'Lunch sale' }).waitFor();
  assert.equal(await page.getByRole('link', { name: 'Night sale' }).count(), 0);

  await page.getByRole('link', { name: 'Lunch sale' }).click();
  await remove.click();
  await shop.owner.good('POST', `/admin/v1/activities/${submitted.id}/submit`, {});
  await dialog.getByRole('button', { name: 'Delete draft' }).click();
  await dialog.getByText('It was changed since you read it.').waitFor();
  await checkAccess(page, 'a draft that cannot be deleted any more');
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await page.getByRole('button', { name: 'Send back' }).waitFor();
  assert.equal(await remove.count(), 0);
  await page.goto(`${shop.server.console}/admin/activities/${sold}`);
  await page.getByRole('button', { name: 'Clone' }).waitFor();
  assert.equal(await remove.count(), 0);
});

test('the audit log speaks in words and names, with the codes to search by', async (t) => {
  const shop = await Shop.open(t);
  const { activity, item } = await shop.sell({ name: 'Evening sale', title: 'Phone, red' });
  const gone = await shop.owner.good('POST', `/admin/v1/activities/${activity}/clone`, { name: 'Night sale' });
  const answer = await fetch(`${shop.server.console}/admin/v1/activities/${gone.id}`, {
    method: 'DELETE',
    headers: { ...shop.owner.headers, 'If-Match': '"1"' },
  });
  assert.equal(answer.status, 204);
  await shop.owner.good('POST', `/admin/v1/items/${item}/stop`, { reason: 'A wrong picture.' });
  await shop.owner.good('PUT', '/admin/v1/switches/accounts', { on: false, reason: 'Bots.' });
  for (const [language, name, wanted] of [
    ['en', 'olga-owner', { removed: 'Draft deleted', stopped: 'Item stopped', approved: 'Activity approved', off: 'Switched off', of: ': ' }],
    ['zh', 'rita-reviewer', { removed: '删除草稿', stopped: '商品停售', approved: '活动审核通过', off: '关闭开关', of: '：' }],
  ]) {
    const page = await person(t, browser, { language });
    await signIn(page, shop.server, name, '/audit');
    const row = (words) => page.getByRole('row', { name: words });
    const link = (words, about) => row(words).getByRole('link', { name: about });
    await link(wanted.approved, `${wanted.of}Evening sale`).waitFor();
    await row(wanted.approved).getByText('activity.approve', { exact: true }).waitFor();
    await row(wanted.approved).getByText(`activity/${activity}`, { exact: true }).waitFor();
    await link(wanted.stopped, `${wanted.of}Phone, red`).waitFor();
    await link(wanted.off, language === 'en' ? 'Switch: New accounts' : '开关：注册').waitFor();
    await row(wanted.removed).getByText(`${wanted.of}Night sale`).waitFor();
    assert.equal(await row(wanted.removed).getByRole('link').count(), 0, 'it leads nowhere any more');
    await checkAccess(page, 'the audit log in words');
    await link(wanted.stopped, `${wanted.of}Phone, red`).click();
    await page.getByRole('heading', { name: 'Evening sale' }).waitFor();
  }
});

test('what is wrong stands beside its field until it is mended, and what was typed stays', async (t) => {
  const shop = await Shop.open(t);
  await shop.owner.sku('Kettle');
  const page = await person(t, browser);
  await signIn(page, shop.server, 'olga-owner', '/activities/new');
  const save = page.getByRole('button', { name: 'Save the draft' });
  await save.click();
  await page.getByText('Give it a name.').waitFor();
  await page.locator('input[name=name]').fill('Evening sale');
  await page.getByText('Give it a name.').waitFor({ state: 'detached' });
  const starts = page.getByLabel('Starts', { exact: true });
  const ends = page.getByLabel('Ends', { exact: true });
  await starts.fill('2030-01-02 20:00:00');
  for (const [text, why] of [
    ['2030-02-31 20:00:00', 'There is no such day or time here.'],
    ['tomorrow at eight', 'Write a date and time such as'],
  ]) {
    await ends.fill(text);
    await ends.blur();
    await page.locator('.field.wrong .error').getByText(why).waitFor();
    assert.equal(await ends.inputValue(), text, 'what was typed stays');
    assert.equal(await ends.getAttribute('aria-invalid'), 'true');
  }
  await checkAccess(page, 'an editor with a time that is none');
  await ends.fill('2030-1-1 20:00');
  await ends.press('Enter');
  assert.equal(await ends.inputValue(), '2030-01-01 20:00:00');
  await page.getByRole('combobox', { name: 'SKU' }).click();
  await page.getByRole('option').first().click();
  await page.getByLabel('Price', { exact: true }).fill('19.999');
  await page.getByLabel('Stock', { exact: true }).fill('10');
  await save.click();
  await page.getByText('Write an amount such as 1999.00.').waitFor();
  await page.getByLabel('Price', { exact: true }).fill('19.99');
  await save.click();
  await page.getByText(/The end must be after the start/).waitFor(); // this one is the server's
  assert.equal(await page.getByLabel('Price', { exact: true }).inputValue(), '19.99');
  await checkAccess(page, 'an editor with an error');
  await ends.fill('2030-01-02 22:00:00');
  await save.click();
  await page.getByRole('heading', { name: 'Evening sale' }).waitFor();
});

test('a code that another product has is told beside its field', async (t) => {
  const shop = await Shop.open(t);
  const taken = { code: 'P-1', title: 'Kettle', skus: [{ code: 'P-1-A', title: 'Kettle, steel' }] };
  await shop.owner.good('POST', '/admin/v1/products', taken);
  const page = await person(t, browser);
  await signIn(page, shop.server, 'olga-owner', '/products/new');
  await page.locator('input[name=code]').fill('P-1');
  await page.locator('input[name=title]').fill('Other kettle');
  await page.getByLabel('SKU code').fill('P-1-A');
  await page.getByLabel('SKU title').fill('Other kettle, steel');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('This code is taken. Choose another.').nth(1).waitFor();
  assert.equal(await page.locator('input[name=code]').getAttribute('aria-invalid'), 'true');
  assert.equal(await page.getByLabel('SKU code').getAttribute('aria-invalid'), 'true');
  await page.locator('input[name=code]').fill('P-2');
  await page.getByLabel('SKU code').fill('P-2-A');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('link', { name: 'P-2', exact: true }).waitFor();
});

test('what the server refuses is told in Chinese on a page in Chinese', async (t) => {
  const shop = await Shop.open(t);
  const page = await person(t, browser, { language: 'zh' });
  const beside = async (label, words) => {
    const field = page.locator('.field.wrong', { has: page.getByLabel(label) });
    await field.locator('.error').getByText(words).waitFor();
  };
  await signIn(page, shop.server, 'olga-owner', '/products/new');
  await page.locator('input[name=code]').fill('P 1');
  await page.locator('input[name=title]').fill('水壶');
  await page.getByLabel('图片地址').fill('ftp://example.com/kettle.png');
  await page.getByLabel('SKU 编码').fill('水壶');
  await page.getByLabel('SKU 标题').fill('不锈钢');
  await page.getByRole('button', { name: '保存' }).click();
  await beside('SKU 编码', '编码只能包含英文字母');
  await beside('图片地址', '图片地址须以');
  await checkChinese(page, 'a product that is refused');

  const { activity } = await shop.sell({ title: '水壶', name: '早市' });
  await page.goto(`${shop.server.console}/admin/activities/${activity}`);
  await page.getByText('状态为“进行中”。').waitFor(); // the pre-flight list
  await checkChinese(page, 'the pre-flight list');

  await page.goto(`${shop.server.console}/admin/account`);
  await page.locator('input[name=current]').fill('another password');
  await page.locator('input[name=password]').fill('correct horse battery');
  await page.getByRole('button', { name: '修改密码' }).click();
  await page.getByText('当前密码错误。').waitFor();
  await checkChinese(page, 'a password that is refused');

  await page.goto(`${shop.server.console}/admin/risk`);
  await page.getByRole('button', { name: '添加' }).first().click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('对象').fill('203.0.113.0/4');
  await dialog.getByLabel('原因').fill('脚本');
  await dialog.getByRole('button', { name: '添加' }).click();
  await dialog.locator('.error').getByText('非零位').waitFor();
  await checkChinese(page, 'a risk entry that is refused');
});

test('an open tab is told that the server was upgraded', async (t) => {
  const shop = await Shop.open(t);
  const page = await person(t, browser);
  await signIn(page, shop.server, 'olga-owner', '/products');
  await page.route('**/version', (route) => route.fulfill({ json: { name: 'sluice', version: '99.0.0' } }));
  await page.evaluate(() => dispatchEvent(new Event('focus')));
  await page.getByText('The server was upgraded under this page.').waitFor();
  await checkAccess(page, 'the notice of an upgrade');
});

test('a server that is down is not called an upgrade', async (t) => {
  const shop = await Shop.open(t);
  const page = await person(t, browser);
  await signIn(page, shop.server, 'olga-owner', '/products');
  await page.getByRole('heading', { name: 'Products', level: 1 }).waitFor();
  const port = new URL(shop.server.console).port;
  await shop.server.stop();
  const orders = page.getByRole('navigation').getByRole('link', { name: 'Orders' });
  await orders.click();
  await page.getByText('The server does not answer. Check the connection').waitFor();
  await checkAccess(page, 'the notice of a server that is down');
  assert.equal(await page.getByText('The server was upgraded').count(), 0);
  page.wrong.length = 0; // a page whose parts do not come is an error of the browser's, here as it should be
  const style = page.waitForResponse((answer) => answer.url().endsWith('.css') && answer.ok());
  await shop.server.begin({ 'console.port': port });
  await style; // what did not come is asked for again
  await page.getByText('The server does not answer').first().waitFor({ state: 'detached' });
  await orders.click();
  await page.getByRole('heading', { name: 'Orders', level: 1 }).waitFor();
  assert.equal(await page.getByText('The server was upgraded').count(), 0);
});

for (const [language, words, again] of [
  ['en', 'A part of this page could not be loaded.', 'Try again'],
  ['zh', '页面的一部分未能加载。', '重试'],
])
  test(`a console whose first part does not come says so, and can be tried again, ${language}`, async (t) => {
    const server = await Server.start(t);
    const allowed = [/ERR_FAILED/, /dynamically imported module/, /Unhandled error/];
    const page = await person(t, browser, { language, allowed });
    await page.route('**/assets/SignIn-*.js', (route) => route.abort());
    await page.goto(`${server.console}/admin`);
    await page.getByRole('alert').getByText(words).waitFor();
    await checkAccess(page, 'a page that did not come');
    if (language === 'zh') await checkChinese(page, 'a page that did not come');
    await page.unroute('**/assets/SignIn-*.js');
    await page.getByRole('button', { name: again }).click();
    await page.locator('input[name=password]').waitFor();
    page.wrong.length = 0; // the browser's own words for what did not come
  });

test('a console whose scripts do not come is not blank', async (t) => {
  const server = await Server.start(t);
  const page = await person(t, browser, { allowed: [/ERR_FAILED/] });
  await page.route('**/assets/*.js', (route) => route.abort());
  await page.goto(`${server.console}/admin`);
  await page.getByText('If this stays, load the page again.').waitFor();
  await checkAccess(page, 'a page without scripts');
  await page.unroute('**/assets/*.js');
  await page.getByRole('link', { name: 'Reload' }).click();
  await page.locator('input[name=password]').waitFor();
});

test('the pages without a session say that the server does not answer', async (t) => {
  const server = await Server.start(t);
  const page = await person(t, browser);
  const port = new URL(server.console).port;
  await page.goto(server.setupLink);
  await page.locator('input[name=name]').fill('olga-owner');
  await server.stop();
  const notice = page.getByRole('alert').getByText('The server does not answer.');
  await notice.waitFor();
  await checkAccess(page, 'a set-up without a server');
  await server.begin({ 'console.port': port });
  await notice.waitFor({ state: 'detached' });
  assert.equal(await page.locator('input[name=name]').inputValue(), 'olga-owner');
});

test('a file that holds no activity is refused in the words of the page', async (t) => {
  const shop = await Shop.open(t);
  const page = await person(t, browser, { language: 'zh' });
  await signIn(page, shop.server, 'olga-owner', '/activities/new');
  const choose = (text) =>
    page.locator('input[type=file]').setInputFiles({
      name: 'draft.json', mimeType: 'application/json', buffer: Buffer.from(text),
    });
  await choose('{"name":5,"items":"no"}');
  await page.getByText('该文件不是活动：缺少“名称”').waitFor();
  await choose('no');
  await page.getByText('该文件不是活动：其中没有 JSON 对象。').waitFor();
  await checkChinese(page, 'a file that is refused');
  await page.locator('input[name=name]').fill('晚市');
  await page.getByText('该文件不是活动').waitFor({ state: 'detached' });
});

test('of a list that is refused each error names its line and its field', async (t) => {
  const shop = await Shop.open(t);
  const page = await person(t, browser, { language: 'zh' });
  await signIn(page, shop.server, 'olga-owner', '/products/import');
  const refused = async (name, text) => {
    await page.locator('input[type=file]').setInputFiles({ name, mimeType: '', buffer: Buffer.from(text) });
    await page.getByRole('button', { name: '开始导入' }).click();
    await page.getByRole('heading', { name: /未导入任何内容/ }).waitFor();
    const row = page.getByRole('region', { name: '错误' }).locator('tbody tr').first();
    return row.locator('td').allInnerTexts();
  };
  const head = 'product_code,product_title,sku_code,sku_title\n';
  const csv = await refused('list.csv', head + '"P-1","Kettle, red",P 1,Red\n');
  assert.deepEqual(csv.slice(0, 2), ['2', 'sku_code']);
  await checkAccess(page, 'a list that is refused');
  await checkChinese(page, 'a list that is refused');
  const list = [{ code: 'P-1', title: 'Kettle', skus: [{ code: 'P 1', title: 'Red' }] }];
  const json = await refused('list.json', JSON.stringify(list, null, 1));
  assert.deepEqual(json.slice(0, 2), ['7', '商品 1，SKU 1，SKU 编码']);
});

test('orders: items of one title are told apart, and a refund is told to its end', async (t) => {
  const shop = await Shop.open(t);
  await shop.sell({ name: 'Morning sale', title: 'Kettle' });
  const { item } = await shop.sell({ name: 'Evening sale', title: 'Kettle' });
  await shop.account('buyer');
  const ask = async (path, body, headers) => {
    const answer = await fetch(shop.server.public + path, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'Idempotency-Key': 'one-key-0000000001', ...headers },
      body: JSON.stringify(body),
    });
    assert.ok(answer.ok, await answer.clone().text());
    return answer.json();
  };
  const { token } = await ask('/v1/sessions', { name: 'buyer', password });
  const buyer = { Authorization: `Bearer ${token}` };
  const bought = await ask(`/v1/items/${item}/orders`, { quantity: 1 }, buyer);
  const order = bought.order_id ?? bought.id;
  const { cashier_url: cashier } = await ask(`/v1/orders/${order}/payments`, {}, buyer);
  const customer = await person(t, browser);
  await customer.goto(new URL(cashier, shop.server.public).href);
  await customer.getByRole('button', { name: /^Pay/ }).first().click();

  const page = await person(t, browser);
  await signIn(page, shop.server, 'olga-owner', '/orders');
  const choices = page.getByLabel('Item', { exact: true }).locator('option');
  await choices.nth(2).waitFor({ state: 'attached' });
  const texts = (await choices.allInnerTexts()).sort();
  assert.deepEqual(texts, ['Every item', 'Kettle · Evening sale', 'Kettle · Morning sale']);
  await page.getByRole('cell', { name: 'Kettle · Evening sale' }).waitFor();

  await page.goto(`${shop.server.console}/admin/orders/${order}`);
  await until(async () => {
    await page.getByRole('button', { name: 'Reload' }).click();
    return page.getByRole('button', { name: 'Refund', exact: true }).isVisible();
  }, 'the order is paid');
  await page.getByRole('button', { name: 'Refund', exact: true }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel(/Reason/).fill('Broken on arrival.');
  await dialog.getByRole('button', { name: 'Refund', exact: true }).click();
  await dialog.waitFor({ state: 'detached' });
  // The provider is told after the answer; the page learns by itself that it was.
  await page.getByRole('region', { name: 'Payments' }).getByText('Refunded').waitFor();
  await page.getByText('Refund done, the money went back').waitFor();
  assert.equal(await page.getByText('Refund under way').count(), 0);
  await checkAccess(page, 'an order that was refunded');
});

test('who downloads or previews after the session has ended signs in and has it, and a lost role is seen', async (t) => {
  const shop = await Shop.open(t);
  const { activity } = await shop.sell();
  const page = await person(t, browser);
  await signIn(page, shop.server, 'olga-owner', '/orders');
  const press = () => page.getByRole('link', { name: 'Download CSV' }).click();
  await page.getByText('No order yet').waitFor();
  await page.context().clearCookies();
  await press();
  const dialog = page.getByRole('dialog', { name: 'Your session has ended' });
  await dialog.locator('input[name=password]').fill(password);
  const download = page.waitForEvent('download');
  await dialog.getByRole('button', { name: 'Sign in' }).click();
  assert.match(readFileSync(await (await download).path(), 'utf8'), /^order_id,/);

  await page.goto(`${shop.server.console}/admin/activities/${activity}`);
  const preview = page.getByRole('link', { name: /Preview of the whole activity/ });
  await preview.waitFor();
  await page.context().clearCookies();
  await preview.click();
  await dialog.locator('input[name=password]').fill(password);
  const opened = page.context().waitForEvent('page');
  await dialog.getByRole('button', { name: 'Sign in' }).click();
  await (await opened).locator('#preview').waitFor();
  assert.equal(page.context().pages().length, 2, 'no empty tab is left of the first press');

  await shop.owner.addOperator('oskar-owner', 'owner');
  const oskar = await Operator.signIn(shop.server, 'oskar-owner');
  await page.goto(`${shop.server.console}/admin/switches`);
  const off = page.getByRole('button', { name: 'Switch off: Payments' });
  await off.click();
  await oskar.good('PATCH', '/admin/v1/operators/1', { role: 'viewer' });
  const red = page.getByRole('dialog');
  await red.getByLabel('Type “Payments” to confirm').fill('Payments');
  await red.getByLabel('Reason').fill('A test.');
  await red.getByRole('button', { name: 'Switch off' }).click();
  await red.getByText('You may not do this').waitFor();
  await red.getByRole('button', { name: 'Cancel' }).click();
  await off.waitFor({ state: 'detached' });
  const { products } = await oskar.good('GET', '/admin/v1/products');
  await page.goto(`${shop.server.console}/admin/products/${products[0].id}`);
  await page.getByRole('heading', { name: 'Phone, red', level: 1, exact: true }).waitFor(); // not "Edit …"
});

test('on a phone the lists say state, start, code and skus without being moved', async (t) => {
  const shop = await Shop.open(t);
  await shop.sell({ name: 'Evening sale', title: 'Phone, red' });
  for (const look of looks) {
    const say = await consoleWords(look.language);
    const page = await person(t, browser, look);
    await signIn(page, shop.server, 'olga-owner', '/activities');
    const row = page.getByRole('row', { name: /Evening sale/ });
    const lists = [
      ['activities', row, [row.getByText(say('common', 'state_running')), row.locator('time').first()]],
      ['products', page.getByRole('row', { name: /Phone, red/ }), ['.mono', '.skus']],
    ];
    for (const [path, line, parts] of lists) {
      await page.goto(`${shop.server.console}/admin/${path}`);
      await line.waitFor();
      for (const part of parts) {
        const seen = typeof part === 'string' ? line.locator(part) : part;
        const { x, width } = await seen.boundingBox();
        assert.ok(x >= 0 && x + width <= look.size.width, `${path}: ${await seen.innerText()} ends at ${x + width}`);
      }
      const box = page.getByRole('main').getByRole('region').first();
      const [wide, fits] = await box.evaluate((one) => [one.scrollWidth, one.clientWidth]);
      assert.ok(wide <= fits, `${path}: ${wide} px in ${fits}`);
      await lookAt(page, look, `list-${path}`);
    }
  }
});

test('beside the download of orders stands what a spreadsheet would get wrong', async (t) => {
  const shop = await Shop.open(t);
  for (const look of looks) {
    const say = await consoleWords(look.language);
    const page = await person(t, browser, look);
    await signIn(page, shop.server, 'olga-owner', '/orders');
    const download = page.getByRole('link', { name: say('orders', 'export') });
    const means = page.locator(`#${await download.getAttribute('aria-describedby')}`);
    assert.equal(await means.innerText(), say('orders', 'exportMeans'));
    await lookAt(page, look, 'orders-download');
  }
});

test('the list of activities and a pending order follow what happens while somebody looks', async (t) => {
  const shop = await Shop.open(t);
  const page = await person(t, browser);
  await signIn(page, shop.server, 'olga-owner', '/activities');
  await page.getByText('No activity yet').waitFor();
  const { item } = await shop.sell({ startsS: 4, name: 'Evening sale' });
  const row = page.getByRole('row', { name: /Evening sale/ });
  await row.waitFor();
  await row.getByText('Running').waitFor(); // it started by itself, and nobody pressed anything

  const url = shop.server.public;
  await shop.account('ann');
  const { token } = await (await post(`${url}/v1/sessions`, { name: 'ann', password })).json();
  const headers = { Authorization: `Bearer ${token}`, 'Idempotency-Key': 'one', 'Content-Type': 'application/json' };
  const bought = await fetch(`${url}/v1/items/${item}/orders`, { method: 'POST', headers, body: '{"quantity":1}' });
  const { id } = await bought.json();
  await page.goto(`${shop.server.console}/admin/orders/${id}`);
  await page.getByRole('button', { name: 'Cancel order' }).waitFor();
  await shop.owner.good('POST', `/admin/v1/orders/${id}/mark-paid`, { reason: 'Bank transfer.' });
  await page.getByRole('button', { name: 'Refund' }).waitFor();
});

test('a form leads to another one as it is, and no way out of it takes what was typed without a question', async (t) => {
  const shop = await Shop.open(t);
  await shop.owner.sku('Kettle');
  await shop.owner.sku('Lamp');
  const page = await person(t, browser);
  await signIn(page, shop.server, 'olga-owner', '/products/new');
  const title = page.locator('input[name=title]');
  const find = async (text) => {
    await page.keyboard.press('/');
    await page.keyboard.type(text);
    await page.getByRole('option', { name: new RegExp(text) }).waitFor();
    await page.keyboard.press('Enter');
  };
  const isOf = (name) => until(async () => (await title.inputValue()) === name, `the form of ${name}`);
  await title.waitFor();
  await find('Kettle');
  await isOf('Kettle');
  await find('Lamp');
  await isOf('Lamp');
  await page.getByRole('heading', { name: 'Lamp', level: 1 }).waitFor();

  await title.fill('Lamp, brass');
  await title.blur();
  const question = page.getByRole('dialog', { name: 'Leave without saving?' });
  const stay = async () => {
    await question.getByRole('button', { name: 'Cancel' }).click();
    await question.waitFor({ state: 'detached' });
    assert.equal(await title.inputValue(), 'Lamp, brass');
  };
  await find('Kettle');
  await stay();
  await page.locator('.who summary').click();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await stay();
  const asked = page.waitForEvent('dialog');
  const left = page.reload();
  const dialog = await asked;
  assert.equal(dialog.type(), 'beforeunload', 'the browser asks before it loads the page again');
  await dialog.accept();
  await left;
  await isOf('Lamp');
  await page.locator('.who summary').click();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByRole('heading', { name: 'Sign in', level: 1 }).waitFor();
  await until(async () => (await page.context().cookies()).length === 0, 'the session is over at the server, too');
});

test('who signs out when the session is over already, or slowly, does not end the next session', async (t) => {
  const server = await Server.start(t);
  await Operator.setUp(server);
  const page = await person(t, browser);
  const signOut = async () => {
    await page.locator('.who summary').click();
    await page.getByRole('button', { name: 'Sign out' }).click();
  };
  const form = page.getByRole('heading', { name: 'Sign in', level: 1 });
  await signIn(page, server, 'olga-owner', '/system');
  await page.context().clearCookies();
  await signOut();
  await form.waitFor();

  await signIn(page, server, 'olga-owner', '/system');
  let go;
  const held = new Promise((resolve) => (go = resolve));
  await page.route('**/admin/v1/sessions/current', async (route) => {
    if (route.request().method() === 'DELETE') await held;
    await route.continue();
  });
  const asked = page.waitForRequest((request) => request.method() === 'DELETE');
  await signOut();
  await asked;
  assert.equal(await form.count(), 0, 'nobody can sign in before the answer is here');
  go();
  await form.waitFor();
  await signIn(page, server, 'olga-owner', '/system');
  await page.getByRole('heading', { name: 'System', level: 1 }).waitFor();
  assert.equal((await page.context().cookies()).length, 1, 'the new session is there');
});

test('a preview opens behind a pop-up blocker also when the answer takes its time', async (t) => {
  const shop = await Shop.open(t);
  const { activity } = await shop.sell();
  const blocking = await openBrowser({ ignoreDefaultArgs: ['--disable-popup-blocking'] });
  t.after(() => blocking.close());
  const page = await person(t, blocking);
  await signIn(page, shop.server, 'olga-owner', `/activities/${activity}`);
  let go;
  const held = new Promise((resolve) => (go = resolve));
  await page.route('**/admin/v1/sessions/current', async (route) => {
    await held;
    await route.continue();
  });
  const opened = page.context().waitForEvent('page');
  await page.getByRole('link', { name: /Preview of the whole activity/ }).click();
  const preview = await opened; // before the answer
  go();
  await preview.locator('#preview').waitFor();
});

test('tabs that nobody looks at leave the connections of the browser to the one that is looked at', async (t) => {
  const shop = await Shop.open(t);
  await shop.sell();
  const page = await person(t, browser);
  const look = (tab, state) =>
    tab.evaluate((value) => {
      Object.defineProperty(document, 'visibilityState', { value, configurable: true });
      document.dispatchEvent(new Event('visibilitychange'));
    }, state);
  const isLive = (tab) => tab.locator('.live.live').waitFor(); // its class is the state of the stream
  await signIn(page, shop.server, 'olga-owner', '/live');
  await isLive(page);
  await look(page, 'hidden');
  for (let i = 0; i < 6; ++i) { // a browser has six connections to a server
    const tab = await page.context().newPage();
    await tab.goto(`${shop.server.console}/admin/orders`);
    await isLive(tab);
    await look(tab, 'hidden');
  }
  await look(page, 'visible');
  await isLive(page);
  await page.getByRole('button', { name: 'Pause', exact: true }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel(/to confirm/).fill('Evening sale');
  await dialog.getByLabel('Reason').fill('A wrong picture.');
  await dialog.getByRole('button', { name: 'Pause' }).click();
  await page.getByText('in effect, seen in the stream').waitFor();
});

test('a keyboard is enough to go anywhere', async (t) => {
  const shop = await Shop.open(t);
  await shop.sell({ name: 'Evening sale' });
  const page = await person(t, browser);
  await signIn(page, shop.server, 'olga-owner', '/products');
  await page.getByRole('heading', { name: 'Products', level: 1 }).waitFor();
  await page.keyboard.press('g');
  await page.keyboard.press('a');
  await page.getByRole('heading', { name: 'Activities', level: 1 }).waitFor();
  await page.keyboard.press('/');
  await page.keyboard.type('evening');
  await page.getByRole('option', { name: /Evening sale/ }).waitFor();
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Evening sale' }).waitFor();
  await page.keyboard.press('?');
  await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor();
  await checkAccess(page, 'the list of shortcuts');
  await page.keyboard.press('Escape');
  await page.keyboard.press('b');
  await page.getByRole('navigation').waitFor({ state: 'detached' });
  await page.keyboard.press('Escape');
  await page.getByRole('navigation').first().waitFor();
});
