/**
 * This package by its name, for a module of a model that lies where it is not installed: a file in a folder of its own, checked by a command
 * that comes from elsewhere (`npx bayou check FILE`). What the module's own folder has goes before.
 */
import { register } from 'node:module';

/** How a module names the package. */
const NAMED = /(['"`])bayou(?:\/[^'"`\n]*)?\1/;

/** What Node asks where the folder of a module does not have what it imports: the package knows its own name. */
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

/** Lets modules import this package wherever they lie, once one names it in its text. Where Node cannot, the import says what is missing. */
export const knowOwnPackage = (source: string): void => {
  if (isKnown || !NAMED.test(source)) return;
  isKnown = true;
  register(`data:text/javascript,${encodeURIComponent(hooks(import.meta.url))}`);
};
