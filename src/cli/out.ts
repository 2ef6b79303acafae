/** Prints for `bayou check` and `bayou explore`. Only they may write to stdout: the prints of a user's own model must not be taken for theirs. */
const { stdout, stderr } = process;
const write: (text: string) => boolean = stdout.write.bind(stdout);

/** Writes a text to stdout. */
export const put = (text: string): void => void write(text);

/** Writes a line to stdout. */
export const print = (line: string): void => put(`${line}\n`);

/** From now on all other writes to stdout, such as a model's `console.log`, go to stderr. */
export const keepStdout = (): void => {
  stdout.write = stderr.write.bind(stderr);
};
