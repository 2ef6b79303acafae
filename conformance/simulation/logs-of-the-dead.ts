/**
 * Checks the logs that dead servers leave (R3, R6, R10). Whenever a server's process dies, its folder is copied as it is on the disk at that moment. When the run is over, a fresh reader opens each copy in a world of its own. The log
 * must have every put that a client had been told was accepted: in its vector, and in its store, or a later write to the key there. It must still
 * recognise the put when it is repeated, and hold no write that another one has superseded. The reader has the files alone, and nothing of the server's memory.
 */
import * as E from 'fp-ts/lib/Either.js';
import { serverOf, type NodeId } from '#bayou/core/ids.js';
import type { EventOf, TraceEvent } from '#bayou/core/trace.js';
import type { Stamp, Write } from '#bayou/core/write.js';
import type { SeenPut } from '#bayou/impl/client-windows.js';
import { createDiskLog } from '#bayou/impl/log/disk-log.js';
import type { RecoveredLog } from '#bayou/impl/log/log.js';
import type { Copy } from '../disk/tree.js';
import { compareStamps, showStamp } from '../layer4-hostile/judge/stamp-order.js';
import { DATA } from './simulated-cluster.js';
import { Simulation, type Environment, type Machine } from './simulation.js';
import { WorldTrace } from './world-trace.js';

/** A put of which a client was told that it is accepted. */
interface Acknowledged {
  readonly key: string;
  readonly stamp: Stamp;
}

/** A copy of a dead server's log. */
interface LogCopy {
  readonly server: NodeId;
  readonly name: string;
  readonly copy: Copy;
  /** The number of acknowledged puts that this log must have. */
  readonly puts: number;
}

const LIMITS = { events: 100_000, untilUs: 60_000_000 };
/** The most logs of a run that are read: after so many deaths the later ones show nothing new. */
const MAX_READ = 40;

/** Keeps the logs of servers that died, and checks them. */
export class LogsOfTheDead {
  readonly #acknowledged = new Map<NodeId, Acknowledged[]>();
  readonly #copies: LogCopy[] = [];
  /** The names of the accepted puts (R3), by the stamps that they got. */
  readonly #names = new Map<string, string>();

  onEvent(event: TraceEvent): void {
    if (event.type === 'accept') this.accepted(event);
    if (event.type === 'putDone' && event.stamp !== null) this.acknowledge(event.key, event.stamp);
  }

  /** Notes who made a put that a server accepted. */
  accepted({ stamp, ...put }: Pick<EventOf<'accept'>, 'stamp' | 'client' | 'session' | 'clientTime'>): void {
    this.#names.set(showStamp(stamp), nameOfPut(put));
  }

  /** Notes that a client was told that a put is accepted. */
  acknowledge(key: string, stamp: Stamp): void {
    const server = serverOf(stamp.r);
    const list = this.#acknowledged.get(server) ?? [];
    this.#acknowledged.set(server, list);
    list.push({ key, stamp });
  }

  /** The stamps of the acknowledged puts, by the puts' names. */
  #stampsByPut(): ReadonlyMap<string, string> {
    const stamps = [...this.#acknowledged.values()].flat().map(({ stamp }) => showStamp(stamp));
    return new Map(stamps.flatMap((stamp) => (this.#names.has(stamp) ? [[this.#names.get(stamp)!, stamp] as const] : [])));
  }

  /** Copies the folder of a server whose process has died, after all events that are due at this moment. */
  onDeath(simulation: Simulation, machine: Machine, server: NodeId, name: string): void {
    const puts = this.#acknowledged.get(server)?.length ?? 0;
    if (this.#copies.length >= MAX_READ) return;
    simulation.scheduler.after(0, undefined, `copy of ${name}`, () => {
      const copy = machine.disk.copy(`${DATA}/server-${server}`);
      if (copy !== undefined) this.#copies.push({ server, name, copy, puts });
    });
  }

  /** The acknowledged puts that the logs lack, a line each. `mayLack`: has a fault hurt this server's log? */
  async missing(mayLack: (server: NodeId) => boolean): Promise<ReadonlyArray<string>> {
    const found: string[] = [];
    const stamps = this.#stampsByPut();
    for (const copy of this.#copies) if (!mayLack(copy.server)) found.push(...(await this.#missingFrom(copy, stamps)));
    return found;
  }

  async #missingFrom({ server, name, copy, puts }: LogCopy, stamps: ReadonlyMap<string, string>): Promise<ReadonlyArray<string>> {
    const read = await readLog(server, copy);
    if (typeof read === 'string') return [`[R10] the log that ${name} left cannot be read: ${read}`];
    const acknowledged = this.#acknowledged.get(server)?.slice(0, puts) ?? [];
    const twice = [...read.seen].find(([put, stamp]) => (stamps.get(put) ?? stamp) !== stamp);
    const of = ({ stamp, key }: Acknowledged): string => `${showStamp(stamp)} of key ${key}, which was acknowledged`;
    const lost = acknowledged.find((put) => !isIn(read, put));
    const forgotten = acknowledged.find(({ stamp }) => {
      const put = this.#names.get(showStamp(stamp));
      return put !== undefined && read.seen.get(put) !== showStamp(stamp);
    });
    return [
      ...(lost === undefined ? [] : [`[R10] the log that ${name} left lacks ${of(lost)}`]),
      ...(forgotten === undefined ? [] : [`[R3] the log that ${name} left would not recognise ${of(forgotten)}`]),
      ...(twice === undefined
        ? []
        : [`[R14] the log that ${name} left has ${twice[1]}, and the put was acknowledged as ${stamps.get(twice[0])}`]),
      ...read.superseded.map(
        (write) => `[R6] the log that ${name} left holds ${showStamp(write)} of key ${write.key}, which is superseded`,
      ),
    ];
  }
}

const nameOfPut = ({ client, session, clientTime }: Pick<SeenPut, 'client' | 'session' | 'clientTime'>): string =>
  `${client}/${session}/${clientTime}`;

/** What a log holds. */
interface LogContents {
  readonly vv: ReadonlyMap<string, number>;
  /** The greatest write to each key. */
  readonly store: ReadonlyMap<string, Stamp>;
  /** The stamps of the puts that the log recognises, by the puts' names. */
  readonly seen: ReadonlyMap<string, string>;
  /** Live writes that are superseded. While parts of a pull are in the log it may have some: the next parts drop them. */
  readonly superseded: ReadonlyArray<Write>;
}

const isIn = ({ vv, store }: LogContents, { key, stamp }: Acknowledged): boolean => {
  const has = store.get(key);
  return (vv.get(stamp.r) ?? 0) >= stamp.t && has !== undefined && compareStamps(has, stamp) >= 0;
};

const contentsOf = ({ vv: claimed, writes, waiting, seen }: RecoveredLog): LogContents => {
  const vv = new Map(claimed);
  const store = new Map<string, Stamp>();
  const [own, inParts] = [[...writes], [...waiting]];
  // A write that came in a part of a pull counts where the vector covers it (R9).
  for (const write of [...own, ...inParts.filter(({ t, r }) => (vv.get(r) ?? 0) >= t)]) {
    const has = store.get(write.key);
    if (has === undefined || compareStamps(has, write) < 0) store.set(write.key, write);
  }
  return {
    vv,
    store,
    seen: new Map([...seen].map((put) => [nameOfPut(put), showStamp(put.stamp)])),
    superseded: inParts.length > 0 ? [] : own.filter((write) => compareStamps(store.get(write.key)!, write) > 0).slice(0, 1),
  };
};

/** Reads a log; the reader knows nothing but the files. A string: why it cannot be read. */
const readLog = async (server: NodeId, copy: Copy): Promise<string | LogContents> => {
  const simulation = new Simulation({ seed: server, trace: new WorldTrace() });
  const machine = simulation.machine('reader');
  const folder = `${DATA}/server-${server}`;
  const done: { read?: string | LogContents } = {};
  const read = async ({ files, openDatabase, machineId, bootId, world }: Environment): Promise<void> => {
    files.makeFolder(DATA);
    machine.disk.put(folder, copy, 'folder');
    const log = createDiskLog(folder, { files, openDatabase, machineId, bootId, world, fsync: false });
    const opened = await log.open({ server });
    done.read = E.isLeft(opened) ? opened.left.message : contentsOf(opened.right);
  };
  simulation.start(machine, 'reader', (environment) => read(environment));
  await simulation.run(() => done.read !== undefined || simulation.scheduler.crashes.length > 0, LIMITS);
  return done.read ?? simulation.scheduler.crashes.map(({ error }) => String(error)).join();
};
