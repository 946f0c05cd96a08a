// SPDX-License-Identifier: Apache-2.0
// The forms of the console with bad input: whoever presses the button once sees all that is wrong, each beside its
// field and told to screen readers as of that field; what was typed stays, and the server refuses the same by itself.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import {
  checkAccess, openBrowser, password, person, settled, Shop, until,
} from './harness.mjs';

let browser;
before(async () => (browser = await openBrowser()));
after(() => browser.close());

async function signIn(page, server, name, path = '') {
  await page.goto(`${server.console}/admin${path}`);
  await page.locator('input[name=name]').fill(name);
  await page.locator('input[name=password]').fill(password);
  await page.locator('button[type=submit]').click();
  await page.locator('nav').first().waitFor({ state: 'attached' });
}

/** What stands beside each wrong field, by its label; and that it is told of that field, and of no other. */
async function errorsOf(page) {
  const found = await page.evaluate(() => {
    const form = document.querySelector('dialog:modal') ?? document;
    const errors = {};
    const wrong = [];
    const told = (input) =>
      (input.getAttribute('aria-describedby') ?? '').split(' ').map((id) => document.getElementById(id)?.textContent);
    for (const field of form.querySelectorAll('.field')) {
      const label = field.querySelector('label');
      const input = document.getElementById(label.htmlFor);
      const error = field.querySelector('.error')?.textContent;
      const name = label.textContent.trim();
      if (!input) wrong.push(`${name}: its label is of nothing`);
      else if (error === undefined) {
        if (input.getAttribute('aria-invalid') === 'true') wrong.push(`${name} is invalid, and nothing says why`);
      } else {
        errors[name in errors ? `${name} 2` : name] = error;
        if (input.getAttribute('aria-invalid') !== 'true') wrong.push(`${name} has no aria-invalid`);
        if (!told(input).includes(error)) wrong.push(`${name} is not described by its error`);
        if (!/^(?:INPUT|SELECT|TEXTAREA)$/.test(input.tagName)) wrong.push(`${name} is a ${input.tagName}`);
      }
    }
    const first = form.querySelector('[aria-invalid=true]');
    if (first && document.activeElement !== first) wrong.push(`the first wrong field has not the focus`);
    return { errors, wrong };
  });
  assert.deepEqual(found.wrong, []);
  return found.errors;
}

/** The input with this label, also where it says that it is optional. */
function labelled(place, label, at = 0) {
  return place.getByLabel(new RegExp(`^\\s*${label}\\s*(?:\\(optional\\))?\\s*$`)).nth(at);
}

/** Presses the button and waits for what is said. */
async function press(page, name) {
  const place = (await page.locator('dialog:modal').count()) ? page.getByRole('dialog') : page;
  await place.getByRole('button', { name, exact: true }).click();
  await settled(page);
}

const kJargon = /\b(?:body|JSON|pointer|RFC|ISO|ASCII|bytes?|ms|If-Match|[a-z]+_[a-z_]+|minor units)\b|\/items\/|\/skus\//;
function checkPlain(errors) {
  for (const [field, said] of Object.entries(errors)) assert.doesNotMatch(said, kJargon, field);
}

test('one press tells everything that is wrong with an activity, each beside its field', async (t) => {
  const shop = await Shop.open(t);
  await shop.owner.sku('Kettle');
  const page = await person(t, browser);
  await signIn(page, shop.server, 'olga-owner', '/activities/new');
  const field = (label, at) => labelled(page, label, at);
  await field('Name').fill('   ');
  await field('Starts').fill('2030-01-02 20:00:00');
  await field('Ends').fill('2030-01-01 20:00:00');
  await field('Price').fill('19.999');
  await field('List price').fill('1e3');
  await field('Stock').fill('0');
  await field('Limit for each customer').fill('-1');
  await field('Time to pay, in minutes').fill('99999999');
  await field('Traffic tag').fill('a b');
  await page.getByRole('button', { name: 'Add an item' }).click();
  await page.getByRole('combobox', { name: 'SKU' }).nth(1).click();
  await page.getByRole('option', { name: /Kettle/ }).click();
  await field('Price', 1).fill('20');
  await field('List price', 1).fill('10');
  await field('Stock', 1).fill('10');
  const typed = () => page.locator('form input, form textarea').evaluateAll((all) => all.map((each) => each.value));
  const before = await typed();
  await press(page, 'Save the draft');
  const errors = await errorsOf(page);
  checkPlain(errors);
  assert.deepEqual(Object.keys(errors).sort(), [
    'Ends', 'Limit for each customer', 'List price (optional)', 'List price (optional) 2', 'Name', 'Price', 'SKU', 'Stock',
    'Time to pay, in minutes', 'Traffic tag (optional)',
  ], JSON.stringify(errors, null, 1));
  assert.match(errors.Ends, /2030-01-02 20:00:00 UTC\+8/, 'in the zone of the page');
  await page.getByRole('alert').getByText('10 fields need a look.').waitFor();
  assert.deepEqual(await typed(), before, 'what was typed stays');
  await checkAccess(page, 'an editor with everything wrong');
  assert.deepEqual((await shop.owner.good('GET', '/admin/v1/activities')).activities, [], 'nothing was kept');

  // What is changed is said to be wrong no more, also where the other of two fields was changed.
  const has = async (label) => label in (await said(page));
  await field('Starts').fill('2029-12-31 20:00:00');
  await until(async () => !(await has('Ends')), 'the end is right again');
  await field('Stock').fill('5');
  await until(async () => !(await has('Stock')), 'the stock is looked at again');
  assert.ok(await has('Name'));
  await page.getByRole('alert').getByText('8 fields need a look.').waitFor();
  // The errors of a row go with it, and those of the next stay with theirs.
  await page.getByRole('button', { name: 'Remove item 1' }).click();
  await until(async () => !(await has('SKU')), 'the first row is gone');
  assert.deepEqual(Object.keys(await said(page)), ['Name', 'List price (optional)']);

  await field('Name').fill('Evening sale');
  await field('List price').fill('30');
  await press(page, 'Save the draft');
  await page.getByRole('heading', { name: 'Evening sale' }).waitFor();

  // Of an edit, before the differences are shown.
  await page.getByRole('button', { name: 'Edit', exact: true }).click();
  await field('Ends').fill('2029-01-01 20:00:00');
  await field('Stock').fill('1.5');
  await press(page, 'Look over and save');
  assert.deepEqual(Object.keys(await errorsOf(page)), ['Ends', 'Stock']);
  await field('Stock').fill('7');
  await press(page, 'Look over and save');
  assert.deepEqual(Object.keys(await errorsOf(page)), ['Ends']);
  assert.equal(await page.getByRole('dialog').count(), 0);
  await field('Ends').fill('2030-01-01 20:00:00');
  await press(page, 'Look over and save');
  await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
  await page.getByRole('heading', { name: 'Evening sale' }).waitFor();
});

/** The errors alone: while somebody mends, the focus is theirs. */
async function said(page) {
  return page.evaluate(() =>
    Object.fromEntries(
      [...document.querySelectorAll('.field .error')].map((error) => [
        error.closest('.field').querySelector('label').textContent.trim(),
        error.textContent,
      ]),
    ),
  );
}

const kLong = 'x'.repeat(300);
/** Each form, what is typed into it, and beside which fields something must be said. */
const kForms = [
  {
    what: 'a new product, empty', path: '/products/new', button: 'Save',
    wrong: ['Code', 'Title', 'SKU code', 'SKU title'],
  },
  {
    what: 'a new product with nothing right', path: '/products/new', button: 'Save',
    type: { Code: 'Ü 1', Title: '   ', 'Image address': 'phone.jpg', 'SKU code': '\u200f', 'SKU title': '😀' },
    wrong: ['Code', 'Title', 'Image address (optional)', 'SKU code'],
  },
  {
    what: 'a password, empty', path: '/account', button: 'Change the password',
    wrong: ['Current password', 'New password'],
  },
  {
    what: 'a password that is wrong', path: '/account', button: 'Change the password',
    type: { 'Current password': 'no', 'New password': 'short' }, wrong: ['New password'],
  },
  {
    what: 'the second factor', path: '/account', open: 'Set it up', button: 'Continue', wrong: ['Password'],
  },
  {
    what: 'a person, empty', path: '/users', open: 'Add a person', button: 'Add a person',
    type: { 'First password': '' }, wrong: ['Name', 'First password'],
  },
  {
    what: 'a person, wrong', path: '/users', open: 'Add a person', button: 'Add a person',
    type: { Name: 'Ольга 😀', 'First password': 'password12' }, wrong: ['Name', 'First password'],
  },
  {
    what: 'a person whose name is taken', path: '/users', open: 'Add a person', button: 'Add a person',
    type: { Name: 'rita-reviewer' }, wrong: ['Name'],
  },
  {
    what: 'a risk entry, empty', path: '/risk', open: 'Add an entry', button: 'Add an entry',
    wrong: ['Who', 'Reason'],
  },
  {
    what: 'a risk entry, wrong', path: '/risk', open: 'Add an entry', button: 'Add an entry',
    type: { Who: '300.1.2.3', 'Until': '2020-01-01 00:00:00' }, wrong: ['Who', 'Until (optional)', 'Reason'],
  },
];

test('every form says beside its fields what is wrong, keeps what was typed, and is refused by the server', async (t) => {
  const shop = await Shop.open(t);
  const page = await person(t, browser);
  await signIn(page, shop.server, 'olga-owner', '/');
  for (const { what, path, open, button, type = {}, wrong } of kForms) {
    await t.test(what, async () => {
      await page.goto(`${shop.server.console}/admin${path}`);
      await settled(page);
      if (open) await page.getByRole('button', { name: open, exact: true }).first().click();
      const place = open ? page.getByRole('dialog') : page.locator('main');
      for (const [label, text] of Object.entries(type)) await labelled(place, label).fill(text);
      let status = 0;
      page.on('response', (answer) => answer.request().method() === 'POST' && (status = answer.status()));
      await press(page, button);
      assert.ok([400, 409, 422].includes(status), `the server answered ${status}`);
      const errors = await errorsOf(page);
      checkPlain(errors);
      assert.deepEqual(Object.keys(errors), wrong, JSON.stringify(errors, null, 1));
      for (const [label, text] of Object.entries(type))
        assert.equal(await labelled(place, label).inputValue(), text, 'what was typed stays');
      await checkAccess(page, what);
    });
  }
});

test('a connection that is lost and a session that ends take nothing that was typed, nor what was said of it', async (t) => {
  const shop = await Shop.open(t);
  const page = await person(t, browser);
  await signIn(page, shop.server, 'olga-owner', '/activities/new');
  const stock = labelled(page, 'Stock');
  await stock.fill('0');
  await page.context().setOffline(true);
  await press(page, 'Save the draft');
  assert.ok('Name' in (await errorsOf(page)), 'what this side sees is told without the server');
  await page.context().setOffline(false);
  await labelled(page, 'Name').fill('Evening sale');
  await page.context().clearCookies();
  await page.getByRole('button', { name: 'Save the draft' }).click();
  const dialog = page.getByRole('dialog', { name: 'Your session has ended' });
  await dialog.locator('input[name=password]').fill(password);
  await dialog.getByRole('button', { name: 'Sign in' }).click();
  await page.getByText('The stock is 1 to 1,099,511,627,776 units.').waitFor();
  assert.equal(await stock.inputValue(), '0');
  assert.equal(await labelled(page, 'Name').inputValue(), 'Evening sale');
});

test('a list of products is read as its bytes are, and what is wrong with it is told by line', async (t) => {
  const shop = await Shop.open(t);
  const page = await person(t, browser);
  await signIn(page, shop.server, 'olga-owner', '/products/import');
  const head = 'product_code,product_title,sku_code,sku_title';
  const titled = Buffer.from([0xca, 0xd6, 0xbb, 0xfa]); // 手机 in GBK, as a spreadsheet may save it
  for (const [what, bytes, said] of [
    ['another encoding', [Buffer.from(`${head}\nP-1,`), titled, Buffer.from(',P-1-A,x\n')], /not UTF-8/],
    ['another header', [`code,title\nP-1,Kettle\n`], /no column "code"/],
    ['a quote that stays open', [`${head}\nP-1,"Kettle,P-1-A,x\n`], /never ends/],
  ]) {
    const buffer = Buffer.concat(bytes.map((each) => Buffer.from(each)));
    await page.locator('input[type=file]').setInputFiles({ name: 'list.csv', mimeType: 'text/csv', buffer });
    await page.getByRole('button', { name: 'Import it', exact: true }).click();
    await page.getByRole('alert').getByText(said).first().waitFor();
    await checkAccess(page, what);
  }
  const good = Buffer.from(`\ufeff${head}\r\nP-1,手机,P-1-A,"red, 6"" display"\r\n`);
  await page.locator('input[type=file]').setInputFiles({ name: 'list.csv', mimeType: 'text/csv', buffer: good });
  await page.getByRole('button', { name: 'Import it', exact: true }).click();
  await page.getByRole('link', { name: 'To the products' }).waitFor();
  const { products } = await shop.owner.good('GET', '/admin/v1/products');
  assert.deepEqual(products.map(({ title, skus }) => [title, skus[0].title]), [['手机', 'red, 6" display']]);
});
