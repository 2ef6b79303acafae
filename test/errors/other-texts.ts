/**
 * How many texts of a room are no errors, and what they are. A text that is new is a line of docs/errors.md, or is counted here with a word on
 * what it is.
 */
export const OTHERS: Readonly<Record<string, readonly [count: number, what: string]>> = {
  'src/cli': [
    78,
    'what an interrupted check has left; why no second search confirms a verdict; what files are written; verdicts, runs and notes to them; what a person who steps is told; where a server listens; answers over HTTP; a program for Node; what a word that is refused is about, in its line',
  ],
  'src/command-line/contract-entries.ts': [1, 'what bayou explain prints of a section'],
  'src/command-line/replace.ts': [2, 'what files are written'],
  'src/explorer/data': [26, 'what stands on the page of a run'],
  'src/checked-model': [6, 'bounds in words, and the first lines of a script that is written'],
  'src/net': [9, 'peers that come and go; answers over HTTP; pulls, at `debug`; what Node says, by which it is known'],
  'src/master': [1, 'the first line of the prompt'],
  'src/impl': [15, 'what LevelDB says, by which it is known; what is caught where it is thrown; bugs of whoever calls a log'],
  'src/core': [15, 'the help of the master language; types, in a line that says what was expected'],
  'src/library-fields.ts': [3, 'what a value is, in a line that says what was expected'],
  'src/library-options.ts': [5, 'what was expected, in such a line; caught where it is thrown: it cannot be read'],
  'src/model': [4, 'guarantees, in the line that says which one no session asks for'],
  conformance: [
    7,
    'the help of `bayou conform`, where it has written what, what a word that is refused is about, in its line, and how a run is not as its script asks',
  ],
};
