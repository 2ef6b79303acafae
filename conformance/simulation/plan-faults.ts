/** The faults of processes, disks, ways and clocks in a plan of a simulated run, and how they are drawn: in swarms, at places where they meet, and in storms. */
import fc from 'fast-check';
import * as t from 'io-ts/lib/index.js';
import type { Bytes } from '#bayou/core/bytes.js';
import type { NodeId } from '#bayou/core/ids.js';
import type { ProcessFault } from '../layer4-hostile/hostile-plan.js';

const fault = <K extends string, P extends t.Props>(type: K, props: P) =>
  t.readonly(
    t.strict({
      type: t.literal(type),
      /** The fault comes `afterMs` after this line of the script, counted from 1, began. */
      line: t.number,
      afterMs: t.number,
      /** An index into the machines of that moment, in the order of ids, modulo their number. */
      machine: t.number,
      ...props,
    }),
  );

/** Decodes a {@link WorldFault}. */
export const WorldFaultC = t.union([
  /** The way from the machine to the `other` is blocked for `ms`; with `both` also the way back. Its name is `cut` in plans that are kept. */
  fault('cut', { other: t.number, ms: t.number, both: t.boolean }),
  /** All connections between two machines break. */
  fault('reset', { other: t.number }),
  /** The machine's clock is set by `byMs`, and goes at `rate` from then on. */
  fault('clock', { byMs: t.number, rate: t.number }),
  /** For `ms` each call to the machine's disk takes `us` longer. */
  fault('slow', { us: t.number, ms: t.number }),
  /** From then on, whenever a server of this machine ends, another program listens at its port. */
  fault('squat', {}),
  /** A guest, who knows the cluster's secret, sends the machine's server a request that nobody may send (R16), or a false claim: see `guest.ts`. */
  fault('guest', { what: t.keyof({ clock: null, value: null, stray: null, address: null, claim: null }) }),
]);

/** A fault of the world around the processes. */
export type WorldFault = t.TypeOf<typeof WorldFaultC>;

/** The script, server ids and options for which a plan's faults are drawn. */
export interface FaultContext {
  readonly script: ReadonlyArray<Bytes>;
  readonly ids: ReadonlyArray<NodeId>;
  readonly fsync: boolean;
}

/** For how long ways are blocked and processes paused, in ms: short, or longer than a session waits. Meanwhile a session may give up a put that arrives later (R14). */
const lapses = fc.oneof({ weight: 7, arbitrary: fc.integer({ min: 1, max: 800 }) }, { weight: 2, arbitrary: fc.constant(6_500) });

/** A kind of fault with its weight among the other kinds. */
interface Weighted<A> {
  readonly weight: number;
  readonly arbitrary: fc.Arbitrary<A>;
}

/** The most faults of one swarm in a plan. */
const MAX_FAULTS = 8;

/**
 * Draws faults in swarms (Groce et al., 2012): each plan has some kinds of faults and lacks the others, and it has many faults or few. If every run had
 * all kinds, one fault would hide another.
 */
export const swarm = <A>(kinds: ReadonlyArray<Weighted<A>>): fc.Arbitrary<ReadonlyArray<A>> =>
  fc
    .tuple(fc.subarray([...kinds]), fc.integer({ min: 1, max: MAX_FAULTS }))
    .chain(([some, most]) =>
      some.length === 0 ? fc.constant<A[]>([]) : fc.array(fc.oneof(...some), { minLength: 1, maxLength: most, size: 'max' }),
    );

/** The lines and servers at which a plan's faults come. */
export interface FaultTargets {
  readonly line: fc.Arbitrary<number>;
  readonly server: fc.Arbitrary<number>;
}

/** Draws targets so that faults meet, since faults that meet find more than single ones: many faults of a plan come to one server in a few lines, mostly at puts. */
export const faultTargetsIn = (lines: ReadonlyArray<string>): fc.Arbitrary<FaultTargets> => {
  const any = fc.integer({ min: 4, max: Math.max(4, lines.length) });
  const puts = lines.flatMap((line, i) => (i >= 3 && line.startsWith('put ') ? [i + 1] : []));
  const line = puts.length === 0 ? any : fc.oneof(any, fc.constantFrom(...puts));
  return fc.record({ few: fc.array(line, { minLength: 1, maxLength: 3 }), one: fc.nat(59) }).map(({ few, one }) => ({
    line: fc.oneof(line, fc.constantFrom(...few)),
    server: fc.oneof(fc.nat(59), fc.constant(one)),
  }));
};

/** With `--fsync` machines die more often: only their deaths show what was not forced to the disk. */
export const processFaults = (where: FaultTargets, fsync: boolean): ReadonlyArray<Weighted<ProcessFault>> => {
  const afterMs = fc.oneof(fc.integer({ min: 0, max: 5 }), fc.integer({ min: 0, max: 400 }));
  const [bytes, after, lines] = [fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: 6 }), fc.constantFrom(1, 1, 3, 6)];
  const type = <K extends ProcessFault['type']>(name: K) => ({ type: fc.constant(name), ...where });
  const kind = fc.constantFrom('EIO' as const, 'kill' as const, 'kill' as const, 'short' as const);
  return [
    { weight: 1, arbitrary: fc.record({ ...type('pause'), ms: lapses }) },
    { weight: 3, arbitrary: fc.record({ ...type('crash'), afterMs }) },
    { weight: 1, arbitrary: fc.record({ ...type('tear'), bytes: fc.integer({ min: 1, max: 300 }) }) },
    { weight: 1, arbitrary: fc.record({ ...type('scribble'), bytes }) },
    { weight: 1, arbitrary: fc.record({ ...type('full'), lines }) },
    { weight: 1, arbitrary: fc.record({ ...type('putBack'), after: fc.integer({ min: 1, max: 12 }) }) },
    { weight: 1, arbitrary: fc.record({ ...type('unwritten'), after }) },
    { weight: 1, arbitrary: fc.record(type('renew')) },
    { weight: 1, arbitrary: fc.record({ ...type('second'), afterMs }) },
    {
      weight: 3,
      arbitrary: fc.record({
        ...type('call'),
        lines,
        kind,
        after: fc.oneof(fc.nat(4), fc.nat(40)),
        part: fc.constantFrom(0, 0.3, 0.9),
      }),
    },
    { weight: fsync ? 6 : 1, arbitrary: fc.record({ ...type('power'), afterMs }) },
  ];
};

/** The kinds of faults of the world around the processes. */
export const worldFaults = ({ line, server }: FaultTargets): ReadonlyArray<Weighted<WorldFault>> => {
  const afterMs = fc.oneof(fc.integer({ min: 0, max: 5 }), fc.integer({ min: 0, max: 300 }));
  const type = <K extends WorldFault['type']>(name: K) => ({ type: fc.constant(name), line, afterMs, machine: server });
  const clock = { byMs: fc.constantFrom(0, -5_000, 60_000, -86_400_000), rate: fc.constantFrom(1, 0.9, 1.2) };
  const what = fc.constantFrom('clock' as const, 'value' as const, 'address' as const, 'claim' as const);
  return [
    { weight: 3, arbitrary: fc.record({ ...type('cut'), other: fc.nat(59), ms: lapses, both: fc.boolean() }) },
    { weight: 2, arbitrary: fc.record({ ...type('reset'), other: fc.nat(59) }) },
    { weight: 1, arbitrary: fc.record({ ...type('clock'), ...clock }) },
    { weight: 1, arbitrary: fc.record({ ...type('slow'), us: fc.constantFrom(500, 20_000), ms: lapses }) },
    { weight: 1, arbitrary: fc.record(type('squat')) },
    { weight: 1, arbitrary: fc.record({ ...type('guest'), what }) },
  ];
};

/** Several faults at one line of a plan, most of them of one server. `pace` replaces the plan's times; undefined: the plan keeps them. */
interface Storm {
  readonly faults: ReadonlyArray<ProcessFault>;
  readonly world: ReadonlyArray<WorldFault>;
  readonly pace: { readonly antiEntropyMs: number; readonly thinkMs: number } | undefined;
  /** A further `stabilize` is inserted after this line of the script; 0: none is. */
  readonly settlesAfter: number;
}

const NO_STORM: Storm = { faults: [], world: [], pace: undefined, settlesAfter: 0 };

/** A way that is blocked for this long is open again when the calm begins. TCP sends the segments that it held back again much later (each time it waits longer), unless an end dials anew. */
const UNTIL_CALM_MS = 600_000;

/** The lines at which a storm may come: puts, and every `stabilize` but the last, which is in the calm. */
const stormLines = (lines: ReadonlyArray<string>): ReadonlyArray<number> => {
  const end = lines.lastIndexOf('stabilize');
  return lines.flatMap((line, i) => (i >= 3 && i < end && (line.startsWith('put ') || line === 'stabilize') ? [i + 1] : []));
};

/** Draws starts that fail one after the other, or in which the process dies. */
const failingStarts = (where: FaultTargets): fc.Arbitrary<ProcessFault> => {
  const [type, part] = [fc.constant('start' as const), fc.constantFrom(0, 0.3, 0.9)];
  const afters = (most: number): fc.Arbitrary<number[]> => fc.array(fc.nat(most), { minLength: 1, maxLength: 3 });
  return fc.oneof(
    { weight: 3, arbitrary: fc.record({ type, ...where, kind: fc.constant('kill' as const), afters: afters(20), part }) },
    { weight: 1, arbitrary: fc.record({ type, ...where, kind: fc.constant('EIO' as const), afters: afters(100), part }) },
  );
};

/**
 * Draws several faults of one server at one line. Together they may show a failure that one fault does not show: a start that fails after a death, a way that is blocked during a `stabilize`, a new identity
 * while an answer is lost.
 */
const stormAt = (line: number, server: number, fsync: boolean): fc.Arbitrary<Storm> => {
  const where = { line: fc.constant(line), server: fc.constant(server) };
  const at = { line: where.line, afterMs: fc.integer({ min: 0, max: 5 }), machine: where.server };
  const ms = fc.constantFrom(20, 6_500, UNTIL_CALM_MS, UNTIL_CALM_MS);
  const what = fc.constantFrom('claim' as const, 'claim' as const, 'stray' as const);
  const faults = fc.oneof({ weight: 12, arbitrary: failingStarts(where) }, ...processFaults(where, fsync));
  const world = fc.oneof<Weighted<WorldFault>[]>(
    { weight: 8, arbitrary: fc.record({ ...at, type: fc.constant('cut'), other: fc.nat(59), ms, both: fc.boolean() }) },
    { weight: 4, arbitrary: fc.record({ ...at, type: fc.constant('guest'), what }) },
    ...worldFaults(where),
  );
  return fc.record({
    faults: fc.array(faults, { maxLength: 2, size: 'max' }),
    world: fc.array(world, { maxLength: 4, size: 'max' }),
    pace: fc.constant(undefined),
    settlesAfter: fc.constantFrom(0, line),
  });
};

/**
 * Draws ways between servers that are blocked until the calm, without background pulls. The pulls that a `stabilize` sent before it gave up are sent again later and later.
 * No process dies meanwhile, since a death would end the connection.
 */
const silenceAt = (line: number, server: number): fc.Arbitrary<Storm> => {
  const blocked = {
    type: fc.constant('cut' as const),
    line: fc.constant(line),
    afterMs: fc.constant(0),
    machine: fc.constant(server),
  };
  return fc.record({
    faults: fc.constant([]),
    world: fc.tuple(fc.record({ ...blocked, other: fc.nat(3), ms: fc.constant(UNTIL_CALM_MS), both: fc.boolean() })),
    pace: fc.record({ antiEntropyMs: fc.constant(0), thinkMs: fc.constantFrom(300, 1_000, 3_000) }),
    settlesAfter: fc.constant(line),
  });
};

/** Draws the storm of a plan; half of the plans have none. */
export const storms = ({ script, fsync }: FaultContext): fc.Arbitrary<Storm> => {
  const lines = stormLines(script);
  if (lines.length === 0) return fc.constant(NO_STORM);
  const storm = fc
    .record({ line: fc.constantFrom(...lines), server: fc.nat(4) })
    .chain(({ line, server }) =>
      fc.oneof({ weight: 3, arbitrary: stormAt(line, server, fsync) }, { weight: 2, arbitrary: silenceAt(line, server) }),
    );
  return fc.oneof(fc.constant(NO_STORM), storm);
};
