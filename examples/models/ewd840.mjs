const range = (count) => Array.from({ length: count }, (_, i) => i);

/** All lists of so many of these. */
const lists = (count, of) => range(count).reduce((shorter) => shorter.flatMap((list) => of.map((item) => [...list, item])), [[]]);

/** Steps of the detection: node 0 sends the token out, the others pass it on. */
const tokenSteps = ({ active, color, at, token }) => {
  if (at === 0) return token === 'black' || color[0] === 'black' ? [{ do: 'start probe' }] : [];
  return active[at] !== true || color[at] === 'black' || token === 'black' ? [{ do: 'pass token', node: at }] : [];
};

/** Steps of what is watched: active nodes wake others, and stop. */
const workSteps = ({ active }) =>
  range(active.length)
    .filter((node) => active[node] === true)
    .flatMap((node) => [
      ...range(active.length)
        .filter((other) => other !== node)
        .map((other) => ({ do: 'activate', node, other })),
      { do: 'stop', node },
    ]);

const next = (ring, action) => {
  const { active, color, at, token } = ring;
  switch (action.do) {
    case 'start probe':
      return { active, color: color.with(0, 'white'), at: active.length - 1, token: 'white' };
    case 'pass token':
      return { active, color: color.with(at, 'white'), at: at - 1, token: color[at] === 'black' ? 'black' : token };
    case 'activate': {
      // A node that wakes one which the token has yet to leave behind must be seen to have done so.
      const seen = action.other > action.node ? color.with(action.node, 'black') : color;
      return { ...ring, active: active.with(action.other, true), color: seen };
    }
    case 'stop':
      return { ...ring, active: active.with(action.node, false) };
  }
};

const isDetected = ({ active, color, at, token }) => at === 0 && token === 'white' && color[0] === 'white' && active[0] !== true;

const isOver = ({ active }) => active.every((one) => !one);

/** Dijkstra's invariant. */
const invariant = ({ active, color, at, token }) =>
  token === 'black' ||
  active.every((one, node) => node <= at || !one) ||
  color.some((one, node) => node <= at && one === 'black');

/** What the model can be made with. */
export const parameters = { nodes: { default: 3, min: 2, max: 6 } };

/** A ring of so many nodes, from every state in which the token is black. */
export const ewd840 = ({ nodes }) => ({
  name: `EWD 840, ${nodes} nodes`,
  initial: lists(nodes, [false, true]).flatMap((active) =>
    lists(nodes, ['white', 'black']).flatMap((color) => range(nodes).map((at) => ({ active, color, at, token: 'black' }))),
  ),
  actions: (ring) => [...tokenSteps(ring), ...workSteps(ring)],
  next,
  label: (action) => {
    if (action.do === 'start probe') return { family: action.do, args: [0] };
    return { family: action.do, args: action.do === 'activate' ? [action.node, action.other] : [action.node] };
  },
  // The token does not wait for ever; that work ends is not promised.
  fairness: (action) => (action.do === 'start probe' || action.do === 'pass token' ? 'token' : undefined),
  properties: [
    { name: 'what is detected is so', kind: 'always', holds: (ring) => !isDetected(ring) || isOver(ring) },
    { name: 'Dijkstra’s invariant', kind: 'always', holds: invariant },
    { name: 'termination is detected', kind: 'leadsTo', from: isOver, to: isDetected },
  ],
});

export default ewd840;
