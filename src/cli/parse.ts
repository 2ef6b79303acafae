/** Options that several subcommands read from their command lines. */
import { existsSync } from 'node:fs';
import { type Command, InvalidArgumentError } from 'commander';
import * as E from 'fp-ts/lib/Either.js';
import { putInPlace } from '../files/in-place.js';
import { NodeIdC } from '../core/ids.js';
import { MAX_PEM } from '../core/bounds.js';
import { HostC } from '../core/texts.js';
import type { ServerAddress } from '../library-types.js';
import { LEAST_SECRET, MAX_SECRET, newSecret } from '../net/auth.js';
import type { Tls } from '../net/tls.js';
import { path } from '../command-line/command-line.js';
import { readText, standsAt, wrongToWrite } from '../command-line/named-files.js';
import type { NamedPath } from '../command-line/same-path.js';
import { reasonOf } from '../command-line/say.js';
import { UsageError } from '../command-line/exit.js';
import { codeOf } from '../files/error-code.js';

const SERVER = /^(\d{1,16})@(?:(?:\[([^\]]+)\]|([^:[\]]+)):)?(\d{1,5})$/;

/** Reads `id@host:port`, `id@[::1]:port` or `id@port`, and adds the address to the list `before`. */
export const addServer = (text: string, before?: ReadonlyArray<ServerAddress>): ReadonlyArray<ServerAddress> => {
  const [, id, ipv6, name, port] = SERVER.exec(text) ?? [];
  const at = ipv6 ?? name ?? '127.0.0.1';
  if (!NodeIdC.is(Number(id ?? NaN)) || Number(port) < 1 || Number(port) > 65_535 || !HostC.is(at))
    throw new InvalidArgumentError('Use ID@HOST:PORT, for example 0@127.0.0.1:7000 or 0@[::1]:7000.');
  if (before?.some((one) => one.id === Number(id)) === true)
    throw new InvalidArgumentError(`Server ${Number(id)} is there already: name each once.`);
  return [...(before ?? []), { id: Number(id), host: at, port: Number(port) }];
};

/** The permissions of the group and of others, to read, write or run a file. */
const OTHERS = 0o077;

/** Makes a secret's file with all of its text or not at all: several servers may start at once. A file that exists by then is kept. */
const makeSecret = (file: string): void => {
  try {
    putInPlace(file, `${newSecret()}\n`, { beside: `${file}.${process.pid}`, mode: 0o600, sync: false, over: 'keep' });
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
  }
};

const isOpenToOthers = (file: string): boolean => process.platform !== 'win32' && ((standsAt(file)?.mode ?? 0) & OTHERS) !== 0;

/** The longest file of a secret, in bytes. */
const MAX_SECRET_FILE_BYTES = 64 * 1024;

/** Makes the secret's file where there is none. Gives the reason where it cannot, in words; undefined: the file exists. */
const makeMissing = (file: string): string | undefined => {
  if (existsSync(file)) return undefined;
  const wrong = wrongToWrite(file);
  if (wrong !== undefined) return wrong;
  try {
    makeSecret(file);
    return undefined;
  } catch (error) {
    return `it cannot be made: ${reasonOf(error)}`;
  }
};

/**
 * The secret in a file. `make`: the file is made where there is none.
 * @throws UsageError if the file cannot be read or made, if others may use it, or if the secret is too short or too long
 */
export const secretIn = (file: string, make: boolean): string => {
  const refuse = (why: string): never => {
    throw new UsageError(`--secret-file: ${file}: ${why}`);
  };
  const wrong = make ? makeMissing(file) : undefined;
  if (wrong !== undefined) return refuse(wrong);
  const text = readText(file, MAX_SECRET_FILE_BYTES);
  if (E.isLeft(text)) return refuse(text.left);
  if (isOpenToOthers(file))
    return refuse('others than its owner may use it; chmod 600 it, and change the secret if they may have read it');
  const secret = text.right.trim();
  if (secret.length < LEAST_SECRET) return refuse(`the secret in it is shorter than ${LEAST_SECRET} characters`);
  return secret.length > MAX_SECRET ? refuse(`the secret in it is longer than ${MAX_SECRET} characters`) : secret;
};

/** The files of TLS, as the command line names them. */
export interface TlsFiles {
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly tlsCa?: string;
}

/** The files of TLS, each with its option. */
export const namedTlsFiles = ({ tlsCert, tlsKey, tlsCa }: TlsFiles): ReadonlyArray<NamedPath> => [
  { name: '--tls-cert', path: tlsCert },
  { name: '--tls-key', path: tlsKey },
  { name: '--tls-ca', path: tlsCa },
];

/** Adds the options of {@link TlsFiles}. `shows`: the words of the help that name this end's certificate. */
export const withTlsOptions = (command: Command, shows: string): Command =>
  command
    .option('--tls-cert <file>', `speak TLS; ${shows} (PEM)`, path)
    .option('--tls-key <file>', 'the key of that certificate (PEM)', path)
    .option('--tls-ca <file>', 'speak TLS; who has signed the certificates of the others (PEM)', path);

const pemIn = (flag: string, file: string | undefined, isSecret = false): string | undefined => {
  if (file === undefined) return undefined;
  const text = readText(file, MAX_PEM);
  if (E.isLeft(text)) throw new UsageError(`${flag}: ${file}: ${text.left}`);
  if (isSecret && isOpenToOthers(file))
    throw new UsageError(
      `${flag}: ${file}: others than its owner may use it; chmod 600 it, and have another one certified if they may have read it`,
    );
  return text.right;
};

/** The contents of the TLS files; undefined where no file is named. @throws UsageError if a file cannot be read, or others may use the key's file */
export const tlsIn = ({ tlsCert, tlsKey, tlsCa }: TlsFiles): Tls | undefined => {
  const [cert, key, ca] = [pemIn('--tls-cert', tlsCert), pemIn('--tls-key', tlsKey, true), pemIn('--tls-ca', tlsCa)];
  if (cert === undefined && key === undefined && ca === undefined) return undefined;
  return { ...(cert !== undefined && { cert }), ...(key !== undefined && { key }), ...(ca !== undefined && { ca }) };
};
