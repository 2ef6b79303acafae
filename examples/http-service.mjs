/**
 * Sessions in an HTTP service: `PUT /KEY` and `GET /KEY`. Each user is a session, known by a cookie, so nobody is shown anything older than
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

const must = (result) => {
  if (result._tag === 'Right') return result.right;
  console.error(result.left);
  process.exit(1);
};

// --- two servers, here in one process; each has its folder -----------------------------------------------------------------

mkdirSync(folder, { recursive: true, mode: 0o700 });
const a = must(await startServer({ id: 0, dataDir: join(folder, '0') }));
const b = must(await startServer({ id: 1, dataDir: join(folder, '1'), secret: a.secret, peers: [a] }));
must(await a.link(b));
const cluster = { servers: [a, b], secret: a.secret };

// --- a session for each user -----------------------------------------------------------------------------------------------

const file = join(folder, 'tokens.json');

/** What sessions had seen when the service was stopped. */
const readTokens = () => {
  try {
    return new Map(JSON.parse(readFileSync(file, 'utf8')));
  } catch (error) {
    if (error.code === 'ENOENT') return new Map();
    throw error;
  }
};
const tokens = readTokens();

/** By cookie, the user who was there last at the end. A promise: two requests of one user at once are one session. */
const sessions = new Map();

const sessionOf = (user) => {
  const known = sessions.get(user);
  const session = known ?? connect({ ...cluster, ...(tokens.has(user) ? { token: tokens.get(user) } : {}) }).then(must);
  sessions.delete(user);
  sessions.set(user, session);
  if (sessions.size > MOST_USERS) forget(sessions.keys().next().value);
  return session;
};

/** Closes a session, and keeps its token; of whom nobody has heard for longest even that is given up. */
const forget = async (user) => {
  const session = await sessions.get(user);
  sessions.delete(user);
  tokens.delete(user);
  tokens.set(user, session.token());
  session.close();
  if (tokens.size > 10 * MOST_USERS) tokens.delete(tokens.keys().next().value);
};

// --- requests --------------------------------------------------------------------------------------------------------------

const bodyOf = async (request) => {
  const chunks = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size <= MOST_BYTES) chunks.push(chunk);
  }
  return size <= MOST_BYTES ? Buffer.concat(chunks) : undefined;
};

const serve = async (request, session) => {
  const key = decodeURIComponent(request.url.slice(1));
  if (request.method === 'GET') return session.get(key);
  const body = await bodyOf(request);
  return body === undefined ? { type: 'ERR_SIZE' } : session.put(key, body);
};

const http = createServer(async (request, response) => {
  try {
    const user = /(?:^|; )user=([\w-]{1,64})/.exec(request.headers.cookie ?? '')?.[1] ?? randomUUID();
    response.setHeader('set-cookie', `user=${user}; HttpOnly; SameSite=Lax`);
    const result = await serve(request, await sessionOf(user));
    // ERR_DEP: what this user wrote or read is not at the servers that were reached; it will be.
    if (result.type === 'ERR_DEP') response.setHeader('retry-after', '1');
    response.writeHead(STATUS[result.type] ?? 200).end(result.bytes);
  } catch (error) {
    response.writeHead(error instanceof URIError ? 400 : 500).end();
  }
});

http.listen(Number(port), '127.0.0.1', () => console.log(`http://127.0.0.1:${http.address().port}`));

// --- a graceful stop -------------------------------------------------------------------------------------------------------

const stop = async () => {
  // In this order: nobody new; whoever is there is answered; what sessions have seen is kept; then the servers, whose logs have it all.
  const served = new Promise((resolve) => http.close(resolve));
  http.closeIdleConnections();
  setTimeout(() => http.closeAllConnections(), STOP_MS).unref();
  await served;
  await Promise.all([...sessions.keys()].map(forget));
  writeFileSync(`${file}.new`, JSON.stringify([...tokens]), { mode: 0o600 });
  renameSync(`${file}.new`, file);
  await Promise.all([a.close(), b.close()]);
};

for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, stop);
