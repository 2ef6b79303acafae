/** The writes that a pull brought to a log, and why some of them are not in the log afterwards. */
import type { LoggedWrite } from '../../model/protocol/put-identity.js';
import { showStamp } from '../../model/checking/texts.js';
import type { Server } from '../../model/protocol/server.js';
import { lackedBy, sameWrite } from '../../model/protocol/write-log.js';
import { serverIn, writeText, type WhyScene } from './scene.js';

/** The writes of a pull at the puller, by what happened to each. */
export interface PulledWrites {
  readonly puller: string;
  readonly answerer: string;
  readonly was: Server;
  readonly is: Server;
  /** The writes that came into the puller's log. */
  readonly came: ReadonlyArray<LoggedWrite>;
  /** The writes that were in the puller's log before, and are there no longer. */
  readonly dropped: ReadonlyArray<LoggedWrite>;
  /** The writes that wait for the rest of the answer (R9). */
  readonly waiting: ReadonlyArray<LoggedWrite>;
  /** The writes that the vector claims and that are not yet in the log (V8). */
  readonly claimed: ReadonlyArray<LoggedWrite>;
  /** The writes of the answer that are neither in the log nor waiting. */
  readonly refused: ReadonlyArray<LoggedWrite>;
}

const isIn = (log: ReadonlyArray<LoggedWrite>, write: LoggedWrite): boolean => log.some((w) => sameWrite(w, write));

const fresh = (is: ReadonlyArray<LoggedWrite>, was: ReadonlyArray<LoggedWrite>): ReadonlyArray<LoggedWrite> =>
  is.filter((w) => !isIn(was, w));

/** The writes that the answer to a pull brings, as far as the states before it tell: the answer's own writes, or the writes that were read for it. */
const sentTo = (scene: WhyScene, step: number, puller: Server, answerer: Server | undefined): ReadonlyArray<LoggedWrite> => {
  const { family } = scene.moments[step]!.label!;
  if (family === 'ReadVector') return answerer?.midway?.writes ?? [];
  return family === 'Pull' && answerer !== undefined ? lackedBy(answerer.log, puller.vv) : [];
};

const PULLS = new Set(['Pull', 'Receipt', 'ReadVector', 'AddWrites', 'Stabilize']);

/** The writes that a step pulled; `step` counts from 1. Undefined where the step is no pull. */
export const pulledIn = (scene: WhyScene, step: number): PulledWrites | undefined => {
  const [before, after] = [scene.moments[step - 1], scene.moments[step]!];
  const { family = '', args = [] } = after.label ?? {};
  const [puller = '', answerer = ''] = args.map(String);
  const [was, is] = [serverIn(before, puller), serverIn(after, puller)];
  // With messages in flight, `ReadVector` only sends the answer: the puller has no writes of it yet.
  const isSent = family === 'ReadVector' && scene.config.grain === 'messages';
  if (!PULLS.has(family) || isSent || was === undefined || is === undefined) return undefined;
  const claimed = is.midway?.type === 'torn' ? [] : fresh(is.midway?.writes ?? [], was.midway?.writes ?? []);
  const elsewhere = [...is.log, ...is.waiting, ...claimed];
  return {
    puller,
    answerer,
    was,
    is,
    came: fresh(is.log, was.log),
    dropped: fresh(was.log, is.log),
    waiting: fresh(is.waiting, was.waiting),
    claimed,
    refused: sentTo(scene, step, was, serverIn(before, answerer)).filter((w) => !isIn(elsewhere, w)),
  };
};

const listed = (writes: ReadonlyArray<LoggedWrite>): string => writes.map((w) => `${writeText(w)} (${showStamp(w)})`).join(', ');

/** Why a write is not kept: names the write in the log that has taken its place. */
const inFavourOf = ({ world }: WhyScene, { is }: PulledWrites, gone: ReadonlyArray<LoggedWrite>): string => {
  const [write] = gone;
  const later = is.log.find(
    (w) => w.client === write?.client && w.session === write.session && w.key === write.key && w.clientTime > write.clientTime,
  );
  if (later === undefined) return '';
  const by = world.rules.variant === 'V1' ? 'V1 prunes by client time alone' : 'R6';
  return ` in favour of ${writeText(later)}, a later put of the same session (${by})`;
};

/** The effect of a pull, in words. */
export const pullText = (scene: WhyScene, pulled: PulledWrites): string => {
  const { puller, answerer, was, is, came, dropped, waiting, claimed, refused } = pulled;
  const isIdle = [came, dropped, waiting, claimed, refused].every((writes) => writes.length === 0);
  const parts = [
    ...(isIdle ? ['no write comes'] : []),
    ...(came.length === 0 ? [] : [`it gets ${listed(came)}`]),
    ...(waiting.length === 0 ? [] : [`${listed(waiting)} is put aside until the rest of the answer has come`]),
    ...(claimed.length === 0 ? [] : [`its vector claims ${listed(claimed)}, which is yet to be added to its log`]),
    ...(refused.length === 0 ? [] : [`it is sent ${listed(refused)}, and drops it${inFavourOf(scene, pulled, refused)}`]),
    ...(dropped.length === 0 ? [] : [`it drops ${listed(dropped)}${inFavourOf(scene, pulled, dropped)}`]),
    ...(is.clock > was.clock ? [`its accept time rises to ${is.clock}`] : []),
  ];
  return `${puller} pulls from ${answerer}: ${parts.join(', and ')}`;
};
