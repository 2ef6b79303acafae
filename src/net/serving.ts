/** Serves the requests of clients and servers: the replica answers them, and the meter counts them. */
import type { DurableReplica } from '../impl/durable.js';
import type { Handler } from './connection.js';
import type { Meter } from './meter.js';
import type { NetRequest, Party } from './protocol.js';
import { BAD } from './refusals.js';

/** The replica that answers, and the functions that are told of it. */
export interface ServingOptions {
  readonly durable: DurableReplica;
  readonly meter: Meter;
  /** Logs that a member sent a message that no honest one sends; not too often. */
  readonly sayBad: (line: string) => void;
  /** A request of this peer was served: the replica may be another one now (R7a). */
  readonly noteIdentity: (peer: Party) => void;
}

/** The outcome of a request, in one word, for the counts. */
const outcomeOf = (answer: { readonly type: string; readonly reason?: string }): string => answer.reason ?? answer.type;

/** Serves clients and servers, each the requests that its role may make. */
export const makeServing =
  ({ durable, meter, sayBad, noteIdentity }: ServingOptions) =>
  (peer: Party, ask: NetRequest, reply: Parameters<Handler>[2]): void => {
    const { role, id } = peer;
    if (role === 'client' && ask.type === 'put' && ask.client === id) {
      durable.handle(ask, (answer) => {
        if (answer.type === 'refused' && BAD.has(answer.reason))
          sayBad(`put ${ask.clientTime} of client ${id}, session ${ask.session}, was refused: ${answer.reason}`);
        meter.served('put', outcomeOf(answer));
        reply(answer);
      });
    } else if (role === 'client' && ask.type === 'get' && ask.client === id) {
      durable.handle(ask, (answer) => {
        meter.served('get', outcomeOf(answer));
        reply(answer);
      });
    } else if (role === 'server' && ask.type === 'namedPull') {
      durable.handle({ ...ask.ask, name: ask.pull }, (answer) => {
        noteIdentity(peer);
        if (answer.type === 'pulled') meter.answered(answer.writes.length);
        reply(answer);
      });
    } else {
      reply({ type: 'failed', why: `a server does not do this '${ask.type}' for ${role} ${id}` });
    }
  };
