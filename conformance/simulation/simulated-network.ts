/** The network of a simulated world: its listeners, its connections, and their faults. All hosts share one range of ports at 127.0.0.1. */
import type { Acceptor, ByteStream, Endpoint, Network } from '#bayou/ports/ports.js';
import { ConnectionEnd, KEEP_ALIVE_US, type Wires } from './simulated-connection.js';
import type { Life } from './life.js';
import { Ways, type Host } from './open-ways.js';
import { randomOf, type RandomStream } from './seeded-streams.js';
import type { Scheduler } from './scheduler.js';
import { SimulatedStream, systemError } from './stream.js';
import type { NetworkFaults } from './network-faults.js';

interface Listener {
  readonly host: Host;
  readonly life: Life;
  readonly at: Endpoint;
  readonly onConnection: (stream: ByteStream) => void;
  /** Connections that the system has taken and the process has not taken yet. */
  readonly backlog: Set<ConnectionEnd>;
}

/** The counts of connections and of their faults. */
export interface NetworkCounts {
  connections: number;
  refused: number;
  unanswered: number;
  lost: number;
  broken: number;
  halfOpen: number;
  split: number;
  /** Connections that a planned fault broke. */
  reset: number;
}

const FIRST_PORT = 32_768;
const LAST_PORT = 60_999;
const MAX_BACKLOG = 511;
/** The time until an unanswered SYN is sent again; it doubles with each try. */
const SYN_US = 1_000_000;
const MAX_SYNS = 7;

const nameOf = ({ host, port }: Endpoint): string => `${host === 'localhost' ? '127.0.0.1' : host}:${port}`;

/** The network. */
export class SimulatedNetwork {
  readonly ways = new Ways();
  readonly counts: NetworkCounts = {
    connections: 0,
    refused: 0,
    unanswered: 0,
    lost: 0,
    broken: 0,
    halfOpen: 0,
    split: 0,
    reset: 0,
  };
  networkFaults: NetworkFaults;
  readonly #scheduler: Scheduler;
  readonly #seed: number;
  readonly #random: RandomStream;
  readonly #wires: Wires;
  readonly #listeners = new Map<string, Listener>();
  /** Ports of machines without power: they do not even refuse a connection. */
  readonly #silent = new Map<string, Host>();
  readonly #ends = new Map<Life, Set<ConnectionEnd>>();
  readonly #dialed = new Map<string, number>();
  /** Ports that were freed, the latest at the end. */
  readonly #freed: number[] = [];
  /** By machine, the squatter that takes the machine's ports when they get free. */
  readonly #squatters = new Map<string, Life>();
  #nextPort = FIRST_PORT;

  constructor(scheduler: Scheduler, seed: number, networkFaults: NetworkFaults) {
    this.#scheduler = scheduler;
    this.#seed = seed;
    this.#random = randomOf(seed, 'network');
    this.networkFaults = networkFaults;
    this.#wires = { scheduler, ways: this.ways, networkFaults: () => this.networkFaults, count: (what) => this.counts[what]++ };
  }

  /** The network port of one process. */
  of(life: Life, host: Host): Network {
    life.onDeath((_, isSilent) => this.#leave(life, host, isSilent));
    return {
      connect: (to) => this.#connect(life, host, to),
      acceptor: (onConnection) => this.#acceptor(life, host, onConnection),
    };
  }

  // --- faults --------------------------------------------------------------------------------------------------------------

  /** Blocks the way from one machine to another. */
  block(from: string, to: string): void {
    this.ways.block(from, to, this.#scheduler.nowUs);
    this.#scheduler.after(KEEP_ALIVE_US, undefined, `${from}>${to} probes`, () => {
      for (const end of this.#between(from, to)) end.probe();
    });
  }

  /** Breaks all connections between two machines, for both ends. */
  reset(one: string, other: string): void {
    for (const end of this.#between(one, other)) {
      this.counts.reset++;
      end.break('ECONNRESET');
    }
  }

  /** From now on, whenever a port of this machine gets free, the squatter listens there and ends every connection. */
  squat(host: string, squatter: Life): void {
    this.#squatters.set(host, squatter);
  }

  /** Lets every end probe its other end now, as each does after a long silence. */
  probeAll(): void {
    for (const ends of this.#ends.values()) for (const end of [...ends]) end.probe();
  }

  /** Lets the segments to and from these machines arrive now. */
  deliver(isOne: (host: Host) => boolean): void {
    const all = [...this.#ends.values()].flatMap((ends) => [...ends]);
    for (const end of new Set(all.flatMap((one) => [one, one.peer])))
      if (isOne(end.host) || isOne(end.peer.host)) end.arriveNow();
  }

  /** The machine has power again: it refuses connections to the ports of its dead processes. */
  wake(host: Host): void {
    for (const [name, at] of this.#silent) if (at === host) this.#silent.delete(name);
  }

  /** The connections and the ports of a process. */
  heldBy(life: Life): ReadonlyArray<string> {
    return [
      ...[...(this.#ends.get(life) ?? [])].map(({ peer }) => `a connection with ${peer.host.name}`),
      ...[...this.#listeners.values()].filter((l) => l.life === life).map(({ at }) => `port ${at.port}`),
    ];
  }

  /** The ports at which a machine's processes listen. */
  portsOf(host: string): ReadonlyArray<Endpoint> {
    return [...this.#listeners.values()].filter((l) => l.host.name === host).map(({ at }) => at);
  }

  #between(one: string, other: string): ReadonlyArray<ConnectionEnd> {
    const isOne = (end: ConnectionEnd): boolean =>
      (end.host.name === one && end.peer.host.name === other) || (end.host.name === other && end.peer.host.name === one);
    return [...this.#ends.values()].flatMap((ends) => [...ends].filter(isOne));
  }

  // --- connecting ----------------------------------------------------------------------------------------------------------

  #connect(life: Life, host: Host, to: Endpoint): SimulatedStream {
    life.mustLive('connect');
    // Node throws the same.
    if (!Number.isInteger(to.port) || to.port < 0 || to.port > 65_535)
      throw new RangeError(`Port should be >= 0 and < 65536. Received ${to.port}.`);
    const stream = new SimulatedStream(this.#scheduler, life);
    const number = (this.#dialed.get(host.name) ?? 0) + 1;
    this.#dialed.set(host.name, number);
    const random = randomOf(this.#seed, `connection/${host.name}/${number}`);
    const own = this.#freePort();
    const greet = (times: number): void => {
      this.#scheduler.after(this.#latency(random), undefined, `${host.name} syn ${nameOf(to)}`, () => {
        if (stream.destroyed || life.isDead) return;
        const answer = this.#answer(life, host, to, own, random, stream);
        if (answer === 'taken') return;
        if (answer === 'refused') {
          this.counts.refused++;
          this.#fail(life, stream, systemError('connect', 'ECONNREFUSED', nameOf(to)), this.#latency(random));
        } else if (times >= MAX_SYNS) {
          this.counts.unanswered++;
          this.#fail(life, stream, systemError('connect', 'ETIMEDOUT', nameOf(to)), SYN_US * 2 ** (times - 1));
        } else {
          this.#scheduler.after(SYN_US * 2 ** (times - 1), undefined, `${host.name} syn again`, () => greet(times + 1));
        }
      });
    };
    greet(1);
    return stream;
  }

  #fail(life: Life, stream: SimulatedStream, error: Error, us: number): void {
    this.#scheduler.after(us, life, 'not connected', () => stream.fail(error));
  }

  #latency(random: RandomStream): number {
    return this.networkFaults.leastUs + random.part() * this.networkFaults.moreUs;
  }

  #answer(
    life: Life,
    host: Host,
    to: Endpoint,
    own: Endpoint,
    random: RandomStream,
    stream: SimulatedStream,
  ): 'taken' | 'refused' | 'silence' {
    const listener = this.#listeners.get(nameOf(to));
    const there = listener?.host ?? this.#silent.get(nameOf(to));
    if (there === undefined) return 'refused';
    if (!this.ways.isOpen(host, there) || !this.ways.isOpen(there, host)) return 'silence';
    if (listener === undefined) return 'refused';
    if (listener.backlog.size >= MAX_BACKLOG) return 'silence';
    this.counts.connections++;
    const [near, far] = [this.#end(host, life, random), this.#end(listener.host, listener.life, random)];
    near.peer = far;
    far.peer = near;
    listener.backlog.add(far);
    this.#scheduler.after(1, listener.life, 'accept', () => this.#accept(listener, far, own));
    this.#scheduler.after(this.#latency(random), life, 'connected', () => {
      stream.attach(near, to, true);
    });
    return 'taken';
  }

  #end(host: Host, life: Life, random: RandomStream): ConnectionEnd {
    const end = new ConnectionEnd(this.#wires, host, life, random, () => this.#ends.get(life)?.delete(end));
    const ends = this.#ends.get(life) ?? new Set();
    this.#ends.set(life, ends.add(end));
    return end;
  }

  #accept(listener: Listener, end: ConnectionEnd, remote: Endpoint): void {
    if (!listener.backlog.delete(end)) return;
    const stream = new SimulatedStream(this.#scheduler, listener.life);
    stream.attach(end, remote, false);
    listener.onConnection(stream);
  }

  // --- listening -----------------------------------------------------------------------------------------------------------

  #acceptor(life: Life, host: Host, onConnection: (stream: ByteStream) => void): Acceptor {
    let mine: Listener | undefined;
    return {
      listen: (at) => {
        life.mustLive('listen');
        const bound = { host: at.host, port: at.port === 0 ? this.#freePort().port : at.port };
        const name = nameOf(bound);
        const isFree = !this.#listeners.has(name) && !this.#silent.has(name);
        if (isFree) {
          mine = { host, life, at: bound, onConnection, backlog: new Set() };
          this.#listeners.set(name, mine);
        }
        return new Promise((resolve, reject) => {
          this.#scheduler.after(1, life, `listen ${name}`, () => {
            if (isFree) resolve(bound.port);
            else reject(systemError('listen', 'EADDRINUSE', `address already in use ${name}`));
          });
        });
      },
      // A simulated listener has no errors.
      onError: () => undefined,
      close: () => {
        if (mine !== undefined) this.#close(mine);
      },
    };
  }

  #close(listener: Listener): void {
    if (this.#listeners.get(nameOf(listener.at)) !== listener) return;
    this.#listeners.delete(nameOf(listener.at));
    const squatter = this.#squatters.get(listener.host.name);
    if (squatter !== undefined && squatter !== listener.life && listener.host.isUp) {
      const onConnection = (stream: ByteStream): void => void stream.destroy();
      this.#listeners.set(nameOf(listener.at), { ...listener, life: squatter, onConnection, backlog: new Set() });
    } else this.#freed.push(listener.at.port);
    // Where the machine has lost its power, the backlog ends as the life's other connections do.
    if (listener.host.isUp) for (const end of listener.backlog) end.abort();
    listener.backlog.clear();
  }

  #leave(life: Life, host: Host, isSilent: boolean): void {
    for (const listener of this.#listeners.values()) {
      if (listener.life !== life) continue;
      this.#close(listener);
      if (isSilent) this.#silent.set(nameOf(listener.at), host);
    }
    for (const end of this.#ends.get(life) ?? []) {
      if (isSilent) end.vanish();
      else end.close();
    }
    this.#ends.delete(life);
  }

  /** A free port. */
  #freePort(): Endpoint {
    const old = this.#random.chance(this.networkFaults.samePort) ? this.#freed.pop() : undefined;
    const isTaken = (port: number): boolean => this.#listeners.has(`127.0.0.1:${port}`) || this.#silent.has(`127.0.0.1:${port}`);
    if (old !== undefined && !isTaken(old)) return { host: '127.0.0.1', port: old };
    do {
      this.#nextPort = this.#nextPort >= LAST_PORT ? FIRST_PORT : this.#nextPort + 1;
    } while (isTaken(this.#nextPort));
    return { host: '127.0.0.1', port: this.#nextPort };
  }
}
