/** A counter that does something to the program that checks it: what, says `how`. */
import { log } from 'node:console';
import { writeFileSync } from 'node:fs';
import { setTimeout } from 'node:timers';

const HOWS = {
  nothing: () => undefined,
  'kills itself': () => process.kill(process.pid, 'SIGKILL'),
  aborts: () => process.abort(),
  exits: () => process.exit(0),
  'exits behind the scenes': () => process.reallyExit(0),
  'sets the status': () => {
    process.exitCode = 0;
    process.on('exit', () => process.reallyExit(0));
  },
  prints: () => {
    log('{"verdict":"holds"}');
    process.stdout.write('and more\n');
  },
  'leaves the exit out': () => void (process.exit = () => undefined),
  'changes maps': () => {
    const { get } = Map.prototype;
    Map.prototype.get = function (key) {
      return get.call(this, key);
    };
  },
  'changes lists': () => {
    const { filter } = Array.prototype;
    Array.prototype.filter = function (...of) {
      return filter.apply(this, of);
    };
  },
  'breaks lists': () => void (Array.prototype.map = () => []),
  'adds to objects': () => void (Object.prototype.sample = 5),
  'catches what is set': () => Object.defineProperty(Object.prototype, 'verdict', { get: () => 'holds', configurable: true }),
  'adds to lists': () => void (Array.prototype[0] = 'first'),
  'changes JSON': () => void (JSON.stringify = () => '{}'),
  'changes iteration': () => {
    const iterators = Object.getPrototypeOf([][Symbol.iterator]());
    const { next } = iterators;
    iterators.next = function () {
      return next.call(this);
    };
  },
  'replaces Set': () => void (globalThis.Set = class extends Set {}),
  'fixes chance and time': () => {
    Math.random = () => 0.5;
    Date.now = () => 0;
  },
  'adds a method to lists': () =>
    Object.defineProperty(Array.prototype, 'lastButOne', { value: () => undefined, configurable: true }),
  'loops in a timer': () => void setTimeout(() => { for (;;); }, 1), // prettier-ignore
};

const { HOSTILE, HOSTILE_FILE } = process.env;
if (HOSTILE_FILE !== undefined) writeFileSync(HOSTILE_FILE, '');
if (HOSTILE !== undefined) HOWS[HOSTILE]();

export const parameters = {
  how: { default: 'nothing', oneOf: Object.keys(HOWS) },
  at: { default: 3, min: -1 },
  most: { default: 5, min: 1 },
  bad: { default: 100 },
};

export default ({ how, at, most, bad }) => {
  if (at === -1) HOWS[how]();
  return {
    name: 'hostile',
    initial: [{ n: 0 }],
    actions: ({ n }) => (n < most ? ['up'] : []),
    next: ({ n }) => {
      if (n === at) HOWS[how]();
      return { n: n + 1 };
    },
    label: (action) => ({ family: action, args: [] }),
    properties: [{ name: 'small', kind: 'always', holds: ({ n }) => n !== bad }],
  };
};
