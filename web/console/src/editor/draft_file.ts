// SPDX-License-Identifier: Apache-2.0
// Draft file: whether what stands in a file is a draft. It looks at the types only, since half an
// activity may be kept in a file; what is not allowed, the editor and the server say.
import { type ActivityDraft, type ItemDraft, kPolicies } from '@/activity';
import type { components } from '@/generated/api';

type Fields = Readonly<Record<string, unknown>>;
type Check = (value: unknown) => boolean;
type Shape<Body> = Readonly<Record<keyof Body, Check>>;

const kEntries: readonly components['schemas']['Entry'][] = ['open', 'ticket', 'challenge'];

const isText: Check = (value) => typeof value === 'string';
const isFlag: Check = (value) => typeof value === 'boolean';
const isCount: Check = (value) => Number.isSafeInteger(value) && (value as number) >= 0;
const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isMoney: Check = (value) =>
  isFields(value) && isCount(value.amount) && isText(value.currency);
const isOneOf =
  (choices: readonly unknown[]): Check =>
  (value) =>
    choices.includes(value);
const maybe =
  (check: Check): Check =>
  (value) =>
    value === undefined || check(value);

const kDraft: Shape<ActivityDraft> = {
  name: isText,
  description: maybe(isText),
  starts_at: isText,
  ends_at: isText,
  rehearsal: maybe(isFlag),
  items: maybe(Array.isArray),
};
const kItem: Shape<ItemDraft> = {
  id: maybe(isText),
  sku_id: isText,
  title: maybe(isText),
  price: isMoney,
  list_price: maybe(isMoney),
  stock: isCount,
  limit_per_user: maybe(isCount),
  policy: maybe(isOneOf(kPolicies)),
  entry: maybe(isOneOf(kEntries)),
  pay_window_ms: maybe(isCount),
  cancel_returns_unit: maybe(isFlag),
  traffic_tag: maybe(isText),
};

function wrongIn(fields: Fields, shape: Readonly<Record<string, Check>>): string | undefined {
  return Object.keys(shape).find((name) => !shape[name]?.(fields[name]));
}

/** The draft, or the pointer of the first field that is missing or of another type; '' is all. */
export function readDraft(text: string): { draft: ActivityDraft } | { wrong: string } {
  let root: unknown;
  try {
    root = JSON.parse(text);
  } catch {
    return { wrong: '' };
  }
  if (!isFields(root)) return { wrong: '' };
  const wrong = wrongIn(root, kDraft);
  if (wrong !== undefined) return { wrong: '/' + wrong };
  const items = (root.items ?? []) as readonly unknown[];
  for (const [index, item] of items.entries()) {
    const at = `/items/${String(index)}`;
    if (!isFields(item)) return { wrong: at };
    const field = wrongIn(item, kItem);
    if (field !== undefined) return { wrong: at + '/' + field };
  }
  const draft = root as unknown as ActivityDraft;
  // Ids belong to where the file came from.
  return { draft: { ...draft, items: (draft.items ?? []).map(({ id: _id, ...item }) => item) } };
}
