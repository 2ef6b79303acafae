/** Counterexamples as files, one for each property violated and each format. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { toModel } from '../../checker/adapt.js';
import type { ComponentModel } from '../../checker/interface.js';
import { toDot } from '../../checker/output/dot.js';
import { toItf } from '../../checker/output/itf.js';
import { toMermaid } from '../../checker/output/mermaid.js';
import { toShiViz } from '../../checker/output/shiviz.js';
import { traceLines } from '../../checker/output/trace.js';
import type { Counterexample, Report } from '../../checker/report.js';
import type { Config } from '../../model/config.js';
import { PROPERTIES } from '../../model/sentences.js';
import { UsageError } from '../exit.js';
import { FORMATS, type Format } from './options.js';
import { toScript } from './script.js';

// --- types -----------------------------------------------------------------------------------------------------------------

/** A file's text, or why there is none. */
type Content = { readonly text: string } | { readonly why: string };

interface Violation {
  readonly property: string;
  readonly trace: Counterexample;
}

const EXTENSION: Readonly<Record<Format, string>> = {
  json: 'trace.json',
  text: 'txt',
  itf: 'itf.json',
  mermaid: 'mmd',
  shiviz: 'shiviz.log',
  dot: 'dot',
  script: 'script',
};

const DEFAULT_FORMATS = FORMATS.filter((format) => format !== 'dot');

// --- contents --------------------------------------------------------------------------------------------------------------

const json = (value: unknown): Content => ({ text: `${JSON.stringify(value, null, 2)}\n` });

const contentOf = (format: Exclude<Format, 'dot'>, { property, trace }: Violation, config: Config): Content => {
  switch (format) {
    case 'json':
      return json({ model: config.name, property, config, ...trace });
    case 'text':
      return { text: [property, ...traceLines(trace), ''].join('\n') };
    case 'itf':
      return json(toItf(trace, config.name, property));
    case 'mermaid':
      return { text: toMermaid(trace) };
    case 'shiviz':
      return { text: toShiViz(trace) };
    case 'script': {
      const script = toScript(trace, config, property);
      return script.kind === 'script' ? script : { why: script.why };
    }
  }
};

const graphOf = (model: ComponentModel): Content => {
  const dot = toDot(toModel(model));
  return dot.kind === 'graph' ? dot : { why: `the graph has more than ${dot.limit} states, too many to be read` };
};

// --- names -----------------------------------------------------------------------------------------------------------------

const nameOf = (property: string): string =>
  Object.entries(PROPERTIES).find(([, { name }]) => name === property)?.[0] ?? 'property';

const violationsOf = (report: Report): ReadonlyArray<Violation> =>
  report.properties.flatMap(({ name, verdict, trace }) =>
    verdict === 'violated' && trace !== undefined ? [{ property: name, trace }] : [],
  );

// --- operations ------------------------------------------------------------------------------------------------------------

/** Writes one file; a line that says which, or why not. */
const write = async (path: string, content: Content): Promise<string> => {
  if ('why' in content) return `not written: ${path}: ${content.why}`;
  try {
    await writeFile(path, content.text);
  } catch (error) {
    throw new UsageError(`--out-dir: ${path} cannot be written: ${(error as NodeJS.ErrnoException).code ?? String(error)}`);
  }
  return `written: ${path}`;
};

/**
 * Writes the counterexamples of a report (and, if asked for, the state graph); a line for each file.
 *
 * @throws UsageError when the folder cannot be made or written to.
 */
export const writeFiles = async (
  dir: string,
  wanted: ReadonlyArray<Format> | undefined,
  config: Config,
  model: ComponentModel,
  report: Report,
): Promise<ReadonlyArray<string>> => {
  try {
    await mkdir(dir, { recursive: true });
  } catch (error) {
    throw new UsageError(`--out-dir: ${dir} cannot be made: ${(error as NodeJS.ErrnoException).code ?? String(error)}`);
  }
  const formats = wanted ?? DEFAULT_FORMATS;
  const files = violationsOf(report).flatMap((violation) =>
    formats.flatMap((format) =>
      format === 'dot'
        ? []
        : [[`${config.name}-${nameOf(violation.property)}.${EXTENSION[format]}`, contentOf(format, violation, config)] as const],
    ),
  );
  const graph = formats.includes('dot') ? [[`${config.name}.${EXTENSION.dot}`, graphOf(model)] as const] : [];
  return Promise.all([...files, ...graph].map(([file, content]) => write(join(dir, file), content)));
};
