/** The subcommands of `bayou`. Each is loaded only when it is called: `bayou master` must not wait for the checker. */

/** Runs a subcommand with the arguments after its name; resolves with the exit status. */
export type Subcommand = (args: ReadonlyArray<string>) => Promise<number>;

export interface CommandEntry {
  readonly name: string;
  readonly summary: string;
  readonly load: () => Promise<Subcommand>;
}

export const COMMANDS: ReadonlyArray<CommandEntry> = [
  {
    name: 'check',
    summary: 'check the model of a configuration, or one of your own: every property, over every reachable state',
    load: async () => (await import('./check/check-command.js')).main,
  },
  {
    name: 'conform',
    summary: 'test that the real cluster does only what the model allows',
    // The source must not import conformance, which imports the source: the built file is found at run time.
    load: async () =>
      ((await import(new URL('../conformance/cli/conform.js', import.meta.url).href)) as { readonly main: Subcommand }).main,
  },
  {
    name: 'explore',
    summary: 'see it: a model, a counterexample or a real run, step by step, on a page in the browser',
    load: async () => (await import('./explore/explore-command.js')).main,
  },
  {
    name: 'master',
    summary: 'run a script of the master language on a cluster of separate processes over TCP',
    load: async () => (await import('./master-command.js')).main,
  },
  {
    name: 'server',
    summary: 'run one durable server, for a cluster that no master runs',
    load: async () => (await import('./server-command.js')).main,
  },
  {
    name: 'backup',
    summary: "copy a server's log, while the server runs or not",
    load: async () => (await import('./backup-command.js')).main,
  },
  {
    name: 'client',
    summary: 'a session with such a cluster, by hand or in a pipe',
    load: async () => (await import('./client-command.js')).main,
  },
  {
    name: 'explain',
    summary: 'what a rule, a variant, a property, a result or a term means',
    load: async () => (await import('./explain/explain-command.js')).main,
  },
  {
    name: 'cleanup',
    summary: 'kill what a crashed run of the master left, and nothing else',
    load: async () => (await import('./cleanup-command.js')).main,
  },
];
