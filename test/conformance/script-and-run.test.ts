/** What a master ran is compared with its script, which a second reader reads: commands, lines on standard error, the exit status (section 5). */
import * as E from 'fp-ts/lib/Either.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseLine, showCommand } from '#bayou/core/script.js';
import type { TraceBody, TraceEvent } from '#bayou/core/trace.js';
import { linesOf } from '../../conformance/common/script-reader.js';
import { differencesFrom } from '../../conformance/layer2-scripts/compare-script.js';

const SCRIPT =
  'joinServer 0\r\njoinClient 5  0\n# put 5 x y\n\nput 5 Key value\nwhat\nkillServer 9\nget 5 Key\nstabilize\nexit\nput 5 b c\n';
const BAD = "line 6: unknown command 'what'\nline 7: killServer 9: there is no server 9\n";

type Ran = readonly [line: number, text: string, error?: string];
const RAN: ReadonlyArray<Ran> = [
  [1, 'joinServer 0'],
  [2, 'joinClient 5 0'],
  [5, 'put 5 Key value'],
  [7, 'killServer 9', 'line 7: killServer 9: there is no server 9'],
  [8, 'get 5 Key'],
  [9, 'stabilize'],
];

const eventsOf = (ran: ReadonlyArray<Ran>): ReadonlyArray<TraceEvent> =>
  ran
    .flatMap(([line, text, error]): ReadonlyArray<TraceBody> => [
      { type: 'command', line, text },
      { type: 'result', line, output: [], errors: error === undefined ? [] : [error], ms: 1 },
    ])
    .map((e, n): TraceEvent => ({ p: 'master', n, ...e }));

const compared = (ran: ReadonlyArray<Ran> = RAN, errors = BAD, status: number | null = 1): ReadonlyArray<string> =>
  differencesFrom(SCRIPT, { events: eventsOf(ran), errors, status });

/** RAN with another entry for a line. */
const but = (line: number, ...others: ReadonlyArray<Ran>): ReadonlyArray<Ran> =>
  RAN.flatMap((one) => (one[0] === line ? others : [one]));

describe('a run and its script', () => {
  it('agree where every command was run, and every mistake told', () => expect(compared()).toEqual([]));

  it.each<[string, ReadonlyArray<string>, string]>([
    [
      'a line was left out',
      compared(but(5)),
      "line 5: the script has 'put 5 Key value', and the master ran 'killServer 9' as line 7",
    ],
    [
      'another key was put',
      compared(but(5, [5, 'put 5 key val'])),
      "line 5: the script has 'put 5 Key value', and the master ran 'put 5 key val' as line 5",
    ],
    ['the master ended early', compared(but(9)), "line 9: 'stabilize' was not run"],
    [
      'it ran on after the end',
      compared([...RAN, [11, 'put 5 b c']]),
      "the master ran 'put 5 b c' as line 11, and the script has no such command",
    ],
    [
      'a line was run twice',
      compared(but(8, [8, 'get 5 Key'], [8, 'get 5 Key'])),
      "line 9: the script has 'stabilize', and the master ran 'get 5 Key' as line 8",
    ],
    [
      'bad input was obeyed',
      compared(but(7, [7, 'killServer 9']), BAD.split('\n')[0]),
      'line 7 is bad input, and standard error has no line on it',
    ],
    ['a bad line was not told', compared(RAN, BAD.split('\n')[1]), 'line 6 is bad input, and standard error has no line on it'],
    [
      'a bad line was told twice',
      compared(RAN, BAD + BAD.split('\n')[0]!),
      'line 6 is bad input, and standard error has 2 lines on it',
    ],
    [
      'nothing was said of it',
      compared(RAN, BAD.replace(/ unknown.*/, '')),
      'line 6 is bad input, and standard error has no line on it',
    ],
    [
      'a line in which nothing was wrong was told',
      compared(RAN, `${BAD}line 8: no\n`),
      'standard error has a line on line 8, in which nothing was wrong',
    ],
    ['the status hides bad input', compared(RAN, BAD, 0), 'the exit status is 0, and not 1: some line was bad input'],
    ['the status tells of a failure', compared(RAN, BAD, 3), 'the exit status is 3, and not 1: some line was bad input'],
  ])('differ where %s', (_, differences, difference) => expect(differences).toEqual([difference]));

  it('differ where a result is missing', () => {
    const events = eventsOf(RAN).filter((e) => e.type !== 'result' || e.line !== 9);
    expect(differencesFrom(SCRIPT, { events, errors: BAD, status: 1 })).toEqual(['line 9 has no result']);
  });

  it('take a put that failed for a result, and a command that failed for a failure', () => {
    const put = 'line 5: put 5 Key value: ERR_CONN: no server could be reached';
    expect(compared(but(5, [5, 'put 5 Key value', put]), `${put}\n${BAD}`)).toEqual([]);
    const failed = 'line 9: stabilize: the stores of servers 0, 1 are not equal after 5000 ms';
    const ran = but(9, [9, 'stabilize', failed]);
    expect(compared(ran, `${BAD}${failed}\n`, 3)).toEqual([]);
    expect(compared(ran, `${BAD}${failed}\n`, 1)).toEqual([
      'the exit status is 1, and not 3: the cluster failed at some command',
    ]);
  });
});

describe('the second reader', () => {
  const word = fc.oneof(
    {
      weight: 6,
      arbitrary: fc.constantFrom('joinServer', 'killServer', 'joinClient', 'breakConnection', 'createConnection', 'stabilize'),
    },
    { weight: 3, arbitrary: fc.constantFrom('printStore', 'printMemberList', 'put', 'get', 'done', 'exit', 'Put', '#', '#put') },
    {
      weight: 9,
      arbitrary: fc.constantFrom('0', '1', '12', '007', '-1', '+1', '1.0', '1e3', '0x1', '9007199254740991', '9007199254740992'),
    },
    {
      weight: 3,
      arbitrary: fc.string({
        unit: fc.constantFrom('a', ':', '#', '\u00e9', '\u00a0', '\u000b', '\f', '\0'),
        minLength: 1,
        maxLength: 3,
      }),
    },
  );
  const blank = fc.constantFrom(' ', '\t', '  ', '\r', ' \r');
  const line = fc
    .tuple(fc.constantFrom('', ' ', '\t'), fc.array(fc.tuple(word, blank), { maxLength: 5 }), fc.boolean())
    .map(([before, words, isCut]) => before + words.map(([w, b], i) => (isCut && i === words.length - 1 ? w : w + b)).join(''));

  it('reads what the master reads, line for line', () => {
    const seen = { commands: 0, bad: 0, ends: 0 };
    fc.assert(
      fc.property(fc.array(line, { maxLength: 8 }), fc.boolean(), (lines, isEnded) => {
        const text = lines.join('\n') + (isEnded ? '\n' : '');
        const wanted: unknown[] = [];
        for (const [i, one] of text.split('\n').entries()) {
          const read = parseLine(one);
          if (E.isLeft(read)) wanted.push({ type: 'bad', number: i + 1 });
          else if (read.right?.type === 'done') {
            seen.ends++;
            break;
          } else if (read.right !== undefined)
            wanted.push({ type: 'command', number: i + 1, command: read.right, text: showCommand(read.right) });
        }
        expect(linesOf(text)).toEqual(wanted);
        seen.commands += linesOf(text).filter(({ type }) => type === 'command').length;
        seen.bad += linesOf(text).filter(({ type }) => type === 'bad').length;
      }),
      { numRuns: 3_000 },
    );
    expect(Math.min(seen.commands, seen.bad, seen.ends)).toBeGreaterThan(50);
  });

  it('knows the mark that some editors put first, and lines that are too long', () => {
    expect(linesOf('\u00ef\u00bb\u00bfstabilize')).toMatchObject([{ type: 'command', number: 1 }]);
    expect(linesOf(`put 5 a ${'b'.repeat(2 ** 20)}\nstabilize`)).toMatchObject([{ type: 'bad' }, { type: 'command', number: 2 }]);
  });
});
