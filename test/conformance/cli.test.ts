import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { reportOf, showReport, statusOf, toJUnit } from '../../conformance/cli/conform-report.js';
import type { Finding } from '../../conformance/common/finding.js';
import { planOf } from '../../conformance/layer4-hostile/hostile-plan.js';
import { flagsOf } from '../../conformance/runs/script-runs.js';
import { codeOf } from '../../src/files/error-code.js';
import { startOf } from '../../src/master/crash-cleanup.js';
import { until } from '../support/until.js';

const dir = mkdtempSync(join(tmpdir(), 'bayou-cli-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

const conform = (...args: string[]): { readonly status: number | null; readonly stdout: string; readonly stderr: string } =>
  spawnSync(process.execPath, [MAIN, 'conform', ...args], {
    encoding: 'utf8',
    cwd: fileURLToPath(new URL('../..', import.meta.url)),
  });

const finding = (layer: Finding['layer'], verdict: Finding['verdict'], name = 'a'): Finding => ({
  layer,
  name,
  verdict,
  counts: { events: 2 },
  details: verdict === 'conforms' ? '' : 'x < y',
  repeat: 'bayou conform a',
  elapsedMs: 1,
});

describe('bayou conform', () => {
  it('runs scripts through layers 2 and 3, and says how far it reached', () => {
    const junit = join(dir, 'junit.xml');
    const { status, stdout } = conform('conformance/scripts/conflicts/tie.script', '--json', '--junit', junit);
    const report = JSON.parse(stdout) as { readonly verdict: string; readonly reached: Record<string, Record<string, number>> };
    expect([status, report.verdict]).toEqual([0, 'conforms']);
    expect(report.reached['layer 2']?.['reads compared']).toBeGreaterThan(0);
    expect(report.reached['layer 3']?.['events']).toBeGreaterThan(0);
    expect(readFileSync(junit, 'utf8')).toContain('<testsuite name="layer 3: traces" tests="1" failures="0"');
  });

  it('says which lines of a script were not run, and does not say that it conforms alone', () => {
    const file = join(dir, 'bad.script');
    writeFileSync(
      file,
      'joinServer 0\njoinClient 1 0\nput 1 a b\nget 1\nfrobnicate 3\nget 1 a\nkillServer 7\nkillServer 0\nput 1 a c\n',
    );
    const { status, stdout } = conform(file);
    const lines = stdout.trimEnd().split('\n');
    // The last put was run, and no server was there any more.
    expect(lines.filter((line) => line.endsWith('bad input, and not run')).map((line) => line.slice(file.length + 2))).toEqual([
      'line 4: get takes 2 arguments, not 1: get clientId key: bad input, and not run',
      "line 5: unknown command 'frobnicate': bad input, and not run",
      'line 7: killServer 7: there is no server 7: bad input, and not run',
    ]);
    expect([status, lines.at(-1)]).toEqual([0, expect.stringMatching(/^conforms, but for 3 lines that were not run \(/)]);
    const json = JSON.parse(conform(file, '--json').stdout) as {
      readonly findings: ReadonlyArray<{ readonly refused?: string[] }>;
    };
    expect(json.findings.flatMap(({ refused = [] }) => refused)).toHaveLength(3);
  });

  it('names the command that repeats a divergence, and ends with its own status', () => {
    const file = join(dir, 'false.ndjson');
    const start = {
      p: 'server-0#1',
      n: 0,
      type: 'start',
      replica: '0.0',
      fresh: true,
      vv: [],
      clock: 0,
      writes: 0,
      transfers: [],
    };
    const pull = { p: 'server-0#1', n: 1, type: 'pullAsked', peer: 1, pull: 'server-0#1/0', vv: [['0.0', 1]], after: null };
    writeFileSync(file, `${JSON.stringify(start)}\n${JSON.stringify(pull)}\n`);
    const { status, stdout } = conform('--trace', file);
    expect(status).toBe(1);
    expect(stdout).toContain('no step of the model explains event 1 of server-0#1');
    expect(stdout).toContain(`again: bayou conform --trace ${file}`);
  });

  it('refuses bad usage with one line', () => {
    for (const args of [
      ['--trace', join(dir, 'none')],
      [join(dir, 'none.script')],
      ['--config', 'spec/configs/v1-original-clock.json'],
      ['--layers', '5'],
      ['--runs', '0'],
      ['--config', 'none'],
      ['package.json'],
      [join(dir, 'none.json')],
      ['--trace', 'examples/original-clock.ndjson', '--junit', dir],
    ]) {
      const { status, stderr } = conform(...args);
      expect([status, stderr.trim().split('\n').length], args.join(' ')).toEqual([2, 1]);
    }
  });
});

describe('a plan of a run', () => {
  it('is run from its file: what a log lost that was never written, its server knows that it lacks', () => {
    const { status, stdout } = conform('conformance/plans/unwritten-tail.json');
    expect([status, stdout]).toEqual([0, expect.stringContaining('1 fault of processes and disks')]);
  });
});

describe('a run of nothing', () => {
  it('is undecided, and says why, where it is a trace', () => {
    const file = join(dir, 'nothing.ndjson');
    writeFileSync(file, '');
    const { status, stdout } = conform('--trace', file);
    expect(status).toBe(3);
    expect(stdout).toContain('nothing was compared');
  });
  it.each([
    ['', 'there is no command in it'],
    ['frobnicate\n', "line 1: unknown command 'frobnicate'"],
    ['done\njoinServer 0\n', 'there is no command in it'],
  ])('is bad usage where it is a script, as for bayou explore: %j', (text, why) => {
    const file = join(dir, 'nothing.script');
    writeFileSync(file, text);
    const said = `${file}: nothing in it can be run: ${why} (docs/master.md has the commands)\n`;
    expect(conform(file)).toMatchObject({ status: 2, stdout: '', stderr: `bayou conform: ${said}` });
    const page = spawnSync(process.execPath, [MAIN, 'explore', file, '--html', join(dir, 'x.html')], { encoding: 'utf8' });
    expect([page.status, page.stderr]).toEqual([2, `bayou explore: ${said}`]);
  });
  it('is no fault of the scripts beside it', () => {
    const [empty, other] = [join(dir, 'empty.script'), join(dir, 'other.script')];
    writeFileSync(empty, '');
    writeFileSync(other, 'joinServer 0\n');
    expect(conform(empty, other).status).toBe(0);
  });
});

describe('runs on one data folder', () => {
  const day = (n: number, value: string): string => {
    const [script, trace] = [join(dir, `day${n}.script`), join(dir, `day${n}.ndjson`)];
    writeFileSync(script, `joinServer 0\njoinClient 10 0\nput 10 colour ${value}\nget 10 colour\nprintStore 0\n`);
    const args = ['master', '--data-dir', join(dir, 'days'), '--trace', trace, script];
    const ran = spawnSync(process.execPath, [MAIN, ...args], { encoding: 'utf8' });
    expect([ran.status, ran.stdout, ran.stderr]).toEqual([0, `colour:${value}\ncolour:${value}\n`, '']);
    return trace;
  };

  it('are joined: each begins with the logs that those before it have left, and its clients are other sessions', () => {
    const traces = [day(1, 'red'), day(2, 'blue'), day(3, 'green')];
    const joined = conform('--trace', ...traces);
    expect([joined.status, joined.stdout]).toEqual([0, expect.stringContaining('9 processes, 3 runs\nconforms')]);
    const alone = conform('--trace', traces[1]!);
    expect([alone.status, alone.stdout]).toEqual([3, expect.stringContaining('pass the traces of the earlier runs too')]);
    // The day in between is not told of: the third begins with a log that the first has not left.
    const gap = conform('--trace', traces[0]!, traces[2]!);
    expect([gap.status, gap.stdout]).toEqual([1, expect.stringContaining('run 2: diverges')]);
  });
});

describe('a configuration by its name', () => {
  it('is the one that comes with the package', () => {
    const { status, stdout } = conform('--config', 'bayou-s-2112');
    expect([status, stdout]).toEqual([0, expect.stringContaining('238 transitions, 55 states')]);
  });
});

describe('an interruption', () => {
  /** Runs `bayou conform` with a temporary folder of its own until `isUnderWay`, then sends SIGINT. */
  const interrupted = async (
    name: string,
    args: ReadonlyArray<string>,
    isUnderWay: (temporary: string, pid: number) => boolean,
  ) => {
    const temporary = join(dir, name);
    mkdirSync(temporary);
    const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
    const child = spawn(process.execPath, [main, 'conform', ...args], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, TMPDIR: temporary },
    });
    let stdout = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    await until(() => isUnderWay(temporary, child.pid ?? 0));
    const started = processesIn(temporary);
    child.kill('SIGINT');
    await once(child, 'close');
    return { status: child.exitCode, stdout, temporary, left: started.filter(({ pid, start }) => startOf(pid) === start) };
  };

  /** The processes of runs that are under way, as their masters write them down. */
  const processesIn = (temporary: string): ReadonlyArray<{ readonly pid: number; readonly start: string }> => {
    try {
      return readdirSync(temporary, { recursive: true, encoding: 'utf8' })
        .filter((file) => file.endsWith('processes.ndjson'))
        .flatMap((file) => readFileSync(join(temporary, file), 'utf8').split('\n').slice(0, -1))
        .map((line) => JSON.parse(line) as { readonly pid: number; readonly start: string });
    } catch (error) {
      // A run ended while its folder was read.
      if (codeOf(error) === 'ENOENT') return processesIn(temporary);
      throw error;
    }
  };

  it.each([
    ['random', ['--runs', '50']],
    ['scripts', ['conformance/scripts/scale/ten-thousand-commands.script']],
  ])('of %s runs leaves no process and no file of theirs', async (name, args) => {
    const { status, stdout, temporary, left } = await interrupted(name, args, (folder) => processesIn(folder).length >= 3);
    expect([status, stdout]).toEqual([130, expect.stringMatching(/^interrupted \(/m)]);
    expect(left).toEqual([]);
    expect(readdirSync(temporary, { recursive: true, encoding: 'utf8' }).filter((file) => !/^bayou-\d+$/.test(file))).toEqual([]);
  });

  /** Has it worked for a second? It has begun what takes longer, then. */
  const isAtWork = (_temporary: string, pid: number): boolean => {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const [user = '0', system = '0'] = stat
      .slice(stat.lastIndexOf(')') + 2)
      .split(' ')
      .slice(11, 13);
    return Number(user) + Number(system) > 100;
  };

  it.runIf(process.platform === 'linux').each([
    ['layer-1', ['--layers', '1']],
    ['simulated', ['--simulate', '--seconds', '600']],
    ['guided', ['--coverage', 'settle', '--seconds', '600']],
    ['hostile', ['--hostile', '--seconds', '600']],
    ['all', []],
  ])('of what is asked for (%s) ends it, and leaves no process and no file', async (name, args) => {
    const { status, stdout, temporary, left } = await interrupted(name, args, isAtWork);
    expect([status, stdout]).toEqual([130, expect.stringMatching(/^interrupted \(/m)]);
    expect(left).toEqual([]);
    expect(readdirSync(temporary, { recursive: true, encoding: 'utf8' }).filter((file) => !/^bayou-\d+$/.test(file))).toEqual([]);
  });

  it('of layer 2 while it decides what was possible ends it', async () => {
    const script = join(dir, 'wide.script');
    const puts = Array.from({ length: 60 }, (_, i) => `put ${2 + (i % 2)} k${i} v`);
    const start = [
      '# wide',
      '# flags: --anti-entropy-ms 250',
      'joinServer 0',
      'joinServer 1',
      'joinClient 2 0',
      'joinClient 3 1',
    ];
    writeFileSync(script, `${[...start, ...puts].join('\n')}\n`);
    let ran = false;
    const { status, stdout } = await interrupted('wide', ['--max-states', '10000000', script], (folder) => {
      const processes = processesIn(folder).length;
      ran ||= processes >= 4;
      // The cluster has been there, and is gone: what it printed is looked at now.
      return ran && processes === 0;
    });
    expect([status, stdout]).toEqual([130, expect.stringMatching(/^interrupted \(/m)]);
  });

  it('of layer 3 while it follows a long trace ends it', async () => {
    const trace = join(dir, 'long.ndjson');
    const server = { p: 'server-0#1' };
    const starts = { ...server, n: 0, type: 'start', replica: '0.0', fresh: true, vv: [], clock: 0, writes: 0, transfers: [] };
    const accept = (n: number) => ({
      ...{ ...server, n, type: 'accept', client: 5, session: '1', clientTime: n, clock: n - 1, require: [] },
      ...{ key: `k${n % 10}`, value: 'v', stamp: { t: n, r: '0.0' }, repeated: false },
    });
    const lines = [starts, ...Array.from({ length: 200_000 }, (_, i) => accept(i + 1))].map((e) => JSON.stringify(e));
    writeFileSync(trace, `${lines.join('\n')}\n`);
    const junit = join(dir, 'long.xml');
    const { status, stdout } = await interrupted('long', ['--trace', trace, '--junit', junit], () => existsSync(junit));
    expect([status, stdout]).toEqual([130, expect.stringMatching(/^interrupted \(/m)]);
  });

  it('of a walk over more transitions than anyone would wait for ends it', async () => {
    const junit = join(dir, 'walk.xml');
    const { status, stdout } = await interrupted('walk', ['--config', 'full', '--junit', junit], () => existsSync(junit));
    expect([status, stdout]).toEqual([130, expect.stringMatching(/^interrupted \(/m)]);
  });
});

describe('the report', () => {
  it('tells what is undecided, with the command that does it again, and an interruption', () => {
    const undecided = reportOf([finding(3, 'undecided')], 1);
    expect(showReport(undecided)).toContain('layer 3, a: undecided\n  x < y\n  again: bayou conform a');
    const fine = reportOf([finding(3, 'conforms')], 1);
    expect([showReport(fine), showReport(fine, true)].map((text) => /\n(\w+) \(/.exec(text)?.[1])).toEqual([
      'conforms',
      'interrupted',
    ]);
  });

  it('has a status for each verdict, and the worst finding decides', () => {
    const verdictOf = (...all: Finding[]): string => reportOf(all, 1).verdict;
    expect(verdictOf(finding(1, 'conforms'), finding(4, 'diverges'), finding(3, 'failed'))).toBe('diverges');
    expect(verdictOf(finding(1, 'conforms'), finding(3, 'undecided'))).toBe('undecided');
    expect(verdictOf(finding(2, 'undecided'), finding(3, 'conforms'))).toBe('conforms');
    expect(verdictOf()).toBe('undecided');
    expect((['conforms', 'diverges', 'undecided', 'failed'] as const).map(statusOf)).toEqual([0, 1, 3, 70]);
  });

  it('is valid XML for every verdict', () => {
    const xml = toJUnit(reportOf([finding(2, 'diverges'), finding(2, 'undecided', '<b>'), finding(1, 'conforms')], 1));
    expect(xml).toContain('<failure message="x &lt; y">');
    expect(xml).toContain('name="&lt;b&gt;"');
  });
});

describe('what is run', () => {
  it('is the same for the same seed and number', () => {
    expect(planOf(7, 3)).toEqual(planOf(7, 3));
    expect(planOf(7, 3)).not.toEqual(planOf(7, 4));
  });

  it('is said by the second line of a script', () => {
    expect(flagsOf('# what it is for\n# flags: --anti-entropy-ms 5 --memory\njoinServer 0\n')).toEqual([
      '--anti-entropy-ms',
      '5',
      '--memory',
    ]);
    expect(flagsOf('joinServer 0\n')).toEqual(['--anti-entropy-ms', '0']);
  });
});
