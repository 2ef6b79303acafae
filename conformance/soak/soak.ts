/**
 * The soak: three servers, sessions and people at work, while servers are killed, their folders exchanged, and the proxies between them shut. Each server has an actor of
 * its own that does faults to it. From time to time there is a calm, in which all stores must become equal, and have every acknowledged put. The seed
 * decides the faults and their servers; the machine's timing decides how they fall together.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NodeId, ReplicaId } from '#bayou/core/ids.js';
import { type SeededChance, chanceOf } from '../common/seeded-chance.js';
import { sleep } from '../common/sleep.js';
import { drawFault, type ServerFault } from './server-faults.js';
import { type BrokenPromise, type JudgedCounts, SoakJudge, type StoreContents } from './soak-judge.js';
import { type ProxyNetwork, startNetwork } from './soak-links.js';
import { DAY_KEYS, ShellUser, spendDay } from './shell-users.js';
import type { ServerProcess } from '../faults/shipped-server.js';
import { type SoakSetup, SoakServer } from './soak-server.js';
import { ActorTurns } from './actor-turns.js';
import { startWriters, type Writers } from './writers.js';

// --- types -----------------------------------------------------------------------------------------------------------------

/** The options of a soak. */
export interface SoakOptions {
  readonly seed: number;
  /** The number of kills (SIGKILL) after which the soak ends. */
  readonly kills: number;
  /** The seconds after which the soak ends at the latest. */
  readonly seconds: number;
  /** Is called from time to time with the figures so far. */
  readonly onProgress: (figures: SoakFigures) => void;
  readonly signal?: AbortSignal;
}

/** The figures of a soak. */
export interface SoakFigures {
  readonly seconds: number;
  readonly kills: number;
  readonly killsByKind: Readonly<Record<string, number>>;
  readonly clientsKilled: number;
  readonly days: number;
  readonly replicas: number;
  readonly calms: number;
  readonly judged: Readonly<JudgedCounts>;
  readonly sessions: Readonly<Record<string, number>>;
  readonly links: Readonly<Record<string, number>>;
}

/** The result of a soak. */
export interface SoakResult {
  readonly figures: SoakFigures;
  readonly faults: ReadonlyArray<BrokenPromise>;
  /** The latest notes, for the reader of a fault. */
  readonly notes: ReadonlyArray<string>;
  /** The soak's folder; it is removed where there was no fault. */
  readonly home: string;
}

const SERVERS: ReadonlyArray<NodeId> = [0, 1, 2];
const SECRET = 'the secret of the soak, known to all';
/** How long all servers may take to become equal in the calm, in ms. */
const EQUAL_MS = 60_000;
const POLL_MS = 50;
const PROGRESS_MS = 5_000;
const MAX_NOTES = 120;
const SHELL_USERS = 2;
/** The assumed time of a server's start, in ms, before the first start was measured. */
const START_MS = 400;
/** The number of kills between two days of the master. */
const KILLS_BETWEEN_DAYS = 20;

// --- the soak --------------------------------------------------------------------------------------------------------------

/** A soak under way. */
class Soak {
  readonly home = mkdtempSync(join(tmpdir(), 'bayou-soak-'));
  readonly judge = new SoakJudge();
  readonly notes: string[] = [];
  readonly #o: SoakOptions;
  readonly #began = performance.now();
  readonly #data = join(this.home, 'data');
  readonly #secretFile = join(this.home, 'secret');
  readonly #kills = new Map<string, number>();
  readonly #replicas = new Map<ReplicaId, ServerProcess>();
  readonly #shellUsers: ReadonlyArray<ShellUser>;
  readonly #turns = new ActorTurns();
  readonly #network: ProxyNetwork;
  readonly #servers: ReadonlyArray<SoakServer>;
  readonly #setup: SoakSetup;
  #writers: Writers | undefined;
  #clientsKilled = 0;
  #days = 0;
  #calms = 0;
  #killsAtDay = 0;

  constructor(o: SoakOptions, network: ProxyNetwork) {
    this.#o = o;
    this.#network = network;
    writeFileSync(this.#secretFile, SECRET, { mode: 0o600 });
    this.#shellUsers = Array.from({ length: SHELL_USERS }, (_, i) => new ShellUser(this.judge, this.home, i));
    this.#setup = {
      data: this.#data,
      secret: SECRET,
      secretFile: this.#secretFile,
      servers: SERVERS,
      network,
      judge: this.judge,
      moreKeys: () => [...DAY_KEYS, ...this.#shellUsers.flatMap((p) => p.keys)],
      note: (line) => this.#note(line),
      replicas: this.#replicas,
      kills: this.#kills,
      startMs: START_MS,
    };
    this.#servers = SERVERS.map((id) => new SoakServer(this.#setup, id));
  }

  figures(): SoakFigures {
    return {
      seconds: Math.round((performance.now() - this.#began) / 1000),
      kills: this.#killed(),
      killsByKind: Object.fromEntries(this.#kills),
      clientsKilled: this.#clientsKilled,
      days: this.#days,
      replicas: this.#replicas.size,
      calms: this.#calms,
      judged: this.judge.judged,
      sessions: { ...this.#writers?.counts },
      links: { ...this.#network.counts },
    };
  }

  async run(): Promise<void> {
    await Promise.all(this.#servers.map((server) => server.start()));
    const { seed } = this.#o;
    const portOf = this.#network.portOf;
    this.#writers = startWriters({ secret: SECRET, judge: this.judge, seed, servers: SERVERS, portOf });
    this.#network.trouble();
    const progress = setInterval(() => this.#o.onProgress(this.figures()), PROGRESS_MS);
    try {
      await Promise.all([
        ...this.#servers.map((server) => this.#breakServer(server, chanceOf(seed, 1, server.id))),
        ...this.#shellUsers.map((user, i) => this.#useShell(user, chanceOf(seed, 2, i))),
        this.#look(chanceOf(seed, 3)),
      ]);
      if (this.judge.faults.length > 0) return;
      await this.#calm(() => Promise.resolve());
      await this.#closeAndOpen();
    } finally {
      clearInterval(progress);
      await this.#writers.stop();
    }
  }

  /** Ends all processes. */
  async end(): Promise<void> {
    for (const server of this.#servers) await server.abandon()?.kill();
  }

  // --- actors ---

  async #breakServer(server: SoakServer, chance: SeededChance): Promise<void> {
    while (!this.#isOver()) {
      const fault = drawFault(chance);
      await (fault.calm
        ? this.#calm(() => this.#doFault(fault, server, chance))
        : this.#turns.beside(() => this.#doFault(fault, server, chance)));
    }
  }

  async #doFault(fault: ServerFault, server: SoakServer, chance: SeededChance): Promise<void> {
    if (this.#isOver()) return;
    this.#note(`server ${server.id}: ${fault.name}`);
    await fault.run(server, chance, this.#setup);
  }

  async #useShell(user: ShellUser, chance: SeededChance): Promise<void> {
    while (!this.#isOver()) {
      await sleep(chance.whole(200, 1500));
      const ports = SERVERS.map((id) => [id, this.#network.portOf(id)] as const);
      const servers = [...ports].sort(() => chance.dice() - 0.5).slice(0, chance.whole(1, SERVERS.length));
      await this.#turns.beside(async () => {
        if (await user.sit(chance, this.#secretFile, servers)) this.#clientsKilled++;
      });
    }
  }

  /** Begins a day of the master from time to time. */
  async #look(chance: SeededChance): Promise<void> {
    while (!this.#isOver()) {
      await sleep(POLL_MS);
      if (this.#killed() < this.#killsAtDay + KILLS_BETWEEN_DAYS) continue;
      await this.#calm(() => this.#day(chance));
      this.#killsAtDay = this.#killed();
    }
  }

  async #day(chance: SeededChance): Promise<void> {
    this.#note('a day of the master');
    for (const server of this.#servers) await server.kill(server.process, 'before a day of the master');
    await spendDay(this.judge, chance, { data: this.#data, home: this.home, day: this.#days++, servers: SERVERS });
    await Promise.all(this.#servers.map((server) => server.start()));
  }

  /** Closes all servers by SIGTERM, and starts them again. */
  async #closeAndOpen(): Promise<void> {
    await Promise.all(this.#servers.map((server) => server.terminate()?.gone ?? Promise.resolve()));
    await Promise.all(this.#servers.map((server) => server.start()));
    await this.#calm(() => Promise.resolve());
  }

  // --- the calm ---

  /** Does work in a calm: no session asks, and all servers have every write. */
  #calm(work: () => Promise<void>): Promise<void> {
    return this.#turns.alone(async () => {
      this.#note('calm');
      this.#calms++;
      this.#network.mend();
      await this.#writers?.pause();
      await this.#becomeEqual();
      if (this.judge.faults.length > 0) return;
      await work();
      this.#network.trouble();
      this.#writers?.resume();
    });
  }

  /** Waits until all stores are equal and have every acknowledged put. After the deadline the judge notes what is missing. */
  async #becomeEqual(): Promise<void> {
    const until = performance.now() + EQUAL_MS;
    for (;;) {
      const stores = new Map<NodeId, StoreContents>();
      for (const server of this.#servers) {
        const store = await server.read();
        if (store !== undefined) stores.set(server.id, store);
      }
      const isLate = performance.now() > until;
      if (isLate || (stores.size === this.#servers.length && this.judge.missing(stores).length === 0)) {
        if (stores.size < this.#servers.length) this.judge.accuse('stores', `only ${stores.size} servers could be read`);
        this.judge.final(stores);
        return;
      }
      await sleep(POLL_MS);
    }
  }

  // --- the rest ---

  #killed(): number {
    return [...this.#kills.values()].reduce((sum, n) => sum + n, 0);
  }

  #isOver(): boolean {
    const { kills, seconds, signal } = this.#o;
    const late = performance.now() - this.#began > seconds * 1000;
    return late || this.#killed() >= kills || this.judge.faults.length > 0 || signal?.aborted === true;
  }

  #note(line: string): void {
    const seconds = ((performance.now() - this.#began) / 1000).toFixed(3);
    this.notes.push(`${seconds} ${line}`);
    if (this.notes.length > MAX_NOTES) this.notes.shift();
  }
}

/** Runs a soak. When it resolves, all its processes are gone. */
export const soak = async (o: SoakOptions): Promise<SoakResult> => {
  const network = await startNetwork(SERVERS, SECRET, o.seed, chanceOf(o.seed, 4));
  const run = new Soak(o, network);
  try {
    await run.run();
  } finally {
    await run.end();
    await network.close();
  }
  if (run.judge.faults.length === 0) rmSync(run.home, { recursive: true, force: true });
  return { figures: run.figures(), faults: run.judge.faults, notes: run.notes, home: run.home };
};
