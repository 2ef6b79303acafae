/** The subcommands of `bayou`. Each is loaded only when it is called: `bayou master` must not wait for the checker. */

/** Runs a subcommand with the arguments after its name; resolves with the exit status. */
export type Main = (args: ReadonlyArray<string>) => Promise<number>;

export interface CommandEntry {
  readonly name: string;
  readonly summary: string;
  readonly load: () => Promise<Main>;
}

export const COMMANDS: ReadonlyArray<CommandEntry> = [
  {
    name: 'check',
    summary: 'check the model of a configuration: every property, over every reachable state',
    load: async () => (await import('./check/command.js')).main,
  },
];
