/**
 * Lets a user's module import this package by its name where the package is not installed beside the module: `npx bayou check FILE` may run on a
 * file in any folder. A package of that name in the module's own folder goes first.
 */
import { register } from 'node:module';

/** Matches the package's name, in quotes, in the text of a module. */
const NAMED = /(['"`])bayou(?:\/[^'"`\n]*)?\1/;

/** The text of a loader for Node. Where an import of this package fails, the loader resolves it from the package itself, which knows its own name. */
const hooks = (parentURL: string): string => `
const parentURL = ${JSON.stringify(parentURL)};
export const resolve = async (specifier, context, next) => {
  try {
    return await next(specifier, context);
  } catch (error) {
    if (!/^bayou(\\/|$)/.test(specifier)) throw error;
    return next(specifier, { ...context, parentURL });
  }
};`;

let isKnown = false;

/** Registers the loader, if this module names the package. Where Node cannot resolve the import even so, its error says what is missing. */
export const knowOwnPackage = (source: string): void => {
  if (isKnown || !NAMED.test(source)) return;
  isKnown = true;
  register(`data:text/javascript,${encodeURIComponent(hooks(import.meta.url))}`);
};
