/**
 * A process's stream of a simulated connection. It has the part of Node's `net.Socket` that the store uses, with the same events in the same order. A test uses
 * real sockets in the same way, and compares the events (test/conformance/simulation-stream.test.ts).
 */
import { EventEmitter } from 'node:events';
import type { ByteStream } from '#bayou/ports/ports.js';
import type { ConnectionEnd } from './simulated-connection.js';
import type { Life } from './life.js';
import type { Scheduler } from './scheduler.js';
import { endOfTurn } from './process-world.js';

/** Above this number of bytes that the system has not taken, `write` returns false (Node 20). */
const HIGH_WATER_BYTES = 16_384;
const MAX_READ = 65_536;

/** An error of the system, as Node words it. */
export const systemError = (syscall: string, code: string, where = ''): NodeJS.ErrnoException =>
  Object.assign(new Error(`${syscall} ${code}${where === '' ? '' : ` ${where}`}`), { code, syscall });

/** The stream. */
export class SimulatedStream extends EventEmitter implements ByteStream {
  writableCorked = 0;
  writableLength = 0;
  closed = false;
  destroyed = false;
  remoteAddress: string | undefined;
  remotePort: number | undefined;
  readonly #scheduler: Scheduler;
  readonly #life: Life;
  #end: ConnectionEnd | undefined;
  #flowing: boolean | undefined;
  #pending: Buffer[] = [];
  #needsDrain = false;
  #isEnded = false;
  #isFinished = false;
  #hasRead = false;
  #isReading = false;

  /** A stream that is connecting has no end yet. */
  constructor(scheduler: Scheduler, life: Life) {
    super();
    this.#scheduler = scheduler;
    this.#life = life;
  }

  // --- what the network tells ----------------------------------------------------------------------------------------------

  /** Attaches the end of a connection. `isDialed`: the stream then emits `connect`. */
  attach(end: ConnectionEnd, remote: { readonly host: string; readonly port: number }, isDialed: boolean): void {
    if (this.destroyed) {
      end.close();
      return;
    }
    this.#end = end;
    this.remoteAddress = remote.host;
    this.remotePort = remote.port;
    end.listener = { onReadable: () => this.#readSoon(false), onRoom: () => this.#later('room', () => this.#flush()) };
    if (isDialed) this.emit('connect');
    this.#flush();
    this.#readSoon(true);
  }

  /** Ends the stream by an error: it could not connect, or its connection broke. */
  fail(error: Error): void {
    this.#destroy(error);
  }

  // --- reading -------------------------------------------------------------------------------------------------------------

  override on(event: string, tell: (...args: never[]) => void): this {
    super.on(event, tell as (...args: unknown[]) => void);
    if (event === 'data' && this.#flowing !== false) this.resume();
    return this;
  }

  pause(): this {
    this.#flowing = false;
    return this;
  }

  resume(): this {
    this.#flowing = true;
    this.#readSoon(true);
    return this;
  }

  isPaused(): boolean {
    return this.#flowing === false;
  }

  /** Reads the received bytes, in an event at the same instant. `isLater`: an instant later, where no event of the network caused the read. */
  #readSoon(isLater: boolean): void {
    const end = this.#end;
    if (end === undefined || this.destroyed || this.#isReading) return;
    // A paused stream is told of a break, as a socket is. It is told of the end only where no bytes are left to read.
    const isAtEnd = end.isAtEnd && end.readable === 0 && !this.#hasRead;
    if (!isAtEnd && end.broken === undefined && (this.#flowing !== true || end.readable === 0)) return;
    this.#isReading = true;
    const read = (): void => {
      this.#isReading = false;
      this.#read();
    };
    this.#scheduler.after(isLater ? 1 : 0, this.#life, 'read', read);
  }

  #read(): void {
    const end = this.#end;
    if (end === undefined || this.destroyed) return;
    const chunk = this.#flowing === true ? end.read(MAX_READ) : undefined;
    if (chunk !== undefined) {
      this.emit('data', chunk);
      this.#readSoon(false);
    } else if (end.broken !== undefined) {
      this.#destroy(systemError('read', end.broken));
    } else if (end.isAtEnd && end.readable === 0 && !this.#hasRead) {
      this.#hasRead = true;
      this.emit('end');
      endOfTurn(this.#scheduler, this.#life, () => {
        this.end();
        this.#closeWhenDone();
      });
    }
  }

  // --- writing -------------------------------------------------------------------------------------------------------------

  write(bytes: Uint8Array): boolean {
    if (this.destroyed || this.#life.isDead) return false;
    if (this.#isEnded) {
      const error = this.#hasRead
        ? Object.assign(new Error('This socket has been ended by the other party'), { code: 'EPIPE' })
        : Object.assign(new Error('write after end'), { code: 'ERR_STREAM_WRITE_AFTER_END' });
      this.#destroy(error);
      return false;
    }
    this.#pending.push(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
    this.writableLength += bytes.byteLength;
    if (this.writableCorked === 0) this.#flush();
    const hasRoom = this.writableLength < HIGH_WATER_BYTES;
    if (!hasRoom) this.#needsDrain = true;
    return hasRoom && !this.destroyed;
  }

  cork(): void {
    this.writableCorked++;
  }

  uncork(): void {
    if (this.writableCorked > 0 && --this.writableCorked === 0) this.#flush();
  }

  end(): this {
    if (this.#isEnded || this.destroyed) return this;
    this.#isEnded = true;
    this.writableCorked = 0;
    this.#flush();
    return this;
  }

  #flush(): void {
    const end = this.#end;
    if (end === undefined || this.destroyed || this.writableCorked > 0) return;
    if (this.#pending.length > 0 && end.broken !== undefined) {
      this.#destroy(systemError('write', 'EPIPE'));
      return;
    }
    while (this.#pending.length > 0) {
      const next = this.#pending[0]!;
      const taken = end.write(next);
      if (taken < next.length) {
        this.#pending[0] = next.subarray(taken);
        end.wantsRoom = true;
        return;
      }
      this.#pending.shift();
    }
    end.wantsRoom = false;
    this.writableLength = 0;
    if (this.#needsDrain) this.#drain();
    if (this.#isEnded && !this.#isFinished) this.#finish(end);
  }

  #drain(): void {
    this.#needsDrain = false;
    endOfTurn(this.#scheduler, this.#life, () => {
      if (!this.#isEnded && !this.destroyed && this.writableLength === 0) this.emit('drain');
    });
  }

  #finish(end: ConnectionEnd): void {
    this.#isFinished = true;
    end.shutdown();
    endOfTurn(this.#scheduler, this.#life, () => {
      if (this.destroyed) return;
      this.emit('finish');
      this.#closeWhenDone();
    });
  }

  // --- ending --------------------------------------------------------------------------------------------------------------

  destroy(): this {
    this.#destroy(undefined);
    return this;
  }

  /** Destroys the stream once everything is written. */
  destroySoon(): void {
    this.end();
    if (this.#isFinished) this.destroy();
    else this.once('finish', () => this.destroy());
  }

  unref(): this {
    return this;
  }

  /** Does nothing: simulated segments never wait for more bytes. */
  setNoDelay(): this {
    return this;
  }

  /** Does nothing: every simulated connection has keep-alive. */
  setKeepAlive(): this {
    return this;
  }

  #closeWhenDone(): void {
    if (this.#hasRead && this.#isFinished) this.destroy();
  }

  #destroy(error: Error | undefined): void {
    if (this.destroyed || this.#life.isDead) return;
    this.destroyed = true;
    this.closed = true;
    this.#pending = [];
    this.#end?.close();
    if (error !== undefined) endOfTurn(this.#scheduler, this.#life, () => void this.emit('error', error));
    this.#later('close', () => void this.emit('close', error !== undefined));
  }

  #later(what: string, act: () => void): void {
    this.#scheduler.after(1, this.#life, what, act);
  }
}
