/** What several subcommands read from their command lines. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { InvalidArgumentError } from 'commander';
import type { ServerAddress } from '../library.js';
import { newSecret } from '../net/auth.js';
import { UsageError } from './exit.js';

/** Reads `id@host:port`, or `id@port`, and adds it to what was given before. */
export const addServer = (text: string, before: ReadonlyArray<ServerAddress> = []): ReadonlyArray<ServerAddress> => {
  const match = /^(\d{1,15})@(?:(.+):)?(\d{1,5})$/.exec(text);
  if (match === null || Number(match[3]) > 65_535)
    throw new InvalidArgumentError('Use ID@HOST:PORT, for example 0@127.0.0.1:7000.');
  const [, id, host = '127.0.0.1', port] = match;
  return [...before, { id: Number(id), host, port: Number(port) }];
};

/** The secret in a file; a server makes the file where there is none. @throws UsageError where it cannot be read or made. */
export const secretIn = (file: string, make: boolean): string => {
  try {
    if (make && !existsSync(file)) writeFileSync(file, `${newSecret()}\n`, { mode: 0o600, flag: 'wx' });
    const secret = readFileSync(file, 'utf8').trim();
    if (secret.length >= 16) return secret;
  } catch (error) {
    throw new UsageError(`--secret-file: ${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
  throw new UsageError(`--secret-file: the secret in ${file} is shorter than 16 characters`);
};
