// SPDX-License-Identifier: Apache-2.0
// Preview: what only a preview in the console has: the time its clock is set to, as a person reads
// it, buttons that cannot be pressed and say why, and links that stay inside the preview. It runs
// after the page's own script; the policy of the page lets neither of them ask anybody.
const banner = document.getElementById('preview') as HTMLElement;
const kWhy = { 'zh-CN': '预览中不可用。', en: 'Not in a preview.' };

const set = new Date(Number(banner.dataset.at));
for (const said of Array.from(banner.querySelectorAll('p'))) {
  const at = said.querySelector('.preview-at') as HTMLElement;
  at.textContent = set.toLocaleString(said.lang, {
    year: 'numeric',
    month: 'short',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hour12: false,
    timeZoneName: 'short',
  });
}

/** Both languages; the style shows one of them, as in the banner. */
function why(id: string): HTMLElement {
  const line = document.createElement('p');
  line.className = 'hint preview-why';
  line.id = id;
  for (const [lang, text] of Object.entries(kWhy)) {
    const part = document.createElement('span');
    part.lang = lang;
    part.textContent = text;
    line.appendChild(part);
  }
  return line;
}

// The dialogs are opened by these buttons only. What the page's script sets is `aria-disabled`, so
// a button keeps the words and the colours that it would have.
Array.from(document.querySelectorAll<HTMLButtonElement>('main button')).forEach((button, i) => {
  button.disabled = true;
  const line = why('preview-why-' + i);
  button.insertAdjacentElement('afterend', line);
  const before = button.getAttribute('aria-describedby');
  button.setAttribute('aria-describedby', (before ? before + ' ' : '') + line.id);
});
for (const choice of Array.from(document.querySelectorAll('main select'))) {
  choice.setAttribute('disabled', '');
}

for (const link of Array.from(document.querySelectorAll<HTMLAnchorElement>('a[href^="/"]'))) {
  const path = link.getAttribute('href') || '';
  if (/^\/(activities|items)\/\d+$/.test(path)) {
    link.href = '/admin/v1/preview' + path + '?at_ms=' + String(set.getTime());
  } else {
    link.removeAttribute('href');
  }
}

export {};
