/* eslint-disable max-lines -- the two ends of one connection have to agree on what is sent, lost, delayed and closed. */
/**
 * TCP between two ends, as their systems keep it: the bytes that one process has written and the other has not read, and the segments under way.
 *
 * Bytes are never lost, repeated or reordered: TCP's sequence numbers prevent that, so the network cannot bring old bytes into a connection. A lost segment
 * is sent again, and all later ones wait. So a connection has these faults: it is slow, it is read in other pieces than it was written in, it stops, and it
 * breaks at any byte, for both ends or, half open, for one alone.
 */
import { crc32 } from 'node:zlib';
import type { Life } from './life.js';
import type { Host, Ways } from './open-ways.js';
import type { RandomStream } from './seeded-streams.js';
import type { Scheduler } from './scheduler.js';
import { NO_NETWORK_FAULTS, type NetworkFaults } from './network-faults.js';

/** The parts that all connections of a world share. */
export interface Wires {
  readonly scheduler: Scheduler;
  readonly ways: Ways;
  readonly networkFaults: () => NetworkFaults;
  /** Counts a fault. */
  readonly count: (what: 'lost' | 'broken' | 'halfOpen' | 'split') => void;
}

/** The stream of an end's process, which is told of the end's events. */
export interface EndListener {
  /** There is something to read: bytes, the end of the bytes, or a break. */
  readonly onReadable: () => void;
  /** There is room to write. */
  readonly onRoom: () => void;
}

interface Segment {
  readonly bytes: Buffer;
  readonly isFin: boolean;
  /** The connection breaks when this segment has arrived, and `missing` of its bytes never arrive; undefined: it does not break. */
  readonly missing: number | undefined;
  isDue: boolean;
}

const MAX_SEGMENT = 65_536;
/** The time until a lost segment is sent again; it doubles with each further try. */
const RTO_US = 200_000;
const MAX_RTO_US = 120_000_000;
/** The number of tries after which the system gives a connection up (Linux: tcp_retries2). */
const MAX_TRIES = 15;
/** The time after which an idle connection with a silent other end is given up: ten seconds, and ten probes of a second. */
export const KEEP_ALIVE_US = 20_000_000;

/** One end of a connection. */
export class ConnectionEnd {
  readonly host: Host;
  /** The life of the end's process. */
  readonly life: Life;
  readonly wires: Wires;
  readonly random: RandomStream;
  peer!: ConnectionEnd;
  listener: EndListener | undefined;
  /** Has the other end finished writing? */
  isAtEnd = false;
  /** The system's code of the break; undefined: the connection is not broken. */
  broken: 'ECONNRESET' | 'ETIMEDOUT' | undefined;
  /** Has the process closed the end? */
  isClosed = false;
  /** Has the system forgotten the end? */
  isGone = false;
  /** Does the process wait for room to write? */
  wantsRoom = false;
  #received: Buffer[] = [];
  #receivedBytes = 0;
  #unsent: Buffer[] = [];
  #unsentBytes = 0;
  #flight: Segment[] = [];
  #flyingBytes = 0;
  #lastArrivalUs = 0;
  #finWanted = false;
  #finSent = false;
  #isStalled = false;
  #tries = 0;

  readonly #onClosed: () => void;

  /** Calls `onClosed` when the process has closed the end. */
  constructor(wires: Wires, host: Host, life: Life, random: RandomStream, onClosed: () => void) {
    this.#onClosed = onClosed;
    this.wires = wires;
    this.host = host;
    this.life = life;
    this.random = random;
  }

  // --- the process's side --------------------------------------------------------------------------------------------------

  /** Takes as many of the first bytes as there is room for; returns their number. */
  write(bytes: Buffer): number {
    const room = Math.max(0, this.#networkFaults().sendBytes - this.#unsentBytes - this.#flyingBytes);
    const taken = bytes.length <= room ? bytes : bytes.subarray(0, room);
    if (taken.length > 0) {
      this.#unsent.push(taken);
      this.#unsentBytes += taken.length;
      this.#send();
    }
    return taken.length;
  }

  /** Ends the writing side. */
  shutdown(): void {
    this.#finWanted = true;
    this.#send();
  }

  get readable(): number {
    return this.#receivedBytes;
  }

  /** Reads at most `most` of the received bytes; undefined where there are none. */
  read(most: number): Buffer | undefined {
    if (this.#receivedBytes === 0) return undefined;
    let chunk = this.#received.length === 1 ? this.#received[0]! : Buffer.concat(this.#received);
    this.#received = [];
    if (chunk.length > most) {
      this.#received.push(chunk.subarray(most));
      chunk = chunk.subarray(0, most);
    }
    this.#receivedBytes -= chunk.length;
    if (this.peer.#unsentBytes > 0) this.#tellWindow();
    return chunk;
  }

  /** Closes the end. Its written bytes still arrive. But where received bytes were not read, the other end is told that the connection broke. */
  close(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.listener = undefined;
    this.#onClosed();
    if (this.isGone || this.broken !== undefined) return;
    if (this.#receivedBytes > 0) this.#reset();
    else this.shutdown();
  }

  /** Gives up an end that no process had taken. */
  abort(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.isGone = true;
    this.#onClosed();
    this.#reset();
  }

  /** The end's machine has lost its power, so the other end is told nothing. */
  vanish(): void {
    this.isClosed = true;
    this.isGone = true;
    this.listener = undefined;
    this.#flight = [];
    this.#unsent = [];
    this.#unsentBytes = 0;
    this.peer.#probeLater();
  }

  /** Breaks this end at once. */
  break(code: 'ECONNRESET' | 'ETIMEDOUT'): void {
    if (this.broken !== undefined || this.isGone) return;
    this.broken = code;
    this.#unsent = [];
    this.#unsentBytes = 0;
    this.#flight = [];
    this.#flyingBytes = 0;
    if (this.isClosed) this.isGone = true;
    this.listener?.onReadable();
  }

  /**
   * TCP's keep-alive, after a long silence. A machine whose end is gone answers with a reset. A machine out of reach does not answer: the connection times out.
   * While data is on its way there is no probe: the data's own fate tells the same.
   */
  probe(): void {
    const { ways, scheduler } = this.wires;
    if (this.isGone || this.isClosed || this.broken !== undefined || this.#flight.length + this.#unsentBytes > 0) return;
    if (ways.isOpen(this.host, this.peer.host) && ways.isOpen(this.peer.host, this.host)) {
      if (this.peer.isGone || this.peer.broken !== undefined) this.break('ECONNRESET');
      return;
    }
    const since = ways.blockedSince(this.host, this.peer.host) ?? ways.blockedSince(this.peer.host, this.host) ?? -Infinity;
    if (scheduler.nowUs - since >= KEEP_ALIVE_US) this.break('ETIMEDOUT');
    else this.#probeLater();
  }

  /** Lets the segments under way arrive now, where the way is open. */
  arriveNow(): void {
    this.#isStalled = false;
    for (const segment of this.#flight) segment.isDue = true;
    this.#land();
  }

  #probeLater(): void {
    this.wires.scheduler.after(KEEP_ALIVE_US, undefined, `${this.#name()} probes`, () => this.probe());
  }

  // --- the system's side ---------------------------------------------------------------------------------------------------

  #name(): string {
    return `${this.host.name}>${this.peer.host.name}`;
  }

  /** The faults of this connection: none where one of its machines is sheltered. */
  #networkFaults(): NetworkFaults {
    return this.host.isSheltered || this.peer.host.isSheltered ? NO_NETWORK_FAULTS : this.wires.networkFaults();
  }

  /** The latency of the next segment. */
  #latency(): number {
    const { leastUs, moreUs, slow } = this.#networkFaults();
    const us = leastUs + this.random.part() * moreUs;
    return this.random.chance(slow) ? us * 10 : us;
  }

  #send(): void {
    while (this.#unsentBytes > 0 && this.broken === undefined) {
      const window = this.#networkFaults().receiveBytes - this.peer.#receivedBytes - this.#flyingBytes;
      if (window <= 0) return;
      this.#launch(this.#segment(Math.min(window, MAX_SEGMENT)), false);
    }
    if (this.#finWanted && !this.#finSent && this.broken === undefined) {
      this.#finSent = true;
      this.#launch(Buffer.alloc(0), true);
    }
  }

  /** The next segment's bytes: at most `most` of the unsent ones. */
  #segment(most: number): Buffer {
    const all = this.#unsent.length === 1 ? this.#unsent[0]! : Buffer.concat(this.#unsent);
    let size = Math.min(all.length, most);
    if (this.random.chance(this.#networkFaults().split) && size > 1) {
      this.wires.count('split');
      size = this.random.int(1, size - 1);
    }
    this.#unsent = size < all.length ? [all.subarray(size)] : [];
    this.#unsentBytes -= size;
    return all.subarray(0, size);
  }

  #launch(all: Buffer, isFin: boolean): void {
    const { scheduler } = this.wires;
    const { loss, broken } = this.#networkFaults();
    const breaks = !isFin && this.random.chance(broken);
    const bytes = breaks ? all.subarray(0, this.random.int(0, all.length)) : all;
    let us = this.#latency();
    for (let rto = RTO_US; this.random.chance(loss) && rto < MAX_RTO_US; rto *= 2) {
      this.wires.count('lost');
      us += rto;
    }
    const at = Math.max(this.#lastArrivalUs, scheduler.nowUs + us);
    this.#lastArrivalUs = at;
    const segment: Segment = { bytes, isFin, missing: breaks ? all.length - bytes.length : undefined, isDue: false };
    this.#flight.push(segment);
    this.#flyingBytes += bytes.length;
    scheduler.after(
      at - scheduler.nowUs,
      undefined,
      `${this.#name()} ${isFin ? 'fin' : `${bytes.length} ${crc32(bytes).toString(16)}`}`,
      () => {
        segment.isDue = true;
        this.#land();
      },
    );
  }

  /** Lets the due segments arrive, in order. */
  #land(): void {
    while (!this.#isStalled && this.#flight[0]?.isDue === true && this.broken === undefined) {
      if (!this.wires.ways.isOpen(this.host, this.peer.host)) {
        this.#stall();
        return;
      }
      this.#tries = 0;
      const segment = this.#flight.shift()!;
      this.#flyingBytes -= segment.bytes.length;
      this.#arrive(segment);
    }
  }

  #stall(): void {
    this.#isStalled = true;
    if (++this.#tries > MAX_TRIES) {
      this.break('ETIMEDOUT');
      return;
    }
    const rto = Math.min(MAX_RTO_US, RTO_US * 2 ** (this.#tries - 1));
    this.wires.scheduler.after(rto, undefined, `${this.#name()} again`, () => {
      this.#isStalled = false;
      this.#land();
    });
  }

  #arrive({ bytes, isFin, missing }: Segment): void {
    const { peer } = this;
    if (peer.isGone || peer.broken !== undefined || (peer.isClosed && bytes.length > 0)) {
      peer.isGone ||= peer.isClosed;
      peer.#reset();
      return;
    }
    if (bytes.length > 0) {
      peer.#received.push(bytes);
      peer.#receivedBytes += bytes.length;
    }
    if (isFin) peer.isAtEnd = true;
    if (missing !== undefined) this.#breakDown(missing);
    else if (this.random.chance(this.#networkFaults().merge)) {
      this.wires.scheduler.after(this.#latency(), undefined, `${this.#name()} merged`, () => peer.listener?.onReadable());
    } else peer.listener?.onReadable();
    if (this.wantsRoom || this.#unsentBytes > 0) this.peer.#tellWindow();
  }

  /** The network breaks the connection; both ends hear of it, or one. `lost`: the number of sent bytes that did not arrive. */
  #breakDown(lost: number): void {
    const { count } = this.wires;
    if (this.random.chance(this.#networkFaults().halfOpen)) {
      count('halfOpen');
      const one = this.random.chance(0.5) ? this : this.peer;
      one.break('ECONNRESET');
      if (one === this || lost === 0) one.peer.#probeLater();
      // The lost bytes are sent again, and the other end, which has forgotten the connection, answers with a reset.
      else this.wires.scheduler.after(RTO_US, undefined, `${this.#name()} again`, () => one.#reset());
      return;
    }
    count('broken');
    this.break('ECONNRESET');
    this.peer.break('ECONNRESET');
  }

  /** Sends the other end a reset. A reset that does not arrive is not sent again. */
  #reset(): void {
    const { scheduler, ways } = this.wires;
    scheduler.after(this.#latency(), undefined, `${this.#name()} rst`, () => {
      if (ways.isOpen(this.host, this.peer.host)) this.peer.break('ECONNRESET');
      else this.peer.#probeLater();
    });
  }

  /** Tells the other end that there is room to send. */
  #tellWindow(): void {
    const { scheduler, ways } = this.wires;
    const us = ways.isOpen(this.host, this.peer.host) ? this.#latency() : RTO_US;
    scheduler.after(us, undefined, `${this.#name()} ack`, () => {
      if (!ways.isOpen(this.host, this.peer.host)) {
        if (this.host.isUp && this.peer.broken === undefined && !this.isGone) this.#tellWindow();
        return;
      }
      const { peer } = this;
      peer.#send();
      if (peer.wantsRoom) peer.listener?.onRoom();
    });
  }
}
