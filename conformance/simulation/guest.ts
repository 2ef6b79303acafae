/**
 * A guest of a simulated cluster. It knows the secret, and sends a server a request that nobody may send (R16), or a false claim. The server must send the guest away, lose nothing
 * by the request, and go on. A guest writes no trace: what a server does for it is judged like everything else that the server does.
 */
import * as E from 'fp-ts/lib/Either.js';
import { MAX_KEY_BYTES, MAX_VALUE_BYTES } from '#bayou/core/bounds.js';
import type { NodeId, ReplicaId } from '#bayou/core/ids.js';
import type { Connection } from '#bayou/net/connection.js';
import { dial } from '#bayou/net/handshake.js';
import type { Address, NetRequest, Party } from '#bayou/net/protocol.js';
import type { WorldFault } from './plan-faults.js';
import type { ProcessMain } from './simulation.js';

/**
 * What a guest requests. `clock`: a put whose clock is beyond every bound. `value`: a put whose value is too long, then one whose key is. `stray`: a put that another replica may have taken (R14). `address`: the guest
 * tells a server to dial a port that does not exist. `claim`: the guest claims more of a replica than that replica's own vector does.
 */
export type GuestRequestKind = Extract<WorldFault, { readonly type: 'guest' }>['what'];

/** Ids that no script has. */
const CLIENT = 900;
const SERVER = 90;
const WITHIN_MS = 5_000;
/** An accept time above that of any simulated run, and below the bound that no honest history can reach. */
const CLAIM = 2 ** 30;

const put = (clock: number, value: string, replica: ReplicaId | null = null, key = 'k0'): NetRequest => ({
  type: 'put',
  client: CLIENT,
  session: 'f'.repeat(32),
  clientTime: 1,
  replica,
  clock,
  key,
  value,
  require: [],
});

const requestsOf = (kind: GuestRequestKind, { peer }: Connection): ReadonlyArray<NetRequest> => {
  switch (kind) {
    case 'clock':
      return [put(Number.MAX_SAFE_INTEGER - 1, 'guest')];
    case 'value':
      return [put(0, 'x'.repeat(MAX_VALUE_BYTES + 1)), put(0, 'guest', null, 'k'.repeat(MAX_KEY_BYTES + 1))];
    case 'stray':
      return [put(0, 'guest', `${SERVER}.1`)];
    case 'address':
      return [{ type: 'link', peer: { role: 'server', id: SERVER }, address: { host: '127.0.0.1', port: 99_999_999 } }];
    case 'claim':
      return [
        {
          type: 'namedPull',
          pull: `guest-${SERVER}/0`,
          ask: { type: 'pull', puller: `${SERVER}.0`, vv: peer.replica === null ? [] : [[peer.replica, CLAIM]], after: null },
        },
      ];
  }
};

const ROLES: Readonly<Record<GuestRequestKind, Party>> = {
  clock: { role: 'client', id: CLIENT },
  value: { role: 'client', id: CLIENT },
  stray: { role: 'client', id: CLIENT },
  address: { role: 'master', id: 0 },
  claim: { role: 'server', id: SERVER },
};

/** The program of a guest: it dials, asks, and leaves. */
export const guestProgram =
  (kind: GuestRequestKind, server: NodeId, address: Address, secret: string): ProcessMain =>
  async ({ world, say }) => {
    const callbacks = {
      onAsk: () => undefined,
      onClose: () => undefined,
      onFault: () => undefined,
    };
    const dialed = await dial(
      { me: ROLES[kind], secret, isPlain: true, world },
      address,
      { role: 'server', id: server },
      callbacks,
    );
    if (E.isLeft(dialed)) {
      say(`the guest was not let in: ${dialed.left}`);
      return;
    }
    const connection = dialed.right;
    const ask = ([request, ...more]: ReadonlyArray<NetRequest>): void => {
      if (request === undefined) connection.close('the guest leaves');
      else
        connection.ask(request, WITHIN_MS, (answer) => {
          say(`the guest heard ${JSON.stringify(answer)}`);
          ask(more);
        });
    };
    ask(requestsOf(kind, connection));
  };
