/** `bayou server`: one durable server, for clusters that no master runs. */
import { Option } from 'commander';
import * as E from 'fp-ts/lib/Either.js';
import { startServer } from '../library.js';
import type { ServerAddress } from '../library-types.js';
import { ANTI_ENTROPY_MS } from '../net/net-limits.js';
import { LOG_LEVELS } from '../net/logger.js';
import { host, newCommand, path, wholeNumber } from '../command-line/command-line.js';
import { PLAIN_EXIT, UsageError } from '../command-line/exit.js';
import { mustDiffer } from '../command-line/same-path.js';
import { say } from '../command-line/say.js';
import { withConfigFile } from './config-file.js';
import { endInTime } from './end-in-time.js';
import { addServer, namedTlsFiles, secretIn, type TlsFiles, tlsIn, withTlsOptions } from './parse.js';

interface Options extends TlsFiles {
  readonly id: number;
  readonly host: string;
  readonly port: number;
  readonly dataDir: string;
  readonly fsync: boolean;
  readonly newIncarnation: boolean;
  readonly secretFile: string;
  readonly peer: ReadonlyArray<ServerAddress>;
  readonly antiEntropyMs: number;
  readonly metricsHost?: string;
  readonly metricsPort?: number;
  readonly logLevel: string;
  readonly config?: string;
}

const stopped = (): Promise<void> =>
  new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });

/** An IPv6 address stands in brackets before a port. */
const shown = (host: string): string => (host.includes(':') ? `[${host}]` : host);

/** Why two options contradict each other, in one line; undefined: none do. */
const wrongTogether = ({ id, peer, metricsHost, metricsPort }: Options): string | undefined => {
  if (peer.some((one) => one.id === id)) return `--peer: server ${id} is this server itself; name the others alone`;
  return metricsHost !== undefined && metricsPort === undefined
    ? '--metrics-host: without --metrics-port nothing is served there; give that too (0: any free port)'
    : undefined;
};

const run = async (o: Options): Promise<number> => {
  const wrong = wrongTogether(o);
  if (wrong !== undefined) throw new UsageError(wrong);
  mustDiffer(
    [
      { name: '--data-dir', path: o.dataDir },
      { name: '--secret-file', path: o.secretFile },
    ],
    [{ name: '--config', path: o.config }, ...namedTlsFiles(o)],
  );
  const tls = tlsIn(o);
  const secret = secretIn(o.secretFile, true);
  const { peer, secretFile: _file, tlsCert: _cert, tlsKey: _key, tlsCa: _ca, config: _config, ...options } = o;
  const started = await startServer({ ...options, peers: peer, secret, ...(tls !== undefined && { tls }) });
  if (E.isLeft(started)) {
    say(`bayou server: ${started.left}`);
    return PLAIN_EXIT.failed;
  }
  const { id, host, port, replica, close } = started.right;
  const { metricsPort } = started.right;
  // Whoever reads that it listens may send the signal at once.
  const signal = stopped();
  if (metricsPort !== null)
    process.stdout.write(`metrics and health on http://${shown(o.metricsHost ?? '127.0.0.1')}:${metricsPort}\n`);
  process.stdout.write(`server ${id} (replica ${replica}) listens on ${shown(host)}:${port}\n`);
  await signal;
  const closed = endInTime();
  const ended = await close();
  if (E.isLeft(ended)) say(`bayou server: ${ended.left}`);
  const status = E.isLeft(ended) ? PLAIN_EXIT.failed : PLAIN_EXIT.ok;
  closed(status);
  return status;
};

/** Exit status 0: stopped by SIGINT or SIGTERM; 1: it could not start, or its log could not be closed; 2: bad usage (commander's errors are thrown). */
export const main = async (args: ReadonlyArray<string>): Promise<number> => {
  // Only the user may use the files that the server writes, also the database's, whatever the permissions of the folder are.
  process.umask(0o077);
  let status: number = PLAIN_EXIT.ok;
  const command = newCommand('bayou server')
    .description('run one durable server until SIGINT or SIGTERM')
    .requiredOption('--id <id>', 'its id, unique in the cluster', wholeNumber(0, Number.MAX_SAFE_INTEGER))
    .requiredOption('--data-dir <dir>', 'where it keeps its log', path)
    .requiredOption('--secret-file <file>', "the cluster's secret, the same for all its members; made where there is none", path)
    .option('--port <port>', 'where it listens; 0: any free port', wholeNumber(0, 65_535), 0)
    .option('--host <address>', 'the address to listen on', host, '127.0.0.1')
    .option('--peer <id@host:port>', 'a server to pull from; once for each', addServer, [])
    .option('--anti-entropy-ms <ms>', 'period of background pulls; 0: none', wholeNumber(0, 3_600_000), ANTI_ENTROPY_MS)
    .option('--new-incarnation', 'go on as a new replica: once, after the whole machine was put back to an earlier state', false)
    .option('--fsync', 'acknowledge only what survives the death of the machine', false)
    .option('--metrics-port <port>', 'serve /metrics and /health over HTTP there; 0: any free port', wholeNumber(0, 65_535))
    .option('--metrics-host <address>', 'where to serve them (default: 127.0.0.1)', host)
    .addOption(new Option('--log-level <level>', 'what it logs, to standard error').choices(LOG_LEVELS).default('info'))
    .option(
      '--config <file>',
      'a JSON file with these options as fields, such as {"id": 0, "dataDir": "data"}, without newIncarnation, which is for one start; flags win over it',
      path,
    )
    .allowExcessArguments(false)
    .action(async (o: Options) => {
      status = await run(o);
    });
  withTlsOptions(command, 'the certificate that it shows to whoever connects and to its peers');
  // A file would have the option at every start, and each start would be a new replica.
  const lasting = command.options.filter((option) => option.long !== '--new-incarnation');
  await command.parseAsync(withConfigFile(args, lasting), { from: 'user' });
  return status;
};
