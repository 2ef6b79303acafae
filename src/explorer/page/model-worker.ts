/** The page's worker: it knows Bayou's model of a configuration, and answers the page's questions with it. */
import * as E from 'fp-ts/lib/Either.js';
import { tupleModel } from '../../checker/component-model/tuples.js';
import { decodeReplayed } from '../../model/checking/config.js';
import { bayou } from '../../model/system.js';
import { answering } from '../answering.js';
import type { Question, Reply } from '../asked.js';
import { bayouWords } from '../why/bayou.js';

/** A message of the page to the worker: first the configuration, then questions. */
export type ToWorker = { readonly config: unknown } | { readonly id: number; readonly question: Question };

/** A message of the worker to the page: a reply, with the number of its question. */
export interface FromWorker {
  readonly id: number;
  readonly reply: Reply;
}

let answer: (question: Question) => Reply = () => ({ ask: 'wrong', why: 'there is no model yet' });

const useConfig = (given: unknown): void => {
  const config = decodeReplayed(given);
  answer = E.isLeft(config)
    ? () => ({ ask: 'wrong', why: config.left.join('; ') })
    : answering(tupleModel(bayou(config.right)), bayouWords(config.right));
};

self.addEventListener('message', ({ data }: MessageEvent<ToWorker>) => {
  if ('config' in data) useConfig(data.config);
  else self.postMessage({ id: data.id, reply: answer(data.question) } satisfies FromWorker);
});
