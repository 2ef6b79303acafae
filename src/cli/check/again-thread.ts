/**
 * The thread that loads a model of one's own again and searches it. A thread has its own modules, so all of the model is loaded anew: its files,
 * the packages that it imports, and what they keep.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { keepClocks, moveClocks } from '../../checker/contract/clocks.js';
import type { Report } from '../../checker/report.js';
import { UsageError } from '../../command-line/exit.js';
import type { CheckedModel } from '../../checked-model/checked-model.js';
import type { AgainAnswer, AgainData, JudgedReport } from './again-messages.js';
import { search } from './engine.js';
import { moduleModel } from './module.js';

const judgedIn = ({ search: order, stop, counts, properties }: Report): JudgedReport => ({
  search: order,
  stop,
  counts: { distinct: counts.distinct },
  properties: properties.map(({ name, verdict }) => ({ name, verdict })),
});

const loaded = async ({ source, searches: [args] }: AgainData): Promise<CheckedModel | AgainAnswer> => {
  try {
    return await moduleModel(source, args);
  } catch (error) {
    if (error instanceof UsageError) return { kind: 'unloaded', why: error.message };
    throw error;
  }
};

const answerTo = async (data: AgainData): Promise<AgainAnswer> => {
  try {
    const checked = await loaded(data);
    if ('kind' in checked) return checked;
    const judged: JudgedReport[] = [];
    for (const args of data.searches) judged.push(judgedIn(await search(checked, args, {})));
    return { kind: 'searched', judged };
  } catch (error) {
    if (error instanceof UsageError) return { kind: 'refused', why: error.message, before: error.before };
    return { kind: 'failed', why: (error as Error).stack ?? String(error) };
  }
};

// A module may take a clock when it is loaded (`const { now } = Date`), which no repeated call can move.
keepClocks();
moveClocks();
parentPort!.postMessage(await answerTo(workerData as AgainData));
