/** The directory of a log on disk: its files as LevelDB keeps them, and the marker beside them. */
import { open, readdir, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { isTableWhole, readLogFile, readManifest, type Manifest } from './level-format.js';

/** What a look at the files says; `none`: there is no database yet. */
export type Files = { readonly type: 'none' | 'whole' | 'torn' } | { readonly type: 'damaged'; readonly what: string };

const damaged = (what: string): Files => ({ type: 'damaged', what });

/** Checks every file that LevelDB would use, in the way that LevelDB would not: see `level-format.ts`. Reads only. */
export const checkFiles = async (directory: string): Promise<Files> => {
  const names = await readdir(directory);
  if (!names.includes('CURRENT')) {
    const left = names.find((name) => /^(\d+\.(log|ldb)|MANIFEST-\d+)$/.test(name));
    return left === undefined ? { type: 'none' } : damaged(`CURRENT is missing and ${left} is there`);
  }
  const current = /^(MANIFEST-\d+)\n$/.exec(await readFile(join(directory, 'CURRENT'), 'latin1'))?.[1];
  if (current === undefined || !names.includes(current)) return damaged('CURRENT does not name a manifest');
  const edits = readLogFile(await readFile(join(directory, current)));
  const manifest = edits.type === 'whole' ? readManifest(edits.records) : undefined;
  if (manifest === undefined) return damaged(`${current} is spoilt`);
  return (await checkTables(directory, manifest)) ?? checkWriteAhead(directory, manifest, names);
};

const checkTables = async (directory: string, { tables }: Manifest): Promise<Files | undefined> => {
  for (const [number, size] of tables) {
    const name = `${String(number).padStart(6, '0')}.ldb`;
    const file = await readIfThere(join(directory, name));
    if (file === undefined) return damaged(`${name} is missing`);
    if (file.length !== size || !isTableWhole(file)) return damaged(`${name} is spoilt`);
  }
  return undefined;
};

/** Only the last file that holds anything may be torn. */
const checkWriteAhead = async (directory: string, { firstLog }: Manifest, names: ReadonlyArray<string>): Promise<Files> => {
  const logs = names
    .filter((name) => /^\d+\.log$/.test(name) && Number.parseInt(name) >= firstLog)
    .sort((a, b) => Number.parseInt(a) - Number.parseInt(b));
  let torn: string | undefined;
  for (const name of logs) {
    const file = readLogFile((await readIfThere(join(directory, name))) ?? Buffer.alloc(0));
    if (file.type === 'damaged') return damaged(`${name} is spoilt at byte ${file.at}, with valid records after it`);
    if (torn !== undefined && file.records.length > 0) return damaged(`${torn} is cut off, and ${name} goes on`);
    if (file.type === 'torn') torn = name;
  }
  return { type: torn === undefined ? 'whole' : 'torn' };
};

const readIfThere = async (path: string): Promise<Buffer | undefined> => {
  try {
    return await readFile(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
};

// --- the marker ------------------------------------------------------------------------------------------------------------

const MARKER = 'replica.json';

/** What is kept outside the database, so that it can be held against it. */
export interface Marker {
  /** How often the database was opened: one that was opened less often has lost its latest part. */
  readonly opens: number;
  /** It was found torn, and may not have the next incarnation's id yet: opening it removes the torn end, before the id is in. */
  readonly torn: boolean;
}

const MARKER_TEXT = /^\{"version":1,"opens":(\d+),"torn":(true|false)\}\n$/;

/** The marker; undefined when there is none yet. */
export const readMarker = async (directory: string): Promise<Marker | 'damaged' | undefined> => {
  const text = await readIfThere(join(directory, MARKER));
  if (text === undefined) return undefined;
  const match = MARKER_TEXT.exec(text.toString('latin1'));
  return match === null ? 'damaged' : { opens: Number(match[1]), torn: match[2] === 'true' };
};

/** Replaces the marker, all or nothing, and forces it to the disk. */
export const writeMarker = async (directory: string, { opens, torn }: Marker): Promise<void> => {
  const file = await open(join(directory, `${MARKER}.new`), 'w');
  try {
    await file.writeFile(`${JSON.stringify({ version: 1, opens, torn })}\n`);
    await file.datasync();
  } finally {
    await file.close();
  }
  await rename(join(directory, `${MARKER}.new`), join(directory, MARKER));
};

/** Changes at every start of the machine; '' where the system does not tell. */
export const bootOfMachine = async (): Promise<string> => {
  try {
    return (await readFile('/proc/sys/kernel/random/boot_id', 'latin1')).trim();
  } catch {
    return '';
  }
};
