/** The faults of servers: stores that differ, vectors that claim too much, stamps given out twice. Each function finds the two things to compare. */
import { serverOf } from '../../core/ids.js';
import { samePut } from '../../model/protocol/put-identity.js';
import { isOlder, orderAt, sameStamp } from '../../model/protocol/order.js';
import { showStamp } from '../../model/checking/texts.js';
import { storeOfServer, type Server } from '../../model/protocol/server.js';
import * as V from '../../model/protocol/vector.js';
import * as L from '../../model/protocol/write-log.js';
import type { FaultFinder, ExplainedFault } from './comparison.js';
import {
  clientNames,
  comparedWrite,
  newestAt,
  serverIn,
  serverNames,
  serverPairs,
  sessionIn,
  stepOf,
  storeText,
  whenAccepted,
  whenKnown,
  whyOlder,
  writesAt,
  writeText,
  writeWith,
  type WhyScene,
} from './scene.js';

const storeOf = ({ world }: WhyScene, server: Server): L.Store => storeOfServer(world.rules)(server);

export const prunedTooMuch: FaultFinder = (scene, at) => {
  const [before, after] = [scene.moments[at - 1], scene.moments[at]!];
  for (const name of serverNames(scene)) {
    const [was, is] = [serverIn(before, name), serverIn(after, name)];
    if (was === undefined || is === undefined || was === is) continue;
    const known = [...was.log, ...writesAt(scene, after)];
    const dropped = known.find(
      (w) => V.has(is.vv, w) && !is.log.some((x) => sameStamp(x, w)) && is.log.some((x) => x.key === w.key && isOlder(x, w)),
    );
    const kept = dropped && newestAt(scene, is, dropped.key);
    if (dropped === undefined || kept === undefined) continue;
    return {
      headline: `${name} drops ${writeText(dropped)}, which was the value of ${dropped.key}: its store is ${storeText(scene, is)} now.`,
      compared: [
        comparedWrite('dropped', dropped, whenAccepted(scene, dropped, at)),
        comparedWrite('kept', kept, whenAccepted(scene, kept, at)),
      ],
      relation: whyOlder(kept, dropped),
      parts: [name],
    };
  }
  return undefined;
};

// --- servers (R2, R4, R5, R7a, R8, R10) --------------------------------------------------------------------------------------

export const equalVectors: FaultFinder = (scene, at) => {
  const moment = scene.moments[at]!;
  for (const [a, b] of serverPairs(scene)) {
    const [s, t] = [serverIn(moment, a), serverIn(moment, b)];
    if (s === undefined || t === undefined || !V.same(s.vv, t.vv) || L.sameStore(storeOf(scene, s), storeOf(scene, t))) continue;
    const equal = `both vectors are [${V.show(s.vv)}]`;
    const finding = differentStores(
      scene,
      at,
      [a, s],
      [b, t],
      `${equal}: each says that it lacks nothing the other has, so neither will ever pull it`,
    );
    return bySameLogs(scene, [a, s], [b, t], finding, equal);
  }
  return undefined;
};

/** Two logs with the same writes: the servers order them differently. */
const bySameLogs = (
  scene: WhyScene,
  [a, s]: readonly [string, Server],
  [b, t]: readonly [string, Server],
  finding: ExplainedFault,
  equal: string,
): ExplainedFault => {
  if (s.log.length !== t.log.length || s.log.some((w) => !t.log.some((x) => sameStamp(w, x) && samePut(w, x)))) return finding;
  const key = s.log.map((w) => w.key).find((k) => !sameStamp(newestAt(scene, s, k)!, newestAt(scene, t, k)!)) ?? '';
  const [mine, theirs] = [newestAt(scene, s, key), newestAt(scene, t, key)];
  if (mine === undefined || theirs === undefined) return finding;
  const [older, wrong] = isOlder(mine, theirs) ? [mine, a] : [theirs, b];
  return {
    ...finding,
    relation: `${equal}, and both have both writes; ${whyOlder(older, older === mine ? theirs : mine)}`,
    meaning: `${wrong} breaks the tie the other way round, and takes ${writeText(older)} for the later one. Nothing is left to be pulled, so the two stay different`,
  };
};

/** Why a server never asks for a write that it lacks: its vector claims the write. */
const neverAsked = (
  { name, server }: { readonly name: string; readonly server: Server },
  other: { readonly name: string; readonly server: Server },
): ReadonlyArray<string> => {
  const lacks = other.server.log.find((w) => V.has(server.vv, w) && !server.log.some((x) => sameStamp(x, w) && samePut(x, w)));
  return lacks === undefined
    ? []
    : [
        `${name} never asks ${other.name} for ${writeText(lacks)}: its vector [${V.show(server.vv)}] claims ${showStamp(lacks)} already (R8)`,
      ];
};

const differentStores = (
  scene: WhyScene,
  at: number,
  [a, s]: readonly [string, Server],
  [b, t]: readonly [string, Server],
  relation: string,
): ExplainedFault => {
  const [mine, theirs] = [storeOf(scene, s), storeOf(scene, t)];
  const key =
    [...mine, ...theirs].map(([k]) => k).find((k) => mine.find(([x]) => x === k)?.[1] !== theirs.find(([x]) => x === k)?.[1]) ??
    '';
  const value = (name: string, server: Server) => {
    const top = newestAt(scene, server, key);
    return top === undefined
      ? { what: `in the store of ${name}`, text: `no ${key}` }
      : comparedWrite(`in the store of ${name}`, top, whenAccepted(scene, top, at));
  };
  const [first, second] = [value(a, s), value(b, t)];
  const [one, other] = [
    { name: a, server: s },
    { name: b, server: t },
  ];
  const never = [...neverAsked(one, other), ...neverAsked(other, one)];
  return {
    headline: `${a} and ${b} have different stores: ${first.text} here, ${second.text} there.`,
    compared: [first, second],
    relation,
    ...(never.length === 0 ? {} : { meaning: never.join('. And ') }),
    parts: [a, b],
  };
};

/** A vector that claims a write, where the replica has neither the write nor a write that supersedes it. */
export const claimsTooMuch: FaultFinder = (scene, at) => {
  const moment = scene.moments[at]!;
  const { rules } = scene.world;
  for (const name of serverNames(scene)) {
    const server = serverIn(moment, name);
    const missing =
      server &&
      writesAt(scene, moment).find(
        (w) => V.has(server.vv, w) && !L.hasOrSupersedes(rules, orderAt(rules.variant)(server.replica))(server.log, w),
      );
    if (server === undefined || missing === undefined) continue;
    return {
      headline: `${name}’s vector claims ${writeText(missing)}, and ${name} does not have it: it will never ask for it again.`,
      compared: [
        {
          what: `the vector of ${name} claims`,
          text: `all writes of replica ${missing.r} up to time ${V.at(server.vv, missing.r)}`,
          stamp: `[${V.show(server.vv)}]`,
        },
        comparedWrite('not in its log', missing, whenAccepted(scene, missing, at)),
      ],
      relation: `${showStamp(missing)} is within what the vector claims, since ${missing.t} ≤ ${V.at(server.vv, missing.r)} (R8)`,
      parts: [name],
    };
  }
  return undefined;
};

/** A write that was acknowledged to a session, and that its replica no longer has. */
export const forgotten: FaultFinder = (scene, at) => {
  const moment = scene.moments[at]!;
  for (const client of clientNames(scene))
    for (const [key, stamp] of sessionIn(moment, client)?.wrote ?? []) {
      const name = `s${serverOf(stamp.r)}`;
      const server = serverIn(moment, name);
      const top = server && newestAt(scene, server, key);
      if (server?.replica !== stamp.r || (V.has(server.vv, stamp) && top !== undefined && !isOlder(top, stamp))) continue;
      const write = writeWith(scene, stamp, at);
      return {
        headline: `${name} acknowledged ${write === undefined ? key : writeText(write)} to ${client}, and does not have it any more.`,
        compared: [
          {
            what: `${client} was told`,
            text: write === undefined ? key : writeText(write),
            stamp: showStamp(stamp),
            ...stepOf(whenKnown(scene, client, 'wrote', stamp, at)),
          },
          top === undefined
            ? { what: `in the log of ${name}`, text: `no ${key}`, step: at }
            : comparedWrite(`in the log of ${name}`, top, whenAccepted(scene, top, at)),
        ],
        relation: 'what was acknowledged stays (R10)',
        parts: [name, client],
      };
    }
  return undefined;
};

export const stampsTwice: FaultFinder = (scene, at) => {
  const all = writesAt(scene, scene.moments[at]!);
  for (const [i, a] of all.entries())
    for (const b of all.slice(i + 1)) {
      if (!sameStamp(a, b) || samePut(a, b)) continue;
      const parts = serverNames(scene).filter((name) => serverIn(scene.moments[at], name)?.log.some((w) => sameStamp(w, a)));
      const one = serverOf(a.r);
      return {
        headline: `Two different writes have the stamp ${showStamp(a)}: ${writeText(a)} and ${writeText(b)}.`,
        compared: [
          comparedWrite('one', a, whenAccepted(scene, a, at)),
          comparedWrite('the other', b, whenAccepted(scene, b, at)),
        ],
        relation: `replica ${a.r}, which is server s${one}, gave the accept time ${a.t} out twice (R4, R7)`,
        meaning: `A vector says by stamps what a server has (R8): whoever has one of the two believes that it has both, and never asks for the other`,
        parts,
      };
    }
  return undefined;
};

export const clockBack: FaultFinder = (scene, at) => {
  const [before, after] = [scene.moments[at - 1], scene.moments[at]!];
  for (const name of serverNames(scene)) {
    const [was, is] = [serverIn(before, name), serverIn(after, name)];
    if (was === undefined || is === undefined || is.clock >= was.clock || is.replica !== was.replica) continue;
    return {
      headline: `The accept time of replica ${is.replica} goes back from ${was.clock} to ${is.clock}: it will give stamps out again.`,
      compared: [
        { what: `accept time of ${is.replica} before`, text: String(was.clock), step: at - 1 },
        { what: 'and now', text: String(is.clock), step: at },
      ],
      relation: `${is.clock} is less than ${was.clock}, and ${name} is the same replica (R2, R7)`,
      parts: [name],
    };
  }
  return undefined;
};

export const knowsMore: FaultFinder = (scene, at) => {
  const moment = scene.moments[at]!;
  for (const [a, b] of serverPairs(scene).flatMap(([x, y]): ReadonlyArray<readonly [string, string]> => [
    [x, y],
    [y, x],
  ])) {
    const [s, t] = [serverIn(moment, a), serverIn(moment, b)];
    if (s === undefined || t === undefined || V.at(s.vv, t.replica) <= V.at(t.vv, t.replica)) continue;
    return {
      headline: `${a} knows more of replica ${t.replica} than ${b}, which is that replica, knows of itself.`,
      compared: [
        { what: `${a} claims of ${t.replica}`, text: `up to time ${V.at(s.vv, t.replica)}` },
        { what: `${b} claims of itself`, text: `up to time ${V.at(t.vv, t.replica)}` },
      ],
      relation: 'it has lost what it once gave out, and will give those stamps out again (R7a)',
      parts: [a, b],
    };
  }
  return undefined;
};

/** Two servers whose stores differ. Their partition is not looked up: since the property is broken, some such pair is in one partition. */
export const notEqual =
  (after: string): FaultFinder =>
  (scene, at) => {
    const moment = scene.moments[at]!;
    const pair = serverPairs(scene).find(([a, b]) => {
      const [s, t] = [serverIn(moment, a), serverIn(moment, b)];
      return s !== undefined && t !== undefined && s.up && t.up && !L.sameStore(storeOf(scene, s), storeOf(scene, t));
    });
    if (pair === undefined) return undefined;
    const [a, b] = pair;
    return differentStores(scene, at, [a, serverIn(moment, a)!], [b, serverIn(moment, b)!], after);
  };
