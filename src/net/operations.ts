/**
 * The endpoint for a server's operator, over HTTP: `/metrics` for Prometheus and `/health` for a load balancer or a supervisor. A request can change nothing, and
 * no answer has a key or value. The endpoint has no password, so it listens on loopback by default.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import * as E from 'fp-ts/lib/Either.js';
import { messageOf } from '../core/errors.js';
import { MAX_OF_METRICS } from './net-limits.js';
import type { Metrics } from './metrics.js';
import type { ServerStatus } from './meter.js';
import { whyNotListening } from './why-not-listening.js';

/** How long a request may take to come, in ms. */
const METRICS_REQUEST_MS = 2_000;
/** The time between two looks for requests that have taken longer, in ms. */
const LOOK_MS = 500;

/** The options of the endpoint: its address, and the values that it shows. */
export interface OperationsOptions {
  readonly host: string;
  /** The port; 0: any free one. */
  readonly port: number;
  readonly status: () => ServerStatus;
  readonly metrics: Metrics;
  /** The most connections at once. Default: 64. */
  readonly places?: number;
}

/** The running endpoint. */
export interface Operations {
  readonly port: number;
  readonly close: () => void;
}

const TEXT = 'text/plain; charset=utf-8';

const answer = (response: ServerResponse, status: number, type: string, text: string): void => {
  response.writeHead(status, { 'content-type': type }).end(text);
};

const serve = async (o: OperationsOptions, request: IncomingMessage, response: ServerResponse): Promise<void> => {
  const path = request.url?.split('?')[0];
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    answer(response, 405, TEXT, 'only GET is served here\n');
    return;
  }
  const status = o.status();
  if (path === '/health') {
    const wrong = status.failure ?? status.stalled;
    answer(response, wrong === null ? 200 : 503, TEXT, `${wrong ?? `replica ${status.replica} is well`}\n`);
  } else if (path === '/metrics') {
    const { type, text } = await o.metrics.scrape(status);
    answer(response, 200, type, text);
  } else {
    answer(response, 404, TEXT, 'there are /metrics and /health\n');
  }
};

/**
 * Keeps a place free for new connections, so that half-sent requests keep nobody out. When all places are taken, a new connection replaces the oldest one that
 * has no request being answered; if each has one, it replaces the oldest. Returns the functions to call when a request has come and when it is answered.
 */
const makeRoom = (
  server: Server,
  most: number,
): { readonly begin: (socket: Socket) => void; readonly end: (socket: Socket) => void } => {
  /** Requests that are being answered on each connection, eldest first. */
  const busy = new Map<Socket, number>();
  const add = (socket: Socket, n: number): void => {
    const before = busy.get(socket);
    if (before !== undefined) busy.set(socket, before + n);
  };
  server.on('connection', (socket) => {
    if (busy.size >= most) {
      const eldest = [...busy].find(([, requests]) => requests === 0)?.[0] ?? [...busy.keys()][0];
      if (eldest !== undefined) {
        busy.delete(eldest);
        eldest.destroy();
      }
    }
    busy.set(socket, 0);
    socket.once('close', () => busy.delete(socket));
  });
  return { begin: (socket) => add(socket, 1), end: (socket) => add(socket, -1) };
};

const listening = (server: Server, { host, port }: OperationsOptions): Promise<E.Either<string, number>> =>
  new Promise((resolve) => {
    server.once('error', (error) =>
      resolve(E.left(`the metrics cannot be served on ${host}:${port}: ${whyNotListening(error, port)}`)),
    );
    server.listen({ host, port }, () => {
      const address = server.address();
      resolve(E.right(typeof address === 'object' && address !== null ? address.port : port));
    });
  });

/** Starts the endpoint. Fails with one line: the port is taken. */
export const startOperations = async (o: OperationsOptions): Promise<E.Either<string, Operations>> => {
  const server = createServer(
    { requestTimeout: METRICS_REQUEST_MS, headersTimeout: METRICS_REQUEST_MS, connectionsCheckingInterval: LOOK_MS },
    (q, a) => {
      const { socket } = q;
      room.begin(socket);
      a.once('close', () => room.end(socket));
      serve(o, q, a).catch((error: unknown) => answer(a, 500, TEXT, `${messageOf(error)}\n`));
    },
  );
  const room = makeRoom(server, o.places ?? MAX_OF_METRICS);
  return E.map((port: number): Operations => ({
    port,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  }))(await listening(server, o));
};
