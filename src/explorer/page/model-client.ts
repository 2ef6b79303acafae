/** Asks questions about the model: of a worker of the page, or of the local server that the page came from. */
import type { Choices, PlaceShot, Question, Reply, Survey, WayTo } from '../asked.js';
import type { ModelHost } from '../shape.js';
import type { FromWorker } from './model-worker.js';
import ModelWorker from './model-worker.js?worker&inline';

type Ask = (question: Question) => Promise<Reply>;

/** How long an answer may take, in ms. */
const DEADLINE_MS = 30_000;

const inTime = (answer: Promise<Reply>): Promise<Reply> =>
  Promise.race([
    answer,
    new Promise<Reply>((resolve) => {
      setTimeout(() => resolve({ ask: 'wrong', why: `no answer came within ${DEADLINE_MS / 1000} s` }), DEADLINE_MS);
    }),
  ]);

const byWorker = (config: unknown): Ask => {
  const worker = new ModelWorker();
  const waiting = new Map<number, (reply: Reply) => void>();
  let count = 0;
  worker.addEventListener('message', ({ data }: MessageEvent<FromWorker>) => {
    waiting.get(data.id)?.(data.reply);
    waiting.delete(data.id);
  });
  worker.addEventListener('error', ({ message }) => {
    for (const resolve of waiting.values()) resolve({ ask: 'wrong', why: `the worker went wrong: ${message}` });
    waiting.clear();
  });
  worker.postMessage({ config });
  return (question) =>
    inTime(
      new Promise((resolve) => {
        waiting.set(++count, resolve);
        worker.postMessage({ id: count, question });
      }),
    );
};

/** Asks the local server that the page came from. */
export const askServer: Ask = (question) =>
  inTime(
    fetch('ask', { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(question) })
      .then(async (response): Promise<Reply> =>
        response.ok ? ((await response.json()) as Reply) : { ask: 'wrong', why: `the server says ${response.status}` },
      )
      .catch((): Reply => ({ ask: 'wrong', why: 'the server is gone: run bayou explore again' })),
  );

/** A client that answers questions about the model. */
export interface ModelClient {
  readonly place: (to: WayTo) => Promise<PlaceShot | string>;
  readonly choices: (to: WayTo) => Promise<Choices | string>;
  readonly survey: (path: WayTo) => Promise<Survey | string>;
}

/** The worker starts when it is first asked. */
const newClient = (live: ModelHost): ModelClient | undefined => {
  if (live.by === 'nobody') return undefined;
  let made: Ask | undefined;
  const ask = (question: Question): Promise<Reply> => {
    made ??= live.by === 'worker' ? byWorker(live.config) : askServer;
    return made(question);
  };
  return {
    place: async (to) => {
      const reply = await ask({ ask: 'place', to });
      return reply.ask === 'place' ? reply.place : reply.ask === 'wrong' ? reply.why : 'another answer came';
    },
    choices: async (to) => {
      const reply = await ask({ ask: 'choices', to });
      return reply.ask === 'choices' ? reply.choices : reply.ask === 'wrong' ? reply.why : 'another answer came';
    },
    survey: async (path) => {
      const reply = await ask({ ask: 'survey', path });
      return reply.ask === 'survey' ? reply.survey : reply.ask === 'wrong' ? reply.why : 'another answer came';
    },
  };
};

const known = new Map<ModelHost, ModelClient | undefined>();

/** The client of a model; there is one for each model. Undefined: neither a worker nor a server knows the model. */
export const clientOf = (live: ModelHost): ModelClient | undefined => {
  if (!known.has(live)) known.set(live, newClient(live));
  return known.get(live);
};
