/**
 * Sessions in an HTTP service: `PUT /KEY`, `GET /KEY` and `HEAD /KEY`. Each user is a session, known by a cookie, so nobody is shown anything older than
 * what he wrote or read himself, whichever server answers, and also after the service was restarted.
 *
 *     node examples/http-service.mjs FOLDER [PORT]
 */
import { Buffer } from 'node:buffer';
import { randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { setTimeout } from 'node:timers';
import { connect, startServer } from 'bayou';

const [folder = 'http-service-data', port = '0'] = process.argv.slice(2);
const MOST_USERS = 1_000;
const MOST_BYTES = 512 * 1024;
const STOP_MS = 5_000;
const STATUS = {
  accepted: 204,
  ERR_KEY: 404,
  ERR_SIZE: 413,
  ERR_TYPE: 400,
  ERR_DEP: 503,
  ERR_CONN: 503,
  ERR_LOG: 503,
  UNKNOWN: 504,
};

/** What the service cannot begin without. */
const fail = (line) => {
  console.error(line);
  process.exit(1);
};
const must = (result) => (result._tag === 'Right' ? result.right : fail(result.left));

// --- what sessions had seen when the service was stopped -------------------------------------------------------------------

const file = join(folder, 'tokens.json');

const readTokens = () => {
  try {
    return new Map(JSON.parse(readFileSync(file, 'utf8')));
  } catch (error) {
    if (error.code === 'ENOENT') return new Map();
    return fail(`${file}: ${error.message}. Put a copy in its place; or take it away, and users are promised nothing of before`);
  }
};

if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535) fail(`the port is a number from 0 to 65535, not ${port}`);
try {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
} catch (error) {
  fail(`the folder ${folder} cannot be made: ${error.message}`);
}
const tokens = readTokens();

// --- two servers, here in one process; each has its folder -----------------------------------------------------------------

const a = must(await startServer({ id: 0, dataDir: join(folder, '0') }));
const b = must(await startServer({ id: 1, dataDir: join(folder, '1'), secret: a.secret, peers: [a] }));
must(await a.link(b));
const cluster = { servers: [a, b], secret: a.secret };

// --- a session for each user -----------------------------------------------------------------------------------------------

/** By cookie, the user who was there last at the end. A promise: two requests of one user at once are one session. */
const sessions = new Map();

const sessionOf = (user) => {
  const token = tokens.get(user);
  const known = sessions.get(user) ?? { opened: connect({ ...cluster, ...(token && { token }) }), requests: 0 };
  sessions.delete(user);
  sessions.set(user, known);
  if (sessions.size > MOST_USERS) forget([...sessions.keys()].find((one) => sessions.get(one).requests === 0 && one !== user));
  return known;
};

/** Closes a session that serves no request, and keeps its token; of whom nobody has heard for longest even that is given up. */
const forget = async (user) => {
  const session = await sessions.get(user)?.opened;
  sessions.delete(user);
  if (session?._tag !== 'Right') return;
  tokens.delete(user);
  tokens.set(user, session.right.token());
  session.right.close();
  if (tokens.size > 10 * MOST_USERS) tokens.delete(tokens.keys().next().value);
};

/** What `use` gives of the user's session. Where there is none now, the service goes on, and the user's next request tries again. */
const withSession = async (user, use) => {
  const known = sessionOf(user);
  known.requests++;
  try {
    const session = await known.opened;
    if (session._tag === 'Right') return await use(session.right);
    console.error(session.left);
    if (sessions.get(user) === known) sessions.delete(user);
    return { type: 'ERR_CONN' };
  } finally {
    known.requests--;
  }
};

// --- requests --------------------------------------------------------------------------------------------------------------

/** What is too much is read and dropped: the answer would not reach somebody who still sends. */
const bodyOf = async (request) => {
  const chunks = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size <= MOST_BYTES) chunks.push(chunk);
  }
  return size <= MOST_BYTES ? Buffer.concat(chunks) : undefined;
};

/** What each method does; nothing else is done. */
const METHODS = {
  GET: (session, key) => session.get(key),
  HEAD: (session, key) => session.get(key),
  PUT: async (session, key, request) => {
    const body = await bodyOf(request);
    return body === undefined ? { type: 'ERR_SIZE' } : session.put(key, body);
  },
};

/** The key of a path, without what follows a question mark. Throws a URIError. */
const keyOf = (url) => {
  const [path] = url.split('?', 1);
  if (!path.startsWith('/')) throw new URIError('no path');
  return decodeURIComponent(path.slice(1));
};

const serve = async (request, response) => {
  const act = METHODS[request.method];
  if (act === undefined) return response.writeHead(405, { allow: Object.keys(METHODS).join(', ') }).end();
  const key = keyOf(request.url);
  const user = /(?:^|; )user=([\w-]{1,64})/.exec(request.headers.cookie ?? '')?.[1] ?? randomUUID();
  response.setHeader('set-cookie', `user=${user}; HttpOnly; SameSite=Lax`);
  const result = await withSession(user, (session) => act(session, key, request));
  // ERR_DEP: what this user wrote or read is not at the servers that were reached; it will be.
  if (result.type === 'ERR_DEP') response.setHeader('retry-after', '1');
  // A cache would promise nothing. A browser would take what somebody put for a page of this service.
  response.setHeader('cache-control', 'no-store');
  if (result.type !== 'value') return response.writeHead(STATUS[result.type]).end();
  const headers = { 'content-type': 'application/octet-stream', 'x-content-type-options': 'nosniff' };
  return response.writeHead(200, { ...headers, 'content-length': result.bytes.length }).end(result.bytes);
};

const http = createServer((request, response) =>
  serve(request, response).catch((error) => response.writeHead(error instanceof URIError ? 400 : 500).end()),
);

http.on('error', (error) => fail(error.message));
http.listen(Number(port), '127.0.0.1', () => console.log(`http://127.0.0.1:${http.address().port}`));

// --- a graceful stop -------------------------------------------------------------------------------------------------------

const stop = async () => {
  // In this order: nobody new; whoever is there is answered; what sessions have seen is kept; then the servers, whose logs have it all.
  const served = new Promise((resolve) => http.close(resolve));
  http.closeIdleConnections();
  setTimeout(() => http.closeAllConnections(), STOP_MS).unref();
  await served;
  await Promise.all([...sessions.keys()].map(forget));
  try {
    writeFileSync(`${file}.new`, JSON.stringify([...tokens]), { mode: 0o600 });
    renameSync(`${file}.new`, file);
  } catch (error) {
    console.error(`${file} cannot be written: ${error.message}`);
    process.exitCode = 1;
  }
  await Promise.all([a.close(), b.close()]);
};

for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, stop);
