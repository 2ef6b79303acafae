/** A configuration that comes with the package, decoded, with some fields set otherwise. */
import { readFileSync } from 'node:fs';
import * as E from 'fp-ts/lib/Either.js';
import { decodeConfig, type Config } from '#bayou/model/checking/config.js';

const FOLDER = new URL('../../spec/configs/', import.meta.url);

export const configured = (name: string, overrides: Partial<Config> = {}): Config => {
  const decoded = decodeConfig(JSON.parse(readFileSync(new URL(`${name}.json`, FOLDER), 'utf8')));
  if (E.isLeft(decoded)) throw new Error(`${name}: ${decoded.left.join('; ')}`);
  return { ...decoded.right, ...overrides };
};
