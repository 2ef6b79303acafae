/** The step of a query, made of its parts: the one place that knows their order. `model.ts` builds on it, so nothing is imported here. */

/** What is run of a query; what it is, `Query` in `model.ts` says. */
interface Parts<A, B, Q, R, L> {
  readonly request: (requester: A) => Q | undefined;
  readonly reply: (replier: B, request: Q) => R | undefined;
  readonly receive: (requester: A, reply: R) => ReadonlyArray<L>;
}

/** The ways in which a query changes its requester; the other slots stay as they are. */
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
