/** Runs the master on a script with marks in it, and says when each mark was reached. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const MASTER = fileURLToPath(new URL('../../master.js', import.meta.url));

/** A get of a key that nobody writes: its line on standard output is the mark. */
export const mark = (client: number, name: string): string => `get ${client} mark-${name}`;

/** When, in ms after the launch, each mark was reached; `end` when the process was gone. */
export const timeMarks = (
  script: ReadonlyArray<string>,
  args: ReadonlyArray<string> = [],
): Promise<ReadonlyMap<string, number>> =>
  new Promise((resolve, reject) => {
    const marks = new Map<string, number>();
    const began = performance.now();
    const child = spawn(process.execPath, [MASTER, ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
    child.stdout.setEncoding('latin1').on('data', (text: string) => {
      for (const [, name] of text.matchAll(/^mark-(.*):/gm)) marks.set(name ?? '', performance.now() - began);
    });
    child.once('error', reject);
    child.once('close', (status) => {
      marks.set('end', performance.now() - began);
      if (status === 0) resolve(marks);
      else reject(new Error(`the master ended with status ${status}`));
    });
    child.stdin.end(`${script.join('\n')}\n`);
  });

/** The time between two marks in ms. */
export const between = (marks: ReadonlyMap<string, number>, from: string, to: string): number =>
  (marks.get(to) ?? NaN) - (marks.get(from) ?? NaN);
