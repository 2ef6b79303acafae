/** Runs a thread from its start to its end, where this module is started as a worker. */
import { parentPort, workerData } from 'node:worker_threads';
import { shareCurrentCall } from '../../contract/current-call.js';
import { buildModel } from './model-source.js';
import { Thread } from './thread.js';
import { failure, type ThreadCommand, type ThreadReport, type WorkerData } from './thread-messages.js';

const live = async (data: WorkerData): Promise<void> => {
  const port = parentPort!;
  const say = (report: ThreadReport): void => port.postMessage(report);
  shareCurrentCall(data.runs);
  try {
    const thread = new Thread(await buildModel(data.source), data, say);
    port.on('message', (command: ThreadCommand) => thread.guarded(() => thread.command(command)));
  } catch (error) {
    say(failure(error));
  }
};

// It is not awaited: the model's module may import the checker, and so this module, which must be loaded by then.
if (parentPort !== null && isWorkerData(workerData)) void live(workerData);

function isWorkerData(data: unknown): data is WorkerData {
  return typeof data === 'object' && data !== null && 'ports' in data && 'locals' in data;
}
