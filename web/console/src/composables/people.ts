// SPDX-License-Identifier: Apache-2.0
// People: the names behind the ids of operators. Only owners may list them; others see the number,
// and their own name.
import { shallowRef } from 'vue';

import { api } from '@/api';
import { Problem } from '@/problem';
import { may, operator } from '@/session';

const names = shallowRef(new Map<string, string>());
let asked = false;

async function ask(): Promise<void> {
  asked = true;
  try {
    const list = await api.get('/admin/v1/operators');
    names.value = new Map(list.operators.map((one) => [one.id, one.name]));
  } catch (thrown) {
    Problem.from(thrown); // a number is shown instead of the name
    asked = false;
  }
}

export function usePeople() {
  if (!asked && may('manage_users')) void ask();
  return (id: string): string => {
    if (id === operator.value?.id) return operator.value.name;
    return names.value.get(id) ?? '#' + id;
  };
}
