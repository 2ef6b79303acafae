/** LevelDB's place in a simulated world: the database of `io-faults/level-stand-in.ts`, whose files look as LevelDB's do, with a lock, and with work that takes its time. */
import type { Database, OpenDatabase } from '#bayou/impl/log/level-directory.js';
import { openFakeLevel } from '../io-faults/level-stand-in.js';
import { SYNC_US, type SimulatedDisk } from './simulated-disk.js';
import type { Life } from './life.js';
import type { Random } from './seeded-streams.js';
import type { Scheduler } from './scheduler.js';

/** How long a turn of the database takes, in µs. */
const TURN_US = { least: 30, most: 300 };

/** Does something in a thread of its own, when its turn comes, and says when it is done; `isSynced`: it is forced to the disk then. */
type InTurn = <A>(what: string, act: () => Promise<A>, isSynced?: boolean) => Promise<A>;

/** As LevelDB says that somebody has it open. */
const locked = (directory: string): Error =>
  Object.assign(new Error('Database failed to open'), {
    code: 'LEVEL_DATABASE_NOT_OPEN',
    cause: Object.assign(new Error(`IO error: lock ${directory}/LOCK: Resource temporarily unavailable`), {
      code: 'LEVEL_LOCKED',
    }),
  });

/** How one process opens databases. */
export const databasesOf = (scheduler: Scheduler, life: Life, disk: SimulatedDisk, random: Random): OpenDatabase => {
  let lastUs = 0;
  /** Does it when its turn comes: one after the other, as they were asked for. */
  const inTurn: InTurn = (what, act, isSynced = false) =>
    new Promise((resolve, reject) => {
      const syncUs = isSynced ? random.int(SYNC_US.least, SYNC_US.most) : 0;
      lastUs = Math.max(lastUs, scheduler.nowUs) + random.int(TURN_US.least, TURN_US.most) + syncUs + disk.slowUs;
      scheduler.after(lastUs - scheduler.nowUs, life, `database ${what}`, () => void act().then(resolve, reject));
    });
  const open = openFakeLevel(disk.filesOf(life, true));
  return async (directory) => {
    const unlock = await disk.lock(life, directory, 'database');
    if (unlock === undefined) throw locked(directory);
    try {
      const db = await inTurn('open', () => open(directory));
      return timed(db, inTurn, unlock);
    } catch (error) {
      await unlock();
      throw error;
    }
  };
};

const timed = (db: Database, inTurn: InTurn, unlock: () => Promise<void>): Database => ({
  batch: (operations, options) => inTurn(`batch ${operations.length}`, () => db.batch(operations, options), options.sync),
  iterator: () => {
    const it = db.iterator();
    return { nextv: (size) => inTurn('read', () => it.nextv(size)), close: () => it.close() };
  },
  close: () =>
    inTurn('close', async () => {
      await db.close();
      await unlock();
    }),
});
