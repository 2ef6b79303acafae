/**
 * The programs that the master starts, each as one file. A Node process that loads some sixty small modules takes twice the processor
 * time of a bare one to be there; ten of them on two cores are most of a second. What runs is what tsc built.
 */
export default {
  input: { server: 'dist/net/server-process.js', client: 'dist/net/client-process.js' },
  platform: 'node',
  // A native module, and one that is loaded only when something is logged.
  external: ['classic-level', 'pino'],
  output: {
    dir: 'dist/processes',
    format: 'cjs',
    entryFileNames: '[name].cjs',
    chunkFileNames: '[name]-[hash].cjs',
    sourcemap: true,
    cleanDir: true,
  },
};
