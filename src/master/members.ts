/** The processes of a cluster: starts them, gives them their identities, sends them requests, and ends them. `roster.ts` keeps their states. */
import * as E from 'fp-ts/lib/Either.js';
import type { NodeId } from '../core/ids.js';
import { MASTER_GUARANTEES } from '../core/guarantees.js';
import { newSecret } from '../net/auth.js';
import type { ClientConfig, ServerConfig } from '../net/process-config.js';
import type { Connection } from '../net/connection.js';
import type { OnAnswer, OnPart } from '../net/requests.js';
import { dial } from '../net/handshake.js';
import { BACKOFF_MS } from '../net/net-limits.js';
import { isOutOfFiles } from '../net/socket-errors.js';
import type { Address, Answer, NetRequest, Party } from '../net/protocol.js';
import { NODE_WORLD } from '../ports/node-network.js';
import type { Timers, World } from '../ports/ports.js';
import { incarnationsFor } from './incarnations.js';
import type { Process, Starter } from './processes.js';
import { EMPTY, nextName, nextRoster, type RosterEvent } from './roster.js';
import type { Topology } from './topology.js';

/** How the processes of a cluster are to be run. */
export interface MemberOptions {
  readonly host: string;
  /** Ports for the processes, from and to; null: any free ones. */
  readonly ports: readonly [number, number] | null;
  /** The folder below which each server has its durable log; null: in memory. */
  readonly dataDir: string | null;
  readonly fsync: boolean;
  /** The period of background pulls in ms; 0: none. */
  readonly antiEntropyMs: number;
  /** How long a command may wait for a process, in ms; R15 takes its limit from it. */
  readonly timeoutMs: number;
  readonly logLevel: string;
  readonly logFile: string | null;
  /** The cluster's secret. Default: a fresh one. */
  readonly secret?: string;
  /** The file of a process's trace; null: it writes none. */
  readonly traceFileOf: (processName: string) => string | null;
  /** Is called when a process ends without a kill, with its name. Without a name: the process runs on, and has sent what it must not send. */
  readonly onDeath: (party: Party, how: string, name?: string) => void;
  /** The master's world. Default: Node's. */
  readonly world?: World;
}

/** A process of the cluster that lives. */
export interface Member {
  readonly party: Party;
  readonly name: string;
  readonly process: Process;
  readonly address: Address;
  readonly control: Connection;
}

/** A promise that does not reject. Left: one line with the failure and its process. */
export type FalliblePromise<A> = Promise<E.Either<string, A>>;

/** An answer of one type. */
export type AnswerOf<T extends Answer['type']> = Extract<Answer, { readonly type: T }>;

const MASTER: Party = { role: 'master', id: 0 };
/** The time that the master waits beyond the limit of a client or server itself. */
const SLACK_MS = 2_000;
const START_MS = 30_000;

const partyText = (p: Party): string => `${p.role} ${p.id}`;

/** Between two tries. */
export const pause = (timers: Timers): Promise<void> => new Promise((resolve) => timers.after(BACKOFF_MS.first, resolve));

/**
 * Dials a process that has said that it listens. A dial that fails is repeated, because the machine may stand still for longer than one dial takes. The
 * dialing ends when the process has died, when no descriptor is left, and after {@link START_MS}.
 */
const dialPatiently = async (
  { clock, timers }: World,
  proc: Process,
  ...dialing: Parameters<typeof dial>
): ReturnType<typeof dial> => {
  const until = clock.nowMs() + START_MS;
  const life = { isOver: false };
  void proc.gone.then(() => (life.isOver = true));
  for (;;) {
    const dialed = await dial(...dialing);
    if (E.isRight(dialed) || life.isOver || isOutOfFiles(dialed.left) || clock.nowMs() > until) return dialed;
    await pause(timers);
  }
};

/** The processes of a cluster; none yet. */
export class Members {
  readonly #starter: Starter;
  readonly #topology: Topology;
  readonly #o: MemberOptions;
  readonly #world: World;
  readonly #secret: string;
  readonly #nextIncarnation: (server: NodeId) => number;
  #roster = EMPTY;
  /** By name. */
  readonly #here = new Map<string, Member>();

  constructor(starter: Starter, topology: Topology, o: MemberOptions) {
    this.#starter = starter;
    this.#topology = topology;
    this.#o = o;
    this.#world = o.world ?? NODE_WORLD;
    this.#secret = o.secret ?? newSecret(this.#world.chance);
    this.#nextIncarnation = incarnationsFor(o.dataDir, this.#world.chance);
  }

  /** The process that runs as an id. */
  of(id: NodeId): E.Either<string, Member> {
    const member = this.#here.get(this.#roster.running.get(id) ?? '');
    return member === undefined ? E.left(`process ${id} is not running`) : E.right(member);
  }

  /** Starts a process for this party, tells it who it is, and dials it. */
  async enlist(party: Party): FalliblePromise<Member> {
    const name = nextName(this.#roster, party);
    const wanted = this.#roster.ports.get(party.id) ?? 0;
    this.#take({ type: 'started', party });
    const proc = this.#starter.take(party.role === 'server' ? 'server' : 'client');
    const begun = await this.#begin(party, proc, this.#configOf(party, name, wanted));
    if (E.isLeft(begun)) {
      this.#take({ type: 'doomed', party, name });
      await proc.kill();
      this.#take({ type: 'gone', party, name, how: 'killed' });
      return E.left(`${partyText(party)} did not start: ${begun.left}`);
    }
    const member: Member = { party, name, process: proc, ...begun.right };
    this.#here.set(name, member);
    this.#take({ type: 'enlisted', party, name });
    void proc.gone.then((how) => {
      this.#take({ type: 'gone', party, name, how });
      this.#here.delete(name);
    });
    return E.right(member);
  }

  /** Kills the process that runs as an id; resolves when it is gone. */
  async kill(id: NodeId): Promise<void> {
    const found = this.of(id);
    if (E.isLeft(found)) return;
    const { party, name, process: proc } = found.right;
    this.#take({ type: 'doomed', party, name });
    await proc.kill();
  }

  /** Asks a process by its id and expects an answer of some kind. */
  async ask<A extends Answer>(id: NodeId, what: NetRequest, is: (a: Answer) => a is A, onPart?: OnPart): FalliblePromise<A> {
    const found = this.of(id);
    if (E.isLeft(found)) return found;
    const { party, control } = found.right;
    const answer = await new Promise<E.Either<string, Answer>>((resolve) => {
      const done: OnAnswer = (result) => resolve(E.isRight(result) ? result : E.left(`${partyText(party)}: ${result.left.why}`));
      control.ask(what, this.#o.timeoutMs + SLACK_MS, done, onPart);
    });
    if (E.isLeft(answer)) return answer;
    const { right: given } = answer;
    if (is(given)) return E.right(given);
    return E.left(`${partyText(party)}: ${given.type === 'failed' ? given.why : `it answered '${given.type}'`}`);
  }

  /** Tells a process who it is, and dials it where it listens then. */
  async #begin(
    party: Party,
    proc: Process,
    config: ServerConfig | ClientConfig,
  ): FalliblePromise<{ readonly address: Address; readonly control: Connection }> {
    const listening = await proc.configure(config, START_MS);
    if (E.isLeft(listening)) return listening;
    const { port } = listening.right;
    this.#take({ type: 'listening', party, port });
    const address: Address = { host: this.#o.host, port };
    const [world, secret] = [this.#world, this.#secret];
    const control = await dialPatiently(world, proc, { me: MASTER, secret, isPlain: true, world }, address, party, {
      onAsk: (_c, _a, reply) => reply({ type: 'failed', why: 'the master is asked nothing' }),
      onClose: () => undefined,
      onFault: (_c, what) => this.#o.onDeath(party, `it sent ${what}`),
    });
    return E.map((connection: Connection) => ({ address, control: connection }))(control);
  }

  /** What a process is told. `wanted`: the port that it is to listen on if that is free; 0: none. */
  #configOf(party: Party, name: string, wanted: number): ServerConfig | ClientConfig {
    const { host, ports, dataDir, fsync, antiEntropyMs, timeoutMs, logLevel, logFile, traceFileOf } = this.#o;
    const { id } = party;
    const common = {
      id,
      secret: this.#secret,
      host,
      ports: { wanted, range: ports },
      logLevel,
      logFile,
      traceFile: traceFileOf(name),
      name,
      timeoutMs,
    };
    if (party.role !== 'server') return { ...common, guarantees: MASTER_GUARANTEES };
    return {
      ...common,
      dataDir: dataDir === null ? null : `${dataDir}/server-${id}`,
      fsync,
      antiEntropyMs,
      freshIncarnation: this.#nextIncarnation(id),
      refused: this.#topology.cutClients(id),
    };
  }

  #take(event: RosterEvent): void {
    const { roster, effects } = nextRoster(this.#roster, event);
    this.#roster = roster;
    for (const effect of effects) {
      switch (effect.type) {
        case 'died':
          this.#topology.died(effect.id);
          break;
        case 'hangUp':
          this.#here.get(effect.name)?.control.close('the process is gone');
          break;
        case 'tellDeath':
          this.#o.onDeath(effect.party, effect.how, effect.name);
          break;
      }
    }
  }
}
