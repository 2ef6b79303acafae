/** The house's arrows. The model and the implementation are two independent readings of one contract. */
const arrow = (name, from, to, comment) => ({ name, severity: 'error', comment, from: { path: from }, to: { path: to } });

module.exports = {
  forbidden: [
    { name: 'no-circles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'no-orphan-dependencies',
      severity: 'error',
      from: { path: '^(src|conformance)' },
      to: { couldNotResolve: true, pathNot: '[?]worker&inline$' },
    },
    {
      name: 'no-dev-dependencies',
      severity: 'error',
      // What the page is built from is in it.
      from: { path: '^src', pathNot: '^src/explorer/(page/|vite)' },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    },
    arrow('core-stands-alone', '^src/core', '^src/(?!core)', 'The vocabulary knows nobody who speaks it.'),
    arrow(
      'model-is-pure',
      '^src/model',
      '^src/(?!core|model|checker/(model|view))',
      'The model knows the vocabulary and the interface of the checker.',
    ),
    arrow(
      'model-has-no-io',
      '^src/model',
      '^(node:)?(fs|net|http|child_process|worker_threads|os|process|timers|crypto)',
      'No I/O, clock or randomness in the model.',
    ),
    arrow(
      'protocol-knows-no-checking',
      '^src/model/protocol',
      '^src/(checker|model/(?!protocol))',
      'The rules of the protocol know nothing of what checks them.',
    ),
    arrow(
      'checking-takes-no-action',
      '^src/model/checking',
      '^src/model/(actions|system)',
      'What judges a step does not take it.',
    ),
    arrow('checker-is-general', '^src/checker', '^src/(?!checker)', 'The checker knows nothing of Bayou.'),
    arrow(
      'impl-has-no-sockets',
      '^src/impl',
      '^src/(?!common|core|impl|ports/(ports|node)[.])',
      'The implementation knows the vocabulary, and the ports to what it takes from outside, but for the network.',
    ),
    arrow('impl-opens-no-sockets', '^src/impl', '^(node:)?(net|tls|dgram|http|child_process)', 'Sockets are for src/net.'),
    arrow('net-below-programs', '^src/net', '^src/(?!common|core|impl|net|ports)', 'Programs use the net, never the reverse.'),
    arrow('ports-know-nobody', '^src/ports', '^src/(?!ports)', 'What the store takes from the world knows nothing of the store.'),
    arrow(
      'judges-have-no-model',
      '^conformance/(layer4-hostile/judge|soak)/',
      '^(src/(model|impl)|conformance/(?!layer4-hostile/judge/|soak|faults|common))',
      'Whoever judges has read the contract alone.',
    ),
    arrow(
      'oracle-knows-types-alone',
      '^fuzz/(oracle|recipe|make)',
      '^(src/(?!checker/(model|options|report))|conformance|fuzz/ways)',
      'What judges the checker shares nothing with it but the published interface.',
    ),
    arrow('nobody-needs-the-fuzz', '^(src|conformance)', '^fuzz', 'The fuzz tries the checker, never the reverse.'),
    {
      name: 'explorer-runs-in-a-browser',
      severity: 'error',
      comment: 'The page, the model in its worker, and what of the checker steps through it, know nothing of Node.',
      from: { path: '^src/explorer', pathNot: 'vite[.]config' },
      to: {
        path: '^(node:)?(fs|net|http|os|path|util|v8|url|child_process|worker_threads|crypto|process|timers|perf_hooks)(/|$)',
        reachable: true,
      },
    },
    arrow(
      'explorer-is-below',
      '^src/explorer',
      '^src/(?!core|model|checker|explorer)',
      'The page knows the model and the checker, never the command that shows it.',
    ),
    arrow(
      'nobody-needs-the-command',
      '^(src/(?!cli)|conformance|fuzz|bench)',
      '^src/cli',
      'The command is on top of everything, and nothing is on top of it.',
    ),
    arrow(
      'nobody-needs-the-command-conform',
      '^conformance/(?!cli/)',
      '^conformance/cli/',
      '`bayou conform` is on top of the layers, and nothing is on top of it.',
    ),
    arrow(
      'subject-is-below',
      '^src/subject',
      '^src/(?!core|model|checker|program|subject)',
      'What is checked or replayed knows nobody who asks for it.',
    ),
    arrow(
      'exploration-is-below',
      '^src/exploration',
      '^src/(?!core|model|checker|program|subject|explorer|exploration)',
      'What the page shows is made for the command and for conformance alike.',
    ),
    arrow(
      'common-knows-no-layer',
      '^conformance/common',
      '^conformance/(?!common)',
      'What all layers may use uses none of them.',
    ),
    {
      name: 'layers-know-no-other-layer',
      severity: 'error',
      comment: 'Layers 1, 2 and 3 each compare on their own: two that agree are two witnesses.',
      from: { path: '^conformance/(layer[123]-[a-z]+)/' },
      to: { path: '^conformance/', pathNot: '^conformance/(common|$1)/' },
    },
    arrow(
      'hostile-knows-traces-alone',
      '^conformance/layer4-hostile',
      '^conformance/(?!common|faults|layer3-traces|layer4-hostile)',
      'A hostile run is followed by layer 3 and judged by the judge.',
    ),
    arrow('common-stands-alone', '^src/common', '^src/(?!common)', 'What every room that has files may use uses no room.'),
    arrow('program-stands-alone', '^src/program', '^src/(?!program)', 'What every room may use uses no room.'),
    arrow(
      'judge-is-alone',
      '^conformance/layer4-hostile/judge/',
      '^conformance/(?!layer4-hostile/judge/)',
      'The judge has its own picture of everything.',
    ),
    arrow('src-without-conformance', '^src', '^conformance', 'Conformance builds on the source, never the reverse.'),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.base.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'require', 'node', 'default', 'types'] },
  },
};
