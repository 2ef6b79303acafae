#!/usr/bin/env node
/**
 * `node dist/master.js`: the master program (`master/program.ts`) under the name that the contract gives it. From one file, where it
 * was bundled: a program that loads a hundred small modules takes twice as long to be there.
 */
import { existsSync } from 'node:fs';

const bundle = new URL('./programs/master.js', import.meta.url);

const USAGE = 2;

const loaded = async (): Promise<typeof import('./master/program.js')> => {
  try {
    return existsSync(bundle)
      ? ((await import(bundle.href)) as typeof import('./master/program.js'))
      : await import('./master/program.js');
  } catch (error) {
    // Nothing of the program is there yet that could say it better.
    const said = error instanceof Error ? error.message.split('\n', 1)[0] : String(error);
    const isOutOfFiles = (error as NodeJS.ErrnoException | undefined)?.code === 'EMFILE';
    process.stderr.write(
      `master: it cannot be loaded: ${isOutOfFiles ? 'too many files are open; raise the limit (ulimit -n)' : said}\n`,
    );
    process.exit(USAGE);
  }
};

const { runToTheEnd } = await loaded();
// What a slow reader has not taken yet is still to be written.
process.exit(await runToTheEnd('master', process.argv.slice(2)));
