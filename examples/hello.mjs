/** The smallest program: a server, a session, a put and a get. Run it with `node examples/hello.mjs`. */
import { connect, startServer } from 'bayou';

/** What may fail gives one line of text (`left`) or the thing (`right`); nothing is thrown. This program just ends.
 * @type {<A>(result: { readonly _tag: 'Left'; readonly left: string } | { readonly _tag: 'Right'; readonly right: A }) => A} */
const must = (result) => {
  if (result._tag === 'Right') return result.right;
  console.error(result.left);
  process.exit(1);
};

const server = must(await startServer({ id: 0 }));
const session = must(await connect({ servers: [server], secret: server.secret }));

console.log((await session.put('greeting', 'hello')).type);
const got = await session.get('greeting');
console.log(got.type === 'value' ? got.text : got.type);

session.close();
await server.close();
