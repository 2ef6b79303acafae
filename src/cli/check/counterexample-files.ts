/** Writes counterexamples into files: one for each violated property and each format. */
import { join } from 'node:path';
import { toModel } from '../../checker/component-model/as-model.js';
import { toDot } from '../../checker/output/dot.js';
import { toItf } from '../../checker/output/itf.js';
import { toMermaid } from '../../checker/output/mermaid.js';
import { toShiViz } from '../../checker/output/shiviz.js';
import { oneLine, traceLines } from '../../checker/output/counterexample-lines.js';
import { CheckerError } from '../../checker/error.js';
import type { Report } from '../../checker/report.js';
import { makeFolder } from '../../files/folder.js';
import { putInPlace } from '../../files/in-place.js';
import { wrongToMake } from '../../command-line/named-files.js';
import { PAGE, wrongToReplace, type FileKind } from '../../command-line/replace.js';
import { reasonOf, say } from '../../command-line/say.js';
import { UsageError } from '../../command-line/exit.js';
import { FORMATS, type Format } from './check-args.js';
import type { RunToWrite } from './counterexample-page.js';
import type { AnyModel, CheckedModel } from '../../checked-model/checked-model.js';

// --- types -----------------------------------------------------------------------------------------------------------------

/** A file's text, or the reason why there is no file. */
type Content = { readonly text: string } | { readonly why: string; readonly isFault?: true };

/** For each format the ending of the file's name, and the kind of the file. */
const FILES: Readonly<Record<Format, FileKind & { readonly ending: string }>> = {
  json: { ending: 'trace.json', name: 'counterexample', mark: /^\{\s*"model":/ },
  text: { ending: 'txt', name: 'counterexample', mark: /\n0 {2}initial state\n/ },
  itf: { ending: 'itf.json', name: 'counterexample', mark: /^\{\s*"#meta":/ },
  mermaid: { ending: 'mmd', name: 'diagram of a counterexample', mark: /^(?:---\n[^]*\n---\n)?sequenceDiagram\n/ },
  shiviz: { ending: 'shiviz.log', name: 'counterexample', mark: /^\(\?<event>/ },
  dot: { ending: 'dot', name: 'state graph', mark: /^digraph / },
  script: { ending: 'script', name: 'script of a counterexample', mark: /^# .*\n# A run of the model / },
  html: { ending: 'html', ...PAGE },
};

/** The formats that the model can be written in, without the graph, which is seldom small enough. */
const defaultFormats = ({ writing }: CheckedModel): ReadonlyArray<Format> =>
  FORMATS.filter((format) => format !== 'dot' && (format !== 'script' || writing.script !== undefined));

// --- contents --------------------------------------------------------------------------------------------------------------

const json = (value: unknown): Content => ({ text: `${JSON.stringify(value, null, 2)}\n` });

const contentOf = (
  format: Exclude<Format, 'dot'>,
  written: RunToWrite,
  checked: CheckedModel,
  repeat: string,
): Content | Promise<Content> => {
  const { property, trace, kind } = written;
  const { source, config, writing } = checked;
  const { name } = checked.model.model;
  switch (format) {
    case 'json':
      return json({
        model: name,
        // A random run breaks no property: what is in `property` is the run's own name.
        ...(kind === 'sample' ? {} : { property }),
        ...(config === undefined ? { module: source, parameters: checked.parameters } : { config }),
        ...trace,
      });
    case 'text':
      return { text: [oneLine(property), ...traceLines(trace), ...checked.legend, ''].join('\n') };
    case 'itf':
      return json(toItf(trace, name, property));
    case 'mermaid':
      return { text: toMermaid(trace, { title: oneLine(name), property: oneLine(property) }) };
    case 'shiviz':
      return { text: toShiViz(trace) };
    case 'html':
      return pageOf(written, checked, repeat);
    case 'script': {
      const script = writing.script?.(trace, property);
      return script?.kind === 'script' ? script : { why: script?.why ?? "only a run of Bayou's model is a script" };
    }
  }
};

/** The explorer's page of one run. The code that makes it is as large as the checker, and is loaded only here. */
const pageOf = async (written: RunToWrite, checked: CheckedModel, repeat: string): Promise<Content> => ({
  text: await (await import('./counterexample-page.js')).pageText(written, checked, repeat),
});

/** Makes a file's text. Some texts ask the model (`view`), which may be at fault then: the verdict is told all the same. */
const soundContent = async (make: () => Content | Promise<Content>): Promise<Content> => {
  try {
    return await make();
  } catch (error) {
    if (error instanceof CheckerError) return { why: error.message, isFault: true };
    throw error;
  }
};

const graphOf = ({ level, model }: AnyModel): Content => {
  const dot = level === 'plain' ? toDot(model) : toDot(toModel(model));
  return dot.kind === 'graph' ? dot : { why: `the graph has more than ${dot.limit} states, too many to be read` };
};

/** The runs of a report that are written. */
export const runsOf = (report: Report): ReadonlyArray<RunToWrite> =>
  report.properties.flatMap(({ name, verdict, trace, more = [] }) =>
    (verdict === 'violated' || verdict === 'reached') && trace !== undefined
      ? [trace, ...more].map((run) => ({ property: name, trace: run, kind: verdict }))
      : [],
  );

// --- operations ------------------------------------------------------------------------------------------------------------

/** What became of the files of runs. */
export interface WrittenFiles {
  /** A line for each file: that it was written, or why not. */
  readonly lines: ReadonlyArray<string>;
  /** Whether one is missing that could be made. Standard error says so, too. */
  readonly isLost: boolean;
}

export const NO_FILES: WrittenFiles = { lines: [], isLost: false };

export const joinedFiles = (all: ReadonlyArray<WrittenFiles>): WrittenFiles => ({
  lines: all.flatMap(({ lines }) => lines),
  isLost: all.some(({ isLost }) => isLost),
});

/** Says that something is not written that should be. The runs are told all the same. */
const lost = (path: string, why: string): WrittenFiles => {
  say(`bayou check: --out-dir: ${path}: ${why}`);
  return { lines: [`not written: ${path}: ${why}`], isLost: true };
};

/** Makes the folder of the files. Gives why it cannot be made; undefined where it is there. */
const wrongFolder = (dir: string): string | undefined => {
  const wrong = wrongToMake(dir);
  if (wrong !== undefined) return wrong;
  try {
    makeFolder(dir);
    return undefined;
  } catch (error) {
    return `it cannot be made: ${reasonOf(error)}`;
  }
};

/** Makes the folder of the files before the search for which they are made. @throws UsageError */
export const mustHaveFolder = (dir: string): void => {
  const wrong = wrongFolder(dir);
  if (wrong !== undefined) throw new UsageError(`--out-dir: ${dir}: ${wrong}`);
};

/** Writes one file, whole or not at all. */
const write = async (path: string, kind: FileKind, made: Promise<Content>): Promise<WrittenFiles> => {
  const content = await made;
  if ('why' in content && content.isFault === true) return lost(path, content.why);
  if ('why' in content) return { lines: [`not written: ${path}: ${content.why}`], isLost: false };
  const wrong = wrongToReplace(path, kind);
  if (wrong !== undefined) return lost(path, wrong);
  try {
    putInPlace(path, content.text, { beside: `${path}.part`, sync: false, over: 'replace' });
  } catch (error) {
    return lost(path, `it cannot be written: ${reasonOf(error)}`);
  }
  return { lines: [`written: ${path}`], isLost: false };
};

/**
 * Writes runs and, if asked for, the state graph.
 *
 * @param distinct changes a name that another file of this command has already
 * @param repeat the command that finds the runs again
 */
export const writeFiles = async (
  dir: string,
  wanted: ReadonlyArray<Format> | undefined,
  checked: CheckedModel,
  runs: ReadonlyArray<RunToWrite>,
  distinct: (name: string) => string,
  repeat: string,
): Promise<WrittenFiles> => {
  const wrong = wrongFolder(dir);
  if (wrong !== undefined) return lost(dir, wrong);
  const { stem, fileOf } = checked.writing;
  const formats = wanted ?? defaultFormats(checked);
  const files = runs.flatMap((run) => {
    const name = distinct(`${stem}-${run.kind === 'sample' ? run.property.replaceAll(' ', '-') : fileOf(run.property)}`);
    return formats.flatMap((format) =>
      format === 'dot'
        ? []
        : [[`${name}.${FILES[format].ending}`, format, soundContent(() => contentOf(format, run, checked, repeat))] as const],
    );
  });
  const graph = formats.includes('dot')
    ? [[`${distinct(stem)}.${FILES.dot.ending}`, 'dot', soundContent(() => graphOf(checked.model))] as const]
    : [];
  const all = await Promise.all(
    [...files, ...graph].map(([file, format, content]) => write(join(dir, file), FILES[format], content)),
  );
  return joinedFiles(all);
};
