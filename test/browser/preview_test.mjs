// SPDX-License-Identifier: Apache-2.0
// The preview that the console opens: the very page with its picture, a banner that says so in the reader's language,
// and nothing that can be bought or signed in to.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { checkAccess, checkWords, instant, openBrowser, password, person, phone, picture, settled, Shop } from './harness.mjs';

let browser;
before(async () => (browser = await openBrowser()));
after(() => browser.close());

const images = fileURLToPath(new URL('../../web/storefront/demo', import.meta.url));
const kBanner = { zh: '预览，时钟设为', en: 'Preview, clock set to' };
const kWhy = { zh: '预览中不可用。', en: 'Not in a preview.' };

for (const language of ['zh', 'en']) {
  test(`an operator previews a draft in ${language}`, async (t) => {
    const shop = await Shop.open(t, { 'public.image_dir': images });
    const product = await shop.owner.good('POST', '/admin/v1/products', {
      code: 'PHONE', title: 'Phone', image_url: '/images/phone.svg', skus: [{ code: 'PHONE-1', title: 'Phone' }],
    });
    const startsAt = instant(86_400);
    const draft = await shop.owner.good('POST', '/admin/v1/activities', {
      name: 'Evening sale',
      starts_at: startsAt,
      ends_at: instant(90_000),
      items: [{ sku_id: product.skus[0].id, price: { amount: 199900, currency: 'CNY' }, stock: 10, limit_per_user: 3 }],
    });
    const page = await person(t, browser, { language, size: phone });
    await page.goto(`${shop.server.console}/admin`);
    await page.locator('input[name=name]').fill('olga-owner');
    await page.locator('input[name=password]').fill(password);
    await page.locator('button[type=submit]').click();
    await page.locator('nav').first().waitFor({ state: 'attached' });

    const asked = [];
    page.on('request', (request) => asked.push(new URL(request.url()).pathname));
    const preview = `${shop.server.console}/admin/v1/preview`;
    await page.goto(`${preview}/activities/${draft.id}`);
    await settled(page);
    const banner = page.locator('#preview');
    const shown = async () => (await banner.innerText()).replace(/\s+/g, ' ');
    assert.match(await shown(), new RegExp(kBanner[language]));
    assert.doesNotMatch(await shown(), new RegExp(kBanner[language === 'zh' ? 'en' : 'zh']));
    await checkAccess(page, `the preview of an activity in ${language}`);

    await page.locator('.cards a').first().click(); // the card leads to the item's preview, at the same time
    await page.waitForURL(/preview\/items\/\d+\?at_ms=\d+$/);
    assert.equal(new URL(page.url()).searchParams.get('at_ms'), String(Date.parse(startsAt)));
    await settled(page);
    const wide = await page.locator('img.shot').evaluate((image) => image.complete && image.naturalWidth);
    assert.ok(wide > 0, 'the picture is there');
    const at = await banner.locator('.preview-at:visible').innerText();
    const minute = new Intl.DateTimeFormat(language === 'zh' ? 'zh-CN' : 'en',
      { hour: '2-digit', minute: '2-digit', hour12: false, timeZone: 'Asia/Shanghai' }).format(new Date(startsAt));
    assert.ok(at.includes(minute), `${at} says ${minute}`);
    await checkWords(page, 'the preview of an item');
    await picture(page, `preview-item-${language}`);
    await checkAccess(page, `the preview of an item in ${language}`);

    const buy = page.locator('#buy');
    assert.equal(await buy.isDisabled(), true);
    assert.equal(await buy.getAttribute('aria-disabled'), 'false', 'the sale is on at that time');
    assert.ok((await page.locator('.preview-why:visible').first().innerText()).includes(kWhy[language]));
    await buy.click({ force: true });
    assert.equal(await page.locator('#ready-button').isDisabled(), true);
    await page.locator('#ready-button').click({ force: true });
    assert.equal(await page.locator('dialog[open]').count(), 0);
    assert.equal(await page.locator('.bar a[href]').count(), 0, 'no way out to pages that are not here');

    await page.locator('#language').click(); // the other language
    assert.match(await shown(), new RegExp(kBanner[language === 'zh' ? 'en' : 'zh']));
    await settled(page);
    assert.deepEqual(asked.filter((path) => !path.startsWith('/admin/v1/preview/')), [], 'the page asks nobody');
  });
}
