/**
 * Which steps a run has taken, told so that runs of different scripts can be compared: what happened, and how it was with who did it, before and after. Names, numbers and contents are
 * left out, and what is many is many. A plan whose run takes steps that no run before has taken is worth trying again in other ways.
 */
import { serverOf } from '#bayou/core/ids.js';
import type { TraceEvent } from '#bayou/core/trace.js';
import { liveWritesOf, transfersOf, vectorOf } from '#bayou/impl/replica.js';
import type { RunningServer } from '#bayou/net/server.js';
import { kindOf } from './kinds.js';

/** More are as many. */
const MANY = 3;
/** How many of a client's own steps belong to one: what it has just tried decides what it may do next. */
const CLIENTS_PAST = 2;

const few = (n: number): string => (n >= MANY ? `${MANY}+` : `${n}`);

/** How it is with a server: of how many replicas it has writes, of how many that it was itself, how many keys, whether a pull is half done, and whether its log has failed. */
const shapeOf = ({ inside, id }: Pick<RunningServer, 'inside' | 'id'>): string => {
  const vector = vectorOf(inside.replica);
  const own = vector.filter(([r]) => serverOf(r) === id).length;
  const keys = liveWritesOf(inside.replica).length;
  const marks = `${transfersOf(inside.replica).length > 0 ? 'p' : ''}${inside.failure === undefined ? '' : 'f'}`;
  return `${few(vector.length)},${few(own)},${few(keys)}${marks}`;
};

/** Collects the steps of one run. */
export class ReachedSteps {
  readonly all = new Set<string>();
  readonly #servers = new Map<string, Pick<RunningServer, 'inside' | 'id'>>();
  /** How it was with each server after its last event. */
  readonly #shapes = new Map<string, string>();
  /** What each process did last. */
  readonly #past = new Map<string, ReadonlyArray<string>>();

  onServer(name: string, server: Pick<RunningServer, 'inside' | 'id'>): void {
    this.#servers.set(name, server);
  }

  onEvent(event: TraceEvent): void {
    const kind = kindOf(event);
    if (kind === undefined) return;
    const { p } = event;
    const server = this.#servers.get(p);
    if (server === undefined) {
      const past = this.#past.get(p) ?? [];
      this.all.add([...past, kind].join(' > '));
      this.#past.set(p, [...past, kind].slice(-CLIENTS_PAST));
      return;
    }
    const after = shapeOf(server);
    this.all.add(`${kind}: ${this.#shapes.get(p) ?? '-'} > ${after}`);
    this.#shapes.set(p, after);
  }
}
