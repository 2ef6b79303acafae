/** The state of the page: signals that its parts read, and the actions of the user. The address has the reader's place. */
import { computed, effect, signal } from '@preact/signals';
import { lengthOf, stepAt } from '../history.js';
import { unpack } from '../pack.js';
import type { Choices, WayTo } from '../asked.js';
import type { Exploration, RunShot } from '../shape.js';
import { clientOf } from './model-client.js';

// --- what is shown ---------------------------------------------------------------------------------------------------------

/** The bytes of a text in base 64. Newer browsers have a quick function for it. */
const bytesOf = (text: string): Uint8Array<ArrayBuffer> => {
  const quick = (Uint8Array as { readonly fromBase64?: (text: string) => Uint8Array<ArrayBuffer> }).fromBase64;
  if (quick !== undefined) return quick.call(Uint8Array, text);
  const characters = atob(text);
  const bytes = new Uint8Array(characters.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = characters.charCodeAt(i);
  return bytes;
};

const LINE_END = 10;

/** Reads the page's data. Small data are plain JSON. Large data are compressed lines, of which all but the first are left as bytes. */
const read = async (): Promise<Exploration> => {
  const element = document.getElementById('exploration');
  const text = element?.textContent ?? '';
  if (element?.getAttribute('type') === 'application/json') return JSON.parse(text) as Exploration;
  const plain = new Blob([bytesOf(text)]).stream().pipeThrough(new DecompressionStream('gzip'));
  const bytes = new Uint8Array(await new Response(plain).arrayBuffer());
  const ends: number[] = [];
  for (let end = bytes.indexOf(LINE_END); end >= 0; end = bytes.indexOf(LINE_END, end + 1)) ends.push(end);
  const decoder = new TextDecoder();
  const line = (index: number): string =>
    decoder.decode(bytes.subarray(index === 0 ? 0 : ends[index - 1]! + 1, ends[index] ?? bytes.length));
  return unpack(line(0), (index) => line(index + 1));
};

export const exploration = await read();

/** A property's short name, for places with little room. */
export const calledOf = (index: number): string => {
  const { title, id, name = '' } = exploration.properties[index] ?? {};
  return title ?? id ?? name;
};

/** The number of the shown run among the runs of the page. The user's own run, if there is one, is shown in its place. */
export const runNumber = signal(0);
/** The run that the user has stepped; undefined: none. */
export const ownRun = signal<RunShot | undefined>(undefined);
/** The number of steps of the run that were taken: the place where the reader stands. */
export const at = signal(0);
export const tab = signal<'run' | 'space'>('run');
export const isPlaying = signal(false);
export const isHelpOpen = signal(false);
export const search = signal('');
/** The card whose raw values are shown. */
export const rawCard = signal<string | undefined>(undefined);
/** The choices at the place where the reader stands, with the place's key. */
const place = signal<{ readonly key: string; readonly of: Choices } | undefined>(undefined);
/** One line that says what went wrong, if anything did. */
export const trouble = signal<string | undefined>(undefined);

/** The client that knows the model of the shown run; undefined: there is none. */
export const client = computed(() => clientOf(exploration.runs[runNumber.value]?.live ?? exploration.live));

const EMPTY: RunShot = { title: 'nothing yet', initial: {}, steps: [], truth: [] };

export const run = computed<RunShot>(() => ownRun.value ?? exploration.runs[runNumber.value] ?? exploration.runs[0] ?? EMPTY);
export const length = computed(() => lengthOf(run.value));

// --- the way to here -------------------------------------------------------------------------------------------------------

/** The number of the initial state in which the run begins. */
export const initialOf = computed(() => run.value.from ?? 0);

/** The numbers of the steps to a place in the run; undefined where the place cannot be reached by steps. */
export const wayTo = (to: number): WayTo | undefined => {
  if (client.value === undefined) return undefined;
  const { steps, blocks } = run.value;
  const ways = blocks === undefined ? steps.slice(0, to).map(({ way }) => way) : blocks.ways?.slice(0, to);
  return ways?.every((way) => way !== undefined) === true ? { initial: initialOf.value, ways } : undefined;
};

const wayText = ({ initial, ways }: WayTo): string => `${initial}:${ways.join('.')}`;

/** The key of a place. It has the run's number, because steps of different models have the same numbers. */
const keyOf = (to: WayTo): string => `${runNumber.value} ${wayText(to)}`;

// --- the address -----------------------------------------------------------------------------------------------------------

const addressOf = (): string => {
  const words = [
    ownRun.value === undefined ? `run=${runNumber.value}` : `way=${wayText({ initial: initialOf.value, ways: ownWays() })}`,
    `at=${at.value}`,
    ...(ownRun.value === undefined || runNumber.value === 0 ? [] : [`of=${runNumber.value}`]),
    ...(tab.value === 'run' ? [] : [`tab=${tab.value}`]),
  ];
  return `#${words.join('&')}`;
};

const ownWays = (): ReadonlyArray<number> => run.value.steps.map(({ way }) => way ?? 0);

const numberIn = (text: string | undefined, most: number): number => {
  const number = Number(text ?? 0);
  return Number.isInteger(number) && number >= 0 ? Math.min(number, most) : 0;
};

/** Goes to the place that the address names. Wrong parts of the address are ignored. */
const obeyAddress = async (): Promise<void> => {
  const words = new Map(
    location.hash
      .slice(1)
      .split('&')
      .map((word): [string, string] => [word.slice(0, word.indexOf('=')), word.slice(word.indexOf('=') + 1)]),
  );
  runNumber.value = numberIn(words.get('run') ?? words.get('of'), Math.max(0, exploration.runs.length - 1));
  tab.value = words.get('tab') === 'space' && client.value !== undefined ? 'space' : 'run';
  const [initial = '0', ways = ''] = (words.get('way') ?? '').split(':');
  if (words.has('way') && client.value !== undefined) {
    const to = { initial: numberIn(initial, 1e6), ways: ways === '' ? [] : ways.split('.').map((way) => numberIn(way, 1e6)) };
    await walk(to, numberIn(words.get('at'), to.ways.length));
    return;
  }
  ownRun.value = undefined;
  at.value = numberIn(words.get('at'), length.value);
};

// --- what one can do -------------------------------------------------------------------------------------------------------

const walk = async (to: WayTo, stand: number): Promise<void> => {
  const found = await client.value?.place(to);
  if (found === undefined) return;
  if (typeof found === 'string') {
    trouble.value = found;
    return;
  }
  trouble.value = undefined;
  ownRun.value = found.run;
  at.value = stand;
  place.value = { key: keyOf(to), of: found };
};

export const goTo = (step: number): void => {
  at.value = Math.max(0, Math.min(step, length.value));
};
export const stepBy = (steps: number): void => goTo(at.value + steps);

/** Takes a step that can be taken here. The run goes on from here, and loses its later steps. */
export const take = async (choice: number): Promise<void> => {
  const here = wayTo(at.value);
  if (here === undefined) return;
  // The run takes this step next anyway.
  if (stepAt(run.value, at.value + 1)?.way === choice) {
    stepBy(1);
    return;
  }
  await walk({ ...here, ways: [...here.ways, choice] }, at.value + 1);
};

/** Leaves the user's own run for a run of the page. */
export const showRun = (number: number): void => {
  ownRun.value = undefined;
  runNumber.value = number;
  at.value = 0;
  if (client.value === undefined) tab.value = 'run';
};

/** Begins a new run in an initial state. */
export const beginAt = (initial: number): Promise<void> => walk({ initial, ways: [] }, 0);

/** Asks for the choices here, if they are not known. */
const lookAround = async (): Promise<void> => {
  const here = wayTo(at.value);
  if (client.value === undefined || here === undefined) return;
  const key = keyOf(here);
  if (place.peek()?.key === key) return;
  const found = await client.value.choices(here);
  const now = wayTo(at.value);
  if (now === undefined || keyOf(now) !== key) return;
  if (typeof found === 'string') trouble.value = found;
  else place.value = { key, of: found };
};

/** The choices where the reader stands; undefined while they are not known. */
export const choices = computed(() => {
  const here = wayTo(at.value);
  return here !== undefined && place.value?.key === keyOf(here) ? place.value.of : undefined;
});

// --- the theme -------------------------------------------------------------------------------------------------------------

type Theme = 'light' | 'dark';

const preferred = (): Theme => (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light');

export const theme = signal<Theme>(preferred());
export const changeTheme = (): void => {
  theme.value = theme.value === 'dark' ? 'light' : 'dark';
};

// --- beginning -------------------------------------------------------------------------------------------------------------

const PLAY_MS = 1100;

/** The place at which the page begins: the step that shows what broke, or else the first step with an aside. */
const beginning = (): number => {
  if (exploration.origin === 'model' || exploration.origin === 'sample') return 0;
  const { steps, blocks, why } = run.value;
  const noted = blocks === undefined ? steps.findIndex(({ aside }) => aside !== undefined) + 1 : (blocks.noted ?? 0);
  return why === undefined && noted > 0
    ? noted
    : exploration.origin === 'trace'
      ? (why?.steps.at(-1) ?? length.value)
      : length.value;
};

/** Starts the page: goes to the place in the address, and from then on keeps the address up to date. */
export const start = async (): Promise<void> => {
  effect(() => {
    document.documentElement.dataset['theme'] = theme.value;
  });
  if (exploration.isChecking === true) tab.value = 'space';
  if (location.hash.length > 1) await obeyAddress();
  else if (exploration.runs.length === 0) await beginAt(0);
  else at.value = beginning();
  effect(() => {
    const address = addressOf();
    if (address !== location.hash) history.replaceState(null, '', address);
  });
  effect(() => void (at.value, run.value, lookAround()));
  effect(() => {
    if (!isPlaying.value) return undefined;
    const timer = setInterval(() => {
      if (at.value >= length.value) isPlaying.value = false;
      else stepBy(1);
    }, PLAY_MS);
    return () => clearInterval(timer);
  });
  addEventListener('hashchange', () => void obeyAddress());
};
