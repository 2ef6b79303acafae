/**
 * Answers of one connection on their way out. Many may be ready at once, when the log has written what they waited for. A share of them leaves in each
 * turn of the process, no faster than the other end reads. The rest is not encoded before its turn, and so costs little: it refers to values of the store.
 */
import type { ByteStream, Clock, Timers } from '../ports/ports.js';
import type { Share } from './intake.js';
import { SLOW_READER_BYTES, TURN_MS } from './net-limits.js';
import { turnsOf } from './turns.js';

/** From so many unsent bytes on Node says when they have left, whatever its version. */
const TOLD_BYTES = 65_536;

/** Does the other end read its answers too slowly? Its `drain` says when it is over. */
export const isSlow = (socket: ByteStream, share: Share): boolean =>
  socket.writableLength > Math.max(TOLD_BYTES, SLOW_READER_BYTES * share());

/** Gives a function that sends something, or has it wait until everything before it was sent. */
export const outflow = (
  { clock, timers }: { readonly clock: Clock; readonly timers: Timers },
  socket: ByteStream,
  share: Share,
): ((send: () => void) => void) => {
  const { nowMs } = clock;
  const turnNow = turnsOf(timers);
  let waiting: (() => void)[] = [];
  let mine = -1;
  let [sent, ms] = [0, 0];
  let isScheduled = false;

  const hasLeft = (): boolean => {
    const now = turnNow();
    if (now !== mine) [mine, sent, ms] = [now, 0, 0];
    return (sent === 0 || ms < TURN_MS * share()) && !isSlow(socket, share);
  };

  const now = (send: () => void): void => {
    const start = nowMs();
    send();
    sent++;
    ms += nowMs() - start;
  };

  const later = (): void => {
    if (isScheduled || waiting.length === 0) return;
    isScheduled = true;
    const goOn = (): void => {
      isScheduled = false;
      run();
    };
    if (isSlow(socket, share)) socket.once('drain', goOn);
    else timers.soon(goOn);
  };

  const run = (): void => {
    if (socket.destroyed) {
      waiting = [];
      return;
    }
    let at = 0;
    while (at < waiting.length && hasLeft()) now(waiting[at++]!);
    waiting = waiting.slice(at);
    later();
  };

  return (send) => {
    if (waiting.length === 0 && hasLeft()) {
      now(send);
      return;
    }
    waiting.push(send);
    later();
  };
};
