// SPDX-License-Identifier: Apache-2.0
// People: the names behind the ids of operators. Owners may list them, reviewers meet them in the
// audit log; others see the number, and their own name.
import { shallowRef } from 'vue';

import { api } from '@/api';
import { Problem } from '@/problem';
import { may, operator } from '@/session';

const names = shallowRef(new Map<string, string>());
let asked = false;

async function listed(): Promise<Map<string, string>> {
  const list = await api.get('/admin/v1/operators');
  return new Map(list.operators.map((one) => [one.id, one.name]));
}

async function met(): Promise<Map<string, string>> {
  const log = await api.get('/admin/v1/audit', { query: { limit: 200 } });
  return new Map(
    log.entries.flatMap((entry) => (entry.who === undefined ? [] : [[entry.who, entry.who_name]])),
  );
}

async function ask(): Promise<void> {
  asked = true;
  try {
    names.value = may('manage_users') ? await listed() : await met();
  } catch (thrown) {
    Problem.from(thrown); // a number is shown instead of the name
    asked = false;
  }
}

export function usePeople() {
  if (!asked && (may('manage_users') || may('view_audit'))) void ask();
  return (id: string): string => {
    if (id === operator.value?.id) return operator.value.name;
    return names.value.get(id) ?? '#' + id;
  };
}
