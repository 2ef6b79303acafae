/** Makes the step of a query from its parts: the one place that knows their order. `model.ts` builds on it, so it imports nothing. */

/** The parts of a query that run; see `Query` in `model.ts`. */
interface Parts<A, B, Q, R, L> {
  readonly request: (requester: A) => Q | undefined;
  readonly reply: (replier: B, request: Q) => R | undefined;
  readonly receive: (requester: A, reply: R) => ReadonlyArray<L>;
}

/** Gives the ways in which a query changes its requester. The other slots stay as they are. */
export const stepOfQuery = <A, B, Q, R, L extends { readonly next: unknown }>(
  query: Parts<A, B, Q, R, L>,
  requester: A,
  replier: B,
  others: ReadonlyArray<unknown>,
): ReadonlyArray<Omit<L, 'next'> & { readonly next: ReadonlyArray<unknown> }> => {
  const request = query.request(requester);
  const reply = request === undefined ? undefined : query.reply(replier, request);
  const learned = reply === undefined ? [] : query.receive(requester, reply);
  return learned.map((way) => ({ ...way, next: [way.next, replier, ...others] }));
};
