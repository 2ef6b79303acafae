/**
 * Finds the partitions of the servers: section 5 of the contract in the judge's own reading. A `ClusterShape` keeps the pairs of servers whose link is *cut*, and is never changed in place. Layers 2 and 3 keep the existing links instead (`common/topology-of-script.ts`). A property
 * test compares the two, so that neither is believed alone.
 */
import type { NodeId } from '#bayou/core/ids.js';
import type { Command } from '#bayou/core/script.js';

type Kind = 'server' | 'dead server' | 'client';

/** The servers and clients after the commands so far, and which links between servers are cut. Immutable. */
export interface ClusterShape {
  readonly kinds: ReadonlyMap<NodeId, Kind>;
  /** Pairs of servers, each once, whose link a command has cut and none has made since. */
  readonly cuts: ReadonlyArray<readonly [NodeId, NodeId]>;
}

export const EMPTY_SHAPE: ClusterShape = { kinds: new Map(), cuts: [] };

const withKind = (shape: ClusterShape, id: NodeId, kind: Kind): ClusterShape => ({
  ...shape,
  kinds: new Map([...shape.kinds, [id, kind]]),
});

const isOf = ([a, b]: readonly [NodeId, NodeId], x: NodeId, y: NodeId): boolean => (a === x && b === y) || (a === y && b === x);

/** The shape in which this server has joined anew. That makes all links of the server that were cut; a command that makes one link makes that one alone. */
const joined = (shape: ClusterShape, id: NodeId): ClusterShape =>
  withKind({ ...shape, cuts: shape.cuts.filter((cut) => !cut.includes(id)) }, id, 'server');

const mayJoin = (kind: Kind | undefined): boolean => kind === undefined || kind === 'dead server';

/** May a command cut or make the link between these two nodes? One is a live server, the other another live server or a client. */
const mayLink = ({ kinds }: ClusterShape, a: NodeId, b: NodeId): boolean => {
  const both = [kinds.get(a), kinds.get(b)];
  return a !== b && both.includes('server') && both.every((kind) => kind === 'server' || kind === 'client');
};

/** The shape after a command; undefined where section 5 calls it bad input. */
export const shapeAfter = (shape: ClusterShape, command: Command): ClusterShape | undefined => {
  const kindOf = (id: NodeId): Kind | undefined => shape.kinds.get(id);
  switch (command.type) {
    case 'joinServer':
      return mayJoin(kindOf(command.id)) ? joined(shape, command.id) : undefined;
    case 'killServer':
      return kindOf(command.id) === 'server' ? withKind(shape, command.id, 'dead server') : undefined;
    case 'joinClient':
      return kindOf(command.id) === undefined && kindOf(command.server) === 'server'
        ? withKind(shape, command.id, 'client')
        : undefined;
    case 'breakConnection':
    case 'createConnection': {
      const { a, b, type } = command;
      if (!mayLink(shape, a, b)) return undefined;
      const others = shape.cuts.filter((cut) => !isOf(cut, a, b));
      return { ...shape, cuts: type === 'breakConnection' ? [...others, [a, b]] : others };
    }
    case 'printStore':
    case 'printMemberList':
      return kindOf(command.id) === 'server' ? shape : undefined;
    case 'put':
    case 'get':
      return kindOf(command.client) === 'client' ? shape : undefined;
    case 'stabilize':
    case 'done':
      return shape;
  }
};

/** The shape after a server has ended that nobody killed: it is dead, and its clients' links and the cuts stay. */
export const shapeWithout = (shape: ClusterShape, server: NodeId): ClusterShape =>
  shape.kinds.get(server) === 'server' ? withKind(shape, server, 'dead server') : shape;

/**
 * The partitions. Each live server takes the least id that it hears of from the servers it is not cut from, until no server hears of a lesser id.
 * The ids of a partition are ascending, and the partitions are in the order of their least ids.
 */
export const partitionsIn = ({ kinds, cuts }: ClusterShape): ReadonlyArray<ReadonlyArray<NodeId>> => {
  const live = [...kinds].flatMap(([id, kind]) => (kind === 'server' ? [id] : [])).sort((a, b) => a - b);
  const hears = (a: NodeId, b: NodeId): boolean => !cuts.some((cut) => isOf(cut, a, b));
  let least = new Map(live.map((id) => [id, id]));
  for (let changed = true; changed;) {
    const next = new Map(
      live.map((id) => [id, Math.min(...live.filter((x) => x === id || hears(id, x)).map((x) => least.get(x)!))]),
    );
    changed = live.some((id) => next.get(id) !== least.get(id));
    least = next;
  }
  return [...new Set(least.values())].sort((a, b) => a - b).map((first) => live.filter((id) => least.get(id) === first));
};
