/** Compares the verdict of a check with the verdict that the configuration expects. */
import type { Report } from '../../checker/report.js';
import type { Config } from '../../model/checking/config.js';
import { PROPERTIES } from '../../model/checking/sentences.js';
import { EXIT, type ExitStatus } from '../../command-line/exit.js';

export interface Judgement {
  readonly status: ExitStatus;
  /** Undefined where the configuration expects nothing. */
  readonly line?: string;
}

const STATUS: Readonly<Record<Report['verdict'], ExitStatus>> = {
  holds: EXIT.ok,
  violated: EXIT.violated,
  bounded: EXIT.bounded,
  vacuous: EXIT.vacuous,
  interrupted: EXIT.interrupted,
};

/** The greatest probability of a missed state with which "holds" is worth something. Above it the hash was too short for the number of states. */
const MAX_MISSED = 0.01;

const mayHaveMissed = ({ verdict, statistics: { omissionProbability = 0 } }: Report): boolean =>
  verdict === 'holds' && omissionProbability > MAX_MISSED;

/** The exit status of a report, given the expected verdict. */
export const judgementOf = (report: Report, expect: Config['expect'] | undefined): Judgement => {
  const missed = mayHaveMissed(report);
  const status = missed ? EXIT.bounded : STATUS[report.verdict];
  const undecided = missed ? { line: 'undecided: states were probably missed; give --hash-compaction more bits' } : {};
  if (expect === undefined) return { status, ...undecided };
  if (expect === 'holds') {
    const line = status === EXIT.ok ? 'as expected: it holds' : `expected: it holds; it is ${report.verdict}`;
    return { status, line, ...undecided };
  }
  const { name } = PROPERTIES[expect.violated];
  const found = report.properties.some((property) => property.name === name && property.verdict === 'violated');
  if (found) return { status: EXIT.ok, line: `as expected: ${expect.violated} is violated` };
  return { status: status === EXIT.ok ? EXIT.unexpected : status, line: `expected: ${expect.violated} is violated; it is not` };
};
