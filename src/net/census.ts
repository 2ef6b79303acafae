/** Counts a listener's connections: those of strangers, who have not proved yet that they are members, and those of each member. Each count has a maximum (R16). */
import type { ByteStream } from '../ports/ports.js';
import type { TurnShare } from './intake.js';
import { MAX_OF_ONE_MEMBER } from './net-limits.js';
import type { ConnectionLimits } from './connection-limits.js';
import type { Party } from './protocol.js';

/** The connections of strangers, eldest first. Where all `most` places are taken, a new connection takes the place of the eldest, which is closed. */
export const strangerSlots = (
  most: number,
): { readonly enter: (id: string, socket: ByteStream) => void; readonly leave: (id: string) => void } => {
  const inside = new Map<string, ByteStream>();
  return {
    enter: (id, socket) => {
      const [eldest] = inside;
      if (eldest !== undefined && inside.size >= most) {
        inside.delete(eldest[0]);
        eldest[1].destroy();
      }
      inside.set(id, socket);
    },
    leave: (id) => void inside.delete(id),
  };
};

/** The connections of the members. */
export interface Census {
  /** Why there is no place for another connection of this member; undefined: there is a place. */
  readonly refusalOf: (peer: Party) => string | undefined;
  /** The share of each of the member's connections. Together they have the limits of one connection, so a member gains nothing by opening more. */
  readonly shareOf: (peer: Party) => TurnShare;
  /** A member's connection counts from now on, until its stream is closed. */
  readonly countUntilClosed: (socket: ByteStream, peer: Party) => void;
}

/** The kind of a member. Clients have places of their own, and take none of a server's. */
const kindOf = (peer: Party): 'clients' | 'others' => (peer.role === 'client' ? 'clients' : 'others');
const KIND_NAMES = { clients: 'clients', others: 'servers and masters' } as const;

const nameOf = (peer: Party): string => `${peer.role} ${peer.id}`;

/** A census without connections. */
export const newCensus = (limits: ConnectionLimits): Census => {
  /** The number of connections, by member and by kind. */
  const connections = new Map<string, number>();
  const countOf = (name: string): number => connections.get(name) ?? 0;
  const add = (name: string, n: 1 | -1): void => {
    const now = countOf(name) + n;
    if (now === 0) connections.delete(name);
    else connections.set(name, now);
  };
  return {
    refusalOf: (peer) => {
      const kind = kindOf(peer);
      if (countOf(nameOf(peer)) >= MAX_OF_ONE_MEMBER)
        return `${peer.role} ${peer.id} has ${MAX_OF_ONE_MEMBER} connections already`;
      return countOf(kind) >= limits[kind] ? `all ${limits[kind]} places for ${KIND_NAMES[kind]} are taken` : undefined;
    },
    shareOf: (peer) => {
      const name = nameOf(peer);
      return () => 1 / (connections.get(name) ?? 1);
    },
    countUntilClosed: (socket, peer) => {
      if (socket.closed) return;
      const names = [nameOf(peer), kindOf(peer)];
      for (const name of names) add(name, 1);
      socket.once('close', () => {
        for (const name of names) add(name, -1);
      });
    },
  };
};
