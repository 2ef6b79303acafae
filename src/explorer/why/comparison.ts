/** The results of comparing two things for a property. */
import type { WhyShot } from '../shape.js';
import type { WhyScene } from './scene.js';

/** The fault of a property. The rest of a {@link WhyShot} follows from it. */
export type ExplainedFault = Pick<WhyShot, 'headline' | 'compared' | 'relation' | 'meaning'> & {
  /** Further steps that matter, beside the steps of the two things compared and the step that broke the property. */
  readonly steps?: ReadonlyArray<number>;
  readonly parts: ReadonlyArray<string>;
};

/** Looks for the fault in state `at` of a run. */
export type FaultFinder = (scene: WhyScene, at: number) => ExplainedFault | undefined;
