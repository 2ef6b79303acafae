import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type InPlace, putInPlace } from '#bayou/files/in-place.js';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'bayou-in-place-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const how = (over: InPlace['over'], mode = 0o600): InPlace => ({ beside: join(folder, 'file.new'), mode, sync: true, over });

describe('a file that is put in its place', () => {
  test.each(['replace', 'keep'] as const)(
    '(%s) is there whole, with the mode that was asked for and nothing beside it',
    (over) => {
      const file = join(folder, 'file');
      putInPlace(file, 'é'.repeat(100_000), how(over, 0o640));
      expect(readFileSync(file, 'utf8')).toBe('é'.repeat(100_000));
      expect(statSync(file).mode & 0o777).toBe(0o640);
      expect(readdirSync(folder)).toEqual(['file']);
    },
  );

  test('takes the place of another, or leaves it to it', () => {
    const file = join(folder, 'file');
    writeFileSync(file, 'first');
    expect(() => putInPlace(file, 'second', how('keep'))).toThrow(/EEXIST/);
    expect([readFileSync(file, 'utf8'), readdirSync(folder)]).toEqual(['first', ['file']]);
    putInPlace(file, 'third', how('replace'));
    expect(readFileSync(file, 'utf8')).toBe('third');
  });

  test('is not written where a link beside it leads, nor into what a crash has left there', () => {
    const [file, victim] = [join(folder, 'file'), join(folder, 'victim')];
    writeFileSync(victim, 'not ours');
    symlinkSync(victim, join(folder, 'file.new'));
    putInPlace(file, 'ours', how('replace'));
    expect([readFileSync(file, 'utf8'), readFileSync(victim, 'utf8')]).toEqual(['ours', 'not ours']);
    writeFileSync(join(folder, 'file.new'), 'half', { mode: 0o644 });
    putInPlace(file, 'ours again', how('replace'));
    expect([readFileSync(file, 'utf8'), statSync(file).mode & 0o777]).toEqual(['ours again', 0o600]);
  });

  test('that cannot be put there leaves what was there, and nothing beside it', () => {
    const file = join(folder, 'taken');
    mkdirSync(file);
    expect(() => putInPlace(file, 'text', how('replace'))).toThrow();
    expect(readdirSync(folder)).toEqual(['taken']);
  });
});
