/** Small scripts of what one does with streams, done with real sockets over loopback and in a simulated world; what the streams tell of it is compared. */
import { connect, createServer, type Socket } from 'node:net';
import type { ByteStream } from '#bayou/ports/ports.js';
import { Simulation } from '../../../conformance/simulation/simulation.js';
import { WorldTrace } from '../../../conformance/simulation/world-trace.js';

/** What is done to a stream. */
export type Deed = 'small' | 'big' | 'huge' | 'pause' | 'resume' | 'cork' | 'uncork' | 'end' | 'destroySoon' | 'destroy';

/** One step: who does what. */
export interface Step {
  readonly who: 'near' | 'far';
  readonly deed: Deed;
}

/** What both ends have told, and how they are. */
export interface Told {
  readonly near: ReadonlyArray<string>;
  readonly far: ReadonlyArray<string>;
}

const UNIT = 1_003;
const BYTES = { small: UNIT, big: 200 * UNIT, huge: 16_000 * UNIT };

/** How much of a write that was cut off has come through is the system's: its buffers are larger or smaller. `whole`: what came to whole writes. */
const amount = (bytes: number, whole: ReadonlySet<number>): string => (whole.has(bytes) ? `${bytes}` : 'a part');

/** One end, and what it has told; what came in pieces is one. */
class Watched {
  readonly told: string[] = [];
  readonly #stream: ByteStream;
  readonly #written: Set<number>;
  #bytes = 0;
  #sum = 0;

  /** `written`: what this end has written after each write; `whole`: what the other one has. */
  constructor(stream: ByteStream, written: Set<number>, whole: ReadonlySet<number>) {
    this.#stream = stream;
    this.#written = written;
    stream.on('data', (chunk: Buffer) => {
      if (this.told.at(-1) === `data to ${amount(this.#bytes, whole)}`) this.told.pop();
      this.#bytes += chunk.length;
      this.told.push(`data to ${amount(this.#bytes, whole)}`);
    });
    stream.on('drain', () => this.told.push('drain'));
    stream.on('end', () => this.told.push('end'));
    // Whether the system's first word is of a read or of a write is chance.
    stream.on('error', ({ code }: NodeJS.ErrnoException) => this.told.push(`error ${code === 'EPIPE' ? 'ECONNRESET' : code}`));
    stream.on('close', () => this.told.push('close'));
  }

  do(deed: Deed): void {
    const s = this.#stream;
    if (deed === 'small' || deed === 'big' || deed === 'huge') {
      this.#sum += BYTES[deed];
      this.#written.add(this.#sum);
      const all = s.write(Buffer.alloc(BYTES[deed], 'x'));
      // Whether there is room is known of a stream that can be written.
      if (!s.destroyed) this.told.push(`${deed}: ${all ? 'room' : 'no room'}`);
    } else s[deed]();
  }

  /** All that it has told, and how it is. */
  state(): string[] {
    const { destroyed, closed, writableLength, writableCorked } = this.#stream;
    return [
      ...this.told,
      `${destroyed ? 'destroyed ' : ''}${closed ? 'closed ' : ''}${!destroyed && writableLength > 0 ? 'full ' : ''}${!destroyed && writableCorked > 0 ? 'corked' : ''}`,
    ];
  }
}

const AT = { host: '127.0.0.1', port: 4000 };
const LIMITS = { events: 1_000_000, untilUs: 15_000_000 };

/** Does the steps in a simulated world, each when nothing more comes of the one before; gives what was told after each. */
export const simulated = async (steps: ReadonlyArray<Step>): Promise<ReadonlyArray<Told>> => {
  const simulation = new Simulation({ seed: 1, trace: new WorldTrace() });
  const ends: { near?: Watched; far?: Watched } = {};
  const [byNear, byFar] = [new Set<number>(), new Set<number>()];
  simulation.start(simulation.machine('far'), 'far', ({ world }) => {
    void world.network.acceptor((stream) => (ends.far = new Watched(stream, byFar, byNear))).listen(AT);
  });
  const { life } = simulation.start(simulation.machine('near'), 'near', ({ world }) => {
    world.timers.after(10, () => (ends.near = new Watched(world.network.connect(AT), byNear, byFar)));
  });
  await simulation.run(() => false, LIMITS);
  const { near, far } = ends;
  if (near === undefined || far === undefined) throw new Error('they are connected');
  const all: Told[] = [];
  for (const { who, deed } of steps) {
    simulation.scheduler.after(0, life, deed, () => (who === 'near' ? near : far).do(deed));
    await simulation.run(() => false, LIMITS);
    all.push({ near: near.state(), far: far.state() });
  }
  return all;
};

/** Does the steps with real sockets, each when the one before has come to what is expected of it, or has not within the time; gives what was told. */
export const real = async (
  steps: ReadonlyArray<Step>,
  expected: ReadonlyArray<Told>,
  withinMs: number,
): Promise<ReadonlyArray<Told>> => {
  const sockets: Socket[] = [];
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  const accepted = new Promise<Socket>((resolve) => server.once('connection', resolve));
  const dialed = connect({ port, host: '127.0.0.1', noDelay: true });
  const connected = new Promise((resolve) => dialed.once('connect', resolve));
  const [byNear, byFar] = [new Set<number>(), new Set<number>()];
  const [near, far] = [new Watched(dialed, byNear, byFar), new Watched(await accepted, byFar, byNear)];
  await connected;
  sockets.push(dialed, await accepted);
  const all: Told[] = [];
  for (const [i, { who, deed }] of steps.entries()) {
    (who === 'near' ? near : far).do(deed);
    const now = (): Told => ({ near: near.state(), far: far.state() });
    const until = performance.now() + withinMs;
    while (JSON.stringify(now()) !== JSON.stringify(expected[i]) && performance.now() < until)
      await new Promise((resolve) => setImmediate(resolve));
    all.push(now());
  }
  for (const socket of sockets) socket.destroy();
  server.close();
  return all;
};
