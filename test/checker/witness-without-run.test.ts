/** A witness that a search without runs reached, and to which the search for its run did not come: the reason is told, and it is no violation. */
import { check, checkSync } from '#bayou/checker/check.js';
import { joined } from '#bayou/checker/explicit/second-search.js';
import { checkComponents } from '#bayou/checker/factored/check-components.js';
import { interaction, over, slot, type ComponentModel, type Model } from '#bayou/checker/model.js';
import type { PropertyReport } from '#bayou/checker/report.js';
import { expect, test } from 'vitest';

const FAR = 40;

/** Comes to its witness at the end. `onSeen` is called once that was seen and a search goes on from the beginning: the second one. */
const line = (onSeen: () => void): Model<number, string> => {
  let isSeen = false;
  return {
    name: 'line',
    initial: [0],
    actions: (n) => {
      if (isSeen && n === 0) onSeen();
      return n < FAR ? ['go'] : [];
    },
    next: (n) => n + 1,
    label: (family) => ({ family, args: [] }),
    progress: (n) => n,
    properties: [
      {
        name: 'far',
        kind: 'sometimes',
        holds: (n) => {
          isSeen ||= n === FAR;
          return n === FAR;
        },
      },
    ],
  };
};

/** The same of one component. */
const componentsOf = (onSeen: () => void): ComponentModel => {
  const { actions, properties, progress } = line(onSeen);
  const [far] = properties;
  const at = slot('at', 'at', 0);
  return {
    name: 'line',
    slots: [at],
    interactions: [
      interaction({
        label: { family: 'go', args: [] },
        slots: [at],
        writes: [0],
        step: (n) => (actions(n).length > 0 ? [{ next: [n + 1] }] : []),
      }),
    ],
    progress: (_, n) => progress!(n),
    properties: [
      { name: 'far', kind: 'sometimes', over: [over([at], (n) => (far as { holds: (n: number) => boolean }).holds(n))] },
    ],
  };
};

const mustBeOpen = ({ verdict, trace, why }: PropertyReport, end: string): void => {
  expect([verdict, trace]).toEqual(['reached', undefined]);
  expect(why).toContain(`reached the witness, and ${end}`);
  expect(why).not.toContain('violation');
};

test('a search for its run that is stopped says so', async () => {
  const controller = new AbortController();
  const report = await check(
    line(() => controller.abort()),
    { search: 'sweep', witnessTraces: true, signal: controller.signal },
  );
  mustBeOpen(report.properties[0]!, 'the search for a run to it stopped before it came there');
});

test('a search for its run that came to its end without it says so', () => {
  // What a key, a reduction or a hash takes for one is kept in another order by each of the two, as here by another model.
  const first = checkSync(
    line(() => undefined),
    { search: 'sweep' },
  );
  const second = checkSync({ ...line(() => undefined), next: (n) => (n < FAR - 1 ? n + 1 : undefined) });
  expect([first.stop, second.stop]).toEqual([{ kind: 'complete' }, { kind: 'complete' }]);
  mustBeOpen(joined(first, second, { witnessTraces: true }).properties[0]!, 'a whole search for a run to it did not');
});

test('a sweep of components whose search for a run is stopped says so', async () => {
  const controller = new AbortController();
  const report = await checkComponents(
    componentsOf(() => controller.abort()),
    { search: 'sweep', witnessTraces: true, signal: controller.signal },
  );
  mustBeOpen(report.properties[0]!, 'the search for a run to it stopped before it came there');
});
