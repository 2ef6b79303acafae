/** Lines of clients, servers and masters whose other end does what it must not, by the line of docs/errors.md. */
import { connect } from 'node:net';
import * as E from 'fp-ts/lib/Either.js';
import { MASTER_GUARANTEES } from '../../src/core/guarantees.js';
import { newSession } from '../../src/impl/session.js';
import { Members } from '../../src/master/members.js';
import type { Process } from '../../src/master/processes.js';
import { beginRounds, nextRound, type SyncAnswer } from '../../src/master/rounds.js';
import { makeTopology } from '../../src/master/topology.js';
import { newSessionNumber } from '../../src/net/auth.js';
import { makeClient } from '../../src/net/client.js';
import { runClient } from '../../src/net/client-program.js';
import { dial } from '../../src/net/handshake.js';
import type { NetRequest } from '../../src/net/protocol.js';
import { NODE_WORLD } from '../../src/ports/node-network.js';
import type { World } from '../../src/ports/ports.js';
import { ask, type dialed, QUIET, remember, SECRET, serve } from '../net/support.js';
import { until } from '../support/until.js';
import { answering, at, FAR, faulty, type Lines, listening, logged, type Place, SERVER, told } from './faulty-ends.js';

const MASTER = { role: 'master', id: 0 } as const;

// --- what a client does ----------------------------------------------------------------------------------------------------

const clientOf = (world: World = NODE_WORLD) => {
  const logger = remember();
  const session = newSession(5, newSessionNumber(), MASTER_GUARANTEES);
  return { logger, client: makeClient({ secret: SECRET, session, timeoutMs: 300, logger, trace: undefined, world }) };
};

/** What a client's log says of a server that answers so. */
const answered = (answer: Parameters<typeof answering>[0], op: 'put' | 'get') => (): Promise<string> =>
  at(answering(answer), async ({ address }) => {
    const { client, logger } = clientOf();
    await client.link(0, address);
    await (op === 'put' ? client.put('k', 'v') : client.get('k'));
    client.close();
    return logger.lines.join('\n');
  });

/** What a client process answers, or why it takes nobody in. */
const ofClient = async (talk: (place: Place) => Promise<unknown>): Promise<string> => {
  const config = {
    ...{ id: 5, secret: SECRET, host: '127.0.0.1', ports: { wanted: 0, range: null }, logLevel: 'silent', logFile: null },
    ...{ traceFile: null, name: 'client-5#1', timeoutMs: 500, guarantees: MASTER_GUARANTEES },
  };
  let stop = (): void => undefined;
  const network = {
    ...NODE_WORLD.network,
    acceptor: (onConnection: Parameters<World['network']['acceptor']>[0]) => {
      const acceptor = NODE_WORLD.network.acceptor(onConnection);
      stop = acceptor.close;
      return acceptor;
    },
  };
  const running = await runClient(config, { world: { ...NODE_WORLD, network }, logger: remember(), trace: undefined });
  if (E.isLeft(running)) return running.left;
  const said = await talk({ id: 5, address: { host: '127.0.0.1', port: running.right.port }, end: () => undefined });
  stop();
  return told(said);
};
const toClient = (me: Parameters<typeof dialed>[0], what: NetRequest) =>
  ofClient(async ({ address }) => {
    const connection = await dial({ me, secret: SECRET }, address, { role: 'client', id: 5 }, QUIET);
    if (E.isLeft(connection)) return connection.left;
    const said = await ask(connection.right, what);
    connection.right.close('enough');
    return said;
  });

/** What somebody says who is asked by a server that ought to ask nothing. */
const askedBack = async (connectTo: (place: Place) => Promise<() => void>, what: NetRequest): Promise<string> => {
  let said: unknown;
  return at(faulty({ onConnection: (c) => c.ask(what, 1_000, (result) => (said = result)) }), async (place) => {
    const close = await connectTo(place);
    await until(() => said !== undefined);
    close();
    return told(said);
  });
};

const CLIENTS: Lines = {
  'server … answered a get with …': answered({ type: 'done' }, 'get'),
  'server … answered a put with …': answered({ type: 'done' }, 'put'),
  'a stamp too far ahead (is the date of this machine right?)': answered(
    { type: 'found', value: 'v', stamp: { t: FAR, r: '0.0' } },
    'get',
  ),
  'a client listens to its master alone': () => toClient(SERVER, { type: 'members' }),
  "a client does not do '…'": () => toClient(MASTER, { type: 'sync' }),
  'a client dials its servers': () => toClient(MASTER, { type: 'link', peer: SERVER, address: null }),
  'a client is asked nothing by a server': () =>
    askedBack(
      async ({ address }) => {
        const { client } = clientOf();
        await client.link(0, address);
        return client.close;
      },
      { type: 'members' },
    ),
  'the session is closed': () =>
    // It is closed while its connection is being made, at the very end.
    at(faulty({}), async ({ address }) => {
      const network = {
        ...NODE_WORLD.network,
        connect: (to: typeof address) => {
          const stream = connect({ ...to });
          stream.on('newListener', (event) => event === 'drain' && client.close());
          return stream;
        },
      };
      const { client } = clientOf({ ...NODE_WORLD, network });
      return told(await client.link(0, address));
    }),
};

// --- what servers and masters do -------------------------------------------------------------------------------------------

/** What a server's log says of a peer that answers its pulls so. */
const pulling = (answer: Parameters<typeof answering>[0]) => (): Promise<string> =>
  at(answering(answer, 1, '1.0'), ({ address }) =>
    logged({}, async (server) => {
      await server.link(1, address);
      await server.pull(1);
    }),
  );

/** A master's processes, of which each that is started is this place. */
const mastering = (place: Place, gone: Promise<string>): Members => {
  const proc: Process = {
    pid: process.pid,
    configure: () => Promise.resolve(E.right({ port: place.address.port })),
    kill: () => Promise.resolve(),
    gone,
  };
  const starter = { ahead: () => undefined, take: () => proc, killAll: () => Promise.resolve() };
  return new Members(starter, makeTopology(), {
    ...{ host: '127.0.0.1', ports: null, dataDir: null, fsync: false, antiEntropyMs: 0, timeoutMs: 500, secret: SECRET },
    ...{ logLevel: 'silent', logFile: null, traceFileOf: () => null, onDeath: () => undefined },
  });
};
const isDone = (answer: { readonly type: string }): answer is { readonly type: 'done' } => answer.type === 'done';

const OTHERS: Lines = {
  "server … answered a pull with '…'": pulling({ type: 'done' }),
  "server …'s answer to a pull was refused: …": pulling({
    ...{ type: 'pulled', from: '1.0', after: null, writes: [], upTo: null, vv: [], clock: FAR },
  }),
  'the server is closing': async () => {
    const lines: string[] = [];
    const server = await serve(0, { ...remember(), debug: (line) => lines.push(line) });
    const mute = listening(() => undefined);
    return at(mute, async ({ address }) => {
      void server.link(1, address);
      const pulled = server.pull(1);
      await new Promise(setImmediate);
      await server.close();
      await pulled;
      return lines.join('\n');
    });
  },
  'the master is asked nothing': () =>
    askedBack(
      async (place) => {
        const gone = new Promise<string>(() => undefined);
        const member = await mastering(place, gone).enlist(SERVER);
        return () => E.isRight(member) && member.right.control.close('enough');
      },
      { type: 'members' },
    ),
  'process … is not running': () =>
    at(faulty({}), async (place) => told(await mastering(place, Promise.resolve('')).ask(9, { type: 'sync' }, isDone))),
  'the stores of servers … are not equal after … ms': () => {
    const { rounds } = beginRounds([0, 1], 100, 0);
    const said = (vv: SyncAnswer['vv']) => E.right({ vv, failed: [], inParts: false, failure: null });
    return Promise.resolve(told(nextRound(rounds, { type: 'answered', answers: [said([['0.0', 1]]), said([])] }, 101)));
  },
  'the process is gone': () => {
    let end: (how: string) => void = () => undefined;
    const gone = new Promise<string>((resolve) => (end = resolve));
    return at(faulty({ onAsk: () => end('SIGKILL') }), async (place) => {
      const members = mastering(place, gone);
      await members.enlist(SERVER);
      return told(await members.ask(0, { type: 'sync' }, isDone));
    });
  },
};

export const PARTICIPANTS: Lines = { ...CLIENTS, ...OTHERS };
