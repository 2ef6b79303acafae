/** The states that a search one state at a time has found: whole, in the matrices of `group-store.ts`, or by their hashes. */
import { Fingerprints } from '../../fingerprints.js';
import { hashWords, newHash } from '../../hash.js';
import { emptyBatch, type Batch } from '../store/batch.js';
import { Mover } from '../store/mover.js';
import type { Space } from '../space.js';
import { cellOf, type Layer } from '../store/group-store.js';

/** The states that were found. */
export interface VisitedStates {
  /** Adds a state, by places, with a depth byte from 1 to 255, and says whether it is new. */
  readonly add: (state: Int32Array, depthByte: number) => boolean;
  /** Gives the depth byte of a state; 0 where it was not added, undefined where the store has no depth bytes. */
  readonly depthByteOf: (state: Int32Array) => number | undefined;
  readonly setDepthByte: (state: Int32Array, depthByte: number) => void;
  readonly layers: ReadonlyArray<Layer>;
  /** The hashes, where states are kept by them. */
  readonly fingerprints: Fingerprints | undefined;
  /** Takes over what a checkpoint has. */
  readonly resume: (layers: ReadonlyArray<Layer>) => void;
}

/** An exact set: a state is a cell of its group. */
class Matrices implements VisitedStates {
  readonly fingerprints = undefined;
  private layer: Layer;
  private readonly space: Space;
  private readonly mover: Mover;
  private readonly cell: Batch;
  private readonly tuple: Int32Array;

  constructor(space: Space) {
    const { group, positions } = space.shape;
    this.space = space;
    this.layer = space.newLayer(0);
    this.mover = new Mover(space.shape, this.layer);
    this.cell = emptyBatch(positions);
    this.cell.count = 1;
    this.cell.usedCount.fill(1);
    this.tuple = new Int32Array(group);
  }

  get layers(): ReadonlyArray<Layer> {
    return [this.layer];
  }

  resume([layer]: ReadonlyArray<Layer>): void {
    this.layer = layer!;
  }

  add(state: Int32Array, depthByte: number): boolean {
    const { tuple, cell } = this;
    for (let i = 0; i < tuple.length; i++) tuple[i] = state[i]!;
    for (let p = 0; p < cell.ids.length; p++) cell.ids[p]![0] = state[tuple.length + p]!;
    return this.mover.move(cell, this.layer, tuple, depthByte).fresh === 1;
  }

  depthByteOf(state: Int32Array): number {
    const cell = cellOf(this.space.shape, this.layer, state);
    return cell === undefined ? 0 : cell.bytes[cell.at]!;
  }

  setDepthByte(state: Int32Array, depthByte: number): void {
    const cell = cellOf(this.space.shape, this.layer, state);
    if (cell !== undefined) cell.bytes[cell.at] = depthByte;
  }
}

/** A set of hashes, without depth bytes. */
class Hashed implements VisitedStates {
  readonly layers: ReadonlyArray<Layer> = [];
  readonly fingerprints: Fingerprints;
  private readonly hash = newHash();

  constructor(bits: number) {
    this.fingerprints = new Fingerprints(bits, false);
  }

  /** The hashes are restored elsewhere. */
  resume(_layers: ReadonlyArray<Layer>): void {
    // There are no layers.
  }

  depthByteOf(): undefined {
    return undefined;
  }

  setDepthByte(): void {
    // A hash has no depth byte.
  }

  /** Adds the hash of a state, and says whether it is new. */
  add(state: Int32Array): boolean {
    const { fingerprints, hash } = this;
    const before = fingerprints.size;
    hashWords(hash, state);
    fingerprints.add(hash);
    return fingerprints.size > before;
  }
}

/** Makes the set of found states, with hash compaction where `hashBits` says so. */
export const visitedBy = (space: Space, hashBits: number | undefined): VisitedStates =>
  hashBits === undefined ? new Matrices(space) : new Hashed(hashBits);
