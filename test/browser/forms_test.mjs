// SPDX-License-Identifier: Apache-2.0
// The forms of the console with bad input: whoever presses the button once sees all that is wrong, each beside its
// field and told to screen readers as of that field; what was typed stays, and the server refuses the same by itself.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import {
  checkAccess, openBrowser, Operator, password, person, Server, settled, Shop, signIn, until,
} from './harness.mjs';

let browser;
before(async () => (browser = await openBrowser()));
after(() => browser.close());

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
    what: 'a product whose titles nobody sees or that turn around', path: '/products/new', button: 'Save',
    type: { Code: 'P-1', Title: 'Phone \u202e enohp', 'SKU code': 'P-1-A', 'SKU title': '\u200b' },
    wrong: ['Title', 'SKU title'],
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

test('what is wrong with an activity is told where it is submitted or approved, with the way to mend it', async (t) => {
  const shop = await Shop.open(t);
  const sku_id = await shop.owner.sku('Kettle');
  const add = (name, items, endsInMs) =>
    shop.owner.good('POST', '/admin/v1/activities', {
      name, starts_at: new Date(Date.now() - 60_000).toISOString(), ends_at: new Date(Date.now() + endsInMs).toISOString(), items,
    });
  const empty = await add('Nothing to sell', [], 3_600_000);
  const price = { amount: 100, currency: 'CNY' };
  const item = { sku_id, price, stock: 1 };
  const short = await add('Over soon', [item], 3000);
  await shop.owner.good('POST', `/admin/v1/activities/${short.id}/submit`, {});
  const page = await person(t, browser);
  await signIn(page, shop.server, 'olga-owner', `/activities/${empty.id}`);
  for (const [language, submit, said, editor] of [
    ['en', 'Submit for review', 'The activity sells nothing yet. Add an item.', 'To the editor'],
    ['zh-CN', '提交审核', '该活动还没有商品。请添加活动商品。', '前往编辑'],
  ]) {
    await page.evaluate((now) => localStorage.setItem('sluice.language', now), language);
    await page.goto(`${shop.server.console}/admin/activities/${empty.id}`);
    await page.getByRole('button', { name: submit, exact: true }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: submit, exact: true }).click();
    await dialog.getByText(said).waitFor();
    assert.doesNotMatch(await dialog.innerText(), kJargon);
    await checkAccess(page, 'a submission that is refused');
    await dialog.getByRole('link', { name: editor }).click();
    await page.waitForURL(/\/edit$/);
    assert.equal(await page.getByRole('dialog').count(), 0);
  }
  await until(() => Date.now() > Date.parse(short.ends_at), 'it is over');
  const reviewer = await person(t, browser);
  await signIn(reviewer, shop.server, 'rita-reviewer', `/activities/${short.id}`);
  await reviewer.getByRole('button', { name: 'Approve', exact: true }).click();
  const dialog = reviewer.getByRole('dialog');
  await dialog.getByRole('button', { name: 'Approve', exact: true }).click();
  await dialog.getByText('It cannot be approved like this any more. Reject it, so that it can be changed.').waitFor();
  await dialog.getByText(/is past|has passed|past: it is|UTC/).first().waitFor();
  assert.doesNotMatch(await dialog.innerText(), kJargon);
});

test('of a single wrong field nothing is said but beside it', async (t) => {
  const shop = await Shop.open(t);
  const page = await person(t, browser);
  await signIn(page, shop.server, 'olga-owner', '/account');
  await labelled(page, 'Current password').fill('not this one');
  await labelled(page, 'New password').fill('five quiet words in here');
  await press(page, 'Change the password');
  assert.deepEqual(await errorsOf(page), { 'Current password': 'The current password is wrong.' });
  assert.deepEqual((await page.getByRole('alert').allInnerTexts()).join('').trim(), '');
  await checkAccess(page, 'a wrong current password');
});

test('two tabs that save the same: who was slower is told, and loses nothing', async (t) => {
  const shop = await Shop.open(t);
  const sku_id = await shop.owner.sku('Kettle');
  const { products } = await shop.owner.good('GET', '/admin/v1/products');
  const activity = await shop.owner.good('POST', '/admin/v1/activities', {
    name: 'Evening sale', starts_at: '2040-01-01T00:00:00Z', ends_at: '2040-01-02T00:00:00Z',
    items: [{ sku_id, price: { amount: 100, currency: 'CNY' }, stock: 1, limit_per_user: 5 }],
  });
  const first = await person(t, browser);
  await signIn(first, shop.server, 'olga-owner', '/');
  const second = await first.context().newPage();
  for (const [path, field, save, fresh] of [
    [`/products/${products[0].id}`, 'Title', 'Save', 'Save'],
    [`/activities/${activity.id}/edit`, 'Name', 'Look over and save', 'Save'],
  ]) {
    for (const page of [first, second]) await page.goto(`${shop.server.console}/admin${path}`);
    await labelled(first, field).fill('From the first tab');
    await labelled(second, field).fill('From the second tab');
    await press(first, save);
    if (fresh !== save) await first.getByRole('dialog').getByRole('button', { name: fresh, exact: true }).click();
    await first.getByText('Saved').first().waitFor();
    await second.getByRole('button', { name: save, exact: true }).click();
    await second.getByRole('button', { name: 'Keep mine' }).waitFor();
    assert.equal(await labelled(second, field).inputValue(), 'From the second tab');
    const [product] = (await shop.owner.good('GET', '/admin/v1/products')).products;
    assert.equal(product.title, 'From the first tab', 'the second did not overwrite it');
  }
  const kept = await shop.owner.good('GET', `/admin/v1/activities/${activity.id}`);
  assert.equal(kept.name, 'From the first tab');
});

test('a tab whose person signed in anew in another one goes on', async (t) => {
  const shop = await Shop.open(t);
  const page = await person(t, browser);
  await signIn(page, shop.server, 'olga-owner', '/products/new');
  const other = await page.context().newPage();
  await other.goto(`${shop.server.console}/admin/`);
  await other.evaluate(async ([name, secret]) => {
    await fetch('/admin/v1/sessions', {
      method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ name, password: secret }),
    });
  }, ['olga-owner', password]);
  for (const [label, text] of [['Code', 'P-1'], ['Title', 'Kettle'], ['SKU code', 'P-1-A'], ['SKU title', 'Kettle']])
    await labelled(page, label).fill(text);
  await press(page, 'Save');
  await page.getByText('Saved').first().waitFor();
});

test('a file of more than 4 MiB is refused before it is sent, and the one before it is not sent either', async (t) => {
  const shop = await Shop.open(t);
  const page = await person(t, browser);
  await signIn(page, shop.server, 'olga-owner', '/products/import');
  const row = 'P-1,Kettle,P-1-A,Kettle\n';
  const choose = (text) =>
    page.locator('input[type=file]').setInputFiles({ name: 'list.csv', mimeType: 'text/csv', buffer: Buffer.from(text) });
  const posts = [];
  page.on('request', (request) => request.method() === 'POST' && posts.push(request.url()));
  await choose(`product_code,product_title,sku_code,sku_title\n${row}`);
  await page.getByRole('button', { name: 'Import it', exact: true }).waitFor();
  await choose(row.repeat(4 * 1024 * 1024 / row.length + 1));
  await page.getByRole('alert').getByText(/4 MiB/).waitFor();
  assert.equal(await page.getByRole('button', { name: 'Import it', exact: true }).count(), 0);
  assert.deepEqual(posts, []);
  await checkAccess(page, 'a file that is too long');
});

test('an option that is pressed stays until it is chosen, whatever answer comes meanwhile', async (t) => {
  const shop = await Shop.open(t);
  await shop.owner.sku('Kettle');
  await shop.owner.sku('Phone');
  const page = await person(t, browser);
  await signIn(page, shop.server, 'olga-owner', '/activities/new');
  const held = [];
  await page.route(/\/admin\/v1\/products\?/, async (route) => {
    if (!/search=/.test(route.request().url())) return route.continue();
    await new Promise((resolve) => held.push(resolve));
    return route.continue();
  });
  const box = page.getByRole('combobox', { name: 'SKU' });
  await box.click();
  const option = page.getByRole('option', { name: /Kettle/ });
  await option.waitFor();
  await box.pressSequentially('phone');
  await until(() => held.length > 0, 'the search is asked');
  await option.hover();
  await page.mouse.down();
  const answered = page.waitForResponse(/search=/);
  for (const go of held) go();
  await (await answered).finished();
  await settled(page);
  await page.mouse.up();
  await until(async () => (await labelled(page, 'Title for customers').inputValue()) !== '' ||
    (await page.getByRole('group', { name: 'Item 1' }).innerText()).includes('Kettle'), 'the kettle is chosen');
});

test('the answer to an older search does not replace that of a newer one', async (t) => {
  const shop = await Shop.open(t);
  await shop.owner.sku('Kettle');
  const page = await person(t, browser, { mayFail: /products/ });
  await signIn(page, shop.server, 'olga-owner', '/activities/new');
  let failOlder;
  await page.route(/search=phone/, async (route) => {
    await new Promise((resolve) => (failOlder = resolve));
    return route.fulfill({ status: 503, contentType: 'application/problem+json', body: '{"code":"busy"}' });
  });
  const box = page.getByRole('combobox', { name: 'SKU' });
  await box.click();
  await box.pressSequentially('phone');
  await until(() => failOlder, 'the older search is asked');
  await box.fill('Kett');
  const newer = page.waitForResponse(/search=Kett/);
  await newer;
  const answered = page.waitForResponse(/search=phone/);
  failOlder();
  await (await answered).finished();
  await settled(page);
  await page.getByRole('option', { name: /Kettle/ }).click();
});

test('who signs in or sets up with bad input is told beside the field', async (t) => {
  const shop = await Server.start(t);
  const page = await person(t, browser);
  await page.goto(shop.setupLink);
  for (const [type, wrong] of [
    [{ Name: '', Password: '' }, ['Name', 'Password']],
    [{ Name: '   ', Password: 'short' }, ['Name', 'Password']],
    [{ Name: kLong, Password: kLong.repeat(9) }, ['Name', 'Password']],
    [{ Name: 'olga-owner', Password: 'olga-owner olga-owner' }, ['Password']],
  ]) {
    for (const [label, text] of Object.entries(type)) await labelled(page, label).fill(text);
    await page.locator('button[type=submit]').click();
    await settled(page);
    const errors = await errorsOf(page);
    checkPlain(errors);
    assert.deepEqual(Object.keys(errors), wrong, JSON.stringify(errors));
    await checkAccess(page, 'a set-up that is refused');
  }
  await Operator.setUp(shop);
  await page.goto(`${shop.console}/admin/`);
  await page.locator('input[name=name]').waitFor();
  for (const [type, wrong] of [
    [{ Name: '', Password: '' }, ['Name', 'Password']],
    [{ Name: '   ', Password: 'x' }, ['Name']],
    [{ Name: kLong, Password: kLong.repeat(9) }, ['Name', 'Password']],
    [{ Name: 'nobody', Password: 'what is this' }, []],
  ]) {
    for (const [label, text] of Object.entries(type)) await labelled(page, label).fill(text);
    await page.locator('button[type=submit]').click();
    await settled(page);
    await until(async () => (await page.getByRole('alert').innerText()) !== '' || wrong.length > 0, 'it is refused');
    const errors = await errorsOf(page);
    checkPlain(errors);
    assert.deepEqual(Object.keys(errors), wrong, JSON.stringify(errors));
    if (wrong.length === 0) await page.getByText('The name or the password is wrong.').waitFor();
    assert.equal(await labelled(page, 'Name').inputValue(), type.Name);
    await checkAccess(page, 'a sign-in that is refused');
  }
});

test('the filters of the audit log and of the orders say what is wrong with them, or that nothing is found', async (t) => {
  const shop = await Shop.open(t);
  const { activity } = await shop.sell();
  const page = await person(t, browser);
  await signIn(page, shop.server, 'olga-owner', '/audit');
  await page.getByRole('table').first().waitFor();
  const fill = async (label, text) => {
    await labelled(page, label).fill(text);
    await labelled(page, label).press('Enter');
    await labelled(page, label).blur();
    await settled(page);
  };
  await fill('From', '2030-01-02 00:00:00');
  await fill('To', '2030-01-01 00:00:00');
  await until(async () => /before/.test((await said(page)).To ?? ''), 'the range is the wrong way round');
  await fill('To', 'yesterday or so');
  await until(async () => 'To' in (await said(page)), 'this is no time');
  await checkAccess(page, 'a filter that is wrong');
  await page.getByRole('button', { name: 'Clear the filter' }).click();
  await fill('About', kLong);
  await page.getByRole('alert').getByText('Write it as it stands in the log. It may be too long.').waitFor();
  await fill('About', 'activity/999');
  await page.getByText('No entry matches').waitFor();

  for (const query of ['activity_id=x', 'item_id=-1', 'user_id=me', 'state=gone', `q=${kLong}`, 'activity_id=999', 'q=nobody']) {
    await page.goto(`${shop.server.console}/admin/orders?${query}`);
    await settled(page);
    const text = await page.locator('main').innerText();
    assert.doesNotMatch(text, /\?\w+_id|must be|hexadecimal/, query);
    await checkAccess(page, `orders of ${query}`);
  }
  const words = page.getByRole('search').locator('input');
  await words.fill('   ');
  await words.press('Enter');
  await words.fill('99999999999');
  await words.press('Enter');
  await page.waitForURL(/\/orders\/99999999999$/);
  await settled(page);
  assert.match(await page.locator('main').innerText(), /No order matches/);

  // A red button: what must be typed, and why.
  await page.goto(`${shop.server.console}/admin/activities/${activity}`);
  await page.getByRole('button', { name: 'Pause', exact: true }).click();
  await press(page, 'Pause');
  const empty = await errorsOf(page);
  assert.ok(Object.keys(empty).length >= 1, JSON.stringify(empty));
  checkPlain(empty);
  const dialog = page.getByRole('dialog');
  for (const box of await dialog.locator('input, textarea').all()) await box.fill('   ');
  await press(page, 'Pause');
  assert.deepEqual(Object.keys(await errorsOf(page)), Object.keys(empty));
  for (const box of await dialog.locator('textarea').all()) await box.fill('Too \u202e much.');
  for (const box of await dialog.locator('input').all()) await box.fill('Evening sale');
  await press(page, 'Pause');
  await until(async () => /direction of writing/.test(await dialog.innerText()), 'the reason is refused');
  await checkAccess(page, 'a red button that is refused');
});
