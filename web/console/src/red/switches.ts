// SPDX-License-Identifier: Apache-2.0
// The switches of the server: what they are called, whether they are on, and the button that turns
// one.
import { h, reactive } from 'vue';

import { api } from '@/api';
import UntilField from '@/components/UntilField.vue';
import type { components } from '@/generated/api';
import { useWords } from '@/i18n';
import { serverNow } from '@/time';
import { guard } from '@/words/guard';

import { press } from './press';

export type Switch = components['schemas']['Switch'];

/** The list says what was set; one that turned itself on again is on. */
export function isOn(each: Switch): boolean {
  return each.on || (each.until !== undefined && Date.parse(each.until) <= serverNow());
}

export function useSwitchButtons() {
  const t = useWords(guard);
  const nameOf = ({ name }: Switch) => t(`${name}_name`);

  function turn(each: Switch): Promise<boolean> {
    const on = !isOn(each);
    const name = nameOf(each);
    const choice = reactive({ until: '' });
    // Purchases have no end by the clock: a person switches them on again.
    const mayEnd = !on && each.name !== 'purchases';
    return press({
      title: t(on ? 'switchOnTitle' : 'switchOffTitle', { name }),
      message: t(on ? `${each.name}_on` : `${each.name}_off`),
      ...(mayEnd ? { extra: (props) => h(UntilField, { choice, problem: props.problem }) } : {}),
      extraFields: mayEnd ? ['/until'] : [],
      typed: name,
      button: t(on ? 'switchOn' : 'switchOff'),
      gives: on,
      did: t(on ? 'switchedOn' : 'switchedOff', { name }),
      // Of the others the stream says nothing.
      ...(each.name === 'purchases' ? { shows: (live) => live.purchases_stopped !== on } : {}),
      run: (reason) =>
        api.put('/admin/v1/switches/{name}', {
          path: { name: each.name },
          body: { on, reason, ...(choice.until === '' ? {} : { until: choice.until }) },
        }),
    });
  }

  return { nameOf, turn };
}
