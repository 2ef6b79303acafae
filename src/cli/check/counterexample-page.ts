/** Makes the explorer's page of a counterexample. */
import type { CheckedModel } from '../../checked-model/checked-model.js';
import { oneLine } from '../../checker/output/counterexample-lines.js';
import { explorationOf } from '../../explorer/data/make-exploration.js';
import { htmlOf } from '../../explorer/data/page-file.js';
import { propertyId } from '../../explorer/why/bayou.js';
import type { Counterexample } from '../../checker/report.js';

/** A run to write, with the property that it breaks or reaches, or with a name of its own. */
export interface RunToWrite {
  readonly property: string;
  readonly trace: Counterexample;
  readonly kind: 'violated' | 'reached' | 'sample';
}

/** A property's name in configurations, where it has one. */
const idOf = (property: string): string => propertyId(property) ?? oneLine(property);

/** The text of the page of one run. `repeat`: the command that finds the run again. */
export const pageText = async ({ property, trace, kind }: RunToWrite, checked: CheckedModel, repeat: string): Promise<string> => {
  const exploration = await explorationOf(
    checked,
    [{ title: oneLine(property), trace, ...(kind === 'sample' ? {} : { property }) }],
    {
      origin: kind === 'violated' ? 'counterexample' : kind === 'reached' ? 'witness' : 'sample',
      verdict: {
        tone: kind === 'violated' ? 'bad' : 'plain',
        text: kind === 'sample' ? 'nothing breaks' : `${kind}: ${idOf(property)}`,
      },
      repeat,
    },
  );
  return htmlOf(exploration);
};
