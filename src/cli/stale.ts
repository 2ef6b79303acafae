/** Warns in a checkout where `dist/` is older than the source: `npx bayou` runs `dist/`. */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** The file that `npm run build` writes last. */
const BUILT = 'dist/programs/cli.js';
/** The folders of the source. */
const SOURCES = ['src', 'conformance'];

/** With this environment variable set, to any value, there is no notice: for tests, which build before they run. */
const SILENCER = 'BAYOU_NO_BUILD_NOTICE';

/** The sources below a folder. `readdirSync` can walk by itself, and takes three times as long. */
function* sourcesBelow(root: string, folder: string): Generator<string> {
  for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
    const name = join(folder, entry.name);
    if (entry.isDirectory()) yield* sourcesBelow(root, name);
    else if (/\.tsx?$/.test(name)) yield name;
  }
}

/**
 * A source file below `root` that was changed after the last build; undefined where no file was. It is undefined too where there is no source,
 * as in an installed package, or no build.
 */
export const changedSinceBuild = (root: string): string | undefined => {
  if (!existsSync(join(root, 'src')) || !existsSync(join(root, BUILT))) return undefined;
  const built = statSync(join(root, BUILT)).mtimeMs;
  for (const folder of SOURCES.filter((name) => existsSync(join(root, name))))
    for (const name of sourcesBelow(root, folder))
      // A file that is gone by now is being edited, and counts as changed.
      if ((statSync(join(root, name), { throwIfNoEntry: false })?.mtimeMs ?? Infinity) > built) return name;
  return undefined;
};

/** The line that warns of a `dist/` older than the source; undefined where it is not older. */
export const buildNotice = (root: string, env: NodeJS.ProcessEnv): string | undefined => {
  const changed = env[SILENCER] === undefined ? changedSinceBuild(root) : undefined;
  return changed === undefined
    ? undefined
    : `bayou: ${changed} is newer than dist/, and this runs dist/; to build it again: npm run build`;
};
