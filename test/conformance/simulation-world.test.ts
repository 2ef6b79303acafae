import { describe, expect, it } from 'vitest';
import type { ByteStream } from '#bayou/ports/ports.js';
import { Simulation, type Environment, type ProcessMain, type RunningProcess } from '../../conformance/simulation/simulation.js';
import { WorldTrace } from '../../conformance/simulation/world-trace.js';
import { NO_NETWORK_FAULTS, type NetworkFaults } from '../../conformance/simulation/network-faults.js';

const LIMITS = { events: 1_000_000, untilUs: 3_600_000_000 };
const AT = { host: '127.0.0.1', port: 4000 };
const ROUGH: NetworkFaults = {
  ...NO_NETWORK_FAULTS,
  moreUs: 5_000,
  slow: 0.05,
  loss: 0.02,
  split: 0.5,
  merge: 0.5,
  broken: 0.002,
  halfOpen: 0.5,
  sendBytes: 3_000,
};

const worldOf = (seed = 1, networkFaults = NO_NETWORK_FAULTS, keep = false): Simulation =>
  new Simulation({ seed, networkFaults, trace: new WorldTrace(keep) });
const idle = (s: Simulation) => s.run(() => false, LIMITS);
const ms = (s: Simulation): number => s.scheduler.nowUs / 1000;

/** Starts what does this on a machine. */
const start = (s: Simulation, machine: string, main: ProcessMain): RunningProcess => s.start(s.machine(machine), machine, main);

/** What a stream tells, each with the second in which it came. */
const tells = (s: Simulation, stream: ByteStream, told: string[]): void => {
  const tell = (what: string): number => told.push(`${Math.floor(ms(s) / 1000)}s ${what}`);
  stream
    .on('connect', () => tell('connect'))
    .on('data', (chunk: Buffer) => tell(`data ${chunk.length}`))
    .on('end', () => tell('end'))
    .on('error', ({ code }: NodeJS.ErrnoException) => tell(`error ${code}`))
    .on('close', () => tell('close'));
};

describe('time', () => {
  it('passes in the order of what is due, and no real time is waited for', async () => {
    const s = worldOf();
    const done: string[] = [];
    start(s, 'a', ({ world: { timers, clock } }) => {
      timers.after(86_400_000, () => done.push(`a day ${Math.round(clock.nowMs() / 86_400_000)}`));
      timers.after(5, () => done.push('5 ms'));
      timers.soon(() => done.push('soon'));
      timers.endOfTurn(() => done.push('end of turn'));
      done.push('now');
    });
    expect(await s.run(() => false, { ...LIMITS, untilUs: 10 ** 12 })).toBe('idle');
    expect(done).toEqual(['now', 'end of turn', 'soon', '5 ms', 'a day 1']);
  });

  it('lets whatever waits in promises be done before the next event', async () => {
    const s = worldOf();
    const done: string[] = [];
    start(s, 'a', ({ world: { timers } }) => {
      timers.soon(
        () =>
          void (async () => {
            for (let i = 0; i < 100; i++) await Promise.resolve();
            done.push('promised');
          })(),
      );
      timers.soon(() => done.push('next'));
    });
    await idle(s);
    expect(done).toEqual(['promised', 'next']);
  });

  it('is each machine’s own: clocks are wrong, jump, and go at another rate', async () => {
    const s = worldOf();
    const { clock } = s.machine('a');
    clock.go(1.5, 0);
    clock.wallMs = 1_000;
    const walls: number[] = [];
    let lasted = 0;
    start(s, 'a', ({ world }) => {
      walls.push(world.clock.wallMs());
      world.timers.after(300, () => {
        lasted = world.clock.nowMs();
        walls.push(world.clock.wallMs());
        clock.wallMs -= 5_000;
        walls.push(world.clock.wallMs());
      });
    });
    await idle(s);
    expect(walls[0]).toBe(1_000);
    expect(walls[1]! - walls[0]!).toBe(Math.floor(lasted));
    expect(walls[1]! - walls[2]!).toBe(5_000);
    expect(lasted).toBeGreaterThanOrEqual(300);
    // 300 of its ms are 200 of the world's.
    expect(ms(s)).toBeLessThan(202);
  });

  it('ends where it is told to: events, time, and what is awaited', async () => {
    const s = worldOf();
    let count = 0;
    start(s, 'a', ({ world }) => void world.timers.every(10, () => count++));
    expect(await s.run(() => count === 3, LIMITS)).toBe('done');
    expect(await s.run(() => false, { ...LIMITS, events: s.scheduler.events + 5 })).toBe('events');
    expect(await s.run(() => false, { ...LIMITS, untilUs: 1_000_000 })).toBe('time');
    expect(s.scheduler.nowUs).toBe(1_000_000);
    expect(count).toBeGreaterThan(85);
  });
});

describe('processes', () => {
  it('the dead act no more, whatever they had in front of them', async () => {
    const s = worldOf();
    const done: string[] = [];
    const running = start(s, 'a', ({ world, files, openDatabase }) => {
      world.timers.every(1, () => done.push('timer'));
      files.makeFolder('/data');
      void openDatabase('/data').then(() => done.push('database'));
      void files.lock('/data').then(() => done.push('lock'));
      void world.network
        .acceptor(() => undefined)
        .listen(AT)
        .then(() => done.push('listening'));
      world.timers.soon(() => running.kill());
      world.timers.endOfTurn(() => done.push('lived'));
    });
    await idle(s);
    expect(done).toEqual(['lived', 'listening']);
    expect(running.life.isDead).toBe(true);
  });

  it('a paused one does late, and in order, what was due meanwhile', async () => {
    const s = worldOf();
    const done: string[] = [];
    const running = start(s, 'a', ({ world }) => {
      for (const n of [30, 20, 10]) world.timers.after(n, () => done.push(`${n} at ${Math.round(ms(s) / 100)}`));
    });
    s.scheduler.after(15_000, undefined, 'pause', () => running.pause());
    s.scheduler.after(500_000, undefined, 'go on', () => running.goOn());
    await idle(s);
    expect(done).toEqual(['10 at 0', '20 at 5', '30 at 5']);
  });

  it('what one does not catch ends it alone, and is kept', async () => {
    const s = worldOf();
    const bad = start(
      s,
      'a',
      ({ world }) =>
        void world.timers.after(1, () => {
          throw new Error('of a');
        }),
    );
    const promising = start(s, 'b', ({ world }) => void world.timers.after(1, () => void Promise.reject(new Error('of b'))));
    const good = start(s, 'c', ({ world }) => void world.timers.every(10, () => undefined));
    await s.run(() => false, { ...LIMITS, untilUs: 100_000 });
    expect([bad, promising, good].map(({ life }) => life.isDead)).toEqual([true, true, false]);
    expect(s.scheduler.crashes.map(({ life, error }) => `${life}: ${String(error)}`).sort()).toEqual([
      'a#1: Error: of a',
      'b#1: Error: of b',
    ]);
  });
});

describe('several worlds at once', () => {
  it('each hears of what its own processes do not catch, and leaves Node as it was', async () => {
    const events = ['unhandledRejection', 'uncaughtException'] as const;
    const listeners = () => events.map((event) => process.listeners(event as 'uncaughtException'));
    const before = listeners();
    const crashes = await Promise.all(
      [3, 1, 2].map(async (n) => {
        const s = worldOf(n);
        for (let i = 1; i <= n; i++) {
          start(s, `a${i}`, ({ world }) => void world.timers.after(i, () => void Promise.reject(new Error(`of ${n}`))));
          start(
            s,
            `b${i}`,
            ({ world }) =>
              void world.timers.after(i, () =>
                queueMicrotask(() => {
                  throw new Error(`of ${n}`);
                }),
              ),
          );
        }
        await idle(s);
        return s.scheduler.crashes.map(({ error }) => (error as Error).message);
      }),
    );
    expect(crashes).toEqual([3, 1, 2].map((n) => Array.from({ length: 2 * n }, () => `of ${n}`)));
    expect(listeners()).toEqual(before);
  });
});

describe('the network', () => {
  /** A dialer that tells what comes of it. */
  const dialer =
    (s: Simulation, told: string[], then: (stream: ByteStream, e: Environment) => void = () => undefined): ProcessMain =>
    (environment) => {
      const stream = environment.world.network.connect(AT);
      tells(s, stream, told);
      then(stream, environment);
    };
  /** Dials from `a` when whoever is to listen has had time for it. */
  const dialSoon = (...[s, told, then]: Parameters<typeof dialer>): void => {
    s.scheduler.after(1_000, undefined, 'dial', () => void start(s, 'a', dialer(s, told, then)));
  };
  const listener =
    (then: (stream: ByteStream, e: Environment) => void): ProcessMain =>
    (environment) =>
      void environment.world.network.acceptor((stream) => then(stream, environment)).listen(AT);
  const quiet = (stream: ByteStream): void => void stream.on('data', () => undefined).on('error', () => undefined);

  it('refuses where nobody listens, and is silent where nothing answers', async () => {
    const s = worldOf();
    const [refused, silent]: string[][] = [[], []];
    start(s, 'a', dialer(s, refused!));
    await idle(s);
    expect(refused).toEqual(['0s error ECONNREFUSED', '0s close']);
    start(s, 'b', listener(quiet));
    await idle(s);
    s.powerOff(s.machine('b'));
    start(s, 'a', dialer(s, silent!));
    await idle(s);
    expect(silent).toEqual(['127s error ETIMEDOUT', '127s close']);
  });

  it('a killed process ends its connections; a machine without power tells nobody', async () => {
    const s = worldOf();
    const told: string[] = [];
    const b = start(s, 'b', listener(quiet));
    dialSoon(s, told);
    await idle(s);
    b.kill();
    await idle(s);
    expect(told).toEqual(['0s connect', '0s end', '0s close']);

    const halfOpen: string[] = [];
    start(s, 'b', listener(quiet));
    dialSoon(s, halfOpen);
    await idle(s);
    s.powerOff(s.machine('b'));
    await idle(s);
    // Ten seconds of silence, and ten probes.
    expect(halfOpen).toEqual(['0s connect', '20s error ETIMEDOUT', '20s close']);
  });

  it('a half-open connection breaks when it is written to, once its machine is back', async () => {
    const s = worldOf();
    const told: string[] = [];
    start(s, 'b', listener(quiet));
    dialSoon(s, told, (stream, { world }) => {
      world.timers.after(5_000, () => stream.write(Buffer.from('still there?')));
    });
    s.scheduler.after(1_000_000, undefined, 'off', () => s.powerOff(s.machine('b')));
    s.scheduler.after(2_000_000, undefined, 'on', () => s.powerOn(s.machine('b')));
    await idle(s);
    expect(told).toEqual(['0s connect', '5s error ECONNRESET', '5s close']);
  });

  it('what is written into a way that is cut arrives when it is mended, in order; the way back stays open', async () => {
    const s = worldOf();
    const [near, far]: string[][] = [[], []];
    start(
      s,
      'b',
      listener((stream, { world }) => {
        tells(s, stream, far!);
        world.timers.every(1_000, () => stream.write(Buffer.alloc(7)));
      }),
    );
    dialSoon(s, near!, (stream, { world }) => {
      world.timers.after(1_500, () => stream.write(Buffer.alloc(100)));
      world.timers.after(1_600, () => stream.write(Buffer.alloc(11)));
    });
    s.scheduler.after(1_100_000, undefined, 'cut', () => s.network.block('a', 'b'));
    s.scheduler.after(3_500_000, undefined, 'mend', () => s.network.ways.unblock('a', 'b'));
    await s.run(() => false, { ...LIMITS, untilUs: 6_000_000 });
    expect(near).toEqual(['0s connect', '1s data 7', '2s data 7', '3s data 7', '4s data 7', '5s data 7']);
    expect(far).toEqual(['4s data 111']);
  });

  it('a slow reader stops the writer, whose buffers have an end', async () => {
    const s = worldOf();
    let [written, drained, read] = [0, 0, 0];
    let reader: ByteStream | undefined;
    start(
      s,
      'b',
      listener((stream) => {
        reader = stream;
        stream.pause();
        stream.on('data', (chunk: Buffer) => (read += chunk.length));
      }),
    );
    const write = (stream: ByteStream): void => {
      while (written < 5_000_000 && stream.write(Buffer.alloc(10_000))) written += 10_000;
    };
    dialSoon(s, [], (stream) => {
      stream.on('connect', () => write(stream));
      stream.on('drain', () => {
        drained++;
        written += 10_000;
        write(stream);
      });
    });
    await idle(s);
    expect(read).toBe(0);
    expect(written).toBeGreaterThan(NO_NETWORK_FAULTS.sendBytes);
    expect(written).toBeLessThan(NO_NETWORK_FAULTS.sendBytes + NO_NETWORK_FAULTS.receiveBytes + 20_000);
    reader!.resume();
    await idle(s);
    expect(written).toBeGreaterThanOrEqual(5_000_000);
    expect(read).toBe(written);
    expect(drained).toBeGreaterThan(5);
  });

  it('bytes come whole and in order or not at all, whatever the faults of the link', async () => {
    for (let seed = 1; seed <= 30; seed++) {
      const s = worldOf(seed, ROUGH);
      const came: Buffer[] = [];
      start(
        s,
        'b',
        listener((stream) => stream.on('data', (chunk: Buffer) => came.push(chunk)).on('error', () => undefined)),
      );
      const sent = Buffer.from(Array.from({ length: 40_000 }, (_, i) => (i * 7 + (i >> 8)) & 0xff));
      dialSoon(s, [], (stream) => {
        for (let i = 0; i < sent.length; i += 500) stream.write(sent.subarray(i, i + 500));
        stream.end();
      });
      await idle(s);
      const all = Buffer.concat(came);
      expect(all.equals(sent.subarray(0, all.length)), `seed ${seed}`).toBe(true);
      if (s.network.counts.broken + s.network.counts.halfOpen === 0) expect(all.length, `seed ${seed}`).toBe(sent.length);
    }
  });

  it('a port is one process’s until it is gone; then another may have it', async () => {
    const s = worldOf();
    const told: string[] = [];
    const listen =
      (name: string): ProcessMain =>
      ({ world }) =>
        void world.network
          .acceptor(() => undefined)
          .listen(AT)
          .then(
            () => told.push(`${name} listens`),
            (error: unknown) => told.push(`${name} ${(error as NodeJS.ErrnoException).code}`),
          );
    const a = start(s, 'a', listen('a'));
    await idle(s);
    start(s, 'b', listen('b'));
    await idle(s);
    a.kill();
    start(s, 'c', listen('c'));
    await idle(s);
    expect(told).toEqual(['a listens', 'b EADDRINUSE', 'c listens']);
  });
});

describe('a trace', () => {
  /** Processes that do all that the world offers, with faults. */
  const busy = (s: Simulation): void => {
    for (const name of ['a', 'b', 'c']) {
      const main: ProcessMain = ({ world, files, openDatabase, say }) => {
        files.makeFolder('/data');
        const port = 4000 + name.charCodeAt(0);
        const acceptor = world.network.acceptor((stream) => {
          stream.on('data', (chunk: Buffer) => stream.write(chunk)).on('error', ({ message }: Error) => say(message));
        });
        void acceptor.listen({ host: '127.0.0.1', port });
        void openDatabase('/data').then(
          (db) => {
            world.timers.every(
              50,
              () => void db.batch([{ type: 'put', key: 'k', value: world.chance.bytes(8) }], { sync: true }),
            );
          },
          (error: unknown) => say(String(error)),
        );
        world.timers.every(20, () => {
          const to = 4000 + 'abc'.charCodeAt(world.chance.bytes(1)[0]! % 3);
          const stream = world.network.connect({ host: '127.0.0.1', port: to });
          stream.on('data', () => stream.end()).on('error', ({ message }: Error) => say(message));
          stream.write(world.chance.bytes(50));
        });
      };
      const running = { now: start(s, name, main) };
      const us = 100_000 + name.charCodeAt(0);
      s.scheduler.after(us, undefined, 'pause', () => running.now.pause());
      s.scheduler.after(us * 2, undefined, 'go on', () => running.now.goOn());
      s.scheduler.after(us * 3, undefined, 'off', () => s.powerOff(s.machine(name)));
      s.scheduler.after(us * 4, undefined, 'on', () => {
        s.powerOn(s.machine(name));
        running.now = start(s, name, main);
      });
    }
  };
  const run = async (seed: number): Promise<WorldTrace> => {
    const s = worldOf(seed, ROUGH, true);
    busy(s);
    expect(await s.run(() => false, { ...LIMITS, untilUs: 1_000_000 })).toBe('time');
    expect(s.scheduler.crashes).toEqual([]);
    return s.trace;
  };

  it('is the same for the same seed, line by line, and another for another', async () => {
    const hashes = new Set<string>();
    for (let seed = 1; seed <= 20; seed++) {
      const [one, other] = [await run(seed), await run(seed)];
      expect(one.lines()).toEqual(other.lines());
      expect(one.hash()).toBe(other.hash());
      expect(one.count).toBeGreaterThan(500);
      hashes.add(one.hash());
    }
    expect(hashes.size).toBe(20);
  });

  it('is the same beside other worlds', async () => {
    const alone = (await run(1)).hash();
    const together = await Promise.all(
      [1, 2, 1].map(async (seed) => {
        const s = worldOf(seed, ROUGH);
        busy(s);
        await s.run(() => false, { ...LIMITS, untilUs: 1_000_000 });
        return s.trace.hash();
      }),
    );
    expect([together[0], together[2]]).toEqual([alone, alone]);
  });
});
