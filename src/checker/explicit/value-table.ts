/**
 * Numbers distinct values: two values have the same number exactly when they are equal in structure. Arrays and plain objects are rows of their
 * parts' numbers, down to the primitives, so no text is ever built for them.
 */
import { refuse, type Reader, type Writer } from '../checkpoint/file.js';
import { readValues, writeValues } from '../checkpoint/kept-values.js';
import { incomparableHere, incomparableIn, HOLES, isHole, incomparableFault } from '../values/incomparable.js';
import { Ints } from '../ints.js';
import { LargeMap } from '../large-map.js';
import { oneForm } from '../values/one-form.js';
import { encode, hasText, takeOtherForm } from '../values/encode.js';
import { Rows } from './state-rows.js';
import { Shapes, type ValueShape } from './value-shapes.js';

/** Whole numbers from 0 to below this are numbered by themselves, negated. Models count, and counting then needs no table. */
const SMALL = 2 ** 30;

const isSmall = (value: unknown): value is number =>
  typeof value === 'number' && (value | 0) === value && value >= 0 && value < SMALL;

/** Stands for no value and for no row. Numbers below 0 are small whole numbers, which have no row. */
const NOTHING = -1;

type Parts = Readonly<Record<string | number, unknown>>;

/** Tests that a part is the known one. `-0` is equal to `0`, but is another value. */
export const isSame = (part: unknown, known: unknown): boolean => part === known && (part !== 0 || Object.is(part, known));

/** Tests that an object has so many parts, seen or hidden. A list has its length beside them. */
export const hasSoMany = (value: object, kind: ValueShape['kind'], count: number): boolean =>
  Reflect.ownKeys(value).length === (kind === 'array' ? count + 1 : count);

/** The table of values. */
export class Values {
  readonly shapes = new Shapes();
  readonly #list: unknown[] = [];
  /** The values of the list that have no parts. */
  readonly #whole: unknown[] = [];
  readonly #primitives = new LargeMap<unknown, number>();
  /** Maps, sets and class instances, by their text. */
  readonly #opaque = new LargeMap<string, number>();
  readonly #rows = new Rows();
  /** The number of each row's value. */
  readonly #ofRow = new Ints();
  /** The row of each value in the list that is one. */
  readonly #rowOf = new Ints();
  /** Parts of the arrays and objects being numbered, outermost first. */
  readonly #parts = new Ints();
  /** The number of parts so far that were not in their one form (`values/one-form.ts`). */
  otherForms = 0;

  at(id: number): unknown {
    return id < 0 ? -1 - id : this.#list[id];
  }

  /**
   * Gives the number of a value. `near` is the number of a value that may share parts with it, such as the same field a step before. Parts that
   * are the same objects are then not walked again.
   *
   * @throws CheckerError (`model`) for what is incomparable.
   */
  id(value: unknown, near = NOTHING): number {
    if (isSmall(value)) {
      if (value === 0 && Object.is(value, -0)) this.otherForms++;
      return -1 - value;
    }
    if (typeof value !== 'object' || value === null) return this.#primitives.get(value) ?? this.#addPrimitive(value);
    const shape = this.shapes.of(value);
    if (shape.kind === 'whole') return this.#opaqueId(value);
    const base = this.#parts.length;
    const { otherForms } = this;
    const row = near < 0 ? NOTHING : this.#rowOf.at(near);
    if (row < 0 || this.#rows.at(this.#rows.start(row)) !== shape.id) this.#partsAlone(value as Parts, shape);
    else this.#partsNear(value as Parts, shape, this.#list[near] as Parts, row);
    return this.#rowId(value, shape, base, this.otherForms > otherForms);
  }

  /**
   * Writes the table to a checkpoint: arrays and objects as rows of their parts, other values whole.
   *
   * @throws CheckerError (`checkpoint`) for a value that would not come back as it was: an object of a class.
   */
  save(to: Writer): void {
    this.shapes.save(to);
    this.#rows.save(to);
    to.words(this.#rowOf.view());
    writeValues(to, 'states', this.#whole);
  }

  /** Takes the table, which is empty, from a checkpoint. */
  restore(from: Reader): void {
    this.shapes.restore(from);
    this.#rows.restore(from);
    const rowOf = from.words();
    const whole = readValues(from);
    for (const row of rowOf) {
      if (row === NOTHING) {
        const value = whole.next().value as unknown;
        const id = this.#list.length;
        if (this.id(value) !== id) throw refuse(from.path, 'its values are told apart in another way now');
        continue;
      }
      this.#ofRow.push(this.#add(this.#build(row), row));
    }
  }

  /** Builds the value of a row from known parts. */
  #build(row: number): unknown {
    const [shapeId, ...ids] = this.#rows.row(row);
    return this.shapes.build(
      shapeId!,
      ids.map((id) => this.at(id)),
    );
  }

  /** Gives a value of the table that is not what was numbered. */
  damaged(): unknown {
    for (let id = 0; id < this.#list.length; id++) {
      const row = this.#rowOf.at(id);
      if (row !== NOTHING && !this.#isAsNumbered(this.#list[id] as Parts, row)) return this.#list[id];
    }
    for (const [name, id] of this.#opaque) if (!hasText(this.#list[id], name)) return this.#list[id];
    return undefined;
  }

  #isAsNumbered(value: Parts, row: number): boolean {
    const start = this.#rows.start(row);
    const { kind, keys } = this.shapes.list[this.#rows.at(start)]!;
    const count = this.#rows.start(row + 1) - start - 1;
    if (!hasSoMany(value, kind, count)) return false;
    for (let i = 0; i < count; i++) {
      const [part, known] = [value[kind === 'array' ? i : keys[i]!], this.at(this.#rows.at(start + 1 + i))];
      // Equal parts may be different objects, of which the table keeps one. A part that was replaced mostly has another type or number.
      if (
        typeof part === 'object' && part !== null
          ? this.id(part) !== this.#rows.at(start + 1 + i)
          : part !== known && !Object.is(part, known)
      )
        return false;
    }
    return true;
  }

  #addPrimitive(value: unknown): number {
    encode(value); // throws for a function or a symbol
    const id = this.#add(value);
    this.#primitives.add(value, id);
    return id;
  }

  #opaqueId(value: object): number {
    takeOtherForm();
    const name = encode(value);
    const isOtherForm = takeOtherForm();
    if (isOtherForm) this.otherForms++;
    const known = this.#opaque.get(name);
    if (known !== undefined) return known;
    const id = this.#add(isOtherForm ? oneForm(value) : value);
    this.#opaque.add(name, id);
    return id;
  }

  #partsAlone(value: Parts, shape: ValueShape): void {
    if (shape.kind === 'array') this.#itemsAlone(value as unknown as ReadonlyArray<unknown>);
    else for (const key of shape.keys) this.#parts.push(this.id(value[key]));
  }

  #itemsAlone(items: ReadonlyArray<unknown>): void {
    for (let at = 0; at < items.length; at++) {
      if (isHole(items, at)) throw incomparableFault(HOLES);
      this.#parts.push(this.id(items[at]));
    }
  }

  #partsNear(value: Parts, shape: ValueShape, near: Parts, row: number): void {
    const start = this.#rows.start(row) + 1;
    const known = this.#rows.start(row + 1) - start;
    const width = shape.kind === 'array' ? (value as unknown as ReadonlyArray<unknown>).length : shape.keys.length;
    for (let i = 0; i < width; i++) {
      const name = shape.kind === 'array' ? i : shape.keys[i]!;
      const part = value[name];
      if (part === undefined && shape.kind === 'array' && !(i in value)) throw incomparableFault(HOLES);
      const nearId = i < known ? this.#rows.at(start + i) : NOTHING;
      this.#parts.push(i < known && isSame(part, near[name]) ? nearId : this.id(part, nearId));
    }
  }

  /** Makes a row of the parts from `base` on, and gives its value's number, known or new. */
  #rowId(value: object, shape: ValueShape, base: number, isOtherForm: boolean): number {
    this.#rows.write(shape.id);
    for (let i = base; i < this.#parts.length; i++) this.#rows.write(this.#parts.at(i));
    this.#parts.length = base;
    const row = this.#rows.commit();
    if (row === this.#ofRow.length) {
      if (incomparableHere(value) !== undefined) throw incomparableFault(incomparableIn(value)!);
      this.#ofRow.push(this.#add(isOtherForm ? this.#build(row) : value, row));
    }
    return this.#ofRow.at(row);
  }

  #add(value: unknown, row = NOTHING): number {
    this.#rowOf.push(row);
    if (row === NOTHING) this.#whole.push(value);
    return this.#list.push(value) - 1;
  }
}
