/**
 * The local server of a page. It listens on loopback alone, under a random name, which only those who were given the address know. It serves
 * the page, and answers the page's questions about a user's own model.
 */
import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as E from 'fp-ts/lib/Either.js';
import * as t from 'io-ts/lib/index.js';
import type { Question, Reply } from '../../explorer/asked.js';
import { whyNotListening } from '../../net/why-not-listening.js';

const HOST = '127.0.0.1';
/** The longest question, in bytes. A question is a run by the numbers of its steps, so no honest one is longer. */
const MAX_BYTES = 1024 * 1024;
/** How long a request may take to arrive, in ms. */
const REQUEST_MS = 10_000;
const TOKEN_BYTES = 16;

const WayC = t.readonly(t.type({ initial: t.number, ways: t.readonlyArray(t.number) }));
const QuestionC = t.union([
  t.readonly(t.type({ ask: t.literal('place'), to: WayC })),
  t.readonly(t.type({ ask: t.literal('choices'), to: WayC })),
  t.readonly(t.type({ ask: t.literal('check') })),
  t.readonly(t.type({ ask: t.literal('survey'), path: WayC })),
]);

/** What is served. */
export interface ServedPage {
  /** The page as it is now. */
  readonly page: () => string;
  /** Answers the page's questions; absent where the page asks nobody. */
  readonly answer?: (question: Question) => Reply;
}

/** A server that runs. */
export interface RunningPageServer {
  readonly address: string;
  readonly close: () => Promise<void>;
}

const bodyOf = async (request: IncomingMessage): Promise<string | undefined> => {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += (chunk as Buffer).length;
    if (size > MAX_BYTES) return undefined;
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString('utf8');
};

const questionIn = (text: string): Question | undefined => {
  try {
    const decoded = QuestionC.decode(JSON.parse(text));
    return E.isRight(decoded) ? decoded.right : undefined;
  } catch {
    return undefined;
  }
};

const HEADERS = {
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'cross-origin-resource-policy': 'same-origin',
  // The unread rest of a refused request must not be taken for the next request.
  connection: 'close',
} as const;

const say = (response: ServerResponse, status: number, type: string, body: string): void => {
  response.writeHead(status, { ...HEADERS, 'content-type': `${type}; charset=utf-8` }).end(body);
};

const ask = async (request: IncomingMessage, response: ServerResponse, answer: ServedPage['answer']): Promise<void> => {
  const text = await bodyOf(request);
  const question = text === undefined ? undefined : questionIn(text);
  if (answer === undefined || question === undefined) say(response, 400, 'text/plain', 'this is no question');
  else say(response, 200, 'application/json', JSON.stringify(answer(question)));
};

/**
 * The handler of requests. It refuses a request without the page's random name, a request under another host name, and a request from a page of
 * another origin.
 */
const requestListener =
  (root: string, { page, answer }: ServedPage, own: () => string) =>
  (request: IncomingMessage, response: ServerResponse): void => {
    const { method, url = '', headers } = request;
    const isElsewhere = headers.origin !== undefined && headers.origin !== `http://${own()}`;
    if (headers.host !== own() || isElsewhere || !url.startsWith(root)) {
      say(response, 404, 'text/plain', 'there is nothing here');
      return;
    }
    const path = url.slice(root.length);
    if (method === 'GET' && path === '') say(response, 200, 'text/html', page());
    else if (method === 'POST' && path === 'ask')
      ask(request, response, answer).catch(() => {
        response.destroy();
      });
    else say(response, 404, 'text/plain', 'there is nothing here');
  };

const listening = (server: Server, port: number): Promise<E.Either<string, number>> =>
  new Promise((resolve) => {
    server.once('error', (error) => resolve(E.left(whyNotListening(error, port))));
    server.listen(port, HOST, () => resolve(E.right((server.address() as AddressInfo).port)));
  });

/** Serves a page. Left: one line that says why it cannot be served. */
export const serve = async (served: ServedPage, port: number): Promise<E.Either<string, RunningPageServer>> => {
  const root = `/${randomBytes(TOKEN_BYTES).toString('base64url')}/`;
  let host = '';
  const server = createServer(
    { requestTimeout: REQUEST_MS, headersTimeout: REQUEST_MS },
    requestListener(root, served, () => host),
  );
  const bound = await listening(server, port);
  if (E.isLeft(bound)) return E.left(`the page cannot be shown on ${HOST}:${port}: ${bound.left}`);
  host = `${HOST}:${bound.right}`;
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.closeAllConnections();
      server.close(() => resolve());
    });
  return E.right({ address: `http://${host}${root}`, close });
};
