/** The results of comparing two things for a property. */
import type { Why } from '../shape.js';
import type { Scene } from './scene.js';

/** The fault of a property. The rest of a {@link Why} follows from it. */
export type Finding = Pick<Why, 'headline' | 'compared' | 'relation' | 'meaning'> & {
  /** Further steps that matter, beside the steps of the two things compared and the step that broke the property. */
  readonly steps?: ReadonlyArray<number>;
  readonly parts: ReadonlyArray<string>;
};

/** Looks for the fault in state `at` of a run. */
export type Compare = (scene: Scene, at: number) => Finding | undefined;
