/**
 * The steps of anti-entropy (R9). `Pull` of the TLA+ module is a pull in one step. V2 divides it into `ReadLog` and `ReadVector`; V8 adds
 * `AddWrites`. The steps with messages in flight are in `steps-messages.ts`.
 *
 * @module
 * @category What may happen
 */
import { interaction, over, query, type Interaction, type Query, type Slot } from '../../checker/model.js';
import { pullAnswerKey, vectorKey } from '../checking/texts.js';
import type { World } from '../checking/world.js';
import { addLate, answerFor, finishAnswer, pullRequest, readLogOnly, type PullContents } from '../protocol/pulls.js';
import type { Server } from '../protocol/server.js';
import type * as V from '../protocol/vector.js';
import { peersOf, type PullLinks } from './pull-peers.js';
import { byMessages } from './steps-messages.js';
import { isFree, isInParts, takeIn } from './receive-answer.js';

/** A pull as one step, of any server from any other. The answer does not name its answerer, so servers with equal contents answer equally. */
type Pulling = Query<Server, Server, V.Vector, PullContents>;

const pulling = (world: World): Pulling => ({
  request: (here) => (isFree(here) ? here.vv : undefined),
  reply: (there, vv) => (there.up ? answerFor(there, vv) : undefined),
  receive: (here, answer) => [takeIn(world, here, answer)],
  requestKey: vectorKey,
  replyKey: pullAnswerKey,
});

const pull = (puller: Slot<Server>, answerer: Slot<Server>, links: PullLinks, pulling: Pulling): Interaction =>
  query({
    label: { family: 'Pull', args: [puller.name, answerer.name] },
    requester: puller,
    replier: answerer,
    query: pulling,
    ...(links.length === 0 ? {} : { when: over(links, (...up) => up.every(Boolean)) }),
    fairness: `${puller.name} pulls from ${answerer.name}`,
  });

/** V2 at the grain of whole pulls, first half: the answerer reads its log for the puller. */
const readLog = (puller: Slot<Server>, answerer: Slot<Server>, links: PullLinks): Interaction =>
  interaction({
    label: { family: 'ReadLog', args: [puller.name, answerer.name] },
    slots: [puller, answerer, ...links],
    writes: [1],
    fairness: `${puller.name} pulls from ${answerer.name}`,
    step: (here, there, ...up) =>
      here.up && there.up && there.midway === null && up.every(Boolean)
        ? [{ next: [here, readLogOnly(there, pullRequest(here)), ...up] }]
        : [],
  });

/** V2 at the grain of whole pulls, second half: the answerer reads its vector, and the puller takes the answer in. */
const readVector = (world: World, puller: Slot<Server>, answerer: Slot<Server>, links: PullLinks): Interaction =>
  interaction({
    label: { family: 'ReadVector', args: [puller.name, answerer.name] },
    slots: [puller, answerer, ...links],
    writes: [0, 1],
    fairness: `${puller.name} pulls from ${answerer.name}`,
    step: (here, there, ...up) => {
      if (!here.up || !there.up || there.midway?.type !== 'torn' || there.midway.to !== here.replica || !up.every(Boolean))
        return [];
      const [after, answer] = finishAnswer(there, there.midway.writes);
      const { next, violates, witnesses } = takeIn(world, here, answer);
      return [{ next: [next, after, ...up], violates, witnesses }];
    },
  });

// --- V8 --------------------------------------------------------------------------------------------------------------------

const addLateStep = (world: World, server: Slot<Server>): Interaction =>
  interaction({
    label: { family: 'AddWrites', args: [server.name] },
    slots: [server],
    writes: [0],
    fairness: `${server.name} adds the writes`,
    step: (here) =>
      here.up && here.midway?.type === 'eager' ? [{ next: [addLate(world.rules)(here, here.midway.writes)] }] : [],
  });

// --- all of them -----------------------------------------------------------------------------------------------------------

const atomic = (world: World): ReadonlyArray<Interaction> => {
  const pulls = pulling(world);
  return peersOf(world).flatMap(({ puller, answerer, links }) =>
    world.rules.variant === 'V2'
      ? [readLog(puller, answerer, links), readVector(world, puller, answerer, links)]
      : [pull(puller, answerer, links, pulls)],
  );
};

/** Every step of anti-entropy. */
export const pullSteps = (world: World): ReadonlyArray<Interaction> => [
  ...(world.config.grain === 'pull' ? atomic(world) : world.net.flatMap((net) => byMessages(world, net))),
  ...(world.rules.variant === 'V8' && !isInParts(world) ? world.servers.map((s) => addLateStep(world, s)) : []),
];
