/** The properties of a component model while it is explored: what to look at when a group, a local id or a cell is new, and what was found. */
import type { ComponentProperty, Outcome, Predicate } from '../interface.js';
import { type Compiled, type Meeting, slotIndices, watch, type Watched } from './compile.js';
import type { Components } from './components.js';
import { CheckerError } from './error.js';
import type { Memo } from './memo.js';

/** Where something was found: a state by places (group, then locals), and the step from it, if it is a step. */
export interface Evidence {
  readonly state: Int32Array;
  readonly step?: { readonly meeting: number; readonly outcome: number };
}

/** A predicate that is looked at; `wanted` is the truth that decides the property. */
interface Look {
  readonly property: number;
  readonly watched: Watched;
  readonly wanted: boolean;
}

/** Predicates by how many local positions they read. */
interface Looks {
  readonly group: Look[];
  readonly local: ReadonlyArray<Look[]>;
  readonly cell: Look[];
}

export class Judge {
  /** By property: where it was decided (violated, or reached). */
  readonly found: (Evidence | undefined)[];
  readonly properties: ReadonlyArray<ComponentProperty>;
  /** How many properties were decided, and whether any but a witness was. */
  decisions = 0;
  violated = false;
  readonly looks: Looks;
  /** The index of the deadlock property and its final states, if it is asked for. */
  readonly deadlock: number;
  readonly final: ReadonlyArray<Watched> | undefined;
  private readonly memo: () => Memo;
  private readonly steps: ReadonlyMap<string, number>;
  private readonly known: ReadonlySet<string>;

  constructor(compiled: Compiled, components: Components, memo: () => Memo) {
    const indices = slotIndices(compiled.model);
    const see = (property: ComponentProperty, source: Predicate): Watched =>
      watch(property.name, source, indices, compiled.layout, components);
    this.memo = memo;
    this.properties = compiled.properties;
    this.found = this.properties.map(() => undefined);
    const looks = this.properties.flatMap((property, index) =>
      property.kind === 'always' || property.kind === 'sometimes'
        ? property.over.map((p): Look => ({ property: index, watched: see(property, p), wanted: property.kind === 'sometimes' }))
        : [],
    );
    const reading = (n: number): Look[] => looks.filter((look) => look.watched.localPositions.length === n);
    this.looks = {
      group: reading(0),
      local: compiled.layout.locals.map((_, p) => reading(1).filter((look) => look.watched.localPositions[0] === p)),
      cell: looks.filter((look) => look.watched.localPositions.length > 1),
    };
    this.steps = new Map(
      this.properties.flatMap((p, i) => (p.kind === 'alwaysStep' || p.kind === 'sometimesStep' ? [[p.name, i] as const] : [])),
    );
    this.known = new Set(compiled.model.properties.map((property) => property.name));
    this.deadlock = this.properties.findIndex((property) => property.kind === 'noDeadlock');
    const stuck = this.properties[this.deadlock];
    this.final = stuck?.kind === 'noDeadlock' ? stuck.final?.map((p) => see(stuck, p)) : undefined;
  }

  /** Looks at predicates of a group tuple and, by position, local ids; `state` builds the evidence. */
  look(looks: ReadonlyArray<Look>, tuple: Int32Array, locals: ArrayLike<number>, state: () => Int32Array): void {
    for (const look of looks) {
      if (this.found[look.property] !== undefined) continue;
      if (this.memo().holds(look.watched, tuple, locals) === look.wanted) this.decide(look.property, { state: state() });
    }
  }

  /** Whether a state may be the last. */
  isFinal(tuple: Int32Array, locals: ArrayLike<number>): boolean {
    return this.final?.every((watched) => this.memo().holds(watched, tuple, locals)) === true;
  }

  /** Takes in what an outcome says of the step properties. */
  hear(meeting: Meeting, outcome: number, said: Outcome<ReadonlyArray<never>>, state: () => Int32Array): void {
    for (const name of [...(said.violates ?? []), ...(said.witnesses ?? [])]) {
      const property = this.steps.get(name);
      if (property === undefined) this.mustKnow(name);
      else if (this.found[property] === undefined) {
        this.decide(property, { state: state(), step: { meeting: meeting.index, outcome } });
      }
    }
  }

  decide(property: number, evidence: Evidence): void {
    const { kind } = this.properties[property]!;
    this.found[property] = evidence;
    this.decisions++;
    if (kind !== 'sometimes' && kind !== 'sometimesStep') this.violated = true;
  }

  private mustKnow(name: string): void {
    if (!this.known.has(name))
      throw new CheckerError('model', `a step names the property ${name}, which the model does not have`);
  }
}
