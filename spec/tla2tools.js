/** TLC: where it is, how it is run on the spec, and what it says. For `spec/tlc.js`, and for the bench that runs beside it. */
import { copyFileSync, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('.', import.meta.url));

/** The jar that the environment names (TLA2TOOLS); undefined where it names none, or no file. */
export const tlcJar = () => {
  const jar = process.env.TLA2TOOLS;
  return jar !== undefined && existsSync(jar) ? jar : undefined;
};

/** Puts the spec and a configuration, as TLC reads it, into a folder; the command that checks it there. */
export const prepareTlc = (folder, cfg, jar, workers) => {
  for (const file of ['Bayou.tla', 'MC.tla']) copyFileSync(join(here, file), join(folder, file));
  writeFileSync(join(folder, 'MC.cfg'), cfg);
  const java = ['-XX:+UseParallelGC', '-Xmx4g', '-Xss64m', '-cp', jar];
  return { command: 'java', args: [...java, 'tlc2.TLC', '-workers', workers, '-config', 'MC.cfg', 'MC'] };
};

/** What TLC said: how many distinct states, or which property is violated; or, where it came to no verdict, its last lines. */
export const tlcVerdict = (output) => {
  const violated = /Invariant (\w+) is violated|Action property (\w+) is violated|Temporal properties were violated/.exec(output);
  if (violated !== null) return { violated: violated[1] ?? violated[2] ?? 'SETTLE' };
  const states = [...output.matchAll(/([\d,]+) distinct states found, 0 states left/g)].at(-1);
  return states === undefined
    ? { failed: output.trim().split('\n').slice(-12).join('\n') }
    : { states: Number(states[1].replaceAll(',', '')) };
};
