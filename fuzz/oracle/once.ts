/** Computes a value once for each object, and keeps it as long as the object lives. */
export const oncePer = <Of extends object, T>(find: (of: Of) => T): ((of: Of) => T) => {
  const found = new WeakMap<Of, { readonly answer: T }>();
  return (of) => {
    const known = found.get(of) ?? { answer: find(of) };
    found.set(of, known);
    return known.answer;
  };
};
