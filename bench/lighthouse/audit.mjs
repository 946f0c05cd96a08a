// SPDX-License-Identifier: Apache-2.0
// Lighthouse on each page, as JSON lines: `node bench/lighthouse/audit.mjs '{"pages":{"home":"http://…"},"rounds":3}'`;
// bench/web_rows.py starts the server and tells the figures. As its mobile preset has it: a telephone, and throttling
// that is simulated from one visit without: 150 ms a round trip, 1.6 Mbit/s, the processor four times slower.
import * as chromeLauncher from 'chrome-launcher';
import lighthouse from 'lighthouse';

const order = JSON.parse(process.argv[2]);
const kCategories = ['performance', 'accessibility', 'best-practices', 'seo'];

/** What of the page an audit complains of, short enough for a line. */
function placesOf({ details }) {
  const items = details?.items ?? [];
  return items.slice(0, 5).map((item) => item.node?.snippet ?? item.url ?? item.description ?? item.source ?? '');
}

/** What takes from the score of a category: its audits that are not full, by name, with what they found. */
function faultsOf(lhr, category) {
  return category.auditRefs
    .filter(({ weight }) => weight > 0)
    .map(({ id }) => lhr.audits[id])
    .filter(({ score }) => score !== null && score < 1)
    .map((audit) => `${audit.id} (${audit.displayValue ?? audit.score}) ${placesOf(audit).join(' ')}`.trim());
}

const chrome = await chromeLauncher.launch({
  chromePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  chromeFlags: ['--headless=new', '--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu'],
});
try {
  for (let round = 0; round < order.rounds; ++round) {
    for (const [page, url] of Object.entries(order.pages)) {
      const { lhr } = await lighthouse(url, { port: chrome.port, logLevel: 'error', onlyCategories: kCategories });
      if (lhr.runtimeError) throw new Error(`${url}: ${lhr.runtimeError.message}`);
      const ms = (audit) => lhr.audits[audit].numericValue;
      const row = { page, warnings: lhr.runWarnings, benchmark: lhr.environment.benchmarkIndex,
        fcp_ms: ms('first-contentful-paint'), lcp_ms: ms('largest-contentful-paint'), blocking_ms: ms('total-blocking-time'),
        cls: ms('cumulative-layout-shift'), speed_index_ms: ms('speed-index'), faults: {} };
      for (const id of kCategories) {
        const category = lhr.categories[id];
        row[id] = Math.round(category.score * 100);
        row.faults[id] = faultsOf(lhr, category);
      }
      console.log(JSON.stringify(row));
    }
  }
} finally {
  await chrome.kill();
}
