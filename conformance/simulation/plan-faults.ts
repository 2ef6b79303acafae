/** What befalls processes, disks, links and clocks in a plan of a simulated run, and how it is drawn: in swarms, where faults meet, and in storms. */
import fc from 'fast-check';
import * as t from 'io-ts/lib/index.js';
import type { Bytes } from '#bayou/core/bytes.js';
import type { NodeId } from '#bayou/core/ids.js';
import type { ProcessFault } from '../layer4-hostile/hostile-plan.js';

const fault = <K extends string, P extends t.Props>(type: K, props: P) =>
  t.readonly(
    t.strict({
      type: t.literal(type),
      /** So long after this line of the script began, counted from 1. */
      line: t.number,
      afterMs: t.number,
      /** An index into the machines of that moment, in the order of ids, modulo their number. */
      machine: t.number,
      ...props,
    }),
  );

/** Decodes a {@link WorldFault}. */
export const WorldFaultC = t.union([
  /** The way from one machine to another is cut for so long, `both`: and the way back. */
  fault('cut', { other: t.number, ms: t.number, both: t.boolean }),
  /** All connections between two machines break. */
  fault('reset', { other: t.number }),
  /** A machine's clock is set by so much, and goes at another rate from then on. */
  fault('clock', { byMs: t.number, rate: t.number }),
  /** Each call to a machine's disk takes so much longer, for so long. */
  fault('slow', { us: t.number, ms: t.number }),
  /** Whenever from then on a server of this machine ends, somebody else listens at its port. */
  fault('squat', {}),
  /** Somebody who knows the cluster's secret asks a server for what nobody may ask (R16), or says what is not so: see `guest.ts`. */
  fault('guest', { what: t.keyof({ clock: null, value: null, stray: null, address: null, claim: null }) }),
]);

/** What befalls the world around the processes. */
export type WorldFault = t.TypeOf<typeof WorldFaultC>;

/** What a plan is drawn for. */
export interface Frame {
  readonly script: ReadonlyArray<Bytes>;
  readonly ids: ReadonlyArray<NodeId>;
  readonly fsync: boolean;
}

/** Short, or longer than a session waits: then a put may arrive after its session has given it up (R14). */
const lapses = fc.oneof({ weight: 7, arbitrary: fc.integer({ min: 1, max: 800 }) }, { weight: 2, arbitrary: fc.constant(6_500) });

/** A kind of fault, and how often it comes beside the others. */
interface Weighted<A> {
  readonly weight: number;
  readonly arbitrary: fc.Arbitrary<A>;
}

/** No more faults of one sort than this in a plan. */
const MOST_FAULTS = 8;

/**
 * Faults in swarms (Groce et al., 2012): each plan has some kinds of them and not the others, many or few. Where everything goes wrong in every run, one
 * fault hides another.
 */
export const swarm = <A>(kinds: ReadonlyArray<Weighted<A>>): fc.Arbitrary<ReadonlyArray<A>> =>
  fc
    .tuple(fc.subarray([...kinds]), fc.integer({ min: 1, max: MOST_FAULTS }))
    .chain(([some, most]) =>
      some.length === 0 ? fc.constant<A[]>([]) : fc.array(fc.oneof(...some), { minLength: 1, maxLength: most, size: 'max' }),
    );

/** When and whom a plan's faults befall. */
export interface FaultTargets {
  readonly line: fc.Arbitrary<number>;
  readonly server: fc.Arbitrary<number>;
}

/** Faults that meet find more than faults alone: many of a plan's befall one server in a few lines, mostly where something is written. */
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

/** What befalls the world around the processes. */
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

/** What befalls one server at one line of a plan, and how the plan's time goes then; undefined: as it went. */
interface Storm {
  readonly faults: ReadonlyArray<ProcessFault>;
  readonly world: ReadonlyArray<WorldFault>;
  readonly pace: { readonly antiEntropyMs: number; readonly thinkMs: number } | undefined;
  /** After this line of the script there is a `stabilize` more; 0: there is none. */
  readonly settlesAfter: number;
}

const NO_STORM: Storm = { faults: [], world: [], pace: undefined, settlesAfter: 0 };

/** A cut of this length ends when the calm begins: what it held back is sent again much later (TCP waits longer each time), unless somebody dials anew. */
const LONG_CUT_MS = 600_000;

/** Where a storm comes: where something is written or settled. The last `stabilize` is in the calm. */
const stormLines = (lines: ReadonlyArray<string>): ReadonlyArray<number> => {
  const end = lines.lastIndexOf('stabilize');
  return lines.flatMap((line, i) => (i >= 3 && i < end && (line.startsWith('put ') || line === 'stabilize') ? [i + 1] : []));
};

/** Starts that are cut off, or fail, one after the other. */
const cutStarts = (where: FaultTargets): fc.Arbitrary<ProcessFault> => {
  const [type, part] = [fc.constant('start' as const), fc.constantFrom(0, 0.3, 0.9)];
  const afters = (most: number): fc.Arbitrary<number[]> => fc.array(fc.nat(most), { minLength: 1, maxLength: 3 });
  return fc.oneof(
    { weight: 3, arbitrary: fc.record({ type, ...where, kind: fc.constant('kill' as const), afters: afters(20), part }) },
    { weight: 1, arbitrary: fc.record({ type, ...where, kind: fc.constant('EIO' as const), afters: afters(100), part }) },
  );
};

/**
 * Several faults of one server in one line may show what one alone does not: a start that is cut off after a death, a cut that lasts while the script settles, a new identity while
 * an answer is lost.
 */
const stormAt = (line: number, server: number, fsync: boolean): fc.Arbitrary<Storm> => {
  const where = { line: fc.constant(line), server: fc.constant(server) };
  const at = { line: where.line, afterMs: fc.integer({ min: 0, max: 5 }), machine: where.server };
  const ms = fc.constantFrom(20, 6_500, LONG_CUT_MS, LONG_CUT_MS);
  const what = fc.constantFrom('claim' as const, 'claim' as const, 'stray' as const);
  const faults = fc.oneof({ weight: 12, arbitrary: cutStarts(where) }, ...processFaults(where, fsync));
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
 * A long cut between servers, with background pulls off. What a `stabilize` has sent before it gave up is held back for longer and longer.
 * Nobody dies meanwhile, since a death would end the connection.
 */
const silenceAt = (line: number, server: number): fc.Arbitrary<Storm> => {
  const cut = {
    type: fc.constant('cut' as const),
    line: fc.constant(line),
    afterMs: fc.constant(0),
    machine: fc.constant(server),
  };
  return fc.record({
    faults: fc.constant([]),
    world: fc.tuple(fc.record({ ...cut, other: fc.nat(3), ms: fc.constant(LONG_CUT_MS), both: fc.boolean() })),
    pace: fc.record({ antiEntropyMs: fc.constant(0), thinkMs: fc.constantFrom(300, 1_000, 3_000) }),
    settlesAfter: fc.constant(line),
  });
};

/** Storms for a plan; every other plan has none. */
export const storms = ({ script, fsync }: Frame): fc.Arbitrary<Storm> => {
  const lines = stormLines(script);
  if (lines.length === 0) return fc.constant(NO_STORM);
  const storm = fc
    .record({ line: fc.constantFrom(...lines), server: fc.nat(4) })
    .chain(({ line, server }) =>
      fc.oneof({ weight: 3, arbitrary: stormAt(line, server, fsync) }, { weight: 2, arbitrary: silenceAt(line, server) }),
    );
  return fc.oneof(fc.constant(NO_STORM), storm);
};
