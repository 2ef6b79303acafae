/**
 * A guest of a simulated cluster: it knows the secret, and asks a server for what nobody may ask for (R16), or says what is not so. The server must send it away, lose nothing by it, and
 * go on. It writes no trace: what a server does for it is judged like everything else that the server does.
 */
import * as E from 'fp-ts/lib/Either.js';
import { MAX_VALUE_BYTES } from '#bayou/core/bounds.js';
import type { NodeId, ReplicaId } from '#bayou/core/ids.js';
import type { Connection } from '#bayou/net/connection.js';
import { dial } from '#bayou/net/handshake.js';
import type { Address, Ask, Party } from '#bayou/net/protocol.js';
import type { WorldFault } from './plan-faults.js';
import type { Main } from './simulation.js';

/** What a guest does: puts with a clock at its end, with a value that is too long, or as one that another replica may have taken (R14); tells a server to call a port that there is none of; claims to know more of a replica than it does itself. */
export type GuestDeed = Extract<WorldFault, { readonly type: 'guest' }>['what'];

/** Ids that no script has. */
const CLIENT = 900;
const SERVER = 90;
const WITHIN_MS = 5_000;
/** More than a simulated run puts, and less than what no honest history can have. */
const CLAIM = 2 ** 30;

const put = (clock: number, value: string, replica: ReplicaId | null = null): Ask => ({
  ...{ type: 'put', client: CLIENT, session: 'f'.repeat(32), clientTime: 1, replica, clock, key: 'k0', value, require: [] },
});

const askOf = (deed: GuestDeed, { peer }: Connection): Ask => {
  switch (deed) {
    case 'clock':
      return put(Number.MAX_SAFE_INTEGER - 1, 'guest');
    case 'value':
      return put(0, 'x'.repeat(MAX_VALUE_BYTES + 1));
    case 'stray':
      return put(0, 'guest', `${SERVER}.1`);
    case 'address':
      return { type: 'link', peer: { role: 'server', id: SERVER }, address: { host: '127.0.0.1', port: 99_999_999 } };
    case 'claim':
      return {
        type: 'namedPull',
        pull: `guest-${SERVER}/0`,
        ask: { type: 'pull', puller: `${SERVER}.0`, vv: peer.replica === null ? [] : [[peer.replica, CLAIM]], after: null },
      };
  }
};

const ROLES: Readonly<Record<GuestDeed, Party>> = {
  clock: { role: 'client', id: CLIENT },
  value: { role: 'client', id: CLIENT },
  stray: { role: 'client', id: CLIENT },
  address: { role: 'master', id: 0 },
  claim: { role: 'server', id: SERVER },
};

/** The program of a guest: it dials, asks once, and leaves. */
export const guestProgram =
  (deed: GuestDeed, server: NodeId, address: Address, secret: string): Main =>
  async ({ world, say }) => {
    const callbacks = {
      onAsk: () => undefined,
      onClose: () => undefined,
      onFault: () => undefined,
    };
    const dialed = await dial(
      { me: ROLES[deed], secret, isPlain: true, world },
      address,
      { role: 'server', id: server },
      callbacks,
    );
    if (E.isLeft(dialed)) {
      say(`the guest was not let in: ${dialed.left}`);
      return;
    }
    const connection = dialed.right;
    connection.ask(askOf(deed, connection), WITHIN_MS, (answer) => {
      say(`the guest heard ${JSON.stringify(answer)}`);
      connection.close('the guest leaves');
    });
  };
