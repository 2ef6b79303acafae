/** What the comparisons of properties give. */
import type { Why } from '../shape.js';
import type { Scene } from './scene.js';

/** What a property says of a fault: the rest of a {@link Why} follows from it. */
export type Finding = Pick<Why, 'headline' | 'compared' | 'relation' | 'meaning'> & {
  /** Steps concerned beside those of what is compared and the one that broke it. */
  readonly steps?: ReadonlyArray<number>;
  readonly parts: ReadonlyArray<string>;
};

/** Looks for the fault in state `at` of a run. */
export type Compare = (scene: Scene, at: number) => Finding | undefined;
