/** What clients and servers ask of a server: its replica answers, and whoever counts is told. */
import type { DurableReplica } from '../impl/durable.js';
import type { Handler } from './connection.js';
import type { Meter } from './meter.js';
import type { Ask, Party } from './protocol.js';
import { BAD } from './refusals.js';

/** What answers, and who is told of it. */
export interface ServingOptions {
  readonly durable: DurableReplica;
  readonly meter: Meter;
  /** Says that a member sent what must not be, and not too often. */
  readonly sayBad: (line: string) => void;
  /** A request of this peer's was looked at: the replica may be another one now (R7a). */
  readonly noteIdentity: (peer: Party) => void;
}

/** The outcome of a request, in one word, for the counts. */
const outcomeOf = (answer: { readonly type: string; readonly reason?: string }): string => answer.reason ?? answer.type;

/** Serves those who are no master, each what its role may ask. */
export const makeServing =
  ({ durable, meter, sayBad, noteIdentity }: ServingOptions) =>
  (peer: Party, ask: Ask, reply: Parameters<Handler>[2]): void => {
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
