/**
 * The properties of the contract's section 8 over a configuration's slots (their sentences: `sentences.ts`; step properties:
 * `judge-step.ts`).
 *
 * @module
 * @category What is checked
 */
import * as O from 'fp-ts/lib/Option.js';
import { over, type ComponentProperty, type Predicate, type Slot } from '../../checker/model.js';
import { samePut } from '../protocol/put-identity.js';
import { isOlder, orderAt, sameStamp } from '../protocol/order.js';
import type { Pair } from '../protocol/network.js';
import { propertiesMeant, PROPERTIES, type PropertyId } from './sentences.js';
import { answerGet, newest, storeOf, type Server } from '../protocol/server.js';
import { getOf, type Session } from '../protocol/session.js';
import { everyPartitionIsEqual, livePartitions } from '../protocol/stabilize.js';
import * as V from '../protocol/vector.js';
import { asksOf, type World } from './world.js';
import * as L from '../protocol/write-log.js';

// --- what a predicate says -------------------------------------------------------------------------------------------------

/** R8 between two: of what the other has, does the replica have (or supersede) all that its vector claims? */
const claimsHold =
  (world: World) =>
  (server: Server, writes: L.Log): boolean =>
    writes
      .filter((w) => V.has(server.vv, w))
      .every((w) => L.hasOrSupersedes(world.rules, orderAt(world.rules.variant)(server.replica))(server.log, w));

/** R4: no two of them are different writes with one stamp. */
const stampsAreUnique = (writes: L.Log): boolean =>
  writes.every((w, i) => writes.every((x, j) => j <= i || !sameStamp(w, x) || samePut(w, x)));

/** R7a: does the replica claim no more of the other than that one itself? */
const claimsNoMore = (of: Server, other: Server): boolean => V.at(of.vv, other.replica) <= V.at(other.vv, other.replica);

/** R10: what the session was told that this replica accepted, has it that, or something later? */
const keepsItsWord =
  (world: World) =>
  (session: Session, server: Server): boolean =>
    session.wrote
      .filter(([, stamp]) => stamp.r === server.replica)
      .every(([key, stamp]) => {
        const top = newest(world.rules)(server, key);
        return (
          V.has(server.vv, stamp) && O.isSome(top) && (server.log.some((w) => sameStamp(w, stamp)) || isOlder(stamp, top.value))
        );
      });

/** Would a get here, that the session's guarantees allow, miss a later write of another client? */
const mayReadStale =
  (world: World) =>
  (session: Session, here: Server, there: Server): boolean =>
    here.up &&
    world.keys.some((key) => {
      const answer = answerGet(world.rules)(here, getOf(asksOf(world, session.client))(session, key));
      const later = newest(world.rules)(there, key);
      return (
        answer.type === 'found' && O.isSome(later) && later.value.client !== session.client && isOlder(answer.stamp, later.value)
      );
    });

/** SESSION-ORDER: do the session's acknowledged puts to each key ascend? */
const acknowledgedAscend = ({ acknowledged }: Session): boolean =>
  (acknowledged ?? []).every((a, i, all) => all.slice(i + 1).every((b) => b.key !== a.key || isOlder(a.stamp, b.stamp)));

const isOf = (session: Session, write: L.Log[number]): boolean =>
  write.client === session.client && write.session === session.number;

/**
 * SESSION-ORDER, at a server: is no acknowledged put of the session there under a greater stamp than a later acknowledged one to the key
 * has? (A put has one stamp, the one it was acknowledged with, unless it was repeated at another replica: V11.)
 */
const keepsSessionOrder = (session: Session, { log }: Server): boolean =>
  (session.acknowledged ?? []).every((a, _, all) =>
    all.every(
      (b) =>
        b.key !== a.key ||
        b.clientTime <= a.clientTime ||
        !log.some((w) => isOf(session, w) && w.clientTime === a.clientTime && isOlder(b.stamp, w)),
    ),
  );

/** R14: is a put that the session gave up there under a greater stamp than a later, acknowledged one to the key has? */
const unknownWins = ({ acknowledged, ...session }: Session, { log }: Server): boolean =>
  (acknowledged ?? []).some((b) =>
    log.some(
      (w) =>
        isOf({ acknowledged, ...session }, w) &&
        w.key === b.key &&
        w.clientTime < b.clientTime &&
        isOlder(b.stamp, w) &&
        acknowledged?.every((a) => a.clientTime !== w.clientTime),
    ),
  );

// --- slots that predicates look at -----------------------------------------------------------------------------------------

const pairs = <A>(list: ReadonlyArray<A>): ReadonlyArray<readonly [A, A]> =>
  list.flatMap((a, i) => list.slice(i + 1).map((b) => [a, b] as const));

const overPairs = (world: World, holds: (a: Server, b: Server) => boolean): ReadonlyArray<Predicate> =>
  pairs(world.servers).map(([a, b]) => over([a, b], holds));

const overSessions = (world: World, holds: (session: Session, server: Server) => boolean): ReadonlyArray<Predicate> =>
  world.clients.flatMap((c) => world.servers.map((s) => over([c, s], holds)));

const isServer = (local: Server | boolean): local is Server => typeof local !== 'boolean';

/** Over all servers and the links that there are. */
const overCluster = (world: World, holds: (servers: ReadonlyArray<Server>, links: ReadonlyArray<Pair>) => boolean): Predicate =>
  over([...world.servers, ...world.links.map((l) => l.slot)] as ReadonlyArray<Slot<Server | boolean>>, (...locals) => {
    const up = locals.slice(world.servers.length);
    return holds(locals.filter(isServer), [
      ...world.fixedLinks,
      ...world.links.filter((_, i) => up[i] === true).map((l) => l.pair),
    ]);
  });

/** Have two live servers of different partitions different values for a key? */
const partitionsDiffer =
  (world: World) =>
  (servers: ReadonlyArray<Server>, links: ReadonlyArray<Pair>): boolean =>
    pairs(livePartitions(servers, links)).some(([g, h]) =>
      pairs([...g.slice(0, 1), ...h.slice(0, 1)].flatMap((i) => servers[i] ?? [])).some(([a, b]) =>
        storeOf(world.rules)(a).some(([key, value]) => storeOf(world.rules)(b).some(([k, v]) => k === key && v !== value)),
      ),
    );

// --- the properties --------------------------------------------------------------------------------------------------------

const always = (id: PropertyId, predicates: ReadonlyArray<Predicate>): ComponentProperty => ({
  ...PROPERTIES[id],
  kind: 'always',
  over: predicates,
});
const sometimes = (id: PropertyId, predicates: ReadonlyArray<Predicate>, impossible?: string): ComponentProperty => ({
  ...PROPERTIES[id],
  kind: 'sometimes',
  over: predicates,
  ...because(impossible),
});
const alwaysStep = (id: PropertyId): ComponentProperty => ({ ...PROPERTIES[id], kind: 'alwaysStep' });
const sometimesStep = (id: PropertyId, impossible?: string): ComponentProperty => ({
  ...PROPERTIES[id],
  kind: 'sometimesStep',
  ...because(impossible),
});
const because = (impossible: string | undefined): { readonly impossible?: string } =>
  impossible === undefined ? {} : { impossible };

// --- why a witness cannot be reached ---------------------------------------------------------------------------------------

const fewPuts = ({ config }: World, least: number): string | undefined => {
  if (config.puts >= least) return undefined;
  return config.puts === 0 ? 'nothing is put' : `there ${config.puts === 1 ? 'is 1 put' : `are ${config.puts} puts`} in all`;
};

/** Why no server is ever another replica than before. */
const sameReplicas = ({ config, rules }: World): string | undefined => {
  if (config.blankRestarts + config.restores === 0) return 'every server comes back as the replica that it was';
  return rules.variant === 'V11' ? 'no server looks whether it is another replica' : undefined;
};

/** What is about steps that a configuration does not have does not even appear. */
const whereThereIs = (bound: number, property: () => ComponentProperty): ComponentProperty | 'does not apply' =>
  bound === 0 ? 'does not apply' : property();

const oneServer = ({ config }: World): string | undefined => (config.servers === 1 ? 'there is one server' : undefined);

/** Why no two clients' writes meet. */
const uncontended = (world: World): string | undefined =>
  world.config.clients === 1 ? 'there is one client' : (oneServer(world) ?? fewPuts(world, 2));

/** Each property of section 8. Safety may not apply to a configuration; a witness that cannot be reached is reported with the reason. */
const ALL: Readonly<Record<PropertyId, (world: World) => ComponentProperty | 'does not apply'>> = {
  RYW: (w) => (asks(w, 'readYourWrites') ? alwaysStep('RYW') : 'does not apply'),
  MR: (w) => (asks(w, 'monotonicReads') ? alwaysStep('MR') : 'does not apply'),
  WFR: (w) => (asks(w, 'writesFollowReads') ? alwaysStep('WFR') : 'does not apply'),
  MW: (w) => (asks(w, 'monotonicWrites') ? alwaysStep('MW') : 'does not apply'),
  CONV: (w) =>
    always(
      'CONV',
      overPairs(w, (a, b) => !V.same(a.vv, b.vv) || L.sameStore(storeOf(w.rules)(a), storeOf(w.rules)(b))),
    ),
  R8: (w) =>
    always(
      'R8',
      w.config.history
        ? w.servers.map((s) => over([s, w.puts], (server, puts) => claimsHold(w)(server, puts.all)))
        : overPairs(w, (a, b) => claimsHold(w)(a, b.log) && claimsHold(w)(b, a.log)),
    ),
  UNIQUE: (w) =>
    always(
      'UNIQUE',
      w.config.history
        ? [over([w.puts], (puts) => stampsAreUnique(puts.all))]
        : overPairs(w, (a, b) => stampsAreUnique([...a.log, ...b.log])),
    ),
  PRUNING: () => alwaysStep('PRUNING'),
  DURABLE: (w) =>
    always(
      'DURABLE',
      w.config.history
        ? w.servers.map((s) =>
            over([s, w.puts], (server, puts) =>
              claimsHold(w)(
                { ...server, vv: V.join(server.vv, ownWrites(server, puts.all)) },
                puts.all.filter((x) => x.r === server.replica),
              ),
            ),
          )
        : overSessions(w, keepsItsWord(w)),
    ),
  CLOCK: () => alwaysStep('CLOCK'),
  SESSION_ORDER: (w) =>
    w.config.lostAnswers === 0
      ? alwaysStep('SESSION_ORDER')
      : always('SESSION_ORDER', [...w.clients.map((c) => over([c], acknowledgedAscend)), ...overSessions(w, keepsSessionOrder)]),
  GREATEST: () => alwaysStep('GREATEST'),
  LATER: () => alwaysStep('LATER'),
  REPEAT: (w) => (w.config.lostAnswers > 0 ? alwaysStep('REPEAT') : 'does not apply'),
  LOST: (w) => (w.rules.remembersPuts !== 'no' ? alwaysStep('LOST') : 'does not apply'),
  OWN: (w) =>
    always(
      'OWN',
      overPairs(w, (a, b) => claimsNoMore(a, b) && claimsNoMore(b, a)),
    ),
  STABLE: (w) => (w.config.stabilize ? alwaysStep('STABLE') : 'does not apply'),
  SETTLE: (w) => ({
    ...PROPERTIES.SETTLE,
    kind: 'eventuallyAlways',
    over: [overCluster(w, (servers, links) => everyPartitionIsEqual(w.rules)(servers, links))],
  }),
  ERR_DEP: (w) => sometimesStep('ERR_DEP', oneServer(w) ?? fewPuts(w, 1)),
  ERR_KEY: () => sometimesStep('ERR_KEY'),
  CONFLICT: (w) => sometimesStep('CONFLICT', uncontended(w)),
  PRUNED: (w) => sometimesStep('PRUNED', fewPuts(w, 2)),
  STALE: (w) =>
    sometimes(
      'STALE',
      w.clients.flatMap((c) =>
        pairs(w.servers).flatMap(([a, b]) => [over([c, a, b], mayReadStale(w)), over([c, b, a], mayReadStale(w))]),
      ),
      uncontended(w),
    ),
  APART: (w) =>
    w.links.length === 0
      ? sometimes('APART', [], 'no link can be cut')
      : sometimes('APART', [overCluster(w, partitionsDiffer(w))], fewPuts(w, 2)),
  RECOVERY: (w) => sometimesStep('RECOVERY', w.config.kills === 0 ? 'no server is killed' : fewPuts(w, 1)),
  OLD_TOKEN: (w) => whereThereIs(w.config.newSessions, () => sometimesStep('OLD_TOKEN', fewPuts(w, 1))),
  TOKEN_TWICE: (w) =>
    whereThereIs(w.config.newSessions, () =>
      sometimesStep('TOKEN_TWICE', w.config.newSessions === 1 ? 'one session starts again' : fewPuts(w, 1)),
    ),
  PUT_BACK: (w) => whereThereIs(w.config.restores, () => sometimesStep('PUT_BACK', fewPuts(w, 1))),
  OTHER_REPLICA: (w) =>
    whereThereIs(w.config.lostAnswers, () => sometimesStep('OTHER_REPLICA', sameReplicas(w) ?? fewPuts(w, 1))),
  LATE_PUT: (w) => whereThereIs(w.config.latePuts, () => sometimesStep('LATE_PUT', fewPuts(w, 1))),
  UNKNOWN_LAST: (w) =>
    whereThereIs(w.config.lostAnswers, () =>
      sometimes('UNKNOWN_LAST', overSessions(w, unknownWins), oneServer(w) ?? fewPuts(w, 2)),
    ),
};

const asks = (world: World, guarantee: 'readYourWrites' | 'monotonicReads' | 'writesFollowReads' | 'monotonicWrites'): boolean =>
  world.clients.some((c) => asksOf(world, c.initial.client)[guarantee]);

/** The vector that claims what this replica accepted. */
const ownWrites = (server: Server, all: L.Log): V.Vector =>
  all.filter((w) => w.r === server.replica).reduce((vector, w) => V.raise(vector, w), V.none);

/** True of every state. A property is over one predicate at least. */
const ofNone = ({ servers }: World): Predicate => over([servers[0]!], () => true);

/** The properties that a configuration checks: those it names; safety and liveness where they apply, witnesses always. */
export const propertiesOf = (world: World): ReadonlyArray<ComponentProperty> =>
  propertiesMeant(world.config.properties).flatMap((id) => {
    const property = ALL[id](world);
    if (property === 'does not apply') return [];
    // What is to hold of each of none (the sessions of no client, the pairs of one server) does.
    return [property.kind === 'always' && property.over.length === 0 ? { ...property, over: [ofNone(world)] } : property];
  });
