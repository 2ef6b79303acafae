import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { makeFolder } from '#bayou/files/folder.js';

const dir = mkdtempSync(join(tmpdir(), 'bayou-folder-'));
afterAll(() => rmSync(dir, { recursive: true }));

describe('a folder', () => {
  test('is made with those that lead to it, and may be there already', () => {
    const path = join(dir, 'a', 'b', 'c');
    makeFolder(path);
    makeFolder(path);
    expect(statSync(path).isDirectory()).toBe(true);
  });

  test('cannot be made where a file is, or below one, or where the system has none', () => {
    const file = join(dir, 'file');
    writeFileSync(file, '');
    expect(() => makeFolder(file)).toThrow('EEXIST');
    expect(() => makeFolder(join(file, 'a', 'b'))).toThrow('ENOTDIR');
    expect(() => makeFolder('/proc/x/y')).toThrow('ENOENT');
  });
});
