// SPDX-License-Identifier: Apache-2.0
// Session: requests in the customer's name, and signing in. The form is the same in the dialog of
// most pages and in the middle of the account page.
import { type Answer, done, type Options, request } from './request';
import { enter, leave, token } from './token';
import { closeDialog, find, openDialog, refusal, say } from './view';
import type { Key } from './words';

/** Put in by the build: the dialog on other pages has no room for more than the usual. */
declare const ACCOUNT: boolean;

let after: (() => void) | null = null; // what signing in interrupted
let signedIn: () => void = () => {}; // what the page does then

/** A request in the customer's name. A session that is over is left. */
export async function personal<Body = Record<string, unknown>>(
  method: 'GET' | 'POST',
  path: string,
  options: Options = {},
): Promise<Answer<Body>> {
  const used = token();
  if (!used) return { status: 401, body: {} as Body, code: 'unauthorized', wait: 0 };
  const answer = await request<Body>(method, path, Object.assign({ token: used }, options));
  if (answer.status === 401) leave(used);
  return answer;
}

// The form.

/** What is wrong with what was typed, field by field, before the server is asked. */
export function complaints(name: string, password: string, creating: boolean): [Key | '', Key | ''] {
  const nameBad = /^[a-z0-9._-]{3,32}$/.test(name) ? '' : 'name_bad';
  if (!creating) return [nameBad, password ? '' : 'password_short'];
  const isBad = Array.from(password).length < 10 || password.toLowerCase().includes(name);
  return [nameBad, isBad ? 'password_bad' : ''];
}

let creating = false;

/** Under the field: what is wrong with it; else, for who creates an account, what it has to be. */
function complain(field: 'name' | 'password', key: Key | ''): void {
  const note = find('sign-' + field + '-rule');
  const rule = creating ? ((field + '_bad') as Key) : '';
  say(note, key || rule);
  note.className = key ? 'wrong' : 'hint';
  note.hidden = !key && !rule;
  const input = find('sign-' + field);
  if (key) input.setAttribute('aria-invalid', 'true');
  else input.removeAttribute('aria-invalid');
}

function drawForm(): void {
  say(find('sign-title'), creating ? 'sign_up' : 'sign_in');
  say(find('sign-go'), creating ? 'sign_up' : 'sign_in');
  say(find('sign-other'), creating ? 'sign_in' : 'sign_up');
  complain('name', '');
  complain('password', '');
  find('sign-password').setAttribute(
    'autocomplete',
    creating ? 'new-password' : 'current-password',
  );
}

interface Person {
  name: string;
  password: string;
}

let unanswered = ''; // the name and password of a try whose answer was lost

async function create(person: Person): Promise<Answer | null> {
  const made = await request('POST', '/v1/accounts', { body: person });
  let isOurs = false;
  if (ACCOUNT) {
    // The name may be taken by the try before.
    const tried = JSON.stringify(person);
    isOurs = made.code === 'name_taken' && tried === unanswered;
    if (!made.status) unanswered = tried;
  }
  creating = !done(made) && !isOurs; // what is left to do is signing in
  return creating ? made : null;
}

interface Opened {
  token: string;
  expires_at: string;
}

async function open(person: Person): Promise<Answer<Opened> | null> {
  const opened = await request<Opened>('POST', '/v1/sessions', { body: person });
  if (!done(opened)) return opened;
  enter(opened.body, person.name);
  return null;
}

/** Puts a refusal beside the field that it is about. */
function refuse(refused: Answer<unknown>, isNew: boolean): void {
  let code = refused.code;
  if (!isNew && refused.status === 401) code = 'credentials';
  if (isNew && (refused.status === 404 || refused.status === 403)) code = 'no_accounts';
  if (code === 'name_taken') return complain('name', 'e_name_taken');
  const errors = (refused.body as { errors?: { pointer: string }[] }).errors || [];
  errors.forEach((error) => {
    if (error.pointer === '/name') complain('name', 'name_bad');
    if (error.pointer === '/password') complain('password', 'password_bad');
  });
  if (document.querySelector('#sign-form [aria-invalid]')) return; // it stands beside the field
  const [key, values] = refusal(code, refused.wait);
  const note = find('sign-note');
  note.className = 'note bad';
  say(note, key, values);
}

let busy = false;
async function sign(): Promise<void> {
  if (busy) return;
  const nameField = find<HTMLInputElement>('sign-name');
  const passwordField = find<HTMLInputElement>('sign-password');
  const person = {
    name: nameField.value.trim().toLowerCase(),
    password: passwordField.value,
  };
  const [nameBad, passwordBad] = complaints(person.name, person.password, creating);
  complain('name', nameBad);
  complain('password', passwordBad);
  say(find('sign-note'), '');
  if (nameBad || passwordBad) return (nameBad ? nameField : passwordField).focus();
  busy = true;
  const go = find<HTMLButtonElement>('sign-go');
  go.disabled = true;
  say(go, 'working');
  const isNew = creating;
  const refused = (isNew ? await create(person) : null) || (await open(person));
  busy = false;
  go.disabled = false;
  if (ACCOUNT && isNew && refused && refused.status === 401) {
    // It was taken by somebody else after all.
    creating = true;
    refused.code = 'name_taken';
  }
  drawForm();
  if (refused) {
    refuse(refused, isNew);
    if (!document.querySelector('#sign-form [aria-invalid]')) find('sign-go').focus();
    return;
  }
  passwordField.value = '';
  if (ACCOUNT) unanswered = '';
  creating = false;
  drawForm();
  const then = after || signedIn;
  closeSign();
  then();
}

const dialog = (): HTMLElement | null => document.getElementById('sign');

/** Who closes it while the answer is on its way wants nothing done any more. */
function closeSign(): void {
  after = null;
  const there = dialog();
  if (there) closeDialog(there);
}

/** Asks to sign in; `then` goes on with what was interrupted. */
export function askSignIn(then?: () => void): void {
  after = then || null;
  const there = dialog();
  if (!there) return;
  say(find('sign-note'), '');
  openDialog(there);
  find('sign-name').focus();
}

/** A word inside the dialog, if it is open. */
export function warnWhileSigning(key: Key): void {
  const there = dialog() as HTMLDialogElement | null;
  if (!there || !there.open) return;
  find('sign-note').className = 'note';
  say(find('sign-note'), key);
}

/** Before the frame starts; `then` is what the page does when somebody has signed in. */
export function startSession(then: () => void): void {
  signedIn = then;
  drawForm();
  find('sign-form').addEventListener('submit', (event) => {
    event.preventDefault();
    void sign();
  });
  find('sign-other').addEventListener('click', () => {
    creating = !creating;
    say(find('sign-note'), '');
    drawForm();
    find('sign-name').focus();
  });
  const there = dialog();
  if (!there) return;
  find('sign-close').addEventListener('click', closeSign);
  // By the Escape key. An old web view has no such event, nor the key.
  there.addEventListener('close', () => {
    after = null;
  });
}

