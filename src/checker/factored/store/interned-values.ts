/** Interns component values: each distinct value of a slot kind is a small integer, and is kept once. */
import { atNoState } from '../../contract/fault-location.js';
import { changed } from '../../contract/model-faults.js';
import { encode } from '../../values/encode.js';
import type { ComponentModel } from '../../model.js';
import type { Audit } from '../../contract/audit.js';
import { AllKeptValues } from '../../contract/kept-values.js';
import { auditOf } from '../../contract/guard.js';
import { mergingOf, type KeyWatch } from '../../contract/merging.js';
import { describe } from '../../contract/model-faults.js';
import { Likes } from '../../values/like.js';
import { oneForm } from '../../values/one-form.js';
import { mustBeSeenInto, uncloneableIn } from '../../values/incomparable.js';
import { CheckerError } from '../../error.js';
import { hashKey } from '../../hash.js';
import { LargeMap } from '../../large-map.js';

/** The first look at all values of a kind comes at `FIRST_LOOK` values, and each later one when they have grown `GROWTH` times. */
const FIRST_LOOK = 1_024;
const GROWTH = 4;

interface Kind {
  readonly name: string;
  readonly ids: LargeMap<string, number>;
  readonly values: unknown[];
  readonly likes: Likes;
  /** With how many values it is looked next whether the model has changed one of them. */
  nextLook: number;
  readonly progress: number[];
  /** The keys, and a number of each that every thread agrees on. They are kept only where threads must agree. */
  readonly keys: string[];
  readonly hashes: number[];
}

/** Tests that thousands of such numbers have an exact sum. */
const isSummedExactly = (progress: number): boolean => Number.isInteger(progress) && Math.abs(progress) < 2 ** 40;

type Encoder = (kind: string, local: unknown) => string;
type Normal = (kind: string, local: unknown) => unknown;
type Measure = (kind: string, local: unknown) => number;

export class Components {
  readonly kinds: ReadonlyArray<Kind>;
  private readonly agreed: boolean;
  readonly audit: Audit | undefined;
  /** Notices whether the model's key merges values. */
  readonly merging: KeyWatch | undefined;
  private readonly isKeyed: boolean;
  private readonly encoder: Encoder;
  private readonly normal: Normal | undefined;
  private readonly measure: Measure | undefined;
  /** Whether some value's progress is a fraction, or so great that a sum of them may be rounded. */
  hasFractions = false;
  /** Whether a sweep goes by the progress. */
  isSwept = false;
  /** Whether the progress of a stand-in fell, so that no sweep may take the place of the search. */
  hasFallen = false;
  /** What the search keeps beside these values, to give it to the model. */
  readonly others = new AllKeptValues();

  /** `agreed` says that threads with different numbers must order values alike ({@link Components.compare}, {@link Components.hashOf}). */
  constructor(model: ComponentModel, normalize: boolean, agreed = false) {
    const names = [...new Set(model.slots.map((slot) => slot.kind))];
    this.audit = auditOf(model);
    this.kinds = names.map((name) => ({
      name,
      ids: new LargeMap(),
      values: [],
      likes: new Likes(this.audit?.isOfAll === true),
      nextLook: FIRST_LOOK,
      progress: [],
      keys: [],
      hashes: [],
    }));
    this.agreed = agreed;
    this.isKeyed = model.key !== undefined;
    this.merging = mergingOf(model);
    this.encoder = (model.key as Encoder | undefined) ?? ((_kind, local) => encode(local));
    this.normal = normalize ? (model.normalize as Normal | undefined) : undefined;
    this.measure = model.progress as Measure | undefined;
  }

  /** Whether a value may stand for others: a normal form for what has it, a value for those with its key. */
  get hasStandIns(): boolean {
    return this.isKeyed || this.normal !== undefined;
  }

  kindNumber(name: string): number {
    return this.kinds.findIndex((kind) => kind.name === name);
  }

  /** Gives the id of a value; under a quotient that of its normal form. */
  intern(kind: number, raw: unknown): number {
    const table = this.kinds[kind]!;
    const value = this.normalOf(kind, raw);
    const key = this.encoder(table.name, value);
    if (typeof key !== 'string') throw new CheckerError('model', `what key gives: expected a text, but it is ${describe(key)}`);
    const known = table.ids.get(key);
    if (known === undefined) return this.add(table, key, value);
    this.merging?.compare(table.values[known], value, table.likes);
    return known;
  }

  /** Gives the normal form of a value under a quotient; else the value. */
  normalOf(kind: number, raw: unknown): unknown {
    return this.normal === undefined ? raw : this.normal(this.kinds[kind]!.name, raw);
  }

  /** Gives the progress of a value, which need not be interned. */
  measured(kind: number, value: unknown): number {
    return this.measure === undefined ? 0 : this.measure(this.kinds[kind]!.name, this.isKeyed ? value : oneForm(value));
  }

  /** Gives the id of a value in normal form, or -1 where it was not interned. */
  find(kind: number, value: unknown): number {
    const table = this.kinds[kind]!;
    return table.ids.get(this.encoder(table.name, value)) ?? -1;
  }

  /** Gives the interned value with the key of this one, or the value itself where there is none. */
  representative(kind: string, value: unknown): unknown {
    const table = this.kinds[this.kindNumber(kind)]!;
    const id = table.ids.get(this.encoder(kind, value));
    return id === undefined ? value : table.values[id];
  }

  value(kind: number, id: number): unknown {
    return this.kinds[kind]!.values[id];
  }

  progress(kind: number, id: number): number {
    return this.kinds[kind]!.progress[id]!;
  }

  /** Gives a number of a value that does not depend on the order in which values were found. */
  hashOf(kind: number, id: number): number {
    return this.kinds[kind]!.hashes[id]!;
  }

  /** Orders the values of a kind. Where threads must agree, the order does not depend on who found a value first. */
  compare(kind: number, a: number, b: number): number {
    if (!this.agreed || a === b) return a - b;
    const { keys } = this.kinds[kind]!;
    return keys[a]! < keys[b]! ? -1 : 1;
  }

  /** Refuses a model that changed an interned value, or another that is kept: it changed what was searched. @throws CheckerError (`model`). */
  mustBeWhole(): void {
    for (const kind of this.kinds) this.mustBeIntact(kind);
    this.othersMustBeIntact(true);
    this.othersMustBeIntact(false);
  }

  private mustBeIntact({ name, ids, values }: Kind): void {
    for (let id = 0; id < values.length; id++)
      if (ids.get(this.encoder(name, values[id])) !== id) throw atNoState(changed(values[id]));
  }

  private othersMustBeIntact(isKeyed: boolean): void {
    const now = this.others.changed(isKeyed) ?? this.audit?.kept.changed(isKeyed);
    if (now !== undefined) throw atNoState(changed(now));
  }

  /** A model that adds to a value at each step has values without end: it is looked whether it does, each time that they are many more. */
  private lookAsItGrows(table: Kind): void {
    if (table.values.length < table.nextLook) return;
    table.nextLook *= GROWTH;
    if (!this.isKeyed) this.mustBeIntact(table);
    this.othersMustBeIntact(false);
  }

  /** Refuses a new value that is incomparable. Where threads share values, it must also reach them as it is. */
  private mustBeSound(value: unknown, { name }: Kind): void {
    if (!this.isKeyed) mustBeSeenInto(value);
    const stays = this.agreed ? uncloneableIn(value) : undefined;
    if (stays !== undefined)
      throw new CheckerError(
        'model',
        `a value of the kind ${name} is ${stays}, which does not go from thread to thread: search with one`,
      );
  }

  private add(table: Kind, key: string, given: unknown): number {
    const id = table.values.length;
    this.mustBeSound(given, table);
    const value = this.isKeyed ? given : oneForm(given);
    const progress = this.measure === undefined ? 0 : this.measure(table.name, value);
    if (!Number.isFinite(progress)) {
      throw new CheckerError('model', `the progress of a ${table.name} is ${String(progress)}: it must be a finite number`);
    }
    if (!isSummedExactly(progress)) this.hasFractions = true;
    table.ids.add(key, id);
    table.values.push(value);
    this.lookAsItGrows(table);
    table.progress.push(progress);
    if (this.agreed) {
      table.keys.push(key);
      table.hashes.push(hashKey(key));
    }
    return id;
  }
}
