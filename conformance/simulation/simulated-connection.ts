/* eslint-disable max-lines -- one connection, end to end: what is sent, lost, delayed and closed has to agree. */
/**
 * TCP between two ends, as their systems keep it: what a process has written and the other has not read, on its way in segments.
 *
 * Bytes are never lost, repeated or reordered: TCP's numbers see to it, so the network cannot bring old bytes into a connection. What is lost is sent
 * again, and all that follows waits. So the faults of a connection are: it takes long, it is read in other pieces than it was written in, it stops, and it
 * breaks at any byte, for both ends or, half open, for one alone.
 */
import { crc32 } from 'node:zlib';
import type { Life } from './life.js';
import type { Host, Ways } from './open-ways.js';
import type { Random } from './seeded-streams.js';
import type { Scheduler } from './scheduler.js';
import { NO_NETWORK_FAULTS, type NetworkFaults } from './network-faults.js';

/** What all connections of a world have in common. */
export interface Wires {
  readonly scheduler: Scheduler;
  readonly ways: Ways;
  readonly networkFaults: () => NetworkFaults;
  /** Counts each fault that was done. */
  readonly count: (what: 'lost' | 'broken' | 'halfOpen' | 'split') => void;
}

/** What an end tells the stream that a process has of it. */
export interface EndListener {
  /** There is something to read: bytes, the end, or that it broke. */
  readonly onReadable: () => void;
  /** There is room for what is to be written. */
  readonly onRoom: () => void;
}

interface Segment {
  readonly bytes: Buffer;
  readonly isFin: boolean;
  /** The connection breaks when it has arrived, and so many of its bytes never do; undefined: it does not break. */
  readonly missing: number | undefined;
  isDue: boolean;
}

const MAX_SEGMENT = 65_536;
/** When what was lost is sent again the first time; each time after that it takes twice as long. */
const RTO_US = 200_000;
const MAX_RTO_US = 120_000_000;
/** After so many times the system gives a connection up (Linux: tcp_retries2). */
const MAX_TRIES = 15;
/** When an idle connection whose other end is silent is given up: ten seconds, and ten probes of a second. */
export const KEEP_ALIVE_US = 20_000_000;

/** One end. */
export class End {
  readonly host: Host;
  /** The process that has it. */
  readonly life: Life;
  readonly wires: Wires;
  readonly random: Random;
  peer!: End;
  listener: EndListener | undefined;
  /** The other end has written all that it will. */
  isAtEnd = false;
  /** Why it is broken: the system's code. */
  broken: 'ECONNRESET' | 'ETIMEDOUT' | undefined;
  /** The process has closed it. */
  isClosed = false;
  /** The system knows nothing of it any more. */
  isGone = false;
  /** The process waits for room to write. */
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

  /** `onClosed`: its process has nothing more to do with it. */
  constructor(wires: Wires, host: Host, life: Life, random: Random, onClosed: () => void) {
    this.#onClosed = onClosed;
    this.wires = wires;
    this.host = host;
    this.life = life;
    this.random = random;
  }

  // --- the process's side --------------------------------------------------------------------------------------------------

  /** Takes a beginning of the bytes, as much as there is room for; gives how many. */
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

  /** Nothing more is written. */
  shutdown(): void {
    this.#finWanted = true;
    this.#send();
  }

  get readable(): number {
    return this.#receivedBytes;
  }

  /** Takes at most so many of the bytes that have come. */
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

  /** The process lets go of it. What it has written still arrives, unless there is something that it has not read: then the other end is told that it broke. */
  close(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.listener = undefined;
    this.#onClosed();
    if (this.isGone || this.broken !== undefined) return;
    if (this.#receivedBytes > 0) this.#reset();
    else this.shutdown();
  }

  /** The system gives it up before a process had it. */
  abort(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.isGone = true;
    this.#onClosed();
    this.#reset();
  }

  /** Its machine has no power any more: nobody is told. */
  vanish(): void {
    this.isClosed = true;
    this.isGone = true;
    this.listener = undefined;
    this.#flight = [];
    this.#unsent = [];
    this.#unsentBytes = 0;
    this.peer.#probeLater();
  }

  /** Breaks, here and now. */
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
    const since = ways.cutSince(this.host, this.peer.host) ?? ways.cutSince(this.peer.host, this.host) ?? -Infinity;
    if (scheduler.nowUs - since >= KEEP_ALIVE_US) this.break('ETIMEDOUT');
    else this.#probeLater();
  }

  /** Whatever is on its way arrives now, if the way is open. */
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

  /** How long the way takes this time. */
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

  /** What goes out next: at most so many bytes of what is unsent. */
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

  /** What has come lands, in order. */
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

  /** Something on the way breaks the connection; both ends hear of it, or one. `lost`: how many bytes of what was sent did not arrive. */
  #breakDown(lost: number): void {
    const { count } = this.wires;
    if (this.random.chance(this.#networkFaults().halfOpen)) {
      count('halfOpen');
      const one = this.random.chance(0.5) ? this : this.peer;
      one.break('ECONNRESET');
      if (one === this || lost === 0) one.peer.#probeLater();
      // Sent again, they are answered by an end that knows nothing of them.
      else this.wires.scheduler.after(RTO_US, undefined, `${this.#name()} again`, () => one.#reset());
      return;
    }
    count('broken');
    this.break('ECONNRESET');
    this.peer.break('ECONNRESET');
  }

  /** Tells the other end that this one is no more. What it sends now is lost, and where it does not arrive nobody says it again. */
  #reset(): void {
    const { scheduler, ways } = this.wires;
    scheduler.after(this.#latency(), undefined, `${this.#name()} rst`, () => {
      if (ways.isOpen(this.host, this.peer.host)) this.peer.break('ECONNRESET');
      else this.peer.#probeLater();
    });
  }

  /** Tells the other end that there is room again. */
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
