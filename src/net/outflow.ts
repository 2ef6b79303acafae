/**
 * Sends the answers of one connection. Many may be ready at once, when the log has written the changes that they waited for. A share of them leaves in each
 * turn of the process, no faster than the other end reads. The other answers are encoded only in their turn. Until then they take little memory, since they
 * refer to values of the store.
 */
import type { ByteStream, Clock, Timers } from '../ports/ports.js';
import type { TurnShare } from './intake.js';
import { MAX_SLOW_READER_BYTES, TURN_MS } from './net-limits.js';
import { turnsOf } from './turns.js';

/** Above this number of unsent bytes every version of Node emits `drain` when the bytes have left. */
const TOLD_BYTES = 65_536;

/** Does the other end read its answers too slowly? The stream's `drain` event tells when the other end has caught up. */
export const isSlow = ({ writableLength }: ByteStream, share: TurnShare): boolean =>
  writableLength > TOLD_BYTES && writableLength > MAX_SLOW_READER_BYTES * share();

/** Returns a function that sends an answer; the answer waits until all earlier ones were sent. */
export const outflow = (
  { clock, timers }: { readonly clock: Clock; readonly timers: Timers },
  socket: ByteStream,
  share: TurnShare,
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
