/**
 * The properties of the contract's section 8 over a configuration's slots (their sentences: `sentences.ts`; step properties:
 * `judge-step.ts`).
 *
 * @module
 * @category What is checked
 */
import * as O from 'fp-ts/lib/Option.js';
import { over, type ComponentProperty, type Predicate } from '../../checker/model.js';
import { samePut } from '../protocol/put-identity.js';
import { isOlder, orderAt, sameStamp } from '../protocol/order.js';
import type { Pair } from '../protocol/network.js';
import { propertiesMeant, PROPERTIES, type PropertyId } from './sentences.js';
import { answerGet, newestOfServer, storeOfServer, type Server } from '../protocol/server.js';
import { getOf, type Session } from '../protocol/session.js';
import { everyPartitionIsEqual, livePartitions } from '../protocol/stabilize.js';
import * as V from '../protocol/vector.js';
import { asksOf, clusterOf, clusterSlots, type World } from './world.js';
import * as L from '../protocol/write-log.js';

// --- predicates ------------------------------------------------------------------------------------------------------------

/** R8: does the server have each of the writes that its vector claims, or a write that supersedes it? */
const claimsHold =
  (world: World) =>
  (server: Server, writes: L.Log): boolean =>
    writes
      .filter((w) => V.has(server.vv, w))
      .every((w) => L.hasOrSupersedes(world.rules, orderAt(world.rules.variant)(server.replica))(server.log, w));

/** R4: have different puts different stamps? */
const stampsAreUnique = (writes: L.Log): boolean =>
  writes.every((w, i) => writes.every((x, j) => j <= i || !sameStamp(w, x) || samePut(w, x)));

/** R7a: does the vector of `of` claim no more of the replica of `other` than the vector of `other` does? */
const claimsNoMore = (of: Server, other: Server): boolean => V.at(of.vv, other.replica) <= V.at(other.vv, other.replica);

/** R10: does this replica have each write that it acknowledged to the session, or a later write to the key? */
const keepsItsWord =
  (world: World) =>
  (session: Session, server: Server): boolean =>
    session.wrote
      .filter(([, stamp]) => stamp.r === server.replica)
      .every(([key, stamp]) => {
        const top = newestOfServer(world.rules)(server, key);
        return (
          V.has(server.vv, stamp) && O.isSome(top) && (server.log.some((w) => sameStamp(w, stamp)) || isOlder(stamp, top.value))
        );
      });

/** Would a get at `here` be answered, as the session's guarantees allow, and miss a later write of another client at `there`? */
const mayReadStale =
  (world: World) =>
  (session: Session, here: Server, there: Server): boolean =>
    here.up &&
    world.keys.some((key) => {
      const answer = answerGet(world.rules)(here, getOf(asksOf(world, session.client))(session, key));
      const later = newestOfServer(world.rules)(there, key);
      return (
        answer.type === 'found' && O.isSome(later) && later.value.client !== session.client && isOlder(answer.stamp, later.value)
      );
    });

/** SESSION_ORDER: do the session's acknowledged puts to each key ascend? */
const acknowledgedAscend = ({ acknowledged }: Session): boolean =>
  (acknowledged ?? []).every((a, i, all) => all.slice(i + 1).every((b) => b.key !== a.key || isOlder(a.stamp, b.stamp)));

const isOf = (session: Session, write: L.Log[number]): boolean =>
  write.client === session.client && write.session === session.number;

/**
 * SESSION_ORDER, at a server: does the log hold no acknowledged put of the session under a greater stamp than a later acknowledged put to the
 * key has? A put in the log has the stamp that it was acknowledged with, unless it was repeated at another replica (V11).
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

/** R14: does the log hold a put that was never acknowledged, under a greater stamp than a later acknowledged put of the session to the key has? */
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

/** A predicate over all servers and the links that are up. */
const overCluster = (world: World, holds: (servers: ReadonlyArray<Server>, links: ReadonlyArray<Pair>) => boolean): Predicate =>
  over(clusterSlots(world), (...locals) => holds(...clusterOf(world, locals)));

/** Do two partitions have different values for a key? The first live server of each partition is looked at. */
const partitionsDiffer =
  (world: World) =>
  (servers: ReadonlyArray<Server>, links: ReadonlyArray<Pair>): boolean =>
    pairs(livePartitions(servers, links)).some(([g, h]) =>
      pairs([...g.slice(0, 1), ...h.slice(0, 1)].flatMap((i) => servers[i] ?? [])).some(([a, b]) =>
        storeOfServer(world.rules)(a).some(([key, value]) =>
          storeOfServer(world.rules)(b).some(([k, v]) => k === key && v !== value),
        ),
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

/** Why no put is ever refused because its server is another replica now; undefined: one can be. */
const sameReplicas = ({ config, rules }: World): string | undefined => {
  if (config.blankRestarts + config.restores === 0) return 'every server comes back as the replica that it was';
  return rules.variant === 'V11' ? 'no server looks whether it is another replica' : undefined;
};

/** The property; it does not apply where the configuration's bound for its steps is 0. */
const whereThereIs = (bound: number, property: () => ComponentProperty): ComponentProperty | 'does not apply' =>
  bound === 0 ? 'does not apply' : property();

const oneServer = ({ config }: World): string | undefined => (config.servers === 1 ? 'there is one server' : undefined);

/** Why no two clients' writes meet; undefined: they can. */
const uncontended = (world: World): string | undefined =>
  world.config.clients === 1 ? 'there is one client' : (oneServer(world) ?? fewPuts(world, 2));

/** Each property of section 8. A property may not apply to a configuration. A witness that cannot be reached is reported with the reason. */
const ALL: Readonly<Record<PropertyId, (world: World) => ComponentProperty | 'does not apply'>> = {
  RYW: (w) => (asks(w, 'readYourWrites') ? alwaysStep('RYW') : 'does not apply'),
  MR: (w) => (asks(w, 'monotonicReads') ? alwaysStep('MR') : 'does not apply'),
  WFR: (w) => (asks(w, 'writesFollowReads') ? alwaysStep('WFR') : 'does not apply'),
  MW: (w) => (asks(w, 'monotonicWrites') ? alwaysStep('MW') : 'does not apply'),
  CONV: (w) =>
    always(
      'CONV',
      overPairs(w, (a, b) => !V.same(a.vv, b.vv) || L.sameStore(storeOfServer(w.rules)(a), storeOfServer(w.rules)(b))),
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

/** The vector that claims the writes of `all` that this replica accepted, and nothing else. */
const ownWrites = (server: Server, all: L.Log): V.Vector =>
  all.filter((w) => w.r === server.replica).reduce((vector, w) => V.raise(vector, w), V.none);

/** A predicate that is true in every state: a property needs at least one predicate. */
const ofNone = ({ servers }: World): Predicate => over([servers[0]!], () => true);

/** The properties that a configuration checks: the properties that it names and that apply. */
export const propertiesOf = (world: World): ReadonlyArray<ComponentProperty> =>
  propertiesMeant(world.config.properties).flatMap((id) => {
    const property = ALL[id](world);
    if (property === 'does not apply') return [];
    // With one server there are no pairs of servers: a property of every pair then holds.
    return [property.kind === 'always' && property.over.length === 0 ? { ...property, over: [ofNone(world)] } : property];
  });
