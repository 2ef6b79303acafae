/* eslint-disable max-lines -- a table: whoever looks for one fault reads its row. */
/** Faults of the checker, one small one each, to be put into a copy of the build: would the fuzz have found it? */
import type { Mutant } from '../../conformance/mutants/copy.js';

type Row = readonly [name: string, what: string, find: string, put: string];

/** Faults of one file, which is named below `dist/checker`. */
const inFile = (file: string, rows: ReadonlyArray<Row>): ReadonlyArray<Mutant> =>
  rows.map(([name, what, find, put]) => ({ name, what, file: `checker/${file}`, find, put }));

const plain: ReadonlyArray<Mutant> = [
  ...inFile('explicit/explicit-search.js', [
    [
      'plain-cut-unjudged',
      'states beyond the boundary are not judged',
      'found.judge.state(state, index);',
      'if (found.model.boundary?.(state) !== false) found.judge.state(state, index);',
    ],
    [
      'plain-initial-once',
      'initial states that repeat are not counted as generated',
      'found.generated++;\n        const known = found.store.size();\n        const index = found.store.add(state);',
      'const known = found.store.size();\n        const index = found.store.add(state);\n        if (index >= known) found.generated++;',
    ],
    [
      'plain-fresh-twice',
      'a step to a known state counts as one to a new one',
      'cover(found.coverage, model.label(action).family, target >= known);',
      'cover(found.coverage, model.label(action).family, true);',
    ],
    ['plain-revisit', 'depth first, a state that is met nearer is not taken up again', 'isNearer(found, index, target)', 'false'],
    [
      'plain-counted-again',
      'depth first, the steps of a state that is met nearer are counted again',
      'found.fates.at(index) === Fate.again',
      'false',
    ],
    [
      'plain-cut-again',
      'depth first, a state beyond the boundary is counted each time it is met nearer',
      'found.fates.at(target) === Fate.beyondBoundary',
      'false',
    ],
    [
      'plain-depth-limit',
      'a search that stopped at the depth limit is called complete',
      "{ kind: 'depth', limit: maxDepth }",
      "{ kind: 'complete' }",
    ],
    [
      'plain-classes',
      'all fairness classes are one',
      'found.classes.number(found.model.fairness?.(action))',
      "found.model.fairness?.(action) === undefined ? -1 : found.classes.number('all')",
    ],
  ]),
  ...inFile('explicit/store-for.js', [
    [
      'plain-orbit',
      'the first permutation is left out of every orbit',
      'for (const permutation of permutations) {',
      'for (const permutation of permutations.slice(1)) {',
    ],
    ['plain-quotient', 'states are not brought to their normal form', 'key(normalize(state))', 'key(state)'],
  ]),
  ...inFile('explicit/explicit-judge.js', [
    [
      'plain-deadlock',
      'a deadlock is missed where no final states are declared',
      "property.kind !== 'noDeadlock' || property.final?.(value) === true",
      "property.kind !== 'noDeadlock' || property.final?.(value) !== false",
    ],
    ['plain-one-open', 'of the properties of steps the first that is decided ends all', 'open.delete(judged);', 'open.clear();'],
  ]),
  ...inFile('values/encode.js', [['encode-sets', 'sets are the same only in the same order', '    texts.sort();\n', '']]),
  ...inFile('explicit/value-shapes.js', [
    [
      'values-keys',
      'records are the same only where their fields were set in one order',
      'encode([kind, ...keys.toSorted()])',
      'encode([kind, ...keys])',
    ],
  ]),
  ...inFile('explicit/simulate.js', [
    ['walk-boundary', 'a walk goes on beyond the boundary', 'model.boundary?.(state) !== false', 'true'],
  ]),
  ...inFile('explicit/explicit-checkpoint.js', [
    ['kept-fates', 'a checkpoint lacks which initial states there are', 'found.initial.push(index);', ';'],
    [
      'kept-edges',
      'a checkpoint lacks the graph for liveness',
      'found.edges?.restore(from);',
      'found.edges && from.words() && from.words() && from.words();',
    ],
  ]),
  ...inFile('explicit/levels.js', [
    [
      'level-order',
      'a sweep of a plain model goes to the highest level next',
      '#later = new TinyQueue();',
      '#later = new TinyQueue([], (a, b) => b - a);',
    ],
    ['level-falls', 'a sweep of a plain model does not notice that progress falls', 'if (progress < this.current)', 'if (false)'],
  ]),
  ...inFile('explicit/class-progress.js', [
    [
      'level-images',
      'a sweep of a plain model does not notice that a normal form or an image has other progress',
      'if (other !== progress)\n                throw notOneProgress(`${name}',
      'if (false)\n                throw notOneProgress(`${name}',
    ],
    [
      'level-key',
      'a sweep of a plain model does not notice that states with one key have other progress',
      'else if (other !== progress)',
      'else if (false)',
    ],
  ]),
  ...inFile('checkpoint/depth-limit.js', [
    ['resume-beyond', 'a search goes on within a limit of depth that it has passed', 'maxDepth < within', 'false'],
  ]),
  ...inFile('explicit/ready.js', [
    [
      'key-shared',
      'what one search saw of a key stays with the model',
      'merges({ ...closed }, merging)',
      'merges(closed, merging)',
    ],
  ]),
  ...inFile('contract/merging.js', [
    [
      'view-unseen',
      'a key that takes different states for one is not noticed',
      'const isBlind = incomparableIn(known) !== undefined || incomparableIn(other) !== undefined;',
      'return;',
    ],
  ]),
  ...inFile('report.js', [
    [
      'holds-unknown',
      '"holds", although a property could not be judged',
      "properties.some((property) => property.verdict === 'unknown')",
      'false',
    ],
  ]),
  ...inFile('component-model/apply.js', [
    ['adapt-writes', 'of what an interaction writes the first is taken over', '=> writes.map(', '=> writes.slice(0, 1).map('],
  ]),
  ...inFile('component-model/remembered.js', [
    [
      'interned-look',
      'predicates and steps are remembered by their first slot twice, never by the last',
      'const id = state[positions[last]];',
      'const id = state[positions[0]];',
    ],
  ]),
];

const forms: ReadonlyArray<Mutant> = [
  ...inFile('explicit/explicit-search.js', [
    [
      'form-sweep',
      'a sweep asks for the progress of states that are not in their one form',
      'next: levels === undefined ? rawNextOf(model) : model.next,',
      'next: rawNextOf(model),',
    ],
  ]),
  ...inFile('explicit/symmetric-lasso.js', [
    [
      'form-image',
      'liveness under symmetry is asked of images that are not in their one form',
      'model.key === undefined ? oneForm(permutation(state)) : permutation(state)',
      'permutation(state)',
    ],
  ]),
  ...inFile('factored/properties/factored-counterexample.js', [
    [
      'form-run',
      'a run of components is made again of values that are not in their one form',
      'key === undefined ? oneForm(value) : value',
      'value',
    ],
  ]),
  ...inFile('factored/store/interned-values.js', [
    [
      'form-kept',
      'the value of a component that is found first is kept as it is',
      'this.isKeyed ? given : oneForm(given)',
      'given',
    ],
  ]),
  ...inFile('shown/shown-run.js', [
    [
      'null-state',
      'a state that is null is taken for none',
      'steps.length > before ? steps[steps.length - 1 - before].next : initial',
      'steps.at(-1 - before)?.next ?? initial',
    ],
  ]),
];

const cycles: ReadonlyArray<Mutant> = inFile('liveness/cycle.js', [
  [
    'lasso-stutter',
    'a step that changes nothing enables its fairness class',
    'if (graph.classes[e] >= 0 && graph.targets[e] !== state)',
    'if (graph.classes[e] >= 0)',
  ],
  [
    'strong-passed-by',
    'a cycle comes by a state where a strong class is enabled and does not take it',
    'if (strong[fairness] && !this.#taken.has(fairness))',
    'if (false)',
  ],
  ['cycle-open', 'a fair cycle is not closed', 'if (cycle.length === 0 || at !== entry)', 'if (cycle.length === 0)'],
  ['back-unlooked', 'what the way back of a cycle comes by is not looked at', 'while (!owed.isMet());', 'while (false);'],
]);

const audit: ReadonlyArray<Mutant> = [
  ...inFile('reduction/observation.js', [
    [
      'audit-properties',
      'states that a reduction takes for one may differ in their properties',
      'observation.truths.join(), observation.isWithin',
      'observation.isWithin',
    ],
    [
      'audit-liveness',
      'liveness is judged under a symmetry whose maps keep it one by one, and not together',
      'holds !== other.predicates[i][which]',
      'false',
    ],
    [
      'audit-boundary',
      'an audit goes on beyond the boundary',
      'const isWithin = model.boundary?.(state) !== false;',
      'const isWithin = true;',
    ],
    ['audit-steps', 'their steps may lead elsewhere', '...stepTexts(observation, classOf, isMultiset)]', ']'],
  ]),
  ...inFile('reduction/audit-round.js', [
    [
      'audit-normal',
      'normal forms are not looked at, nor whether they have others',
      'if (this.normalize !== undefined)\n            this.bringToNormal(index, state, this.normalize);',
      '',
    ],
    ['audit-closure', 'generators are not closed', 'this.mustLeadBack(index, image, which);', ';'],
  ]),
  ...inFile('reduction/met-states.js', [
    [
      'origin-lost',
      'where images are made of one another, the search for what was reached before them has no end',
      'at = this.origins.at(at);',
      'at = this.parents.at(at);',
    ],
  ]),
  ...inFile('reduction/reduction-audit.js', [
    ['audit-after', 'the audit ends where the search begins', 'yield* this.go(AFTER_WHOLE_SEARCH);', ';'],
  ]),
  ...inFile('reduction/seen-by-audit.js', [
    [
      'enabled-image',
      'a step whose image alone was taken is said to be never enabled',
      'round.enabled.has(labelKey(label)) || !isOpen(label, showLabel(label))',
      '![label.family, showLabel(label)].some((text) => neverEnabled.includes(text))',
    ],
    [
      'audit-witnesses',
      'a witness that a reduction does not keep is missed',
      "verdict === 'not reached' && isSeen && stop.kind === 'complete'",
      'false',
    ],
    ['audit-witness-made', 'a witness that a normal form alone has is called reached', 'if (knowsAll)', 'if (false)'],
    [
      'audit-witness-near',
      'a run to a witness that a reduction does not keep is called shortest',
      'trace?.shortest === true && round.unkept.has(name)',
      'false',
    ],
  ]),
];

/** What is believed of a model, and of its functions. */
const contract: ReadonlyArray<Mutant> = [
  ...inFile('reduction/key-audit.js', [
    [
      'key-believed',
      'a key that takes states for one is believed',
      'yield* examineStates(begun, options, { ...bounds, calls: Math.min(bounds.calls, most) }, statistics.elapsedMs);',
      '',
    ],
  ]),
  ...inFile('reduction/seen-by-audit.js', [
    ['seen-broken', 'what an audit saw broken is said to hold', "(verdict === 'holds' || isOpen) && isSeen", 'false'],
  ]),
  ...inFile('factored/properties/factored-counterexample.js', [
    [
      'deadlock-alone',
      'a deadlock of a state that is taken for another one is not looked at',
      'stepsFrom(space, values).length > 0',
      'false',
    ],
  ]),
  ...inFile('contract/audit.js', [
    ['builtins-changed', 'a model may change what JavaScript comes with', 'if (this.builtins !== undefined)', 'if (false)'],
    [
      'audited-once',
      'where each call is done again at once, none is done again in the end',
      'if (this.runs < this.next)',
      'if (this.isAll || this.runs < this.next)',
    ],
  ]),
  ...inFile('contract/repeated-call.js', [
    ['answers-two', 'what is done again may give another answer', 'if (turned === undefined)', 'if (true)'],
    [
      'argument-changed',
      'a function may change what it is given',
      "copy === args[i] || typeof copy !== 'object' || isLike(copy, args[i]) || encode(copy) === encode(args[i])",
      'true',
    ],
  ]),
  ...inFile('contract/varied-copies.js', [
    ['parts-shared', 'equal parts of what is given are never one object', 'return first ?? copy', 'return copy'],
  ]),
  ...inFile('contract/guarded-call.js', [
    [
      'truth-any',
      'whatever a predicate gives is a truth value',
      "TRUTH = { is: (u) => typeof u === 'boolean', codec: yesOrNo }",
      'TRUTH = { is: () => true, codec: value }',
    ],
    [
      'label-believed',
      'what names or shows something is not asked again',
      '++calls <= SHOWN_FIRST || calls % SHOWN_ONE_IN === 0',
      'false',
    ],
  ]),
  ...inFile('runs/branches.js', [
    [
      'branches-one',
      'of the runs along a path that come to one state, whatever they break on the way, one is followed',
      'JSON.stringify([name(state), isReached, [...broken.keys()].sort(), [...facts].sort()])',
      'name(state)',
    ],
  ]),
  ...inFile('contract/guard-components.js', [
    ['writes-more', 'an interaction may write what it only reads', 'way.next[at] !== locals[at] && key', 'false && key'],
  ]),
  ...inFile('factored/memo/ruled-out.js', [
    ['guard-believed', 'a guard that says no is believed', 'return this.audit?.due() === true;', 'return false;'],
  ]),
];

const liveness: ReadonlyArray<Mutant> = inFile('liveness/lasso.js', [
  [
    'lasso-unfair',
    'a lasso may leave out a class that is always enabled',
    'states === members.length && !graph.strong[fairness]',
    'false',
  ],
  [
    'strong-weak',
    'a strong class need be taken only where it is always enabled',
    'graph.strong[fairness] === true ? [fairness] : []',
    '[]',
  ],
  [
    'strong-whole',
    'a component that starves a strong class is not searched for a part that does not',
    'states = left.view();',
    'states = new Int32Array(0);',
  ],
  [
    'lasso-end',
    'a run is taken to end where a state was not expanded',
    'graph.offsets[state] === graph.offsets[state + 1] && graph.expanded(state)',
    'graph.offsets[state] === graph.offsets[state + 1]',
  ],
  [
    'leads-from-start',
    '"leads to" is asked of the initial states alone',
    'approach.order.filter((s) => goal.from(s) && inside(s))',
    'graph.initial.filter((s) => goal.from(s) && inside(s))',
  ],
  [
    'always-visits',
    '"eventually always" is broken by any cycle',
    'roots: graph.initial, visits: (s) => !goal.holds(s)',
    'roots: graph.initial, visits: everywhere',
  ],
]);

const components: ReadonlyArray<Mutant> = [
  ...inFile('factored/properties/evidence-source.js', [
    [
      'evidence-overwrites',
      'evidence is made in the list that predicates are still asked with',
      'const { found, view } = this;',
      'const { ids: found, view } = this;',
    ],
  ]),
  ...inFile('factored/search/queueing.js', [
    [
      'first-initial',
      'breadth first, the first initial state is the only one',
      'for (const state of initial)',
      'for (const state of initial.slice(0, 1))',
    ],
  ]),
  ...inFile('factored/search/depth-bytes.js', [
    ['depth-wraps', 'the depth byte of an expanded state wraps to "not known"', '3 + (depth % 253)', '(3 + depth) % 256'],
  ]),
  ...inFile('factored/search/breadth-first.js', [
    [
      'queue-empty',
      'a queue of one is taken for empty',
      'layer.queue.length === 0 || this.found',
      'layer.queue.length <= 1 || this.found',
    ],
  ]),
  ...inFile('factored/search/sweep-line.js', [
    [
      'sweep-order',
      'a sweep goes to the highest level next',
      'later = new TinyQueue();',
      'later = new TinyQueue([], (a, b) => b - a);',
    ],
    [
      'sweep-unfinished',
      'a sweep that ends with its last decision does not know its depth',
      '[...this.levels.values()].every(({ queue }) => queue.length === 0)',
      'this.levels.size === 0',
    ],
  ]),
  ...inFile('factored/properties/factored-judge.js', [
    [
      'second-deadlock',
      'of two noDeadlock the second is not judged',
      'this.endings = this.endings.filter((ending) => ending.property !== property);',
      "if (kind === 'noDeadlock') this.endings = [];",
    ],
    [
      'look-order',
      'predicates over the same slots are looked at once, whichever they are',
      'this.run(bundle, tuple, locals, state);',
      'this.run({ ...bundle, predicates: bundle.predicates.slice(0, 1) }, tuple, locals, state);',
    ],
  ]),
  ...inFile('factored/search/shortest-path.js', [
    [
      'boundary-run',
      'a run to a violation may lead through states beyond the boundary',
      'if (isWithin(space, before))\n            return before;',
      'return before;',
    ],
  ]),
  ...inFile('factored/search/opening.js', [
    [
      'guard-shared',
      'the first guard is taken for that of all interactions',
      'if (guard !== undefined && guard !== asked)',
      'if (guard !== undefined && asked === undefined)',
    ],
  ]),
  ...inFile('factored/search/one-by-one.js', [
    ['cut-expanded', 'a state beyond the boundary counts among those that are expanded', 'view.drop(i);', ''],
  ]),
  ...inFile('factored/search/expand.js', [
    [
      'deadlock-local',
      'a state is no deadlock where another in its group has a step',
      'locals.some((local, p) => local.alive[view.cells.at[p][i]] === 1)',
      'locals.some((local) => local.alive.includes(1))',
    ],
    [
      'count-once',
      'steps of states that have a local value in common are counted once',
      'countSteps(this.tally, f, occurs[x] * ways[x * families + f]);',
      'countSteps(this.tally, f, ways[x * families + f]);',
    ],
  ]),
  ...inFile('factored/search/symmetry.js', [
    [
      'image-missing',
      'of the permutations that give the least group the last is not tried on the rest',
      'for (let n = 0; n < this.bestCount; n++) {',
      'for (let n = 0; n < Math.max(1, this.bestCount - 1); n++) {',
    ],
    [
      'image-stays',
      'local values keep their places under a permutation',
      'const q = action.to[groupSize + p] - groupSize;',
      'const q = p;',
    ],
  ]),
  ...inFile('factored/memo/stand-in-falls.js', [
    [
      'stand-in-believed',
      'a sweep does not notice that a normal form or a key lowers the progress',
      'if (components.isSwept)',
      'if (false)',
    ],
    [
      'stand-in-blamed',
      'each search refuses a normal form or a key that lowers the progress',
      'if (components.isSwept)',
      'if (true)',
    ],
  ]),
  ...inFile('factored/memo/outcome-rows.js', [
    ['progress-believed', 'progress that falls is not noticed', 'if (to >= from)', 'if (true)'],
    [
      'first-outcome',
      'what an interaction says of its second outcome is not heard',
      'this.onOutcome(interaction, o, outcomes[o]);',
      'if (o === 0) this.onOutcome(interaction, o, outcomes[o]);',
    ],
    [
      'idle-first',
      'an interaction whose first outcome changes nothing has no other',
      'if (outcomes.length === 1 && pool.at(row + 1) === 0)',
      'if (pool.at(row + 1) === 0)',
    ],
  ]),
  ...inFile('factored/memo/memo.js', [
    [
      'when-ignored',
      'a query is made whether or not its condition is true',
      'if (query.when !== undefined && !this.holdsWith(interaction, query.when, tuple, local))',
      'if (false)',
    ],
  ]),
  ...inFile('factored/memo/queries.js', [
    [
      'answer-kept',
      'whatever a learner learns, it has learnt before',
      'if (this.idle.has(requester, reply))',
      'if (this.idle.has(requester, 1))',
    ],
  ]),
  ...inFile('factored/search/closure.js', [
    ['closure-once', 'steps inside a group are followed once, from left to right', 'again ||= y < x;', ''],
  ]),
  ...inFile('factored/search/depth-first.js', [
    [
      'waiting-initial',
      'depth first, initial states are found and not gone on from',
      'this.waiting.push(root);',
      'if (this.waiting.length === 0) this.waiting.push(root);',
    ],
    [
      'depth-first-counted',
      'depth first, the steps of a state that is met nearer are counted again',
      'if (stack.at(stack.length - 2) === 0)',
      'if (true)',
    ],
    ['depth-first-stuck', 'depth first, no deadlock is seen', 'if (stack.at(stack.length - 1) === 0)', 'if (false)'],
    [
      'depth-first-near',
      'depth first, a state that is met nearer is not taken up again',
      'else if (this.limit !== undefined)\n            this.approach(state, depth, this.limit);',
      '',
    ],
  ]),
  ...inFile('factored/search/hashed.js', [
    [
      'hashed-cut',
      'with hashes, states beyond the boundary are expanded',
      'if (this.finder.open())\n            this.expand();',
      'this.finder.open();\n        if (true)\n            this.expand();',
    ],
  ]),
  ...inFile('factored/job.js', [
    [
      'limit-forgotten',
      'a search that stopped at a number of states is called complete',
      "return { kind: 'states', limit: maxStates };",
      "return { kind: 'complete' };",
    ],
    [
      'auto-counts',
      'the sweep in place of a search goes on with its counts',
      'const space = searched.begun();',
      'const space = searched;',
    ],
  ]),
  ...inFile('factored/space.js', [
    [
      'auto-forgets',
      'the sweep in place of a search forgets what that one decided',
      'const tally = newTally(compiled.families.length);',
      'const tally = newTally(compiled.families.length); judge.found.fill(undefined);',
    ],
  ]),
  ...inFile('factored/factored-checkpoint.js', [
    ['kept-queue', 'a checkpoint lacks the groups of the next depth', 'layer.queue.fill(from.words());', 'from.words();'],
    ['kept-found', 'a checkpoint lacks what was decided', 'if (evidence !== null)', 'if (false)'],
  ]),
  ...inFile('hash.js', [
    [
      'hash-shorter',
      'the hash of a state leaves out its last word',
      'for (const word of words)\n        mix(hash, word);',
      'for (const word of words.slice(0, -1))\n        mix(hash, word);',
    ],
  ]),
];

const threads: ReadonlyArray<Mutant> = [
  ...inFile('factored/parallel/thread.js', [
    [
      'batch-dropped',
      'what comes before its depth is dropped',
      'this.early.push([message, from]);',
      'if (message.parcel === undefined) this.early.push([message, from]);',
    ],
    ['initial-each', 'each thread counts the initial state', 'this.space.tally.generated = 0;', ''],
  ]),
  ...inFile('factored/parallel/parcel.js', [
    ['values-again', 'values are sent again with every parcel', 'this.told[k] = kind.values.length;', ''],
  ]),
];

export const MUTANTS: ReadonlyArray<Mutant> = [
  ...plain,
  ...forms,
  ...audit,
  ...contract,
  ...cycles,
  ...liveness,
  ...components,
  ...threads,
];
