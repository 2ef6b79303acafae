/** A model by name: threads share no functions, so each builds the model for itself. */
import { thrown } from '../../contract/model-faults.js';
import { CheckerError } from '../../error.js';
import type { ComponentModel } from '../../model.js';

/** Where a thread finds the model: a module, the name of a function that it exports (perhaps `async`), and its arguments (plain data). */
export interface ModelSource {
  readonly module: string;
  readonly name: string;
  readonly args: ReadonlyArray<unknown>;
}

/** The model that a source names. @throws CheckerError (`option`) where the module cannot be loaded or exports no such function. */
export const buildModel = async ({ module, name, args }: ModelSource): Promise<ComponentModel> => {
  const exported = (await import(module).catch((error: unknown) => {
    throw new CheckerError('option', `source: ${module} cannot be loaded: ${thrown(error)}`);
  })) as Readonly<Record<string, unknown>>;
  const make = exported[name];
  if (typeof make !== 'function') throw new CheckerError('option', `source: ${module} exports no function ${name}`);
  return (make as (...values: ReadonlyArray<unknown>) => ComponentModel | Promise<ComponentModel>)(...args);
};
