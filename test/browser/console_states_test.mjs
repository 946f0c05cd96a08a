// SPDX-License-Identifier: Apache-2.0
// Every dialog of the console, with something wrong in it where something can be, and the states of its pages that
// pages_test.mjs does not meet; checked as there. What opens a dialog is listed by the file that asks: a file without
// an entry fails the test.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import {
  codeOf, consoleWords, instant, lookAt, looks, openBrowser, password, person, post, settled, Shop,
} from './harness.mjs';

let browser;
before(async () => (browser = await openBrowser()));
after(() => browser.close());

/** The sources that open a dialog, or ask by the one of the red buttons. */
function dialogFiles() {
  const folder = fileURLToPath(new URL('../../web/console/src', import.meta.url));
  return readdirSync(folder, { recursive: true })
    .filter((file) => /\.(vue|ts)$/.test(file) && !['confirm.ts', 'red/press.ts'].includes(file))
    .filter((file) => /<ModalDialog|\b(?:confirm|press)\(\{/.test(readFileSync(join(folder, file), 'utf8')))
    .sort();
}

/** Somebody who buys by the API: the order, and its payment if `pays`. */
async function buy(shop, item, name, pays) {
  const url = shop.server.public;
  await shop.account(name);
  const { token } = await (await post(`${url}/v1/sessions`, { name, password })).json();
  const ask = async (path, body) => {
    const headers = { Authorization: `Bearer ${token}`, 'Idempotency-Key': name, 'Content-Type': 'application/json' };
    const answer = await fetch(url + path, { method: 'POST', headers, body: JSON.stringify(body) });
    assert.ok(answer.ok, `${path}: ${await answer.clone().text()}`);
    return answer.json();
  };
  const order = await ask(`/v1/items/${item}/orders`, { quantity: 1 });
  if (pays) await shop.owner.good('POST', `/admin/v1/orders/${order.id}/mark-paid`, { reason: 'Bank transfer.' });
  return order.id;
}

async function signIn(page, name) {
  await page.locator('input[name=name]').fill(name);
  await page.locator('input[name=password]').fill(password);
  await page.locator('button[type=submit]').click();
  await page.locator('nav').first().waitFor({ state: 'attached' });
}

async function draftOf(shop, name) {
  const price = { amount: 199900, currency: 'CNY' };
  const items = [{ sku_id: await shop.owner.sku('Kettle'), price, stock: 10 }];
  const times = { starts_at: instant(3600), ends_at: instant(7200) };
  return shop.owner.good('POST', '/admin/v1/activities', { name, ...times, items });
}

for (const look of looks) {
  test(`the dialogs of the console, ${look.name}`, async (t) => {
    const w = await consoleWords(look.language);
    const shop = await Shop.open(t);
    const { activity, item } = await shop.sell({ title: 'Phone, red' });
    const draft = await draftOf(shop, 'Next sale');
    const pending = await buy(shop, item, 'first-buyer');
    const paid = await buy(shop, item, 'second-buyer', true);
    const product = (await shop.owner.good('GET', '/admin/v1/products')).products[0].id;
    await shop.owner.good('POST', '/admin/v1/risk-entries', { kind: 'address', value: '203.0.113.7', reason: 'A script.' });
    await shop.owner.good('POST', `/admin/v1/items/${item}/stock-changes`, { delta: 5, reason: 'A pallet.' });

    const page = await person(t, browser, look);
    const dialog = page.getByRole('dialog');
    const press = (place, name) => place.getByRole('button', { name, exact: true }).first().click();
    const seen = async (name) => {
      await dialog.waitFor();
      await lookAt(page, look, `console-dialog-${name}`);
    };
    const close = async () => {
      await page.keyboard.press('Escape');
      await dialog.waitFor({ state: 'detached' });
    };
    const open = async (path) => {
      await page.goto(`${shop.server.console}/admin/${path}`);
      await page.locator('main h1').first().waitFor();
      await settled(page);
    };
    /** Opens, sends what is empty or wrong, looks, and turns back. */
    const seenRefused = async (name) => {
      await dialog.waitFor();
      await dialog.locator('[type=submit]').click();
      await dialog.locator('[aria-invalid=true]').first().waitFor();
      await seen(name);
      await close();
    };
    const seenOnce = async (name) => {
      await seen(name);
      await close();
    };

    const of = (action, name) => w('common', 'actionOf', { action, name });

    const dialogs = {
      'components/ConfirmDialog.vue': null, // by all that ask by it
      'components/SecondFactor.vue': async () => {
        await open('account');
        await press(page, w('account', 'begin'));
        await dialog.locator('input[name=password]').fill('wrong password');
        await press(dialog, w('account', 'continue'));
        await dialog.locator('[aria-invalid=true], .alert').first().waitFor();
        await seen('second-factor-password');
        await dialog.locator('input[name=password]').fill(password);
        await press(dialog, w('account', 'continue'));
        await dialog.locator('code').waitFor();
        const secret = (await dialog.locator('code').innerText()).replaceAll(' ', '');
        await dialog.locator('input[name=code]').fill('000000');
        await press(dialog, w('account', 'confirm'));
        await dialog.locator('[aria-invalid=true]').waitFor();
        await seen('second-factor-scan');
        await dialog.locator('input[name=code]').fill(codeOf(secret));
        await press(dialog, w('account', 'confirm'));
        await dialog.locator('li code').nth(9).waitFor();
        await seen('second-factor-codes');
        const codes = await dialog.locator('li code').allInnerTexts();
        await press(dialog, w('account', 'codesKept'));
        await press(page, w('account', 'disable'));
        await seen('second-factor-off');
        await dialog.locator('input[name=password]').fill(password);
        await dialog.locator('input[name=code]').fill(codes[0]);
        await press(dialog, w('account', 'disable'));
        await page.getByRole('button', { name: w('account', 'begin'), exact: true }).waitFor();
      },
      'components/SessionsOf.vue': async () => {
        await open('users');
        await press(page, of(w('people', 'sessions'), 'rita-reviewer'));
        await dialog.getByText('127.0.0.1').first().waitFor();
        await seen('sessions');
        await press(dialog, w('people', 'signOut'));
        await dialog.locator('textarea').waitFor();
        await seenRefused('sessions-end');
      },
      'composables/unsaved.ts': async () => {
        await open(`activities/${draft.id}`);
        await press(page, w('activity', 'edit'));
        await page.locator('input[name=name]').fill('Not saved');
        await press(page, w('common', 'cancel'));
        await seen('leave');
        await press(dialog, w('common', 'leaveButton'));
        await dialog.waitFor({ state: 'detached' });
        await open('products');
        await page.locator(`a[href$="/products/${product}"]`).first().click();
        await page.locator('input[name=title]').fill('Not saved');
        await press(page, w('common', 'cancel'));
        await seen('leave-product');
        await press(dialog, w('common', 'leaveButton'));
        await dialog.waitFor({ state: 'detached' });
      },
      'editor/CloneDialog.vue': async () => {
        await open(`activities/${activity}`);
        await press(page, w('activity', 'clone'));
        await dialog.locator('input[name=name]').fill('');
        await seenRefused('clone');
      },
      'editor/DiffDialog.vue': async () => {
        await open(`activities/${draft.id}/edit`);
        await page.locator('input[name=name]').fill('New name');
        await press(page, w('activity', 'review'));
        await seenOnce('diff');
      },
      'layout/Finder.vue': async () => {
        await open('products');
        await page.keyboard.press('/');
        await page.keyboard.type('sale');
        await page.getByRole('option', { name: /Evening sale/ }).waitFor();
        await seenOnce('finder');
      },
      'layout/ShortcutList.vue': async () => {
        await page.keyboard.press('?');
        await seenOnce('shortcuts');
      },
      'red/switches.ts': async () => {
        for (const path of [`live/${activity}`, 'switches']) {
          await open(path);
          await press(page, of(w('guard', 'switchOff'), w('guard', 'accounts_name')));
          await seenRefused(`switch-off-${path.split('/')[0]}`);
        }
      },
      'red/sale.ts': async () => {
        for (const path of [`live/${activity}`, `activities/${activity}`]) {
          await open(path);
          await press(page, w('red', 'end'));
          await seenRefused(`end-${path.split('/')[0]}`);
          await press(page, of(w('red', 'stop'), 'Phone, red'));
          await seenRefused(`stop-item-${path.split('/')[0]}`);
        }
        await press(page, of(w('red', 'hide'), 'Phone, red'));
        await seenRefused('hide-item');
        await open(`live/${activity}`);
      },
      'stock/StockDialog.vue': async () => {
        await press(page, of(w('controlRoom', 'stock'), 'Phone, red'));
        await dialog.locator('input[type=radio]').nth(1).check();
        await dialog.getByLabel(w('stock', 'stockUnits')).fill('1000');
        await seenRefused('stock');
      },
      'stock/decide.ts': async () => {
        await press(page, w('stock', 'takeBack'));
        await seenOnce('take-back');
      },
      'views/Activity.vue': async () => {
        await open(`activities/${draft.id}`);
        await press(page, w('activity', 'submit'));
        await seenOnce('submit');
        await press(page, w('activity', 'removeDraft'));
        await seenOnce('delete-draft');
      },
      'views/Order.vue': async () => {
        await open(`orders/${pending}`);
        await press(page, w('orders', 'markPaid'));
        await seenRefused('mark-paid');
        await open(`orders/${paid}`);
        await press(page, w('orders', 'refund'));
        await seenRefused('refund');
      },
      'views/Risk.vue': async () => {
        await open('risk');
        await press(page, w('guard', 'addEntry'));
        await seenRefused('risk-add');
        await press(page, of(w('common', 'remove'), '203.0.113.7'));
        await seenOnce('risk-remove');
      },
      'views/Users.vue': async () => {
        await open('users');
        await press(page, w('people', 'add'));
        await seenRefused('user-add');
        for (const [action, name] of [['changeRole', 'role'], ['disable', 'disable'], ['reset', 'reset']]) {
          await press(page, of(w('people', action), 'rita-reviewer'));
          await seen(`user-${name}`);
          if (action !== 'reset') await close();
        }
        await press(dialog, w('people', 'resetButton'));
        await dialog.getByRole('button', { name: w('people', 'done') }).waitFor();
        await seen('user-password');
        await press(dialog, w('people', 'done'));
      },
      // The last, because the session is over then.
      'layout/SignInAgain.vue': async () => {
        await open('orders');
        await page.context().clearCookies();
        await press(page, w('common', 'reload'));
        await dialog.locator('input[name=password]').fill('wrong password');
        await press(dialog, w('signIn', 'signIn'));
        await dialog.locator('.alert').waitFor();
        await seen('sign-in-again');
      },
    };
    assert.deepEqual(Object.keys(dialogs).sort(), dialogFiles(), 'each dialog is looked at');

    await page.goto(`${shop.server.console}/admin`);
    await signIn(page, 'olga-owner');
    for (const [file, visit] of Object.entries(dialogs)) {
      try {
        await visit?.();
      } catch (error) {
        throw new Error(`${file}: ${error.message}`, { cause: error });
      }
    }
  });
  test(`the console before there is anything, and what a sale goes through, ${look.name}`, async (t) => {
    const shop = await Shop.open(t);
    await shop.owner.addOperator('vera-viewer', 'viewer');
    const page = await person(t, browser, look);
    const seen = async (name, path) => {
      await page.goto(`${shop.server.console}/admin/${path}`);
      await page.locator('main h1').first().waitFor();
      await lookAt(page, look, `console-state-${name}`);
    };
    await page.goto(`${shop.server.console}/admin`);
    await signIn(page, 'olga-owner');
    for (const path of ['live', 'activities', 'products', 'orders']) await seen(`no-${path}`, path);
    const { id } = await draftOf(shop, 'Next sale');
    await seen('draft', `activities/${id}`);
    await shop.owner.good('POST', `/admin/v1/activities/${id}/submit`, {});
    await seen('in-review', `activities/${id}`);
    await seen('approvals', 'approvals');
    await shop.reviewer.good('POST', `/admin/v1/activities/${id}/approve`, {});
    await seen('approved', `activities/${id}`);
    await shop.owner.good('POST', `/admin/v1/activities/${id}/warm`, {});
    await shop.owner.good('POST', `/admin/v1/activities/${id}/pause`, { reason: 'Drill.' });
    await shop.owner.good('PUT', '/admin/v1/switches/purchases', { on: false, reason: 'Drill.' });
    await seen('paused', `live/${id}`);
    await shop.owner.good('POST', `/admin/v1/activities/${id}/end`, { reason: 'Drill.' });
    await seen('ended', `activities/${id}`);
    await page.context().clearCookies();
    await page.goto(`${shop.server.console}/admin/sign-in`);
    await signIn(page, 'vera-viewer');
    await seen('forbidden', 'users');
    await seen('viewer', `activities/${id}`);
  });
}
