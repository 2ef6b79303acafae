/** What `bayou check` refuses, by the line of docs/errors.md: words of its command line, all of them said to it in one process (`check-words.mjs`). */
import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Words of a command line; the text is that of a file of this name, which is the last of them. */
interface Case {
  readonly words: ReadonlyArray<string>;
  readonly file?: readonly [name: string, text: string];
}

const refused = (...words: ReadonlyArray<string>): Case => ({ words });
const config = (fields: Readonly<Record<string, unknown>>): Case => ({
  words: [],
  file: ['config.json', JSON.stringify(fields)],
});
const path = (text: string): Case => ({ words: ['--replay'], file: ['path.json', text] });
const ownPath = (fields: Readonly<Record<string, unknown>>): Case =>
  path(JSON.stringify({ model: 'counter', module: 'test/cli/models/counter.mjs', steps: [], ...fields }));
const model = (text: string): Case => ({ words: [], file: ['model.mjs', text] });

const NAME = 'bayou-s-2112';
const OWN = 'example:peterson';
const messages = { grain: 'messages', inFlight: 1 };

/** Options that do not go together. */
const CLASHES: Readonly<Record<string, ReadonlyArray<string>>> = {
  '--set …: … gives the same field; leave one of them out': [NAME, '--servers', '2', '--set', 'servers=3'],
  '--list stands alone: it lists what comes with the package': ['--list', NAME],
  '--replay searches nothing: it goes with --json and with options that override a field, not with …': ['--replay', 'x', NAME],
  '--step is for one model at a time': ['--step', NAME, NAME],
  '--step searches nothing: not with …': ['--step', NAME, '--symmetry'],
  '--sample searches nothing: not with …': ['--sample', '1', NAME, '--symmetry'],
  '…: for --search simulate alone': [NAME, '--traces', '2'],
  '…: for --search simulate and --sample': [NAME, '--trace-length', '2'],
  '…: not for --search simulate, which walks at random': [NAME, '--search', 'simulate', '--symmetry'],
  '--search sweep goes by components: leave --plain out; a plain Model of your own that declares progress is swept as one without it':
    [NAME, '--search', 'sweep', '--plain'],
  '--format needs --out-dir, the folder to write to': [NAME, '--format', 'dot'],
  '--json and --ndjson exclude each other': [NAME, '--json', '--ndjson'],
  '--checkpoint and --resume are for one configuration at a time': [NAME, NAME, '--checkpoint', 'x'],
  '--checkpoint and --resume are for searches that end, not for --search simulate': [
    ...[NAME, '--search', 'simulate', '--checkpoint', 'x'],
  ],
  '--checkpoint-every needs --checkpoint, the file to write': [NAME, '--checkpoint-every', '1'],
  '--hash-compaction is for --search bfs and dfs by one thread': [NAME, '--hash-compaction', '--search', 'sweep'],
  '--workers is for --search bfs, without --plain': [NAME, '--workers', '2', '--plain'],
  '--traces-per-property is for searches that see every state, not for --search simulate': [
    ...[NAME, '--search', 'simulate', '--traces-per-property', '2'],
  ],
  '…: --symmetry: the model declares no symmetry': [OWN, '--symmetry'],
  '…: --quotient: the model has no normalize': [OWN, '--quotient'],
  "…: for configurations of Bayou's model, and this is a model of your own": [OWN, '--servers', '2'],
};

/** Files that are not what they should be. */
const FILES: Readonly<Record<string, Case>> = {
  '…: --workers: for a ComponentModel, and this is a Model: leave the option out, or write the model from components': refused(
    ...['test/cli/models/counter.mjs', '--workers', '2'],
  ),
  'initial: no initial state of the model is shown so, and the nearest differs in …; leave the field out to begin in any':
    ownPath({ initial: { at: 'nowhere' } }),
  'property: the model has no property "…"; it has …': ownPath({ property: 'none' }),
  'loop: expected the number of a state of the run, from 0 to …, but it is …': ownPath({ loop: 7 }),
  'steps[…]: expected a label, or a state to compare': ownPath({ steps: [{}] }),
  '…: loaded again and searched in another order it is another model: …. A function keeps something from call to call (a cache that takes two states for one, a counter …), or the module is not the same each time':
    refused('test/cli/models/coarse-cache.mjs'),
  '…: it is a path or a counterexample: use bayou check --replay, or bayou explore': config({ steps: [] }),
  '…: it is the plan of a run: use bayou conform': config({ script: [] }),
  '…: it is an ITF file, which other tools read; bayou explore and bayou check --replay read the counterexample that --format json writes':
    config({ vars: [], states: [] }),
  'a path is a JSON object': path('7'),
  '… is missing or wrong': path('{"steps":7}'),
  'properties: … is about …': config({ properties: ['WFR'] }),
  '… is about repeated puts, so lostAnswers must be at least 1': config({ properties: ['REPEAT'] }),
  '… is about puts that may be taken for others, so lostAnswers or newSessions must be at least 1': config({
    properties: ['LOST'],
  }),
  '… is about stabilize, so that must be true': config({ properties: ['STABLE'], stabilize: false }),
  '… is about sessions that ask for …': config({ properties: ['WFR'] }),
  '…: there is no such field; the fields are …': config({ serverz: 1 }),
  'sessions: it has … for …': config({
    clients: 2,
    sessions: [{ readYourWrites: true, monotonicReads: true, writesFollowReads: false, monotonicWrites: false, scope: 'key' }],
  }),
  'placement: it has … for …': config({ clients: 2, placement: [[0]] }),
  'placement: it names a server above …': config({ servers: 2, clients: 1, placement: [[7]] }),
  'links: each is a pair of different servers from 0 to …': config({ servers: 2, links: [[0, 5]] }),
  'linkChanges: with links "none" there are no links to change; say full, chain, ring or a list': config({
    ...{ links: 'none', linkChanges: 1 },
  }),
  'inFlight: at the grain "messages" it must be at least 1, or no pull ever starts': config({ grain: 'messages', inFlight: 0 }),
  'inFlight: SETTLE needs room for every pull at once, …, or the bound alone could starve one': config({
    ...messages,
    servers: 3,
    properties: ['SETTLE'],
  }),
  'inFlight: only the grain "messages" has messages in flight': config({ grain: 'pull', inFlight: 1 }),
  'partWrites: only the grain "messages" has answers in parts': config({ grain: 'pull', partWrites: 1 }),
  'partWrites: stabilize and V2 make whole pulls alone; leave it "unbounded" with them': config({
    ...messages,
    partWrites: 1,
    stabilize: true,
  }),
  'losses: only the grain "messages" has messages to lose': config({ grain: 'pull', losses: 1 }),
  'duplicates: only the grain "messages" has messages to repeat': config({ grain: 'pull', duplicates: 1 }),
  'lostAnswers: answers are lost only to clients that roam; leave placement "any", or lostAnswers 0': config({
    ...{ clients: 1, placement: [[0]], lostAnswers: 1 },
  }),
  'latePuts: it is …, and as many answers must be lost, but lostAnswers is …': config({ latePuts: 1 }),
  'blankRestarts: it is …, and as many servers must be killed, but kills is …': config({ blankRestarts: 1 }),
  'restores: it is …, and as many servers must be killed, but kills is …': config({ restores: 1 }),
  'newSessions: V9 needs at least 1, or no session ever goes on as another': config({ variant: 'V9' }),
  'restores: V10 needs at least 1, or no server is ever put back': config({ variant: 'V10' }),
  'lostAnswers: V11 needs at least 1, or no put is ever repeated': config({ variant: 'V11' }),
  'blankRestarts: V3 needs at least 1, or nothing is ever forgotten': config({ variant: 'V3' }),
  'stabilize: V4 is about stabilize, so it must be true': config({ variant: 'V4', stabilize: false }),
  'expect: … is not among the properties that are checked': config({ properties: ['MR'], expect: { violated: 'RYW' } }),
  'a configuration is a JSON object, but this is …': { words: [], file: ['config.json', '7'] },
  'it has no default export…: export default the model': model('export const model = 1;'),
  'its default export: …': model('export default 7;'),
  'its default export threw …': model('export default () => { throw new Error("no") };'),
  'it has no property "…"; it has …': refused(OWN, '--properties', 'none'),
  '--set …: expected …, but it is …': {
    words: ['--set', 'n=many'],
    file: ['model.mjs', 'export const parameters = { n: 3 }; export default () => 1;'],
  },
  '--set …: the model has no such parameter; …': refused('example:paxos', '--set', 'none=1'),
  '--set …: the model has no parameters: make its default export a function of them, and export parameters with their defaults':
    refused('test/cli/models/counter.mjs', '--set', 'n=1'),
  '--set …: … is no number that is kept exactly: whole numbers go to …, others have some 16 digits': {
    ...model('export const parameters = { n: 1 }; export default () => 1;'),
    words: ['--set', 'n=9007199254740993'],
  },
  'its export parameters: expected …, but it is …': model('export const parameters = 7; export default () => 1;'),
  'its export parameters: …: the default is not …': model(
    'export const parameters = { n: { default: 1, min: 2 } }; export default () => 1;',
  ),
  'its export parameters: …: … (a default that is an object is declared as { default })': model(
    'export const parameters = { n: { default: 1, most: 2 } }; export default () => 1;',
  ),
  'its export parameters: …: min and max go with a default that is a number, and without oneOf': model(
    'export const parameters = { n: { default: "a", min: 2 } }; export default () => 1;',
  ),
};

export const USAGE: Readonly<Record<string, Case>> = {
  ...Object.fromEntries(Object.entries(CLASHES).map(([line, words]) => [line, { words }])),
  ...FILES,
};

const HERE = dirname(fileURLToPath(import.meta.url));

/** What the command says to each of them, by the line; their files are made in this folder. */
export const saidToUsage = async (home: string): Promise<ReadonlyMap<string, string>> => {
  const all = Object.entries(USAGE).map(([line, { words, file }], i) => {
    if (file === undefined) return [line, words] as const;
    const [name, text] = file;
    const at = join(home, `usage-${i}`, name);
    mkdirSync(dirname(at), { recursive: true });
    writeFileSync(at, text);
    return [line, [...words, at]] as const;
  });
  const said = await new Promise<string>((resolve, reject) => {
    const child = execFile(process.execPath, [join(HERE, 'check-words.mjs')], { cwd: join(HERE, '../..') }, (error, stdout) =>
      error === null ? resolve(stdout) : reject(new Error('the words were not said to the end', { cause: error })),
    );
    child.stdin?.end(JSON.stringify(all.map(([, words]) => words)));
  });
  const texts = JSON.parse(said) as ReadonlyArray<string>;
  return new Map(all.map(([line], i) => [line, texts[i] ?? '']));
};
