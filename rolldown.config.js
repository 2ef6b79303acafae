/**
 * The programs, each as one file. A Node process that loads a hundred small modules takes twice the processor time of one that loads a
 * single file; a cluster's ten processes on two cores are most of a second. What runs is what tsc built.
 */
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A native module, and one that is loaded only when something is logged. */
const external = ['classic-level', 'pino'];

/** Modules go on finding files (workers, processes, configurations) where they themselves were. */
const whereTheyWere = (dir) => ({
  name: 'where-they-were',
  transform: (code, id) =>
    id.endsWith('.js') && code.includes('import.meta.url')
      ? {
          code: code.replaceAll('import.meta.url', `new URL(${JSON.stringify(`./${relative(dir, id)}`)}, import.meta.url).href`),
          // Lines stay where they were.
          map: null,
        }
      : null,
});

/** Comments and indents are half of what is read at each start. Names stay: lines of a stack are told to people. */
const minify = { compress: false, mangle: false, codegen: { removeWhitespace: true } };

/** What the master starts. */
const processes = {
  input: { server: 'dist/net/server-process.js', client: 'dist/net/client-process.js' },
  platform: 'node',
  external,
  output: {
    dir: 'dist/processes',
    format: 'cjs',
    entryFileNames: '[name].cjs',
    chunkFileNames: '[name]-[hash].cjs',
    sourcemap: true,
    cleanDir: true,
  },
};

const PROGRAMS = fileURLToPath(new URL('dist/programs', import.meta.url));

/** What people start. */
const programs = {
  input: { cli: 'dist/cli/run-bayou.js', master: 'dist/master/program.js' },
  platform: 'node',
  external,
  plugins: [whereTheyWere(PROGRAMS)],
  output: { dir: PROGRAMS, format: 'esm', sourcemap: true, cleanDir: true, minify },
};

const THREADS = fileURLToPath(new URL('dist/threads', import.meta.url));

/** The thread that loads a model again. In a bundle with the programs it would cut what they share into more files, each of which is open while they load. */
const threads = {
  ...programs,
  input: { again: 'dist/cli/check/again-thread.js' },
  plugins: [whereTheyWere(THREADS)],
  output: { ...programs.output, dir: THREADS },
};

export default [processes, programs, threads];
