#!/usr/bin/env node
// SPDX-License-Identifier: Apache-2.0
// Takes the pictures of the README, docs/pictures/, of the real thing: a demo server, a small sale and its buyers.
// $SLUICE is the program, $CHROMIUM the browser, as in test/browser; an argument takes those of one language.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { instant, Operator, openBrowser, password, person, post, startDemo, until } from '../test/browser/harness.mjs';

const kBytesMax = 150 * 1024;
const kBuyers = 120;
const desk = { width: 1440, height: 860 };
const phone = { width: 390, height: 780 };
const folder = fileURLToPath(new URL('../docs/pictures/', import.meta.url));

const shelves = {
  en: {
    sale: 'Evening sale',
    things: [
      ['phone', 'Phone X, black', 'Light and thin, two days on one charge.', 199900, 249900, 100],
      ['buds', 'Buds, white', 'Quiet around you, clear inside.', 39900, 59900, 90],
      ['mug', 'Mug, blue', 'Solid stoneware, 350 ml.', 900, 4900, 150],
    ],
    next: 'Weekend sale',
    buy: 'Buy now',
    signIn: 'Sign in',
    name: 'Name',
    password: 'Password',
    got: 'You got it!',
  },
  zh: {
    sale: '晚八点秒杀',
    things: [
      ['phone', '手机 Phone X 黑色', '轻薄机身，两天续航。', 199900, 249900, 100],
      ['buds', '耳机 Buds 白色', '安静，听得清每个音。', 39900, 59900, 90],
      ['mug', '马克杯 蓝色', '厚实陶瓷，350 毫升。', 900, 4900, 150],
    ],
    next: '周末秒杀',
    buy: '立即抢购',
    signIn: '登录',
    name: '用户名',
    password: '密码',
    got: '抢购成功！',
  },
};

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, Math.max(0, ms)));

/** Written, approved, warm, with another one that is still a draft. */
async function open(demo, words) {
  const owner = await Operator.setUp(demo, 'shop-owner');
  const reviewer = await Operator.signIn(demo, 'demo-reviewer', demo.reviewerPassword);
  const items = [];
  for (const [name, title, description, amount, before, stock] of words.things) {
    const code = `shop-${name}`;
    const image_url = `/images/${name}.svg`;
    const product = { code, title, description, image_url, skus: [{ code: `${code}-1`, title }] };
    const { skus } = await owner.good('POST', '/admin/v1/products', product);
    const [price, list_price] = [amount, before].map((each) => ({ amount: each, currency: 'CNY' }));
    items.push({ sku_id: skus[0].id, title, price, list_price, stock });
  }
  const body = { name: words.sale, starts_at: instant(30), ends_at: instant(7200), items };
  const made = await owner.good('POST', '/admin/v1/activities', body);
  const next = { ...body, name: words.next, starts_at: instant(86400), ends_at: instant(93600) };
  const draft = await owner.good('POST', '/admin/v1/activities', next);
  await owner.good('POST', `/admin/v1/activities/${made.id}/submit`, {});
  await reviewer.good('POST', `/admin/v1/activities/${made.id}/approve`, {});
  await owner.good('POST', `/admin/v1/activities/${made.id}/warm`, {});
  const ids = made.items.map(({ id }) => id);
  return { owner, activity: made.id, draft: draft.id, startsAt: Date.parse(body.starts_at), items: ids };
}

/** The demo's customers come, each in their own moment, want everything, and most pay. `stop()` sends them home. */
async function crowd(demo, sale) {
  const call = (path, headers, body) =>
    fetch(new URL(path, demo.public), {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
  const tokens = [];
  for (let n = 1; n <= kBuyers; ++n) {
    const answer = await post(`${demo.public}/v1/sessions`, { name: `demo${n}`, password: demo.buyerPassword });
    tokens.push((await answer.json()).token);
  }
  let open = true;
  const buyer = async (token, n) => {
    const mine = { Authorization: `Bearer ${token}` };
    const comesMs = -6000 * Math.log(1 - n / kBuyers); // many at once, then fewer
    await pause(sale.startsAt + comesMs - Date.now());
    for (let turn = n; open; ++turn) {
      const path = `/v1/items/${sale.items[turn % sale.items.length]}/orders`;
      const bought = await call(path, { ...mine, 'Idempotency-Key': randomUUID() }, { quantity: 1 });
      if (bought.status === 201 && n % 7 !== 0) {
        await pause(800 + ((n * 331) % 4000));
        const paying = await call(`/v1/orders/${(await bought.json()).id}/payments`, mine, {});
        await call((await paying.json()).cashier_url, {}, { action: 'pay' });
      } else await bought.arrayBuffer();
      await pause(300 + ((turn * 97) % 900));
    }
  };
  const all = Promise.all(tokens.map(buyer));
  all.catch(() => {}); // stop() tells
  return async () => {
    open = false;
    await all;
  };
}

async function take(page, name, language) {
  const path = join(folder, `${name}${language === 'zh' ? '.zh-CN' : ''}.png`);
  await page.screenshot({ path });
  assert.ok(statSync(path).size <= kBytesMax, `${path} has ${statSync(path).size} bytes`);
}

async function story(t, browser, language) {
  const words = shelves[language];
  const demo = await startDemo(t);
  const sale = await open(demo, words);
  const stop = await crowd(demo, sale);

  const operator = async (options) => {
    const page = await person(t, browser, { language, size: desk, ...options });
    await page.goto(`${demo.console}/admin/live/${sale.activity}`);
    await page.locator('input[name=name]').fill('shop-owner');
    await page.locator('input[name=password]').fill(password);
    await page.locator('button[type=submit]').click();
    await page.locator('canvas').first().waitFor();
    return page;
  };
  const [light, dark] = [await operator({}), await operator({ dark: true })];
  await dark.keyboard.press('b');

  const customer = await person(t, browser, { language, size: phone });
  await customer.goto(`${demo.public}/items/${sale.items[0]}`);
  await customer.locator('#buy:not([aria-disabled=true])', { hasText: words.buy }).waitFor();
  await take(customer, 'item', language);
  await customer.getByRole('button', { name: words.buy }).click();
  const dialog = customer.getByRole('dialog');
  await dialog.getByLabel(words.name, { exact: true }).fill('demo');
  await dialog.getByLabel(words.password, { exact: true }).fill(demo.buyerPassword);
  await dialog.getByRole('button', { name: words.signIn, exact: true }).click();
  await customer.getByRole('heading', { name: words.got }).waitFor();
  await take(customer, 'result', language);

  await pause(sale.startsAt + 20_000 - Date.now());
  await take(light, 'control-room', language);
  await take(dark, 'projector', language);
  await stop();
  await sale.owner.good('POST', `/admin/v1/activities/${sale.activity}/end`, { reason: 'Closing time.' });

  await light.goto(`${demo.console}/admin/activities/${sale.draft}/edit`);
  await until(() => light.locator('input[name=name]').inputValue(), 'the editor has the draft');
  await take(light, 'editor', language);
  await light.goto(`${demo.console}/admin/report/${sale.activity}`);
  await light.locator('canvas').first().waitFor();
  await take(light, 'report', language);
}

const wanted = process.argv.slice(2);
const browser = await openBrowser();
try {
  for (const language of wanted.length > 0 ? wanted : ['en', 'zh']) {
    const ends = [];
    try {
      await story({ after: (end) => ends.push(end) }, browser, language);
    } finally {
      for (const end of ends.reverse()) await end();
    }
  }
} finally {
  await browser.close();
}
