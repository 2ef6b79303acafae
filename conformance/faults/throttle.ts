/** A TCP relay with a limit of bytes a second in each direction. */
import { connect, createServer, type Socket } from 'node:net';

/** The time between two moments at which bytes pass, in ms. */
const TICK_MS = 10;

/** A relay that runs. */
export interface Throttle {
  readonly port: number;
  /** The number of bytes that have passed. */
  readonly passed: () => number;
  readonly close: () => void;
}

/** Relays from one socket to another at this rate. It reads no faster, so a fast writer has to wait. */
const relay = (from: Socket, to: Socket, bytesPerSecond: number, onPass: (bytes: number) => void): void => {
  const most = (bytesPerSecond * TICK_MS) / 1000;
  let queue: Buffer[] = [];
  let queued = 0;
  from.on('data', (chunk: Buffer) => {
    queue.push(chunk);
    queued += chunk.length;
    if (queued > 2 * most) from.pause();
  });
  const timer = setInterval(() => {
    if (queued === 0) return;
    const all = Buffer.concat(queue);
    to.write(all.subarray(0, most));
    onPass(Math.min(all.length, most));
    queue = all.length > most ? [all.subarray(most)] : [];
    queued = Math.max(0, all.length - most);
    if (queued <= 2 * most) from.resume();
  }, TICK_MS);
  from.on('error', () => undefined);
  from.on('close', () => {
    clearInterval(timer);
    to.destroy();
  });
};

/** Starts a relay to a port of this machine; resolves with the relay, which has a port of its own. */
export const throttle = (port: number, bytesPerSecond: number): Promise<Throttle> =>
  new Promise((resolve) => {
    let passed = 0;
    const count = (bytes: number): void => {
      passed += bytes;
    };
    const server = createServer((near) => {
      const far = connect(port, '127.0.0.1');
      relay(near, far, bytesPerSecond, count);
      relay(far, near, bytesPerSecond, count);
    });
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const own = typeof address === 'object' && address !== null ? address.port : 0;
      resolve({ port: own, passed: () => passed, close: () => server.close() });
    });
  });
