/**
 * Node's clock, timers and chance: the defaults of everything that takes these ports. What is used several times for each frame is
 * looked up once: a global of Node's is a getter.
 */
import { randomBytes } from 'node:crypto';
import type { Chance, Clock, Surroundings, Timers } from './ports.js';

const { performance, process } = globalThis;

const clock: Clock = { wallMs: () => Date.now(), nowMs: () => performance.now() };

const timers: Timers = {
  after: (ms, act, keepAlive = true) => {
    const timer = setTimeout(act, ms);
    if (!keepAlive) timer.unref();
    return { cancel: () => clearTimeout(timer) };
  },
  every: (ms, act, keepAlive = true) => {
    const timer = setInterval(act, ms);
    if (!keepAlive) timer.unref();
    return { cancel: () => clearInterval(timer) };
  },
  soon: (act) => void setImmediate(act),
  endOfTurn: (act) => process.nextTick(act),
};

const chance: Chance = { bytes: randomBytes };

/** What Node has. */
export const NODE: Surroundings = { clock, timers, chance };
