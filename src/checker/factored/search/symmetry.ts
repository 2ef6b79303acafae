/**
 * Reduces a search by symmetry, on interned components.
 *
 * Each permutation is an automorphism of the model. It maps reachable states to reachable states and steps to steps. It keeps the initial states and
 * every property; the audit in `reduced-model.ts` tests this. So the search keeps one state of each orbit, its representative. The representative is
 * the image with the least group tuple and, among the images with this tuple, the one with the least tuple of local ids. If the permutations with the
 * identity are a group, all states of an orbit have the same representative: they have the same images. If the permutations are not closed under
 * composition, the search keeps more states, but each of them is still an image of a reachable state.
 *
 * A permutation acts on slots *and* on values, because client and key ids stand inside the servers' logs. So sorting ids is not enough. The
 * images of component values are remembered, and making a state canonical is a matter of table look-ups.
 */
import type { Permutation } from '../../model.js';
import { type Batch, emptyBatch, fillUsed, withCapacity } from '../store/batch.js';
import type { CompiledModel } from '../compile/compile.js';
import type { Components } from '../store/interned-values.js';
import { CheckerError } from '../../error.js';
import type { BatchReduction } from './search-order.js';

interface PlacedPermutation {
  /** By place: the place to which it moves. */
  readonly to: ReadonlyArray<number>;
  /** By kind and id: the id of the image plus one, or 0 where the image is not known yet. */
  readonly images: Int32Array[];
  readonly permutation: Permutation | undefined;
}

/** The most images that are made to list an orbit. */
const MOST_IMAGES = 10_000;

export class Symmetry implements BatchReduction {
  private readonly actions: ReadonlyArray<PlacedPermutation>;
  private readonly kinds: ReadonlyArray<number>;
  private readonly components: Components;
  private readonly groupSize: number;
  /** Actions that give the least tuple. */
  private readonly best: PlacedPermutation[] = [];
  private bestCount = 0;
  private least: Int32Array;
  private image: Int32Array;
  private readonly out: Batch;
  private readonly locals: Int32Array;
  private readonly imageLocals: Int32Array;

  constructor(compiled: CompiledModel, components: Components) {
    const { layout } = compiled;
    this.kinds = compiled.kinds;
    this.components = components;
    this.groupSize = layout.group.length;
    const order = [...layout.group, ...layout.locals];
    const make = (permutation: Permutation | undefined): PlacedPermutation => ({
      to: order.map((slot) => layout.place[permutation === undefined ? slot : permutation.slotTo[slot]!]!),
      images: components.kinds.map(() => new Int32Array(0)),
      permutation,
    });
    this.actions = [undefined, ...(compiled.model.symmetry ?? [])].map(make);
    this.least = new Int32Array(this.groupSize);
    this.image = new Int32Array(this.groupSize);
    this.out = emptyBatch(layout.locals.length);
    this.locals = new Int32Array(layout.locals.length);
    this.imageLocals = new Int32Array(layout.locals.length);
    for (const action of this.actions) this.assertApart(action);
  }

  hasStabilizer(tuple: Int32Array): boolean {
    this.choose(tuple);
    return this.bestCount > 1;
  }

  reduce(batch: Batch, tuple: Int32Array): Batch {
    this.choose(tuple);
    tuple.set(this.least);
    const action = this.best[0]!;
    if (this.bestCount > 1) return this.reduceEach(batch);
    return action.permutation === undefined ? batch : this.reduceAll(batch, action);
  }

  /** Gives the images of a state (by places) under all permutations, the identity first. */
  imagesOf(state: Int32Array): ReadonlyArray<Int32Array> {
    return this.actions.map((action) => {
      const out = new Int32Array(state.length);
      state.forEach((id, place) => (out[action.to[place]!] = this.imageOf(action, this.kinds[place]!, id)));
      return out;
    });
  }

  /**
   * Gives the states to which permutations take a state one after another: its images, and then those of the images. Of a group they are the images
   * alone. It ends once {@link MOST_IMAGES} images were made, but not before all images of the state itself.
   */
  *orbitOf(state: Int32Array): Generator<Int32Array> {
    const found = new Map([[state.join(), state]]);
    yield state;
    let made = 0;
    // A map gives also what is added while it is walked.
    for (const one of found.values()) {
      if (made >= MOST_IMAGES) return;
      for (const image of this.imagesOf(one)) {
        const name = image.join();
        if (found.has(name)) continue;
        found.set(name, image);
        yield image;
      }
      made += this.actions.length;
    }
  }

  /**
   * Tests that some state of an orbit has not all the others as its images. Then the states of the orbit may have several representatives. Of a large
   * orbit some states are tested.
   */
  isOpenAt(state: Int32Array): boolean {
    const orbit = [...this.orbitOf(state)];
    return orbit
      .slice(0, Math.ceil(MOST_IMAGES / this.actions.length))
      .some((one) => new Set(this.imagesOf(one).map((image) => image.join())).size < orbit.length);
  }

  /** Gives the representative of a state (by places). */
  canonical(state: Int32Array): Int32Array {
    return this.imagesOf(state).reduce((least, image) => (this.compare(image, least, 0) < 0 ? image : least));
  }

  /** Compares two lists of ids lexicographically. The first id stands at the place `from`. */
  private compare(a: Int32Array, b: Int32Array, from: number): number {
    for (let i = 0; i < a.length; i++) {
      if (a[i] !== b[i]) return this.components.compare(this.kinds[from + i]!, a[i]!, b[i]!);
    }
    return 0;
  }

  /** Refuses a permutation that moves a group slot to a local position, or a local slot to a group place. */
  private assertApart({ to, permutation }: PlacedPermutation): void {
    if (to.every((at, place) => at < this.groupSize === place < this.groupSize)) return;
    throw new CheckerError(
      'option',
      `locals: the permutation ${permutation?.name ?? ''} takes a local slot to one that is not; make all slots that it moves local, or none`,
    );
  }

  /** Finds the least image of a group tuple (`least`), and the actions that give this image (`best`). */
  private choose(tuple: Int32Array): void {
    const { actions, best } = this;
    this.bestCount = 0;
    for (const action of actions) {
      this.apply(action, tuple);
      const order = this.bestCount === 0 ? -1 : this.compare(this.image, this.least, 0);
      if (order > 0) continue;
      if (order < 0) {
        this.bestCount = 0;
        [this.image, this.least] = [this.least, this.image];
      }
      best[this.bestCount++] = action;
    }
  }

  private apply(action: PlacedPermutation, tuple: Int32Array): void {
    const { image, kinds } = this;
    for (let place = 0; place < tuple.length; place++) {
      image[action.to[place]!] = this.imageOf(action, kinds[place]!, tuple[place]!);
    }
  }

  /** Applies one permutation to all cells: their positions change places, and their ids become the images. */
  private reduceAll(batch: Batch, action: PlacedPermutation): Batch {
    const { out, groupSize } = this;
    out.count = batch.count;
    out.depthBytes = batch.depthBytes;
    for (let p = 0; p < batch.at.length; p++) {
      const q = action.to[groupSize + p]! - groupSize;
      const kind = this.kinds[groupSize + p]!;
      const ids = withCapacity(out.ids[q]!, batch.ids[p]!.length);
      for (let u = 0; u < batch.usedCount[p]!; u++) {
        const x = batch.used[p]![u]!;
        ids[x] = this.imageOf(action, kind, batch.ids[p]![x]!);
      }
      out.ids[q] = ids;
      out.at[q] = withCapacity(out.at[q]!, batch.count);
      for (let i = 0; i < batch.count; i++) out.at[q][i] = batch.at[p]![i]!;
      out.used[q] = withCapacity(out.used[q]!, batch.usedCount[p]!);
      for (let u = 0; u < batch.usedCount[p]!; u++) out.used[q][u] = batch.used[p]![u]!;
      out.usedCount[q] = batch.usedCount[p]!;
    }
    return out;
  }

  /** Reduces each cell for itself where several permutations give the least tuple. The least local ids decide. */
  private reduceEach(batch: Batch): Batch {
    const { out, locals, imageLocals, groupSize, best } = this;
    const positions = batch.at.length;
    out.count = batch.count;
    out.depthBytes = batch.depthBytes;
    for (let p = 0; p < positions; p++) {
      out.ids[p] = withCapacity(out.ids[p]!, batch.count);
      out.at[p] = withCapacity(out.at[p]!, batch.count);
    }
    for (let i = 0; i < batch.count; i++) {
      for (let n = 0; n < this.bestCount; n++) {
        const action = best[n]!;
        for (let p = 0; p < positions; p++) {
          const id = batch.ids[p]![batch.at[p]![i]!]!;
          imageLocals[action.to[groupSize + p]! - groupSize] = this.imageOf(action, this.kinds[groupSize + p]!, id);
        }
        if (n === 0 || this.compare(imageLocals, locals, groupSize) < 0) locals.set(imageLocals);
      }
      for (let p = 0; p < positions; p++) {
        out.ids[p]![i] = locals[p]!;
        out.at[p]![i] = i;
      }
    }
    fillUsed(out);
    return out;
  }

  private imageOf(action: PlacedPermutation, kind: number, id: number): number {
    if (action.permutation === undefined) return id;
    const known = action.images[kind]![id];
    return known === undefined || known === 0 ? this.findImage(action, action.permutation, kind, id) : known - 1;
  }

  private findImage(action: PlacedPermutation, permutation: Permutation, kind: number, id: number): number {
    const name = this.components.kinds[kind]!.name;
    const apply = permutation.apply as (kind: string, local: unknown) => unknown;
    const image = this.components.intern(kind, apply(name, this.components.value(kind, id)));
    // An image is kept plus one, because a table that grows is filled with 0, which means "not known yet".
    const images = withCapacity(action.images[kind]!, id + 1);
    images[id] = image + 1;
    action.images[kind] = images;
    return image;
  }
}
