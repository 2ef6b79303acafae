import { describe, expect, it } from 'vitest';
import { replaceFile, writeFile, type Files } from '#bayou/impl/log/files.js';
import { Simulation, type Environment, type RunningProcess } from '../../conformance/simulation/simulation.js';
import { WorldTrace } from '../../conformance/simulation/world-trace.js';

const LIMITS = { events: 100_000, untilUs: 3_600_000_000 };

const worldOf = (seed = 1): Simulation => new Simulation({ seed, trace: new WorldTrace() });

/** Starts a process that does this, and waits until nothing comes any more. */
const does = async (s: Simulation, act: (e: Environment) => void | Promise<void>): Promise<RunningProcess> => {
  const running = s.start(s.machine('a'), 'a', (environment) => {
    environment.files.makeFolder('/data');
    void act(environment);
  });
  await s.run(() => false, LIMITS);
  return running;
};

const codeOf = (act: () => unknown): string => {
  try {
    act();
    return 'no error';
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? (error as Error).name;
  }
};

const text = (s: Simulation, path: string): string | undefined => s.machine('a').disk.peek(path)?.toString();
const powerCycle = (s: Simulation): void => {
  s.powerOff(s.machine('a'));
  s.powerOn(s.machine('a'));
};

describe('a simulated disk', () => {
  it('loses nothing that a killed process has written', async () => {
    const s = worldOf();
    const running = await does(s, ({ files }) => void writeFile(files, '/data/x', 'written', false));
    running.kill();
    expect(text(s, '/data/x')).toBe('written');
  });

  it('loses nothing that was synced, its name among it, when the machine dies', async () => {
    for (let seed = 1; seed <= 50; seed++) {
      const s = worldOf(seed);
      await does(s, ({ files }) => {
        files.syncFolder('/');
        replaceFile(files, '/data', 'x', 'first', true);
        replaceFile(files, '/data', 'x', 'second', true);
      });
      powerCycle(s);
      expect(text(s, '/data/x'), `seed ${seed}`).toBe('second');
    }
  });

  it('of what was not synced, leaves every combination of parts', async () => {
    const left = new Set<string>();
    for (let seed = 1; seed <= 400; seed++) {
      const s = worldOf(seed);
      await does(s, ({ files }) => {
        files.syncFolder('/');
        replaceFile(files, '/data', 'x', 'ab', true);
        const file = files.open('/data/x');
        file.write(Buffer.from('CD'), 2);
        file.write(Buffer.from('AB'), 0);
      });
      powerCycle(s);
      left.add(text(s, '/data/x') ?? 'nothing');
    }
    expect([...left].sort()).toEqual(['AB', 'ABC', 'ABCD', 'ab', 'abC', 'abCD']);
  });

  it('may have all that was written up to an instant, over all files, and nothing after it', async () => {
    const left = new Set<string>();
    for (let seed = 1; seed <= 400; seed++) {
      const s = worldOf(seed);
      await does(s, ({ files }) => {
        files.syncFolder('/');
        for (const name of ['x', 'y']) replaceFile(files, '/data', name, '', true);
        const [x, y] = [files.open('/data/x'), files.open('/data/y')];
        for (const [at, letter] of ['a', 'b', 'c'].entries()) for (const file of [x, y]) file.write(Buffer.from(letter), at);
      });
      powerCycle(s);
      left.add(`${text(s, '/data/x')} ${text(s, '/data/y')}`);
    }
    for (const instant of [' ', 'a ', 'a a', 'ab a', 'ab ab', 'abc ab', 'abc abc']) expect(left).toContain(instant);
  });

  it('gives out no inode of a file whose removal a machine’s death has undone', async () => {
    for (let seed = 1; seed <= 30; seed++) {
      const s = worldOf(seed);
      await does(s, ({ files }) => {
        files.syncFolder('/');
        replaceFile(files, '/data', 'x', 'x', true);
        files.remove('/data/x');
      });
      powerCycle(s);
      await does(s, ({ files }) => void replaceFile(files, '/data', 'y', 'y', true));
      powerCycle(s);
      expect(text(s, '/data/y'), `seed ${seed}`).toBe('y');
    }
  });

  it('of names that were not synced, has the old or the new; and a name without its bytes', async () => {
    const left = new Set<string>();
    for (let seed = 1; seed <= 200; seed++) {
      const s = worldOf(seed);
      await does(s, ({ files }) => {
        files.syncFolder('/');
        replaceFile(files, '/data', 'x', 'old', true);
        replaceFile(files, '/data', 'x', 'new', false);
        writeFile(files, '/data/y', 'yy', false);
        files.remove('/data/x.new');
      });
      powerCycle(s);
      left.add(`${text(s, '/data/x')} ${text(s, '/data/y')}`);
    }
    for (const some of ['old undefined', ' yy', 'new undefined', 'new yy', 'ne y']) expect(left).toContain(some);
    // y has the inode that the old x had: where that is back, y is not.
    expect(left).not.toContain('old yy');
  });

  it('fails, falls short, is full, and kills in a call, as it is armed', async () => {
    const s = worldOf();
    const { disk } = s.machine('a');
    const seen: unknown[] = [];
    const running = await does(s, ({ files }) => {
      const file = files.open('/data/x');
      disk.arm({ kind: 'EIO', after: 1, part: 0 });
      seen.push(
        file.write(Buffer.from('aaaa'), 0),
        codeOf(() => file.sync()),
        codeOf(() => file.sync()),
      );
      disk.arm({ kind: 'short', after: 0, part: 0.5 });
      seen.push(file.write(Buffer.from('bbbb'), 4));
      disk.isFull = true;
      // Old bytes can be written over on a full disk.
      seen.push(
        codeOf(() => file.write(Buffer.from('c'), 6)),
        file.write(Buffer.from('d'), 0),
        codeOf(() => files.open('/data/y')),
      );
      disk.isFull = false;
      disk.arm({ kind: 'kill', after: 0, part: 0.5 });
      seen.push(
        codeOf(() => file.write(Buffer.from('eeee'), 6)),
        codeOf(() => files.read('/data/x')),
      );
    });
    expect(seen).toEqual([4, 'EIO', 'no error', 2, 'ENOSPC', 1, 'ENOSPC', 'Killed', 'Killed']);
    expect(running.life.isDead).toBe(true);
    expect(text(s, '/data/x')).toBe('daaabbee');
    expect(disk.counts).toMatchObject({ EIO: 1, short: 1, ENOSPC: 2, kill: 1 });
    expect(s.scheduler.crashes).toEqual([]);
  });

  it('keeps a process that waits for it from everything else', async () => {
    const s = worldOf();
    s.machine('a').disk.slowUs = 50_000;
    let fired = 0;
    await does(s, ({ world, files }) => {
      world.timers.after(1, () => (fired = s.scheduler.nowUs));
      writeFile(files, '/data/x', 'x', false);
    });
    // A folder, and the opening, the truncating, the writing, the looking and the closing of a file.
    expect(fired).toBeGreaterThanOrEqual(6 * 50_000);
  });

  it('gives an inode that is free to the next file, and none that is open', async () => {
    const s = worldOf();
    const inos: string[] = [];
    await does(s, ({ files }) => {
      const make = (name: string): void => void inos.push(writeFile(files, `/data/${name}`, name, false));
      make('x');
      files.remove('/data/x');
      make('y');
      const open = files.open('/data/y');
      files.remove('/data/y');
      make('z');
      open.close();
      make('w');
    });
    const [x, y, z, w] = inos;
    expect(y).toBe(x);
    expect(z).not.toBe(y);
    expect(w).toBe(y);
  });

  it('puts copies back in three ways: another folder, other files, other bytes', async () => {
    const inosOf = (files: Files) => files.facts('/data/x')?.ino;
    for (const [how, sameIno] of [
      ['folder', false],
      ['files', false],
      ['bytes', true],
    ] as const) {
      const s = worldOf();
      await does(s, ({ files }) => void writeFile(files, '/data/x', 'old', true));
      const { disk } = s.machine('a');
      const copy = disk.copy('/data')!;
      const seen: unknown[] = [];
      await does(s, ({ files }) => {
        writeFile(files, '/data/x', 'newer', true);
        writeFile(files, '/data/y', 'young', true);
        const [before, kept] = [inosOf(files), files.open('/data/x')];
        disk.put('/data', copy, how);
        seen.push(inosOf(files) === before, files.read('/data/y'), kept.facts().size);
      });
      expect(text(s, '/data/x')).toBe('old');
      expect(seen, how).toEqual([sameIno, undefined, sameIno ? 3 : 5]);
    }
  });
});

describe('locks', () => {
  /** Who takes the lock tells; the paused one keeps it. */
  const takes = (s: Simulation, told: string[], name: string, folder = '/data'): RunningProcess =>
    s.start(s.machine('a'), name, ({ files }) => {
      files.makeFolder('/data');
      void files.lock(folder).then((unlock) => told.push(`${name} ${unlock === undefined ? 'refused' : 'has it'}`));
    });

  it('of a folder are held until given back or dead, by the paused too; and go with the folder', async () => {
    const s = worldOf();
    const told: string[] = [];
    const idle = () => s.run(() => false, LIMITS);
    const a = takes(s, told, 'a');
    await idle();
    a.pause();
    takes(s, told, 'b');
    await idle();
    a.kill();
    const c = takes(s, told, 'c');
    await idle();
    s.machine('a').disk.put('/data', s.machine('a').disk.copy('/data')!, 'folder');
    takes(s, told, 'd');
    await idle();
    s.powerOff(s.machine('a'));
    s.powerOn(s.machine('a'));
    takes(s, told, 'e');
    await idle();
    expect(told).toEqual(['a has it', 'b refused', 'c has it', 'd has it', 'e has it']);
    expect(c.life.isDead).toBe(true);
  });

  it('the database has one of its own', async () => {
    const s = worldOf();
    const told: string[] = [];
    await does(s, async ({ openDatabase }) => {
      const first = await openDatabase('/data');
      await openDatabase('/data').catch((error: unknown) => told.push(((error as Error).cause as { code: string }).code));
      await first.close();
      await openDatabase('/data').then(() => told.push('open'));
    });
    expect(told).toEqual(['LEVEL_LOCKED', 'open']);
  });
});

describe('the database', () => {
  it('takes its time, keeps its order, and has after a kill all that was told to be in it', async () => {
    for (let seed = 1; seed <= 20; seed++) {
      const s = worldOf(seed);
      const done: number[] = [];
      const running = s.start(s.machine('a'), 'a', async ({ files, openDatabase, world }) => {
        files.makeFolder('/data');
        const db = await openDatabase('/data');
        for (let i = 0; i < 10; i++)
          void db.batch([{ type: 'put', key: 'k', value: Buffer.from(`${i}`) }], { sync: false }).then(() => done.push(i));
        world.timers.after(1 + (seed % 3), () => running.kill());
      });
      await s.run(() => false, LIMITS);
      expect(done).toEqual(Array.from(done, (_, i) => i));
      let found: string | undefined;
      await does(s, async ({ openDatabase }) => {
        const db = await openDatabase('/data');
        const [record] = await db.iterator().nextv(10);
        found = record?.[1].toString();
      });
      const last = done.at(-1);
      // The write that was on its way at the death may be there, too.
      expect([last, (last ?? -1) + 1].map((n) => (n === undefined ? undefined : `${n}`))).toContain(found);
    }
  });
});
