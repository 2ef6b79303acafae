/** The faults that sessions see: gets that go back, puts that are stamped out of order. Each function finds the two things to compare. */
import type { Stamp } from '../../core/write.js';
import { valueOf, type LoggedWrite } from '../../model/protocol/put-identity.js';
import { isOlder, sameStamp } from '../../model/protocol/order.js';
import { showStamp } from '../../model/checking/texts.js';
import { stampFor } from '../../model/protocol/session.js';
import * as V from '../../model/protocol/vector.js';
import type { FaultFinder } from './comparison.js';
import {
  clientNames,
  comparedWrite,
  newestAt,
  serverIn,
  serverNames,
  serverOfStep,
  sessionIn,
  stepOf,
  whenAccepted,
  whenKnown,
  whyOlder,
  writesAt,
  writeText,
  writeWith,
  type WhyScene,
} from './scene.js';

// --- gets (R12) ------------------------------------------------------------------------------------------------------------

/** A get that returned a value older than the session's own write to the key, or than its read of the key. */
export const wentBack =
  (what: 'wrote' | 'read'): FaultFinder =>
  (scene, at) => {
    const [before, after] = [scene.moments[at - 1], scene.moments[at]!];
    const [client = '', ...args] = (after.label?.args ?? []).map(String);
    const key = args.at(-1) ?? '';
    const server = serverOfStep(after);
    const [session, replica] = [sessionIn(before, client), serverIn(before, server)];
    const known = session && stampFor(session[what], key);
    if (known === undefined || replica === undefined || server === undefined) return undefined;
    const knownWrite = writeWith(scene, known, at);
    const when = whenKnown(scene, client, what, known, at - 1);
    const did = what === 'wrote' ? 'wrote' : 'read';
    const old = {
      what: `${client} ${did} before`,
      text: knownWrite === undefined ? key : writeText(knownWrite),
      stamp: showStamp(known),
      ...(when === undefined ? {} : { step: when }),
    };
    const got = newestAt(scene, replica, key);
    const parts = [client, server];
    if (got === undefined)
      return {
        headline: `${server} says that there is no ${key}, though ${client} ${did} ${old.text} before.`,
        compared: [old, { what: `${server} answers now`, text: `no ${key} (ERR_KEY)`, step: at }],
        relation: `nothing is older than ${showStamp(known)}: a server without it has to answer ERR_DEP (R12, R13)`,
        meaning: `ERR_KEY says that nobody ever wrote ${key}, and ${client} knows better. ERR_DEP would say that this server cannot know yet`,
        parts,
      };
    return {
      headline: `${client} gets ${writeText(got)} from ${server}: older than ${old.text}, which it ${did} before.`,
      compared: [old, comparedWrite(`${client} gets now`, got, at)],
      relation: whyOlder(got, known),
      meaning: `Replicas order writes by their stamps alone, not by when they were put (R4). So ${writeText(got)} counts as the older one everywhere and for ever, and ${client} has gone back in that order`,
      parts,
    };
  };

// --- puts (R2, R6, R12, R14) -----------------------------------------------------------------------------------------------

/** The put of a step: its client, its server, and the stamp that it got. */
const putOf = (scene: WhyScene, at: number) => {
  const [before, after] = [scene.moments[at - 1], scene.moments[at]!];
  const client = String(after.label?.args[0]);
  const [was, is] = [sessionIn(before, client), sessionIn(after, client)];
  const key = was?.unanswered?.key ?? String(after.label?.args.at(-1));
  const stamp = is && stampFor(is.wrote, key);
  const server = serverOfStep(after) ?? '';
  return was === undefined || stamp === undefined ? undefined : { client, was, key, stamp, server };
};

const textWith = (scene: WhyScene, stamp: Stamp, at: number, otherwise: string): string => {
  const write = writeWith(scene, stamp, at);
  return write === undefined ? otherwise : writeText(write);
};

/** A put that is not stamped after a write that its session made or read, or that was accepted by a replica without that write. */
export const notAfter =
  (what: ReadonlyArray<'wrote' | 'read'>): FaultFinder =>
  (scene, at) => {
    const put = putOf(scene, at);
    const replica = serverIn(scene.moments[at - 1], put?.server);
    if (put === undefined || replica === undefined) return undefined;
    const { client, was, key, stamp, server } = put;
    const seen = what.flatMap((map) => was[map].map(([k, s]) => ({ map, k, s })));
    const late = seen.find(({ s }) => !isOlder(s, stamp)) ?? seen.find(({ s }) => !V.has(replica.vv, s));
    if (late === undefined) return undefined;
    const isLate = !isOlder(late.s, stamp);
    const when = whenKnown(scene, client, late.map, late.s, at - 1);
    const [text, now] = [textWith(scene, late.s, at, late.k), textWith(scene, stamp, at, key)];
    return {
      headline: isLate
        ? `${server} stamps ${client}’s put ${now} before ${text}, which ${client} ${late.map} earlier.`
        : `${server} accepts ${client}’s put ${now}, and does not have ${text}, which ${client} ${late.map} earlier.`,
      compared: [
        { what: `${client} ${late.map} before`, text, stamp: showStamp(late.s), ...(when === undefined ? {} : { step: when }) },
        { what: `${client} puts now`, text: now, stamp: showStamp(stamp), step: at },
      ],
      relation: isLate
        ? whyOlder(stamp, late.s)
        : `the vector of ${server} is [${V.show(replica.vv)}]: it claims nothing of ${showStamp(late.s)}`,
      ...(isLate && late.k === key
        ? {
            meaning: `Replicas order writes by their stamps alone (R4, R5). So wherever both writes are, ${text} wins over ${now}, which was put after it`,
          }
        : {}),
      parts: [client, server],
    };
  };

export const notGreatest: FaultFinder = (scene, at) => {
  const put = putOf(scene, at);
  const above = serverIn(scene.moments[at - 1], put?.server)?.log.find((w) => put !== undefined && !isOlder(w, put.stamp));
  if (put === undefined || above === undefined) return undefined;
  const now = textWith(scene, put.stamp, at, put.key);
  return {
    headline: `${put.server} accepts ${now}, and its log has a later write already: ${writeText(above)}.`,
    compared: [
      comparedWrite(`in the log of ${put.server}`, above, whenAccepted(scene, above, at)),
      { what: 'accepted now', text: now, stamp: showStamp(put.stamp), step: at },
    ],
    relation: whyOlder(put.stamp, above),
    meaning: `A store has the write with the greatest stamp (R5). So whoever gets ${put.key} from ${put.server} now sees ${writeText(above)}, and not what was just put there`,
    parts: [put.server, put.client],
  };
};

/** An earlier acknowledged put of a session that has a greater stamp than a later one. */
export const outOfOrder: FaultFinder = (scene, at) => notAfter(['wrote'])(scene, at) ?? acknowledgedOutOfOrder(scene, at);

const acknowledgedOutOfOrder: FaultFinder = (scene, at) => {
  const moment = scene.moments[at]!;
  for (const client of clientNames(scene)) {
    const session = sessionIn(moment, client);
    const all = session?.acknowledged ?? [];
    for (const [i, a] of all.entries())
      for (const b of all.slice(i + 1)) {
        const isIt = (w: LoggedWrite): boolean =>
          w.client === session!.client && w.session === session!.number && w.clientTime === a.clientTime && isOlder(b.stamp, w);
        const above = b.key !== a.key ? undefined : isOlder(b.stamp, a.stamp) ? a.stamp : writesAt(scene, moment).find(isIt);
        if (above === undefined) continue;
        const [first, last] = [textWith(scene, above, at, a.key), textWith(scene, b.stamp, at, b.key)];
        const holder = serverNames(scene).find((name) => serverIn(moment, name)?.log.some((w) => sameStamp(w, above)));
        const lastWrite = writeWith(scene, b.stamp, at);
        const firstWrite = writeWith(scene, above, at);
        return {
          headline: `${client}’s earlier put ${first} has a greater stamp than its later put ${last}, and both were acknowledged: the earlier one wins for ever.`,
          compared: [
            {
              what: `put number ${a.clientTime} of ${client}${holder === undefined ? '' : `, in the log of ${holder}`}`,
              text: first,
              stamp: showStamp(above),
              ...stepOf(firstWrite && whenAccepted(scene, firstWrite, at)),
            },
            {
              what: `put number ${b.clientTime} of ${client}`,
              text: last,
              stamp: showStamp(b.stamp),
              ...stepOf(lastWrite && whenAccepted(scene, lastWrite, at)),
            },
          ],
          relation: whyOlder(b.stamp, above),
          meaning: `A store has the write with the greatest stamp (R5). So once all servers have both, everybody gets ${first}, and what ${client} put last is gone`,
          parts: [client, ...(holder === undefined ? [] : [holder])],
        };
      }
  }
  return undefined;
};

/** The put of a session in a step, as text, by the session's own count. */
const ownText = (scene: WhyScene, { client, key }: { readonly client: string; readonly key: string }, at: number): string => {
  const session = sessionIn(scene.moments[at], client);
  return session === undefined ? key : writeText({ key, value: valueOf(session.client, session.clientTime, session.number) });
};

/** A put that is answered with the stamp of another put's write, or that is stamped twice. */
export const otherStamp: FaultFinder = (scene, at) => {
  const put = putOf(scene, at);
  const replica = serverIn(scene.moments[at], put?.server);
  if (put === undefined || replica === undefined) return undefined;
  const other = replica.log.find((w) => sameStamp(w, put.stamp));
  const time = sessionIn(scene.moments[at], put.client)?.clientTime ?? 0;
  const number = `put number ${time} of ${put.client}’s session ${put.was.number}`;
  return {
    headline: `${put.server} acknowledges a put of ${put.client}, and has not stored it: it takes it for another.`,
    compared: [
      other === undefined
        ? { what: `in the log of ${put.server}`, text: 'nothing' }
        : comparedWrite(
            `put number ${other.clientTime} of ${put.client}’s session ${other.session}, in the log`,
            other,
            whenAccepted(scene, other, at),
          ),
      { what: `${number}, which is told`, text: ownText(scene, put, at), stamp: showStamp(put.stamp), step: at },
    ],
    relation: 'the two are different puts, since their sessions are, and they have one stamp between them (R3, R11a)',
    meaning: `${put.client} was told that its put is kept, and no server has it: an acknowledged put is lost`,
    parts: [put.server, put.client],
  };
};
