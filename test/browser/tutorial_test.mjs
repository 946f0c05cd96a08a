// SPDX-License-Identifier: Apache-2.0
// The tutorial is true: every step is done in the order of the text. What a step presses, fills in and sees is taken
// from the text (**bold** is on the screen, `code` is typed), in both languages, so that text and screen cannot part.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { codeOf, openBrowser, person, startDemo } from './harness.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));

let browser;
before(async () => (browser = await openBrowser()));
after(() => browser.close());

/** The steps of a tutorial as a row of words to press, to type and to see. */
class Steps {
  constructor(file) {
    const text = readFileSync(join(root, 'docs', file), 'utf8').replace(/^```[^]*?^```$/gm, '');
    const lines = text.slice(text.indexOf('\n## ')).match(/^\d\. .*(?:\n {3}.*)*/gm);
    this.words = lines.join('\n').replace(/\n +/g, ' ').matchAll(/\*\*(.+?)\*\*|`(.+?)`/g);
  }

  next(kind) {
    const { value, done } = this.words.next();
    assert.ok(!done, 'the text ends before the play');
    const [all, bold, code] = value;
    assert.ok({ bold, code }[kind], `the play wants ${kind} where the text has ${all}`);
    return { bold, code }[kind];
  }

  end() {
    assert.deepEqual([...this.words].map(String), [], 'the text goes on after the play');
  }

  /** A button by its whole name, or a link with the name in its own. */
  async press(where) {
    const name = this.next('bold');
    const button = where.getByRole('button', { name, exact: true });
    await button.or(where.getByRole('link', { name })).first().click();
  }

  /** The button with which a dialog goes away. */
  async pressLast(dialog) {
    await this.press(dialog);
    await dialog.waitFor({ state: 'detached' });
  }

  /** The field of this name with what the text says, or with `secret`, which the text cannot know. */
  async fill(where, secret) {
    const name = this.next('bold');
    await where.getByLabel(name, { exact: true }).fill(secret ?? this.next('code'));
  }

  async see(page, what = 'body') {
    await page.locator(what).filter({ visible: true, hasText: this.next('bold') }).first().waitFor();
  }
}

for (const [file, language] of [['tutorial.md', 'en'], ['tutorial.zh-CN.md', 'zh']])
  test(`${file} works as it is written`, async (t) => {
    const demo = await startDemo(t);
    const steps = new Steps(file);
    const desk = await person(t, browser, { language });
    const other = await person(t, browser, { language });
    const [dialog, otherDialog] = [desk.getByRole('dialog'), other.getByRole('dialog')];

    // 2. Buy a phone
    await desk.goto(demo.public);
    await steps.press(desk);
    await steps.press(desk);
    await steps.press(desk);
    await steps.fill(dialog);
    await steps.fill(dialog, demo.buyerPassword);
    await steps.press(dialog);
    await steps.see(desk);
    await steps.press(desk);
    await steps.press(desk);
    await steps.see(desk, 'h1');
    await steps.see(desk, '.badge');

    // 3. Open the console
    await desk.goto(demo.setupLink);
    await steps.fill(desk);
    await steps.fill(desk);
    await steps.press(desk);
    await steps.see(desk);

    // 4. Write a product
    await steps.press(desk);
    await steps.press(desk);
    for (let field = 0; field < 4; ++field) await steps.fill(desk);
    await steps.press(desk);

    // 5. Write an activity
    await steps.press(desk);
    await steps.press(desk);
    await steps.fill(desk);
    const starts = desk.getByRole('textbox', { name: steps.next('bold'), exact: true });
    await desk.getByRole('button', { name: new RegExp(`^${steps.next('bold')}`) }).click();
    const ends = desk.getByRole('textbox', { name: steps.next('bold'), exact: true });
    const [day, time] = (await starts.inputValue()).split(' ');
    const next = new Date(`${day}T${time}Z`);
    next.setUTCHours(next.getUTCHours() + 1);
    await ends.fill(next.toISOString().slice(0, 19).replace('T', ' '));
    await ends.press('Enter');
    const sku = desk.getByRole('combobox', { name: steps.next('bold') });
    await sku.click();
    await sku.fill(steps.next('code'));
    await desk.getByRole('option', { name: steps.next('bold') }).click();
    await steps.fill(desk);
    await steps.fill(desk);
    await steps.press(desk);
    await steps.press(desk);
    await steps.pressLast(dialog);

    // 6. A second person approves
    await other.goto(`${demo.console}/admin`);
    await steps.fill(other);
    await steps.fill(other, demo.reviewerPassword);
    await steps.press(other);
    await steps.press(other);
    await steps.press(other);
    await steps.press(other);
    await steps.pressLast(otherDialog);
    await desk.reload();
    await steps.see(desk, '.tag');
    await steps.press(desk);
    await steps.pressLast(dialog);
    await steps.see(desk, '.tag');

    // 7. Watch it while somebody buys
    await steps.press(desk.getByRole('main'));
    await other.goto(demo.public);
    await steps.press(other);
    await steps.press(other);
    await steps.press(other);
    await steps.fill(otherDialog);
    await steps.fill(otherDialog, demo.buyerPassword);
    await steps.press(otherDialog);
    await steps.see(other);
    const row = desk.getByRole('row', { name: /Teapot/ });
    await row.locator(`[data-label="${steps.next('bold')}"]`, { hasText: /^1$/ }).waitFor();
    await steps.press(other);
    await steps.press(other);
    await row.locator(`[data-label="${steps.next('bold')}"]`, { hasText: /^1 / }).waitFor(); // and how many are paid
    await steps.press(desk);
    await steps.see(desk);

    // 8. Pause it, and end it
    await steps.press(desk);
    await dialog.getByRole('textbox').first().fill(steps.next('code'));
    await steps.fill(dialog);
    await steps.pressLast(dialog);
    await other.goto(demo.public);
    await steps.press(other);
    await steps.press(other);
    await steps.see(other);
    await steps.press(desk);
    await dialog.getByRole('textbox').first().fill(steps.next('code'));
    await steps.fill(dialog);
    await steps.pressLast(dialog);
    await steps.press(desk);
    await dialog.getByRole('textbox').first().fill(steps.next('code'));
    await steps.fill(dialog);
    await steps.pressLast(dialog);

    // 9. Look at what happened
    const menu = desk.getByRole('navigation');
    await steps.press(menu);
    await desk.getByRole('rowheader').first().getByRole('link').click();
    await steps.see(desk);
    await steps.press(menu);
    await steps.see(desk);
    await steps.press(menu);
    await steps.press(desk);
    await desk.getByText(/intact|完整/).first().waitFor();

    // 10. Add a second factor
    await desk.locator('summary', { hasText: 'shop-owner' }).click();
    await steps.press(desk);
    await steps.press(desk);
    await steps.fill(dialog);
    await steps.press(dialog);
    const secret = (await dialog.locator('code').first().innerText()).replaceAll(' ', '');
    await steps.fill(dialog, codeOf(secret));
    await steps.press(dialog);
    await steps.pressLast(dialog);
    steps.end();
  });
