/** `bayou client`: a session by hand or in a pipe: lines `put key value` and `get key`. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { Command } from 'commander';
import * as E from 'fp-ts/lib/Either.js';
import type { SessionToken } from '../core/session.js';
import { type BayouSession, connect, type ServerAddress } from '../library.js';
import { wholeNumber } from '../master/options.js';
import { REQUEST_MS } from '../net/limits.js';
import { addServer, secretIn, type TlsFiles, tlsIn, withTlsOptions } from './parse.js';

interface Options extends TlsFiles {
  readonly server: ReadonlyArray<ServerAddress>;
  readonly secretFile: string;
  readonly tokenFile?: string;
  readonly timeoutMs: number;
}

const say = (line: string): void => void process.stderr.write(`bayou client: ${line}\n`);

/** Does what a line says; false where it went wrong. */
const obey = async (session: BayouSession, line: string): Promise<boolean> => {
  const [name, ...args] = line.split(/\s+/).filter((word) => word !== '');
  const [key = '', value = ''] = args;
  if (name === undefined) return true;
  if (name === 'get' && args.length === 1) {
    const got = await session.get(key);
    process.stdout.write(`${key}:${got.type === 'value' ? got.text : got.type}\n`);
    return true;
  }
  if (name === 'put' && args.length === 2) {
    const put = await session.put(key, value);
    if (put.type !== 'accepted') say(`put ${key}: ${put.type}`);
    return put.type === 'accepted';
  }
  say(`'${line}' is neither 'put key value' nor 'get key'`);
  return false;
};

/** The session in a file; undefined where there is none yet. What it holds is for `connect` to look at. */
const tokenIn = (file: string | undefined): E.Either<string, SessionToken | undefined> => {
  if (file === undefined || !existsSync(file)) return E.right(undefined);
  try {
    return E.right(JSON.parse(readFileSync(file, 'utf8')) as SessionToken);
  } catch {
    return E.left(`the token in ${file} cannot be read: remove the file to begin a new session`);
  }
};

const run = async (o: Options): Promise<number> => {
  const token = tokenIn(o.tokenFile);
  if (E.isLeft(token)) {
    say(token.left);
    return 1;
  }
  const tls = tlsIn(o);
  const connected = await connect({
    servers: o.server,
    secret: secretIn(o.secretFile, false),
    timeoutMs: o.timeoutMs,
    logLevel: 'warn',
    ...(tls !== undefined && { tls }),
    ...(token.right !== undefined && { token: token.right }),
  });
  if (E.isLeft(connected)) {
    say(connected.left);
    return 1;
  }
  let fine = true;
  for await (const line of createInterface({ input: process.stdin, prompt: '' })) {
    fine = (await obey(connected.right, line)) && fine;
  }
  if (o.tokenFile !== undefined) writeFileSync(o.tokenFile, JSON.stringify(connected.right.token()), { mode: 0o600 });
  connected.right.close();
  return fine ? 0 : 1;
};

/** Exit status 0: all done; 1: no server could be reached, a put failed, or a line was wrong; 2: bad usage (thrown). */
export const main = async (args: ReadonlyArray<string>): Promise<number> => {
  let status = 0;
  const command = new Command('bayou client')
    .description('a session: reads lines `put key value` and `get key` from standard input')
    .requiredOption(
      '--server <id@host:port>',
      'a server to talk to; once for each, in the order in which they are asked',
      addServer,
    )
    .requiredOption('--secret-file <file>', "the cluster's secret")
    .option('--token-file <file>', 'go on with the session in this file, and write it back in the end')
    .option('--timeout-ms <ms>', 'how long a put or a get may take', wholeNumber(100, 3_600_000), REQUEST_MS)
    .allowExcessArguments(false)
    .exitOverride()
    .action(async (o: Options) => {
      status = await run(o);
    });
  withTlsOptions(command, 'the certificate that it shows, where the servers ask for one');
  await command.parseAsync(args, { from: 'user' });
  return status;
};
