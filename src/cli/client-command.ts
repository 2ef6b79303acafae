/** `bayou client`: a session by hand or in a pipe. It reads lines `put key value` and `get key`. */
import * as E from 'fp-ts/lib/Either.js';
import { type Bytes, quotedBytes } from '../core/bytes.js';
import { type BayouSession, connect, type SessionPutResult } from '../library.js';
import type { ServerAddress } from '../library-types.js';
import { isFolder, type LineReader, readLines } from '../master/lines.js';
import { REQUEST_MS } from '../net/net-limits.js';
import { newCommand, path, wholeNumber } from '../command-line/command-line.js';
import { mustDiffer } from '../command-line/same-path.js';
import { ENDING_SIGNALS, EXIT, PLAIN_EXIT } from '../command-line/exit.js';
import { say as sayLine } from '../command-line/say.js';
import { addServer, namedTlsFiles, secretIn, type TlsFiles, tlsIn, withTlsOptions } from './parse.js';
import { openTokenFile, type TokenFile } from './token-file.js';

interface Options extends TlsFiles {
  readonly server: ReadonlyArray<ServerAddress>;
  readonly secretFile: string;
  readonly tokenFile?: string;
  readonly timeoutMs: number;
}

/** The result of a put that was not accepted, in words. */
const OUTCOMES: Readonly<Record<Exclude<SessionPutResult['type'], 'accepted'>, string>> = {
  ERR_DEP: 'no server that was reached has what the session needs; nothing was written',
  ERR_LOG: 'the log of a server that was reached has failed, and no other took it; nothing was written',
  ERR_CONN: 'no server could be reached, or none could take it; nothing was written',
  ERR_SIZE: 'the key is above 64 KiB or the value above 512 KiB; nothing was sent',
  ERR_TYPE: 'not bytes; nothing was sent',
  UNKNOWN:
    'it was sent, and no server has said that it is written (none answered in time, or its log failed under it); it may take effect once, at any later time',
};

const say = (line: string): void => sayLine(`bayou client: ${line}`);

/** The request of a line; undefined where the line is blank. Keys and values are the bytes of the line, UTF-8 or not. */
type Request = { readonly key: Bytes; readonly value?: Bytes } | undefined;

const parseRequest = (line: Bytes): E.Either<string, Request> => {
  const [name, key, value, ...more] = line.split(/[ \t\r]+/).filter((word) => word !== '');
  if (name === undefined) return E.right(undefined);
  if (name === 'get' && key !== undefined && value === undefined) return E.right({ key });
  if (name === 'put' && key !== undefined && value !== undefined && more.length === 0) return E.right({ key, value });
  return E.left(`'${quotedBytes(line)}' is neither 'put key value' nor 'get key'`);
};

/** The consequence of a token that cannot be written: before the first request, and later. */
const UNTOLD = {
  atFirst: (why: string): string =>
    `${why}; nothing was put and nothing was got: whoever names a file for the token does not want to go on without one`,
  later: (why: string): string =>
    `${why}; what was put and got since it was last written, and will be, is done all the same, and a session that goes on from the file does not know of it`,
};

/** The most gets whose results wait until the token is written: one write of the token serves them all. */
const MAX_HELD = 64;

const contentOf = (bytes: Bytes): Uint8Array => Buffer.from(bytes, 'latin1');

/**
 * Carries out the lines, one after the other; gives false where something went wrong. The token is written to the file before a result is
 * told: the next session has seen every result that was told, also after a kill.
 */
const obeyAll = async (
  session: BayouSession,
  lines: LineReader<E.Either<string, Request>>,
  file: TokenFile | undefined,
): Promise<boolean> => {
  let fine = true;
  let saved = '';
  let isSaving = file !== undefined;
  let held: Bytes[] = [];

  const save = (untold = UNTOLD.later): boolean => {
    if (file === undefined || !isSaving) return true;
    const text = JSON.stringify(session.token());
    const written = text === saved ? E.right(undefined) : file.write(text);
    if (E.isRight(written)) {
      saved = text;
      return true;
    }
    // It is said once: from now on the token is not written at all.
    [fine, isSaving] = [false, false];
    say(untold(written.left));
    return false;
  };
  const tell = (): void => {
    save();
    if (held.length > 0) process.stdout.write(Buffer.from(held.join(''), 'latin1'));
    held = [];
  };
  const put = async (number: number, key: Bytes, value: Bytes): Promise<void> => {
    tell();
    const done = await session.put(contentOf(key), contentOf(value));
    save();
    if (done.type === 'accepted') return;
    fine = false;
    say(`line ${number}: put ${quotedBytes(key)}: ${done.type}: ${OUTCOMES[done.type]}`);
  };

  if (!save(UNTOLD.atFirst)) return false;
  for (let next = await lines.next(); next !== undefined; next = await lines.next()) {
    const { number, line } = next;
    if (E.isLeft(line)) {
      fine = false;
      say(`line ${number}: ${line.left}`);
    } else if (line.right?.value !== undefined) {
      await put(number, line.right.key, line.right.value);
    } else if (line.right !== undefined) {
      const { key } = line.right;
      const got = await session.get(contentOf(key));
      held.push(`${key}:${got.type === 'value' ? Buffer.from(got.bytes).toString('latin1') : got.type}\n`);
    }
    if (held.length >= MAX_HELD || lines.ahead(1).length === 0) tell();
  }
  return fine;
};

/** Ends the process at a signal. Node runs the handler between two turns, and files are written within one turn, so no file is left half written. */
const endAtSignals = (): void => {
  for (const signal of ENDING_SIGNALS) process.once(signal, () => process.exit(EXIT.interrupted));
};

const run = async (o: Options): Promise<number> => {
  endAtSignals();
  mustDiffer([{ name: '--token-file', path: o.tokenFile }], [{ name: '--secret-file', path: o.secretFile }, ...namedTlsFiles(o)]);
  const file = o.tokenFile === undefined ? E.right(undefined) : openTokenFile(o.tokenFile);
  if (E.isLeft(file)) {
    say(file.left);
    return PLAIN_EXIT.failed;
  }
  const token = file.right?.token;
  const tls = tlsIn(o);
  const connected = await connect({
    servers: o.server,
    secret: secretIn(o.secretFile, false),
    timeoutMs: o.timeoutMs,
    logLevel: 'warn',
    ...(tls !== undefined && { tls }),
    ...(token !== undefined && { token }),
  });
  if (E.isLeft(connected)) {
    say(connected.left);
    return PLAIN_EXIT.failed;
  }
  const input = { isFine: true };
  const onError = (why: string): void => {
    input.isFine = false;
    say(`standard input cannot be read: ${why}`);
  };
  // Node reads a folder as an empty file.
  if (isFolder(process.stdin.fd)) onError('it is a folder');
  const lines = readLines(process.stdin, parseRequest, ({ message }) => onError(message));
  const fine = await obeyAll(connected.right, lines, file.right);
  connected.right.close();
  return fine && input.isFine ? PLAIN_EXIT.ok : PLAIN_EXIT.failed;
};

/** Exit status 0: all lines were carried out; 1: the session could not start, a put failed, a line was wrong, or the token was not written; 2: bad usage (thrown). */
export const main = async (args: ReadonlyArray<string>): Promise<number> => {
  let status: number = PLAIN_EXIT.ok;
  const command = newCommand('bayou client')
    .description('a session: reads lines `put key value` and `get key` from standard input')
    .requiredOption(
      '--server <id@host:port>',
      'a server to talk to; once for each, in the order in which they are asked',
      addServer,
    )
    .requiredOption('--secret-file <file>', "the cluster's secret", path)
    .option(
      '--token-file <file>',
      'go on with what the session in this file has seen; it is written after each put and before the result of a get is told',
      path,
    )
    .option('--timeout-ms <ms>', 'how long a put or a get may take', wholeNumber(100, 3_600_000), REQUEST_MS)
    .allowExcessArguments(false)
    .action(async (o: Options) => {
      status = await run(o);
    });
  withTlsOptions(command, 'the certificate that it shows, where the servers ask for one');
  await command.parseAsync(args, { from: 'user' });
  return status;
};
