/** Shows the state space while the survey goes on: as a graph while it is small, otherwise as counts by depth and by action. */
import { computed, signal } from '@preact/signals';
import { useEffect, useMemo } from 'preact/hooks';
import type { JSX } from 'preact';
import type { GraphShot, Survey } from '../asked.js';
import { Check } from './check.js';
import type { ModelClient } from './model-client.js';
import { Graph, mergeBy } from './graph.js';
import { at, client, exploration, length, run, trouble, wayTo } from './store.js';

/** The survey, with the client of its model: a run of another model has another state space. */
const surveyed = signal<{ readonly by: ModelClient; readonly of: Survey } | undefined>(undefined);
const survey = computed(() => (surveyed.value?.by === client.value ? surveyed.value?.of : undefined));

const isEnded = (of: Survey | undefined): boolean => of !== undefined && (of.isComplete || of.limit !== undefined);

const looking = new Set<ModelClient>();

/** Surveys the space to its end, or as long as `mayGoOn` is true. */
const look = async (mayGoOn: () => boolean): Promise<void> => {
  const by = client.value;
  if (by === undefined || looking.has(by)) return;
  looking.add(by);
  try {
    do {
      const found = await by.survey(wayTo(length.value) ?? { initial: 0, ways: [] });
      if (typeof found === 'string') {
        trouble.value = found;
        return;
      }
      if (client.value === by) surveyed.value = { by, of: found };
    } while (!isEnded(survey.value) && mayGoOn());
  } finally {
    looking.delete(by);
  }
};

const Bars = ({
  title,
  rows,
}: {
  readonly title: string;
  readonly rows: ReadonlyArray<readonly [name: string, count: number, more?: string]>;
}): JSX.Element => {
  const most = Math.max(1, ...rows.map(([, count]) => count));
  return (
    <section class="bars" aria-label={title}>
      <h3>{title}</h3>
      <table>
        <tbody>
          {rows.map(([name, count, more]) => (
            <tr key={name} class={count === 0 ? 'none' : ''}>
              <th scope="row">{name}</th>
              <td class="bar">
                <svg width="100%" height="12" viewBox="0 0 100 12" preserveAspectRatio="none" aria-hidden="true">
                  <rect width={(100 * count) / most} height="12" />
                </svg>
              </td>
              <td class="count">
                {count.toLocaleString('en')}
                {more !== undefined && <span class="small"> {more}</span>}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
};

/** The page's memory, where the browser tells it. */
const megabytes = (): string | undefined => {
  const { memory } = performance as Performance & { readonly memory?: { readonly usedJSHeapSize: number } };
  return memory === undefined ? undefined : `${Math.round(memory.usedJSHeapSize / 2 ** 20)} MB in the page`;
};

const Numbers = ({ of }: { readonly of: Survey }): JSX.Element => (
  <p class="numbers" role="status">
    <strong>{of.states.toLocaleString('en')}</strong> states, {of.steps.toLocaleString('en')} steps, depth {of.depths.length - 1};{' '}
    {Math.round((of.states * 1000) / Math.max(1, of.elapsedMs)).toLocaleString('en')} states per second
    {megabytes() !== undefined && `; ${megabytes()}`}.{' '}
    {of.isComplete
      ? 'That is all of it.'
      : of.limit === undefined
        ? 'Still looking…'
        : `It stops at ${of.limit.toLocaleString('en')} states; bayou check looks at all of them.`}
  </p>
);

const merging = signal('');

const Merged = ({ graph }: { readonly graph: GraphShot }): JSX.Element => {
  const parts = useMemo(() => [...new Set(graph.parts.flatMap((of) => Object.keys(of)))], [graph]);
  const part = parts.includes(merging.value) ? merging.value : '';
  const drawn = useMemo(() => mergeBy(graph, part), [graph, part]);
  return (
    <>
      <label class="merge">
        One node for each{' '}
        <select value={part} onChange={(event) => (merging.value = event.currentTarget.value)}>
          <option value="">state</option>
          {parts.map((name) => (
            <option key={name} value={name}>
              value of {name}
            </option>
          ))}
        </select>
        <span class="small"> The run is drawn on it; ✕ marks what breaks a property.</span>
      </label>
      <Graph of={drawn} here={drawn.path[at.value]} />
    </>
  );
};

const Drawing = ({ of }: { readonly of: Survey }): JSX.Element | null => {
  if (of.graph === undefined)
    return <p class="small">More than 2,000 states: too many to be drawn. Their depths and steps are below.</p>;
  return isEnded(of) ? <Merged graph={of.graph} /> : null;
};

const Searched = (): JSX.Element | null => {
  const { searched } = exploration;
  if (searched === undefined) return null;
  const { counts } = searched;
  return (
    <p class="small">
      bayou check found {counts.distinct.toLocaleString('en')} states among {counts.generated.toLocaleString('en')} that it
      generated (the initial ones are counted, too)
      {searched.isComplete ? ', which are all' : ', and stopped at the first violation or a limit'}.
    </p>
  );
};

export const Space = (): JSX.Element => {
  useEffect(() => {
    let isHere = true;
    void look(() => isHere);
    return () => {
      isHere = false;
    };
  }, [run.value, client.value]);
  const of = survey.value;
  return (
    <main class="whole" aria-label="The state space">
      <h2>The state space</h2>
      <Check />
      <Searched />
      {client.value === undefined && <p>Nobody here knows the model: open it with bayou explore.</p>}
      {trouble.value !== undefined && <p class="trouble">{trouble.value}</p>}
      {of !== undefined && (
        <>
          <Numbers of={of} />
          <Drawing of={of} />
          <div class="two">
            <Bars title="States by depth" rows={of.depths.map((count, depth) => [`depth ${depth}`, count] as const)} />
            <Bars
              title="Steps by action"
              rows={of.coverage.map(
                ({ family, steps, fresh }) => [family, steps, `${fresh.toLocaleString('en')} to new states`] as const,
              )}
            />
          </div>
        </>
      )}
    </main>
  );
};
