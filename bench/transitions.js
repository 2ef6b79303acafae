/**
 * Layer 1's speed: how many transitions a minute are replayed on the implementation, beside the checker's own search of the same graph
 * in the same process. `npm run build && node bench/transitions.js [configuration…]`
 */
import { readFileSync } from 'node:fs';
import { checkComponents } from '../dist/checker/factored/check-components.js';
import { walkTransitions } from '../dist/conformance/layer1-transitions/transition-walk.js';
import { bayou, decodeShipped } from './support.js';

const names = process.argv.slice(2);
for (const name of names.length > 0 ? names : ['messages', 'kills', 'default']) {
  const config = decodeShipped(readFileSync(new URL(`../spec/configs/${name}.json`, import.meta.url), 'utf8'));
  const walked = await walkTransitions(config, { sampleEvery: 0 });
  const { counts, statistics } = await checkComponents(bayou(config), {});
  const perMinute = Math.round((walked.transitions / walked.elapsedMs) * 60_000);
  console.log(
    `${name}: ${walked.verdict}, ${walked.transitions} transitions (checker: ${counts.generated - 1}) in ${Math.round(walked.elapsedMs)} ms,`,
    `${perMinute.toLocaleString('en')} a minute; the checker alone took ${Math.round(statistics.elapsedMs)} ms`,
  );
}
