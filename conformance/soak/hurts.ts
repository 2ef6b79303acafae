/** What is done to a server: each hurt begins with one that runs and ends with one that runs, and kills at least once. */
import type { Chance } from '../common/seeded-chance.js';
import { sleep } from '../common/sleep.js';
import { databaseBytes, moveFolder, putBack, removeFolder, renew, tamper, copyFolder } from '../faults/server-folder.js';
import type { SoakSetup, Slot } from './slot.js';

/** A kind of hurt. */
export interface Hurt {
  readonly name: string;
  /** How often it is drawn, beside the others. */
  readonly weight: number;
  /**
   * Does it lose what this server alone has? Then it is done when all servers have everything and no session asks: who puts an old copy in
   * place of a folder loses what is in no other, whatever the server does.
   */
  readonly calm: boolean;
  readonly run: (slot: Slot, chance: Chance, setup: SoakSetup) => Promise<void>;
}

/** As long as changes may be in the journal alone, and a bit more. */
const TAKE_IN_MS = 3_000;

/** Killed while sessions ask. */
const load: Hurt = {
  name: 'load',
  weight: 30,
  calm: false,
  run: async (slot, chance) => {
    await sleep(chance.whole(10, 400));
    if (chance.percent(10)) slot.takeCopy();
    await slot.kill(slot.process, 'load');
    await slot.start();
  },
};

/** Killed before it listens, some times in a row. */
const startUp: Hurt = {
  name: 'start-up',
  weight: 12,
  calm: false,
  run: async (slot, chance, setup) => {
    await slot.kill(slot.process, 'load');
    for (let n = chance.whole(1, 4); n > 0; n--) {
      const process = slot.spawn();
      await Promise.race([process.started, sleep(chance.dice() * setup.startMs)]);
      await slot.kill(process, 'start-up');
    }
    await slot.start();
  },
};

/** Killed while it closes. */
const close: Hurt = {
  name: 'close',
  weight: 10,
  calm: false,
  run: async (slot, chance) => {
    await sleep(chance.whole(10, 300));
    const process = slot.terminate();
    await sleep(chance.whole(0, 40));
    await slot.kill(process, 'close');
    await slot.start();
  },
};

/** Killed while the database takes in what the journal has. */
const takeIn: Hurt = {
  name: 'take-in',
  weight: 6,
  calm: false,
  run: async (slot, chance) => {
    const before = databaseBytes(slot.folder);
    const until = performance.now() + TAKE_IN_MS;
    while (databaseBytes(slot.folder) === before && performance.now() < until) await sleep(1);
    await sleep(chance.whole(0, 4));
    await slot.kill(slot.process, 'take-in');
    await slot.start();
  },
};

/** Stopped, so that requests to it get no answer; then it goes on, or is killed as it stands. */
const stopped: Hurt = {
  name: 'stopped',
  weight: 12,
  calm: false,
  run: async (slot, chance) => {
    await sleep(chance.whole(10, 200));
    const { process } = slot;
    process?.signal('SIGSTOP');
    await sleep(chance.whole(100, 1200));
    if (chance.percent(60)) {
      process?.signal('SIGCONT');
      await sleep(chance.whole(0, 200));
    }
    await slot.kill(process, 'stopped');
    await slot.start();
  },
};

/** Adopts the one of two processes that gets to listen; the other must not. */
const adoptEither = async (
  slot: Slot,
  processes: ReadonlyArray<ReturnType<Slot['spawn']>>,
  setup: SoakSetup,
): Promise<boolean> => {
  const started = await Promise.all(processes.map((p) => p.started));
  const winners = started.flatMap((s, i) =>
    s.type === 'listens' && !processes[i]!.isGone() ? [{ ...s, process: processes[i]! }] : [],
  );
  if (winners.length > 1)
    setup.judge.accuse('stamps', `R10: ${winners.length} processes have the folder of server ${slot.id} at a time`);
  for (const loser of winners.slice(1)) await slot.kill(loser.process, 'two on one folder');
  const [winner] = winners;
  if (winner !== undefined) await slot.adopt(winner.process, winner.port, winner.replica);
  return winner !== undefined;
};

/** A second process is started on the folder of one that runs, which is killed meanwhile. */
const second: Hurt = {
  name: 'two on one folder',
  weight: 10,
  calm: false,
  run: async (slot, chance, setup) => {
    const first = slot.process;
    const other = slot.spawn();
    await Promise.race([other.gone, sleep(chance.dice() * setup.startMs)]);
    await slot.kill(first, 'two on one folder');
    if (!(await adoptEither(slot, [other], setup))) await slot.start();
  },
};

/** Two processes are started on a folder at once. */
const race: Hurt = {
  name: 'two at once',
  weight: 6,
  calm: false,
  run: async (slot, chance, setup) => {
    await slot.kill(slot.process, 'two on one folder');
    const one = slot.spawn();
    await sleep(chance.whole(0, 60));
    const two = slot.spawn();
    if (!(await adoptEither(slot, [one, two], setup))) await slot.start();
  },
};

/** Its folder is moved aside and back, or an up-to-date copy takes its place. Nothing is lost by that. */
const moved: Hurt = {
  name: 'folder moved',
  weight: 6,
  calm: false,
  run: async (slot, chance) => {
    await slot.kill(slot.process, 'folder moved');
    slot.takeCopy();
    if (chance.percent(50)) {
      moveFolder(slot.folder, `${slot.folder}.aside`);
      moveFolder(`${slot.folder}.aside`, slot.folder);
    } else renew(slot.folder);
    await slot.start();
  },
};

/** A copy of a running server's folder is made, and a process is started on that copy: it is another replica. */
const beside: Hurt = {
  name: 'copy beside',
  weight: 3,
  calm: false,
  run: async (slot, chance, setup) => {
    const copy = `${slot.folder}.beside`;
    copyFolder(slot.folder, copy);
    const other = slot.spawn(copy);
    const started = await other.started;
    if (started.type === 'listens') {
      const twin = setup.replicas.get(started.replica);
      if (twin !== undefined && !twin.isGone())
        setup.judge.accuse(
          'stamps',
          `R7a: a copy of the folder of server ${slot.id} runs as ${started.replica} beside the original`,
        );
    }
    await slot.kill(other, 'copy beside');
    await sleep(chance.whole(0, 100));
    await slot.kill(slot.process, 'copy beside');
    removeFolder(copy);
    await slot.start();
  },
};

/** An older copy takes the place of its folder; sessions come back at once. */
const rolledBack: Hurt = {
  name: 'older copy put back',
  weight: 8,
  calm: true,
  run: async (slot, chance, setup) => {
    if (slot.copies.length === 0) slot.takeCopy();
    await slot.kill(slot.process, 'older copy put back');
    const copy = chance.pick(slot.copies);
    putBack(copy, slot.folder);
    setup.judge.replaced(slot.id);
    setup.note(`server ${slot.id} gets ${copy} back`);
    await slot.start(copy.endsWith('hot') ? 'spoilt' : 'older');
  },
};

/** Its folder is spoilt: a log file goes, is cut off, or is replaced by an older one. */
const spoilt: Hurt = {
  name: 'log spoilt',
  weight: 4,
  calm: true,
  run: async (slot, chance, setup) => {
    await slot.kill(slot.process, 'log spoilt');
    const what = tamper(slot.folder, slot.copies, chance);
    if (what !== undefined) {
      setup.judge.replaced(slot.id);
      setup.note(`server ${slot.id}: ${what}`);
    }
    await slot.start(what === undefined ? 'whole' : 'spoilt');
  },
};

/** Its folder is lost, and it is killed while it takes in what the others have. */
const joiner: Hurt = {
  name: 'joiner in mid-transfer',
  weight: 8,
  calm: true,
  run: async (slot, chance, setup) => {
    await slot.kill(slot.process, 'joiner in mid-transfer');
    removeFolder(slot.folder);
    setup.judge.replaced(slot.id);
    setup.note(`server ${slot.id} has lost its folder`);
    setup.network.alone(slot.id, false);
    for (let n = chance.whole(1, 3); n > 0; n--) {
      const process = slot.spawn();
      await process.started;
      await sleep(chance.whole(0, 120));
      await slot.kill(process, 'joiner in mid-transfer');
    }
    await slot.start();
  },
};

/** All hurts. */
const HURTS: ReadonlyArray<Hurt> = [
  load,
  startUp,
  close,
  takeIn,
  stopped,
  second,
  race,
  moved,
  beside,
  rolledBack,
  spoilt,
  joiner,
];

/** Draws a hurt. */
export const drawHurt = (chance: Chance): Hurt => {
  let at = chance.whole(0, HURTS.reduce((sum, h) => sum + h.weight, 0) - 1);
  return HURTS.find((h) => (at -= h.weight) < 0)!;
};
