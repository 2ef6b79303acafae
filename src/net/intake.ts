/* eslint-disable max-lines-per-function -- it is one closure over what came and was not taken yet. */
/**
 * Frames of one connection, a share of them in each turn of the process: however much a member sends, and over however many connections, everybody
 * else has a turn in between. What is over waits where it is: in the one chunk that was read, in the socket's buffer, and with the other end.
 */
import * as E from 'fp-ts/lib/Either.js';
import type { ByteStream, Clock, Timers } from '../ports/ports.js';
import type { FrameReader } from './frame.js';
import { MAX_PER_TURN, TURN_MS } from './net-limits.js';
import { turnsOf } from './turns.js';

/** Which part of a member's turn a connection has, now: above 0, up to 1. */
export type Share = () => number;

/** Who takes the frames. */
export interface FrameTaker {
  /** `bytes`: how long its frame was. */
  readonly take: (value: unknown, bytes: number) => void;
  /** Is there no room for more? Then nothing is read until {@link Intake.goOn}. */
  readonly isBusy: () => boolean;
  /** A frame is wrong: nothing more is read. */
  readonly onFault: (what: string) => void;
}

/** The frames of a connection on their way in. */
export interface Intake {
  /** There may be room again. */
  readonly goOn: () => void;
  /** Takes whatever frames are complete, however many: nothing more comes. */
  readonly finish: () => void;
}

/** Reads the frames of a stream; `reader` holds what it has delivered already. */
export const intake = (
  { clock, timers }: { readonly clock: Clock; readonly timers: Timers },
  socket: ByteStream,
  reader: FrameReader,
  share: Share,
  { take, isBusy, onFault }: FrameTaker,
): Intake => {
  const { nowMs } = clock;
  const turnNow = turnsOf(timers);
  let mine = -1;
  let [frames, ms] = [0, 0];
  let isScheduled = false;
  let isPaused = false;
  let isOver = false;

  /** Is there something left of its share in this turn? */
  const hasLeft = (): boolean => {
    const now = turnNow();
    if (now !== mine) [mine, frames, ms] = [now, 0, 0];
    return frames === 0 || (frames < MAX_PER_TURN * share() && ms < TURN_MS * share());
  };

  /** Takes one frame. False: there is none. */
  const takeOne = (): boolean => {
    const start = nowMs();
    const next = reader.next();
    if (E.isLeft(next)) {
      isOver = true;
      onFault(next.left);
    } else if (next.right !== undefined) {
      take(next.right.value, next.right.bytes);
      frames++;
      ms += nowMs() - start;
      return true;
    }
    return false;
  };

  const later = (): void => {
    if (isScheduled) return;
    isScheduled = true;
    timers.soon(() => {
      isScheduled = false;
      run();
    });
  };

  const run = (): void => {
    while (!isOver && !socket.destroyed && !isBusy() && hasLeft())
      if (!takeOne()) {
        isPaused = false;
        socket.resume();
        return;
      }
    if (isOver || socket.destroyed) return;
    isPaused = true;
    socket.pause();
    if (!isBusy()) later();
  };

  socket.on('data', (chunk: Buffer) => {
    reader.push(chunk);
    if (!isScheduled) run();
  });
  if (reader.pending() > 0) later();
  return {
    goOn: () => {
      if (isPaused) later();
    },
    finish: () => {
      while (!isOver && takeOne());
    },
  };
};
