/** What `bayou check` and `bayou explore` print. A model of one's own may print too, and must not be taken for them: stdout is theirs alone. */
const { stdout, stderr } = process;
const write: (text: string) => boolean = stdout.write.bind(stdout);

/** Writes a text to stdout. */
export const put = (text: string): void => void write(text);

/** Writes a line to stdout. */
export const print = (line: string): void => put(`${line}\n`);

/** From now on whatever others write to stdout, such as a model's `console.log`, goes to stderr. */
export const keepStdout = (): void => {
  stdout.write = stderr.write.bind(stderr);
};
