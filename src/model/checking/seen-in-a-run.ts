/**
 * The model's values for the things that a recorded run shows at a step. Each thing has a name: `result`, `requires`, `session clock`,
 * `new writes`, and of a server `replica`, `vector`, `accept time`, `keys` and `store`, as in `vector of s0`.
 *
 * @module
 * @category What is checked
 */
import type { Write } from '../../core/write.js';
import type { Config } from './config.js';
import type { Net } from '../protocol/network.js';
import { stampOrd } from '../protocol/order.js';
import type { Rules } from '../protocol/rules.js';
import { storeOfServer, type Server } from '../protocol/server.js';
import { getOf, putOf, stampFor, type Session } from '../protocol/session.js';
import * as V from '../protocol/vector.js';
import { showStamp, showVector, showWrite } from './texts.js';
import { asksOf, worldOf, type World } from './world.js';

// --- types -----------------------------------------------------------------------------------------------------------------

/** The components before or after a step, by the names of their slots. */
export type SlotValues = Readonly<Record<string, unknown>>;

/** A step of a path, with the components before and after it. */
export interface ObservedStep {
  readonly label: { readonly family: string; readonly args: ReadonlyArray<string | number> } | undefined;
  readonly note: string | undefined;
  readonly before: SlotValues;
  readonly after: SlotValues;
}

// --- texts -----------------------------------------------------------------------------------------------------------------

/** The writes as `a=11#1 3@1.0, …`, in the order of their stamps. */
export const showWrites = (writes: ReadonlyArray<Write>): string => [...writes].sort(stampOrd.compare).map(showWrite).join(', ');

// --- parts (the slots in `world.ts` are where names meet types) ------------------------------------------------------------

const serverIn = (parts: SlotValues, name: unknown): Server | undefined => parts[String(name)] as Server | undefined;
const sessionIn = (parts: SlotValues, name: unknown): Session | undefined => parts[String(name)] as Session | undefined;
const netIn = (parts: SlotValues): Net => (parts['net'] as Net | undefined) ?? [];

const ofServer = (rules: Rules, server: Server, what: string): string | undefined => {
  switch (what) {
    case 'replica':
      return server.replica;
    case 'vector':
      return showVector(server.vv);
    case 'accept time':
      return String(server.clock);
    case 'keys':
      return String(storeOfServer(rules)(server).length);
    case 'store':
      return storeOfServer(rules)(server)
        .map(([key, value]) => `${key}:${value}`)
        .join(', ');
    default:
      return undefined;
  }
};

// --- results of a session's step -------------------------------------------------------------------------------------------

/** `accepted 2@1.0`, or `ERR_DEP`. */
const resultOfPut = ({ label, note, before, after }: ObservedStep): string | undefined => {
  if (note === 'ERR_DEP') return note;
  const [client, , key] = label?.args ?? [];
  const was = sessionIn(before, client);
  const stamp = stampFor(sessionIn(after, client)?.wrote ?? [], String(was?.unanswered?.key ?? key));
  return stamp === undefined ? undefined : `accepted ${showStamp(stamp)}`;
};

/** `11#1 2@1.0`, `ERR_KEY`, or `ERR_DEP`. */
const resultOfGet = ({ label, note = '', before }: ObservedStep): string => {
  const [, server, key] = label?.args ?? [];
  const value = note.slice(String(key).length + 1);
  const write = serverIn(before, server)?.log.findLast((w) => w.key === key && w.value === value);
  return write === undefined ? value : `${value} ${showStamp(write)}`;
};

const resultOf = (step: ObservedStep): string | undefined => {
  if (step.label?.family === 'Get') return resultOfGet(step);
  return step.label?.family === 'Put' || step.label?.family === 'RepeatPut' ? resultOfPut(step) : undefined;
};

/** The requirement of a request, as `[0.0:3], at least 4@1.0`: a vector, and a stamp of the key. */
export const showRequired = (vector: string, atLeast: string | undefined): string =>
  atLeast === undefined ? vector : `${vector}, at least ${atLeast}`;

/** R12: the requirement of the session's request, as text; undefined where the step is of no session. */
const requires = (world: World, { label, before }: ObservedStep): string | undefined => {
  const [client, , key = ''] = label?.args ?? [];
  const session = sessionIn(before, client);
  if (session === undefined) return undefined;
  const guarantees = asksOf(world, session.client);
  if (label?.family !== 'Get') return showVector(putOf(guarantees)(session, String(key)).require);
  const { require, atLeast } = getOf(guarantees)(session, String(key));
  return showRequired(showVector(require), atLeast === null ? undefined : showStamp(atLeast));
};

// --- writes of a pull ------------------------------------------------------------------------------------------------------

const distinctFrom = (before: Net, after: Net): Net => after.filter((m) => !before.includes(m));

/** The answer's writes, and the puller before the step. For a whole pull the writes are all of the answerer's log. */
const answered = ({ label, before, after }: ObservedStep): readonly [ReadonlyArray<Write>, Server | undefined] => {
  const [first, second] = label?.args ?? [];
  if (label?.family === 'Answer') {
    const sent = distinctFrom(netIn(before), netIn(after)).flatMap((m) => (m.type === 'answer' ? m.pulled.writes : []));
    return [sent, serverIn(before, second)];
  }
  const torn = serverIn(before, second)?.midway;
  return [label?.family === 'ReadVector' ? (torn?.writes ?? []) : (serverIn(before, second)?.log ?? []), serverIn(before, first)];
};

/** The writes of the answer that the puller's vector does not claim yet, as text. */
const newWrites = (step: ObservedStep): string => {
  const [writes, puller] = answered(step);
  return showWrites(writes.filter((w) => puller === undefined || !V.has(puller.vv, w)));
};

// --- operations ------------------------------------------------------------------------------------------------------------

/** Gives the model's value for the thing `name` at a step, as text; undefined where the model has no such thing. */
export const lookOf = (config: Config): ((step: ObservedStep, name: string) => string | undefined) => {
  const world = worldOf(config);
  return (step, name) => {
    const [, what, of] = /^(.*) of (s\d+)$/.exec(name) ?? [];
    const server = of === undefined ? undefined : serverIn(step.after, of);
    if (server !== undefined) return ofServer(world.rules, server, what ?? '');
    switch (name) {
      case 'result':
        return resultOf(step);
      case 'requires':
        return requires(world, step);
      case 'session clock':
        return String(sessionIn(step.before, step.label?.args[0])?.clock ?? '');
      case 'new writes':
        return newWrites(step);
      default:
        return undefined;
    }
  };
};
