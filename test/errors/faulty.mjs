/**
 * Loaded before a program (`--import`): a file system of Node's that does not work. FAULT is `CALLS PLACE FAULT`: what these calls (with commas between) do
 * where PLACE stands in their first argument. They fail with a code of the system, or, `shared`: what is found there may be used by others, whatever
 * its mode was set to; `garbage`: what is read there is something else each time.
 */
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

const [calls = '', place = '', fault = ''] = (process.env.FAULT ?? '').split(' ');

const TAMPERED = {
  shared: (found) => found && Object.assign(found, { mode: found.mode | 0o077 }),
  garbage: (text) => Math.random().toString().padEnd(text.length, 'x').slice(0, text.length),
};

const mustWork = (call, path) => {
  throw Object.assign(new Error(`${fault}: what the system says, ${call} '${path}'`), {
    code: fault,
    syscall: call,
    path: String(path),
  });
};

const faulty =
  (call, real) =>
  (path, ...others) => {
    if (!String(path).includes(place)) return real(path, ...others);
    return TAMPERED[fault] === undefined ? mustWork(call, path) : TAMPERED[fault](real(path, ...others));
  };

for (const call of calls.split(',')) {
  if (fs[call] !== undefined) fs[call] = faulty(call, fs[call]);
  const promised = fs.promises[call] && faulty(call, fs.promises[call]);
  if (promised !== undefined) fs.promises[call] = async (...args) => promised(...args);
}
syncBuiltinESMExports();
