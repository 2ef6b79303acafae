/** Draws a state graph: with a layout library where the graph is small enough, otherwise in layers by depth. */
import * as dagre from '@dagrejs/dagre';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { JSX } from 'preact';
import type { GraphShot } from '../asked.js';

/** The most nodes for the library. It takes seconds for a larger graph, and layers by depth take no time. */
const MOST_BY_LIBRARY = 160;

interface Node {
  readonly id: number;
  readonly depth: number;
  readonly size: number;
  readonly title: string;
  readonly isBroken: boolean;
  readonly isCut: boolean;
  /** The node's place on the run; undefined: the node is not on the run. */
  readonly step: number | undefined;
}

/** A graph as it is drawn. */
export interface Drawable {
  readonly nodes: ReadonlyArray<Node>;
  readonly edges: ReadonlyArray<{
    readonly from: number;
    readonly to: number;
    readonly label: string;
    readonly isOnPath: boolean;
  }>;
  /** The run, as nodes: one for the initial state, and one for each step. */
  readonly path: ReadonlyArray<number>;
}

const titleOf = (parts: Readonly<Record<string, string>>): string =>
  Object.entries(parts)
    .map(([name, text]) => `${name}: ${text}`)
    .join('\n');

/** One node for each state, or for each value of a part. */
export const mergeBy = (graph: GraphShot, part: string): Drawable => {
  const names = graph.parts.map((parts, i) => (part === '' ? String(i) : (parts[part] ?? '')));
  const groups = new Map<string, number>();
  for (const name of names) if (!groups.has(name)) groups.set(name, groups.size);
  const of = names.map((name) => groups.get(name)!);
  const [broken, cut] = [new Set(graph.broken.map((i) => of[i]!)), new Set(graph.cut.map((i) => of[i]!))];
  const path = graph.path.map((i) => of[i]!);
  const membersOf: number[][] = Array.from(groups, () => []);
  of.forEach((group, i) => membersOf[group]!.push(i));
  const nodes = Array.from(groups, ([name, id]): Node => {
    const members = membersOf[id]!;
    const step = path.indexOf(id);
    return {
      id,
      depth: Math.min(...members.map((i) => graph.depths[i]!)),
      size: members.length,
      title: part === '' ? titleOf(graph.parts[members[0]!]!) : `${part}: ${name}\n${members.length} states`,
      isBroken: broken.has(id),
      isCut: cut.has(id),
      step: step < 0 ? undefined : step,
    };
  });
  const onPath = new Set(path.slice(1).map((to, i) => `${path[i]!} ${to}`));
  const edges = new Map<string, Set<string>>();
  for (const { from, to, labels } of graph.edges) {
    const name = `${of[from]!} ${of[to]!}`;
    if (of[from] === of[to]) continue;
    const known = edges.get(name) ?? new Set();
    for (const label of labels) known.add(label);
    edges.set(name, known);
  }
  return {
    nodes,
    edges: Array.from(edges, ([name, labels]) => {
      const [from = 0, to = 0] = name.split(' ').map(Number);
      return { from, to, label: [...labels].join(', '), isOnPath: onPath.has(name) };
    }),
    path,
  };
};

// --- layouts ---------------------------------------------------------------------------------------------------------------

interface Layout {
  readonly places: ReadonlyMap<number, readonly [x: number, y: number]>;
  readonly width: number;
  readonly height: number;
  readonly isClose: boolean;
}

const byLibrary = ({ nodes, edges }: Drawable): Layout => {
  const graph = new dagre.graphlib.Graph();
  graph.setGraph({ rankdir: 'TB', nodesep: 12, ranksep: 40, marginx: 16, marginy: 16 });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const { id } of nodes) graph.setNode(String(id), { width: 26, height: 26 });
  for (const { from, to } of edges) graph.setEdge(String(from), String(to));
  dagre.layout(graph);
  const { width = 0, height = 0 } = graph.graph() as { readonly width?: number; readonly height?: number };
  const placeOf = (id: number): readonly [number, number] => {
    const { x, y } = graph.node(String(id)) as { readonly x: number; readonly y: number };
    return [x, y];
  };
  return {
    places: new Map(nodes.map(({ id }) => [id, placeOf(id)])),
    width,
    height,
    isClose: false,
  };
};

const SWEEPS = 4;
/** The distance from one layer to the next, in px. */
const LAYER = 66;

/** Puts the nodes into layers by depth. In its layer each node is near the nodes that lead to it. After merging, a depth may have no node. */
const byDepth = ({ nodes, edges }: Drawable): Layout => {
  const depths = [...new Set(nodes.map(({ depth }) => depth))].sort((a, b) => a - b);
  const layers = depths.map((depth) => nodes.flatMap((node) => (node.depth === depth ? [node.id] : [])));
  const before = new Map<number, number[]>();
  for (const { from, to } of edges) before.set(to, [...(before.get(to) ?? []), from]);
  const order = new Map(nodes.map(({ id }, i) => [id, i]));
  for (let sweep = 0; sweep < SWEEPS; sweep++)
    for (const layer of layers) {
      const weight = new Map(
        layer.map((id) => {
          const from = before.get(id) ?? [];
          return [id, from.length === 0 ? order.get(id)! : from.reduce((sum, other) => sum + order.get(other)!, 0) / from.length];
        }),
      );
      layer.sort((a, b) => weight.get(a)! - weight.get(b)!);
      layer.forEach((id, i) => order.set(id, i / Math.max(1, layer.length)));
    }
  const tallest = Math.max(...layers.map((layer) => layer.length));
  const gap = tallest > 60 ? 9 : 18;
  const [width, height] = [Math.max(300, tallest * gap + 40), layers.length * LAYER + 30];
  const places = new Map<number, readonly [number, number]>();
  layers.forEach((layer, depth) =>
    layer.forEach((id, i) => places.set(id, [width / 2 + (i - (layer.length - 1) / 2) * gap, 24 + depth * LAYER])),
  );
  return { places, width, height, isClose: tallest > 24 };
};

const layoutOf = (of: Drawable): Layout =>
  of.nodes.length <= MOST_BY_LIBRARY && of.edges.length <= 4 * MOST_BY_LIBRARY ? byLibrary(of) : byDepth(of);

// --- drawing ---------------------------------------------------------------------------------------------------------------

/** The share of the window's height that the graph takes, and its least scale. */
const SHARE = 0.62;
const LEAST = 0.45;

const NodeOf = ({
  node,
  place: [x, y],
  isHere,
  isClose,
}: {
  readonly node: Node;
  readonly place: readonly [number, number];
  readonly isHere: boolean;
  readonly isClose: boolean;
}): JSX.Element => {
  const r = isClose ? 3.5 : 9;
  const { isBroken, isCut, step, title } = node;
  return (
    <g class={`node ${isBroken ? 'bad' : ''} ${isCut ? 'cut' : ''} ${step === undefined ? '' : 'path'} ${isHere ? 'here' : ''}`}>
      <title>{title}</title>
      {isHere && <circle class="ring" cx={x} cy={y} r={r + 5} />}
      {isBroken ? <rect x={x - r} y={y - r} width={2 * r} height={2 * r} rx="2" /> : <circle cx={x} cy={y} r={r} />}
      {isBroken && !isClose && step === undefined && (
        <text x={x} y={y + 4}>
          ✕
        </text>
      )}
      {step !== undefined && (
        <text x={x} y={isClose ? y - 7 : y + 4}>
          {step}
        </text>
      )}
    </g>
  );
};

/** Draws a graph. `here`: the node of the reader's place. */
export const Graph = ({ of, here }: { readonly of: Drawable; readonly here: number | undefined }): JSX.Element => {
  const box = useRef<HTMLDivElement>(null);
  const [room, setRoom] = useState<readonly [number, number]>([1000, 400]);
  useEffect(() => setRoom([box.current!.clientWidth, innerHeight * SHARE]), []);
  const { places, width, height, isClose } = useMemo(() => layoutOf(of), [of]);
  const place = (id: number): readonly [number, number] => places.get(id) ?? [0, 0];
  // The whole graph is in sight, unless it would be too small to be read.
  const scale = Math.max(LEAST, Math.min(1.6, room[0] / width, room[1] / height));
  const lines = of.edges.toSorted((a, b) => Number(a.isOnPath) - Number(b.isOnPath));
  return (
    <div class="graph" ref={box} tabIndex={0} role="group" aria-label="state graph">
      <svg
        width={width * scale}
        height={height * scale}
        viewBox={`0 0 ${width} ${height}`}
        role="img"
        aria-label={`${of.nodes.length} nodes, ${of.edges.length} edges without self-loops`}
      >
        {lines.map(({ from, to, label, isOnPath }) => {
          const [[x1, y1], [x2, y2]] = [place(from), place(to)];
          const bend = y2 > y1 ? 0 : 40;
          return (
            <path
              key={`${from} ${to}`}
              class={isOnPath ? 'edge path' : 'edge'}
              d={`M${x1} ${y1} C${x1 + bend} ${y1 + 24} ${x2 + bend} ${y2 - 24} ${x2} ${y2}`}
            >
              <title>{label}</title>
            </path>
          );
        })}
        {of.nodes.map((node) => (
          <NodeOf key={node.id} node={node} place={place(node.id)} isHere={node.id === here} isClose={isClose} />
        ))}
      </svg>
    </div>
  );
};
