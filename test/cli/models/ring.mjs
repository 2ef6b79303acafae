/** A model made of components, given by an async function: each member of a ring fills up from what its neighbour has. */
import { interaction, over, slot } from 'bayou/checker';

const MEMBERS = 3;
const MOST = 4;

const members = Array.from({ length: MEMBERS }, (_, i) => slot('member', `m${i}`, i === 0 ? 1 : 0));

const neighbour = (i) => members[(i + 1) % MEMBERS];

const fill = (member, i) =>
  interaction({
    label: { family: 'fill', args: [member.name] },
    slots: [member, neighbour(i)],
    writes: [0],
    step: (mine, theirs) => (mine <= theirs && mine < MOST ? [{ next: [mine + 1, theirs] }] : []),
    fairness: member.name,
  });

const isLast = over(members, (...counts) => counts.every((count) => count === MOST));

export default async () => ({
  name: 'ring',
  slots: members,
  interactions: members.map(fill),
  properties: [
    {
      name: 'nobody has more than there is',
      kind: 'always',
      over: members.map((m) => over([m], (n) => n <= MOST)),
    },
    { name: 'the first is 3', kind: 'sometimes', over: [over([members[0]], (n) => n === 3)] },
    { name: 'all are full some day', kind: 'eventually', over: [isLast] },
    { name: 'they never wait for each other', kind: 'noDeadlock', final: [isLast] },
  ],
  progress: (_, count) => count,
});
