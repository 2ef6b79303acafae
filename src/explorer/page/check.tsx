/** Shows the progress of a check, also after its end: states, states per second, depth and memory, each as a number and a small chart. */
import { computed, signal } from '@preact/signals';
import type { JSX } from 'preact';
import type { CheckSample } from '../shape.js';
import { askServer } from './model-client.js';
import { at, exploration, ownRun } from './store.js';

const POLL_MS = 400;

const live = signal<ReadonlyArray<CheckSample>>([]);
/** Has the check ended? Then the server has the page with its findings. */
const isOver = signal(false);
/** Does the process that runs the check no longer answer? */
const isLost = signal(false);

const samples = computed(() => (exploration.isChecking === true ? live.value : (exploration.searched?.samples ?? [])));

/** Has the reader begun to step? Then the page does not change by itself: a button shows the findings. */
const hasBegun = (): boolean => at.peek() > 0 || (ownRun.peek()?.steps.length ?? 0) > 0;

/** Follows the check that runs, to its end. */
export const followCheck = async (): Promise<void> => {
  if (exploration.isChecking !== true) return;
  while (!isOver.value && !isLost.value) {
    const reply = await askServer({ ask: 'check' });
    if (reply.ask !== 'check') isLost.value = true;
    else {
      live.value = reply.samples;
      isOver.value = reply.isOver;
      if (!reply.isOver) await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }
  if (isOver.value && !hasBegun()) location.reload();
};

/** Loads the page again, with the findings of the check. */
const showFound = (): void => {
  history.replaceState(null, '', location.pathname);
  location.reload();
};

// --- drawing ---------------------------------------------------------------------------------------------------------------

const [WIDTH, HEIGHT] = [150, 34];

const Spark = ({
  title,
  value,
  of,
}: {
  readonly title: string;
  readonly value: string;
  readonly of: ReadonlyArray<readonly [ms: number, value: number]>;
}): JSX.Element => {
  const [last, most] = [Math.max(1, of.at(-1)?.[0] ?? 1), Math.max(1, ...of.map(([, y]) => y))];
  const points = of.map(([x, y]) => `${((WIDTH * x) / last).toFixed(1)},${(HEIGHT - 2 - ((HEIGHT - 4) * y) / most).toFixed(1)}`);
  return (
    <div class="spark">
      <span class="small">{title}</span>
      <strong>{value}</strong>
      <svg width={WIDTH} height={HEIGHT} role="img" aria-label={`${title} by time, up to ${value}`}>
        <polyline points={points.join(' ')} />
      </svg>
    </div>
  );
};

const number = (of: number): string => Math.round(of).toLocaleString('en');

/** The states found per second, from one sample to the next. */
const pace = (all: ReadonlyArray<CheckSample>): ReadonlyArray<readonly [number, number]> =>
  all.map(({ ms, states }, i) => {
    const before = all[i - 1] ?? { ms: 0, states: 0 };
    return [ms, ((states - before.states) * 1000) / Math.max(1, ms - before.ms)] as const;
  });

/** A badge in the head of the page with the progress of the check. */
export const CheckBadge = (): JSX.Element | null => {
  if (exploration.isChecking !== true) return null;
  const last = live.value.at(-1);
  if (isOver.value)
    return (
      <button type="button" class="found" onClick={showFound}>
        The check has ended: show what it found
      </button>
    );
  if (isLost.value) return <span class="small">the check is no longer there: run bayou explore again</span>;
  return <span class="small">{last === undefined ? '' : `${number(last.states)} states so far`}</span>;
};

export const Check = (): JSX.Element | null => {
  const all = samples.value;
  const last = all.at(-1);
  if (last === undefined || all.length < 2) return null;
  return (
    <section class="check" aria-label="The check">
      <h3>{exploration.isChecking === true && !isOver.value ? 'The check, as it runs' : 'The check, as it ran'}</h3>
      <div class="sparks">
        <Spark title="states" value={number(last.states)} of={all.map(({ ms, states }) => [ms, states])} />
        <Spark title="states per second" value={number(pace(all).at(-1)![1])} of={pace(all)} />
        <Spark title="depth" value={number(last.depth)} of={all.map(({ ms, depth }) => [ms, depth])} />
        <Spark title="waiting to be expanded" value={number(last.queue)} of={all.map(({ ms, queue }) => [ms, queue])} />
        <Spark
          title="memory"
          value={`${number(last.bytes / 2 ** 20)} MB`}
          of={all.map(({ ms, bytes }) => [ms, bytes / 2 ** 20])}
        />
      </div>
    </section>
  );
};
