/** The program of a client process, in the real world or a simulated one: it puts and gets as the master says. */
import * as E from 'fp-ts/lib/Either.js';
import { newSession, type Session } from '../impl/session.js';
import { newSessionNumber } from './auth.js';
import { type Client, makeClient } from './client.js';
import type { ClientConfig, ListeningPort } from './process-config.js';
import type { Callbacks } from './connection.js';
import { listen } from './listen.js';
import type { Answer, NetRequest } from './protocol.js';
import type { ProcessParts } from './server-program.js';

const obey = async (client: Client, ask: NetRequest): Promise<Answer> => {
  switch (ask.type) {
    case 'doPut':
      return client.put(ask.key, ask.value);
    case 'doGet':
      return client.get(ask.key);
    case 'link': {
      const linked = ask.address === null ? E.left('a client dials its servers') : await client.link(ask.peer.id, ask.address);
      return E.isRight(linked) ? { type: 'done' } : { type: 'failed', why: linked.left };
    }
    case 'unlink':
      client.cut(ask.peer.id);
      return { type: 'done' };
    case 'members':
      return { type: 'members', servers: client.servers() };
    default:
      return { type: 'failed', why: `a client does not do '${ask.type}'` };
  }
};

/** A client that runs. */
export interface RunningClient extends ListeningPort {
  /** The client's session, for a look into a simulated process. */
  readonly inside: Session;
}

/** Starts the client of this configuration. Fails with one line. */
export const runClient = async (
  c: ClientConfig,
  { world, logger, trace }: ProcessParts,
): Promise<E.Either<string, RunningClient>> => {
  const session = newSession(c.id, newSessionNumber(world.chance), c.guarantees);
  const client = makeClient({
    secret: c.secret,
    isPlain: true,
    session,
    timeoutMs: c.timeoutMs,
    logger,
    trace,
    world,
  });
  const callbacks: Callbacks = {
    onAsk: (_connection, ask, reply) => void obey(client, ask).then(reply),
    onClose: () => undefined,
    onFault: (connection, what) => logger.warn(`${connection.peer.role} ${connection.peer.id} was cut off: it sent ${what}`),
  };
  const listening = await listen(
    { me: { role: 'client', id: c.id }, secret: c.secret, world },
    {
      host: c.host,
      ports: c.ports,
      admit: (peer) => (peer.role === 'master' ? undefined : 'a client listens to its master alone'),
      onConnection: () => undefined,
      callbacks,
      log: logger,
    },
  );
  return E.map(([port]: readonly [number, () => void]) => ({ port, inside: session }))(listening);
};
