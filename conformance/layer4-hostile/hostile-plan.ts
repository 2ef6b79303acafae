/**
 * Plans of hostile runs: a script, the faults of the network, and the faults of processes with their lines. A plan is JSON; the same seed makes the
 * same plan.
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
      /** The line of the script, counted from 1, before or during which the fault begins. */
      line: t.number,
      /** The index of the server among the live ones, sorted by id, modulo their number. */
      server: t.number,
      ...props,
    }),
  );

/** Decodes a {@link ProcessFault}. */
export const ProcessFaultC = t.union([
  /** SIGSTOP, and SIGCONT after `ms`, while the script goes on. Some pauses are longer than a session waits, so that a put arrives that its session gave up (R14). */
  fault('pause', { ms: t.number }),
  /** SIGKILL `afterMs` after the line began. After the line the server is back, with its log. */
  fault('crash', { afterMs: t.number }),
  /** The server is killed, `bytes` are taken off the end of its log, and it is back. It may lack the lost writes only as a new replica (R7). */
  fault('tear', { bytes: t.number }),
  /** The server is killed, `bytes` of half a record are appended to its log, and it is back. It has all writes that it acknowledged (R10). */
  fault('scribble', { bytes: t.number }),
  /** The server's disk has no room for `lines` lines, from this one on. After them the server is killed, its disk has room again, and it is back. Meanwhile it still answers, with the writes of its log. */
  fault('full', { lines: t.number }),
  /** The server is killed, its folder is copied, and it is back. `after` lines later it is killed again, and the copy replaces its folder (R7a). */
  fault('putBack', { after: t.number }),
  /** `after` lines later the server is killed, and its log loses what was appended since this line, as on a disk that never wrote it. Then the server is back (R7a, R10). */
  fault('unwritten', { after: t.number }),
  /** The server is killed, an up-to-date copy replaces its folder, and it is back. */
  fault('renew', {}),
  /** A second process is started on the server's folder. `afterMs` later the first is killed, then the second too, and the server is back (R10). */
  fault('second', { afterMs: t.number }),
  /** A call of the server's log to its disk goes wrong, `after` other calls: it fails, falls short, or kills its process. `lines` lines after this one the server is killed, and is back. In a simulated world alone. */
  fault('call', {
    lines: t.number,
    kind: t.keyof({ EIO: null, kill: null, short: null }),
    after: t.number,
    part: t.number,
  }),
  /**
   * The server is killed, and in each of its next starts a call of its log to its disk goes wrong: the start fails (`EIO`), or its process dies (`kill`). Then it is started once more.
   * `afters`: for each such start, how many calls come before the faulty one; with `kill` only calls that change the disk count. In a simulated world alone.
   */
  fault('start', { kind: t.keyof({ EIO: null, kill: null }), afters: t.readonlyArray(t.number), part: t.number }),
  /** The server's machine loses its power `afterMs` after the line began, and has it again before the server is back. In a simulated world alone. */
  fault('power', { afterMs: t.number }),
]);

/** A fault of a server's process, disk or folder. */
export type ProcessFault = t.TypeOf<typeof ProcessFaultC>;

/** Decodes a {@link HostilePlan}. */
export const HostilePlanC = t.readonly(
  t.strict(
    {
      script: t.readonlyArray(BytesC),
      /** The script of the next day. Its servers have the folders of the first day, and its clients the same ids. Empty: there is no next day. */
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

/** Scripts without bad input, which other tests try. */
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

/** The next day's script has other values, so that each value still names its put. */
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
