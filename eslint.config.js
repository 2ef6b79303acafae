import js from '@eslint/js';
import tseslint from 'typescript-eslint';

const PORTS = 'it comes through a port: src/ports/ports.ts, src/impl/log/files.ts, src/master/processes.ts.';
const AMBIENT = [
  ...[
    'setTimeout',
    'setInterval',
    'setImmediate',
    'clearTimeout',
    'clearInterval',
    'clearImmediate',
    'performance',
    'crypto',
    'fetch',
  ],
];
const AMBIENT_PROPERTIES = [
  ...['hrtime', 'nextTick', 'uptime', 'env', 'stdin', 'stdout', 'stderr', 'pid', 'exit', 'kill', 'on', 'once'].map((name) => [
    'process',
    name,
  ]),
  ['Date', 'now'],
  ['Math', 'random'],
];
const AMBIENT_MODULES =
  '^(node:)?(fs|net|tls|http|https|dgram|dns|timers|child_process|cluster|os|readline|worker_threads)(/.*)?$';

/** Where the ports are made from what the system has, and programs from ports. */
const EDGES = [
  // The files of the log, its lock, and which machine it is; a backup is a command of its own, beside a server.
  ...['files', 'lock', 'guard-name', 'machine', 'backup', 'backup-copy'].map((name) => `src/impl/log/${name}.ts`),
  // A name of the machine's, which is part of the lock; TLS is on top of Node's own sockets alone.
  ...['socket-guard', 'transport', 'tls'].map((name) => `src/net/${name}.ts`),
  // The programs of the processes; what is written down beside the protocol, and asked by whoever operates a server.
  ...['process', 'tracer', 'logger', 'metrics', 'operations', 'descriptors'].map((name) => `src/net/${name}.ts`),
  // The master's program: its terminal, its script, its folder, the processes that it starts.
  ...['program', 'prompt', 'lines', 'crash-cleanup', 'processes', 'trace-files'].map((name) => `src/master/${name}.ts`),
];

export default tseslint.config(
  { ignores: ['dist/', 'docs/api/', 'node_modules/', '.stryker-tmp/', 'reports/'] },
  js.configs.recommended,
  ...tseslint.configs.strictTypeChecked,
  ...tseslint.configs.stylisticTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      // `fp-ts/Either` passes tsc and vitest and fails in plain Node ESM: only the file itself resolves there.
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              regex: '^(fp-ts|io-ts)(/(?!lib/).*)?$|^(fp-ts|io-ts)/lib/.*(?<!\\.js)$',
              message: "import 'fp-ts/lib/Either.js' (the file, with its extension): the short form fails in plain Node.",
            },
          ],
        },
      ],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/consistent-type-definitions': ['error', 'interface'],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      // Typed arrays in the checker's inner loops are indexed within asserted bounds.
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/array-type': ['error', { default: 'array', readonly: 'generic' }],
      eqeqeq: 'error',
      'prefer-const': 'error',
      'no-console': 'error',
      // Who reads a file has it on a few screens, and a function on one. What is one thing all the same says why where it stands.
      'max-lines': ['error', 300],
      'max-lines-per-function': ['error', 60],
    },
  },
  {
    files: ['**/*.js', '**/*.mjs', '**/*.cjs'],
    extends: [tseslint.configs.disableTypeChecked],
    languageOptions: { globals: { process: 'readonly', console: 'readonly', module: 'readonly', URL: 'readonly' } },
  },
  {
    // Views are functions with capital letters; what Preact calls with an event returns nothing.
    files: ['src/explorer/page/**'],
    rules: { '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: { attributes: false } }] },
  },
  {
    // Whatever a process takes from the world around it comes through a port, so that the same code runs in a simulated one.
    files: ['src/net/**', 'src/impl/**', 'src/master/**', 'src/library.ts'],
    ignores: EDGES,
    rules: {
      'no-restricted-globals': ['error', ...AMBIENT.map((name) => ({ name, message: PORTS }))],
      'no-restricted-properties': [
        'error',
        ...AMBIENT_PROPERTIES.map(([object, property]) => ({ object, property, message: PORTS })),
      ],
      '@typescript-eslint/no-restricted-imports': [
        'error',
        {
          patterns: [{ regex: AMBIENT_MODULES, message: PORTS, allowTypeImports: true }],
          paths: [
            {
              name: 'node:crypto',
              importNames: ['randomBytes', 'randomUUID', 'randomInt', 'randomFill', 'webcrypto'],
              message: PORTS,
            },
            { name: 'node:perf_hooks', message: PORTS },
          ],
        },
      ],
    },
  },
  { files: ['bench/**', 'docs/**', 'examples/**', 'spec/**'], rules: { 'no-console': 'off' } },
  // An algorithm is told as its paper tells it.
  { files: ['examples/**'], rules: { 'max-lines-per-function': 'off' } },
  // A file of tests is a list: whoever looks for one test reads that one. The functions around them only group them. What tests are helped by is code as any other.
  { files: ['test/**/*.test.ts'], rules: { 'max-lines': 'off', 'max-lines-per-function': 'off' } },
);
