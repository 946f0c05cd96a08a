// SPDX-License-Identifier: Apache-2.0
// "My account": what is wrong is said beside the field that it is about, in the reader's language; and who may not list
// operators still reads their names.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { checkAccess, openBrowser, password, person, Shop } from './harness.mjs';

let browser;
before(async () => (browser = await openBrowser()));
after(() => browser.close());

async function signIn(page, shop, name) {
  await page.goto(`${shop.server.console}/admin/account`);
  await page.locator('input[name=name]').fill(name);
  await page.locator('input[name=password]').fill(password);
  await page.locator('button[type=submit]').click();
  await page.locator('input[name=current]').waitFor();
}

/** What a screen reader says of this field besides its label. */
const describedBy = async (field) => {
  await field.and(field.page().locator('[aria-invalid=true]')).waitFor();
  return field.evaluate((input) =>
    (input.getAttribute('aria-describedby') ?? '').split(' ').map((id) => document.getElementById(id)?.innerText).join(' '),
  );
};

const kWords = {
  en: { current: 'The current password is wrong.', password: 'The password is wrong.' },
  zh: { current: '当前密码错误。', password: '密码错误。' },
};

for (const language of ['en', 'zh']) {
  test(`a wrong password is told beside its field, ${language}`, async (t) => {
    const shop = await Shop.open(t);
    const page = await person(t, browser, { language });
    await signIn(page, shop, 'olga-owner');
    const current = page.locator('input[name=current]');
    await current.fill('not these words');
    await page.locator('input[name=password]').fill('four louder words here');
    await page.locator('main form button[type=submit]').click();
    assert.ok((await describedBy(current)).includes(kWords[language].current));
    assert.equal(await current.inputValue(), 'not these words', 'what was typed is kept');
    await checkAccess(page, `a wrong current password (${language})`);

    await page.locator('main section.card button').first().click(); // sets a second factor up
    const asked = page.locator('[role=dialog] input[name=password], dialog input[name=password]');
    await asked.fill('not these words');
    await asked.press('Enter');
    assert.ok((await describedBy(asked)).includes(kWords[language].password));
    const noted = await shop.owner.good('GET', '/admin/v1/audit?action=operator.');
    const actions = noted.entries.map((entry) => entry.action);
    for (const action of ['operator.password_failed', 'operator.totp_begin_failed']) assert.ok(actions.includes(action), action);
  });
}

test('who may not list operators reads who made and approved an activity', async (t) => {
  const shop = await Shop.open(t);
  const { activity } = await shop.sell();
  await shop.owner.addOperator('vera-viewer', 'viewer');
  const page = await person(t, browser);
  await signIn(page, shop, 'vera-viewer');
  await page.goto(`${shop.server.console}/admin/activities/${activity}`);
  const facts = page.locator('dl.facts');
  await facts.getByText('rita-reviewer').first().waitFor();
  await facts.getByText('olga-owner').first().waitFor();
});
