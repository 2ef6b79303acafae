/** The moves of links, kills, restarts (R7, R10) and stabilize (contract, section 5). */
import { incarnationOf, replicaId, type NodeId } from '#bayou/core/ids.js';
import { createReplica, type ReplicaOptions } from '#bayou/impl/replica.js';
import { pullFrom } from './one-server.js';
import { openDisk, serverIdOf, type NetPart, type ServerPart } from './implementation-parts.js';
import type { Move, MoveParts, MoveSettings } from './move.js';

/** Makes or cuts a link. Messages on a link that is cut are lost. Whether the move makes or cuts follows from whether the link was up, so it needs no `saw`. */
export const changeLink =
  (a: NodeId, b: NodeId, isUp: (link: unknown) => boolean): Move =>
  ([link, budget, ...net]) => ({
    parts: [
      link,
      budget,
      ...net.map((n) =>
        isUp(link)
          ? (n as NetPart).filter((m) => !((m.puller === a && m.answerer === b) || (m.puller === b && m.answerer === a)))
          : n,
      ),
    ],
  });

/** Kills a server: its log is left. */
export const kill =
  (replicaOptions: ReplicaOptions): Move =>
  async ([server, budget, ...net]) => {
    const part = server as ServerPart;
    const id = serverIdOf(part);
    const left = await reopened(part, replicaOptions);
    return {
      parts: [
        { ...left, up: false },
        budget,
        ...net.map((n) => (n as NetPart).filter((m) => m.puller !== id && m.answerer !== id)),
      ],
    };
  };

const reopened = async (part: ServerPart, replicaOptions: ReplicaOptions): Promise<ServerPart> => ({
  ...part,
  ...(await openDisk(part, replicaOptions)),
});

export const restart =
  (replicaOptions: ReplicaOptions): Move =>
  async ([server]) => ({ parts: [{ ...(await reopened(server as ServerPart, replicaOptions)), up: true }] });

export const restartBlank =
  (replicaOptions: ReplicaOptions): Move =>
  ([server, budget]) => {
    const { id } = (server as ServerPart).replica;
    const replica = createReplica(replicaId(serverIdOf(server as ServerPart), incarnationOf(id) + 1), replicaOptions);
    return { parts: [{ up: true, replica, seen: [], disk: undefined } satisfies ServerPart, budget] };
  };

/** Pulls over the existing links, round after round until nothing changes, as the master makes servers do. */
export const stabilize =
  (settings: MoveSettings, servers: number, linked: (links: MoveParts) => ReadonlyArray<readonly [NodeId, NodeId]>): Move =>
  (parts) => {
    const now = [...(parts.slice(0, servers) as ReadonlyArray<ServerPart>)];
    const links = parts.slice(servers);
    for (let changed = true; changed;) {
      changed = false;
      for (const [a, b] of linked(links).flatMap(([x, y]) => [[x, y] as const, [y, x] as const])) {
        if (!now[a]!.up || !now[b]!.up) continue;
        const after = pullFrom({ ...settings, copies: true }, now[a]!, now[b]!);
        changed ||= after.disk !== now[a]!.disk;
        now[a] = after;
      }
    }
    return { parts: [...now, ...links] };
  };
