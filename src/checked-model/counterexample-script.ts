/**
 * A counterexample of the Bayou model as a master script (contract, section 5), where the master's commands can say it.
 *
 * The script keeps every server apart and each client at one server, and makes a link only where the run needs it. A pull is said as
 * `createConnection`, `stabilize`, `breakConnection`; the master has no command for one direction, so writes go both ways.
 */
import { showLabel, type Counterexample, type TraceStep } from '../checker/report.js';
import type { Config } from '../model/checking/config.js';

/** The script, or the first step that the master has no command for. */
export type Script = { readonly kind: 'script'; readonly text: string } | { readonly kind: 'cannot'; readonly why: string };

/** Where the script has left the cluster: to which server each client is linked, and how many puts it has made. */
interface Cluster {
  readonly homes: ReadonlyMap<string, string>;
  readonly puts: ReadonlyMap<string, number>;
  /** The servers that are alive. */
  readonly servers: ReadonlyArray<string>;
}

type ScriptedStep = readonly [Cluster, ReadonlyArray<string>];

// --- names -----------------------------------------------------------------------------------------------------------------

/** `c11` and `s0` without the letter: the master's ids. */
const id = (name: string | number): string => String(name).slice(1);

const without = ({ servers }: Cluster, server: string): ReadonlyArray<string> => servers.filter((other) => other !== server);

// --- steps -----------------------------------------------------------------------------------------------------------------

/** Links the client to this server and to no other. */
const moveTo = (cluster: Cluster, client: string, server: string): ScriptedStep => {
  const home = cluster.homes.get(client);
  if (home === server) return [cluster, []];
  const moved = { ...cluster, homes: new Map(cluster.homes).set(client, server) };
  return home === undefined
    ? [moved, [`joinClient ${client} ${server}`]]
    : [moved, [`breakConnection ${client} ${home}`, `createConnection ${client} ${server}`]];
};

const put = (cluster: Cluster, client: string, server: string, key: string): ScriptedStep => {
  const [moved, lines] = moveTo(cluster, client, server);
  const count = (moved.puts.get(client) ?? 0) + 1;
  return [{ ...moved, puts: new Map(moved.puts).set(client, count) }, [...lines, `put ${client} ${key} ${client}#${count}`]];
};

const get = (cluster: Cluster, client: string, server: string, key: string): ScriptedStep => {
  const [moved, lines] = moveTo(cluster, client, server);
  return [moved, [...lines, `get ${client} ${key}`]];
};

const pull = (cluster: Cluster, puller: string, answerer: string): ScriptedStep => [
  cluster,
  [`createConnection ${puller} ${answerer}`, 'stabilize', `breakConnection ${puller} ${answerer}`],
];

const kill = (cluster: Cluster, server: string): ScriptedStep => [
  { ...cluster, servers: without(cluster, server) },
  [`killServer ${server}`],
];

/** A server that joins again is connected to all that are alive: cut it off again. */
const restart = (cluster: Cluster, server: string): ScriptedStep => [
  { ...cluster, servers: [...without(cluster, server), server].sort() },
  [`joinServer ${server}`, ...without(cluster, server).map((other) => `breakConnection ${server} ${other}`)],
];

const say = (cluster: Cluster, { label: { family, args } }: TraceStep): ScriptedStep | undefined => {
  const [first = '', second = '', key = ''] = args.map((arg, i) => (i < 2 ? id(arg) : String(arg)));
  switch (family) {
    case 'Put':
      return args.length === 3 ? put(cluster, first, second, key) : undefined;
    case 'Get':
      return args.length === 3 ? get(cluster, first, second, key) : undefined;
    case 'Pull':
      return pull(cluster, first, second);
    case 'Kill':
      return kill(cluster, first);
    case 'Restart':
      return restart(cluster, first);
    case 'ChangeLink':
      // Servers are apart but for the moment of a pull, so a link that is broken or made between pulls changes nothing.
      return [cluster, []];
    default:
      return undefined;
  }
};

// --- the script ------------------------------------------------------------------------------------------------------------

const opening = ({ servers }: Config): ReadonlyArray<string> => {
  const ids = Array.from({ length: servers }, (_, server) => server);
  return [
    ...ids.map((server) => `joinServer ${server}`),
    ...ids.flatMap((a) => ids.slice(a + 1).map((b) => `breakConnection ${a} ${b}`)),
  ];
};

const header = (config: Config, property: string): ReadonlyArray<string> => [
  `# ${property}`,
  `# A run of the model ${config.name}${config.variant === 'FIXED' ? '' : `, variant ${config.variant}`}. Run it with`,
  '#   bayou master --anti-entropy-ms 0 SCRIPT',
  '# so that nothing is pulled but where it says stabilize (which spreads writes both ways over the links there are).',
];

/** The script of a counterexample. */
export const toScript = (trace: Counterexample, config: Config, property: string): Script => {
  const servers = Array.from({ length: config.servers }, (_, server) => String(server));
  let cluster: Cluster = { homes: new Map(), puts: new Map(), servers };
  const lines: string[] = [];
  for (const step of trace.steps) {
    const said = say(cluster, step);
    if (said === undefined) return { kind: 'cannot', why: `the master has no command for "${showLabel(step.label)}"` };
    cluster = said[0];
    lines.push(`# ${showLabel(step.label)}${step.note === undefined ? '' : `: ${step.note}`}`, ...said[1]);
  }
  return { kind: 'script', text: [...header(config, property), ...opening(config), ...lines, ''].join('\n') };
};
