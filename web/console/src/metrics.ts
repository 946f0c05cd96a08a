// SPDX-License-Identifier: Apache-2.0
// Metrics: reads what Prometheus would, for the figures that no other route has.

export interface Sample {
  name: string;
  labels: Readonly<Record<string, string>>;
  value: number;
}

const kLine = /^([a-z_:][\w:]*)(?:\{([^}]*)\})? (\S+)$/i;
const kLabel = /(\w+)="((?:\\.|[^"\\])*)"/g;

export function parseMetrics(text: string): Sample[] {
  const found: Sample[] = [];
  for (const line of text.split('\n')) {
    const match = kLine.exec(line); // a comment begins with #
    if (!match) continue;
    const labels: Record<string, string> = {};
    for (const [, label, value] of (match[2] ?? '').matchAll(kLabel))
      if (label !== undefined) labels[label] = value ?? '';
    found.push({ name: match[1] ?? '', labels, value: Number(match[3]) });
  }
  return found;
}

/** The value of one of them; undefined if there is none. */
export function metric(
  samples: readonly Sample[],
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number | undefined {
  return samples.find(
    (sample) =>
      sample.name === name &&
      Object.entries(labels).every(([label, value]) => sample.labels[label] === value),
  )?.value;
}
