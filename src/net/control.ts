/** Does the requests of a master to a server. */
import * as E from 'fp-ts/lib/Either.js';
import type { DurableReplica } from '../impl/durable.js';
import { liveWritesOf, vectorOf } from '../impl/replica.js';
import type { Handler } from './connection.js';
import type { Links } from './links.js';
import type { NetRequest } from './protocol.js';
import type { Puller } from './pulling.js';
import { storedParts } from './store-parts.js';

type Reply = Parameters<Handler>[2];

/** The parts of a server that a master may control. */
export interface ControlledParts {
  readonly durable: DurableReplica;
  readonly links: Links;
  readonly puller: Puller;
}

/** Calls `then` when everything that the replica shows now is durable, or its log has failed. */
const barrier = (durable: DurableReplica, then: () => void): void => {
  durable.handle({ type: 'pull', puller: durable.replica.id, vv: vectorOf(durable.replica), after: null }, then);
};

const sync = async ({ durable, puller }: ControlledParts, reply: Reply, working: () => void): Promise<void> => {
  const { failed, inParts } = await puller.sync(working);
  const at = durable.replica;
  const vv = vectorOf(at);
  barrier(durable, () => {
    const failure = durable.failure?.message ?? null;
    reply({ type: 'synced', vv: durable.replica === at ? vv : vectorOf(durable.replica), failed, inParts, failure });
  });
};

const store = (durable: DurableReplica, reply: Reply): void => {
  const at = durable.replica;
  const before = liveWritesOf(at);
  barrier(durable, () => {
    // If the log has failed meanwhile, the replica is another object, with the contents of the log.
    const writes = durable.replica === at ? before : liveWritesOf(durable.replica);
    reply({ type: 'stored', keys: writes.length }, storedParts(writes));
  });
};

/** Does one request of a master. */
export const control = (of: ControlledParts, ask: NetRequest, reply: Reply, working: () => void): void => {
  const { durable, links } = of;
  switch (ask.type) {
    case 'sync':
      void sync(of, reply, working);
      return;
    case 'store':
      store(durable, reply);
      return;
    case 'members':
      reply({ type: 'members', servers: [...links.outbound.keys()].sort((a, b) => a - b) });
      return;
    case 'link':
      void links
        .link(ask.peer.id, ask.address)
        .then((linked) => reply(E.isRight(linked) ? { type: 'done' } : { type: 'failed', why: linked.left }));
      return;
    case 'unlink':
      links.cut(ask.peer);
      reply({ type: 'done' });
      return;
    default:
      reply({ type: 'failed', why: `a server does not do '${ask.type}' for the master` });
  }
};
