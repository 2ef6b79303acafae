import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { parseScript } from '#bayou/core/script.js';
import { decide, deciding, showOracle, type OracleOptions } from '../../conformance/layer2-scripts/oracle.js';
import type { ObservedCommand } from '../../conformance/layer2-scripts/observed-commands.js';
import { inTurns } from '../../conformance/common/in-turns.js';

/** A script with what each command printed behind `=>`, lines divided by `|`; `!` is an error. */
const observe = (script: string): ReadonlyArray<ObservedCommand> => {
  const lines = script
    .trim()
    .split('\n')
    .map((line) => line.split('=>'));
  const commands = parseScript(lines.map(([command = '']) => command.trim()).join('\n'));
  return lines.flatMap(([, printed], i): ReadonlyArray<ObservedCommand> => {
    const command = commands[i]!;
    if (E.isLeft(command) || command.right === undefined) return [];
    const shown = printed?.trim();
    const output = shown === undefined || shown === '!' || shown === '' ? [] : shown.split('|').map((s) => s.trim());
    return [{ line: i + 1, command: command.right, output, failed: shown === '!' }];
  });
};

const SETUP = `joinServer 0
joinServer 1
joinClient 10 0
joinClient 11 1
put 10 a x
put 11 a y
`;

const OFF: OracleOptions = { background: false, keepsLog: true };
const ON: OracleOptions = { background: true, keepsLog: true };
const verdict = (script: string, options: OracleOptions): string => decide(observe(SETUP + script), options).verdict;

describe('without pulls in the background the model allows one output', () => {
  it('and takes it', () => expect(verdict('get 10 a => a:x\nstabilize\nget 10 a => a:y', OFF)).toBe('conforms'));
  it('and no other (R9: nothing is pulled before the stabilize)', () => expect(verdict('get 10 a => a:y', OFF)).toBe('diverges'));
});

describe('with pulls in the background', () => {
  it('a get may find either write, if the later one wins (R4)', () => {
    expect(verdict('get 10 a => a:x', ON)).toBe('conforms');
    expect(verdict('get 10 a => a:y', ON)).toBe('conforms');
    expect(verdict('get 11 a => a:y', ON)).toBe('conforms');
  });
  it('a server that had pulled the first write gave the second a later stamp, one that had not as well', () =>
    expect(verdict('get 11 a => a:x', ON)).toBe('diverges'));
  it('what was read is not unread (Monotonic Reads, R12)', () =>
    expect(verdict('get 10 a => a:y\nget 10 a => a:x', ON)).toBe('diverges'));
  it('observations prune: after a stabilize both stores are the same', () => {
    expect(verdict('stabilize\nprintStore 0 => a:y\nprintStore 1 => a:y', ON)).toBe('conforms');
    expect(verdict('stabilize\nprintStore 0 => a:y\nprintStore 1 => a:x', ON)).toBe('diverges');
  });
});

describe('the rules of scripts', () => {
  it('ERR_DEP, ERR_KEY and ERR_CONN where the model says so (R13, R15)', () => {
    const rest = `put 10 b w
breakConnection 10 0
get 10 a => a:ERR_CONN
put 10 a z => !
createConnection 10 1
get 10 b => b:ERR_DEP
get 10 k => k:ERR_KEY`;
    expect(verdict(rest, OFF)).toBe('conforms');
    expect(verdict(rest.replace('b:ERR_DEP', 'b:ERR_KEY'), OFF)).toBe('diverges');
  });
  it('a later write to the key does as well as the one that was written or read (R12)', () => {
    const rest = 'breakConnection 10 0\ncreateConnection 10 1\nget 10 a => a:y';
    expect(verdict(rest, OFF)).toBe('conforms');
    expect(verdict(rest.replace('a:y', 'a:ERR_DEP'), OFF)).toBe('diverges');
  });
  it('a put that failed came to what the model says (R14, R15)', () => {
    const put = (before: string, outcome: string) => {
      const seen = observe(`${before}\nput 10 a x => !`).map((o, i, all) => (i === all.length - 1 ? { ...o, outcome } : o));
      return decide(seen, OFF).verdict;
    };
    const cut = 'joinServer 0\njoinClient 10 0\nbreakConnection 10 0';
    const dead = 'joinServer 0\njoinClient 10 0\nkillServer 0';
    expect([put(cut, 'ERR_CONN'), put(dead, 'ERR_CONN')]).toEqual(['conforms', 'conforms']);
    // A client that has not heard yet of its server's death sends the put, and gets no answer.
    expect([put(cut, 'UNKNOWN'), put(dead, 'UNKNOWN')]).toEqual(['diverges', 'conforms']);
    expect([put(dead, 'ERR_LOG'), put(dead, 'ERR_DEP'), put(dead, 'no outcome')]).toEqual(['diverges', 'diverges', 'diverges']);
  });

  it('bad input is an error and has no effect (section 5)', () => {
    expect(verdict('joinServer 10 => !\nput 0 a b => !\nget 10 a => a:x', OFF)).toBe('conforms');
    expect(verdict('joinServer 10\n', OFF)).toBe('diverges');
  });
  it('a killed server comes back with its log, or as a new replica (R7, R10)', () => {
    const script = 'killServer 0\nget 10 a => a:ERR_CONN\njoinServer 0\nget 10 a => a:';
    expect(verdict(`${script}x`, OFF)).toBe('conforms');
    expect(verdict(`${script}ERR_DEP`, { ...OFF, keepsLog: false })).toBe('conforms');
    expect(verdict(`${script}ERR_DEP`, OFF)).toBe('diverges');
  });
});

describe('what it says', () => {
  it('a divergence: what was accepted, allowed and seen', () => {
    const text = showOracle(decide(observe(`${SETUP}get 10 a => a:q`), OFF));
    expect(text).toContain('> get 10 a\n  allowed: a:x\n  seen:    a:q');
    expect(text).toContain('after 6 commands');
  });
  it('undecided, with the bound, where too much is possible: never a false pass', () => {
    const wide = decide(observe(`${SETUP}put 10 b 1\nput 11 c 2\nget 10 a => a:x`), { ...ON, maxWorlds: 3 });
    expect(wide).toMatchObject({ verdict: 'undecided', why: expect.stringContaining('more than 3 states') as string });
  });
});

describe('what it costs', () => {
  /** Puts to so many keys, each read at the other server after a stabilize, and a store. */
  const script = (keys: number): ReadonlyArray<ObservedCommand> => {
    const all = Array.from({ length: keys }, (_, i) => `k${i}`);
    const store = [...all].sort().map((key) => `${key}:v`);
    return observe(
      [
        ...['joinServer 0', 'joinServer 1', 'joinClient 10 0', 'joinClient 11 1'],
        ...all.map((key, i) => `put ${10 + (i % 2)} ${key} v`),
        'stabilize',
        ...all.map((key, i) => `get ${11 - (i % 2)} ${key} => ${key}:v`),
        `printStore 0 => ${store.join('|')}`,
      ].join('\n'),
    );
  };
  const workOf = (keys: number): number => {
    const decided = decide(script(keys), OFF);
    if (decided.verdict !== 'conforms') throw new Error(showOracle(decided));
    return decided.work;
  };

  it('grows with the script, and not faster', () => {
    const [once, twice, often] = [workOf(500), workOf(1000), workOf(4000)];
    expect(twice / once).toBeLessThan(2.1);
    expect(often / once).toBeLessThan(8.4);
  });
  it('is bounded: beyond that it is undecided, and says where', () =>
    expect(decide(script(500), { ...OFF, maxWork: 5_000 })).toMatchObject({
      verdict: 'undecided',
      why: expect.stringMatching(/^it takes more than 5000 steps before line \d+$/) as string,
    }));
  it('can be done in turns, which a signal ends', async () => {
    expect(await inTurns(deciding(script(50), OFF))).toEqual(decide(script(50), OFF));
    await expect(inTurns(deciding(script(50), OFF), AbortSignal.abort(new Error('now')))).rejects.toThrow('now');
  });
});

describe('an answer to a pull that is late', () => {
  const late = (between: string): string =>
    decide(
      observe(`joinServer 0
joinServer 1
joinClient 10 0
put 10 a old
put 10 a new
printStore 1 =>
${between}printStore 1 =>
printStore 1 => a:old`),
      ON,
    ).verdict;

  it('brings what the other had when it answered', () => expect(late('')).toBe('conforms'));
  it('never arrives where the link was cut meanwhile, whether or not it was made again (section 5)', () =>
    expect(late('breakConnection 0 1\nprintStore 1 =>\ncreateConnection 0 1\n')).toBe('diverges'));
  it('never arrives at a server that was killed meanwhile', () => expect(late('killServer 1\njoinServer 1\n')).toBe('diverges'));
  it('arrives although the server that gave it is dead', () => expect(late('killServer 0\n')).toBe('conforms'));
});
