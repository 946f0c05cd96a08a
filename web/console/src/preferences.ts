// SPDX-License-Identifier: Apache-2.0
// Preferences: what this browser remembers of how the console looks.
import { computed, ref, watch } from 'vue';

export type Theme = 'system' | 'light' | 'dark';

const kStored = 'sluice.theme';
const stored = localStorage.getItem(kStored);
const systemDark = ref(matchMedia('(prefers-color-scheme: dark)').matches);
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', (event) => {
  systemDark.value = event.matches;
});

export const theme = ref<Theme>(stored === 'light' || stored === 'dark' ? stored : 'system');
export const isDark = computed(() =>
  theme.value === 'system' ? systemDark.value : theme.value === 'dark',
);
const kProjecting = 'sluice.projector';
/** 大屏: the page alone, large, for a screen on a wall. Of the tab: what is on the wall stays when the
 * page is loaded again, and the next tab is one to work in. */
export const projector = ref(sessionStorage.getItem(kProjecting) === 'on');

export function toggleTheme(): void {
  theme.value = isDark.value ? 'light' : 'dark';
  localStorage.setItem(kStored, theme.value);
}

watch(
  isDark,
  (dark) => {
    document.documentElement.classList.toggle('dark', dark);
  },
  { immediate: true },
);
watch(
  projector,
  (on) => {
    document.documentElement.classList.toggle('projector', on);
    if (on) sessionStorage.setItem(kProjecting, 'on');
    else sessionStorage.removeItem(kProjecting);
  },
  { immediate: true },
);
