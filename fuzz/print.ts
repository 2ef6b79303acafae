/** Prints a recipe as a module whose default export is the model, for a reader and for `bayou check`. */
import { hasNormalForms, usedLooks } from './recipe/component.js';
import type { ComponentRecipe, RecipePredicate, RecipeInteraction, RecipeQuery } from './recipe/component.js';
import type { PlainRecipe } from './recipe/plain.js';
import type { Recipe } from './recipe/recipe.js';
import { source } from './recipe/values.js';

type Lines = ReadonlyArray<string>;

const json = (value: unknown): string => JSON.stringify(value);

/** `name: […],` with each item on a line of its own where there are several. */
const list = (items: Lines): string => (items.length < 2 ? `[${items.join(', ')}]` : `[\n  ${items.join(',\n  ')},\n]`);

/** Equality of values, where 0 and -0 are one. */
const SAME: Lines = [
  'const text = (v) =>',
  '  v instanceof Set ? `S(${[...v].map(text).sort()})`',
  '  : v instanceof Map ? `M(${[...v].map(([k, w]) => `${text(k)}=>${text(w)}`).sort()})`',
  '  : Array.isArray(v) ? `[${v.map(text)}]`',
  "  : typeof v === 'object' && v !== null ? `{${Object.keys(v).sort().map((k) => `${JSON.stringify(k)}:${text(v[k])}`)}}`",
  "  : typeof v === 'string' ? JSON.stringify(v) : typeof v === 'bigint' ? `${v}n` : String(v);",
  'const same = (a, b) => text(a) === text(b);',
];

// --- plain -----------------------------------------------------------------------------------------------------------------

const plainKeyLines = ({ keyFolds, blurred, keyed }: PlainRecipe): Lines => {
  if (keyFolds !== undefined) return [`  key: (s) => String(${json(keyFolds)}[index(s)]),`];
  if (blurred) return ['  key: (s) => String(index(s)),'];
  return keyed ? ['  key: text,'] : [];
};

// eslint-disable-next-line max-lines-per-function -- a program is printed from its first line to its last.
const plainLines = (recipe: PlainRecipe): Lines => {
  const { states, edges, chain, variants, beyond, symmetry } = recipe;
  const first = states.length;
  const claims = recipe.claims.map(({ name, kind, marked, to, bare }) => {
    const sentence = `name: ${json(name)}, kind: '${kind}'`;
    const at = `${json(marked)}.includes(index(s))`;
    switch (kind) {
      case 'always':
        return `{ ${sentence}, holds: (s) => !${at} }`;
      case 'alwaysStep':
        return `{ ${sentence}, holds: (_, a) => !${json(marked)}.includes(a) }`;
      case 'sometimesStep':
        return `{ ${sentence}, holds: (_, a) => ${json(marked)}.includes(a) }`;
      case 'leadsTo':
        return `{ ${sentence}, from: (s) => ${at}, to: (s) => ${json(to)}.includes(index(s)) }`;
      case 'noDeadlock':
        return bare ? `{ ${sentence} }` : `{ ${sentence}, final: (s) => ${at} }`;
      default:
        return `{ ${sentence}, holds: (s) => ${at} }`;
    }
  });
  const wrapped = variants > 1;
  return [
    ...SAME,
    `const states = ${list(states.map(source))};`,
    '// from, to (-1: not enabled), family, arg, fairness class, note, shift of the variant',
    `const edges = ${list(edges.map((e) => json([e.from, e.to, e.family, e.arg, e.fair ?? null, e.note ?? null, e.shift])))};`,
    ...(chain.length === 0
      ? []
      : [
          `for (let i = 0; i < ${chain.length}; i++) {`,
          "  states.push(['chain', i]);",
          `  edges.push([i === 0 ? 0 : ${first} + i - 1, ${first} + i, 'Down', i, null, null, 0]);`,
          '}',
          ...(chain.returns ? [`edges.push([${first + chain.length - 1}, 0, 'Back', 0, null, null, 0]);`] : []),
        ]),
    wrapped
      ? 'const index = (s) => states.findIndex((value) => same(value, s[0]));'
      : 'const index = (s) => states.findIndex((value) => same(value, s));',
    'export default {',
    "  name: 'fuzz, plain',",
    `  initial: ${json(recipe.initial)}.map((i) => ${wrapped ? '[states[i], 0]' : 'states[i]'}),`,
    '  actions: (s) => edges.flatMap(([from], i) => (from === index(s) ? [i] : [])),',
    wrapped
      ? `  next: (s, a) => (edges[a][1] < 0 ? undefined : [states[edges[a][1]], (s[1] + edges[a][6]) % ${variants}]),`
      : '  next: (_, a) => (edges[a][1] < 0 ? undefined : states[edges[a][1]]),',
    '  label: (a) => ({ family: edges[a][2], args: [edges[a][3]] }),',
    '  note: (_, a) => edges[a][5] ?? undefined,',
    '  fairness: (a) => edges[a][4] ?? undefined,',
    `  properties: ${list(claims)},`,
    ...(recipe.progress === undefined
      ? []
      : [`  progress: (s) => ${json(recipe.progress)}[index(s)] ?? ${recipe.progress[0]!},`]),
    ...(beyond === undefined ? [] : [`  boundary: (s) => !${json(beyond)}.includes(index(s)),`]),
    ...(symmetry === undefined
      ? []
      : [
          `  symmetry: ${json(symmetry)}.map((order) => (s) => ${wrapped ? '[states[order[index(s)]], s[1]]' : 'states[order[index(s)]]'}),`,
        ]),
    ...plainKeyLines(recipe),
    ...(recipe.folds === undefined
      ? wrapped
        ? ['  normalize: (s) => [s[0], 0],']
        : []
      : [
          `  normalize: (s) => ${wrapped ? `[states[${json(recipe.folds)}[index(s)]], 0]` : `states[${json(recipe.folds)}[index(s)]]`},`,
        ]),
    '};',
  ];
};

// --- components ------------------------------------------------------------------------------------------------------------

const names = (recipe: ComponentRecipe, slots: ReadonlyArray<number>): string =>
  `[${slots.map((slot) => recipe.slots[slot]!.name).join(', ')}]`;

const lookLine = (recipe: ComponentRecipe, { slots, rows, except }: RecipePredicate): string =>
  `over(${names(recipe, slots)}, (...locals) => ${except ? '!' : ''}${json(rows)}.includes(row(${names(recipe, slots)}, locals)))`;

const meetingLine = (recipe: ComponentRecipe, meeting: RecipeInteraction): string => {
  const { family, args, slots, writes, outcomes, guard, fair, talk, shift } = meeting;
  const label = `label: { family: ${json(family)}, args: ${json(args)} }${fair === undefined ? '' : `, fairness: ${json(fair)}`}`;
  if (talk !== undefined) {
    const [asker, answerer] = slots.map((slot) => recipe.slots[slot]!.name);
    const when = talk.when === undefined ? '' : `, when: looks[${talk.when}]`;
    return `query({ ${label}, requester: ${asker}, replier: ${answerer}, query: exchanges[${talk.exchange}]${when} })`;
  }
  const met = `${label}, slots: ${names(recipe, slots)}, writes: ${json(writes)}${guard === undefined ? '' : `, guard: looks[${guard}]`}`;
  if (meeting.climbs === true)
    return `interaction({ ${met}, step: (n) => (n + 1 < ${climbed(recipe)} ? [{ next: [n + 1] }] : []) })`;
  return `interaction({ ${met}, step: table(${names(recipe, slots)}, ${json(writes)}, ${json(Object.fromEntries(outcomes))}, ${shift}) })`;
};

const climbed = ({ domains }: ComponentRecipe): number => domains.find(({ count }) => count !== undefined)?.count ?? 0;

const talkingLine = (recipe: ComponentRecipe, { asker, answerer, ask, answer, take, shift }: RecipeQuery): string =>
  `talking(${json(recipe.domains[asker]!.name)}, ${json(recipe.domains[answerer]!.name)}, ${json(ask)}, ${json(answer)}, ${json(take)}, ${shift})`;

/** The helper functions of all printed component models. */
const HELPERS: Lines = [
  'const at = (kind, n, variant) => (values[kind].counted ? n : values[kind].variants === 1 ? values[kind][n] : [values[kind][n], variant]);',
  'const bare = (kind, local) => (values[kind].variants === 1 ? local : local[0]);',
  'const number = (kind, local) => (values[kind].counted ? local : values[kind].findIndex((value) => same(value, bare(kind, local))));',
  'const variant = (kind, local) => (values[kind].variants === 1 ? 0 : local[1]);',
  'const size = (kind) => values[kind].counted ?? values[kind].length;',
  'const row = (slots, locals) => slots.reduceRight((sum, { kind }, i) => sum * size(kind) + number(kind, locals[i]), 0);',
  'const moved = (kind, local, n, shift) => at(kind, n, (variant(kind, local) + shift) % values[kind].variants);',
  'const table = (slots, writes, rows, shift) => (...locals) =>',
  '  (rows[row(slots, locals)] ?? []).map((way) => ({',
  '    ...way,',
  '    next: locals.map((local, i) => (writes.includes(i) ? moved(slots[i].kind, local, way.next[writes.indexOf(i)], shift) : local)),',
  '  }));',
  'const talking = (asker, answerer, ask, answer, take, shift) => ({',
  '  request: (local) => ask[number(asker, local)] ?? undefined,',
  '  reply: (local, question) => answer[number(answerer, local)][question] ?? undefined,',
  '  receive: (local, n) => take[number(asker, local)][n].map((way) => ({ ...way, next: moved(asker, local, way.next[0], shift) })),',
  '});',
];

/** An initial state, as the values that differ from the slots' initial ones. */
const beginningLine = ({ slots, domains }: ComponentRecipe, values: ReadonlyArray<number>): string => {
  const own = slots.flatMap(({ name, domain, initial }, i) =>
    values[i] === initial ? [] : [`${name}: at(${json(domains[domain]!.name)}, ${values[i]!}, 0)`],
  );
  return own.length === 0 ? '{}' : `{ ${own.join(', ')} }`;
};

/** The expression for the number of the value that a quotient or key puts in place of a value, by a list for each domain. */
const foldedNumber = ({ domains }: ComponentRecipe, folds: ComponentRecipe['folds']): string =>
  folds === undefined
    ? 'number(kind, local)'
    : `${json(folds)}[${json(domains.map(({ name }) => name))}.indexOf(kind)][number(kind, local)]`;

const keyLines = (recipe: ComponentRecipe): Lines => {
  const { blurred, keyFolds, keyed } = recipe;
  if (blurred === true || keyFolds !== undefined) return [`  key: (kind, local) => String(${foldedNumber(recipe, keyFolds)}),`];
  return keyed ? ['  key: (_, local) => text(local),'] : [];
};

const componentLines = (recipe: ComponentRecipe): Lines => {
  const { domains, slots, looks, meetings, exchanges, boundary, symmetry, initial } = recipe;
  const all = (which: ReadonlyArray<number>): string => `[${which.map((look) => `looks[${look}]`).join(', ')}]`;
  const used = usedLooks(recipe);
  const claims = recipe.claims.map(({ name, kind, over, to, bare }) => {
    const sentence = `name: ${json(name)}, kind: '${kind}'`;
    if (kind === 'alwaysStep' || kind === 'sometimesStep') return `{ ${sentence} }`;
    if (kind === 'leadsTo') return `{ ${sentence}, from: ${all(over)}, to: ${all(to)} }`;
    if (kind === 'noDeadlock') return bare ? `{ ${sentence} }` : `{ ${sentence}, final: ${all(over)} }`;
    return `{ ${sentence}, over: ${all(over)} }`;
  });
  const valuesLines = domains.map(({ name, values, count, variants }) => {
    const fields = `variants: ${variants}${count === undefined ? '' : `, counted: ${count}`}`;
    return `${name}: Object.assign([${values.map(source).join(', ')}], { ${fields} }),`;
  });
  return [
    "import { interaction, over, query, slot } from 'bayou/checker';",
    ...SAME,
    'const values = {',
    ...valuesLines.map((line) => `  ${line}`),
    '};',
    ...HELPERS,
    ...slots.map(({ name, domain, initial }) => {
      const kind = json(domains[domain]!.name);
      return `const ${name} = slot(${kind}, ${json(name)}, at(${kind}, ${initial}, 0));`;
    }),
    'const looks = {',
    ...looks.flatMap((look, i) => (used.has(i) ? [`  ${i}: ${lookLine(recipe, look)},`] : [])),
    '};',
    `const exchanges = ${list(exchanges.map((talk) => talkingLine(recipe, talk)))};`,
    'export default {',
    "  name: 'fuzz, components',",
    `  slots: ${names(
      recipe,
      slots.map((_, i) => i),
    )},`,
    ...(initial === undefined ? [] : [`  initial: ${list(initial.map((values) => beginningLine(recipe, values)))},`]),
    `  interactions: ${list(meetings.map((meeting) => meetingLine(recipe, meeting)))},`,
    `  properties: ${list(claims)},`,
    ...(boundary === undefined ? [] : [`  boundary: ${all(boundary)},`]),
    ...keyLines(recipe),
    ...(recipe.hasProgress
      ? [
          `  progress: (kind, local) => (${json(Object.fromEntries(domains.map(({ name, progress }) => [name, progress])))})[kind][number(kind, local)] ?? 0,`,
        ]
      : []),
    ...(symmetry === undefined
      ? []
      : [
          `  symmetry: ${json(symmetry)}.map(({ name, slotTo, values: to }) => ({`,
          '    name,',
          '    slotTo,',
          `    apply: (kind, local) => at(kind, to[${json(domains.map(({ name }) => name))}.indexOf(kind)][number(kind, local)], variant(kind, local)),`,
          '  })),',
        ]),
    ...(hasNormalForms(recipe) ? [`  normalize: (kind, local) => at(kind, ${foldedNumber(recipe, recipe.folds)}, 0),`] : []),
    '};',
  ];
};

/** The lines of the module. */
export const moduleOf = (recipe: Recipe): Lines =>
  (recipe.form === 'plain' ? plainLines(recipe) : componentLines(recipe)).flatMap((line) => line.split('\n'));
