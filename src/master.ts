#!/usr/bin/env node
/**
 * `node dist/master.js`: the master program (`master/program.ts`) under the name that the contract gives it. From one file, where it
 * was bundled: a program that loads a hundred small modules takes twice as long to be there.
 */
import { existsSync } from 'node:fs';

const bundle = new URL('./programs/master.js', import.meta.url);
const { runMasterProgram } = existsSync(bundle)
  ? ((await import(bundle.href)) as typeof import('./master/program.js'))
  : await import('./master/program.js');

const INTERRUPTED = 130;

const status = await runMasterProgram('master', process.argv.slice(2));

/** Results that nobody got are no success. */
const end = (error?: Error | null): void => process.exit(error && status === 0 ? INTERRUPTED : status);

// What a slow reader has not taken yet is still to be written.
process.stdout.on('error', end).write('', end);
