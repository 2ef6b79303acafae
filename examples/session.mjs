/**
 * A program that uses bayou as a library: two servers, a session that writes at one and reads at the other, and goes on elsewhere.
 * Run it with `node examples/session.mjs`.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { connect, startServer } from 'bayou';

/** @type {<A>(result: { readonly _tag: 'Left'; readonly left: string } | { readonly _tag: 'Right'; readonly right: A }) => A} */
const must = (result) => {
  if (result._tag === 'Right') return result.right;
  console.error(result.left);
  process.exit(1);
};

// Server 1 pulls from server 0 every 20 ms; server 0 pulls from nobody.
const a = must(await startServer({ id: 0 }));
const b = must(await startServer({ id: 1, antiEntropyMs: 20, secret: a.secret, peers: [a] }));

const writer = must(await connect({ servers: [a], secret: a.secret }));
console.log('put', (await writer.put('greeting', 'hello')).type);

// The session goes on at the other server, with all it has written: as JSON, it could do so in another process.
const token = writer.token();
writer.close();
const reader = must(await connect({ servers: [b], secret: a.secret, token }));

// Read Your Writes: until the write has come to server 1, the answer is ERR_DEP, never an older value. Not for ever: five seconds.
const until = Date.now() + 5_000;
let got = await reader.get('greeting');
while (got.type === 'ERR_DEP' && Date.now() < until) {
  await sleep(20);
  got = await reader.get('greeting');
}
console.log('get', got.type === 'value' ? got.text : got.type);

reader.close();
await a.close();
await b.close();
