// SPDX-License-Identifier: Apache-2.0
// Gates: how people call what refuses; a gate that this page does not know keeps its own name.
import { useWords } from '@/i18n';
import { controlRoom } from '@/words/control_room';

const t = useWords(controlRoom);

export function gateName(name: string): string {
  const key = 'gate_' + name;
  return key in controlRoom.en ? t(key as keyof typeof controlRoom.en) : name;
}
