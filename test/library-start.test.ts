/** What a server is started in: whose the folder of its log is, how many files it may open, and whether its certificate is valid. */
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { startServer } from '../src/library.js';
import { lookBeforeStart } from '../src/library-start.js';

let home: string;
beforeEach(() => (home = mkdtempSync(join(tmpdir(), 'bayou-start-'))));
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(home, { recursive: true, force: true });
});

const folder = (mode: number): string => {
  const path = join(home, 'data');
  mkdirSync(path);
  chmodSync(path, mode);
  return path;
};

const warningsOf = (dataDir: string): ReadonlyArray<string> | string =>
  E.toUnion(
    E.map((start: { readonly warnings: ReadonlyArray<string> }) => start.warnings)(lookBeforeStart({ id: 0, dataDir }, 0)),
  );

describe.runIf(process.getuid !== undefined)('the folder of the log', () => {
  test.each([0o700, 0o755, 0o750])('of the mode %o is taken', (mode) => expect(warningsOf(folder(mode))).toEqual([]));

  test('that is not there yet is taken', () => expect(warningsOf(join(home, 'none'))).toEqual([]));

  test.each([0o777, 0o702])('that everybody may write, of the mode %o, is refused, and nothing is done in it', async (mode) => {
    const dataDir = folder(mode);
    const line = `everybody may write the folder of the log, ${dataDir}, and take away what is in it; chmod 700 it`;
    expect(await startServer({ id: 0, dataDir })).toEqual(E.left(line));
    expect(readdirSync(dataDir)).toEqual([]);
    // What the line says helps.
    chmodSync(dataDir, 0o700);
    const started = await startServer({ id: 0, dataDir });
    expect(E.isRight(started)).toBe(true);
    if (E.isRight(started)) await started.right.close();
  });

  const OTHER = 'use another folder, which holds nothing but the log';
  test.each([
    ['and may not take each other’s files from', 0o1777, false],
    ['and has other things in it', 0o777, true],
  ])('that everybody may write, %s, is refused, and no mode of it is to be changed', async (_what, mode, isUsed) => {
    const dataDir = folder(mode);
    if (isUsed) writeFileSync(join(dataDir, 'somebody’s'), '');
    const line = `everybody may write the folder of the log, ${dataDir}, and take away what is in it; ${OTHER}`;
    expect(await startServer({ id: 0, dataDir })).toEqual(E.left(line));
  });

  test('that has other things in it is not to be given away, nor closed to its group', () => {
    const dataDir = folder(0o2770);
    writeFileSync(join(dataDir, 'somebody’s'), '');
    expect(warningsOf(dataDir)).toEqual([
      `its group may write the folder of the log, ${dataDir}, and take away what is in it; use another folder, which holds nothing but the log, unless nobody else is in the group`,
    ]);
    if (process.getuid?.() === 0) chownSync(dataDir, 4242, 4242);
    else vi.spyOn(process, 'getuid').mockReturnValue(4242);
    expect(warningsOf(dataDir)).toMatch(
      /belongs to another user \(\d+\), who may change what is in it; run the server as that user, or use another folder, which holds nothing but the log$/,
    );
  });

  test('that is no folder is said to be none, whatever may be done with it', async () => {
    const file = join(home, 'file');
    writeFileSync(file, '');
    chmodSync(file, 0o666);
    for (const dataDir of [file, '/dev/null'])
      expect(await startServer({ id: 0, dataDir })).toEqual(
        E.left(expect.stringMatching(/cannot be opened: it is not a folder \(.*\); use another path$/) as string),
      );
  });

  test('that its group may write is taken with a warning', () => {
    const dataDir = folder(0o2770);
    expect(warningsOf(dataDir)).toEqual([
      `its group may write the folder of the log, ${dataDir}, and take away what is in it; chmod 700 it, unless nobody else is in the group`,
    ]);
  });

  test.each([false, true])("of another user's is refused, also for root, and behind a link (%s)", async (isLink) => {
    const dataDir = folder(0o700);
    const isRoot = process.getuid?.() === 0;
    if (isRoot) chownSync(dataDir, 4242, 4242);
    else vi.spyOn(process, 'getuid').mockReturnValue(4242);
    const link = join(home, 'link');
    symlinkSync(dataDir, link);
    const path = isLink ? link : dataDir;
    const started = await startServer({ id: 0, dataDir: path });
    expect(started).toEqual(E.left(expect.stringContaining('belongs to another user (')));
    expect(E.isLeft(started) && started.left).toContain(
      'who may change what is in it; run the server as that user, or give the folder and all that is in it to the user that the server runs as',
    );
    if (isRoot) expect(E.isLeft(started) && started.left).toContain(`${path}, belongs to another user (4242)`);
  });

  test.runIf(process.getuid?.() === 0)("of root's is taken by whoever may write it", () => {
    const dataDir = folder(0o755);
    vi.spyOn(process, 'getuid').mockReturnValue(4242);
    expect(warningsOf(dataDir)).toEqual([]);
  });
});

describe('a certificate', () => {
  const DAY = 86_400_000;
  const saidAt = (days: number): ReadonlyArray<string> => {
    const [cert, key] = [join(home, 'x.pem'), join(home, 'x.key')];
    const request = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-subj', '/CN=x', '-days', '2'];
    execFileSync('openssl', [...request, '-keyout', key, '-out', cert], { stdio: 'ignore' });
    const tls = { cert: readFileSync(cert, 'utf8'), key: readFileSync(key, 'utf8') };
    const looked = lookBeforeStart({ id: 0, tls }, Date.now() + days * DAY);
    return E.isRight(looked) ? looked.right.warnings : [looked.left];
  };
  test('that is valid is not spoken of', () => expect(saidAt(1)).toEqual([]));

  test('that is no longer valid is', () => {
    const [line = '', ...others] = saidAt(3);
    expect(line).toMatch(
      /^a certificate in --tls-cert \(tls\.cert\) was valid until .* GMT: nobody takes it; have another one made$/,
    );
    expect(others).toEqual([]);
  });

  test('that is not valid yet is', () => {
    const [line = '', ...others] = saidAt(-3);
    expect(line).toMatch(
      /^a certificate in --tls-cert \(tls\.cert\) is valid from .* GMT on: nobody takes it before \(is the date of this machine right\?\)$/,
    );
    expect(others).toEqual([]);
  });
});
