/** A server of the shipped command, in a folder that has its secret (`secret`) and its data (`served`). */
import { type ChildProcess, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A server that listens. `port`: where, as it printed it. */
export interface Served {
  readonly port: string;
  /** Kills it; resolves when it is gone. */
  readonly stop: () => Promise<void>;
}

/** Writes the secret, starts the server, and waits until it says where it listens. */
export const serveIn = async (home: string, cli: string): Promise<Served> => {
  writeFileSync(join(home, 'secret'), 'a secret that is long enough\n', { mode: 0o600 });
  const words = [cli, 'server', '--id', '0', '--data-dir', 'served', '--secret-file', 'secret'];
  const server: ChildProcess = spawn(process.execPath, words, { cwd: home });
  const port = await new Promise<string>((resolve) =>
    server.stdout!.once('data', (chunk: Buffer) => resolve(/:(\d+)\n/.exec(chunk.toString())?.[1] ?? '')),
  );
  const stop = async (): Promise<void> => {
    const gone = new Promise((resolve) => server.once('exit', resolve));
    server.kill('SIGKILL');
    await gone;
  };
  return { port, stop };
};
