/** What is asked of a thing many times is found once, and kept as long as the thing is. */
export const oncePer = <Of extends object, T>(find: (of: Of) => T): ((of: Of) => T) => {
  const found = new WeakMap<Of, { readonly answer: T }>();
  return (of) => {
    const known = found.get(of) ?? { answer: find(of) };
    found.set(of, known);
    return known.answer;
  };
};
