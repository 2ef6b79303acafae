/** The report of `bayou conform`: one finding for each trial, and their common verdict. */
import { cpus } from 'node:os';
import { EXIT } from '#bayou/command-line/exit.js';
import { counted } from '#bayou/core/counted.js';
import type { ConformReport, Finding, LayerNumber, TrialVerdict } from '../common/finding.js';

/** Each layer in a few words. */
const LAYERS: Readonly<Record<LayerNumber, string>> = {
  1: 'every transition',
  2: 'scripts',
  3: 'traces',
  4: 'hostile and simulated runs',
};

// --- constructors ----------------------------------------------------------------------------------------------------------

const WORST: ReadonlyArray<TrialVerdict> = ['diverges', 'failed', 'undecided', 'conforms'];

/** Was nothing compared with the model? An empty script conforms, but a report of empty scripts alone proves nothing. */
const isEmpty = (findings: ReadonlyArray<Finding>): boolean =>
  findings.every(({ counts }) => Object.values(counts).every((n) => n === 0));

/** Makes a report of findings; its verdict is `undecided` where nothing was compared. A script with too many states for layer 2 is undecided there, and its trace decides (layer 3). */
export const reportOf = (findings: ReadonlyArray<Finding>, elapsedMs: number): ConformReport => {
  const reached: Record<string, Record<string, number>> = {};
  for (const f of findings) {
    const layer = (reached[`layer ${f.layer}`] ??= { tried: 0, undecided: 0 });
    layer['tried'] = (layer['tried'] ?? 0) + 1;
    if (f.verdict === 'undecided') layer['undecided'] = (layer['undecided'] ?? 0) + 1;
    for (const [name, count] of Object.entries(f.counts)) layer[name] = (layer[name] ?? 0) + count;
  }
  const decided = (f: Finding): boolean =>
    f.layer === 2 &&
    f.verdict === 'undecided' &&
    findings.some((g) => g.layer === 3 && g.name === f.name && g.verdict === 'conforms');
  const verdicts = findings.map((f) => (decided(f) ? 'conforms' : f.verdict));
  const verdict = WORST.find((v) => verdicts.includes(v)) ?? 'undecided';
  return {
    verdict: verdict === 'conforms' && isEmpty(findings) ? 'undecided' : verdict,
    findings,
    reached,
    elapsedMs,
    machine: `node ${process.version}, ${process.platform} ${process.arch}, ${cpus().length} cores`,
  };
};

/** The exit status of a verdict. */
export const statusOf = (verdict: TrialVerdict): number =>
  ({ conforms: EXIT.ok, diverges: EXIT.violated, undecided: EXIT.bounded, failed: EXIT.internal })[verdict];

// --- as text ---------------------------------------------------------------------------------------------------------------

const plain = (n: number): string => n.toLocaleString('en');

/** `process` for `processes`, `fault of the network` for `faults of the network`. `tried` stays as it is. */
const singular = (name: string): string => name.replace(/^(\w+ss)es\b|^(\w+)s\b/, '$1$2');

const showCounts = (counts: Readonly<Record<string, number>>): string =>
  Object.entries(counts)
    .filter(([name, n]) => n > 0 || name === 'tried')
    .map(([name, n]) => `${plain(n)} ${n === 1 ? singular(name) : name}`)
    .join(', ');

/** The lines of a finding that does not conform. */
const showFinding = (f: Finding): string =>
  [`layer ${f.layer}, ${f.name}: ${f.verdict}`, ...f.details.split('\n').map((line) => `  ${line}`), `  again: ${f.repeat}`].join(
    '\n',
  );

/** Does the report tell this finding? It tells what diverges or failed, and, where the whole report is undecided, what is undecided. */
const isToldOf = ({ verdict }: Finding, report: ConformReport): boolean =>
  verdict === 'diverges' || verdict === 'failed' || (verdict === 'undecided' && report.verdict === 'undecided');

const refusedOf = ({ findings }: ConformReport): ReadonlyArray<readonly [Finding, string]> =>
  findings.flatMap((finding) => (finding.refused ?? []).map((line) => [finding, line] as const));

/** The most refused lines of scripts that are told. */
const MAX_REFUSED = 20;

const refusedLines = (report: ConformReport): ReadonlyArray<string> => {
  const all = refusedOf(report);
  return [
    ...all.slice(0, MAX_REFUSED).map(([{ name }, line]) => `${name}: ${line}: bad input, and not run`),
    ...(all.length > MAX_REFUSED ? [`and ${all.length - MAX_REFUSED} more lines that were not run`] : []),
  ];
};

/** The verdict as text. Where lines were refused it says so, since nothing was done for them. */
const verdictText = (report: ConformReport): string => {
  const refused = refusedOf(report).length;
  return refused === 0
    ? report.verdict
    : `${report.verdict}, but for ${counted(refused, 'line')} that ${refused === 1 ? 'was' : 'were'} not run`;
};

/** A report as text: the verdict and how much was tried. An interrupted run has no verdict, but its failures so far. */
export const showReport = (r: ConformReport, interrupted = false): string =>
  [
    ...r.findings.filter((f) => isToldOf(f, r)).map(showFinding),
    ...Object.entries(r.reached).map(
      ([name, counts]) => `${name}, ${LAYERS[Number(name.slice(6)) as LayerNumber]}: ${showCounts(counts)}`,
    ),
    ...(r.verdict === 'undecided' && !interrupted && isEmpty(r.findings)
      ? ['nothing was compared: there was no command, event or transition']
      : []),
    ...r.findings.flatMap(({ name, notes = [] }) => notes.map((note) => `${name}: ${note}`)),
    ...refusedLines(r),
    `${interrupted && r.verdict !== 'diverges' ? 'interrupted' : verdictText(r)} (${(r.elapsedMs / 1000).toFixed(1)} s)`,
  ].join('\n');

// --- as JUnit XML ----------------------------------------------------------------------------------------------------------

const escape = (text: string): string =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    // XML has no other control characters, not even escaped ones.
    // eslint-disable-next-line no-control-regex
    .replaceAll(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/g, '�');

const BODY: Readonly<Record<TrialVerdict, string | undefined>> = {
  conforms: undefined,
  diverges: 'failure',
  undecided: 'skipped',
  failed: 'error',
};

const testcase = (f: Finding): string => {
  const head = `    <testcase classname="layer ${f.layer}" name="${escape(f.name)}" time="${(f.elapsedMs / 1000).toFixed(3)}"`;
  const body = BODY[f.verdict];
  return body === undefined
    ? `${head}/>`
    : `${head}>\n      <${body} message="${escape(f.details.split('\n')[0] ?? '')}">${escape(`${f.details}\nagain: ${f.repeat}`)}</${body}>\n    </testcase>`;
};

/** The report as JUnit XML: a suite for each layer. */
export const toJUnit = (r: ConformReport): string => {
  const suite = (layer: LayerNumber): string => {
    const all = r.findings.filter((f) => f.layer === layer);
    const count = (verdict: TrialVerdict): number => all.filter((f) => f.verdict === verdict).length;
    return [
      `  <testsuite name="layer ${layer}: ${LAYERS[layer]}" tests="${all.length}" failures="${count('diverges')}" errors="${count('failed')}" skipped="${count('undecided')}">`,
      ...all.map(testcase),
      '  </testsuite>',
    ].join('\n');
  };
  const layers = ([1, 2, 3, 4] as const).filter((layer) => r.findings.some((f) => f.layer === layer));
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<testsuites name="bayou conform">',
    ...layers.map(suite),
    '</testsuites>',
    '',
  ].join('\n');
};
