// SPDX-License-Identifier: Apache-2.0
// Download: text that this page has made, or what the server sends, as a file.

export function saveFile(name: string, type: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // The browser has to begin before the address goes.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/** The browser takes it as it comes, however long it is; it says nothing of use if that is refused. */
export function fetchFile(name: string, address: string): void {
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
}

/** "2026-11-21-1342", for the name of a file. */
export function fileStamp(at: Date = new Date()): string {
  return at.toISOString().slice(0, 16).replace('T', '-').replace(':', '');
}

/** A field of a CSV file. One that a spreadsheet would take for a formula is made a text. */
export function csvField(value: string): string {
  const text = /^[=+\-@\t\r]/.test(value) ? "'" + value : value;
  return /[",\r\n]/.test(text) ? '"' + text.replaceAll('"', '""') + '"' : text;
}

export function csv(rows: readonly (readonly string[])[]): string {
  return rows.map((row) => row.map(csvField).join(',') + '\r\n').join('');
}
