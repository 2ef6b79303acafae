/**
 * Plans of hostile runs: a script, a network's misbehaviour, and what befalls which process when. A plan is JSON; the same seed
 * makes the same plan.
 */
import fc from 'fast-check';
import * as t from 'io-ts/lib/index.js';
import { BytesC } from '#bayou/core/bytes.js';
import { NetworkPlanC, type FrameFaults } from '../faults/proxy.js';
import { type ScriptLimits, scripts } from '../common/random-scripts.js';

const fault = <K extends string, P extends t.Props>(type: K, props: P) =>
  t.readonly(
    t.strict({
      type: t.literal(type),
      /** Before, or during, this line of the script, counted from 1. */
      line: t.number,
      /** Which of the servers that live then, counted by their ids and round again. */
      server: t.number,
      ...props,
    }),
  );

/** Decodes a {@link ProcessFault}. */
export const ProcessFaultC = t.union([
  /** SIGSTOP, and SIGCONT after so long, while the script goes on; now and then longer than a session waits, so that a put arrives that it gave up (R14). */
  fault('pause', { ms: t.number }),
  /** SIGKILL so long after the line began; back, with its log, after the line. */
  fault('crash', { afterMs: t.number }),
  /** Killed, so many bytes taken off the end of its log, and back: what it loses with them it may only lose as a new replica (R7). */
  fault('tear', { bytes: t.number }),
  /** Killed, half a record written behind the end of its log, and back: it has all that it acknowledged (R10). */
  fault('scribble', { bytes: t.number }),
  /** No room on its disk during so many lines from this one on; killed after them, given room, and back. Until then it may be asked, and shows what its log has. */
  fault('full', { lines: t.number }),
  /** Killed, its folder copied, and back; so many lines later killed, and that copy put back in place of its folder (R7a). */
  fault('putBack', { after: t.number }),
  /** So many lines later killed, whatever was appended to its log since then taken off, as a disk does that never wrote it, and back (R7a, R10). */
  fault('unwritten', { after: t.number }),
  /** Killed, an up-to-date copy put in place of its folder, and back. */
  fault('renew', {}),
  /** Another process is started on its folder, and it is killed so long after that; then the other one too, and it is back (R10). */
  fault('second', { afterMs: t.number }),
  /** A call of its log to its disk goes wrong, `after` others: it fails, falls short, or is the last of its process. It is killed after so many lines from this one on, and back. In a simulated world alone. */
  fault('call', {
    lines: t.number,
    kind: t.keyof({ EIO: null, kill: null, short: null }),
    after: t.number,
    part: t.number,
  }),
  /**
   * Killed; a call of its log to its disk while it starts again goes wrong: the start fails, or is cut off; then it is started once more. `afters`: of each such start, how many calls come
   * before that one; where it is the last of its process, of those that change something. In a simulated world alone.
   */
  fault('start', { kind: t.keyof({ EIO: null, kill: null }), afters: t.readonlyArray(t.number), part: t.number }),
  /** Its machine loses its power so long after the line began, and has it again before the server is back. In a simulated world alone. */
  fault('power', { afterMs: t.number }),
]);

/** What befalls a server. */
export type ProcessFault = t.TypeOf<typeof ProcessFaultC>;

/** Decodes a {@link HostilePlan}. */
export const HostilePlanC = t.readonly(
  t.strict(
    {
      script: t.readonlyArray(BytesC),
      /** The script of the next day: the servers that it starts have the folders of the first, its clients their ids. Empty: there is none. */
      nextDay: t.readonlyArray(BytesC),
      antiEntropyMs: t.number,
      network: NetworkPlanC,
      faults: t.readonlyArray(ProcessFaultC),
    },
    'HostilePlan',
  ),
);

/** A whole run, before it is run. */
export type HostilePlan = t.TypeOf<typeof HostilePlanC>;

/** No bad input: what is wrong with a script is tried elsewhere. */
const LIMITS: ScriptLimits = { servers: 4, clients: 3, keys: 2, commands: 60, badPercent: 0 };

const chance = (percent: number): fc.Arbitrary<number> => fc.integer({ min: 0, max: percent }).map((n) => n / 100);

const frameFaults: fc.Arbitrary<FrameFaults> = fc.record({
  delayMs: fc.constantFrom(0, 0, 2, 30),
  repeat: chance(15),
  reorder: chance(15),
  drop: chance(4),
  cut: chance(4),
});

/** How long a put may take in a hostile run, in ms. */
export const TIMEOUT_MS = 5_000;
const BEYOND_MS = TIMEOUT_MS + 1_500;

const pauses = fc.oneof(
  { weight: 9, arbitrary: fc.integer({ min: 1, max: 800 }) },
  { weight: 1, arbitrary: fc.constant(BEYOND_MS) },
);

const processFault = (lines: number): fc.Arbitrary<ProcessFault> => {
  const where = { line: fc.integer({ min: 4, max: Math.max(4, lines) }), server: fc.nat(59) };
  return fc.oneof(
    fc.record({ type: fc.constant('pause' as const), ...where, ms: pauses }),
    fc.record({ type: fc.constant('crash' as const), ...where, afterMs: fc.integer({ min: 0, max: 5 }) }),
    fc.record({ type: fc.constant('tear' as const), ...where, bytes: fc.integer({ min: 1, max: 300 }) }),
    fc.record({ type: fc.constant('scribble' as const), ...where, bytes: fc.integer({ min: 1, max: 60 }) }),
    fc.record({ type: fc.constant('full' as const), ...where, lines: fc.constant(1) }),
    fc.record({ type: fc.constant('putBack' as const), ...where, after: fc.integer({ min: 1, max: 12 }) }),
    fc.record({ type: fc.constant('unwritten' as const), ...where, after: fc.integer({ min: 1, max: 6 }) }),
    fc.record({ type: fc.constant('renew' as const), ...where }),
    fc.record({ type: fc.constant('second' as const), ...where, afterMs: fc.integer({ min: 0, max: 300 }) }),
  );
};

/** The next day's values are others, so that each names its put. */
const nextDays: fc.Arbitrary<ReadonlyArray<string>> = fc.oneof(
  fc.constant([]),
  scripts({ ...LIMITS, commands: 25 }).map(({ lines }) => lines.map((line) => line.replace(/^(put .*) v(\d+)$/, '$1 w$2'))),
);

/** Plans, which shrink to fewer faults of processes, calmer links and shorter scripts. */
export const hostilePlans: fc.Arbitrary<HostilePlan> = scripts(LIMITS).chain(({ lines }) =>
  fc.record({
    script: fc.constant(lines),
    nextDay: nextDays,
    antiEntropyMs: fc.constantFrom(0, 0, 5, 20),
    network: fc.record({ seed: fc.nat(), there: frameFaults, back: frameFaults, blackHole: chance(5) }),
    faults: fc.array(processFault(lines.length), { maxLength: 6, size: 'max' }),
  }),
);

/** The plans that a seed makes: run `i` of a seed is the same in a series of any length. */
export const planOf = (seed: number, run: number): HostilePlan => fc.sample(hostilePlans, { seed: seed + run, numRuns: 1 })[0]!;
