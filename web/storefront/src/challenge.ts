// SPDX-License-Identifier: Apache-2.0
// Challenge: the question in front of a purchase, where an item asks one. It is text, so that it
// can be read aloud and typed. The question is the server's; so is what a right answer is.
import { done, type Answer } from './request';
import { personal } from './session';
import { closeDialog, find, openDialog, say, tell } from './view';

interface Question {
  challenge_id: string;
  question: string;
}

export interface Solved {
  challenge_id: string;
  answer: string;
}

let resolve: ((solved: Solved | null) => void) | null = null;
let question: Question | null = null;

function settle(solved: Solved | null): void {
  const waiting = resolve;
  resolve = null;
  question = null;
  closeDialog(find('challenge'));
  if (waiting) waiting(solved);
}

/** Ends an open question without an answer: the sale is over. */
export function dropChallenge(): boolean {
  if (!resolve) return false;
  settle(null);
  return true;
}

/**
 * Asks the customer a question of this item. The refusal if there is none to ask; null if the
 * customer closed it, which the next press of the button makes another question. `isAgain`: the last answer was wrong.
 */
export async function solve(item: string, isAgain: boolean): Promise<Solved | null | Answer> {
  const asked = await personal<Question>('POST', `/v1/items/${item}/challenge`, { body: {} });
  if (!done(asked)) return asked as unknown as Answer;
  question = asked.body;
  find('challenge-question').textContent = question.question;
  const field = find<HTMLInputElement>('challenge-answer');
  field.value = '';
  field.removeAttribute('aria-invalid');
  const note = find('challenge-note');
  note.className = 'note bad';
  say(note, isAgain ? 'e_challenge_failed' : '');
  openDialog(find('challenge'));
  field.focus();
  return new Promise((settled) => {
    resolve = settled;
  });
}

export function startChallenge(): void {
  find('challenge-form').addEventListener('submit', (event) => {
    event.preventDefault();
    const field = find<HTMLInputElement>('challenge-answer');
    const answer = field.value.trim();
    if (!question) return;
    if (!answer) {
      field.setAttribute('aria-invalid', 'true');
      tell(find('challenge-note'), 'answer_bad', undefined, 'bad');
      field.focus();
      return;
    }
    settle({ challenge_id: question.challenge_id, answer });
  });
  find('challenge-close').addEventListener('click', () => settle(null));
  find('challenge').addEventListener('close', () => {
    if (resolve) settle(null);
  });
}
