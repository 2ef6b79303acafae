/**
 * How many texts of the source are no errors, and what they are: by the file, or the folder that they are in. A text that is new is a line of
 * docs/errors.md, or is counted here.
 */
export const OTHERS: Readonly<Record<string, readonly [count: number, what: string]>> = {
  'src/cli/check': [63, 'verdicts, runs, notes to them, and what a person who steps is told'],
  'src/cli/explain': [1, 'the last line of its help'],
  'src/cli/explore': [36, 'what stands on the page, and what its server answers to who asks for something else'],
  'src/cli/server.ts': [2, 'where it listens'],
  'src/cli/watched': [1, 'what else may be behind SIGKILL, in the line that says so'],
  'src/net/listen.ts': [1, 'kinds of members, in the line that refuses one'],
  'src/net/operations.ts': [4, 'answers over HTTP'],
  'src/net/pulls.ts': [1, 'said at `debug` alone'],
  'src/net/server.ts': [2, 'peers that come and go, at `info`'],
  'src/net/socket-errors.ts': [1, 'what Node says, by which it is known'],
  'src/master/prompt.ts': [1, 'the first line of the prompt'],
  'src/impl/log/disk-log.ts': [1, 'a bug of whoever calls it'],
  'src/impl/log/errors.ts': [9, 'what LevelDB says, by which it is known'],
  'src/impl/log/level-format.ts': [3, 'caught where it is thrown: the file is spoilt'],
  'src/impl/log/level-log.ts': [2, 'bugs of whoever calls it'],
  'src/core/codec.ts': [3, 'types, in a line that says what was expected'],
  'src/core/script.ts': [13, 'the help of the master language'],
  'src/library-options.ts': [2, 'caught where it is thrown: it cannot be read'],
  'src/model/checking/config.ts': [4, 'guarantees, in the line that says which one no session asks for'],
  conformance: [31, 'verdicts, reports, and how a run is repeated'],
};
