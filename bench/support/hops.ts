/**
 * The baseline of the course's load: the same number of bare round trips over two hops, one after the other, with frames as long as
 * the cluster's. `relay` and `echo` are processes of their own, as a client and a server are.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { connect, createServer, type Socket } from 'node:net';
import { fileURLToPath } from 'node:url';

const FRAME = 4;
const PAYLOAD = 110;

/** Calls back for each complete frame. */
const frames = (socket: Socket, deliver: (frame: Buffer) => void): void => {
  let rest: Buffer = Buffer.alloc(0);
  socket.setNoDelay(true).on('error', () => undefined);
  socket.on('data', (chunk: Buffer) => {
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    let at = 0;
    while (bytes.length - at >= FRAME && bytes.length - at - FRAME >= bytes.readUInt32BE(at)) {
      const end = at + FRAME + bytes.readUInt32BE(at);
      deliver(bytes.subarray(at, end));
      at = end;
    }
    rest = bytes.subarray(at);
  });
};

const listen = (take: (socket: Socket) => void): void => {
  const server = createServer(take).listen(0, '127.0.0.1', () => {
    const address = server.address();
    process.send?.(typeof address === 'object' ? address?.port : undefined);
  });
};

const echo = (): void => listen((socket) => frames(socket, (frame) => socket.write(frame)));

const relay = (port: number): void => {
  const up = connect(port, '127.0.0.1');
  listen((down) => {
    frames(down, (frame) => up.write(frame));
    frames(up, (frame) => down.write(frame));
  });
};

const start = (role: string, port: number): Promise<readonly [ChildProcess, number]> =>
  new Promise((resolve) => {
    const child = fork(fileURLToPath(import.meta.url), [role, `${port}`]);
    child.once('message', (listening: number) => resolve([child, listening]));
  });

/** A relay with its echo, and the socket to it. */
const pair = async (): Promise<{ readonly socket: Socket; readonly stop: () => void }> => {
  const [echoing, echoPort] = await start('echo', 0);
  const [relaying, relayPort] = await start('relay', echoPort);
  const socket = connect(relayPort, '127.0.0.1');
  const stop = (): void => {
    socket.destroy();
    echoing.kill();
    relaying.kill();
  };
  return { socket, stop };
};

/** Round trips per second over so many pairs of processes in rotation, each waiting for the one before; a tenth as many come before, to warm up. */
export const bareRoundTrips = async (count: number, pairs = 1): Promise<number> => {
  const all = await Promise.all(Array.from({ length: pairs }, pair));
  const frame = Buffer.alloc(FRAME + PAYLOAD);
  frame.writeUInt32BE(PAYLOAD);
  const warmUp = Math.floor(count / 10);
  let done = -warmUp;
  let began = 0;
  const ms = await new Promise<number>((resolve) => {
    const ask = (): void => void all[(done + warmUp) % pairs]?.socket.write(frame);
    const answered = (): void => {
      if (++done === 0) began = performance.now();
      if (done === count) resolve(performance.now() - began);
      else ask();
    };
    for (const { socket } of all) frames(socket, answered);
    if (warmUp === 0) began = performance.now();
    ask();
  });
  for (const { stop } of all) stop();
  return (count / ms) * 1000;
};

const [, , role, port] = process.argv;
if (process.send !== undefined && role === 'echo') echo();
if (process.send !== undefined && role === 'relay') relay(Number(port));
