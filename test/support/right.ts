/** Unwraps results that a test takes for granted. */
import * as E from 'fp-ts/lib/Either.js';

const textOf = (left: unknown): string => {
  if (typeof left === 'string') return left;
  const { message } = left as { readonly message?: unknown };
  return typeof message === 'string' ? message : JSON.stringify(left);
};

/** The value of a result. @throws an error with the words of a result that failed */
export const right = <A>(result: E.Either<unknown, A>): A => {
  if (E.isLeft(result)) throw new Error(textOf(result.left));
  return result.right;
};
