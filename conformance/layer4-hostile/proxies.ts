/** Puts a proxy into every link of a cluster. */
import type { Address, Party } from '#bayou/net/protocol.js';
import { type FaultCounts, type NetworkPlan, type Proxy, startProxy, sumCounts } from '../faults/proxy.js';

/** The proxies of a run. */
export interface Proxies {
  /** The address at which `from` reaches `to`: that of the proxy between them. */
  readonly route: (from: Party, to: Party, address: Address) => Promise<Address>;
  readonly setCalm: (calm: boolean) => void;
  readonly counts: () => FaultCounts;
  readonly close: () => Promise<void>;
}

/** A run's proxies: none yet, and each begins calm. `secret` is the cluster's. */
export const makeProxies = (plan: NetworkPlan, secret: string): Proxies => {
  const proxies = new Map<string, Proxy>();
  let calm = true;
  return {
    route: async (from, to, address) => {
      const name = `${from.id} ${to.id} ${address.port}`;
      const known = proxies.get(name);
      if (known !== undefined) return { host: address.host, port: known.port };
      const proxy = await startProxy(address, { ...plan, seed: plan.seed + from.id * 1009 + to.id }, secret);
      proxy.setCalm(calm);
      proxies.set(name, proxy);
      return { host: address.host, port: proxy.port };
    },
    setCalm: (to) => {
      calm = to;
      for (const proxy of proxies.values()) proxy.setCalm(to);
    },
    counts: () => sumCounts([...proxies.values()].map((p) => p.counts)),
    close: async () => {
      await Promise.all([...proxies.values()].map((p) => p.close()));
    },
  };
};
