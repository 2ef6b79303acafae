/** Who is connected to a listener: those who are not known yet, and how many connections each member has. Everybody has a maximum (R16). */
import type { ByteStream } from '../ports/ports.js';
import type { Share } from './intake.js';
import { MAX_OF_ONE_MEMBER } from './net-limits.js';
import type { ConnectionLimits } from './connection-limits.js';
import type { Party } from './protocol.js';

/** Those who have not proved yet that they belong, eldest first; whoever comes takes the place of the eldest where there is none left. */
export const strangersRoom = (
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

/** The connections of those who belong. */
export interface Census {
  /** Why there is no place for another connection of this member; undefined: there is one. */
  readonly refusalOf: (peer: Party) => string | undefined;
  /** A member's connections share what one would have: a member gains nothing by opening more. */
  readonly shareOf: (peer: Party) => Share;
  /** A member's connection counts from now on, until its stream is closed. */
  readonly countUntilClosed: (socket: ByteStream, peer: Party) => void;
}

/** Clients take no place of a server's. */
const kindOf = (peer: Party): 'clients' | 'others' => (peer.role === 'client' ? 'clients' : 'others');
const NAMES = { clients: 'clients', others: 'servers and masters' } as const;

const nameOf = (peer: Party): string => `${peer.role} ${peer.id}`;

/** A census without connections. */
export const newCensus = (limits: ConnectionLimits): Census => {
  /** How many there are, by member and by kind. */
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
      return countOf(kind) >= limits[kind] ? `all ${limits[kind]} places for ${NAMES[kind]} are taken` : undefined;
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
