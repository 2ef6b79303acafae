// A state of a class with a private field. Three openings are one too many; the checker sees two states in all.
class Vault {
  #opened;
  constructor(opened) {
    this.#opened = opened;
  }
  get opened() {
    return this.#opened;
  }
  open() {
    return new Vault(this.#opened + 1);
  }
}
export default {
  name: 'vault',
  initial: [new Vault(0)],
  actions: (v) => (v.opened < 5 ? ['open'] : []),
  next: (v) => v.open(),
  label: (a) => ({ family: a, args: [] }),
  properties: [{ name: 'opened twice at most', kind: 'always', holds: (v) => v.opened <= 2 }],
};
