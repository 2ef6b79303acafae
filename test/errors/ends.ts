/** Lines of connections whose other end is faulty, and of networks and systems that do not work, by the line of docs/errors.md. */
import { createMemoryLog } from '../../src/impl/log/memory-log.js';
import { outbound, type Outbound } from '../../src/net/outbound.js';
import type { World } from '../../src/ports/ports.js';
import { ask, dialed, handshakeByHand, QUIET, remember, SECRET, serve } from '../net/support.js';
import { until } from '../support/until.js';
import {
  at,
  type Behaviour,
  CLIENT,
  deaf,
  FAR,
  faulty,
  GET,
  hasty,
  type Lines,
  listening,
  logged,
  type Place,
  reached,
  SERVER,
  told,
  unreachable,
} from './faulty-ends.js';

const NOWHERE = { address: { host: '192.0.2.1', port: 7000 } };

// --- what the network does -------------------------------------------------------------------------------------------------

const failing = (error: string | Error) => (): Promise<string> => reached(NOWHERE, { world: unreachable(error) });

const NETWORK: Lines = {
  '…: no address is found for this name, as no name server answers': failing('EAI_AGAIN'),
  '…: no way leads there from here': failing('EHOSTUNREACH'),
  '…: nothing came back from there': failing('ETIMEDOUT'),
  '…: this process has too many files open; raise its limit (ulimit -n)': failing('EMFILE'),
  '…: the system has too many files open; raise its limit (sysctl fs.file-max)': failing('ENFILE'),
  'the connection failed': failing(new Error('')),
  '…:… is not an address: a port is from 0 to 65535': () => reached({ address: { host: '127.0.0.1', port: 70_000 } }),
  'it was given up': () => {
    const giveUp = new AbortController();
    return at(
      listening(() => giveUp.abort()),
      (mute) => reached(mute, {}, giveUp.signal),
    );
  },
};

// --- what the system does not let a server do ------------------------------------------------------------------------------

/** Why a server does not listen in this world. */
const unheard = (world: World, port: number) => async (): Promise<string> => {
  try {
    await (await serve(0, remember(), { world, ports: { wanted: port, range: [port, port] } })).close();
    return 'it listens';
  } catch (error) {
    return String(error);
  }
};

/** A log whose accept time no honest history has. */
const farLog = async () => {
  const log = createMemoryLog();
  await log.open({ server: 0 });
  await log.commit([{ writes: [], drops: [], vv: [['0.0', FAR]], clock: FAR, seen: [], forgotten: [] }]);
  return log;
};

const SYSTEM: Lines = {
  'this user may not listen on port …: ports below … need a privilege; choose a greater one': unheard(
    deaf('EACCES', 'at once'),
    80,
  ),
  'this user may not listen on port … (permission denied)': unheard(deaf('EACCES', 'at once'), 7000),
  'listening: …': () => logged({ world: deaf('EMFILE', 'later') }),
  "the log's accept time … is further ahead than any cluster can be (is the date of this machine right?): peers and sessions refuse what it says; its store can still be read, and put into servers with new folders":
    async () => logged({ log: await farLog() }),
};

// --- what a connection does ------------------------------------------------------------------------------------------------

/** How a faulty server and whoever has dialed it go on; it says why its connection is over. */
const over = (
  behaviour: (onClose: NonNullable<Behaviour['onClose']>) => Behaviour,
  talk: (place: Place) => Promise<unknown>,
): Promise<string> => {
  let said = '';
  return at(faulty(behaviour((_connection, why) => (said = why))), async (place) => {
    await talk(place);
    await until(() => said !== '');
    return said;
  });
};

/** What is asked over a way to a place, and what comes of it. */
const asked = (place: Pick<Place, 'address'>, use: (out: Outbound) => Promise<unknown>): Promise<string> => {
  const out = outbound({ me: CLIENT, secret: SECRET, handshakeMs: 500 }, place.address, SERVER, QUIET);
  return use(out)
    .then(told)
    .finally(() => out.close('enough'));
};
const askOver = (out: Outbound, deadlineMs: number): Promise<unknown> =>
  new Promise((resolve) => out.ask(GET, deadlineMs, resolve));

const CONNECTIONS: Lines = {
  'server … says that it is replica …': () => at(faulty({ replica: '9.0' }), (place) => reached(place)),
  '… … could not be reached a moment ago': () =>
    asked({ address: { host: '127.0.0.1', port: 1 } }, (out) => askOver(out, 500).then(() => askOver(out, 500))),
  '… … could not be reached in time': () =>
    at(
      listening(() => undefined),
      (mute) => asked(mute, (out) => askOver(out, 50)),
    ),
  'no answer from … … in time': () =>
    at(faulty({ onAsk: () => undefined }), async (place) => told(await ask(await dialed(CLIENT, place), GET, 50))),
  'the connection is closed': () =>
    at(faulty({}), async (place) => {
      const connection = await dialed(CLIENT, place);
      connection.close('enough');
      return told(await ask(connection, GET));
    }),
  'more than … requests under way': () =>
    at(faulty({ onAsk: () => undefined }), async (place) => {
      const connection = await dialed(CLIENT, place);
      let said: unknown;
      for (let n = 0; said === undefined; n++) connection.ask(GET, 60_000, (result) => (said ??= result));
      connection.close('enough');
      return told(said);
    }),
  '… … is closing the connection': () =>
    at(faulty({ onConnection: (c) => c.retire() }), async (place) => told(await ask(await dialed(CLIENT, place), GET))),
  'its answers were not read': () =>
    over(
      (onClose) => ({ onAsk: (connection) => connection.retire(), onClose, world: hasty(20) }),
      async (place) => {
        const { socket, sealed } = await handshakeByHand(CLIENT, place);
        socket.write(sealed({ id: 0, ask: GET }));
      },
    ),
  'the other end did not close the connection': () =>
    over(
      (onClose) => ({
        onAsk: (connection, _ask, reply) => {
          connection.retire();
          reply({ type: 'done' });
        },
        onClose,
        world: hasty(20),
      }),
      async (place) => {
        const { socket, sealed } = await handshakeByHand(CLIENT, place);
        socket.pause().write(sealed({ id: 0, ask: GET }));
      },
    ),
};

export const ENDS: Lines = { ...NETWORK, ...SYSTEM, ...CONNECTIONS };
