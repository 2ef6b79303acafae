/**
 * The TLA+ side of the configurations.
 *
 *     npm run spec:cfg                 writes spec/tla/NAME.cfg for each spec/configs/NAME.json
 *     node spec/tlc.js --check         says which of them are not what spec:cfg would write
 *     npm run spec:tlc [-- NAME...]    runs TLC (env TLA2TOOLS: the path of a tla2tools.jar; else Maven gets it) and compares states and verdicts
 *     npm run spec:tlc -- --small      the same for all that take it seconds
 *
 * Exit codes: 0 all agree; 1 one differs; 2 a name that is no configuration; 69 there is no Java or no jar, nothing was run.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { decodeConfig } from '../dist/model/checking/config.js';
import { propertiesMeant } from '../dist/model/checking/sentences.js';
import { prepareTlc, tlcJar, tlcVerdict } from './tla2tools.js';

const here = fileURLToPath(new URL('.', import.meta.url));
const UNBOUNDED = 99;
/** TLC is a check of the smaller ones; larger ones are for whoever names them. */
const LARGEST = { small: 4_000, otherwise: 110_000 };
const TIMEOUT_MS = 600_000;

const names = () =>
  readdirSync(join(here, 'configs'))
    .filter((f) => f.endsWith('.json'))
    .map((f) => f.slice(0, -5))
    .sort();

const read = (name) => {
  const decoded = decodeConfig(JSON.parse(readFileSync(join(here, 'configs', `${name}.json`), 'utf8')));
  if (decoded._tag === 'Left') throw new Error(`spec/configs/${name}.json: ${decoded.left.join('; ')}`);
  return decoded.right;
};

const INVARIANTS = [
  ...['RYW', 'MR', 'WFR', 'MW', 'PRUNING', 'SESSION_ORDER', 'GREATEST', 'LOST', 'STABLE'],
  ...['CONV', 'R8', 'UNIQUE', 'DURABLE', 'OWN'],
];
const TEMPORAL = ['CLOCK', 'REPEAT', 'SETTLE'];

const bool = (b) => (b ? 'TRUE' : 'FALSE');
const count = (n) => (n === 'unbounded' ? UNBOUNDED : n);
const asksNothing = (g) => !g.readYourWrites && !g.monotonicReads && !g.writesFollowReads && !g.monotonicWrites;

/** A configuration as TLC reads it. */
const cfgOf = (config) => {
  const sessions = Array.isArray(config.sessions)
    ? config.sessions
    : Array.from({ length: config.clients }, () => config.sessions);
  const asked = sessions.find((g) => !asksNothing(g)) ?? sessions[0];
  const loose = sessions.flatMap((g, i) => (asksNothing(g) ? [i + 1] : []));
  const checked = propertiesMeant(config.properties);
  const invariants = INVARIANTS.filter((p) => checked.includes(p));
  const temporal = TEMPORAL.filter((p) => checked.includes(p) && (p !== 'REPEAT' || config.lostAnswers > 0));
  return [
    `\\* Made from ../configs/${config.name}.json by \`npm run spec:cfg'.`,
    `SPECIFICATION ${temporal.includes('SETTLE') ? 'FairSpec' : 'Spec'}`,
    'CONSTANTS',
    `  S = ${config.servers}  C = ${config.clients}  K = ${config.keys}`,
    `  Puts = ${config.puts}  LinkChanges = ${config.linkChanges}  Kills = ${config.kills}  BlankRestarts = ${config.blankRestarts}`,
    `  InFlight = ${config.inFlight}  PartWrites = ${count(config.partWrites)}  Losses = ${count(config.losses)}  Duplicates = ${count(config.duplicates)}  LostAnswers = ${config.lostAnswers}  LatePuts = ${config.latePuts}  SessionKeys = ${config.sessionKeys}`,
    `  NewSessions = ${config.newSessions}  Restores = ${config.restores}`,
    `  Grain = "${config.grain}"  Pruning = "${config.pruning}"  Variant = "${config.variant}"`,
    `  Topology = "${config.links === 'none' ? 'full' : config.links}"  Homes = "${config.placement === 'any' ? 'anywhere' : 'crossed'}"`,
    `  Ryw = ${bool(asked.readYourWrites)}  Mr = ${bool(asked.monotonicReads)}  Wfr = ${bool(asked.writesFollowReads)}  Mw = ${bool(asked.monotonicWrites)}  Scope = "${asked.scope}"`,
    `  Loose = {${loose.join(', ')}}`,
    `  Stabilizes = ${bool(config.stabilize)}  Rounds = ${config.rounds}  History = ${bool(config.history)}`,
    '  Server <- MCServer  Client <- MCClient  Key <- MCKey',
    '  InitialLinks <- MCLinks  Placement <- MCPlacement  Asks <- MCAsks',
    ...(invariants.length === 0 ? [] : [`INVARIANTS ${invariants.join(' ')}`]),
    ...(temporal.length === 0 ? [] : [`PROPERTIES ${temporal.join(' ')}`]),
    'CHECK_DEADLOCK FALSE',
    '',
  ].join('\n');
};

const runTlc = (jar, name) => {
  const folder = mkdtempSync(join(tmpdir(), 'bayou-tlc-'));
  try {
    const { command, args } = prepareTlc(folder, cfgOf(read(name)), jar, 'auto');
    const { stdout } = spawnSync(command, args, { cwd: folder, encoding: 'utf8', timeout: TIMEOUT_MS, maxBuffer: 1 << 28 });
    return tlcVerdict(stdout ?? '');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

const text = (v) =>
  'violated' in v ? `${v.violated} is violated` : 'states' in v ? `${v.states} states` : `no verdict:\n${v.failed}`;

const compare = (jar, name, counts) => {
  const config = read(name);
  const expected = config.expect === 'holds' ? { states: counts[name]?.states } : config.expect;
  const started = Date.now();
  const got = runTlc(jar, name);
  const agrees = expected.states === got.states && expected.violated === got.violated && !('failed' in got);
  console.log(
    `${agrees ? 'agrees ' : 'DIFFERS'}  ${name}: TLC says ${text(got)}, ours ${text(expected)} (${((Date.now() - started) / 1000).toFixed(1)} s)`,
  );
  if (!agrees) console.log(`  repeat with: npm run spec:tlc -- ${name}`);
  return agrees;
};

const main = (args) => {
  if (args[0] === '--write') {
    for (const name of names()) writeFileSync(join(here, 'tla', `${name}.cfg`), cfgOf(read(name)));
    return 0;
  }
  if (args[0] === '--check') {
    const file = (name) => join(here, 'tla', `${name}.cfg`);
    const stale = names().filter((n) => !existsSync(file(n)) || readFileSync(file(n), 'utf8') !== cfgOf(read(n)));
    if (stale.length > 0) console.error(`not as their configurations: ${stale.join(', ')}; run npm run spec:cfg`);
    return stale.length > 0 ? 1 : 0;
  }
  const jar = tlcJar();
  if (jar === undefined) {
    console.error(
      'TLC was not run: set TLA2TOOLS to the path of a tla2tools.jar, or install Java and Maven (see spec/README.md)',
    );
    return 69;
  }
  const isSmall = args[0] === '--small';
  const named = isSmall ? args.slice(1) : args;
  const unknown = named.filter((a) => !names().includes(a));
  if (unknown.length > 0) {
    console.error(`no such configuration: ${unknown.join(', ')}; there are ${names().join(', ')}`);
    return 2;
  }
  const counts = JSON.parse(readFileSync(join(here, 'counts.json'), 'utf8'));
  const largest = isSmall ? LARGEST.small : LARGEST.otherwise;
  // Before it finds that SETTLE is violated, it has the whole graph, and looks long at it.
  const isSoon = ({ expect }) => expect !== 'holds' && !(isSmall && expect.violated === 'SETTLE');
  const few = names().filter((n) => isSoon(read(n)) || (counts[n]?.states ?? Infinity) <= largest);
  return (named.length > 0 ? named : few).map((name) => compare(jar, name, counts)).every(Boolean) ? 0 : 1;
};

process.exitCode = main(process.argv.slice(2));
