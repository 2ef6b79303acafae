/** The proxies of the soak: one from each server to each other server, and one to each server for all sessions. */
import type { NodeId } from '#bayou/core/ids.js';
import { type NetworkPlan, type Proxy, startProxy, type FrameFaults } from '../faults/proxy.js';
import type { SeededChance } from '../common/seeded-chance.js';
import { sleep } from '../common/sleep.js';

/** The proxies, with functions that disturb them and make them calm. */
export interface ProxyNetwork {
  /** The port at which a server reaches another one. */
  readonly portBetween: (from: NodeId, to: NodeId) => number;
  /** The port at which sessions reach a server. */
  readonly portOf: (server: NodeId) => number;
  /** Tells the port at which a server listens now; undefined: it does not listen. */
  readonly moved: (server: NodeId, port: number | undefined) => void;
  /** Shuts or opens all proxies from a server to other servers: while they are shut, the server pulls from nobody. */
  readonly alone: (server: NodeId, alone: boolean) => void;
  /** Makes all proxies calm, and opens them but for those of a server that is alone; no proxy is disturbed until `trouble`. */
  readonly mend: () => void;
  readonly trouble: () => void;
  /** How often a proxy was shut, and how often the frames of one had faults. */
  readonly counts: { shut: number; rough: number };
  readonly close: () => Promise<void>;
}

const HOST = '127.0.0.1';
const FRAME_FAULTS: FrameFaults = { delayMs: 5, repeat: 0.05, reorder: 0.05, drop: 0.004, cut: 0.004 };

interface Link {
  /** The server that dials over this link; undefined: sessions dial over it. */
  readonly from: NodeId | undefined;
  readonly to: NodeId;
  readonly proxy: Proxy;
}

interface Links {
  /** Links between two servers, by the name `FROM TO`. */
  readonly between: ReadonlyMap<string, Link>;
  readonly toServer: ReadonlyMap<NodeId, Link>;
}

/** Starts a proxy in each link; none has a target yet. */
const startLinks = async (servers: ReadonlyArray<NodeId>, secret: string, seed: number): Promise<Links> => {
  const between = new Map<string, Link>();
  const toServer = new Map<NodeId, Link>();
  const linkTo = async (from: NodeId | undefined, to: NodeId, salt: number): Promise<Link> => {
    const plan: NetworkPlan = { seed: seed + salt, there: FRAME_FAULTS, back: FRAME_FAULTS, blackHole: 0.05 };
    const proxy = await startProxy({ host: HOST, port: 0 }, plan, secret);
    proxy.setTarget(undefined);
    return { from, to, proxy };
  };
  for (const to of servers) {
    toServer.set(to, await linkTo(undefined, to, to));
    for (const from of servers) if (from !== to) between.set(`${from} ${to}`, await linkTo(from, to, 100 + 10 * from + to));
  }
  return { between, toServer };
};

/** Starts the proxies of these servers, and disturbs one after the other until the network is closed. */
export const startNetwork = async (
  servers: ReadonlyArray<NodeId>,
  secret: string,
  seed: number,
  chance: SeededChance,
): Promise<ProxyNetwork> => {
  const { between, toServer } = await startLinks(servers, secret, seed);
  const links = [...between.values(), ...toServer.values()];
  const counts = { shut: 0, rough: 0 };
  let calm = true;
  let closed = false;

  const isolated = new Set<NodeId>();
  const isAlone = ({ from }: Link): boolean => from !== undefined && isolated.has(from);
  const mendOne = (link: Link): void => {
    link.proxy.setShut(isAlone(link));
    link.proxy.setCalm(true);
  };
  const troubles = async (): Promise<void> => {
    while (!closed) {
      await sleep(chance.whole(50, 400));
      const link = chance.pick(links);
      const isShut = chance.percent(50);
      const ms = chance.whole(50, 700);
      if (calm) continue;
      counts[isShut ? 'shut' : 'rough']++;
      if (isShut) link.proxy.setShut(true);
      else link.proxy.setCalm(false);
      await sleep(ms);
      mendOne(link);
    }
  };
  const running = troubles();

  return {
    portBetween: (from, to) => between.get(`${from} ${to}`)!.proxy.port,
    portOf: (server) => toServer.get(server)!.proxy.port,
    moved: (server, port) => {
      for (const { to, proxy } of links)
        if (to === server) proxy.setTarget(port === undefined ? undefined : { host: HOST, port });
    },
    alone: (server, alone) => {
      if (alone) isolated.add(server);
      else isolated.delete(server);
      for (const link of links) if (link.from === server) link.proxy.setShut(alone);
    },
    mend: () => {
      calm = true;
      links.forEach(mendOne);
    },
    trouble: () => (calm = false),
    counts,
    close: async () => {
      closed = true;
      await running;
      await Promise.all(links.map(({ proxy }) => proxy.close()));
    },
  };
};
