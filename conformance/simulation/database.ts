/** Stands in for LevelDB in a simulated world. It is the database of `io-faults/level-stand-in.ts`, whose files look like LevelDB's. Here the database has a lock, too, and takes simulated time for its work. */
import type { Database, OpenDatabase } from '#bayou/impl/log/level-directory.js';
import { openStandIn } from '../io-faults/level-stand-in.js';
import { SYNC_US, type SimulatedDisk } from './simulated-disk.js';
import type { Life } from './life.js';
import type { RandomStream } from './seeded-streams.js';
import type { Scheduler } from './scheduler.js';

/** How long a turn of the database takes, in µs. */
const TURN_US = { least: 30, most: 300 };

/** Does `act` in a thread of the database, when its turn comes. Resolves when `act` is done, or, with `isSynced`, when its changes were forced to the disk, too. */
type InTurn = <A>(what: string, act: () => Promise<A>, isSynced?: boolean) => Promise<A>;

/** LevelDB's error for a database that a process has open. */
const locked = (directory: string): Error =>
  Object.assign(new Error('Database failed to open'), {
    code: 'LEVEL_DATABASE_NOT_OPEN',
    cause: Object.assign(new Error(`IO error: lock ${directory}/LOCK: Resource temporarily unavailable`), {
      code: 'LEVEL_LOCKED',
    }),
  });

/** Opens databases for one process. */
export const databasesOf = (scheduler: Scheduler, life: Life, disk: SimulatedDisk, random: RandomStream): OpenDatabase => {
  let lastUs = 0;
  /** Does the calls one after the other, in the order in which they were made. */
  const inTurn: InTurn = (what, act, isSynced = false) =>
    new Promise((resolve, reject) => {
      const syncUs = isSynced ? random.int(SYNC_US.least, SYNC_US.most) : 0;
      lastUs = Math.max(lastUs, scheduler.nowUs) + random.int(TURN_US.least, TURN_US.most) + syncUs + disk.slowUs;
      scheduler.after(lastUs - scheduler.nowUs, life, `database ${what}`, () => void act().then(resolve, reject));
    });
  const open = openStandIn(disk.filesOf(life, true));
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
