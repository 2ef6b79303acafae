/**
 * A program that uses bayou as a library: two servers, a session that writes at one and reads at the other, and goes on elsewhere.
 * Run it with `node examples/session.mjs`.
 */
import { connect, startServer } from 'bayou';
import * as E from 'fp-ts/lib/Either.js';

/** @type {<A>(result: E.Either<string, A>) => A} */
const orDie = (result) => {
  if (E.isLeft(result)) throw new Error(result.left);
  return result.right;
};

const a = orDie(await startServer({ id: 0, antiEntropyMs: 0 }));
const b = orDie(await startServer({ id: 1, antiEntropyMs: 20, secret: a.secret, peers: [a] }));

const writer = orDie(await connect({ servers: [a], secret: a.secret }));
console.log('put', (await writer.put('greeting', 'hello')).type);

// The session goes on at the other server, with all it has written: as JSON, it could do so in another process.
const token = writer.token();
writer.close();
const reader = orDie(await connect({ servers: [b], secret: a.secret, token }));

// Read Your Writes: until the write has come to server 1, the answer is ERR_DEP, never an older value.
let got = await reader.get('greeting');
while (got.type === 'ERR_DEP') got = await reader.get('greeting');
console.log('get', got.type === 'value' ? got.text : got.type);

reader.close();
await a.close();
await b.close();
