/** The faults of a server. Each begins and ends with a running server, and kills at least once. */
import type { SeededChance } from '../common/seeded-chance.js';
import { sleep } from '../common/sleep.js';
import { writeAheadBytes, moveFolder, putBack, removeFolder, renewFolder, tamper, copyFolder } from '../faults/server-folder.js';
import type { SoakSetup, SoakServer } from './soak-server.js';

/** A kind of fault. */
export interface ServerFault {
  readonly name: string;
  /** The weight with which the fault is drawn. */
  readonly weight: number;
  /**
   * Does the fault lose the writes that this server alone has? Then it is done in the calm, when all servers have every write and no session asks: an old
   * copy in place of a folder loses the writes of no other server, and no code can prevent that.
   */
  readonly calm: boolean;
  readonly run: (server: SoakServer, chance: SeededChance, setup: SoakSetup) => Promise<void>;
}

/** A little longer, in ms, than changes may be in the journal alone. */
const TAKE_IN_MS = 3_000;

/** The server is killed while sessions ask. */
const load: ServerFault = {
  name: 'load',
  weight: 30,
  calm: false,
  run: async (server, chance) => {
    await sleep(chance.whole(10, 400));
    if (chance.percent(10)) server.takeCopy();
    await server.kill(server.process, 'load');
    await server.start();
  },
};

/** The server is killed before it listens, several times in a row. */
const startUp: ServerFault = {
  name: 'start-up',
  weight: 12,
  calm: false,
  run: async (server, chance, setup) => {
    await server.kill(server.process, 'load');
    for (let n = chance.whole(1, 4); n > 0; n--) {
      const process = server.spawn();
      await Promise.race([process.started, sleep(chance.dice() * setup.startMs)]);
      await server.kill(process, 'start-up');
    }
    await server.start();
  },
};

/** The server is killed while it closes. */
const close: ServerFault = {
  name: 'close',
  weight: 10,
  calm: false,
  run: async (server, chance) => {
    await sleep(chance.whole(10, 300));
    const process = server.terminate();
    await sleep(chance.whole(0, 40));
    await server.kill(process, 'close');
    await server.start();
  },
};

/** The server is killed while the database takes in the changes of the journal. */
const takeIn: ServerFault = {
  name: 'take-in',
  weight: 6,
  calm: false,
  run: async (server, chance) => {
    const before = writeAheadBytes(server.folder);
    const until = performance.now() + TAKE_IN_MS;
    while (writeAheadBytes(server.folder) === before && performance.now() < until) await sleep(1);
    await sleep(chance.whole(0, 4));
    await server.kill(server.process, 'take-in');
    await server.start();
  },
};

/** The server is stopped, so that its requests get no answer; then it goes on, or is killed. */
const stopped: ServerFault = {
  name: 'stopped',
  weight: 12,
  calm: false,
  run: async (server, chance) => {
    await sleep(chance.whole(10, 200));
    const { process } = server;
    process?.signal('SIGSTOP');
    await sleep(chance.whole(100, 1200));
    if (chance.percent(60)) {
      process?.signal('SIGCONT');
      await sleep(chance.whole(0, 200));
    }
    await server.kill(process, 'stopped');
    await server.start();
  },
};

/** Adopts the process that listens. A fault where both of the two processes listen. */
const adoptEither = async (
  server: SoakServer,
  processes: ReadonlyArray<ReturnType<SoakServer['spawn']>>,
  setup: SoakSetup,
): Promise<boolean> => {
  const started = await Promise.all(processes.map((p) => p.started));
  const winners = started.flatMap((s, i) =>
    s.type === 'listens' && !processes[i]!.isGone() ? [{ ...s, process: processes[i]! }] : [],
  );
  if (winners.length > 1)
    setup.judge.accuse('stamps', `R10: ${winners.length} processes have the folder of server ${server.id} at a time`);
  for (const loser of winners.slice(1)) await server.kill(loser.process, 'two on one folder');
  const [winner] = winners;
  if (winner !== undefined) await server.adopt(winner.process, winner.port, winner.replica);
  return winner !== undefined;
};

/** A second process is started on the folder of a running one, which is killed meanwhile. */
const second: ServerFault = {
  name: 'two on one folder',
  weight: 10,
  calm: false,
  run: async (server, chance, setup) => {
    const first = server.process;
    const other = server.spawn();
    await Promise.race([other.gone, sleep(chance.dice() * setup.startMs)]);
    await server.kill(first, 'two on one folder');
    if (!(await adoptEither(server, [other], setup))) await server.start();
  },
};

/** Two processes are started on a folder at once. */
const race: ServerFault = {
  name: 'two at once',
  weight: 6,
  calm: false,
  run: async (server, chance, setup) => {
    await server.kill(server.process, 'two on one folder');
    const one = server.spawn();
    await sleep(chance.whole(0, 60));
    const two = server.spawn();
    if (!(await adoptEither(server, [one, two], setup))) await server.start();
  },
};

/** The server's folder is moved aside and back, or replaced by an up-to-date copy. No write is lost by that. */
const moved: ServerFault = {
  name: 'folder moved',
  weight: 6,
  calm: false,
  run: async (server, chance) => {
    await server.kill(server.process, 'folder moved');
    server.takeCopy();
    if (chance.percent(50)) {
      moveFolder(server.folder, `${server.folder}.aside`);
      moveFolder(`${server.folder}.aside`, server.folder);
    } else renewFolder(server.folder);
    await server.start();
  },
};

/** A running server's folder is copied, and a process is started on the copy: it must be another replica. */
const beside: ServerFault = {
  name: 'copy beside',
  weight: 3,
  calm: false,
  run: async (server, chance, setup) => {
    const copy = `${server.folder}.beside`;
    copyFolder(server.folder, copy);
    const other = server.spawn(copy);
    const started = await other.started;
    if (started.type === 'listens') {
      const twin = setup.replicas.get(started.replica);
      if (twin !== undefined && !twin.isGone())
        setup.judge.accuse(
          'stamps',
          `R7a: a copy of the folder of server ${server.id} runs as ${started.replica} beside the original`,
        );
    }
    await server.kill(other, 'copy beside');
    await sleep(chance.whole(0, 100));
    await server.kill(server.process, 'copy beside');
    removeFolder(copy);
    await server.start();
  },
};

/** An older copy replaces the server's folder; sessions come back at once. */
const rolledBack: ServerFault = {
  name: 'older copy put back',
  weight: 8,
  calm: true,
  run: async (server, chance, setup) => {
    if (server.copies.length === 0) server.takeCopy();
    await server.kill(server.process, 'older copy put back');
    const copy = chance.pick(server.copies);
    putBack(copy, server.folder);
    setup.judge.replaced(server.id);
    setup.note(`server ${server.id} gets ${copy} back`);
    await server.start(copy.endsWith('hot') ? 'spoilt' : 'older');
  },
};

/** The server's folder is spoilt: a log file is removed, cut off, or replaced by an older one. */
const spoilt: ServerFault = {
  name: 'log spoilt',
  weight: 4,
  calm: true,
  run: async (server, chance, setup) => {
    await server.kill(server.process, 'log spoilt');
    const what = tamper(server.folder, server.copies, chance);
    if (what !== undefined) {
      setup.judge.replaced(server.id);
      setup.note(`server ${server.id}: ${what}`);
    }
    await server.start(what === undefined ? 'whole' : 'spoilt');
  },
};

/** The server's folder is lost, and the server is killed while it pulls the others' writes. */
const joiner: ServerFault = {
  name: 'joiner in mid-transfer',
  weight: 8,
  calm: true,
  run: async (server, chance, setup) => {
    await server.kill(server.process, 'joiner in mid-transfer');
    removeFolder(server.folder);
    setup.judge.replaced(server.id);
    setup.note(`server ${server.id} has lost its folder`);
    setup.network.alone(server.id, false);
    for (let n = chance.whole(1, 3); n > 0; n--) {
      const process = server.spawn();
      await process.started;
      await sleep(chance.whole(0, 120));
      await server.kill(process, 'joiner in mid-transfer');
    }
    await server.start();
  },
};

/** All faults. */
const FAULTS: ReadonlyArray<ServerFault> = [
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

/** Draws a fault. */
export const drawFault = (chance: SeededChance): ServerFault => {
  let at = chance.whole(0, FAULTS.reduce((sum, h) => sum + h.weight, 0) - 1);
  return FAULTS.find((h) => (at -= h.weight) < 0)!;
};
