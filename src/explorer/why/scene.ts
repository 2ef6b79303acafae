/** A run of Bayou's model, state by state, and the look-ups in the run that explain why a property is broken. */
import type { Label } from '../../checker/model.js';
import type { Tuple } from '../../checker/component-model/apply.js';
import type { ComponentAction } from '../../checker/component-model/tuples.js';
import type { Bytes } from '../../core/bytes.js';
import type { Stamp } from '../../core/write.js';
import type { Config } from '../../model/checking/config.js';
import type { LoggedWrite } from '../../model/protocol/put-identity.js';
import { orderAt, sameStamp } from '../../model/protocol/order.js';
import { showStamp } from '../../model/checking/texts.js';
import type { Server } from '../../model/protocol/server.js';
import type { Session } from '../../model/protocol/session.js';
import { slotsOf, worldOf, type Puts, type World } from '../../model/checking/world.js';
import type { ComparedThing } from '../shape.js';
import type { Walk } from '../walk.js';

/** A state of the run, and the step that led to it (none: the initial state). */
export interface Moment {
  readonly parts: Readonly<Record<string, unknown>>;
  readonly label?: Label;
  readonly note?: string;
}

/** A run with its moments, and the model that it is a run of. */
export interface WhyScene {
  readonly config: Config;
  readonly world: World;
  readonly moments: ReadonlyArray<Moment>;
}

export const sceneOf = (config: Config, walk: Walk<Tuple, ComponentAction>): WhyScene => {
  const world = worldOf(config);
  const slots = slotsOf(world);
  const parts = (state: Tuple): Moment['parts'] => Object.fromEntries(slots.map(({ name }, at) => [name, state[at]]));
  return {
    config,
    world,
    moments: [
      { parts: parts(walk.initial) },
      ...walk.steps.map(({ action: { interaction, outcome }, next }): Moment => {
        const { note } = outcome;
        return { parts: parts(next), label: interaction.label, ...(note === undefined ? {} : { note }) };
      }),
    ],
  };
};

// --- parts (the slots in the model's `world.ts` are where names meet types) -------------------------------------------------

export const serverIn = (moment: Moment | undefined, name: unknown): Server | undefined =>
  moment?.parts[String(name)] as Server | undefined;
export const sessionIn = (moment: Moment | undefined, name: unknown): Session | undefined =>
  moment?.parts[String(name)] as Session | undefined;

export const serverNames = ({ world }: WhyScene): ReadonlyArray<string> => world.servers.map(({ name }) => name);
export const clientNames = ({ world }: WhyScene): ReadonlyArray<string> => world.clients.map(({ name }) => name);

const everAccepted = (moment: Moment): ReadonlyArray<LoggedWrite> => (moment.parts['puts'] as Puts | undefined)?.all ?? [];

/** All pairs of different servers. */
export const serverPairs = (scene: WhyScene): ReadonlyArray<readonly [string, string]> => {
  const names = serverNames(scene);
  return names.flatMap((a, i) => names.slice(i + 1).map((b): readonly [string, string] => [a, b]));
};

/** The server at which a session's step took place. The label names the server; where clients are placed, the note does. */
export const serverOfStep = ({ label, note = '' }: Moment): string | undefined =>
  label?.args.map(String).find((arg) => /^s\d+$/.test(arg)) ?? / ?at (s\d+)$/.exec(note)?.[1];

/** The writes that the servers' logs, or other parts of the state, have at a moment. */
export const writesAt = (scene: WhyScene, moment: Moment): ReadonlyArray<LoggedWrite> => [
  ...serverNames(scene).flatMap((name) => {
    const server = serverIn(moment, name);
    return server === undefined ? [] : [...server.log, ...server.waiting, ...(server.midway?.writes ?? [])];
  }),
  ...everAccepted(moment),
];

/** The write with a stamp: at moment `upTo`, or at the last moment before it that had such a write. */
export const writeWith = (scene: WhyScene, stamp: Stamp, upTo: number): LoggedWrite | undefined => {
  for (let i = upTo; i >= 0; i--) {
    const found = writesAt(scene, scene.moments[i]!).find((w) => sameStamp(w, stamp));
    if (found !== undefined) return found;
  }
  return undefined;
};

/** The greatest-stamped write to a key that a server has, in the server's own order. */
export const newestAt = ({ world }: WhyScene, server: Server, key: Bytes): LoggedWrite | undefined =>
  server.log
    .filter((w) => w.key === key)
    .toSorted(orderAt(world.rules.variant)(server.replica).compare)
    .at(-1);

/** The index of the first state, up to `upTo`, for which `is` is true; undefined where it is the initial state, or there is none. */
const firstWhere = (scene: WhyScene, upTo: number, is: (moment: Moment) => boolean): number | undefined => {
  const at = scene.moments.findIndex((moment, i) => i <= upTo && is(moment));
  return at > 0 ? at : undefined;
};

/** The last step before `upTo` in which a session put a stamp into one of its maps. */
export const whenKnown = (
  scene: WhyScene,
  client: string,
  what: 'wrote' | 'read',
  stamp: Stamp,
  upTo: number,
): number | undefined => {
  const has = (moment: Moment | undefined): boolean =>
    (sessionIn(moment, client)?.[what] ?? []).some(([, known]) => sameStamp(known, stamp));
  for (let i = upTo; i > 0; i--) if (has(scene.moments[i]) && !has(scene.moments[i - 1])) return i;
  return undefined;
};

/** The step in which a write was accepted: the first state in whose logs it is. */
export const whenAccepted = (scene: WhyScene, write: LoggedWrite, upTo: number): number | undefined =>
  firstWhere(scene, upTo, (moment) =>
    writesAt(scene, moment).some((w) => sameStamp(w, write) && w.client === write.client && w.clientTime === write.clientTime),
  );

// --- words -----------------------------------------------------------------------------------------------------------------

/** `a=11#1`. */
export const writeText = ({ key, value }: Pick<LoggedWrite, 'key' | 'value'>): string => `${key}=${value}`;

/** A write, as one of the two things that are compared. */
export const comparedWrite = (what: string, write: LoggedWrite, step: number | undefined): ComparedThing => ({
  what,
  text: writeText(write),
  stamp: showStamp(write),
  ...(step === undefined ? {} : { step }),
});

/** Why one stamp is before another in R4's order. */
export const whyOlder = (a: Stamp, b: Stamp): string =>
  a.t === b.t
    ? `${showStamp(a)} is older than ${showStamp(b)}: the accept times are equal, and replica ${a.r} comes before ${b.r} (R4)`
    : `${showStamp(a)} is older than ${showStamp(b)}: accept time ${a.t} is less than ${b.t} (R4)`;

/** A server's store as text. */
export const storeText = (scene: WhyScene, server: Server): string => {
  const keys = [...new Set(server.log.map(({ key }) => key))].sort();
  return keys.length === 0 ? 'an empty store' : keys.map((key) => `${key}=${newestAt(scene, server, key)!.value}`).join(', ');
};

/** The field `step` of a thing that is compared; no field where the step is not known. */
export const stepOf = (step: number | undefined): { readonly step?: number } => (step === undefined ? {} : { step });
