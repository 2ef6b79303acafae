/** In a checkout `dist/` may be older than the source that was just edited, and `npx bayou` runs `dist/`. */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** What `npm run build` writes last. */
const BUILT = 'dist/programs/cli.js';
/** The folders from which it is built. */
const SOURCES = ['src', 'conformance'];

/** An environment variable that, set to anything, keeps the notice away: for tests, which build before they run. */
const SILENCER = 'BAYOU_NO_BUILD_NOTICE';

const sourcesIn = (root: string): ReadonlyArray<string> =>
  SOURCES.filter((folder) => existsSync(join(root, folder))).flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.tsx?$/.test(name))
      .map((name) => join(folder, name)),
  );

/**
 * A source file below `root` that was changed after the last build; undefined where there is none, and where there is no source at all, as in
 * an installed package. Some 200 files are looked at, in a few milliseconds.
 */
export const changedSinceBuild = (root: string): string | undefined => {
  if (!existsSync(join(root, 'src')) || !existsSync(join(root, BUILT))) return undefined;
  const built = statSync(join(root, BUILT)).mtimeMs;
  // A file may be gone by now: then it is being edited.
  return sourcesIn(root).find((name) => (statSync(join(root, name), { throwIfNoEntry: false })?.mtimeMs ?? Infinity) > built);
};

/** The line that says so, or undefined. */
export const buildNotice = (root: string, env: NodeJS.ProcessEnv): string | undefined => {
  const changed = env[SILENCER] === undefined ? changedSinceBuild(root) : undefined;
  return changed === undefined
    ? undefined
    : `bayou: ${changed} is newer than dist/, and this runs dist/; to build it again: npm run build`;
};
