/**
 * Writes the outcomes of a step as a row of numbers in one pool.
 *
 * A row begins with the number of outcomes. For each outcome there follow its flags and the new ids of the slots that the interaction writes: of
 * group slots, in the order of `writtenPlaces`, then of the local one. Offset 0 is the empty row: the step is not enabled. All rows with a single
 * outcome that changes nothing are one row too, {@link IDLE}. In a model whose refusals are steps, most steps have it.
 */
import { CheckerError } from '../../error.js';
import { Ints } from '../../ints.js';
import type { Remarks } from '../../model.js';
import { showLabel } from '../../report.js';
import type { CompiledInteraction } from '../compile/compile.js';
import type { Components } from '../store/interned-values.js';
import type { ArgumentList } from './argument-list.js';
import { standInFell } from './stand-in-falls.js';

/** Outcome flags. */
export const GROUP_CHANGES = 1;
export const LOCAL_CHANGES = 2;

/** The row of one outcome that changes nothing. */
export const IDLE = 1;

/** Called with the remarks of an outcome when its row is made. The row belongs to a state that is being expanded. */
export type OnOutcome = (interaction: CompiledInteraction, outcome: number, said: Remarks) => void;

/** How many integers an outcome takes in a row of the pool. */
export const strideOf = (interaction: CompiledInteraction): number =>
  1 + interaction.writtenPlaces.length + (interaction.writesLocal ? 1 : 0);

/** Makes the rows. */
export class RowWriter {
  readonly pool = new Ints(1 << 16);
  /** How many steps were run, those among them whose row is the empty or the idle one. */
  rows = 0;
  /** Which interactions have been enabled. */
  readonly enabled: boolean[];
  /** The arguments of the step whose row is being made. */
  private readonly given: ArgumentList;
  private readonly components: Components;
  private readonly onOutcome: OnOutcome;

  constructor(interactions: number, given: ArgumentList, components: Components, onOutcome: OnOutcome) {
    this.enabled = Array.from({ length: interactions }, () => false);
    this.given = given;
    this.components = components;
    this.onOutcome = onOutcome;
    // The empty row, then the idle one.
    for (const word of [0, 1, 0]) this.pool.push(word);
  }

  /** Writes a row; `each` writes what follows an outcome's flags. */
  write<T extends Remarks>(
    interaction: CompiledInteraction,
    outcomes: ReadonlyArray<T>,
    each: (outcome: T, flags: number) => void,
  ): number {
    this.rows++;
    if (outcomes.length === 0) return 0;
    this.enabled[interaction.index] = true;
    const { pool } = this;
    const row = pool.length;
    pool.push(outcomes.length);
    for (const outcome of outcomes) {
      pool.push(0);
      each(outcome, pool.length - 1);
    }
    for (let o = 0; o < outcomes.length; o++) this.onOutcome(interaction, o, outcomes[o]!);
    if (outcomes.length === 1 && pool.at(row + 1) === 0) {
      pool.length = row;
      return IDLE;
    }
    return row;
  }

  writeAll(interaction: CompiledInteraction, next: ReadonlyArray<unknown>, flags: number): void {
    for (const arg of interaction.groupArgs) this.writeAfter(interaction, arg, next[arg], flags, GROUP_CHANGES);
    for (const arg of interaction.localArgs) this.writeAfter(interaction, arg, next[arg], flags, LOCAL_CHANGES);
  }

  /** Writes the id of an argument after the step, if the step may write it, and the flag if it is another than before. */
  writeAfter(interaction: CompiledInteraction, arg: number, value: unknown, flags: number, flag: number): void {
    const { pool } = this;
    const before = this.given.ids[arg]!;
    const after = value === this.given.values[arg] ? before : this.after(interaction, arg, value);
    if (interaction.writes[arg]) pool.push(after);
    if (after !== before) pool.data[flags]! |= flag;
  }

  /** Gives the id of an argument after the step, and checks what the model promised of it. */
  private after(interaction: CompiledInteraction, arg: number, value: unknown): number {
    const { components } = this;
    const kind = interaction.kinds[arg]!;
    const before = this.given.ids[arg]!;
    const id = components.intern(kind, value);
    if (id === before) return id;
    const slot = interaction.source.slots[arg]!.name;
    if (!interaction.writes[arg])
      throw fault(interaction, `leaves ${slot} as it is, but its normal form has another: normalize must be idempotent`);
    const [from, to] = [components.progress(kind, before), components.progress(kind, id)];
    if (to >= from) return id;
    if (!components.hasStandIns) throw fault(interaction, `lowers the progress of ${slot} from ${from} to ${to}`);
    const label = showLabel(interaction.source.label);
    standInFell(components, { label, slot, kind, before, after: id, value });
    return id;
  }
}

/** Makes the fault of an interaction that breaks the model's contract. */
export const fault = (interaction: CompiledInteraction, what: string): CheckerError =>
  new CheckerError('model', `${showLabel(interaction.source.label)} ${what}`);
