/** Plans of simulated runs of the library's sessions: the number of sessions at a time, and the faults of the servers meanwhile. A plan is JSON, and decides its run alone. */
import * as t from 'io-ts/lib/index.js';
import { chanceOf } from '../common/seeded-chance.js';
import { NetworkFaultsC, NO_NETWORK_FAULTS, type NetworkFaults } from './network-faults.js';

const SessionFaultC = t.readonly(
  t.strict({
    type: t.keyof({ kill: null, cut: null, reset: null, pause: null, power: null }),
    /** The time between the end of the fault before and this one. */
    afterMs: t.number,
    /** The index of the server among the live ones, sorted by id, modulo their number. */
    server: t.number,
    /** The other end of the way that is blocked (`cut`), or of the connections that break (`reset`): an index into the sessions' machine and the other servers, in this order, modulo their number. */
    other: t.number,
    /** How long the server is away or paused, or the way blocked, in ms. */
    forMs: t.number,
    /** Is the way back blocked, too? */
    both: t.boolean,
  }),
);

/** A fault of a server, or of a way to it. */
export type SessionFault = t.TypeOf<typeof SessionFaultC>;

export type SessionFaultKind = SessionFault['type'];

const SessionsPlanC = t.readonly(
  t.strict(
    {
      /** The seed of everything that the plan does not say: what the sessions do, and the order and times of all events. */
      sessions: t.number,
      /** The number of sessions at a time. */
      actors: t.number,
      /** Do servers force their logs to the disk? Without it a machine's death takes acknowledged puts (R10), so no machine may die. */
      fsync: t.boolean,
      networkFaults: NetworkFaultsC,
      hurts: t.readonlyArray(SessionFaultC),
    },
    'SessionsPlan',
  ),
);

/** A simulated run of the library's sessions, before it is run. */
export type SessionsPlan = t.TypeOf<typeof SessionsPlanC>;

/** The plan that a JSON value is; undefined: it is none. */
export const sessionsPlanIn = (json: unknown): SessionsPlan | undefined => (SessionsPlanC.is(json) ? json : undefined);

const ACTORS = 2;
const FAULTS = 4;
const FAULTY: NetworkFaults = {
  ...NO_NETWORK_FAULTS,
  leastUs: 50,
  moreUs: 2_000,
  loss: 0.01,
  split: 0.1,
  merge: 0.1,
  broken: 0.002,
  halfOpen: 0.3,
};

/** The plan of a seed. */
export const sessionsPlanOf = (seed: number): SessionsPlan => {
  const chance = chanceOf(seed, 1);
  const fsync = chance.percent(30);
  const types: ReadonlyArray<SessionFaultKind> = ['kill', 'kill', 'cut', 'reset', 'pause', ...(fsync ? ['power' as const] : [])];
  const fault = (): SessionFault => {
    const type = chance.pick(types);
    return {
      type,
      afterMs: chance.whole(50, 1_500),
      server: chance.whole(0, 5),
      other: chance.whole(0, 5),
      forMs: type === 'pause' ? chance.whole(1, 3_000) : chance.whole(0, 800),
      both: chance.percent(50),
    };
  };
  return { sessions: seed, actors: ACTORS, fsync, networkFaults: FAULTY, hurts: Array.from({ length: FAULTS }, fault) };
};

/** Plans that are smaller than this one, the smallest first. */
export function* smallerSessions(plan: SessionsPlan): Generator<SessionsPlan> {
  const { actors, networkFaults, hurts } = plan;
  if (Object.entries(NO_NETWORK_FAULTS).some(([name, n]) => networkFaults[name as keyof NetworkFaults] !== n))
    yield { ...plan, networkFaults: NO_NETWORK_FAULTS };
  if (actors > 1) yield { ...plan, actors: 1 };
  for (const i of hurts.keys()) yield { ...plan, hurts: hurts.filter((_, n) => n !== i) };
}

/** The greatest numbers of a plan. No wait may be longer than the run may last. */
const MOST = { actors: 100, hurts: 1_000, ms: 600_000 };

/** The reason why a plan cannot be run, in one line; undefined: it can. */
export const wrongInSessions = ({ actors, fsync, networkFaults, hurts }: SessionsPlan): string | undefined => {
  const isWhole = (n: number, least: number, most: number): boolean => Number.isInteger(n) && n >= least && n <= most;
  const { slow, loss, split, merge, broken, halfOpen, samePort } = networkFaults;
  if (!isWhole(actors, 1, MOST.actors)) return `actors is a whole number from 1 to ${MOST.actors}`;
  if (hurts.length > MOST.hurts) return `there are at most ${MOST.hurts} hurts`;
  if ([slow, loss, split, merge, broken, halfOpen, samePort].some((chance) => !(chance >= 0 && chance <= 1)))
    return 'how often the network does a fault is a number from 0 to 1';
  if (hurts.some(({ server, other }) => !isWhole(server, 0, 1_000) || !isWhole(other, 0, 1_000)))
    return 'server and other of a hurt are whole numbers from 0 to 1000';
  if (hurts.some(({ afterMs, forMs }) => [afterMs, forMs].some((ms) => !(ms >= 0 && ms <= MOST.ms))))
    return `a time in a plan is from 0 to ${MOST.ms}, in ms`;
  if (!fsync && hurts.some(({ type }) => type === 'power'))
    return 'a machine may lose its power where fsync is true: without it what was acknowledged may be gone then (R10)';
  return undefined;
};
