import { readdirSync } from 'node:fs';
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Report } from '#bayou/checker/report.js';
import { bayou } from './run.js';

let dir = '';
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'bayou-check-'));
});
afterAll(() => rm(dir, { recursive: true }));

const configFile = async (name: string, content: unknown): Promise<string> => {
  const path = join(dir, `${name}.json`);
  await writeFile(path, typeof content === 'string' ? content : JSON.stringify({ name, ...(content as object) }));
  return path;
};

describe('verdicts and their exit statuses', () => {
  test('without arguments: the default configuration holds, with its bounds in the last line and every witness reached', async () => {
    const { status, lines, stderr } = await bayou(['check', '--require-witnesses']);
    expect(stderr).toBe('');
    expect(lines.at(-1)).toMatch(
      /^default: holds: all [\d,]+ states(?:, depth \d+)?; 3 servers; 2 clients; 1 key; 2 puts; .*exact if the model's functions are pure$/,
    );
    expect(lines.filter((line) => line.startsWith('  reached'))).toHaveLength(7);
    expect(status).toBe(0);
  });

  test('a fault that is put in by a flag: 1, with a shortest trace and the command that repeats it', async () => {
    const { status, lines } = await bayou(['check', 'bayou-s-2112', '--properties', 'PRUNING', '--variant', 'V1']);
    expect(lines[0]).toBe('Violated: PRUNING: pruning never changes a store [R6]');
    expect(lines[1]).toBe('A shortest run of 3 steps:');
    expect(lines).toContain('Repeat with: npx bayou check bayou-s-2112 --variant V1 --properties PRUNING');
    expect(lines.at(-1)).toContain('bayou-s-2112: violated (1 of 1 properties)');
    expect(status).toBe(1);
  });

  test('a fault is found however its name is written, and stands for the configurations that have it', async () => {
    const { status, lines } = await bayou(['check', 'bayou-s-2112', '--properties', 'PRUNING', '--variant', 'v1']);
    expect([status, lines.at(-1)]).toEqual([1, expect.stringContaining('variant V1')]);
    const all = await bayou(['check', 'V1', '--json']);
    expect(all.lines.map((line) => (JSON.parse(line) as { config: string }).config)).toEqual(
      readdirSync('spec/configs')
        .flatMap((file) => (file.startsWith('v1-') ? [file.replace('.json', '')] : []))
        .sort(),
    );
    expect((await bayou(['check', 'Bayou-S-2112'])).status).toBe(0);
  });

  test('a fault that its configuration expects: 0, and says so', async () => {
    const { status, lines } = await bayou(['check', 'v1-pruning']);
    expect(lines).toContain('as expected: PRUNING is violated');
    expect(status).toBe(0);
  });

  test('a fault that its configuration expects and that is not there: 5', async () => {
    const file = await configFile('wrong', { servers: 1, clients: 1, puts: 1, expect: { violated: 'RYW' } });
    const { status, lines } = await bayou(['check', file]);
    expect(lines).toContain('expected: RYW is violated; it is not');
    expect(status).toBe(5);
  });

  test('a limit that comes first: 3', async () => {
    const { status, lines } = await bayou(['check', 'bayou-s-2212', '--max-states', '100']);
    expect(lines.at(-1)).toMatch(/: bounded: 1\d\d states, .*; stopped at the limit of 100 states;/);
    expect(status).toBe(3);
  });

  test('steps that are never enabled: 0, and 4 with --require-witnesses', async () => {
    const file = await configFile('empty', { servers: 1, clients: 1, puts: 0 });
    const lax = await bayou(['check', file]);
    expect(lax.status).toBe(0);
    expect(lax.lines).toContain('  never enabled: Put');
    const strict = await bayou(['check', file, '--require-witnesses']);
    expect(strict.status).toBe(4);
    expect(strict.lines.at(-1)).toContain('empty: vacuous:');
  });

  test('a witness that cannot be reached in these bounds: 0, and 4 with --require-witnesses, with the reason', async () => {
    const args = ['check', 'bayou-s-2112', '--properties', 'CONV,CONFLICT,APART,RECOVERY'];
    const lax = await bayou(args);
    expect(lax.status).toBe(0);
    expect(lax.lines).toContain('  not reached: APART: two partitions have different values for a key (no link can be cut)');
    expect(lax.lines).toContain(
      '  not reached: RECOVERY: a killed server comes back with a write it acknowledged (no server is killed)',
    );
    expect(lax.stdout).toMatch(/ {2}not reached: CONFLICT: two clients’ writes .* \(there is one client\)\n/);
    const strict = await bayou([...args, '--require-witnesses']);
    expect(strict.status).toBe(4);
    expect(strict.lines.at(-1)).toContain('bayou-s-2112: vacuous:');
    for (const flags of [['--plain'], ['--search', 'sweep'], ['--search', 'dfs'], ['--workers', '2'], ['--search', 'simulate']]) {
      const { stdout } = await bayou([...args, ...flags, '--json']);
      const { properties } = JSON.parse(stdout) as Pick<Report, 'properties'>;
      expect(properties.map(({ why }) => why).slice(-2)).toEqual(['no link can be cut', 'no server is killed']);
    }
  });

  test('liveness is judged on the whole graph, and not under symmetry', async () => {
    const settle = await bayou(['check', 'settle']);
    expect(settle.status).toBe(0);
    expect(settle.stdout).toContain('  holds       SETTLE: once puts and link changes stop');
    const reduced = await bayou(['check', 'settle', '--symmetry']);
    expect(reduced.status).toBe(3);
    expect(reduced.stdout).toContain('  unknown     SETTLE: once puts and link changes stop');
    expect(reduced.stdout).toContain(
      '  unknown: liveness is not judged under a symmetry where something is fair: check without it',
    );
  });
});

describe('the same counts', () => {
  // bayou-s: counts on which TLC and Spin agree (R1–R6, R9, R11–R13).
  test.each([[], ['--workers', '2'], ['--plain'], ['--search', 'dfs'], ['--search', 'sweep']])(
    'of bayou-s 2,2,1,2 by every search: %j',
    async (...flags) => {
      const { status, lines } = await bayou(['check', 'bayou-s-2212', ...flags]);
      expect(lines.at(-1)).toContain('holds: all 689 states');
      expect(status).toBe(0);
    },
  );

  test('of too short hashes is no verdict: a state was probably missed', async () => {
    const { status, stdout } = await bayou(['check', 'bayou-s-2212', '--hash-compaction', '8']);
    expect([status, stdout]).toEqual([3, expect.stringContaining('undecided: states were probably missed') as string]);
  });

  test.each([['--hash-compaction'], ['--hash-compaction', '48', '--plain'], ['--hash-compaction', '--search', 'dfs']])(
    'of bayou-s 2,2,1,2 by hashes, and the verdict says that they were: %j',
    async (...flags) => {
      const { status, lines } = await bayou(['check', 'bayou-s-2212', ...flags]);
      expect(lines.at(-1)).toMatch(
        /holds, unless a state was missed \(p ≤ \d\.\de-\d+\): 689 states found, depth \d+;.*; hash compaction, \d\d bits a state$/,
      );
      expect(status).toBe(0);
      const { lines: json } = await bayou(['check', 'bayou-s-2212', ...flags, '--json']);
      const { statistics } = JSON.parse(json[0]!) as Pick<Report, 'statistics'>;
      expect(statistics.omissionProbability).toBe(Math.max(statistics.omission!.pairs, statistics.omission!.steps));
    },
  );

  test('a simulation repeats by its seed and never says "holds"', async () => {
    const args = ['check', 'bayou-s-2212', '--search', 'simulate', '--seed', '5', '--traces', '20', '--json'];
    const [first, second] = await Promise.all([bayou(args), bayou(args)]);
    // How many calls of the model are done twice depends on how long they take.
    const essence = (stdout: string): unknown => {
      const { statistics: _, audited: __, ...rest } = JSON.parse(stdout) as Record<string, unknown>;
      return rest;
    };
    expect(essence(first.stdout)).toEqual(essence(second.stdout));
    expect(essence(first.stdout)).toMatchObject({ verdict: 'bounded', seed: 5, counts: { depth: 100 } });
    expect(first.status).toBe(3);
  });
});

describe('bad input: one clear line, and 2', () => {
  const complaint = async (...args: ReadonlyArray<string>): Promise<string> => {
    const { status, stdout, stderr } = await bayou(['check', ...args]);
    expect(status).toBe(2);
    expect(stdout).toBe('');
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    return stderr.trimEnd();
  };

  test('a wrong field', async () => {
    const file = await configFile('typo', { sevrers: 3 });
    expect(await complaint(file)).toMatch(`bayou check: ${file}: sevrers: there is no such field; the fields are name`);
  });

  test('a wrong value', async () => {
    const file = await configFile('value', { servers: 'three' });
    expect(await complaint(file)).toBe(`bayou check: ${file}: servers: expected a whole number from 1 to 9, but it is "three"`);
  });

  test('a bound of 0', async () => {
    expect(await complaint('--servers', '0')).toBe(
      'bayou check: --servers: servers: expected a whole number from 1 to 9, but it is 0',
    );
  });

  test('a missing file, and a name that nothing has', async () => {
    expect(await complaint('no/such.json')).toBe('bayou check: no/such.json: its folder is not there');
    expect(await complaint('nothing')).toContain('bayou check --list shows them');
  });

  test('a file that is not JSON, or not an object', async () => {
    expect(await complaint(await configFile('broken', '{"servers": 3'))).toContain('it is not JSON');
    expect(await complaint(await configFile('list', '[]'))).toContain('a configuration is a JSON object');
  });

  test('options', async () => {
    expect(await complaint('--max-memory', 'lots')).toContain('Use a size such as 512m or 4g.');
    expect(await complaint('--max-memory', '512')).toContain(
      'That is 512 bytes, less than a program takes: use a size such as 512m or 4g.',
    );
    expect(await complaint('--bogus')).toContain("unknown option '--bogus'");
    expect(await complaint('--format', 'itf')).toContain('--format needs --out-dir');
    expect(await complaint('--variant', 'V99')).toContain('--variant: variant: expected one of FIXED, V1');
  });

  test('options that would be ignored', async () => {
    const path = 'examples/original-clock.ndjson';
    expect(await complaint('--replay', path, '--search', 'dfs', '--workers', '2')).toBe(
      'bayou check: --replay searches nothing: it goes with --json and with options that override a field, not with --search, --workers',
    );
    expect(await complaint('default', '--replay', path)).toContain('not with a configuration');
    expect(await complaint('--list', '--servers', '3')).toContain('--list stands alone');
    expect(await complaint('--seed', '3')).toContain('--seed: for --search simulate and --sample');
    expect(await complaint('--seed', '3', '--traces', '3')).toContain('check: --traces: for --search simulate alone');
    expect(await complaint('--search', 'simulate', '--symmetry', '--max-depth', '3')).toContain(
      '--symmetry, --max-depth: not for',
    );
    expect(await complaint('--search', 'sweep', '--plain')).toContain('goes by components: leave --plain out');
  });

  test('hash compaction where it makes no sense', async () => {
    expect(await complaint('settle', '--hash-compaction')).toMatch(/^bayou check: settle: --hash-compaction: .* liveness/);
    expect(await complaint('bayou-s-2112', '--hash-compaction', '--search', 'sweep')).toContain('--hash-compaction is for');
    expect(await complaint('bayou-s-2112', '--hash-compaction', '--workers', '2')).toContain('--hash-compaction is for');
    expect(await complaint('bayou-s-2112', '--hash-compaction', '4')).toContain('Use a whole number from 8 to 64.');
    expect(await complaint('bayou-s-2112', '--search', 'sweep', '--max-depth', '3')).toContain('--max-depth: a sweep');
  });

  test('one bad configuration does not keep the others from being checked', async () => {
    const { status, stdout, stderr } = await bayou(['check', 'nothing', 'bayou-s-2112']);
    expect(stderr).toContain('nothing');
    expect(stdout).toContain('bayou-s-2112: holds: all 55 states');
    expect(status).toBe(2);
  });

  test('a subcommand that there is not', async () => {
    expect(await bayou(['chekc'])).toMatchObject({
      status: 2,
      stderr: expect.stringContaining("unknown command 'chekc'") as string,
    });
  });
});

describe('limits and signals', () => {
  test('64 MB: stops with what was covered, says what to do, and 3', async () => {
    const { status, stdout, stderr } = await bayou(['check', '--max-memory', '64m']);
    expect(stderr).toBe('');
    expect(stdout).toContain('The program itself takes about as much memory as --max-memory allows');
    // A slow machine is at the limit before all states of one step are found.
    expect(stdout).toMatch(/default: bounded: [\d,]+ states(, depth \d+ complete| seen); stopped at the memory limit of 64 MB;/);
    expect(status).toBe(3);
  });

  test('SIGINT in the middle: the same summary, and 130', async () => {
    let sent = false;
    // Another search begins anew at 100,000 states, and the signal may come then.
    const options = ['--search', 'bfs', '--ndjson'];
    const { status, lines } = await bayou(['check', 'bayou-s-3224', 'bayou-s-2112', ...options], (stdout, kill) => {
      if (stdout.includes('"type":"progress"') && !sent) kill('SIGINT');
      sent ||= stdout.includes('"type":"progress"');
    });
    expect(status).toBe(130);
    const report = JSON.parse(lines.at(-1)!) as {
      verdict: string;
      counts: { distinct: number };
      properties: { verdict: string }[];
    };
    expect(report.verdict).toBe('interrupted');
    expect(report.counts.distinct).toBeGreaterThan(1);
    expect(report.properties.some(({ verdict }) => verdict === 'holds')).toBe(false);
    // The configuration after it is not begun.
    expect(lines.filter((line) => line.includes('"type":"report"'))).toHaveLength(1);
  });
});

describe('checkpoints', () => {
  test.each([
    ['--resume', '.', 'it is a folder'],
    ['--resume', 'none', 'it cannot be read: there is no such file'],
    ['--resume', 'package.json/x', 'it cannot be read: a part of its path is no folder'],
    ['--checkpoint', '.', 'it is a folder'],
    ['--checkpoint', 'none/x', 'it cannot be written: its folder is not there'],
    ['--checkpoint', 'package.json/x', 'it cannot be written: a part of its path is no folder'],
  ])('%s %s is refused before the search, in one line', async (option, file, why) => {
    const { status, stdout, stderr } = await bayou(['check', 'bayou-s-2112', option, file]);
    expect([status, stdout, stderr]).toEqual([2, '', `bayou check: ${option}: ${file}: ${why}\n`]);
  });

  test('a search that stopped goes on to the same totals; another configuration is refused', async () => {
    const file = join(dir, 'search.checkpoint');
    const stopped = await bayou(['check', 'bayou-s-2213', '--max-states', '2000', '--checkpoint', file]);
    expect(stopped.status).toBe(3);
    expect(stopped.stdout).toContain(`--resume ${file}`);
    const resumed = await bayou(['check', 'bayou-s-2213', '--resume', file]);
    expect(resumed.lines.at(-1)).toContain('holds: all 10,031 states');
    expect(resumed.status).toBe(0);
    const other = await bayou(['check', 'bayou-s-2212', '--resume', file]);
    expect(other.status).toBe(2);
    expect(other.stderr.trimEnd().split('\n')).toHaveLength(1);
    const changed = await bayou(['check', 'bayou-s-2213', '--resume', file, '--servers', '3', '--variant', 'V1', '--symmetry']);
    expect([changed.status, changed.stderr]).toEqual([
      2,
      `bayou check: --resume: ${file}: it was made with other options: ` +
        'symmetry false, not true; servers 2, not 3; variant FIXED, not V1\n',
    ]);
  });
});

describe('output', () => {
  test('--json is one line for each configuration', async () => {
    const { lines } = await bayou(['check', 'bayou-s-2112', 'v6-no-check', '--json']);
    const reports = lines.map((line) => JSON.parse(line) as { config: string; verdict: string; counts: { distinct: number } });
    expect(reports.map(({ config, verdict }) => [config, verdict])).toEqual([
      ['bayou-s-2112', 'holds'],
      ['v6-no-check', 'violated'],
    ]);
    expect(reports[0]!.counts.distinct).toBe(55);
  });

  test('--out-dir: the counterexample in every format', async () => {
    const out = join(dir, 'out');
    const { stdout } = await bayou(['check', 'v1-pruning', '--out-dir', out]);
    const files = (await readdir(out)).sort();
    expect(files).toEqual(
      ['html', 'itf.json', 'mmd', 'script', 'shiviz.log', 'trace.json', 'txt'].map(
        (extension) => `v1-pruning-PRUNING.${extension}`,
      ),
    );
    for (const file of files) expect(stdout).toContain(`written: ${join(out, file)}`);
    expect(stdout.trimEnd().split('\n').slice(-4)).toContain(`See it: ${join(out, 'v1-pruning-PRUNING.html')}`);
    const script = await readFile(join(out, 'v1-pruning-PRUNING.script'), 'utf8');
    const commands = script.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
    expect(commands.slice(0, 3)).toEqual(['joinServer 0', 'joinServer 1', 'breakConnection 0 1']);
    expect(commands.filter((line) => line.startsWith('put'))).toEqual(['put 11 a 11#1', 'put 11 a 11#2']);
    expect(commands.slice(-3)).toEqual([
      expect.stringMatching(/^createConnection \d \d$/),
      'stabilize',
      expect.stringMatching(/^breakConnection/),
    ]);
  });

  test('what a master script cannot say is named; a graph that is too large is refused', async () => {
    const out = join(dir, 'cannot');
    const { stdout } = await bayou(['check', 'v2-torn-message', '--out-dir', out, '--format', 'script,dot']);
    expect(stdout).toMatch(/not written: .*\.script: the master has no command for "/);
    const small = await bayou(['check', 'bayou-s-2112', '--out-dir', out, '--format', 'dot']);
    expect(small.stdout).toContain('written: ');
    const large = await bayou(['check', 'bayou-s-2212', '--out-dir', out, '--format', 'dot']);
    expect(large.stdout).toContain('the graph has more than 500 states');
  });

  test('--list names every configuration with what it expects', async () => {
    const { status, lines } = await bayou(['check', '--list']);
    expect(status).toBe(0);
    expect(lines.some((line) => /^default\s/.test(line))).toBe(true);
    for (const variant of ['v1', 'v2', 'v3', 'v4', 'v5', 'v6', 'v7', 'v8']) {
      expect(lines.some((line) => line.startsWith(`${variant}-`) && line.includes('is violated'))).toBe(true);
    }
  });

  test('--help documents the exit statuses; bayou --help the subcommands', async () => {
    const help = await bayou(['check', '--help']);
    expect(help.status).toBe(0);
    expect(help.stdout).toContain('Exit status: 0 holds');
    expect((await bayou(['--help'])).stdout).toContain('check');
  });
});
