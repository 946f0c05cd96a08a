// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';

import { metric, parseMetrics } from '../src/metrics';

const kText = `# HELP sluice_read_only Whether it is
# TYPE sluice_read_only gauge
sluice_read_only 0
sluice_http_requests_total{server="public"} 12
sluice_http_requests_total{server="console"} 3
sluice_thread_stalled{thread="public door 0"} 1
sluice_purchase_seconds_bucket{le="+Inf"} 4e+02
`;

test('a sample has its name, its labels and its value', () => {
  const samples = parseMetrics(kText);
  expect(samples).toHaveLength(5);
  expect(metric(samples, 'sluice_read_only')).toBe(0);
  expect(metric(samples, 'sluice_http_requests_total', { server: 'console' })).toBe(3);
  expect(samples[3]?.labels).toEqual({ thread: 'public door 0' });
  expect(metric(samples, 'sluice_purchase_seconds_bucket')).toBe(400);
});

test('what is not there is undefined, not zero', () => {
  expect(metric(parseMetrics(kText), 'sluice_nothing')).toBeUndefined();
});
