/**
 * The steps that a run has taken, as texts that can be compared between runs of different scripts: the kind of an event, and the shape of its server before and after. The texts have no
 * names or contents, and a number from 3 on is `3+`. A plan whose run takes a step that no earlier run took is worth varying.
 */
import { serverOf } from '#bayou/core/ids.js';
import type { TraceEvent } from '#bayou/core/trace.js';
import { liveWritesOf, transfersOf, vectorOf } from '#bayou/impl/replica.js';
import type { RunningServer } from '#bayou/net/server.js';
import { kindOf } from './kinds.js';

/** The greatest number in a text; greater ones count as this. */
const MANY = 3;
/** A client's step is named with this many steps before it, since they decide what the client may do next. */
const CLIENTS_PAST = 2;

const few = (n: number): string => (n >= MANY ? `${MANY}+` : `${n}`);

/** The shape of a server: of how many replicas it has writes, how many of these it was itself, how many keys it has, whether a pull is half done (`p`), and whether its log has failed (`f`). */
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
  /** By server, its shape after its last event. */
  readonly #shapes = new Map<string, string>();
  /** By client, its last steps. */
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
