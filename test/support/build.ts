import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Builds `dist/` once before the tests: the processes they start are the ones that ship, and the fuzz. */
export const setup = (): void => {
  const root = fileURLToPath(new URL('../..', import.meta.url));
  execFileSync('npm', ['run', '--silent', 'build'], { cwd: root, stdio: 'inherit' });
  // The fuzz does not ship: its own tests run it.
  execFileSync('npx', ['tsc', '-b', 'fuzz'], { cwd: root, stdio: 'inherit' });
  // The first `npx bayou` in a folder builds it again (npm prepares the folder for its cache): not while tests run from it.
  // What an outer npx was told (`--package=node@24`) it hands on to an inner one, which would look there for `bayou`.
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^npm_(config_package|config_call)$/i.test(name)),
  );
  execFileSync('npx', ['bayou', '--version'], { cwd: root, stdio: 'ignore', env });
};
